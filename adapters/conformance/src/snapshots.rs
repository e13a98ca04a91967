//! Snapshots: one for each stream, the newest, under one fingerprint.

use std::sync::Arc;

use cqrs_core::store::{Snapshot, SnapshotStore};
use cqrs_core::{Fingerprint, StreamId, StreamVersion};

use crate::StoreFactory;
use crate::domain::{account, at_once};

fn snapshot(version: u64, fingerprint: &str, state: &str) -> Snapshot {
    Snapshot {
        version: StreamVersion::new(version),
        fingerprint: Fingerprint::of(fingerprint),
        state: state.as_bytes().to_vec(),
    }
}

/// A stream without a snapshot has none.
pub async fn a_stream_has_no_snapshot_at_first<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    assert_eq!(store.load_snapshot(account("ada")).await.unwrap(), None);
}

/// A snapshot is loaded as it was saved: bytes of any kind, fingerprints of all bits.
pub async fn a_snapshot_is_loaded_as_it_was_saved<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    for (number, bits) in (1..).zip([0, 1, u64::MAX, i64::MAX as u64, i64::MAX as u64 + 1]) {
        let stream = account(&format!("account-{number}"));
        let state = (0..=255).cycle().take(number * 1000).collect();
        let version = StreamVersion::new(number as u64);
        let saved = Snapshot { version, fingerprint: Fingerprint::from_bits(bits), state };
        store.save_snapshot(stream.clone(), saved.clone()).await.unwrap();
        assert_eq!(store.load_snapshot(stream).await.unwrap(), Some(saved));
    }
}

/// A newer snapshot takes the place of an older one.
pub async fn a_newer_snapshot_replaces_an_older_one<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    store.save_snapshot(account("ada"), snapshot(10, "v1", "ten")).await.unwrap();
    store.save_snapshot(account("ada"), snapshot(20, "v1", "twenty")).await.unwrap();
    assert_eq!(store.load_snapshot(account("ada")).await.unwrap(), Some(snapshot(20, "v1", "twenty")));
}

/// A snapshot that is older than the kept one, or of the same version, is dropped without an error.
pub async fn a_snapshot_that_is_not_newer_is_dropped<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let kept = snapshot(20, "v1", "twenty");
    store.save_snapshot(account("ada"), kept.clone()).await.unwrap();
    for late in [snapshot(10, "v1", "ten"), snapshot(20, "v1", "another twenty")] {
        store.save_snapshot(account("ada"), late).await.unwrap();
        assert_eq!(store.load_snapshot(account("ada")).await.unwrap(), Some(kept.clone()));
    }
}

/// A snapshot under another fingerprint takes the place of the kept one, even where it is older.
pub async fn a_snapshot_under_another_fingerprint_replaces_the_kept_one<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    for saved in [snapshot(20, "v1", "a"), snapshot(10, "v2", "b"), snapshot(10, "v3", "c")] {
        store.save_snapshot(account("ada"), saved.clone()).await.unwrap();
        assert_eq!(store.load_snapshot(account("ada")).await.unwrap(), Some(saved));
    }
}

/// Each stream has its own snapshot, told apart by type and id.
pub async fn each_stream_has_its_own_snapshot<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let streams = [account("ada"), account("grace"), StreamId::new("customer", "ada"), account("日本")];
    for (version, stream) in (1..).zip(&streams) {
        store.save_snapshot(stream.clone(), snapshot(version, "v1", "state")).await.unwrap();
    }
    for (version, stream) in (1..).zip(streams) {
        let loaded = store.load_snapshot(stream).await.unwrap().unwrap();
        assert_eq!(loaded.version.get(), version);
    }
}

/// Of snapshots that are saved at once, the newest stays.
pub async fn of_snapshots_saved_at_once_the_newest_stays<F: StoreFactory>(factory: F) {
    let store = Arc::new(factory.open().await);
    at_once(&store, 16, |store, writer| async move {
        let version = (writer as u64 * 7) % 16 + 1;
        store.save_snapshot(account("ada"), snapshot(version, "v1", &version.to_string())).await.unwrap();
    })
    .await;
    assert_eq!(store.load_snapshot(account("ada")).await.unwrap(), Some(snapshot(16, "v1", "16")));
}

/// A state of several megabytes is kept whole.
pub async fn a_large_state_is_kept_whole<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let saved = snapshot(1, "v1", &"0123456789abcdef".repeat(300_000));
    store.save_snapshot(account("ada"), saved.clone()).await.unwrap();
    assert!(store.load_snapshot(account("ada")).await.unwrap() == Some(saved), "the state is another");
}
