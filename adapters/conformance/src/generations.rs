//! Generations: a changed definition is built beside the live rows, which serve until it takes their place.

use std::sync::Arc;

use cqrs_core::store::{
    EventStore, FoldError, Generation, ReadAll, ReadModelControl, ReadModelStore, StoreErrorKind, TableState,
};
use cqrs_core::{ExpectedVersion, Position, Projector, Value};

use crate::StoreFactory;
use crate::balances::{Balances, balances_of, catch_up, every_row, open, rows, rows_and_checkpoint};
use crate::domain::{account, append, event, record, whole_log};

const FRESH: TableState = TableState { generation: Generation::Next, checkpoint: Position::START };

/// A table that is live under its first definition, and the same under its second.
async fn two_definitions<S: cqrs_core::store::Store>(store: &S) -> (Arc<Balances>, Arc<Balances>) {
    record(store, "ada", 1..=5).await;
    let first = Balances::new("balances");
    catch_up(store, &first, Generation::Live, 100).await.unwrap();
    (first, Balances::defined_as("balances", 2))
}

/// The rows of a log under the second definition, which has a further column.
fn with_definition(rows: Vec<Vec<Value>>) -> Vec<Vec<Value>> {
    rows.into_iter().map(|row| row.into_iter().chain([Value::Int(2)]).collect()).collect()
}

/// A changed definition opens a table of the next generation; the live one is as it was under the old definition.
pub async fn a_changed_definition_is_built_beside_the_live_rows<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let (first, second) = two_definitions(&store).await;
    let before = rows_and_checkpoint(&store, &first.table()).await;
    assert_eq!(open(&store, &second).await, FRESH);
    assert_eq!(rows_and_checkpoint(&store, &first.table()).await, before);
    let refused = store.rows(every_row(&second.table())).await.unwrap_err();
    assert_eq!(refused.kind(), StoreErrorKind::Superseded, "{refused}");
}

/// While the next generation is built, the live rows serve and are kept up to date under their own definition.
pub async fn the_live_rows_serve_until_the_next_generation_is_promoted<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let (first, second) = two_definitions(&store).await;
    catch_up(&store, &second, Generation::Next, 2).await.unwrap();
    record(&store, "ada", [6]).await;
    catch_up(&store, &first, Generation::Live, 100).await.unwrap();
    let expected = balances_of(&whole_log(&store).await);
    assert_eq!(rows(&store, &first.table()).await, expected);
    assert_eq!(store.count_rows(every_row(&first.table())).await.unwrap(), 1);
    let live = store.checkpoint(first.table()).await.unwrap();
    assert!(open(&store, &second).await.checkpoint < live, "the generations share a checkpoint");
}

/// Promoted, the next generation is live, with its rows, columns and checkpoint; the old definition is gone.
pub async fn a_promoted_table_takes_the_place_of_the_live_one<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let (first, second) = two_definitions(&store).await;
    catch_up(&store, &second, Generation::Next, 2).await.unwrap();
    let checkpoint = store.head().await.unwrap();
    store.promote(second.clone()).await.unwrap();
    let expected = with_definition(balances_of(&whole_log(&store).await));
    assert_eq!(rows_and_checkpoint(&store, &second.table()).await, (expected, checkpoint));
    assert_eq!(open(&store, &second).await, TableState { generation: Generation::Live, checkpoint });
    let gone = store.rows(every_row(&first.table())).await.unwrap_err();
    assert_eq!(gone.kind(), StoreErrorKind::Superseded, "{gone}");
    let gone = store.checkpoint(first.table()).await.unwrap_err();
    assert_eq!(gone.kind(), StoreErrorKind::Superseded, "{gone}");
    let batch = store.read_all(ReadAll::after(checkpoint)).await.unwrap();
    let refused = store.fold(first, Generation::Live, checkpoint, Arc::new(batch)).await.unwrap_err();
    assert!(matches!(refused, FoldError::Superseded { actual: None, .. }), "{refused}");
}

/// What was recorded since the last look is in the promoted rows too, on commit and otherwise: nothing that was seen is gone.
pub async fn a_promoted_table_lacks_nothing<F: StoreFactory>(factory: F) {
    for is_on_commit in [false, true] {
        let store = factory.open().await;
        let (live, _) = two_definitions(&store).await;
        if is_on_commit {
            store.attach(live.clone()).await.unwrap();
        }
        store.begin_rebuild(live.table()).await.unwrap();
        record(&store, "ada", [6, 7]).await;
        store.promote(live.clone()).await.unwrap();
        let expected = (balances_of(&whole_log(&store).await), store.head().await.unwrap());
        assert_eq!(rows_and_checkpoint(&store, &live.table()).await, expected);
        record(&store, "ada", [8]).await;
        if !is_on_commit {
            catch_up(&store, &live, Generation::Live, 100).await.unwrap();
        }
        assert_eq!(rows(&store, &live.table()).await, balances_of(&whole_log(&store).await));
    }
}

