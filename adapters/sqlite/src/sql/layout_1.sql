-- Layout 1. Everything that belongs to the store itself begins with `cqrs_`; every other table is a read model.

-- One row an aggregate that ever recorded something. The stream's version is that of its newest event.
CREATE TABLE cqrs_streams (
    id             INTEGER PRIMARY KEY,
    aggregate_type TEXT NOT NULL,
    aggregate_id   TEXT NOT NULL,
    UNIQUE (aggregate_type, aggregate_id)
) STRICT;

-- One row a stored shape: an event's name and the version of its fields.
CREATE TABLE cqrs_event_types (
    id             INTEGER PRIMARY KEY,
    aggregate_type TEXT NOT NULL,
    name           TEXT NOT NULL,
    version        INTEGER NOT NULL,
    UNIQUE (aggregate_type, name, version)
) STRICT;

-- The log. The payload comes last, so that nothing else is read past it.
CREATE TABLE cqrs_events (
    position       INTEGER PRIMARY KEY,
    stream         INTEGER NOT NULL,  -- cqrs_streams.id
    version        INTEGER NOT NULL,  -- 1, 2, 3 … in the stream
    event_type     INTEGER NOT NULL,  -- cqrs_event_types.id
    recorded_at    INTEGER NOT NULL,  -- microseconds since 1970 in UTC
    tenant         TEXT,
    actor          TEXT,
    event_id       BLOB NOT NULL,
    correlation_id BLOB NOT NULL,
    causation_id   BLOB NOT NULL,
    metadata       TEXT,              -- a JSON object
    payload        TEXT NOT NULL      -- JSON
) STRICT;

CREATE UNIQUE INDEX cqrs_events_of_stream ON cqrs_events (stream, version);

-- The outcome of each command that was given an id.
CREATE TABLE cqrs_commands (
    id          BLOB PRIMARY KEY,
    stream      INTEGER NOT NULL,
    version     INTEGER NOT NULL,
    events      INTEGER NOT NULL,
    position    INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The newest kept state of an aggregate.
CREATE TABLE cqrs_snapshots (
    stream      INTEGER PRIMARY KEY,
    version     INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    state       BLOB NOT NULL
) STRICT;

-- One row a table of a read model: the live one bears the projection's name, the next one is `cqrs_next_` and that name.
CREATE TABLE cqrs_projections (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    name        TEXT NOT NULL,
    generation  TEXT NOT NULL CHECK (generation IN ('live', 'next')),
    fingerprint TEXT NOT NULL,
    checkpoint  INTEGER NOT NULL,
    irregular   TEXT NOT NULL DEFAULT '[]',  -- columns with cells that SQLite's own order puts in the wrong place
    UNIQUE (name, generation)
) STRICT;

-- What is recorded is never changed, taken out, or replaced, whoever asks.
CREATE TRIGGER cqrs_events_are_never_changed BEFORE UPDATE ON cqrs_events
BEGIN SELECT RAISE(ABORT, 'recorded events are never changed'); END;

CREATE TRIGGER cqrs_events_are_never_deleted BEFORE DELETE ON cqrs_events
BEGIN SELECT RAISE(ABORT, 'recorded events are never deleted'); END;

CREATE TRIGGER cqrs_events_follow_each_other BEFORE INSERT ON cqrs_events
WHEN NEW.position <= (SELECT max(position) FROM cqrs_events)
  OR NEW.version <> 1 + ifnull((SELECT max(version) FROM cqrs_events WHERE stream = NEW.stream), 0)
BEGIN SELECT RAISE(ABORT, 'an event comes after all events and has the next version of its stream'); END;

CREATE TRIGGER cqrs_streams_are_never_changed BEFORE UPDATE ON cqrs_streams
BEGIN SELECT RAISE(ABORT, 'streams are never changed'); END;

CREATE TRIGGER cqrs_streams_are_never_deleted BEFORE DELETE ON cqrs_streams
BEGIN SELECT RAISE(ABORT, 'streams are never deleted'); END;

CREATE TRIGGER cqrs_streams_are_never_replaced BEFORE INSERT ON cqrs_streams
WHEN EXISTS (SELECT 1 FROM cqrs_streams WHERE id = NEW.id)
  OR EXISTS (SELECT 1 FROM cqrs_streams
             WHERE aggregate_type = NEW.aggregate_type AND aggregate_id = NEW.aggregate_id)
BEGIN SELECT RAISE(ABORT, 'streams are never replaced'); END;

CREATE TRIGGER cqrs_event_types_are_never_changed BEFORE UPDATE ON cqrs_event_types
BEGIN SELECT RAISE(ABORT, 'event types are never changed'); END;

CREATE TRIGGER cqrs_event_types_are_never_deleted BEFORE DELETE ON cqrs_event_types
BEGIN SELECT RAISE(ABORT, 'event types are never deleted'); END;

CREATE TRIGGER cqrs_event_types_are_never_replaced BEFORE INSERT ON cqrs_event_types
WHEN EXISTS (SELECT 1 FROM cqrs_event_types WHERE id = NEW.id)
  OR EXISTS (SELECT 1 FROM cqrs_event_types
             WHERE aggregate_type = NEW.aggregate_type AND name = NEW.name AND version = NEW.version)
BEGIN SELECT RAISE(ABORT, 'event types are never replaced'); END;

-- The log as a person reads it.
CREATE VIEW cqrs_log AS
SELECT
    event.position,
    stream.aggregate_type,
    stream.aggregate_id,
    event.version,
    type.name AS event_type,
    type.version AS event_version,
    strftime('%Y-%m-%dT%H:%M:%S', event.recorded_at / 1000000 - (event.recorded_at % 1000000 < 0), 'unixepoch')
        || printf('.%06dZ', ((event.recorded_at % 1000000) + 1000000) % 1000000) AS recorded_at,
    event.tenant,
    event.actor,
    lower(substr(hex(event.event_id), 1, 8) || '-' || substr(hex(event.event_id), 9, 4) || '-'
        || substr(hex(event.event_id), 13, 4) || '-' || substr(hex(event.event_id), 17, 4) || '-'
        || substr(hex(event.event_id), 21)) AS event_id,
    lower(substr(hex(event.correlation_id), 1, 8) || '-' || substr(hex(event.correlation_id), 9, 4) || '-'
        || substr(hex(event.correlation_id), 13, 4) || '-' || substr(hex(event.correlation_id), 17, 4) || '-'
        || substr(hex(event.correlation_id), 21)) AS correlation_id,
    lower(substr(hex(event.causation_id), 1, 8) || '-' || substr(hex(event.causation_id), 9, 4) || '-'
        || substr(hex(event.causation_id), 13, 4) || '-' || substr(hex(event.causation_id), 17, 4) || '-'
        || substr(hex(event.causation_id), 21)) AS causation_id,
    event.metadata,
    event.payload
FROM cqrs_events AS event
JOIN cqrs_streams AS stream ON stream.id = event.stream
JOIN cqrs_event_types AS type ON type.id = event.event_type;
