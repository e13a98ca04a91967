//! From the driver's errors to the one error of all stores: what kind of failure it is, and what helps.
//!
//! The driver's own words stay behind each error as its source. Nothing here decides whether to try again.

use cqrs_core::store::{StoreError, StoreErrorKind};
use rusqlite::ErrorCode;

/// The outcome of work in the database whose failure is the database's.
pub(crate) type Outcome<T> = Result<T, StoreError>;

/// What a driver's error means to a caller of the store.
pub(crate) fn store_error(error: rusqlite::Error) -> StoreError {
    let (kind, message) = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => {
            (StoreErrorKind::Busy, "another connection keeps the database locked")
        }
        Some(ErrorCode::DiskFull) => (StoreErrorKind::Full, "there is no room left for the database"),
        // Without room, SQLite cannot enlarge the file through which connections share the log's index.
        Some(ErrorCode::SystemIoFailure)
            if error.sqlite_extended_error_code() == Some(rusqlite::ffi::SQLITE_IOERR_SHMSIZE) =>
        {
            (StoreErrorKind::Full, "there is no room left beside the database")
        }
        Some(ErrorCode::ReadOnly) => (StoreErrorKind::ReadOnly, "the database may only be read"),
        Some(ErrorCode::NotADatabase) => (StoreErrorKind::Incompatible, "the file is not an SQLite database"),
        Some(ErrorCode::DatabaseCorrupt) => (StoreErrorKind::Corrupt, "the database is damaged"),
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            (StoreErrorKind::Unavailable, "the database cannot be opened")
        }
        Some(ErrorCode::TooBig) => (StoreErrorKind::Invalid, "a value is larger than SQLite can hold"),
        _ => (StoreErrorKind::Other, "the database failed"),
    };
    StoreError::new(kind, message).because(error)
}

/// Stored data that no store of this layout writes.
pub(crate) fn corrupt(message: impl Into<String>) -> StoreError {
    StoreError::new(StoreErrorKind::Corrupt, message)
}

/// Puts the driver's errors into the store's terms.
pub(crate) trait OrStoreError<T> {
    /// The same outcome with the store's error.
    fn or_store_error(self) -> Outcome<T>;
}

impl<T> OrStoreError<T> for rusqlite::Result<T> {
    fn or_store_error(self) -> Outcome<T> {
        self.map_err(store_error)
    }
}
