//! rusqlite alone: the same steps in one table with the two indexes that anybody needs, statements prepared once.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior, params};
use uuid::Uuid;

use crate::account::{DEPOSITS_AN_ACCOUNT, Deposit, Deposits, OWNER, Outcome};

pub(crate) struct RawSqlite {
    connection: Connection,
}

const OPENED: i64 = 1;
const DEPOSITED: i64 = 2;

#[derive(Default)]
struct Account {
    version: i64,
    open: bool,
    cents: i64,
}

impl RawSqlite {
    pub(crate) fn create(path: &Path) -> Outcome<Self> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute_batch(
            "CREATE TABLE events (position INTEGER PRIMARY KEY, account TEXT NOT NULL, version INTEGER NOT NULL, \
             event_type INTEGER NOT NULL, recorded_at INTEGER NOT NULL, event_id BLOB NOT NULL, payload TEXT NOT NULL, \
             UNIQUE (account, version)) STRICT; \
             CREATE TABLE takings (account TEXT PRIMARY KEY, deposits INTEGER NOT NULL, cents INTEGER NOT NULL) \
             STRICT, WITHOUT ROWID",
        )?;
        Ok(Self { connection })
    }

    /// What an account comes to, folded from its events.
    pub(crate) fn balance(&self, account: &str) -> Outcome<i64> {
        Ok(load(&self.connection, account)?.cents)
    }

    /// Opens an account and makes its deposits: each a transaction that loads, folds and inserts.
    pub(crate) fn run(&mut self, account: &str) -> Outcome<usize> {
        for n in 0..=DEPOSITS_AN_ACCOUNT {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            command(&transaction, account, n)?;
            transaction.commit()?;
        }
        Ok(DEPOSITS_AN_ACCOUNT + 1)
    }

    /// The same for many accounts at a time: one command of each shares a transaction.
    pub(crate) fn run_together(&mut self, accounts: &[String]) -> Outcome<usize> {
        for n in 0..=DEPOSITS_AN_ACCOUNT {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for account in accounts {
                command(&transaction, account, n)?;
            }
            transaction.commit()?;
        }
        Ok(accounts.len() * (DEPOSITS_AN_ACCOUNT + 1))
    }

    /// So many deposits into an account of its own.
    pub(crate) fn fill(&mut self, account: &str, deposits: usize) -> Outcome {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        command(&transaction, account, 0)?;
        for (index, deposit) in (Deposits { first: 0, count: deposits }).iter().enumerate() {
            let payload = serde_json::to_string(&deposit)?;
            insert(&transaction, account, index as i64 + 2, DEPOSITED, &payload)?;
        }
        Ok(transaction.commit()?)
    }

    /// Reads the whole log and adds it up in memory, by account: how many deposits and cents.
    pub(crate) fn add_up(&self) -> Outcome<std::collections::HashMap<String, (i64, i64)>> {
        let mut sums = std::collections::HashMap::<String, (i64, i64)>::new();
        let mut select = self
            .connection
            .prepare_cached("SELECT account, event_type, payload FROM events ORDER BY position")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            if row.get_ref(1)?.as_i64()? != DEPOSITED {
                continue;
            }
            let account = row.get_ref(0)?.as_str()?;
            let deposit: Deposit = serde_json::from_str(row.get_ref(2)?.as_str()?)?;
            let sum = match sums.get_mut(account) {
                Some(sum) => sum,
                None => sums.entry(account.to_owned()).or_default(),
            };
            sum.0 += 1;
            sum.1 += deposit.cents;
        }
        Ok(sums)
    }

    /// Reads the log in pages and writes what each comes to into a table, a transaction a page.
    pub(crate) fn project(&mut self) -> Outcome {
        const PAGE: i64 = 4096;
        self.connection.execute_batch("DELETE FROM takings")?;
        let mut position = 0;
        loop {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let mut sums = std::collections::HashMap::<String, (i64, i64)>::new();
            let mut read = 0;
            {
                let mut select = transaction.prepare_cached(
                    "SELECT position, account, event_type, payload FROM events WHERE position > ?1 \
                     ORDER BY position LIMIT ?2",
                )?;
                let mut rows = select.query([position, PAGE])?;
                while let Some(row) = rows.next()? {
                    position = row.get(0)?;
                    read += 1;
                    if row.get_ref(2)?.as_i64()? != DEPOSITED {
                        continue;
                    }
                    let deposit: Deposit = serde_json::from_str(row.get_ref(3)?.as_str()?)?;
                    let account = row.get_ref(1)?.as_str()?;
                    let sum = match sums.get_mut(account) {
                        Some(sum) => sum,
                        None => sums.entry(account.to_owned()).or_default(),
                    };
                    sum.0 += 1;
                    sum.1 += deposit.cents;
                }
                let mut upsert = transaction.prepare_cached(
                    "INSERT INTO takings (account, deposits, cents) VALUES (?1, ?2, ?3) ON CONFLICT (account) \
                     DO UPDATE SET deposits = deposits + excluded.deposits, cents = cents + excluded.cents",
                )?;
                for (account, (deposits, cents)) in &sums {
                    upsert.execute(params![account, deposits, cents])?;
                }
            }
            transaction.commit()?;
            if read < PAGE {
                return Ok(());
            }
        }
    }

    /// What the table adds up to.
    pub(crate) fn total(&self) -> Outcome<(i64, i64)> {
        let sums = "SELECT sum(deposits), sum(cents) FROM takings";
        Ok(self.connection.query_row(sums, [], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }
}

/// One command: the opening when `n` is 0, and a deposit from then on.
fn command(connection: &Connection, account: &str, n: usize) -> Outcome {
    let state = load(connection, account)?;
    let (event_type, payload) = if n == 0 {
        (OPENED, serde_json::json!({ "owner": OWNER }).to_string())
    } else {
        assert!(state.open, "an account is opened before it takes deposits");
        let deposit = Deposits::one(n - 1).iter().next().ok_or("one deposit")?;
        (DEPOSITED, serde_json::to_string(&deposit)?)
    };
    insert(connection, account, state.version + 1, event_type, &payload)
}

fn load(connection: &Connection, account: &str) -> Outcome<Account> {
    let mut select = connection.prepare_cached(
        "SELECT version, event_type, payload FROM events WHERE account = ?1 ORDER BY version",
    )?;
    let mut rows = select.query([account])?;
    let mut state = Account::default();
    while let Some(row) = rows.next()? {
        state.version = row.get(0)?;
        if row.get_ref(1)?.as_i64()? == OPENED {
            state.open = true;
        } else {
            let deposit: Deposit = serde_json::from_str(row.get_ref(2)?.as_str()?)?;
            state.cents += deposit.cents;
        }
    }
    Ok(state)
}

fn insert(connection: &Connection, account: &str, version: i64, event_type: i64, payload: &str) -> Outcome {
    let mut insert = connection.prepare_cached(
        "INSERT INTO events (account, version, event_type, recorded_at, event_id, payload) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    let recorded_at = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_micros() as i64;
    insert.execute(params![account, version, event_type, recorded_at, Uuid::now_v7().as_bytes(), payload])?;
    Ok(())
}
