//! What a store says of a file that it cannot use, and of one that may grow no further; nothing is changed or lost by it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]

mod samples;

use std::path::Path;

use cqrs_core::Position;
use cqrs_core::store::{EventStore, ReadAll, StoreError, StoreErrorKind};
use cqrs_sqlite::SqliteStore;
use samples::{Place, all_events, fill, record};
use tempfile::TempDir;

async fn refused(path: &Path) -> StoreError {
    SqliteStore::open(path).await.expect_err("the file is refused")
}

#[tokio::test]
async fn a_store_is_created_where_there_is_no_file_or_an_empty_one() {
    let place = Place::new();
    std::fs::write(place.path(), b"").unwrap();
    let store = place.open().await;
    record(&store, "ada", &["{}"]).await;
    store.close().await.unwrap();
    let layout: i64 = place.sql().pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(layout, 3);
    assert_eq!(all_events(&place.open().await).await.len(), 1);
}

#[tokio::test]
async fn a_file_that_is_not_sqlite_is_refused_and_left_alone() {
    let place = Place::new();
    let text = "dear diary, ".repeat(1000);
    std::fs::write(place.path(), &text).unwrap();
    let error = refused(&place.path()).await;
    assert_eq!(error.kind(), StoreErrorKind::Incompatible, "{error}");
    assert!(error.to_string().contains("store.db"), "{error}");
    assert_eq!(std::fs::read_to_string(place.path()).unwrap(), text);
}

#[tokio::test]
async fn the_database_of_another_application_is_refused_by_its_tables_and_left_alone() {
    let place = Place::new();
    place.sql().execute_batch("CREATE TABLE recipes (name TEXT); CREATE TABLE friends (name TEXT);").unwrap();
    let before = std::fs::read(place.path()).unwrap();
    let error = refused(&place.path()).await;
    assert_eq!(error.kind(), StoreErrorKind::Incompatible);
    let text = error.to_string();
    assert!(text.contains("another application") && text.contains("`recipes`, `friends`"), "{text}");
    assert_eq!(std::fs::read(place.path()).unwrap(), before);
}

#[tokio::test]
async fn a_database_that_another_application_has_marked_is_refused_by_its_mark() {
    let place = Place::new();
    place.sql().pragma_update(None, "application_id", 0x1234).unwrap();
    let error = refused(&place.path()).await;
    assert_eq!(error.kind(), StoreErrorKind::Incompatible);
    assert!(error.to_string().contains("application id is 0x1234"), "{error}");
}

#[tokio::test]
async fn a_newer_layout_is_refused_with_both_numbers_and_left_alone() {
    let place = Place::new();
    let store = place.open().await;
    record(&store, "ada", &["{}"]).await;
    store.close().await.unwrap();
    place.sql().pragma_update(None, "user_version", 7).unwrap();
    let error = refused(&place.path()).await;
    assert_eq!(error.kind(), StoreErrorKind::Incompatible);
    let text = error.to_string();
    assert!(text.contains("layout 7") && text.contains("layouts 1 to 3"), "{text}");
    let layout: i64 = place.sql().pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(layout, 7);
}

#[tokio::test]
async fn a_missing_directory_is_named() {
    let folder = TempDir::new().unwrap();
    let error = refused(&folder.path().join("no/such/place/store.db")).await;
    assert_eq!(error.kind(), StoreErrorKind::Unavailable);
    assert!(error.to_string().contains("no/such/place` does not exist; create it"), "{error}");
}

#[tokio::test]
async fn a_directory_is_no_store() {
    let folder = TempDir::new().unwrap();
    let error = refused(folder.path()).await;
    assert_eq!(error.kind(), StoreErrorKind::Unavailable);
    assert!(error.to_string().contains("is a directory"), "{error}");
}

