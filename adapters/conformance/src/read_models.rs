//! Read models: tables, and folds that change rows and checkpoint together or not at all.

use std::sync::Arc;

use cqrs_core::store::{
    Append, EventFilter, EventStore, FoldError, Generation, ReadAll, ReadModelStore, StoreErrorKind,
    TableState,
};
use cqrs_core::{EventBatch, ExpectedVersion, Origin, Position, Projector, Value};
use proptest::collection::vec;
use proptest::sample::select;

use crate::balances::{Balances, balances_of, catch_up, every_row, open, rows, rows_and_checkpoint};
use crate::domain::{account, append, at_once, deposit, deposited, event, record, whole_log};
use crate::{StoreFactory, property};

const LIVE: Generation = Generation::Live;

/// A page of all events after a position.
async fn page_after(store: &impl EventStore, position: Position) -> Arc<EventBatch> {
    Arc::new(store.read_all(ReadAll::after(position)).await.unwrap())
}

/// A table that was not there is live and empty, at the beginning of the log.
pub async fn a_new_table_is_live_and_empty<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    record(&store, "ada", [1]).await;
    let projector = Balances::new("balances");
    let state = open(&store, &projector).await;
    assert_eq!(state, TableState { generation: LIVE, checkpoint: Position::START });
    assert_eq!(rows_and_checkpoint(&store, &projector.table()).await, (vec![], Position::START));
    assert_eq!(store.count_rows(every_row(&projector.table())).await.unwrap(), 0);
    assert_eq!(store.checkpoint(projector.table()).await.unwrap(), Position::START);
}

/// A fold writes rows and moves the checkpoint to the end of its batch; the table is found so when it is opened again.
pub async fn a_fold_writes_rows_and_moves_the_checkpoint<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let projector = Balances::new("balances");
    open(&store, &projector).await;
    record(&store, "ada", [5, 7]).await;
    let batch = page_after(&store, Position::START).await;
    store.fold(projector.clone(), LIVE, Position::START, Arc::clone(&batch)).await.unwrap();
    let ada = vec![Value::Text("ada".to_owned()), Value::Int(12), Value::Int(2)];
    assert_eq!(rows_and_checkpoint(&store, &projector.table()).await, (vec![ada], batch.end()));
    assert_eq!(store.checkpoint(projector.table()).await.unwrap(), batch.end());
    let state = open(&store, &projector).await;
    assert_eq!(state, TableState { generation: LIVE, checkpoint: batch.end() });
}

/// However a history is cut into pages, the rows are those of a fold from scratch, deleted ones included.
pub async fn rows_equal_a_fold_from_scratch<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let names = select(vec!["opened", "deposited", "deposited", "closed", "noted"]);
    let histories = (vec((0..4_u8, names, 1..100_i64), 0..40), 1..12_usize);
    property::holds(20, &histories, async |(history, page)| {
        for (id, name, amount) in history {
            let happened = event(name, format!(r#"{{"amount":{amount}}}"#));
            let stream = account(&format!("account-{id}"));
            store.append(append(&stream, ExpectedVersion::Any, vec![happened])).await.unwrap();
        }
        let projector = Balances::new(&format!("balances_{}", store.head().await.unwrap()));
        catch_up(&store, &projector, LIVE, page).await.unwrap();
        let log = whole_log(&store).await;
        assert_eq!(rows(&store, &projector.table()).await, balances_of(&log));
        assert_eq!(store.checkpoint(projector.table()).await.unwrap(), store.head().await.unwrap());
    });
}

/// A fold from a checkpoint that the table is not at is refused, names both, and changes nothing.
pub async fn a_fold_from_another_checkpoint_is_superseded<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let projector = Balances::new("balances");
    open(&store, &projector).await;
    record(&store, "ada", [1, 2, 3]).await;
    let first = ReadAll { limit: 1, ..ReadAll::after(Position::START) };
    let first = Arc::new(store.read_all(first).await.unwrap());
    store.fold(projector.clone(), LIVE, Position::START, Arc::clone(&first)).await.unwrap();
    let before = rows_and_checkpoint(&store, &projector.table()).await;
    let rest = page_after(&store, first.end()).await;
    for (from, batch) in [(Position::START, first), (rest.end(), rest)] {
        let refused = store.fold(projector.clone(), LIVE, from, batch).await.unwrap_err();
        let FoldError::Superseded { table, expected, actual } = refused else {
            panic!("expected a superseded fold, found {refused}")
        };
        assert_eq!((table.as_str(), expected, actual), ("balances", from, Some(before.1)));
    }
    assert_eq!(rows_and_checkpoint(&store, &projector.table()).await, before);
}