/// Without a table of the next generation there is nothing to promote, as after somebody else's promotion.
pub async fn only_a_table_of_the_next_generation_is_promoted<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let (first, second) = two_definitions(&store).await;
    let assert_refused = async |projector: &Arc<Balances>| {
        let refused = store.promote(projector.clone()).await.unwrap_err();
        assert!(matches!(refused, FoldError::Superseded { actual: None, .. }), "{refused}");
    };
    assert_refused(&second).await;
    assert_refused(&first).await;
    assert_refused(&Balances::new("others")).await;
    catch_up(&store, &second, Generation::Next, 100).await.unwrap();
    store.promote(second.clone()).await.unwrap();
    assert_refused(&second).await;
    assert_eq!(rows(&store, &second.table()).await.len(), 1);
}

/// A table of the next generation is found where an earlier engine left off.
pub async fn a_table_of_the_next_generation_is_found_where_it_was_left<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let (_, second) = two_definitions(&store).await;
    open(&store, &second).await;
    let page = ReadAll { limit: 2, ..ReadAll::after(Position::START) };
    let batch = Arc::new(store.read_all(page).await.unwrap());
    let checkpoint = batch.end();
    store.fold(second.clone(), Generation::Next, Position::START, batch).await.unwrap();
    assert_eq!(open(&store, &second).await, TableState { generation: Generation::Next, checkpoint });
    catch_up(&store, &second, Generation::Next, 2).await.unwrap();
    store.promote(second.clone()).await.unwrap();
    let expected = with_definition(balances_of(&whole_log(&store).await));
    assert_eq!(rows(&store, &second.table()).await, expected);
}

/// A third definition is built from the start in place of the second, whose engine is told.
pub async fn a_third_definition_replaces_one_that_was_never_promoted<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let (first, second) = two_definitions(&store).await;
    catch_up(&store, &second, Generation::Next, 100).await.unwrap();
    let checkpoint = store.head().await.unwrap();
    let third = Balances::defined_as("balances", 3);
    assert_eq!(open(&store, &third).await, FRESH);
    record(&store, "ada", [6]).await;
    let batch = Arc::new(store.read_all(ReadAll::after(checkpoint)).await.unwrap());
    let refused = store.fold(second.clone(), Generation::Next, checkpoint, batch).await.unwrap_err();
    assert!(matches!(refused, FoldError::Superseded { actual: None, .. }), "{refused}");
    let refused = store.promote(second.clone()).await.unwrap_err();
    assert!(matches!(refused, FoldError::Superseded { actual: None, .. }), "{refused}");
    catch_up(&store, &third, Generation::Next, 100).await.unwrap();
    assert_eq!(rows(&store, &first.table()).await.len(), 1);
    store.promote(third.clone()).await.unwrap();
    let expected = with_definition(balances_of(&whole_log(&store).await));
    assert_eq!(rows(&store, &third.table()).await, expected);
}

/// An engine that goes back to the live definition finds it live, whatever is built beside it.
pub async fn the_live_definition_stays_live_beside_the_next<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let (first, second) = two_definitions(&store).await;
    catch_up(&store, &second, Generation::Next, 100).await.unwrap();
    let checkpoint = store.head().await.unwrap();
    assert_eq!(open(&store, &first).await, TableState { generation: Generation::Live, checkpoint });
    let status = store.table_status(first.table()).await.unwrap();
    assert_eq!(
        (status.is_current, status.next),
        (true, None),
        "what another definition builds is not its own"
    );
    let status = store.table_status(second.table()).await.unwrap();
    assert_eq!((status.is_current, status.next), (false, Some(checkpoint)));
}

/// An on-commit projection of the old definition stops folding when its table is replaced, and appends go on; the new
/// one is attached and catches up.
pub async fn a_replaced_table_is_no_longer_folded_on_commit<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let (first, second) = two_definitions(&store).await;
    store.attach(first.clone()).await.unwrap();
    record(&store, "ada", [6]).await;
    assert_eq!(rows(&store, &first.table()).await, balances_of(&whole_log(&store).await));
    catch_up(&store, &second, Generation::Next, 100).await.unwrap();
    record(&store, "ada", [7]).await;
    assert_eq!(rows(&store, &first.table()).await, balances_of(&whole_log(&store).await));
    store.promote(second.clone()).await.unwrap();
    record(&store, "ada", [8]).await;
    store.attach(second.clone()).await.unwrap();
    record(&store, "ada", [9]).await;
    let expected = with_definition(balances_of(&whole_log(&store).await));
    let found = rows_and_checkpoint(&store, &second.table()).await;
    assert_eq!(found, (expected, store.head().await.unwrap()));
}

/// An on-commit projection whose table was replaced refuses nothing any more.
pub async fn a_replaced_table_refuses_nothing<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let (first, second) = two_definitions(&store).await;
    store.attach(first.clone()).await.unwrap();
    let spoilt = || append(&account("ada"), ExpectedVersion::Any, vec![event("spoilt", "{}")]);
    store.append(spoilt()).await.unwrap_err();
    catch_up(&store, &second, Generation::Next, 100).await.unwrap();
    store.promote(second.clone()).await.unwrap();
    assert_eq!(store.append(spoilt()).await.unwrap().version.get(), 6);
}
