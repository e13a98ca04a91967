//! The write path: durable commands on SQLite, beside the inserts that they come down to.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use cqrs_core::App;
use cqrs_sqlite::SqliteStore;
use tokio::task::JoinSet;

use crate::Outcome;
use crate::domain::{Account, deposit};
use crate::figures::Figures;
use crate::raw::Raw;

const STREAMS: usize = 64;
const ONE_BY_ONE: usize = 3_000;
const AT_ONCE: usize = 64_000;

const SYNC: &str = "write of 4 KiB and sync of a file";
const RAW_SINGLE: &str = "raw SQLite, one insert a transaction";
const RAW_SHARED: &str = "raw SQLite, 64 inserts a transaction";
const RAW_BATCH: &str = "raw SQLite, 1000 inserts a transaction";
const SEQUENTIAL: &str = "commands on SQLite, one after the other";
const CONCURRENT: &str = "commands on SQLite, 64 at once";
const CROWD: &str = "commands on SQLite, 1024 at once";

pub(crate) async fn measure(figures: &mut Figures, dir: &Path) -> Outcome {
    for _ in 0..figures.rounds {
        // A fresh file for each case of each round: none pays for what another one wrote.
        let folder = tempfile::tempdir_in(dir)?;
        let path = |name: &str| folder.path().join(name);
        sync(figures, &path("sync"))?;

        let mut raw = Raw::create(&path("single.db"), STREAMS).await?;
        let begun = Instant::now();
        raw.insert(ONE_BY_ONE, 1)?;
        figures.add(RAW_SINGLE, ONE_BY_ONE, begun.elapsed());

        sequential(figures, &path("sequential.db")).await?;

        for (name, a_transaction) in [(RAW_SHARED, 64), (RAW_BATCH, 1000)] {
            let mut raw = Raw::create(&path(&format!("raw-{a_transaction}.db")), STREAMS).await?;
            let begun = Instant::now();
            raw.insert(AT_ONCE, a_transaction)?;
            figures.add(name, AT_ONCE, begun.elapsed());
        }

        at_once(figures, CONCURRENT, 64, &path("concurrent.db")).await?;
        at_once(figures, CROWD, 1024, &path("crowd.db")).await?;
    }
    figures.compare(SEQUENTIAL, RAW_SINGLE, Some(1.0 / 1.5));
    figures.compare(CONCURRENT, RAW_BATCH, Some(0.60));
    figures.compare(CONCURRENT, RAW_SHARED, None);
    figures.compare(CROWD, RAW_BATCH, None);
    Ok(())
}

/// What the disk itself can do: how often a second it takes a write that stays.
fn sync(figures: &mut Figures, path: &Path) -> Outcome {
    let mut file = File::create(path)?;
    let page = [0_u8; 4096];
    let begun = Instant::now();
    for _ in 0..ONE_BY_ONE {
        file.write_all(&page)?;
        file.sync_data()?;
    }
    figures.add(SYNC, ONE_BY_ONE, begun.elapsed());
    Ok(())
}

async fn app(path: &Path) -> Outcome<App> {
    Ok(App::builder(SqliteStore::open(path).await?).aggregate::<Account>().build().await?)
}

async fn sequential(figures: &mut Figures, path: &Path) -> Outcome {
    let app = app(path).await?;
    warm_up(&app).await?;
    let begun = Instant::now();
    for n in 0..ONE_BY_ONE {
        app.execute(deposit(&format!("account-{}", n % STREAMS), n)).await?;
    }
    figures.add(SEQUENTIAL, ONE_BY_ONE, begun.elapsed());
    Ok(app.shutdown().await?)
}

/// So many clients, each of which sends its next command when the one before is on disk.
async fn at_once(figures: &mut Figures, name: &'static str, clients: usize, path: &Path) -> Outcome {
    let app = app(path).await?;
    warm_up(&app).await?;
    let each = AT_ONCE / clients;
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for client in 0..clients {
        let app = app.clone();
        tasks.spawn(async move {
            let account = format!("account-{}", client % STREAMS);
            for n in 0..each {
                app.execute(deposit(&account, n)).await.map_err(|error| error.to_string())?;
            }
            Ok::<_, String>(())
        });
    }
    while let Some(outcome) = tasks.join_next().await {
        outcome??;
    }
    figures.add(name, each * clients, begun.elapsed());
    Ok(app.shutdown().await?)
}

/// Brings each stream into being, as those of the raw file are.
async fn warm_up(app: &App) -> Outcome {
    for account in 0..STREAMS {
        app.execute(deposit(&format!("account-{account}"), 0)).await?;
    }
    Ok(())
}
