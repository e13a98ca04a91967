//! The limit of a projection: one thread that reads pages of the log with rusqlite, decodes each payload straight into its
//! type, adds it up, and writes one multi-row upsert a page, each synced to the disk.

use std::collections::HashMap;
use std::path::Path;

use cqrs_core::rust_decimal::prelude::ToPrimitive as _;
use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, TransactionBehavior, params_from_iter};

use crate::Outcome;
use crate::domain::Deposited;

/// A table of the same shape as that of [`Takings`](crate::projection::Takings), in the same file.
pub(crate) struct RawTable {
    connection: Connection,
}

/// As many rows of four cells as SQLite takes in one statement.
const MOST_ROWS: usize = 32_766 / 4;

/// What a page adds to one row.
#[derive(Default)]
struct Addition {
    deposits: i64,
    cents: i64,
    purpose: String,
}

/// The cents of a deposit.
pub(crate) fn cents(event: &Deposited) -> i64 {
    (event.amount * cqrs_core::rust_decimal::Decimal::ONE_HUNDRED).to_i64().unwrap_or_default()
}

impl RawTable {
    /// Makes the table anew, in a file that no store has open.
    pub(crate) fn create(path: &Path) -> Outcome<Self> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "wal_autocheckpoint", 4096)?;
        connection.pragma_update(None, "cache_size", -32 * 1024)?;
        connection.execute_batch(
            "DROP TABLE IF EXISTS raw_takings; CREATE TABLE raw_takings (account_id TEXT NOT NULL, \
             deposits INTEGER NOT NULL, cents INTEGER NOT NULL, purpose TEXT NOT NULL, \
             PRIMARY KEY (account_id)) STRICT, WITHOUT ROWID; PRAGMA wal_checkpoint(TRUNCATE)",
        )?;
        Ok(Self { connection })
    }

    /// Folds the whole log, so many events a page.
    pub(crate) fn fold(&mut self, page: usize) -> Outcome {
        let mut position = 0;
        loop {
            let additions = self.read(&mut position, page)?;
            if additions.is_empty() {
                return Ok(());
            }
            self.upsert(&additions)?;
        }
    }

    fn read(&self, position: &mut i64, page: usize) -> Outcome<HashMap<String, Addition>> {
        let mut select = self.connection.prepare_cached(
            "SELECT event.position, stream.aggregate_id, event.payload FROM cqrs_events AS event \
             JOIN cqrs_streams AS stream ON stream.id = event.stream \
             WHERE event.position > ?1 AND event.event_type = 1 ORDER BY event.position LIMIT ?2",
        )?;
        let mut rows = select.query((*position, page as i64))?;
        let mut additions = HashMap::<String, Addition>::new();
        while let Some(row) = rows.next()? {
            *position = row.get(0)?;
            let account = row.get_ref(1)?.as_str()?;
            let event: Deposited = serde_json::from_str(row.get_ref(2)?.as_str()?)?;
            let addition = match additions.get_mut(account) {
                Some(addition) => addition,
                None => additions.entry(account.to_owned()).or_default(),
            };
            addition.deposits += 1;
            addition.cents += cents(&event);
            addition.purpose = event.purpose_;
        }
        Ok(additions)
    }

    fn upsert(&mut self, additions: &HashMap<String, Addition>) -> Outcome {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let additions: Vec<_> = additions.iter().collect();
        for additions in additions.chunks(MOST_ROWS) {
            let places = vec!["(?, ?, ?, ?)"; additions.len()].join(", ");
            let mut upsert = transaction.prepare_cached(&format!(
                "INSERT INTO raw_takings (account_id, deposits, cents, purpose) VALUES {places} \
                 ON CONFLICT (account_id) DO UPDATE SET deposits = deposits + excluded.deposits, \
                 cents = cents + excluded.cents, purpose = excluded.purpose",
            ))?;
            let cells = additions.iter().flat_map(|(account, addition)| {
                [
                    ToSqlOutput::from(account.as_str()),
                    ToSqlOutput::from(addition.deposits),
                    ToSqlOutput::from(addition.cents),
                    ToSqlOutput::from(addition.purpose.as_str()),
                ]
            });
            upsert.execute(params_from_iter(cells))?;
        }
        Ok(transaction.commit()?)
    }

    /// What the rows add up to.
    pub(crate) fn sums(&self) -> Outcome<[i64; 4]> {
        Self::sums_of(&self.connection, "raw_takings")
    }

    /// What the rows of a table of this shape add up to.
    pub(crate) fn sums_of(connection: &Connection, table: &str) -> Outcome<[i64; 4]> {
        let sql = format!(
            "SELECT count(*), sum(deposits), sum(cents), sum(CAST(substr(purpose, 9) AS INTEGER)) FROM {table}"
        );
        let cells = |row: &rusqlite::Row<'_>| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?]);
        Ok(connection.query_row(&sql, [], cells)?)
    }
}