/// A fold into a table that is not there, or not of that generation, is superseded by nothing.
pub async fn a_fold_into_a_table_that_is_not_there_is_superseded<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let projector = Balances::new("balances");
    record(&store, "ada", [1]).await;
    let batch = page_after(&store, Position::START).await;
    let not_there = async |generation| {
        let refused = store.fold(projector.clone(), generation, Position::START, Arc::clone(&batch)).await;
        let refused = refused.unwrap_err();
        assert!(matches!(refused, FoldError::Superseded { actual: None, .. }), "{refused}");
    };
    not_there(LIVE).await;
    open(&store, &projector).await;
    not_there(Generation::Next).await;
    assert_eq!(store.checkpoint(projector.table()).await.unwrap(), Position::START);
}

/// Several engines that fold one table at once fold each event once.
pub async fn engines_that_fold_one_table_at_once_fold_each_event_once<F: StoreFactory>(factory: F) {
    let store = Arc::new(factory.open().await);
    let projector = Balances::new("balances");
    open(&*store, &projector).await;
    record(&*store, "ada", 1..=60).await;
    record(&*store, "grace", 1..=60).await;
    at_once(&store, 6, |store, _| async move {
        let projector = Balances::new("balances");
        loop {
            match catch_up(&*store, &projector, LIVE, 3).await {
                Ok(()) => return,
                Err(FoldError::Superseded { actual, .. }) => assert!(actual.is_some()),
                Err(error) => panic!("expected a superseded fold, found {error}"),
            }
        }
    })
    .await;
    assert_eq!(rows(&*store, &projector.table()).await, balances_of(&whole_log(&*store).await));
}

/// Appends a deposit, an event that a projection refuses, and another deposit; returns them as a batch of their own.
async fn record_with_a_poison_event(store: &impl EventStore, name: &'static str) -> EventBatch {
    let poison = event(name, r#"{"amount":100}"#);
    let append = append(&account(name), ExpectedVersion::Any, vec![deposited(1), poison, deposited(2)]);
    let origin = Origin { tenant: Some(name.to_owned()), ..Origin::default() };
    store.append(Append { origin, ..append }).await.unwrap();
    let filter = EventFilter { tenants: vec![name.to_owned()], ..EventFilter::default() };
    store.read_all(ReadAll { filter, ..ReadAll::after(Position::START) }).await.unwrap()
}

/// A batch with an event that the projection refuses changes nothing, and the failure says which event it is and why.
pub async fn a_fold_that_fails_changes_nothing<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    for (name, why) in [("spoilt", "the event is spoilt"), ("withdrawn", "the balance is too low")] {
        let batch = record_with_a_poison_event(&store, name).await;
        let poison = batch.get(1).unwrap().to_recorded().meta;
        let projector = Balances::new(&format!("balances_{name}"));
        open(&store, &projector).await;
        let failed = store.fold(projector.clone(), LIVE, Position::START, Arc::new(batch)).await.unwrap_err();
        let FoldError::Failed(failure) = failed else { panic!("expected a failure, found {failed}") };
        assert_eq!(failure.table, format!("balances_{name}"));
        assert_eq!((failure.event_type.as_str(), failure.event_version), (name, 1));
        assert_eq!((failure.stream, failure.version), (account(name), poison.version));
        assert_eq!((failure.position, failure.reason.as_str()), (poison.position, why));
        let untouched = rows_and_checkpoint(&store, &projector.table()).await;
        assert_eq!(untouched, (vec![], Position::START));
    }
}

/// A projection that panics fails its fold and nothing else: the table is as it was, and the store goes on.
pub async fn a_projection_that_panics_fails_its_fold<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let projector = Balances::new("balances");
    open(&store, &projector).await;
    record(&store, "ada", [5]).await;
    let first = page_after(&store, Position::START).await;
    store.fold(projector.clone(), LIVE, Position::START, Arc::clone(&first)).await.unwrap();
    let before = rows_and_checkpoint(&store, &projector.table()).await;
    let cursed = record_with_a_poison_event(&store, "cursed").await;
    let failed = store.fold(projector.clone(), LIVE, first.end(), Arc::new(cursed)).await.unwrap_err();
    assert!(matches!(failed, FoldError::Failed(_)), "{failed}");
    assert!(failed.to_string().contains("the event is cursed"), "{failed}");
    assert_eq!(rows_and_checkpoint(&store, &projector.table()).await, before);
    record(&store, "ada", [7]).await;
    let filter = EventFilter { aggregate_types: vec!["customer".to_owned()], ..EventFilter::default() };
    let rest = store.read_all(ReadAll { filter, ..ReadAll::after(first.end()) }).await.unwrap();
    store.fold(projector.clone(), LIVE, first.end(), Arc::new(rest)).await.unwrap();
}

