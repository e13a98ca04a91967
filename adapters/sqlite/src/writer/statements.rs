//! The writer's statements, each prepared once for as long as the store is open.

use rusqlite::{Connection, Statement};

use crate::error::{OrStoreError, Outcome};

/// The statements of the append path.
pub(super) struct Statements<'c> {
    pub(super) begin: Statement<'c>,
    pub(super) commit: Statement<'c>,
    pub(super) data_version: Statement<'c>,
    pub(super) head: Statement<'c>,
    pub(super) find_stream: Statement<'c>,
    pub(super) stream_version: Statement<'c>,
    pub(super) insert_stream: Statement<'c>,
    pub(super) find_type: Statement<'c>,
    pub(super) insert_type: Statement<'c>,
    pub(super) insert_event: Statement<'c>,
    pub(super) find_command: Statement<'c>,
    pub(super) insert_command: Statement<'c>,
    pub(super) save_snapshot: Statement<'c>,
}

impl<'c> Statements<'c> {
    pub(super) fn prepare(connection: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            begin: connection.prepare("BEGIN IMMEDIATE")?,
            commit: connection.prepare("COMMIT")?,
            data_version: connection.prepare("PRAGMA data_version")?,
            head: connection
                .prepare("SELECT position, recorded_at FROM cqrs_events ORDER BY position DESC LIMIT 1")?,
            find_stream: connection
                .prepare("SELECT id FROM cqrs_streams WHERE aggregate_type = ?1 AND aggregate_id = ?2")?,
            stream_version: connection
                .prepare("SELECT ifnull(max(version), 0) FROM cqrs_events WHERE stream = ?1")?,
            insert_stream: connection
                .prepare("INSERT INTO cqrs_streams (aggregate_type, aggregate_id) VALUES (?1, ?2)")?,
            find_type: connection.prepare(
                "SELECT id FROM cqrs_event_types WHERE aggregate_type = ?1 AND name = ?2 AND version = ?3",
            )?,
            insert_type: connection.prepare(
                "INSERT INTO cqrs_event_types (aggregate_type, name, version) VALUES (?1, ?2, ?3)",
            )?,
            insert_event: connection.prepare(
                "INSERT INTO cqrs_events (position, stream, version, event_type, recorded_at, tenant, actor, \
                 event_id, correlation_id, causation_id, metadata, payload) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            )?,
            find_command: connection.prepare(crate::read::FIND_COMMAND)?,
            insert_command: connection.prepare(
                "INSERT INTO cqrs_commands (id, stream, version, events, position, recorded_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?,
            save_snapshot: connection.prepare(
                "INSERT INTO cqrs_snapshots (stream, version, fingerprint, state) VALUES (?1, ?2, ?3, ?4) \
                 ON CONFLICT (stream) DO UPDATE SET version = excluded.version, \
                 fingerprint = excluded.fingerprint, state = excluded.state \
                 WHERE excluded.fingerprint <> fingerprint OR excluded.version > version",
            )?,
        })
    }

    /// The position of the newest event, and when it was recorded.
    pub(super) fn read_head(&mut self) -> Outcome<(i64, i64)> {
        let mut rows = self.head.query([]).or_store_error()?;
        match rows.next().or_store_error()? {
            Some(row) => Ok((row.get(0).or_store_error()?, row.get(1).or_store_error()?)),
            None => Ok((0, i64::MIN)),
        }
    }
}
