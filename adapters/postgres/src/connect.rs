//! One connection: how it is made, what its session is set to, and its prepared statements.
//!
//! A session answers one caller at a time; what that caller asks for without waiting is sent at once and answered in order.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cqrs_core::store::{StoreError, StoreErrorKind};
use tokio::sync::Notify;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::types::ToSql;
use tokio_postgres::{AsyncMessage, Client, Config, Connection, NoTls, Row, Socket, Statement};

use crate::error::{OrStoreError, Outcome, commit_error, store_error};

/// How connections are made and their sessions are set up.
#[derive(Clone)]
pub(crate) struct Setup {
    /// Where the server is, and as whom to connect.
    pub(crate) config: Config,
    /// How connections are encrypted; `None` where they are not.
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<crate::tls::Tls>,
    /// The schema that holds everything.
    pub(crate) schema: String,
    /// How long to wait for a lock that another session holds.
    pub(crate) lock_timeout: Duration,
    /// How long one statement may take.
    pub(crate) statement_timeout: Duration,
}

impl fmt::Debug for Setup {
    /// Leaves out the password.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { config, schema, .. } = self;
        formatter
            .debug_struct("Setup")
            .field("hosts", &config.get_hosts())
            .field("database", &config.get_dbname())
            .field("schema", schema)
            .finish_non_exhaustive()
    }
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Reads, and changes of read models.
    Any,
    /// Appends, whose statements all go by a key.
    Append,
}

/// A connection with its prepared statements.
pub(crate) struct Session {
    client: Client,
    statements: Mutex<HashMap<String, Statement>>,
    in_transaction: AtomicBool,
    has_unread: AtomicBool,
}

/// How many prepared statements a session keeps.
const STATEMENTS: usize = 256;

impl Session {
    /// Connects; `wake` is told of every notification.
    pub(crate) async fn open(setup: &Setup, purpose: Purpose, wake: Option<Arc<Notify>>) -> Outcome<Self> {
        let patience = setup.config.get_connect_timeout().copied().unwrap_or(Duration::from_secs(10));
        let connecting = async {
            let client = connect_to(setup, wake).await?;
            client.batch_execute(&settings(setup, purpose)).await.or_store_error()?;
            Ok(client)
        };
        let client = tokio::time::timeout(patience, connecting).await.map_err(|_| {
            StoreError::new(
                StoreErrorKind::Unavailable,
                "the database cannot be reached in the time that was given",
            )
        })??;
        let (in_transaction, has_unread) = (AtomicBool::new(false), AtomicBool::new(false));
        Ok(Self { client, statements: Mutex::default(), in_transaction, has_unread })
    }

