//! The settings of a store: where it is, how it waits, how much memory it may take, and how durable it is.
//!
//! Every setting has a default that is safe; the only one that gives something up says so in its name.

use std::path::PathBuf;
use std::time::Duration;

use cqrs_core::store::StoreError;

use crate::open::Setup;
use crate::queue::Bounds;
use crate::store::SqliteStore;

/// What an acknowledged append survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// The end of the process and the loss of power: every commit is synced to the disk before it is acknowledged.
    #[default]
    Full,
    /// The end of the process only: the newest commits may be lost with the power. The file stays consistent.
    ProcessCrash,
}

/// The settings of a store that is about to be opened.
///
/// ```no_run
/// use std::time::Duration;
/// use cqrs_sqlite::SqliteStore;
///
/// # async fn open() -> Result<(), cqrs_core::store::StoreError> {
/// let store = SqliteStore::builder("bank.db").create(false).busy_timeout(Duration::from_secs(1)).open().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing is opened until `open` is called"]
pub struct SqliteStoreBuilder {
    pub(crate) setup: Setup,
    pub(crate) readers: usize,
    pub(crate) notice_within: Duration,
    pub(crate) bounds: Bounds,
}

impl SqliteStoreBuilder {
    pub(crate) fn new(path: PathBuf) -> Self {
        let setup = Setup {
            path,
            create: true,
            durability: Durability::Full,
            busy_timeout: Duration::from_secs(5),
            page_bytes: 4096,
            cache_bytes: 32 * 1024 * 1024,
            most_bytes: None,
        };
        let bounds = Bounds { jobs: 16_384, bytes: 256 * 1024 * 1024 };
        Self { setup, readers: 4, notice_within: Duration::from_millis(25), bounds }
    }

    /// Whether a missing file is created; it is when nothing is said. A missing directory never is.
    pub fn create(mut self, create: bool) -> Self {
        self.setup.create = create;
        self
    }

    /// What an acknowledged append survives; [`Durability::Full`] when nothing is said.
    pub fn durability(mut self, durability: Durability) -> Self {
        self.setup.durability = durability;
        self
    }

    /// How many reads run at the same time, each on a connection of its own; 4 when nothing is said, at least 1.
    pub fn readers(mut self, readers: usize) -> Self {
        self.readers = readers.max(1);
        self
    }

    /// How long to wait for a lock that another process holds before a call fails as busy; 5 seconds when nothing is said.
    pub fn busy_timeout(mut self, patience: Duration) -> Self {
        self.setup.busy_timeout = patience;
        self
    }

    /// How soon an idle store notices what other processes commit; 25 milliseconds when nothing is said, at least 1.
    pub fn notice_within(mut self, interval: Duration) -> Self {
        self.notice_within = interval.max(Duration::from_millis(1));
        self
    }

    /// The bytes of a page of a file that is created: a power of two from 512 to 65,536; 4,096 when nothing is said.
    pub fn page_bytes(mut self, bytes: u32) -> Self {
        self.setup.page_bytes = bytes;
        self
    }

    /// How much of the file each connection may keep in memory; 32 MiB when nothing is said.
    pub fn cache_bytes(mut self, bytes: u64) -> Self {
        self.setup.cache_bytes = bytes;
        self
    }

    /// How large the file may grow before appends are refused as [full](cqrs_core::store::StoreErrorKind::Full), without the
    /// log beside it; without a bound when nothing is said.
    pub fn most_bytes(mut self, bytes: u64) -> Self {
        self.setup.most_bytes = Some(bytes);
        self
    }

    /// How much may wait to be written before further calls are refused as busy: so many calls, and so many bytes of
    /// payload; 16,384 and 256 MiB when nothing is said, at least 1 each.
    pub fn queue(mut self, calls: usize, bytes: usize) -> Self {
        self.bounds = Bounds { jobs: calls.max(1), bytes: bytes.max(1) };
        self
    }

    /// Opens the store, and creates the file or brings it to the newest layout where need be.
    ///
    /// Call it within a tokio runtime; the store's reads run on that runtime's blocking threads.
    ///
    /// # Errors
    ///
    /// [`Unavailable`](cqrs_core::store::StoreErrorKind::Unavailable) when the file or its directory cannot be opened,
    /// [`ReadOnly`](cqrs_core::store::StoreErrorKind::ReadOnly) when it may not be written,
    /// [`Incompatible`](cqrs_core::store::StoreErrorKind::Incompatible) when the file is not a store, or one of a newer layout,
    /// [`Invalid`](cqrs_core::store::StoreErrorKind::Invalid) when a setting is out of its bounds.
    pub async fn open(self) -> Result<SqliteStore, StoreError> {
        let page = self.setup.page_bytes;
        if !page.is_power_of_two() || !(512..=65_536).contains(&page) {
            return Err(StoreError::invalid(format!(
                "a page of {page} bytes is not a power of two from 512 to 65536"
            )));
        }
        SqliteStore::open_with(self).await
    }
}