#[tokio::test]
async fn a_missing_file_is_not_created_when_it_must_be_there() {
    let place = Place::new();
    let error = SqliteStore::builder(place.path()).create(false).open().await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable);
    assert!(error.to_string().contains("there is no store at"), "{error}");
    assert!(!place.path().exists());
}

#[tokio::test]
async fn a_page_that_is_no_power_of_two_is_refused() {
    let place = Place::new();
    let error = SqliteStore::builder(place.path()).page_bytes(1000).open().await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Invalid, "{error}");
}

#[tokio::test]
async fn a_damaged_file_is_reported_as_corrupt() {
    let place = Place::new();
    let store = place.open().await;
    for _ in 0..200 {
        record(&store, "ada", &[&"x".repeat(500)]).await;
    }
    store.close().await.unwrap();
    let mut bytes = std::fs::read(place.path()).unwrap();
    let middle = bytes.len() / 4;
    bytes[middle..].fill(0xAA);
    std::fs::write(place.path(), bytes).unwrap();
    let damage = match SqliteStore::open(place.path()).await {
        Err(error) => error,
        Ok(store) => store.read_all(ReadAll::after(Position::START)).await.unwrap_err(),
    };
    assert_eq!(damage.kind(), StoreErrorKind::Corrupt, "{damage}");
}

#[tokio::test]
async fn a_full_database_refuses_whole_appends_and_goes_on_once_there_is_room() {
    let place = Place::new();
    let store = place.open().await;
    record(&store, "ada", &["{}"]).await;
    store.close().await.unwrap();
    let size = std::fs::metadata(place.path()).unwrap().len();
    let store = SqliteStore::builder(place.path()).most_bytes(size + 200_000).open().await.unwrap();
    let payload = "x".repeat(700);
    let (acknowledged, error) = fill(&store, &payload).await;
    assert_eq!(error.kind(), StoreErrorKind::Full, "{error}");
    assert!(!error.outcome_unknown());
    assert!(acknowledged > 10);
    assert_eq!(all_events(&store).await.len(), 1 + 2 * acknowledged, "no half append, nothing lost");
    store.close().await.unwrap();
    let store = place.open().await;
    record(&store, "ada", &[&payload]).await;
    assert_eq!(all_events(&store).await.len(), 2 + 2 * acknowledged);
}

/// A file as the first layout left it, with an event and a read model, made by that layout's own statements.
fn file_of_layout_1(place: &Place) {
    let sql = rusqlite::Connection::open(place.path()).unwrap();
    sql.execute_batch(include_str!("../src/sql/layout_1.sql")).unwrap();
    sql.execute_batch(
        "INSERT INTO cqrs_streams VALUES (1, 'account', 'ada');
         INSERT INTO cqrs_event_types VALUES (1, 'account', 'deposited', 1);
         INSERT INTO cqrs_events VALUES (1, 1, 1, 1, 0, NULL, NULL, zeroblob(16), zeroblob(16), zeroblob(16), NULL, '{}');
         INSERT INTO cqrs_projections (name, generation, fingerprint, checkpoint) VALUES ('totals', 'live', '0', 1);
         PRAGMA application_id = 0x63717273; PRAGMA user_version = 1;",
    )
    .unwrap();
}

#[tokio::test]
async fn a_file_of_the_first_layout_is_brought_to_the_newest_with_all_that_it_holds() {
    let place = Place::new();
    file_of_layout_1(&place);
    let store = place.open().await;
    assert_eq!(all_events(&store).await.len(), 1);
    record(&store, "ada", &["{}"]).await;
    store.close().await.unwrap();
    let sql = place.sql();
    let layout: i64 = sql.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(layout, 3);
    let kept = "SELECT checkpoint, epoch, paused FROM cqrs_projections WHERE name = 'totals'";
    let kept: (i64, i64, bool) =
        sql.query_row(kept, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    assert_eq!(kept, (1, 0, false));
    sql.execute("UPDATE cqrs_events SET payload = '[]'", []).unwrap_err();
}
