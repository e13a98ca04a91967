//! Projections: a long log folded into a table of few rows and into one of many, beside a loop that does the same with
//! rusqlite and nothing else.

use std::path::Path;
use std::time::Instant;

use cqrs_core::store::{Append, Store};
use cqrs_core::{
    App, ExpectedVersion, MemoryStore, Meta, Origin, Project, Projection, Refresh, Row, StreamId,
};
use cqrs_core::{Position, StreamVersion};
use cqrs_sqlite::SqliteStore;
use rusqlite::Connection;

use crate::Outcome;
use crate::domain::{Account, Deposited, deposited};
use crate::figures::Figures;
use crate::raw::Raw;
use crate::raw_projection::{RawTable, cents};
use crate::upcasting::new_event;

/// What came into an account: whole numbers, so that the raw loop's `SET cents = cents + excluded.cents` is as exact as we are.
#[derive(Projection, Clone, Default)]
#[projection(key(account_id: String), on(Deposited))]
pub(crate) struct Takings {
    pub(crate) deposits: i64,
    pub(crate) cents: i64,
    pub(crate) purpose: String,
}

impl Project<Deposited> for Takings {
    fn project(row: &mut Row<Self>, event: &Deposited, _: &Meta) {
        let row = row.or_default();
        row.deposits += 1;
        row.cents += cents(event);
        row.purpose.clone_from(&event.purpose_);
    }
}

/// One size of the table, and the names of its cases.
struct Size {
    rows: usize,
    /// The raw loop, by the events of its batches.
    raw: [(usize, &'static str); 2],
    sqlite: &'static str,
    memory: &'static str,
}

const SIZES: [Size; 2] = [
    Size {
        rows: 1_000,
        raw: [
            (4096, "raw loop into 1 000 rows, 4 096 events a batch"),
            (16_384, "raw loop into 1 000 rows, 16 384 events a batch"),
        ],
        sqlite: "projection into 1 000 rows on SQLite",
        memory: "projection into 1 000 rows in memory",
    },
    Size {
        rows: 200_000,
        raw: [
            (4096, "raw loop into 200 000 rows, 4 096 events a batch"),
            (16_384, "raw loop into 200 000 rows, 16 384 events a batch"),
        ],
        sqlite: "projection into 200 000 rows on SQLite",
        memory: "projection into 200 000 rows in memory",
    },
];

pub(crate) async fn measure(figures: &mut Figures, dir: &Path, events: usize) -> Outcome {
    for size in &SIZES {
        // At least one event a row, the same number for each.
        let events = (events / size.rows).max(1) * size.rows;
        on_sqlite(figures, dir, size, events).await?;
        in_memory(figures, size, events).await?;
        for (_, raw) in size.raw {
            figures.compare(size.sqlite, raw, Some(0.80));
        }
    }
    Ok(())
}

async fn on_sqlite(figures: &mut Figures, dir: &Path, size: &Size, events: usize) -> Outcome {
    let folder = tempfile::tempdir_in(dir)?;
    let path = folder.path().join("projection.db");
    Raw::create(&path, size.rows).await?.scattered().insert(events, 1000)?;
    for _ in 0..figures.rounds {
        let mut expected = [0; 4];
        for (page, name) in size.raw {
            let mut raw = RawTable::create(&path)?;
            let begun = Instant::now();
            raw.fold(page)?;
            figures.add(name, events, begun.elapsed());
            expected = raw.sums()?;
        }

        let app = app(SqliteStore::open(&path).await?).await?;
        let begun = Instant::now();
        let reached = app.refresh::<Takings>().await?;
        figures.add(size.sqlite, events, begun.elapsed());
        assert_eq!(reached, Position::new(events as u64), "every event was folded");
        app.shutdown().await?;

        let connection = Connection::open(&path)?;
        assert_eq!(RawTable::sums_of(&connection, "takings")?, expected, "both made the same table");
        connection.execute_batch("DROP TABLE takings")?;
    }
    Ok(())
}

async fn in_memory(figures: &mut Figures, size: &Size, events: usize) -> Outcome {
    let store = MemoryStore::new();
    let a_stream = events / size.rows;
    for stream in 0..size.rows {
        let first = stream * a_stream;
        let append = Append {
            stream: StreamId::new("Account", format!("account-{stream}")),
            expected: ExpectedVersion::Exact(StreamVersion::EMPTY),
            events: (first..first + a_stream).map(|n| new_event(&deposited(n))).collect::<Outcome<_>>()?,
            origin: Origin::default(),
            command_id: None,
            chain: None,
        };
        cqrs_core::store::EventStore::append(&store, append).await?;
    }
    let app = app(store).await?;
    let takings = app.projection::<Takings>()?;
    for _ in 0..figures.rounds {
        let begun = Instant::now();
        takings.rebuild().await?;
        figures.add(size.memory, events, begun.elapsed());
        assert_eq!(
            takings.status().await?.checkpoint,
            Position::new(events as u64),
            "every event was folded"
        );
    }
    Ok(app.shutdown().await?)
}

async fn app(store: impl Store) -> Outcome<App> {
    Ok(App::builder(store).aggregate::<Account>().projection::<Takings>(Refresh::Manual).build().await?)
}
