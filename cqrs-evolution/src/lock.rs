//! The lock: a text file that records every released shape, made to be read in a review and merged by git.
//!
//! ```text
//! lock 1
//! domain banking
//!
//! event Account.MoneyDeposited [2]
//!   version 1 as Deposit [ceb6ccd5]
//!     cents: i64
//!   version 2 [07d7f0e1]
//!     amount: Money
//!     method: Method?
//!     enum Method.Card.digits: string
//!     enum Method.Cash
//!     newtype Money: decimal
//! ```
//!
//! One line, one fact, sorted, so that a change of a shape is a change of its own lines. Each version has its own copy of
//! the types that it names, because a type may change while the shapes of those days must not. The number of versions and
//! the sum of each, in brackets, make sure that a line which is lost, in a merge or by hand, is noticed.

mod lines;
mod merge;
mod read;
mod tokens;
mod write;

pub use lines::Lines;
pub use merge::merge;
pub use read::read;
pub use write::write;

use crate::model::Domain;

/// The version of the format that this build writes, and the only one that it reads.
pub const FORMAT: u32 = 1;

/// A lock that was read: what it says, and in which line.
#[derive(Debug, Clone)]
pub struct Lock {
    /// What is released. It has no [`surface`](Domain::surface).
    pub domain: Domain,
    /// Where each fact stands.
    pub lines: Lines,
}

/// Why a lock cannot be read, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {message}")]
pub struct ReadError {
    /// The line, from one.
    pub line: usize,
    /// The column, in characters from one.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}
