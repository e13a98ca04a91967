//! Rehydration: loading an aggregate of 10,000 events from SQLite, beside a select of the same rows with each payload
//! decoded into the same type.

use std::path::Path;
use std::time::Instant;

use cqrs_core::App;
use cqrs_sqlite::SqliteStore;

use crate::Outcome;
use crate::domain::{Account, deposited};
use crate::figures::Figures;
use crate::raw::Raw;

const EVENTS: usize = 10_000;
const LOADS: usize = 30;

const RAW: &str = "raw select and decode of 10 000 events";
const LOAD: &str = "load of an aggregate of 10 000 events";

pub(crate) async fn measure(figures: &mut Figures, dir: &Path) -> Outcome {
    let folder = tempfile::tempdir_in(dir)?;
    let path = folder.path().join("rehydration.db");
    Raw::create(&path, 1).await?.insert(EVENTS, 1000)?;
    let raw = Raw::open(&path)?;
    let app = App::builder(SqliteStore::open(&path).await?).aggregate::<Account>().build().await?;
    let (account, expected) = ("account-0".to_owned(), EVENTS * deposited(0).purpose_.len());
    for _ in 0..figures.rounds {
        let begun = Instant::now();
        for _ in 0..LOADS {
            assert_eq!(raw.load(&account)?.purposes, expected, "every event was folded");
        }
        figures.add(RAW, LOADS * EVENTS, begun.elapsed());

        let begun = Instant::now();
        for _ in 0..LOADS {
            let loaded = app.load::<Account>(&account).await?;
            assert_eq!(loaded.state.purposes, expected, "every event was folded");
        }
        figures.add(LOAD, LOADS * EVENTS, begun.elapsed());
    }
    figures.compare(LOAD, RAW, Some(0.70));
    Ok(app.shutdown().await?)
}
