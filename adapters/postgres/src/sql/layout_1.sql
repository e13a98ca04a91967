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

-- One row a table of a read model: the live one bears the projection's name, the next one is `cqrs_next_` and that name. Whoever changes
-- the rows of a table updates its row here in the same transaction, which is what keeps two that fold apart.
CREATE TABLE cqrs_projections (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        text COLLATE "C" NOT NULL,
    generation  text COLLATE "C" NOT NULL CHECK (generation IN ('live', 'next')),
    fingerprint text COLLATE "C" NOT NULL,
    checkpoint  bigint NOT NULL DEFAULT 0,
    revision    bigint NOT NULL DEFAULT 0,  -- how many commits have changed rows; it grows across a rebuild
    paused      boolean NOT NULL DEFAULT false,
    UNIQUE (name, generation)
) WITH (fillfactor = 20);

-- An event that a projection could not take in, or that waits behind one: once for each row or stream that it waits in. The event
-- itself is in the log.
CREATE TABLE cqrs_dead_letters (
    projection bigint NOT NULL,             -- cqrs_projections.id
    position   bigint NOT NULL,             -- cqrs_events.position
    lane       text COLLATE "C" NOT NULL,   -- the row or the stream
    reason     text COLLATE "C",            -- why it could not be taken in; null: it waits behind another event of its lane
    attempts   bigint NOT NULL,
    since      timestamptz NOT NULL,
    skipped    text COLLATE "C",            -- why somebody let the projection go on without it
    UNIQUE (projection, position, lane)
);

CREATE INDEX cqrs_dead_letters_of_lane ON cqrs_dead_letters (projection, lane) WHERE skipped IS NULL;

-- A row of another projection, as the projection that looks it up keeps it for itself.
CREATE TABLE cqrs_lookup_rows (
    projection bigint NOT NULL,             -- cqrs_projections.id of the projection that looks it up
    key        text COLLATE "C" NOT NULL,   -- the other projection's table, and the row's key
    cells      text COLLATE "C" NOT NULL,   -- a JSON list of the row's cells, without the key's
    PRIMARY KEY (projection, key)
);

-- Where each reader of a table's feed is: in which table, and what it has acknowledged; null: it has yet to take in the rows.
CREATE TABLE cqrs_feeds (
    name       text COLLATE "C" NOT NULL,   -- cqrs_projections.name
    reader     text COLLATE "C" NOT NULL,
    projection bigint NOT NULL,             -- cqrs_projections.id
    revision   bigint,
    PRIMARY KEY (name, reader)
);

-- What each commit has changed in a table whose feed is read.
CREATE TABLE cqrs_row_changes (
    projection bigint NOT NULL,             -- cqrs_projections.id
    revision   bigint NOT NULL,
    checkpoint bigint NOT NULL,
    changes    text COLLATE "C" NOT NULL,   -- a JSON list of keys, each with its row or null
    PRIMARY KEY (projection, revision)
);

-- Who does a piece of work that nobody needs to do twice.
CREATE TABLE cqrs_leases (
    name   text COLLATE "C" PRIMARY KEY,
    holder uuid NOT NULL,
    until  timestamptz NOT NULL
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
