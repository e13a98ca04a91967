//! Transactions on a lent connection: how they begin, so that all that is read is of one moment, and how they end.
//!
//! A table can be replaced by another one of its name at any time, whatever moment a transaction reads as of. So a transaction takes
//! a lock on the table before it looks at anything.

use cqrs_core::store::StoreError;
use tokio_postgres::error::SqlState;

use crate::connect::{Session, quoted};
use crate::error::{Outcome, store_error};

/// What a transaction wants of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// To read it, and nothing else.
    Read,
    /// To change it, if nobody has done so since the transaction's moment.
    Write,
    /// To change it after whoever does so now.
    WriteInTurn,
}

impl Session {
    /// Begins a transaction whose reads are of the moment after it got hold of a table; says whether that is there.
    pub(crate) async fn begin_on(&self, table: &str, access: Access) -> Outcome<bool> {
        let (kind, lock) = match access {
            Access::Read => ("ISOLATION LEVEL REPEATABLE READ READ ONLY", "ACCESS SHARE"),
            Access::Write => ("ISOLATION LEVEL REPEATABLE READ", "ROW EXCLUSIVE"),
            Access::WriteInTurn => ("", "ROW EXCLUSIVE"),
        };
        self.note_begun();
        let sql = format!("BEGIN {kind}; LOCK TABLE {} IN {lock} MODE", quoted(table));
        match self.client().batch_execute(&sql).await {
            Ok(()) => Ok(true),
            Err(error) => {
                self.roll_back().await;
                if error.code() == Some(&SqlState::UNDEFINED_TABLE) {
                    Ok(false)
                } else {
                    Err(store_error(error))
                }
            }
        }
    }

    /// Ends a transaction: commits what went well and takes back what did not.
    pub(crate) async fn end<T, E: From<StoreError>>(&self, done: Result<T, E>) -> Result<T, E> {
        match done {
            Ok(done) => {
                self.commit().await?;
                Ok(done)
            }
            Err(error) => {
                self.roll_back().await;
                Err(error)
            }
        }
    }
}
