//! Upcasting: replaying a stream of which half is stored in the oldest version, beside one that is all new.

use std::path::Path;
use std::time::Instant;

use cqrs_core::store::{Append, NewEvent, Store};
use cqrs_core::{App, Event, ExpectedVersion, MemoryStore, Origin, StreamId, StreamVersion, encode};
use cqrs_sqlite::SqliteStore;

use crate::Outcome;
use crate::domain::{Account, DepositedV1, deposited};
use crate::figures::Figures;

const EVENTS: usize = 10_000;
const LOADS: usize = 30;
const NEW: &str = "all-new";
const HALF_OLD: &str = "half-old";

pub(crate) async fn measure(figures: &mut Figures, dir: &Path) -> Outcome {
    let folder = tempfile::tempdir_in(dir)?;
    let memory = app(MemoryStore::new()).await?;
    let sqlite = app(SqliteStore::open(folder.path().join("upcasting.db")).await?).await?;
    for _ in 0..figures.rounds {
        replay(figures, &memory, NEW, "replay in memory, all events new").await?;
        replay(figures, &memory, HALF_OLD, "replay in memory, half of them two versions old").await?;
        replay(figures, &sqlite, NEW, "replay from SQLite, all events new").await?;
        replay(figures, &sqlite, HALF_OLD, "replay from SQLite, half of them two versions old").await?;
    }
    let aim = Some(0.85);
    figures.compare(
        "replay in memory, half of them two versions old",
        "replay in memory, all events new",
        aim,
    );
    figures.compare(
        "replay from SQLite, half of them two versions old",
        "replay from SQLite, all events new",
        aim,
    );
    memory.shutdown().await?;
    Ok(sqlite.shutdown().await?)
}

/// An application whose store holds the same deposits twice: as new events, and every second one in its oldest version.
async fn app(store: impl Store) -> Outcome<App> {
    fill(&store, NEW, |_| false).await?;
    fill(&store, HALF_OLD, |n| n.is_multiple_of(2)).await?;
    Ok(App::builder(store).aggregate::<Account>().build().await?)
}

async fn fill(store: &impl Store, account: &str, is_old: impl Fn(usize) -> bool) -> Outcome {
    let stream = StreamId::new("Account", account);
    let events = (0..EVENTS).map(|n| {
        let deposited = deposited(n);
        if is_old(n) {
            new_event(&DepositedV1 { sum_in: deposited.amount, the_memo: deposited.purpose_ })
        } else {
            new_event(&deposited)
        }
    });
    let append = Append {
        stream,
        expected: ExpectedVersion::Exact(StreamVersion::EMPTY),
        events: events.collect::<Result<_, _>>()?,
        origin: Origin::default(),
        command_id: None,
        chain: None,
    };
    store.append(append).await?;
    Ok(())
}

/// An event as it is stored, whatever its version.
pub(crate) fn new_event<E: Event>(event: &E) -> Outcome<NewEvent> {
    let mut payload = Vec::new();
    encode(event, &mut payload)?;
    let descriptor = E::DESCRIPTOR;
    let event_id = uuid::Uuid::now_v7();
    Ok(NewEvent { event_id, name: descriptor.name.into(), version: descriptor.version, payload })
}

async fn replay(figures: &mut Figures, app: &App, account: &str, name: &'static str) -> Outcome {
    let account = account.to_owned();
    let begun = Instant::now();
    for _ in 0..LOADS {
        let loaded = app.load::<Account>(&account).await?;
        assert_eq!(loaded.state.purposes, EVENTS * deposited(0).purpose_.len(), "every event was folded");
    }
    figures.add(name, LOADS * EVENTS, begun.elapsed());
    Ok(())
}
