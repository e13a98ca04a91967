//! On-commit projections: folded within each append, so that an event and its rows are there together or not at all.

use std::sync::Arc;

use cqrs_core::store::{
    Append, AppendError, Chain, EventStore, FoldError, Generation, NewEvent, ReadModelStore,
};
use cqrs_core::{ExpectedVersion, FoldFailure, Position, Projector, StreamId};
use uuid::Uuid;

use crate::StoreFactory;
use crate::balances::{Balances, balances_of, catch_up, open, rows, rows_and_checkpoint};
use crate::domain::{
    account, append, at_once, conflict, deposit, deposited, event, exactly, record, whole_log,
};

/// Opens a projection's table and attaches it.
async fn attach(store: &impl ReadModelStore, name: &str) -> Arc<Balances> {
    let projector = Balances::new(name);
    open(store, &projector).await;
    store.attach(projector.clone()).await.unwrap();
    projector
}

fn withdrawal(id: &str, amount: i64) -> Append {
    let withdrawn = event("withdrawn", format!(r#"{{"amount":{amount}}}"#));
    append(&account(id), ExpectedVersion::Any, vec![withdrawn])
}

fn refusal(outcome: AppendError) -> Box<FoldFailure> {
    match outcome {
        AppendError::Projection(failure) => failure,
        other => panic!("expected a projection to refuse, found {other}"),
    }
}

/// An acknowledged append is in the rows of every attached table, with the checkpoint at or beyond it.
pub async fn an_acknowledged_append_is_in_the_rows<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let projectors = [attach(&store, "balances").await, attach(&store, "balances_2").await];
    for amount in 1..=5 {
        let appended = store.append(deposit(&account("ada"), amount)).await.unwrap();
        let expected = balances_of(&whole_log(&store).await);
        for projector in &projectors {
            let found = rows_and_checkpoint(&store, &projector.table()).await;
            assert_eq!(found, (expected.clone(), appended.position));
            assert_eq!(store.checkpoint(projector.table()).await.unwrap(), appended.position);
        }
    }
}

/// Attaching folds what the table has not seen, be it longer than a page, and everything after it.
pub async fn attaching_catches_up_on_what_was_there_before<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    for _ in 0..5 {
        store
            .append(append(&account("ada"), ExpectedVersion::Any, (0..1000).map(deposited).collect()))
            .await
            .unwrap();
    }
    record(&store, "grace", [1]).await;
    let projector = attach(&store, "balances").await;
    let (found, checkpoint) = rows_and_checkpoint(&store, &projector.table()).await;
    assert_eq!(found, balances_of(&whole_log(&store).await));
    assert_eq!(checkpoint, store.head().await.unwrap());
    record(&store, "grace", [2]).await;
    assert_eq!(rows(&store, &projector.table()).await, balances_of(&whole_log(&store).await));
}

/// A table that is attached while many writers append misses no event and folds none twice.
pub async fn a_table_attached_while_writers_append_misses_nothing<F: StoreFactory>(factory: F) {
    let store = Arc::new(factory.open().await);
    record(&*store, "ada", 1..=20).await;
    let attaching = {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            for table in 0..5 {
                attach(&*store, &format!("balances_{table}")).await;
                tokio::time::sleep(std::time::Duration::from_millis(2)).await;
            }
        })
    };
    at_once(&store, 6, |store, writer| async move {
        for amount in 0..40 {
            store.append(deposit(&account(&format!("account-{}", writer % 3)), amount)).await.unwrap();
        }
    })
    .await;
    attaching.await.unwrap();
    let expected = balances_of(&whole_log(&*store).await);
    for table in 0..5 {
        let projector = Balances::new(&format!("balances_{table}"));
        assert_eq!(rows(&*store, &projector.table()).await, expected);
    }
}

/// Appends to one row that are under way at once each see what the ones before them left in it.
pub async fn appends_of_a_group_fold_one_after_the_other<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let projector = attach(&store, "balances").await;
    let calls: Vec<_> = (1..=50)
        .flat_map(|amount| [deposit(&account("ada"), amount), withdrawal("ada", amount)])
        .chain([deposit(&account("ada"), 7)])
        .map(|append| store.append(append))
        .collect();
    for call in calls {
        call.await.unwrap();
    }
    let expected = balances_of(&whole_log(&store).await);
    assert_eq!(expected[0][1..], [cqrs_core::Value::Int(7), cqrs_core::Value::Int(51)]);
    assert_eq!(rows(&store, &projector.table()).await, expected);
}

