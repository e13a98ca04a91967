//! Opening the file: what it may be, who made it, and how its connections are set up.
//!
//! A file is looked at before anything in it is changed, so that the database of another application, or of a newer
//! layout, is left exactly as it was.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use cqrs_core::store::{StoreError, StoreErrorKind};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use crate::builder::Durability;
use crate::error::{OrStoreError, Outcome, store_error};
use crate::{read, schema};

/// How the file is opened and its connections are set up.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    pub(crate) path: PathBuf,
    pub(crate) create: bool,
    pub(crate) durability: Durability,
    pub(crate) busy_timeout: Duration,
    pub(crate) page_bytes: u32,
    pub(crate) cache_bytes: u64,
    pub(crate) most_bytes: Option<u64>,
}

/// How many prepared statements a connection keeps.
const STATEMENTS: usize = 256;

/// How many pages the write-ahead log takes before it is moved into the file; 16 MiB with the default page.
const LOG_PAGES: u32 = 4096;

/// Opens the connection that writes; creates the file or brings it to the newest layout where need be.
pub(crate) fn open_writer(setup: &Setup) -> Outcome<Connection> {
    check_path(setup)?;
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    flags.set(OpenFlags::SQLITE_OPEN_CREATE, setup.create);
    let mut connection = connect(setup, flags)?;
    let found = schema::identify(&connection, &setup.path).map_err(|error| explain(error, setup))?;
    if found == schema::Found::Nothing {
        connection.pragma_update(None, "page_size", setup.page_bytes).or_store_error()?;
    }
    write_ahead(&connection, setup)?;
    // Commits are synced by the writer, which overlaps that with its next group; SQLite syncs before it empties the log.
    connection.pragma_update(None, "synchronous", "NORMAL").or_store_error()?;
    connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES).or_store_error()?;
    connection
        .pragma_update(None, "journal_size_limit", i64::from(LOG_PAGES) * 16 * 1024)
        .or_store_error()?;
    // A view that somebody made over a read model must not keep the next generation from taking its place.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_LEGACY_ALTER_TABLE, true).or_store_error()?;
    schema::migrate(&mut connection, &setup.path)?;
    // The guards are for everybody else: this connection only ever adds, judges each append itself, and would pay for each
    // guarded row with a journal of its own.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false).or_store_error()?;
    if let Some(bytes) = setup.most_bytes {
        let page: u32 =
            connection.pragma_query_value(None, "page_size", |row| row.get(0)).or_store_error()?;
        let pages = i64::try_from(bytes / u64::from(page)).unwrap_or(i64::MAX).max(1);
        connection.pragma_update(None, "max_page_count", pages).or_store_error()?;
    }
    Ok(connection)
}

/// Opens a connection that only reads, on a file that a writer holds open.
pub(crate) fn open_reader(setup: &Setup) -> Outcome<Connection> {
    connect(setup, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)
}

fn connect(setup: &Setup, flags: OpenFlags) -> Outcome<Connection> {
    let opened = Connection::open_with_flags(&setup.path, flags);
    let mut connection = opened.map_err(|error| explain(store_error(error), setup))?;
    // Asked before anything is read, which fails with less to say where the log cannot be made.
    if flags.contains(OpenFlags::SQLITE_OPEN_READ_WRITE) && connection.is_readonly("main").or_store_error()? {
        return Err(StoreError::new(
            StoreErrorKind::ReadOnly,
            format!("`{}` may only be read; a store needs to write to it", setup.path.display()),
        ));
    }
    let mut prepare = || {
        let patience = setup.busy_timeout;
        let mut since = Instant::now();
        // SQLite's own handler sleeps ever longer, and so starves beside a busy writer; this one asks every millisecond.
        connection.busy_handler(Some(move |attempts: i32| {
            if attempts == 0 {
                since = Instant::now();
            }
            std::thread::sleep(Duration::from_millis(1));
            since.elapsed() < patience
        }))?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        read::register(&connection)?;
        let kibibytes = i64::try_from(setup.cache_bytes / 1024).unwrap_or(i64::MAX);
        connection.pragma_update(None, "cache_size", -kibibytes.max(1))
    };
    prepare().map_err(|error| explain(store_error(error), setup))?;
    Ok(connection)
}

/// Names the file in an error of opening it.
fn explain(error: StoreError, setup: &Setup) -> StoreError {
    let path = setup.path.display();
    let message = match error.kind() {
        StoreErrorKind::Incompatible | StoreErrorKind::Corrupt => {
            format!("`{path}` cannot be used as a store")
        }
        StoreErrorKind::Unavailable => format!(
            "`{path}` cannot be opened; it and its directory must be readable and writable, and on one file system"
        ),
        _ => format!("`{path}` cannot be opened"),
    };
    StoreError::new(error.kind(), message).because(error)
}

/// Says what is wrong with a path in better words than `unable to open database file`.
fn check_path(setup: &Setup) -> Outcome<()> {
    let path = &setup.path;
    let unavailable = |message: String| Err(StoreError::new(StoreErrorKind::Unavailable, message));
    if path.to_str().is_none() {
        return unavailable(format!("`{}` is not UTF-8, as the name of an SQLite file is", path.display()));
    }
    if path.is_dir() {
        return unavailable(format!("`{}` is a directory, a store is a file", path.display()));
    }
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if !directory.is_dir() {
        return unavailable(format!(
            "the directory `{}` does not exist; create it before the store `{}`",
            directory.display(),
            path.display()
        ));
    }
    if !setup.create && !path.exists() {
        return unavailable(format!(
            "there is no store at `{}`, and it was not to be created",
            path.display()
        ));
    }
    Ok(())
}

/// Turns on the write-ahead log, without which readers and the writer would wait for each other.
fn write_ahead(connection: &Connection, setup: &Setup) -> Outcome<()> {
    let since = Instant::now();
    loop {
        let mode = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get::<_, String>(0));
        match mode {
            Ok(mode) if mode.eq_ignore_ascii_case("wal") => return Ok(()),
            Ok(mode) => {
                return Err(StoreError::new(
                    StoreErrorKind::Unavailable,
                    format!(
                        "the file system of `{}` does not support SQLite's write-ahead log (it stays in mode `{mode}`)",
                        setup.path.display()
                    ),
                ));
            }
            // The change of mode does not call the busy handler.
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && since.elapsed() < setup.busy_timeout =>
            {
                std::thread::sleep(Duration::from_millis(2));
            }
            Err(error) => return Err(explain(store_error(error), setup)),
        }
    }
}

/// Runs work in one write transaction of its own.
pub(crate) fn in_transaction<T>(
    connection: &mut Connection,
    work: impl FnOnce(&Connection) -> Outcome<T>,
) -> Outcome<T> {
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).or_store_error()?;
    let outcome = work(&transaction)?;
    transaction.commit().or_store_error()?;
    Ok(outcome)
}
