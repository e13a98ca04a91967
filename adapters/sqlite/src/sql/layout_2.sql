-- Layout 2. Projections can be paused, their events set aside, and work be leased.

-- An event that a projection could not take in, or that waits behind one: once for each row or stream that it waits in. The event
-- itself is in the log.
CREATE TABLE cqrs_dead_letters (
    projection INTEGER NOT NULL,  -- cqrs_projections.id
    position   INTEGER NOT NULL,  -- cqrs_events.position
    lane       TEXT NOT NULL,     -- the row or the stream
    reason     TEXT,              -- why it could not be taken in; null: it waits behind another event of its lane
    attempts   INTEGER NOT NULL,
    since      INTEGER NOT NULL,  -- microseconds since 1970 in UTC
    skipped    TEXT,              -- why somebody let the projection go on without it
    PRIMARY KEY (projection, position, lane)
) STRICT, WITHOUT ROWID;

CREATE INDEX cqrs_dead_letters_of_lane ON cqrs_dead_letters (projection, lane, position) WHERE skipped IS NULL;

-- Who does a piece of work that nobody needs to do twice.
CREATE TABLE cqrs_leases (
    name   TEXT PRIMARY KEY,
    holder BLOB NOT NULL,
    until  INTEGER NOT NULL       -- microseconds since 1970 in UTC
) STRICT, WITHOUT ROWID;

-- Moves whenever dead letters change other than by a fold, so that a fold that has not seen it is refused.
ALTER TABLE cqrs_projections ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cqrs_projections ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;

-- How many commits have changed rows of the table; it grows across a rebuild.
ALTER TABLE cqrs_projections ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;

-- Where each reader of a table's feed is: in which table, and what it has acknowledged; null: it has yet to take in the rows.
CREATE TABLE cqrs_feeds (
    name       TEXT NOT NULL,     -- cqrs_projections.name
    reader     TEXT NOT NULL,
    projection INTEGER NOT NULL,  -- cqrs_projections.id
    revision   INTEGER,
    PRIMARY KEY (name, reader)
) STRICT, WITHOUT ROWID;

-- What each commit has changed in a table whose feed is read.
CREATE TABLE cqrs_row_changes (
    projection INTEGER NOT NULL,  -- cqrs_projections.id
    revision   INTEGER NOT NULL,
    checkpoint INTEGER NOT NULL,
    changes    TEXT NOT NULL,     -- a JSON list of keys, each with its row or null
    PRIMARY KEY (projection, revision)
) STRICT, WITHOUT ROWID;
