//! Whatever indexes somebody adds to the log for queries of their own, the store reads it along its own keys.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]

mod samples;

use cqrs_core::Position;
use cqrs_core::store::{EventFilter, EventStore, ReadAll, ReadStream};
use samples::{Place, append, stream};

#[tokio::test]
async fn an_index_of_ones_own_leads_no_reader_astray() {
    let place = Place::new();
    let store = place.open().await;
    for number in 0..2000 {
        let mut deposit = append(&format!("account-{}", number % 7), &[&format!(r#"{{"amount":{number}}}"#)]);
        deposit.origin.tenant = Some(format!("tenant-{}", number % 500));
        store.append(deposit).await.unwrap();
    }
    store.close().await.unwrap();
    place
        .sql()
        .execute_batch(
            "CREATE INDEX of_mine ON cqrs_events (tenant, recorded_at DESC); \
             CREATE INDEX too ON cqrs_events (stream, recorded_at DESC); ANALYZE;",
        )
        .unwrap();

    let store = place.open().await;
    let filter = EventFilter { tenants: vec!["tenant-0".to_owned()], ..EventFilter::default() };
    let page = store.read_all(ReadAll { filter, ..ReadAll::after(Position::START) }).await.unwrap();
    let found: Vec<_> = page.iter().map(|event| (event.position().get(), event.payload().to_vec())).collect();
    let expected =
        [0, 500, 1000, 1500].map(|number| (number + 1, format!(r#"{{"amount":{number}}}"#).into_bytes()));
    assert_eq!(found, expected);

    let page = store.read_stream(ReadStream::forward(stream("account-3"))).await.unwrap();
    let versions: Vec<_> = page.iter().map(|event| event.version().get()).collect();
    assert_eq!(versions, (1..=page.len() as u64).collect::<Vec<_>>());
    assert_eq!(page.len(), 286);
    store.close().await.unwrap();
}
