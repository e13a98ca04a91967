-- Layout 1. Everything that belongs to the store itself begins with `cqrs_`; every other table is a read model.

-- Which layout the schema has.
CREATE TABLE cqrs_layout (
    version integer NOT NULL,
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only)
);

-- One row an aggregate that ever recorded something. The stream's version is that of its newest event.
CREATE TABLE cqrs_streams (
    id             bigint PRIMARY KEY,
    aggregate_type text COLLATE "C" NOT NULL,
    aggregate_id   text COLLATE "C" NOT NULL,
    UNIQUE (aggregate_type, aggregate_id)
);

-- One row a stored shape: an event's name and the version of its fields.
CREATE TABLE cqrs_event_types (
    id             bigint PRIMARY KEY,
    aggregate_type text COLLATE "C" NOT NULL,
    name           text COLLATE "C" NOT NULL,
    version        bigint NOT NULL,
    UNIQUE (aggregate_type, name, version)
);

-- The log. Each position is one more than the one before, whoever writes: this key is what keeps two writers apart.
CREATE TABLE cqrs_events (
    position       bigint PRIMARY KEY,
    stream         bigint NOT NULL,   -- cqrs_streams.id
    version        bigint NOT NULL,   -- 1, 2, 3 … in the stream
    event_type     bigint NOT NULL,   -- cqrs_event_types.id
    recorded_at    timestamptz NOT NULL,
    event_id       uuid NOT NULL,
    correlation_id uuid NOT NULL,
    causation_id   uuid NOT NULL,
    tenant         text COLLATE "C",
    actor          text COLLATE "C",
    metadata       text COLLATE "C",  -- a JSON object
    payload        bytea NOT NULL,    -- JSON in UTF-8, byte for byte as it was recorded
    UNIQUE (stream, version)
);

-- The outcome of each command that was given an id.
CREATE TABLE cqrs_commands (
    id          uuid PRIMARY KEY,
    stream      bigint NOT NULL,      -- cqrs_streams.id
    version     bigint NOT NULL,
    events      bigint NOT NULL,
    position    bigint NOT NULL,
    recorded_at timestamptz NOT NULL
);

-- The newest kept state of an aggregate.
CREATE TABLE cqrs_snapshots (
    aggregate_type text COLLATE "C" NOT NULL,
    aggregate_id   text COLLATE "C" NOT NULL,
    version        bigint NOT NULL,
    fingerprint    text COLLATE "C" NOT NULL,
    state          bytea NOT NULL,
    PRIMARY KEY (aggregate_type, aggregate_id)
);

-- What is recorded is never changed nor taken out, whoever asks.
CREATE FUNCTION cqrs_refuse() RETURNS trigger LANGUAGE plpgsql AS $refuse$
BEGIN
    RAISE EXCEPTION '% are never %', replace(substr(TG_TABLE_NAME, 6), '_', ' '),
        CASE TG_OP WHEN 'UPDATE' THEN 'changed' WHEN 'DELETE' THEN 'deleted' ELSE 'emptied' END
        USING ERRCODE = 'restrict_violation';
END $refuse$;

CREATE TRIGGER cqrs_events_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON cqrs_events
    FOR EACH STATEMENT EXECUTE FUNCTION cqrs_refuse();
CREATE TRIGGER cqrs_streams_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON cqrs_streams
    FOR EACH STATEMENT EXECUTE FUNCTION cqrs_refuse();
CREATE TRIGGER cqrs_event_types_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON cqrs_event_types
    FOR EACH STATEMENT EXECUTE FUNCTION cqrs_refuse();
CREATE TRIGGER cqrs_commands_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON cqrs_commands
    FOR EACH STATEMENT EXECUTE FUNCTION cqrs_refuse();

-- Also for sessions that replay changes of another server.
ALTER TABLE cqrs_events ENABLE ALWAYS TRIGGER cqrs_events_stay;
ALTER TABLE cqrs_streams ENABLE ALWAYS TRIGGER cqrs_streams_stay;
ALTER TABLE cqrs_event_types ENABLE ALWAYS TRIGGER cqrs_event_types_stay;
ALTER TABLE cqrs_commands ENABLE ALWAYS TRIGGER cqrs_commands_stay;

-- The log as a person reads it.
CREATE VIEW cqrs_log AS
SELECT
    event.position,
    stream.aggregate_type,
    stream.aggregate_id,
    event.version,
    type.name AS event_type,
    type.version AS event_version,
    event.recorded_at,
    event.tenant,
    event.actor,
    event.event_id,
    event.correlation_id,
    event.causation_id,
    event.metadata::json AS metadata,
    convert_from(event.payload, 'UTF8')::json AS payload
FROM cqrs_events AS event
JOIN cqrs_streams AS stream ON stream.id = event.stream
JOIN cqrs_event_types AS type ON type.id = event.event_type;
