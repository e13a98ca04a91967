//! Rows of other projections that a projection keeps for itself: with its table, in its transactions, for as long as it is there.

use std::sync::Arc;

use cqrs_core::store::{
    Column, EventFilter, EventStore, FoldError, Generation, ReadAll, ReadModelStore, RowChange, Store,
    TableDefinition,
};
use cqrs_core::{
    ColumnType, EventBatch, Fingerprint, Fold, FoldFailure, Folded, LoadedRows, LookupChange, LookupKey,
    Position, Projector, Value,
};

use crate::StoreFactory;
use crate::balances::rows;
use crate::domain::record;

/// Counts events by means of what it keeps alone; its row says how many it has counted.
#[derive(Clone)]
struct Tally {
    table: Arc<TableDefinition>,
    filter: EventFilter,
}

impl Tally {
    fn defined_as(version: u32) -> Arc<Self> {
        let column = |name: &str, column_type| Column { name: name.to_owned(), column_type, nullable: false };
        let table = Arc::new(TableDefinition {
            name: "tally".to_owned(),
            key_columns: 1,
            columns: vec![column("name", ColumnType::Text), column("count", ColumnType::Int)],
            indexes: Vec::new(),
            fingerprint: Fingerprint::of(&format!("tally {version}")),
        });
        Arc::new(Self { table, filter: EventFilter::default() })
    }
}

impl Projector for Tally {
    fn table(&self) -> Arc<TableDefinition> {
        Arc::clone(&self.table)
    }

    fn filter(&self) -> &EventFilter {
        &self.filter
    }

    fn begin<'a>(&'a self, batch: &'a EventBatch) -> Result<Box<dyn Fold + 'a>, Box<FoldFailure>> {
        Ok(Box::new(TallyFold { batch, key: [vec![Value::Text("all".to_owned())]] }))
    }
}

struct TallyFold<'a> {
    batch: &'a EventBatch,
    key: [Vec<Value>; 1],
}

/// Names that no store may take for one another.
fn kept() -> Vec<LookupKey> {
    let key = |text: &str| LookupKey::new("kept", &[Value::Text(text.to_owned())]);
    vec![key("count"), key("Count"), key("cöunt \u{1F980} '\"")]
}

impl Fold for TallyFold<'_> {
    fn keys(&self) -> &[Vec<Value>] {
        &self.key
    }

    fn lookups(&self) -> Vec<LookupKey> {
        kept()
    }

    fn finish(self: Box<Self>, loaded: LoadedRows) -> Result<Folded, Box<FoldFailure>> {
        assert_eq!(loaded.lookups.len(), 3, "a store loads one row for each key");
        let counted = |kept: &Option<Vec<Value>>| match kept.as_deref() {
            Some([Value::Int(count), Value::Null, Value::Real(f64::INFINITY)]) => *count,
            None => 0,
            other => panic!("what was kept comes back as {other:?}"),
        };
        let before = loaded.lookups.iter().map(counted).max().unwrap_or_default();
        let after = before + i64::try_from(self.batch.len()).unwrap();
        // The count moves from one key to the next, and leaves nothing behind.
        let place = usize::try_from(after).unwrap() % 3;
        let lookups = kept().into_iter().enumerate().map(|(index, key)| LookupChange {
            key,
            row: (index == place).then(|| vec![Value::Int(after), Value::Null, Value::Real(f64::INFINITY)]),
        });
        let [key] = self.key;
        let row = Some(key.iter().cloned().chain([Value::Int(after)]).collect());
        Ok(Folded { changes: vec![RowChange { key, row }], lookups: lookups.collect(), ..Folded::default() })
    }
}

/// Folds the log into a generation, one event at a time.
async fn count_all<S: Store>(store: &S, tally: &Arc<Tally>, generation: Generation) {
    let mut checkpoint = store.open_table(tally.table()).await.unwrap().checkpoint;
    loop {
        let batch = store.read_all(ReadAll { limit: 1, ..ReadAll::after(checkpoint) }).await.unwrap();
        let end = batch.end();
        if end <= checkpoint {
            return;
        }
        store.fold(tally.clone(), generation, checkpoint, Arc::new(batch)).await.unwrap();
        checkpoint = end;
    }
}

async fn counted<S: Store>(store: &S, tally: &Arc<Tally>) -> i64 {
    match rows(store, &tally.table()).await.as_slice() {
        [row] => match row.as_slice() {
            [_, Value::Int(count)] => *count,
            other => panic!("a row of {other:?}"),
        },
        other => panic!("rows of {other:?}"),
    }
}

/// What one fold has kept is what the next one finds, and what it has taken out is found no more.
pub async fn what_a_fold_keeps_is_found_by_the_next<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let tally = Tally::defined_as(1);
    record(&store, "ada", 1..=5).await;
    count_all(&store, &tally, Generation::Live).await;
    assert_eq!(counted(&store, &tally).await, 5);
}

/// A fold that is refused keeps nothing.
pub async fn a_refused_fold_keeps_nothing<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let tally = Tally::defined_as(1);
    record(&store, "ada", 1..=2).await;
    count_all(&store, &tally, Generation::Live).await;
    let again = store.read_all(ReadAll::after(Position::START)).await.unwrap();
    let refused = store.fold(tally.clone(), Generation::Live, Position::START, Arc::new(again)).await;
    assert!(matches!(refused, Err(FoldError::Superseded { .. })), "{refused:?}");
    record(&store, "ada", [3]).await;
    count_all(&store, &tally, Generation::Live).await;
    assert_eq!(counted(&store, &tally).await, 3);
}

/// Rows that are built anew begin with nothing kept, and what the replaced table has kept is gone with it.
pub async fn each_generation_keeps_its_own<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let (first, second) = (Tally::defined_as(1), Tally::defined_as(2));
    record(&store, "ada", 1..=4).await;
    count_all(&store, &first, Generation::Live).await;
    count_all(&store, &second, Generation::Next).await;
    record(&store, "ada", [5]).await;
    count_all(&store, &first, Generation::Live).await;
    assert_eq!(counted(&store, &first).await, 5);
    store.promote(second.clone()).await.unwrap();
    assert_eq!(counted(&store, &second).await, 5);
    record(&store, "ada", [6]).await;
    count_all(&store, &second, Generation::Live).await;
    assert_eq!(counted(&store, &second).await, 6);
}

/// A table that is folded on commit keeps within the append's own transaction.
pub async fn what_is_folded_on_commit_keeps_too<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let tally = Tally::defined_as(1);
    store.open_table(tally.table()).await.unwrap();
    store.attach(tally.clone()).await.unwrap();
    for amount in 1..=3 {
        record(&store, "ada", [amount]).await;
    }
    assert_eq!(counted(&store, &tally).await, 3);
}