/// An append that an attached projection refuses is not recorded: no event, no command id, no row; the failure names the
/// event.
pub async fn a_refusal_records_nothing<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let untouched = attach(&store, "a_balances").await;
    let projector = attach(&store, "balances").await;
    record(&store, "ada", [5]).await;
    let (log, head) = (whole_log(&store).await, store.head().await.unwrap());
    for (name, why) in [("spoilt", "the event is spoilt"), ("withdrawn", "the balance is too low")] {
        let id = Uuid::now_v7();
        let events = vec![deposited(1), event(name, r#"{"amount":100}"#)];
        let refused = append(&account("ada"), exactly(1), events);
        let refused = store.append(Append { command_id: Some(id), ..refused }).await.unwrap_err();
        let failure = refusal(refused);
        assert_eq!((failure.event_type.as_str(), failure.reason.as_str()), (name, why));
        assert_eq!((failure.stream, failure.version.get()), (account("ada"), 3));
        assert_eq!(whole_log(&store).await, log);
        assert_eq!(store.head().await.unwrap(), head);
        assert_eq!(store.find_command(id).await.unwrap(), None);
        for projector in [&untouched, &projector] {
            let found = rows_and_checkpoint(&store, &projector.table()).await;
            assert_eq!(found, (balances_of(&log), head));
        }
    }
    record(&store, "ada", [6]).await;
    assert_eq!(rows(&store, &projector.table()).await, balances_of(&whole_log(&store).await));
}

/// Among many appends that are under way at once, only those that a projection refuses fail.
pub async fn a_refusal_among_many_appends_fails_only_its_own<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let projector = attach(&store, "balances").await;
    let poison = |name| append(&account("ada"), ExpectedVersion::Any, vec![deposited(1), event(name, "{}")]);
    let calls: Vec<_> = (0..120)
        .map(|number| match number % 6 {
            0 => store.append(poison("spoilt")),
            2 => store.append(withdrawal("nobody", 1)),
            4 => store.append(append(&account("ada"), exactly(999), vec![deposited(1)])),
            _ => store.append(deposit(&account("ada"), number)),
        })
        .collect();
    for (number, call) in calls.into_iter().enumerate() {
        let outcome = call.await;
        match number % 6 {
            0 | 2 => drop(refusal(outcome.unwrap_err())),
            4 => assert!(conflict(outcome).is_some()),
            _ => assert_eq!(outcome.unwrap().version.get() as usize, number / 2 + 1),
        }
    }
    let log = whole_log(&store).await;
    assert_eq!(log.len(), 60);
    assert_eq!(rows(&store, &projector.table()).await, balances_of(&log));
}

/// A projection that panics refuses the append that it panicked over, and the store goes on.
pub async fn a_projection_that_panics_refuses_only_its_append<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let projector = attach(&store, "balances").await;
    let cursed = append(&account("ada"), ExpectedVersion::Any, vec![event("cursed", "{}")]);
    let calls = [deposit(&account("ada"), 1), cursed, deposit(&account("ada"), 2)];
    let [first, refused, last] = calls.map(|append| store.append(append));
    first.await.unwrap();
    let failure = refusal(refused.await.unwrap_err());
    assert!(failure.reason.contains("the event is cursed"), "{failure}");
    assert_eq!(last.await.unwrap().version.get(), 2);
    assert_eq!(rows(&store, &projector.table()).await, balances_of(&whole_log(&store).await));
}

/// A refused append breaks its chain.
pub async fn a_refusal_breaks_its_chain<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    attach(&store, "balances").await;
    let chain = Chain::default();
    let link = |event: NewEvent| {
        let append = append(&account("ada"), ExpectedVersion::NoStream, vec![event]);
        store.append(Append { chain: Some(chain.clone()), ..append })
    };
    let (refused, next) = (link(event("spoilt", "{}")), link(deposited(1)));
    refusal(refused.await.unwrap_err());
    assert!(matches!(next.await, Err(AppendError::Unfounded { .. })));
}

/// A table that is attached twice folds each event once.
pub async fn a_table_attached_twice_folds_each_event_once<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    attach(&store, "balances").await;
    record(&store, "ada", [1]).await;
    let projector = attach(&store, "balances").await;
    record(&store, "ada", [2]).await;
    assert_eq!(rows(&store, &projector.table()).await, balances_of(&whole_log(&store).await));
}

