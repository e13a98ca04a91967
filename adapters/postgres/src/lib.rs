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
//! truncate what is recorded, whoever asks. Each projection is a table of its name, in PostgreSQL's own types: `bigint`, `numeric`,
//! `timestamptz`, `json` for what is nested, and so on. What those cannot hold is kept in columns beside them,
//! `cqrs_rest_` and a number: nanoseconds, and times before 4713 BC. A NUL in a text is written as U+0001 twice, and U+0001
//! as U+0001 and U+0002. A key takes no more than the 2,704 bytes of an entry of PostgreSQL's indexes.
//!
//! # How projections are folded
//!
//! A fold reads as of one moment, is computed while nobody waits for it, and writes rows, checkpoint and dead letters in the same transaction.
//! Whoever changes a table also updates the table's row in `cqrs_projections`; PostgreSQL refuses a fold whose moment is before the last such update, which is
//! what fences a runner that was taken for dead. On-commit tables are folded by the writer under its lock, in the append's transaction.
//!
//! # How it connects
//!
//! The address is one that `psql` takes. With `sslmode=require`, and `verify-full` that means the same here, the connection is encrypted and the
//! server's certificate verified, by the system's certificates or by [those that are given](PostgresStoreBuilder::root_certificates). With `prefer`,
//! as when nothing is said, it is encrypted where the server can, and nothing is verified. TLS is the feature `tls`, which is there by
//! default. A pooler between store and server must keep sessions, not transactions, together.
//!
//! # Where is what
//!
//! The files bear the names that they have in `cqrs-sqlite`. `connect` is one connection and `sessions` the pool of those; a call that changes
//! more than one row begins and ends its own transaction on a lent connection. `writer` and what is below it append: `ledger` judges, without
//! waiting, `look_up` and `statements` are the two round trips, `group` is what happens when either goes wrong. What must not run beside an append
//! takes the same lock, `writer::statements::LOCK`. `read` reads the log, `notice` follows it, `schema` makes the tables.
//!
//! Of read models, `cells` says how a value is stored and `tables` how a row is, `query` reads rows, `fold` folds beside the writer and
//! `writer::folding` within it; `letters`, `lookups` and `feeds` are what belongs to a table besides its rows. `transaction` says why each of them begins with a
//! lock on the table, `changes` in which order this process tells what it has changed.

#![forbid(unsafe_code)]

mod builder;
mod cells;
mod changes;
mod connect;
mod control;
mod error;
mod feeds;
mod fold;
mod letters;
mod lookups;
mod notice;
mod query;
mod queue;
mod read;
mod read_models;
mod schema;
mod sessions;
mod store;
mod tables;
#[cfg(feature = "tls")]
mod tls;
mod transaction;
mod writer;

pub use builder::PostgresStoreBuilder;
pub use schema::{Migration, migrations};
pub use store::PostgresStore;
