//! The limit: the same rows in the same tables with the same indexes and the same durability, written and read by
//! rusqlite alone.
//!
//! The file is made by the store itself, so that its layout is the store's; then the triggers are dropped, for the limit is
//! what SQLite does without anybody's promises.

use std::path::Path;

use cqrs_sqlite::SqliteStore;
use rusqlite::{Connection, TransactionBehavior, params};
use uuid::Uuid;

use crate::Outcome;
use crate::domain::{Account, Deposited, deposited};

const DEPOSITED: i64 = 1;

/// A store's file without a store.
pub(crate) struct Raw {
    connection: Connection,
    position: i64,
    versions: Vec<i64>,
    /// How far one event's stream is from the next one's.
    stride: usize,
}

impl Raw {
    /// Makes a file with so many empty streams.
    pub(crate) async fn create(path: &Path, streams: usize) -> Outcome<Self> {
        let store = SqliteStore::open(path).await?;
        cqrs_core::App::builder(store).build().await?.shutdown().await?;
        let mut connection = Connection::open(path)?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "wal_autocheckpoint", 4096)?;
        connection.pragma_update(None, "cache_size", -32 * 1024)?;
        let triggers: Vec<String> = connection
            .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for trigger in triggers {
            connection.execute_batch(&format!("DROP TRIGGER \"{trigger}\""))?;
        }
        connection.execute(
            "INSERT INTO cqrs_event_types (id, aggregate_type, name, version) VALUES (?1, 'Account', 'Deposited', 3)",
            [DEPOSITED],
        )?;
        let transaction = connection.transaction()?;
        for stream in 0..streams {
            transaction.execute(
                "INSERT INTO cqrs_streams (id, aggregate_type, aggregate_id) VALUES (?1, 'Account', ?2)",
                params![stream as i64, format!("account-{stream}")],
            )?;
        }
        transaction.commit()?;
        Ok(Self { connection, position: 0, versions: vec![0; streams], stride: 1 })
    }

    /// Has each event go to a stream far from the last one's, yet as many to each.
    pub(crate) fn scattered(mut self) -> Self {
        self.stride = 104_729;
        self
    }

    /// Inserts deposits, so many a transaction, one stream after the other.
    pub(crate) fn insert(&mut self, count: usize, a_transaction: usize) -> Outcome {
        let mut done = 0;
        while done < count {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            {
                let mut insert = transaction.prepare_cached(
                    "INSERT INTO cqrs_events (position, stream, version, event_type, recorded_at, event_id, \
                     correlation_id, causation_id, payload) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                )?;
                for n in done..(done + a_transaction).min(count) {
                    let stream = n * self.stride % self.versions.len();
                    self.position += 1;
                    self.versions[stream] += 1;
                    let command = Uuid::now_v7();
                    let recorded_at = 1_700_000_000_000_000 + self.position;
                    let payload = serde_json::to_string(&deposited(n))?;
                    insert.execute(params![
                        self.position,
                        stream as i64,
                        self.versions[stream],
                        DEPOSITED,
                        recorded_at,
                        Uuid::now_v7().as_bytes(),
                        command.as_bytes(),
                        command.as_bytes(),
                        payload,
                    ])?;
                }
            }
            transaction.commit()?;
            done += a_transaction;
        }
        Ok(())
    }

    /// Opens a file that a store has closed, for reading alone.
    pub(crate) fn open(path: &Path) -> Outcome<Self> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "cache_size", -32 * 1024)?;
        Ok(Self { connection, position: 0, versions: Vec::new(), stride: 1 })
    }

    /// Selects the payloads of an account's deposits in order, decodes each straight into its type, and folds it.
    pub(crate) fn load(&self, account: &str) -> Outcome<Account> {
        let mut select = self.connection.prepare_cached(
            "SELECT event.payload FROM cqrs_events AS event JOIN cqrs_streams AS stream ON stream.id = event.stream \
             WHERE stream.aggregate_type = 'Account' AND stream.aggregate_id = ?1 ORDER BY event.version",
        )?;
        let mut rows = select.query([account])?;
        let mut state = Account::default();
        while let Some(row) = rows.next()? {
            let event: Deposited = serde_json::from_str(row.get_ref(0)?.as_str()?)?;
            cqrs_core::Apply::apply(&mut state, &event);
        }
        Ok(state)
    }
}
