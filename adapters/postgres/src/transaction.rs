//! Transactions on a lent connection: how they begin, so that all that is read is of one moment, and how they end.
//!
//! A table can be replaced by another one of its name at any time, whatever moment a transaction reads as of. So a transaction takes
//! a lock on the table before it looks at anything.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

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
        Ok(self.begin_with(table, access, async {}).await?.is_some())
    }

    /// As [`begin_on`](Self::begin_on), with a first request that is sent right behind; its answer, or `None` where the table is not there.
    pub(crate) async fn begin_with<T>(
        &self,
        table: &str,
        access: Access,
        first: impl Future<Output = T>,
    ) -> Outcome<Option<T>> {
        let (kind, lock) = match access {
            Access::Read => ("ISOLATION LEVEL REPEATABLE READ READ ONLY", "ACCESS SHARE"),
            Access::Write => ("ISOLATION LEVEL REPEATABLE READ", "ROW EXCLUSIVE"),
            Access::WriteInTurn => ("", "ROW EXCLUSIVE"),
        };
        self.note_begun();
        let sql = format!("BEGIN {kind}; LOCK TABLE {} IN {lock} MODE", quoted(table));
        let (begun, answer) = tokio::join!(biased; self.client().batch_execute(&sql), first);
        match begun {
            Ok(()) => Ok(Some(answer)),
            Err(error) => {
                self.roll_back().await;
                if error.code() == Some(&SqlState::UNDEFINED_TABLE) {
                    Ok(None)
                } else {
                    Err(store_error(error))
                }
            }
        }
    }

    /// Ends a transaction with its last statements and, right behind them, the commit: one round trip. Where any of them fails, nothing is
    /// committed.
    ///
    /// `last` sends everything when it is polled for the first time: its statements are prepared, and none waits for another. What fails
    /// before it is sent is seen then; what the server refuses makes it refuse the commit too.
    pub(crate) async fn commit_behind<T>(
        &self,
        last: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, tokio_postgres::Error> {
        let mut last = pin!(last);
        let sent = poll_fn(|context| Poll::Ready(last.as_mut().poll(context))).await;
        let commit = self.client().batch_execute("COMMIT");
        let (done, committed) = match sent {
            Poll::Ready(Err(error)) => {
                self.roll_back().await;
                return Err(error);
            }
            Poll::Ready(Ok(done)) => (Ok(done), commit.await),
            Poll::Pending => tokio::join!(biased; last, commit),
        };
        self.note_ended();
        let done = done?;
        committed.map(|()| done)
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

#[cfg(test)]
mod tests {
    use cqrs_postgres_testserver::Server;

    use super::*;
    use crate::PostgresStore;
    use crate::connect::Purpose;
    use crate::error::OrStoreError as _;

    #[tokio::test]
    async fn a_commit_behind_statements_commits_all_of_them_or_none() -> Outcome<()> {
        let setup = PostgresStore::builder(Server::of_this_process().address()).setup()?;
        let session = Session::open(&setup, Purpose::Any, None).await?;
        session.run("CREATE TEMPORARY TABLE kept (number bigint PRIMARY KEY)").await?;
        let put = session.prepared("INSERT INTO kept VALUES ($1)").await.or_store_error()?;
        let client = session.client();

        session.begin().await?;
        // A text is no number, which the driver finds before it sends anything of the second statement.
        let unsendable = async {
            tokio::try_join!(biased; client.execute(&put, &[&1_i64]), client.execute(&put, &[&"two"]))
        };
        assert!(session.commit_behind(unsendable).await.is_err());
        assert!(session.is_clean());

        session.begin().await?;
        let refused = async {
            tokio::try_join!(biased; client.execute(&put, &[&1_i64]), client.execute(&put, &[&1_i64]))
        };
        assert!(session.commit_behind(refused).await.is_err());
        assert!(session.query("SELECT number FROM kept", &[]).await?.is_empty());

        session.begin().await?;
        let sent = async {
            tokio::try_join!(biased; client.execute(&put, &[&1_i64]), client.execute(&put, &[&2_i64]))
        };
        session.commit_behind(sent).await.or_store_error()?;
        assert_eq!(session.query("SELECT number FROM kept", &[]).await?.len(), 2);
        Ok(())
    }
}
