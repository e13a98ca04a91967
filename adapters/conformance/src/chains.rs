//! Chains: appends that were decided upon each other stand and fall together.

use cqrs_core::ExpectedVersion;
use cqrs_core::store::{Append, AppendError, Appended, Chain, EventStore};
use uuid::Uuid;

use crate::StoreFactory;
use crate::domain::{
    account, append, assert_invalid, conflict, deposit, deposited, exactly, record, versions, whole_log,
    whole_stream,
};

/// An append of a chain, at a version of an account.
fn link(chain: &Chain, version: u64) -> Append {
    Append { chain: Some(chain.clone()), ..append(&account("ada"), exactly(version), vec![deposited(1)]) }
}

fn is_unfounded(outcome: &Result<Appended, AppendError>) -> bool {
    matches!(outcome, Err(AppendError::Unfounded { stream }) if *stream == account("ada"))
}

/// The appends of a chain that holds are recorded like any others, and the chain is whole afterwards.
pub async fn a_chain_that_holds_is_recorded<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let chain = Chain::default();
    let calls: Vec<_> = (0..50).map(|version| store.append(link(&chain, version))).collect();
    for (version, call) in (1..).zip(calls) {
        assert_eq!(call.await.unwrap().version.get(), version);
    }
    assert!(!chain.is_broken());
}

/// When the first append of a chain conflicts, the second is refused, even where a stranger's event has the version that it
/// expects.
pub async fn a_strangers_event_does_not_found_a_chain<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let chain = Chain::default();
    let stranger = store.append(deposit(&account("ada"), 9));
    let first = store.append(link(&chain, 0));
    let second = store.append(link(&chain, 1));
    let third = store.append(link(&chain, 2));
    stranger.await.unwrap();
    assert!(conflict(first.await).is_some());
    assert!(is_unfounded(&second.await));
    assert!(is_unfounded(&third.await));
    assert!(chain.is_broken());
    assert_eq!(versions(&whole_stream(&store, &account("ada")).await), [1]);
}

/// An append of a broken chain is refused and leaves nothing behind, its command id included.
pub async fn an_append_of_a_broken_chain_records_nothing<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let chain = Chain::default();
    chain.break_off();
    let id = Uuid::now_v7();
    let refused = store.append(Append { command_id: Some(id), ..link(&chain, 0) }).await;
    assert!(is_unfounded(&refused), "expected an unfounded append, found {refused:?}");
    assert_eq!(store.find_command(id).await.unwrap(), None);
    assert!(whole_log(&store).await.is_empty());
}

/// A command id that was recorded before breaks the chain: its state is not the one that later appends were decided upon.
pub async fn a_known_command_id_breaks_its_chain<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let id = Uuid::now_v7();
    let known = Append { command_id: Some(id), ..deposit(&account("ada"), 1) };
    store.append(known).await.unwrap();
    let chain = Chain::default();
    let repeated = store.append(Append { command_id: Some(id), ..link(&chain, 1) });
    let next = store.append(link(&chain, 1));
    assert!(repeated.await.unwrap().duplicate);
    assert!(is_unfounded(&next.await));
    assert!(chain.is_broken());
}

/// An append that breaks a limit breaks its chain too.
pub async fn an_invalid_append_breaks_its_chain<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let chain = Chain::default();
    let mut nameless = deposited(1);
    nameless.name = "".into();
    let invalid = store.append(Append { events: vec![nameless], ..link(&chain, 0) });
    let next = store.append(link(&chain, 0));
    assert_invalid(&invalid.await);
    assert!(is_unfounded(&next.await));
}

/// An append without events that is recorded leaves its chain whole.
pub async fn an_append_without_events_leaves_its_chain_whole<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let chain = Chain::default();
    let nothing = Append { command_id: Some(Uuid::now_v7()), events: Vec::new(), ..link(&chain, 0) };
    let (nothing, next) = (store.append(nothing), store.append(link(&chain, 0)));
    assert_eq!(nothing.await.unwrap().events, 0);
    assert_eq!(next.await.unwrap().version.get(), 1);
}

/// A broken chain refuses only its own appends: others to the same stream and other chains go on.
pub async fn a_broken_chain_refuses_only_its_own_appends<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    record(&store, "ada", [1]).await;
    let (broken, whole) = (Chain::default(), Chain::default());
    let calls = [
        store.append(link(&broken, 0)),
        store.append(link(&whole, 1)),
        store.append(link(&broken, 2)),
        store.append(append(&account("ada"), ExpectedVersion::Exists, vec![deposited(2)])),
        store.append(link(&whole, 3)),
    ];
    let [conflicting, second, unfounded, third, fourth] = calls;
    assert!(conflict(conflicting.await).is_some());
    assert_eq!(second.await.unwrap().version.get(), 2);
    assert!(is_unfounded(&unfounded.await));
    assert_eq!(third.await.unwrap().version.get(), 3);
    assert_eq!(fourth.await.unwrap().version.get(), 4);
    assert!(!whole.is_broken());
}