    /// The driver's own connection.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// A statement, which is prepared once.
    pub(crate) async fn prepared(&self, sql: &str) -> Result<Statement, tokio_postgres::Error> {
        if let Some(known) = self.statements().get(sql) {
            return Ok(known.clone());
        }
        let statement = self.client.prepare(sql).await?;
        let mut statements = self.statements();
        if statements.len() >= STATEMENTS {
            statements.clear();
        }
        statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    /// The rows of a query.
    pub(crate) async fn query(&self, sql: &str, cells: &[&(dyn ToSql + Sync)]) -> Outcome<Vec<Row>> {
        let statement = self.prepared(sql).await.or_store_error()?;
        self.client.query(&statement, cells).await.or_store_error()
    }

    /// The row of a query, if there is one.
    pub(crate) async fn query_opt(&self, sql: &str, cells: &[&(dyn ToSql + Sync)]) -> Outcome<Option<Row>> {
        let statement = self.prepared(sql).await.or_store_error()?;
        self.client.query_opt(&statement, cells).await.or_store_error()
    }

    /// How many rows a statement has changed.
    pub(crate) async fn execute(&self, sql: &str, cells: &[&(dyn ToSql + Sync)]) -> Outcome<u64> {
        let statement = self.prepared(sql).await.or_store_error()?;
        self.client.execute(&statement, cells).await.or_store_error()
    }

    /// Runs statements that take no values.
    pub(crate) async fn run(&self, sql: &str) -> Outcome<()> {
        self.client.batch_execute(sql).await.or_store_error()
    }

    /// Begins a transaction; until it ends the session is of no use to anybody else.
    pub(crate) async fn begin(&self) -> Outcome<()> {
        self.note_begun();
        self.run("BEGIN").await
    }

    /// Commits; after an error nothing is committed, or the error says that it is not known.
    pub(crate) async fn commit(&self) -> Outcome<()> {
        let committed = self.client.batch_execute("COMMIT").await;
        self.note_ended();
        committed.map_err(commit_error)
    }

    /// Takes back everything since [`begin`](Self::begin).
    pub(crate) async fn roll_back(&self) {
        if self.run("ROLLBACK").await.is_ok() {
            self.note_ended();
        }
    }

    /// Says that a transaction has begun.
    pub(crate) fn note_begun(&self) {
        self.in_transaction.store(true, Ordering::Release);
    }

    /// Says that the transaction has ended.
    pub(crate) fn note_ended(&self) {
        self.in_transaction.store(false, Ordering::Release);
    }

    /// Says that the rest of an answer is not wanted; so the session is of no use any more.
    pub(crate) fn note_unread(&self) {
        self.has_unread.store(true, Ordering::Release);
    }

    /// Whether somebody else can use the session.
    pub(crate) fn is_clean(&self) -> bool {
        let is_amid = |flag: &AtomicBool| flag.load(Ordering::Acquire);
        !self.client.is_closed() && !is_amid(&self.in_transaction) && !is_amid(&self.has_unread)
    }

    fn statements(&self) -> std::sync::MutexGuard<'_, HashMap<String, Statement>> {
        self.statements.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(feature = "tls")]
async fn connect_to(setup: &Setup, wake: Option<Arc<Notify>>) -> Outcome<Client> {
    match &setup.tls {
        Some(tls) => connect(&setup.config, tls.clone(), wake).await,
        None => connect(&setup.config, NoTls, wake).await,
    }
}

#[cfg(not(feature = "tls"))]
async fn connect_to(setup: &Setup, wake: Option<Arc<Notify>>) -> Outcome<Client> {
    connect(&setup.config, NoTls, wake).await
}

async fn connect<T>(config: &Config, tls: T, wake: Option<Arc<Notify>>) -> Outcome<Client>
where
    T: MakeTlsConnect<Socket>,
    T::Stream: Send + 'static,
{
    let (client, connection) = config.connect(tls).await.or_store_error()?;
    tokio::spawn(serve(connection, wake));
    Ok(client)
}

/// Moves messages until the session is dropped or the connection breaks.
async fn serve<S, T>(mut connection: Connection<S, T>, wake: Option<Arc<Notify>>)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    loop {
        match std::future::poll_fn(|context| connection.poll_message(context)).await {
            Some(Ok(AsyncMessage::Notification(_))) => {
                if let Some(wake) = &wake {
                    wake.notify_one();
                }
            }
            Some(Ok(AsyncMessage::Notice(notice))) => tracing::debug!(%notice, "the database says"),
            Some(Ok(_)) => {}
            Some(Err(error)) => {
                tracing::debug!(error = %store_error(error), "a connection to the database broke");
                break;
            }
            None => break,
        }
    }
    // Whoever waits for a notification on this connection looks for itself.
    if let Some(wake) = &wake {
        wake.notify_one();
    }
}

/// What a session is set to. Whatever the role's own settings say, what is acknowledged is on the disk. A page follows a key to
/// its limit; of a table that was never analysed the planner would rather gather all that is left in a bitmap, and sort it, for each page.
fn settings(setup: &Setup, purpose: Purpose) -> String {
    let millis = |time: Duration| time.as_millis().clamp(1, i32::MAX as u128);
    let mut sql = format!(
        "SET search_path TO {schema}; SET lock_timeout TO {lock}; SET statement_timeout TO {statement}; \
         SET idle_in_transaction_session_timeout TO {idle}; SET jit TO off; SET TIME ZONE 'UTC'; \
         SET enable_bitmapscan TO off; \
         SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';",
        schema = quoted(&setup.schema),
        lock = millis(setup.lock_timeout),
        statement = millis(setup.statement_timeout),
        idle = millis(setup.statement_timeout),
    );
    if purpose == Purpose::Append {
        // Each look-up goes by a key, however little the planner knows of the tables.
        sql.push_str(
            " SET enable_seqscan TO off; SET enable_hashjoin TO off; SET enable_mergejoin TO off; \
             SET plan_cache_mode TO force_generic_plan;",
        );
    }
    sql
}

/// A name as SQL writes it.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
