//! The embedded store: every promise of `cqrs_core`'s stores, kept in one SQLite file.
//!
//! ```no_run
//! use cqrs_core::store::{EventStore, ReadStream};
//! use cqrs_core::StreamId;
//! use cqrs_sqlite::SqliteStore;
//!
//! # async fn show() -> Result<(), cqrs_core::store::StoreError> {
//! let store = SqliteStore::open("bank.db").await?;
//! let page = store.read_stream(ReadStream::forward(StreamId::new("Account", "ada"))).await?;
//! store.close().await
//! # }
//! ```
//!
//! # How it writes
//!
//! One thread owns the connection that writes. It takes whatever waits and commits it as one group, with one sync of the
//! disk for many appends; a conflict fails only its own append, which is judged before anything of it is written. What is
//! acknowledged is synced ([`Durability::Full`]), unless the builder is told otherwise. The queue is bounded: beyond
//! its bounds calls fail as busy instead of taking memory.
//!
//! # How it reads
//!
//! A few connections read at the same time on the runtime's blocking threads; they see what is committed and never wait for the
//! writer. A page ends at its limit, or once its payloads take 8 MiB.
//!
//! # Several processes
//!
//! Several processes may open one file of one machine. Each validates what it remembers at the beginning of every
//! transaction. An idle store looks every 25 milliseconds whether another process has written, which costs a glance at
//! shared memory; a busy one sees it with its next transaction. On-commit projections take in the events of other processes
//! then, and at the latest before the next append.
//!
//! # What is in the file
//!
//! The store's own tables begin with `cqrs_`; the view `cqrs_log` shows the log as a person reads it. Triggers refuse to
//! change or delete what is recorded, whoever asks. Each projection is a table of its name, in SQLite's own types: booleans are
//! 0 and 1, instants, dates and times text of a fixed width in UTC, UUIDs hyphenated text, durations nanoseconds.
//! A decimal is a number where that is exact, as it is up to 15 digits, and text beyond; its trailing zeros are kept in the
//! column `cqrs_scales`. An integer of more than 64 bits is text. Every value comes back as it was, every order and range is exact; but a column with such text is searched without
//! an index, until its table is rebuilt.

#![forbid(unsafe_code)]

mod builder;
mod cells;
mod control;
mod error;
mod feeds;
mod fold;
mod letters;
mod lookups;
mod open;
mod query;
mod queue;
mod read;
mod readers;
mod schema;
mod store;
mod tables;
mod writer;

pub use builder::{Durability, SqliteStoreBuilder};
pub use store::SqliteStore;
