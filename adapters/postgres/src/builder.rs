//! The settings of a store: where it is, how it waits, and how much it may take of memory and connections.
//!
//! Every setting has a default that is safe.

use std::time::Duration;

use cqrs_core::store::StoreError;
use tokio_postgres::Config;
use tokio_postgres::config::SslMode;

use crate::connect::Setup;
use crate::queue::Bounds;
use crate::store::PostgresStore;
#[cfg(feature = "tls")]
use crate::tls::Tls;

/// The settings of a store that is about to be opened.
///
/// ```no_run
/// use std::time::Duration;
/// use cqrs_postgres::PostgresStore;
///
/// # async fn open() -> Result<(), cqrs_core::store::StoreError> {
/// let builder = PostgresStore::builder("postgres://bank@localhost/bank");
/// let store = builder.schema("ledger").connections(8).lock_timeout(Duration::from_secs(1)).open().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing is opened until `open` is called"]
pub struct PostgresStoreBuilder {
    pub(crate) address: Address,
    root_certificates: Option<Vec<u8>>,
    pub(crate) schema: String,
    pub(crate) migrate: bool,
    pub(crate) connections: usize,
    pub(crate) connect_timeout: Duration,
    pub(crate) lock_timeout: Duration,
    pub(crate) statement_timeout: Duration,
    pub(crate) retry_for: Duration,
    pub(crate) notice_within: Duration,
    pub(crate) bounds: Bounds,
}

/// A connection string, which may hold a password.
#[derive(Clone)]
pub(crate) struct Address(String);

impl std::fmt::Debug for Address {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("…")
    }
}

impl PostgresStoreBuilder {
    pub(crate) fn new(address: String) -> Self {
        Self {
            address: Address(address),
            root_certificates: None,
            schema: "public".to_owned(),
            migrate: true,
            connections: 8,
            connect_timeout: Duration::from_secs(10),
            lock_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(30),
            retry_for: Duration::from_secs(10),
            notice_within: Duration::from_millis(250),
            bounds: Bounds { jobs: 16_384, bytes: 256 * 1024 * 1024 },
        }
    }

    /// The certificates, in PEM, by which the server's own is verified in place of those that the system trusts. With them the connection is
    /// encrypted and verified whatever the address says.
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.root_certificates = Some(pem.into());
        self
    }

    /// The schema that holds the store's tables and its read models; `public` when nothing is said. It is created where it is missing.
    pub fn schema(mut self, schema: impl Into<String>) -> Self {
        self.schema = schema.into();
        self
    }

    /// Whether the store's own tables are made or brought to the newest layout; they are when nothing is said. Otherwise a
    /// schema of another layout is refused, and [`migrations`](crate::migrations) has the SQL for somebody who may run it.
    pub fn migrate(mut self, migrate: bool) -> Self {
        self.migrate = migrate;
        self
    }

    /// How many connections calls may take at the same time, besides one that appends and one that listens; 8 when nothing is said, at
    /// least 1.
    pub fn connections(mut self, connections: usize) -> Self {
        self.connections = connections.max(1);
        self
    }

    /// How long a connection may take to be made; 10 seconds when nothing is said.
    pub fn connect_timeout(mut self, patience: Duration) -> Self {
        self.connect_timeout = patience;
        self
    }

    /// How long to wait for a lock that another session holds before a call fails as busy; 5 seconds when nothing is said.
    pub fn lock_timeout(mut self, patience: Duration) -> Self {
        self.lock_timeout = patience;
        self
    }

    /// How long one statement may take before it is given up; 30 seconds when nothing is said. A transaction that was left idle for as
    /// long is ended by the server.
    pub fn statement_timeout(mut self, patience: Duration) -> Self {
        self.statement_timeout = patience;
        self
    }

    /// How long appends are tried again while the server cannot be reached, or gives way to other transactions, before they fail; 10
    /// seconds when nothing is said.
    pub fn retry_for(mut self, patience: Duration) -> Self {
        self.retry_for = patience;
        self
    }

    /// How soon a store notices what other processes commit where no notification comes through; 250 milliseconds when nothing is
    /// said, at least 1.
    pub fn notice_within(mut self, interval: Duration) -> Self {
        self.notice_within = interval.max(Duration::from_millis(1));
        self
    }

    /// How much may wait to be written before further calls are refused as busy: so many calls, and so many bytes of
    /// payload; 16,384 and 256 MiB when nothing is said, at least 1 each.
    pub fn queue(mut self, calls: usize, bytes: usize) -> Self {
        self.bounds = Bounds { jobs: calls.max(1), bytes: bytes.max(1) };
        self
    }

    /// Opens the store, and makes its tables or brings them to the newest layout where need be.
    ///
    /// Call it within a tokio runtime, which then runs the store's tasks.
    ///
    /// # Errors
    ///
    /// [`Invalid`](cqrs_core::store::StoreErrorKind::Invalid) when the address is none,
    /// [`Unavailable`](cqrs_core::store::StoreErrorKind::Unavailable) when the server cannot be reached,
    /// [`Incompatible`](cqrs_core::store::StoreErrorKind::Incompatible) when it is too old, its encoding is not UTF-8, or the schema has
    /// another layout and may not be migrated.
    pub async fn open(self) -> Result<PostgresStore, StoreError> {
        PostgresStore::open_with(self).await
    }

    pub(crate) fn setup(&self) -> Result<Setup, StoreError> {
        // Whoever asks for encryption has the certificate verified.
        let address = ["verify-full", "verify-ca"].iter().fold(self.address.0.clone(), |address, mode| {
            address.replace(&format!("sslmode={mode}"), "sslmode=require")
        });
        let mut config: Config = address.parse().map_err(|error: tokio_postgres::Error| {
            StoreError::invalid(
                "the address of the database is none, as `postgres://role:password@host/database` is",
            )
            .because(error)
        })?;
        if self.root_certificates.is_some() {
            config.ssl_mode(SslMode::Require);
        }
        if self.schema.is_empty() || self.schema.len() > 63 || self.schema.contains('\0') {
            return Err(StoreError::invalid(format!("`{}` is no name of a schema", self.schema)));
        }
        config.connect_timeout(self.connect_timeout);
        // A server that went away without a word is noticed.
        config.keepalives_idle(Duration::from_secs(10)).keepalives_interval(Duration::from_secs(5));
        config.keepalives_retries(3).tcp_user_timeout(Duration::from_secs(20));
        if config.get_application_name().is_none() {
            config.application_name("cqrs");
        }
        #[cfg(not(feature = "tls"))]
        if config.get_ssl_mode() == SslMode::Require {
            return Err(StoreError::invalid(
                "this build has no TLS; have the feature `tls` of `cqrs-postgres`",
            ));
        }
        Ok(Setup {
            #[cfg(feature = "tls")]
            tls: match config.get_ssl_mode() {
                SslMode::Disable => None,
                SslMode::Require => Some(Tls::verified(self.root_certificates.as_deref())?),
                _ => Some(Tls::unverified()?),
            },
            config,
            schema: self.schema.clone(),
            lock_timeout: self.lock_timeout,
            statement_timeout: self.statement_timeout,
        })
    }
}
