//! What queries give back: pages with a cursor to the next, and changes as they commit.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::envelope::Position;
use crate::projection::{Keyed, Projection};
use crate::shape::Fingerprint;
use crate::value::Value;

/// A page of rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<P: Projection> {
    /// The rows, in the query's order.
    pub rows: Vec<Keyed<P>>,
    /// Where the next page begins; [`None`] on the last one.
    pub next: Option<Cursor>,
    /// Every event up to here is in the rows.
    pub position: Position,
}

/// One step of a watched query.
#[derive(Debug, Clone, PartialEq)]
pub enum Change<P: Projection> {
    /// Forget all rows: the watcher fell too far behind to be told each change, and is given the rows anew.
    Reset,
    /// All current rows have been given; what follows are changes as they commit.
    Current {
        /// The projection's position when the last of them was read.
        position: Position,
    },
    /// One row was put in or changed; it passes the query's filters.
    Set {
        /// The row as it is now.
        row: Keyed<P>,
        /// The projection's position after the commit that changed it.
        position: Position,
    },
    /// One row is gone, or no longer passes the query's filters.
    Gone {
        /// What named the row.
        key: P::Key,
        /// The projection's position after the commit that took it out.
        position: Position,
    },
}

/// Where the next page of a query begins. Opaque text for callers; safe in a URL.
#[derive(Debug, Clone, PartialEq)]
pub struct Cursor {
    query: Fingerprint,
    after: Vec<Value>,
}

impl Cursor {
    pub(crate) fn new(query: Fingerprint, after: Vec<Value>) -> Self {
        Self { query, after }
    }

    /// The place after which to go on, when the cursor is one of this query.
    pub(crate) fn after(self, query: Fingerprint) -> Result<Vec<Value>, CursorError> {
        if self.query == query { Ok(self.after) } else { Err(CursorError) }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = serde_json::to_vec(&(self.query.to_bits(), &self.after)).map_err(|_| fmt::Error)?;
        formatter.write_str(&URL_SAFE_NO_PAD.encode(json))
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorError)?;
        let (query, after) = serde_json::from_slice::<(u64, Vec<Value>)>(&json).map_err(|_| CursorError)?;
        Ok(Self { query: Fingerprint::from_bits(query), after })
    }
}

/// A text that is not a cursor, or a cursor of another query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cursor is not one of this query")]
pub struct CursorError;