/// Conflicts, duplicates and appends without events leave attached tables as they are.
pub async fn what_records_nothing_folds_nothing<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let projector = attach(&store, "balances").await;
    let id = Uuid::now_v7();
    let command = || Append { command_id: Some(id), ..deposit(&account("ada"), 1) };
    store.append(command()).await.unwrap();
    let before = rows_and_checkpoint(&store, &projector.table()).await;
    assert!(store.append(command()).await.unwrap().duplicate);
    assert!(conflict(store.append(append(&account("ada"), exactly(0), vec![deposited(1)])).await).is_some());
    store.append(append(&account("ada"), ExpectedVersion::Any, Vec::new())).await.unwrap();
    assert_eq!(rows_and_checkpoint(&store, &projector.table()).await, before);
}

/// An append of events that a projection does not want moves its checkpoint all the same.
pub async fn an_unwanted_event_moves_the_checkpoint<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let projector = attach(&store, "balances").await;
    record(&store, "ada", [1]).await;
    let before = rows(&store, &projector.table()).await;
    let elsewhere =
        append(&StreamId::new("customer", "ada"), ExpectedVersion::Any, vec![event("opened", "{}")]);
    let appended = store.append(elsewhere).await.unwrap();
    assert_eq!(rows_and_checkpoint(&store, &projector.table()).await, (before, appended.position));
}

/// A table that is not there, or is of another definition, cannot be attached.
pub async fn a_table_that_is_not_there_cannot_be_attached<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    open(&store, &Balances::new("balances")).await;
    for missing in [Balances::new("others"), Balances::defined_as("balances", 2)] {
        let refused = store.attach(missing).await.unwrap_err();
        assert!(matches!(refused, FoldError::Superseded { actual: None, .. }), "{refused}");
    }
}

/// A projection that cannot take what is there already is not attached: the failure names the event, and appends go on
/// without it.
pub async fn a_projection_that_fails_to_catch_up_is_not_attached<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    record(&store, "ada", [1]).await;
    let spoilt = append(&account("ada"), ExpectedVersion::Any, vec![event("spoilt", "{}")]);
    let spoilt = store.append(spoilt).await.unwrap();
    let projector = Balances::new("balances");
    open(&store, &projector).await;
    let failed = store.attach(projector.clone()).await.unwrap_err();
    let FoldError::Failed(failure) = failed else { panic!("expected a failure, found {failed}") };
    assert_eq!((failure.event_type.as_str(), failure.position), ("spoilt", spoilt.position));
    record(&store, "ada", [2]).await;
    assert!(store.checkpoint(projector.table()).await.unwrap() < spoilt.position);
}

/// While many writers append to the same rows, a reader never finds rows that differ from the log up to their checkpoint.
pub async fn rows_keep_up_with_many_writers<F: StoreFactory>(factory: F) {
    let store = Arc::new(factory.open().await);
    let projector = attach(&*store, "balances").await;
    at_once(&store, 8, |store, writer| async move {
        let projector = Balances::new("balances");
        for amount in 0..15 {
            let appended =
                store.append(deposit(&account(&format!("account-{}", writer % 2)), amount)).await.unwrap();
            let (found, checkpoint) = rows_and_checkpoint(&*store, &projector.table()).await;
            assert!(checkpoint >= appended.position, "{checkpoint} is behind {}", appended.position);
            let mut log = whole_log(&*store).await;
            log.retain(|event| event.meta.position <= checkpoint);
            assert_eq!(found, balances_of(&log));
        }
    })
    .await;
    assert_eq!(rows(&*store, &projector.table()).await, balances_of(&whole_log(&*store).await));
}

/// A table that was folded continuously is attached where it stands.
pub async fn a_folded_table_is_attached_where_it_stands<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    record(&store, "ada", 1..=10).await;
    let projector = Balances::new("balances");
    catch_up(&store, &projector, Generation::Live, 4).await.unwrap();
    record(&store, "ada", 11..=15).await;
    store.attach(projector.clone()).await.unwrap();
    record(&store, "ada", 16..=20).await;
    let (found, checkpoint) = rows_and_checkpoint(&store, &projector.table()).await;
    assert_eq!(found, balances_of(&whole_log(&store).await));
    assert_eq!(checkpoint, store.head().await.unwrap());
    assert!(checkpoint > Position::START);
}
