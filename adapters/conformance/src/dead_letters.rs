//! Dead letters: what a projection cannot take in is kept, what follows it in its row or stream waits, and all else goes on.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use cqrs_core::store::{
    Append, DeadLetter, DeadLetterCount, DeadLetterQuery, EventStore, FoldError, Generation, ReadAll,
    ReadModelControl, ReadModelStore, Store,
};
use cqrs_core::{
    Aggregate, Apply, ApplyError, Event, EventSet, ExpectedVersion, Meta, Position, Projection, Projector,
    Row, StreamId, TryProject, TypedProjector, Value,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::StoreFactory;
use crate::balances::every_row;
use crate::domain::{append, event};

/// An amount for somebody, of whichever stream.
#[derive(Event, Serialize, Deserialize)]
struct Paid {
    to: String,
    amount: i64,
}

#[derive(EventSet)]
enum TillEvent {
    Paid(Paid),
}

#[derive(Aggregate, Default)]
#[aggregate(id = String, events = TillEvent, error = std::convert::Infallible)]
struct Till;

impl Apply<Paid> for Till {
    fn apply(&mut self, _: &Paid) {}
}

macro_rules! totals {
    ($name:ident, $key:ident, $is_taken:expr) => {
        /// What everybody was paid.
        #[derive(Projection, Clone, Default)]
        #[projection(table = "totals", key(to: String), on(Paid(key = |event, _| $key { to: event.to.clone() })))]
        struct $name {
            amount: i64,
            payments: i64,
        }

        impl TryProject<Paid> for $name {
            fn try_project(row: &mut Row<Self>, event: &Paid, _: &Meta) -> Result<(), ApplyError> {
                let row = row.or_default();
                // A half-made change, which must not be kept when the event is refused.
                row.payments += 1;
                let is_taken: fn(i64) -> bool = $is_taken;
                assert!(event.amount != 13, "thirteen");
                if !is_taken(event.amount) {
                    return Err(ApplyError::new("less than nothing"));
                }
                row.amount += event.amount;
                Ok(())
            }
        }
    };
}

totals!(Totals, TotalsKey, |amount| amount >= 0);
totals!(MendedTotals, MendedTotalsKey, |_| true);

fn totals() -> Arc<dyn Projector> {
    Arc::new(TypedProjector::<Totals>::new())
}

/// The same table after a fix.
fn mended() -> Arc<dyn Projector> {
    Arc::new(TypedProjector::<MendedTotals>::new())
}

fn till(name: &str) -> StreamId {
    StreamId::new("Till", name)
}

fn paid(stream: &str, to: &str, amount: i64) -> Append {
    let payload = serde_json::json!({ "to": to, "amount": amount }).to_string();
    append(&till(stream), ExpectedVersion::Any, vec![event("Paid", payload)])
}

/// A record whose row cannot even be told.
fn unreadable(stream: &str) -> Append {
    append(&till(stream), ExpectedVersion::Any, vec![event("Paid", r#"{"amount":1}"#)])
}

async fn record(store: &impl EventStore, appends: impl IntoIterator<Item = Append>) {
    for append in appends {
        store.append(append).await.unwrap();
    }
}

/// Folds pages of so many events until the table is at the head; returns how many events failed.
async fn catch_up<S: Store>(store: &S, projector: &Arc<dyn Projector>, page: usize) -> usize {
    let state = store.open_table(projector.table()).await.unwrap();
    let (mut from, mut failed) = (state.checkpoint, 0);
    loop {
        let filter = projector.filter().clone();
        let batch = store.read_all(ReadAll { filter, limit: page, ..ReadAll::after(from) }).await.unwrap();
        let end = batch.end();
        if end <= from {
            return failed;
        }
        let folded = store.fold(Arc::clone(projector), state.generation, from, Arc::new(batch)).await;
        failed += folded.unwrap().len();
        from = end;
    }
}

async fn amounts(store: &impl ReadModelStore) -> BTreeMap<String, (i64, i64)> {
    let rows = store.rows(every_row(&totals().table())).await.unwrap().rows;
    let amount = |row: Vec<Value>| match &row[..] {
        [Value::Text(to), Value::Int(amount), Value::Int(payments)] => (to.clone(), (*amount, *payments)),
        other => panic!("expected a total, found {other:?}"),
    };
    rows.into_iter().map(amount).collect()
}

async fn letters(store: &impl ReadModelControl) -> Vec<DeadLetter> {
    let table = totals().table();
    let query = DeadLetterQuery { table, after: Position::START, until: Position::MAX, limit: 100 };
    store.dead_letters(query).await.unwrap()
}

async fn count(store: &impl ReadModelControl) -> (u64, u64) {
    let DeadLetterCount { failed, waiting } =
        store.table_status(totals().table()).await.unwrap().dead_letters;
    (failed, waiting)
}

fn expected<const N: usize>(rows: [(&str, (i64, i64)); N]) -> BTreeMap<String, (i64, i64)> {
    rows.map(|(to, row)| (to.to_owned(), row)).into()
}

/// An event that cannot be folded is kept with its place and reason; later events of its row wait, other rows go on.
pub async fn a_poison_event_holds_up_its_row_alone<F: StoreFactory>(_: F) {
    for page in [1, 2, 100] {
        let factory = F::create().await;
        let store = factory.open().await;
        record(&store, [paid("a", "ada", 1), paid("a", "ada", -5), paid("b", "ada", 2), paid("a", "bob", 3)])
            .await;
        assert_eq!(catch_up(&store, &totals(), page).await, 1);
        assert_eq!(amounts(&store).await, expected([("ada", (1, 1)), ("bob", (3, 1))]));
        let letters = letters(&store).await;
        let [failed, waiting] = &letters[..] else { panic!("expected two letters, found {letters:?}") };
        assert_eq!(failed.reason.as_deref(), Some("less than nothing"));
        assert_eq!((failed.event_type.as_str(), failed.event_version, failed.version.get()), ("Paid", 1, 2));
        assert_eq!((&failed.stream, failed.attempts), (&till("a"), 1));
        assert_eq!((waiting.reason.as_deref(), waiting.attempts), (None, 0));
        assert_eq!((&waiting.stream, &waiting.lane), (&till("b"), &failed.lane));
        assert!(failed.position < waiting.position);
        assert_eq!(failed.lane.to_string(), r#"row ["ada"]"#);
        store.close().await.unwrap();
    }
}

/// A projection that panics over an event fails at that event, in its row.
pub async fn a_panic_is_a_poison_event_too<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    record(&store, [paid("a", "ada", 1), paid("a", "bob", 13), paid("a", "cyd", 2)]).await;
    assert_eq!(catch_up(&store, &totals(), 100).await, 1);
    assert_eq!(amounts(&store).await, expected([("ada", (1, 1)), ("cyd", (2, 1))]));
    let reason = letters(&store).await.remove(0).reason.unwrap();
    assert!(reason.contains("thirteen"), "{reason}");
}

/// An event that cannot be decoded holds up its stream, and with it each row that the stream would change.
pub async fn an_undecodable_event_holds_up_its_stream<F: StoreFactory>(_: F) {
    for page in [1, 100] {
        let factory = F::create().await;
        let store = factory.open().await;
        let appends = [
            paid("a", "ada", 1),
            unreadable("a"),
            paid("a", "ada", 2),
            paid("b", "bob", 3),
            paid("b", "ada", 4),
            paid("c", "bob", 5),
        ];
        record(&store, appends).await;
        assert_eq!(catch_up(&store, &totals(), page).await, 1);
        assert_eq!(amounts(&store).await, expected([("ada", (1, 1)), ("bob", (8, 2))]));
        assert_eq!(letters(&store).await[0].lane.to_string(), "stream Till/a");
        store.close().await.unwrap();
    }
}

/// After a fix the letters are folded in their order, and the rows are those of a fold that never failed.
pub async fn a_retry_after_a_fix_takes_everything_in<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let amounts_paid = [1, -5, 2, -7, 3];
    record(&store, amounts_paid.map(|amount| paid("a", "ada", amount))).await;
    record(&store, [paid("b", "bob", -1), paid("b", "cyd", 9)]).await;
    assert_eq!(catch_up(&store, &totals(), 3).await, 2);
    assert_eq!(count(&store).await, (2, 3));
    let again = store.retry_dead_letters(totals(), Position::START, 100).await.unwrap();
    assert_eq!((again.taken_in, again.left), (0, 5), "nothing was mended");
    assert_eq!(letters(&store).await[0].attempts, 2);
    let retried = store.retry_dead_letters(mended(), Position::START, 100).await.unwrap();
    assert_eq!((retried.taken_in, retried.left), (5, 0));
    assert_eq!(count(&store).await, (0, 0));
    assert_eq!(amounts(&store).await, expected([("ada", (-6, 5)), ("bob", (-1, 1)), ("cyd", (9, 1))]));
    record(&store, [paid("a", "ada", 6)]).await;
    catch_up(&store, &mended(), 100).await;
    assert_eq!(amounts(&store).await["ada"], (0, 6), "the row is free again");
}

/// A retry in pages never takes in an event whose lane waits for one of an earlier page.
pub async fn a_retry_in_pages_keeps_the_order_of_a_lane<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    record(&store, [paid("a", "ada", -5), paid("a", "ada", 2), paid("b", "bob", -1), paid("b", "bob", 4)])
        .await;
    catch_up(&store, &totals(), 100).await;
    let mut after = Position::START;
    while let Some(last) = store.retry_dead_letters(totals(), after, 1).await.unwrap().last {
        after = last;
    }
    assert_eq!(count(&store).await, (2, 2));
    assert!(amounts(&store).await.is_empty());
}

/// A skipped event is passed over for good; what waited behind it is taken in.
pub async fn a_skipped_event_lets_its_lane_go_on<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    record(&store, [paid("a", "ada", 1), unreadable("a"), paid("a", "ada", 2), paid("b", "ada", 4)]).await;
    catch_up(&store, &totals(), 100).await;
    let table = totals().table();
    let failed = letters(&store).await[0].position;
    let skip = |position| store.skip_dead_letter(Arc::clone(&table), position, "it was a test".to_owned());
    assert_eq!(skip(failed.plus(1)).await.unwrap(), 0, "an event that only waits is not skipped");
    assert_eq!(skip(failed).await.unwrap(), 1);
    assert_eq!(skip(failed).await.unwrap(), 0);
    let retried = store.retry_dead_letters(totals(), Position::START, 100).await.unwrap();
    assert_eq!(retried.left, 0);
    assert_eq!(amounts(&store).await, expected([("ada", (7, 3))]));
    assert_eq!(count(&store).await, (0, 0));
}

/// A fold that was begun before letters were retried is refused, so that nothing is set aside behind a lane that is free.
pub async fn a_fold_beside_a_retry_goes_on_from_what_is_there<F: StoreFactory>(factory: F) {
    let store = Arc::new(factory.open().await);
    record(&*store, [paid("a", "ada", -5)]).await;
    catch_up(&store, &totals(), 100).await;
    let writer = tokio::spawn({
        let store = Arc::clone(&store);
        async move {
            for amount in 0..200 {
                store.append(paid("a", "ada", amount % 10)).await.unwrap();
            }
        }
    });
    let follower = tokio::spawn({
        let store = Arc::clone(&store);
        async move {
            let projector = mended();
            let mut from = store.checkpoint(projector.table()).await.unwrap();
            while from.get() < 201 {
                let batch = store.read_all(ReadAll { limit: 7, ..ReadAll::after(from) }).await.unwrap();
                let end = batch.end();
                match store.fold(Arc::clone(&projector), Generation::Live, from, Arc::new(batch)).await {
                    Ok(_) => from = end,
                    Err(FoldError::Superseded { actual: Some(actual), .. }) => from = actual,
                    Err(error) => panic!("expected a fold, found {error}"),
                }
            }
        }
    });
    while count(&*store).await != (0, 0) || !follower.is_finished() {
        store.retry_dead_letters(mended(), Position::START, 100).await.unwrap();
    }
    writer.await.unwrap();
    follower.await.unwrap();
    assert_eq!(count(&*store).await, (0, 0));
    assert_eq!(amounts(&*store).await, expected([("ada", (895, 201))]));
}

/// Dead letters of rows that are built anew become those of the live table with the swap.
pub async fn a_rebuild_finds_its_own_dead_letters<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    record(&store, [paid("a", "ada", -5), paid("a", "bob", -6), paid("a", "cyd", 1)]).await;
    catch_up(&store, &totals(), 100).await;
    assert_eq!(count(&store).await, (2, 0));
    let projector = mended();
    let state = store.begin_rebuild(projector.table()).await.unwrap();
    assert_eq!((state.generation, state.checkpoint), (Generation::Next, Position::START));
    let batch = Arc::new(store.read_all(ReadAll::after(Position::START)).await.unwrap());
    store.fold(Arc::clone(&projector), Generation::Next, Position::START, batch).await.unwrap();
    assert_eq!(amounts(&store).await, expected([("cyd", (1, 1))]), "the old rows serve until the swap");
    let status = store.table_status(projector.table()).await.unwrap();
    assert_eq!((status.next.is_some(), status.is_current), (true, true));
    store.promote(projector.clone()).await.unwrap();
    assert_eq!(count(&store).await, (0, 0));
    assert_eq!(amounts(&store).await.len(), 3);
    assert_eq!(store.table_status(projector.table()).await.unwrap().next, None);
}

