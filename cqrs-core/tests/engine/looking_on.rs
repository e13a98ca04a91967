//! Of several engines on one store, one keeps a projection up to date and the others look on, ready to take over.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use cqrs_core::{App, MemoryStore, Position, Refresh};

use crate::bank::{Richest, Summary, bank, deposit, open};
use crate::flaky::Flaky;

const SOON: Duration = Duration::from_secs(10);

struct Engine {
    store: Arc<Flaky>,
    app: App,
}

impl Engine {
    async fn on(store: &MemoryStore, refresh: Refresh) -> Self {
        let store = Flaky::over(store.clone(), None);
        let app = bank(Arc::clone(&store)).projection::<Summary>(refresh).build().await.unwrap();
        Self { store, app }
    }

    fn folds(&self) -> u32 {
        self.store.folds.load(Ordering::SeqCst)
    }
}

async fn both_see(engines: &[Engine; 2], position: Position) {
    for engine in engines {
        engine.app.wait_for::<Summary>(position, SOON).await.unwrap();
    }
}

const REFRESHES: [Refresh; 2] = [Refresh::Continuous, Refresh::Every(Duration::from_millis(5))];

#[tokio::test(start_paused = true)]
async fn of_two_engines_one_folds_and_both_read_their_writes() {
    for refresh in REFRESHES {
        let store = MemoryStore::new();
        let engines = [Engine::on(&store, refresh).await, Engine::on(&store, refresh).await];
        let opened = engines[0].app.execute(open("ada")).await.unwrap();
        both_see(&engines, opened.position).await;
        for number in 1..=100 {
            let receipt = engines[number % 2].app.execute(deposit("ada", 1)).await.unwrap();
            let rows = engines[number % 2].app.query(Richest { cents: 0 }).after(receipt).await.unwrap();
            assert_eq!(rows.rows[0].cents, number as u32);
        }
        let mut folds = engines.each_ref().map(Engine::folds);
        folds.sort_unstable();
        let [onlooker, folder] = folds;
        assert!(onlooker <= 2 && (99..=102).contains(&folder), "{onlooker} and {folder} folds");
    }
}

#[tokio::test(start_paused = true)]
async fn an_onlooker_takes_over_from_an_engine_that_folds_no_more_and_leaves_it_at_that() {
    for refresh in REFRESHES {
        let store = MemoryStore::new();
        let engines = [Engine::on(&store, refresh).await, Engine::on(&store, refresh).await];
        engines[0].app.execute(open("ada")).await.unwrap();
        for _ in 0..10 {
            let receipt = engines[0].app.execute(deposit("ada", 1)).await.unwrap();
            both_see(&engines, receipt.position).await;
        }
        let (failing, other) = if engines[0].folds() > engines[1].folds() {
            (&engines[0], &engines[1])
        } else {
            (&engines[1], &engines[0])
        };
        failing.store.panicking.store(u32::MAX, Ordering::SeqCst);
        let before = other.folds();
        for _ in 0..10 {
            let receipt = other.app.execute(deposit("ada", 1)).await.unwrap();
            other.app.wait_for::<Summary>(receipt.position, SOON).await.unwrap();
        }
        assert!(other.folds() >= before + 10);
        // Well again, it is one of two, whichever of them is the quicker one next time.
        failing.store.panicking.store(0, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_secs(60)).await;
        let before = failing.folds() + other.folds();
        for _ in 0..10 {
            let receipt = other.app.execute(deposit("ada", 1)).await.unwrap();
            both_see(&engines, receipt.position).await;
        }
        let folds = failing.folds() + other.folds() - before;
        assert!((10..=12).contains(&folds), "{folds} folds");
    }
}