/// A batch without an event that the projection wants moves the checkpoint and no row.
pub async fn a_batch_without_wanted_events_moves_only_the_checkpoint<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let projector = Balances::new("balances");
    record(&store, "ada", [1]).await;
    catch_up(&store, &projector, LIVE, 10).await.unwrap();
    let (before, checkpoint) = rows_and_checkpoint(&store, &projector.table()).await;
    let noted = || append(&account("ada"), ExpectedVersion::Any, vec![event("noted", "{}")]);
    store.append(noted()).await.unwrap();
    let unwanted = page_after(&store, checkpoint).await;
    store.fold(projector.clone(), LIVE, checkpoint, Arc::clone(&unwanted)).await.unwrap();
    let found = rows_and_checkpoint(&store, &projector.table()).await;
    assert_eq!(found, (before.clone(), unwanted.end()));
    store.append(noted()).await.unwrap();
    let filter = projector.filter().clone();
    let empty = store.read_all(ReadAll { filter, ..ReadAll::after(unwanted.end()) }).await.unwrap();
    assert!(empty.is_empty());
    let end = store.head().await.unwrap();
    store.fold(projector.clone(), LIVE, unwanted.end(), Arc::new(empty)).await.unwrap();
    assert_eq!(rows_and_checkpoint(&store, &projector.table()).await, (before, end));
}

/// A reader sees rows and checkpoint of one moment: the deposits in the rows are those up to the checkpoint.
pub async fn rows_and_checkpoint_are_of_the_same_moment<F: StoreFactory>(factory: F) {
    let store = Arc::new(factory.open().await);
    let projector = Balances::new("balances");
    open(&*store, &projector).await;
    record(&*store, "ada", 1..=150).await;
    let log = whole_log(&*store).await;
    let folding = {
        let (store, projector) = (Arc::clone(&store), Arc::clone(&projector));
        tokio::spawn(async move { catch_up(&*store, &projector, LIVE, 2).await })
    };
    loop {
        let (rows, checkpoint) = rows_and_checkpoint(&*store, &projector.table()).await;
        let until = log.iter().take_while(|event| event.meta.position <= checkpoint).count();
        assert_eq!(rows, balances_of(&log[..until]), "at {checkpoint}");
        if until == log.len() {
            break;
        }
        tokio::task::yield_now().await;
    }
    folding.await.unwrap().unwrap();
}

/// Tables of other names have rows and checkpoints of their own, in names that are also words of SQL.
pub async fn tables_stand_beside_each_other<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let tables = ["balances", "balances_2", "order", "select", "table", "events", "a", "values"];
    let projectors = tables.map(Balances::new);
    for (count, projector) in (1..).zip(&projectors) {
        record(&store, "ada", [count]).await;
        catch_up(&store, projector, LIVE, 10).await.unwrap();
    }
    let log = whole_log(&store).await;
    for (count, projector) in (1..).zip(&projectors) {
        let (rows, checkpoint) = rows_and_checkpoint(&store, &projector.table()).await;
        assert_eq!(rows, balances_of(&log[..count]), "{}", projector.table().name);
        assert_eq!(checkpoint, log[count - 1].meta.position);
    }
}

/// A batch may touch thousands of rows; all of them are loaded, folded and written.
pub async fn a_batch_may_touch_thousands_of_rows<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let projector = Balances::new("balances");
    for amount in [1, 2] {
        let calls: Vec<_> =
            (0..4000).map(|id| store.append(deposit(&account(&format!("account-{id}")), amount))).collect();
        for call in calls {
            call.await.unwrap();
        }
        catch_up(&store, &projector, LIVE, 4000).await.unwrap();
    }
    let expected = balances_of(&whole_log(&store).await);
    assert_eq!(expected.len(), 4000);
    assert_eq!(rows(&store, &projector.table()).await, expected);
    assert_eq!(store.count_rows(every_row(&projector.table())).await.unwrap(), 4000);
}

/// A table that no engine opened under this definition has neither checkpoint nor rows, and says so.
pub async fn a_table_that_was_never_opened_is_not_there<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    open(&store, &Balances::new("balances")).await;
    for missing in [Balances::new("others"), Balances::defined_as("balances", 2)] {
        let table = missing.table();
        let errors = [
            store.checkpoint(Arc::clone(&table)).await.unwrap_err(),
            store.rows(every_row(&table)).await.unwrap_err(),
            store.count_rows(every_row(&table)).await.unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.kind(), StoreErrorKind::Superseded, "{error}");
            assert!(error.to_string().contains(&table.name), "{error}");
        }
    }
}