/// An event of an append that an on-commit projection cannot take refuses the append, but not where the event waits anyway.
pub async fn an_append_into_a_held_row_waits_with_it<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    record(&store, [paid("a", "ada", -5)]).await;
    let projector = totals();
    store.open_table(projector.table()).await.unwrap();
    store.attach(Arc::clone(&projector)).await.unwrap();
    assert_eq!(count(&store).await, (1, 0));
    store.append(paid("a", "bob", -1)).await.unwrap_err();
    record(&store, [paid("a", "ada", 2), paid("a", "bob", 3)]).await;
    assert_eq!(count(&store).await, (1, 1));
    assert_eq!(amounts(&store).await, expected([("bob", (3, 1))]));
    store.retry_dead_letters(mended(), Position::START, 100).await.unwrap();
    assert_eq!(amounts(&store).await, expected([("ada", (-3, 2)), ("bob", (3, 1))]));
}

/// A paused table refuses folds until it is resumed; a swap keeps it paused.
pub async fn a_paused_table_refuses_folds<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    record(&store, [paid("a", "ada", 1)]).await;
    let projector = totals();
    store.open_table(projector.table()).await.unwrap();
    store.set_paused(projector.table(), true).await.unwrap();
    let batch = Arc::new(store.read_all(ReadAll::after(Position::START)).await.unwrap());
    let fold =
        |generation| store.fold(Arc::clone(&projector), generation, Position::START, Arc::clone(&batch));
    let refused = fold(Generation::Live).await.unwrap_err();
    assert!(matches!(refused, FoldError::Paused { .. }), "{refused}");
    store.begin_rebuild(projector.table()).await.unwrap();
    fold(Generation::Next).await.unwrap();
    store.promote(projector.clone()).await.unwrap();
    assert!(store.table_status(projector.table()).await.unwrap().is_paused);
    store.set_paused(projector.table(), false).await.unwrap();
    assert_eq!(catch_up(&store, &projector, 100).await, 0);
    assert_eq!(amounts(&store).await, expected([("ada", (1, 1))]));
}

/// A lease is one holder's until its time has passed; the holder renews it at will.
pub async fn a_lease_is_one_holders_until_it_ends<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let (first, second) = (Uuid::now_v7(), Uuid::now_v7());
    let lease = |holder, millis| store.lease("work".to_owned(), holder, Duration::from_millis(millis));
    assert!(lease(first, 60_000).await.unwrap());
    assert!(lease(first, 60_000).await.unwrap(), "the holder renews it");
    assert!(!lease(second, 60_000).await.unwrap());
    assert!(store.lease("other work".to_owned(), second, Duration::from_secs(1)).await.unwrap());
    assert!(lease(first, 1).await.unwrap());
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert!(lease(second, 60_000).await.unwrap());
    assert!(!lease(first, 60_000).await.unwrap());
}
