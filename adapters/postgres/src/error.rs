//! From the server's errors to the one error of all stores: what kind of failure it is, and what helps.
//!
//! The server's own words stay behind each error as its source; they hold no password and no payload. Nothing here decides
//! whether to try again.

use cqrs_core::store::{StoreError, StoreErrorKind};
use tokio_postgres::error::SqlState;

/// The outcome of work in the database whose failure is the database's.
pub(crate) type Outcome<T> = Result<T, StoreError>;

/// What a driver's error means to a caller of the store.
pub(crate) fn store_error(error: tokio_postgres::Error) -> StoreError {
    let (kind, message) = match error.code() {
        Some(code) => meaning_of(code),
        None if is_misuse(&error) => (StoreErrorKind::Invalid, "a value does not fit its column"),
        None => (StoreErrorKind::Unavailable, "the database cannot be reached"),
    };
    let failure = StoreError::new(kind, message);
    match error.as_db_error() {
        // The driver's own words say no more than that there was an error.
        Some(said) => failure.because(said.clone()),
        None => failure.because(Words(error)),
    }
}

/// What a server's error code means.
fn meaning_of(code: &SqlState) -> (StoreErrorKind, &'static str) {
    use StoreErrorKind::{Busy, Corrupt, Full, Incompatible, Invalid, Other, ReadOnly, Unavailable};
    match code.code() {
        "55P03" => (Busy, "another session keeps the log locked"),
        "57014" => (Busy, "the database did not answer in the time that was given"),
        "40001" | "40P01" => (Busy, "the database gave way to another transaction"),
        "53300" => (Busy, "the database has no connection left"),
        "53200" => (Busy, "the database is short of memory"),
        "53100" => (Full, "there is no room left for the database"),
        "25006" => (ReadOnly, "the database may only be read, as a standby may"),
        "57P01" | "57P02" | "57P03" | "57P05" | "25P03" | "25P04" => {
            (Unavailable, "the database is shutting down, starting up, or has ended the connection")
        }
        "28000" | "28P01" => (Other, "the database refuses the role or its password"),
        "3D000" => (Other, "there is no such database on the server"),
        "42501" => (Other, "the role lacks a right that the store needs"),
        "42P01" | "42703" | "3F000" | "42883" => {
            (Incompatible, "a table of the store is missing or of another layout")
        }
        "XX001" | "XX002" => (Corrupt, "the database is damaged"),
        code if code.starts_with("08") => (Unavailable, "the connection to the database broke"),
        code if code.starts_with("22") || code.starts_with("54") => {
            (Invalid, "a value is not one that PostgreSQL can hold")
        }
        _ => (Other, "the database failed"),
    }
}

/// Whether it was the driver that refused a value or a row, without asking the server.
fn is_misuse(error: &tokio_postgres::Error) -> bool {
    let words = error.to_string();
    ["error serializing", "error deserializing", "expected "].iter().any(|start| words.starts_with(start))
}

/// Whether the connection is of no use any more, so that nobody knows what became of what was sent last.
pub(crate) fn is_cut(error: &tokio_postgres::Error) -> bool {
    match error.code() {
        Some(code) => code.code().starts_with("57P") || code.code().starts_with("08"),
        None => !is_misuse(error),
    }
}

/// What the error of a commit means: the outcome is not known where the connection is of no use any more.
pub(crate) fn commit_error(error: tokio_postgres::Error) -> StoreError {
    let is_cut = is_cut(&error);
    let error = store_error(error);
    if is_cut { error.with_unknown_outcome() } else { error }
}

/// Whether a key was there already.
pub(crate) fn is_taken(error: &tokio_postgres::Error) -> bool {
    error.code() == Some(&SqlState::UNIQUE_VIOLATION)
}

/// A driver's error with all of its words.
#[derive(Debug)]
struct Words(tokio_postgres::Error);

impl std::fmt::Display for Words {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        use std::error::Error as _;
        match self.0.source() {
            Some(source) => write!(formatter, "{}: {source}", self.0),
            None => write!(formatter, "{}", self.0),
        }
    }
}

impl std::error::Error for Words {}

/// Stored data that no store of this layout writes.
pub(crate) fn corrupt(message: impl Into<String>) -> StoreError {
    StoreError::new(StoreErrorKind::Corrupt, message)
}

/// Puts the driver's errors into the store's terms.
pub(crate) trait OrStoreError<T> {
    /// The same outcome with the store's error.
    fn or_store_error(self) -> Outcome<T>;
}

impl<T> OrStoreError<T> for Result<T, tokio_postgres::Error> {
    fn or_store_error(self) -> Outcome<T> {
        self.map_err(store_error)
    }
}
