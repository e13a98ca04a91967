//! The one error of all stores: what failed, and whether trying again can help.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// A failure of the database or of the way it is used. Cheap to clone, as one failed commit fails many appends.
#[derive(Debug, Clone)]
pub struct StoreError {
    kind: StoreErrorKind,
    message: String,
    source: Option<Arc<dyn Error + Send + Sync>>,
    outcome_unknown: bool,
}

/// What kind of failure it is; each kind has its own way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// The database cannot be reached or opened.
    Unavailable,
    /// The database is busy or locked by others.
    Busy,
    /// There is no room left.
    Full,
    /// The database may only be read.
    ReadOnly,
    /// The file or database is not one of ours, or is of a newer layout than this build knows.
    Incompatible,
    /// Stored data is damaged.
    Corrupt,
    /// What was asked for breaks a limit of stores.
    Invalid,
    /// Another engine has taken over or has moved on, as with a projection's checkpoint.
    Superseded,
    /// The store is closed.
    Closed,
    /// Anything else that the driver reports.
    Other,
}

impl StoreError {
    /// A failure of a kind, in one sentence.
    pub fn new(kind: StoreErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None, outcome_unknown: false }
    }

    /// A request that breaks a limit.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(StoreErrorKind::Invalid, message)
    }

    /// A call on a closed store.
    pub fn closed() -> Self {
        Self::new(StoreErrorKind::Closed, "the store is closed")
    }

    /// The same failure with the driver's error behind it.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(Arc::from(source.into()));
        self
    }

    /// The same failure, of an append that may have been committed all the same.
    #[must_use]
    pub fn with_unknown_outcome(mut self) -> Self {
        self.outcome_unknown = true;
        self
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> StoreErrorKind {
        self.kind
    }

    /// Whether the same call may succeed later without anybody changing anything.
    pub fn is_retryable(&self) -> bool {
        matches!(self.kind, StoreErrorKind::Unavailable | StoreErrorKind::Busy)
    }

    /// Whether an append that failed so may have been committed; its command id tells.
    pub fn outcome_unknown(&self) -> bool {
        self.outcome_unknown
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)?;
        match &self.source {
            Some(source) => write!(formatter, ": {source}"),
            None => Ok(()),
        }
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}
