//! The store for many processes: every promise of `cqrs_core`'s stores, kept in one schema of a PostgreSQL database.
//!
//! ```no_run
//! use cqrs_core::store::{EventStore, ReadStream};
//! use cqrs_core::StreamId;
//! use cqrs_postgres::PostgresStore;
//!
//! # async fn show() -> Result<(), cqrs_core::store::StoreError> {
//! let store = PostgresStore::connect("postgres://bank@localhost/bank").await?;
//! let page = store.read_stream(ReadStream::forward(StreamId::new("Account", "ada"))).await?;
//! store.close().await
//! # }
//! ```
//!
//! # How it writes
//!
//! One task of each process owns the connection that appends. It takes whatever waits and commits it as one group: one
//! statement, one round trip, one flush of the server's log for many appends. What the task remembers of the streams makes the look-up
//! needless for as long as nobody else writes; a second round trip looks up what it does not know. A conflict fails only its own append.
//!
//! # How order comes about
//!
//! Positions are 1, 2, 3 … without gaps: a group is written right after the newest event, and the primary key of the log lets nobody
//! else write there. So whoever sees a position sees everything below it, whatever other transactions are under way, and a reader that goes on
//! from the last position it saw skips nothing. Writers queue up at an advisory lock, which is held from the look-up to the commit; it is for
//! fairness alone, as the keys would keep two writers apart without it. There is no row that each append updates, and
//! so nothing that grows while a backup or a long query keeps old row versions alive.
//!
//! # Several processes
//!
//! Any number of processes may use one database. They conflict with each other as tasks of one process do. A process hears of the
//! others' commits by a notification, and asks for the newest position every now and then in case it missed one.
//!
//! # What is in the database
//!
//! The store's own tables begin with `cqrs_`; the view `cqrs_log` shows the log as a person reads it. Triggers refuse to change, delete or
//! truncate what is recorded, whoever asks. Each projection is a table of its name, in PostgreSQL's own types.
//!
//! # Where is what
//!
//! The files bear the names that they have in `cqrs-sqlite`. `connect` is one connection and `sessions` the pool of those; a call that changes
//! more than one row begins and ends its own transaction on a lent connection. `writer` and what is below it append: `ledger` judges, without
//! waiting, `look_up` and `statements` are the two round trips, `group` is what happens when either goes wrong. What must not run beside an append
//! takes the same lock, `writer::statements::LOCK`. `read` reads the log, `notice` follows it, `schema` makes the tables.

#![forbid(unsafe_code)]

mod builder;
mod connect;
mod error;
mod notice;
mod queue;
mod read;
mod schema;
mod sessions;
mod store;
mod writer;

pub use builder::PostgresStoreBuilder;
pub use schema::{Migration, migrations};
pub use store::PostgresStore;
