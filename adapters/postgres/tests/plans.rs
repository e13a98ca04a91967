//! What the planner makes of the log, however little it knows of it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]

mod samples;

use cqrs_core::ExpectedVersion;
use cqrs_core::store::{EventStore as _, ReadAll};
use samples::{Place, append};

#[tokio::test]
async fn a_page_of_a_log_that_was_never_analysed_reads_no_more_than_its_own_events() {
    let place = Place::new();
    let store = place.open().await;
    let sql = place.sql().await;
    sql.batch_execute("ALTER TABLE cqrs_events SET (autovacuum_enabled = off)").await.unwrap();
    let amounts: Vec<_> = (0..10_000).collect();
    for id in ["ada", "eve"] {
        store.append(append(id, ExpectedVersion::NoStream, &amounts)).await.unwrap();
    }
    let mut read = ReadAll { limit: 1000, ..ReadAll::after(cqrs_core::Position::START) };
    for _ in 0..3 {
        let page = store.read_all(read.clone()).await.unwrap();
        assert_eq!(page.len(), 1000);
        read.after = page.end();
    }
    // A session tells what it did when it ends.
    store.close().await.unwrap();
    let fetched =
        "SELECT idx_tup_read FROM pg_stat_user_indexes WHERE indexrelid = 'cqrs_events_pkey'::regclass";
    let mut read = 0;
    for _ in 0..100 {
        read = sql.query_one(fetched, &[]).await.unwrap().get::<_, i64>(0);
        if read >= 3000 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!((3000..6000).contains(&read), "{read} entries of the index were read for 3000 events");
}
