//! Changes of live tables: told as they are committed, in commit order, so that a listener can keep a copy.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use cqrs_core::store::{EventStore, Generation, ReadModelControl, ReadModelStore, RowChange, TableChange};
use cqrs_core::{ExpectedVersion, Position, Projector, StreamId, Value};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::timeout;

use crate::StoreFactory;
use crate::balances::{Balances, balances_of, catch_up, every_row, open, rows, rows_and_checkpoint};
use crate::domain::{account, append, at_once, deposit, deposited, event, record, whole_log};

/// A copy of a table that is kept by its changes alone.
#[derive(Default)]
struct Copy {
    rows: BTreeMap<String, Vec<Value>>,
    checkpoint: Position,
}

impl Copy {
    /// Listens until the copy has reached a position.
    async fn follow(&mut self, changes: &mut Receiver<Arc<TableChange>>, table: &str, until: Position) {
        while self.checkpoint < until {
            let change = timeout(Duration::from_secs(30), changes.recv()).await;
            let change = change.expect("the change never came").unwrap();
            if change.table == table {
                self.take(&change);
            }
        }
    }

    fn take(&mut self, change: &TableChange) {
        assert!(change.checkpoint > self.checkpoint, "{} after {}", change.checkpoint, self.checkpoint);
        self.checkpoint = change.checkpoint;
        let mut changed = Vec::new();
        for RowChange { key, row } in &change.changes {
            let [Value::Text(id)] = key.as_slice() else {
                panic!("expected the key of a balance, found {key:?}")
            };
            assert!(!changed.contains(&id), "`{id}` is told of twice in one commit");
            changed.push(id);
            match row {
                Some(row) => drop(self.rows.insert(id.clone(), row.clone())),
                None => drop(self.rows.remove(id)),
            }
        }
    }

    fn rows(&self) -> Vec<Vec<Value>> {
        self.rows.values().cloned().collect()
    }
}

/// A fold tells what it changed: each row once, whole or gone, with the checkpoint after it.
pub async fn a_fold_tells_what_it_changed<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let projector = Balances::new("balances");
    open(&store, &projector).await;
    let mut changes = store.table_changes();
    record(&store, "ada", [1, 2]).await;
    catch_up(&store, &projector, Generation::Live, 10).await.unwrap();
    let told = timeout(Duration::from_secs(10), changes.recv()).await.unwrap().unwrap();
    let (ada, checkpoint) = rows_and_checkpoint(&store, &projector.table()).await;
    let key = vec![Value::Text("ada".to_owned())];
    let expected = vec![RowChange { key: key.clone(), row: Some(ada[0].clone()) }];
    assert_eq!(
        *told,
        TableChange { table: "balances".to_owned(), checkpoint, revision: 1, changes: expected }
    );

    let closed = append(&account("ada"), ExpectedVersion::Any, vec![event("closed", "{}")]);
    let closed = store.append(closed).await.unwrap();
    catch_up(&store, &projector, Generation::Live, 10).await.unwrap();
    let told = timeout(Duration::from_secs(10), changes.recv()).await.unwrap().unwrap();
    assert_eq!((told.checkpoint, &told.changes), (closed.position, &vec![RowChange { key, row: None }]));
}

/// An append tells what it changed in attached tables before it is acknowledged, or soon after.
pub async fn an_append_tells_what_it_changed<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let projector = Balances::new("balances");
    open(&store, &projector).await;
    store.attach(projector.clone()).await.unwrap();
    let mut changes = store.table_changes();
    let mut copy = Copy::default();
    for amount in 1..=10 {
        let appended = store.append(deposit(&account("ada"), amount)).await.unwrap();
        copy.follow(&mut changes, "balances", appended.position).await;
        assert_eq!((copy.rows(), copy.checkpoint), rows_and_checkpoint(&store, &projector.table()).await);
    }
}

/// A listener that began before the first commit has, in the end, a copy of the table, however many wrote at once.
pub async fn changes_add_up_to_the_rows<F: StoreFactory>(factory: F) {
    let store = Arc::new(factory.open().await);
    let projector = Balances::new("balances");
    open(&*store, &projector).await;
    store.attach(projector.clone()).await.unwrap();
    let mut changes = store.table_changes();
    let listener = tokio::spawn(async move {
        let mut copy = Copy::default();
        while !copy.rows.contains_key("the last") {
            let change = timeout(Duration::from_secs(30), changes.recv()).await;
            copy.take(&change.expect("the change never came").unwrap());
        }
        copy
    });
    at_once(&store, 6, |store, writer| async move {
        for round in 0..20 {
            let stream = account(&format!("account-{}", (writer + round) % 4));
            let last = if round % 5 == 4 { event("closed", "{}") } else { deposited(round) };
            let events = vec![deposited(writer), last];
            store.append(append(&stream, ExpectedVersion::Any, events)).await.unwrap();
        }
    })
    .await;
    record(&*store, "the last", [1]).await;
    let copy = listener.await.unwrap();
    assert_eq!(copy.rows(), balances_of(&whole_log(&*store).await));
    assert_eq!(copy.rows(), rows(&*store, &projector.table()).await);
}

/// Nothing is told of folds that fail, of appends that are refused, and of tables that are not live.
pub async fn only_commits_to_live_tables_are_told<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let first = Balances::new("balances");
    open(&store, &first).await;
    store.attach(first.clone()).await.unwrap();
    record(&store, "ada", [1]).await;
    let mut changes = store.table_changes();
    let second = Balances::defined_as("balances", 2);
    catch_up(&store, &second, Generation::Next, 10).await.unwrap();
    let refused = append(&account("ada"), ExpectedVersion::Any, vec![deposited(1), event("spoilt", "{}")]);
    store.append(refused).await.unwrap_err();
    let last = store.append(deposit(&account("grace"), 5)).await.unwrap();
    let told = loop {
        let told = timeout(Duration::from_secs(10), changes.recv()).await.unwrap().unwrap();
        if !told.changes.is_empty() {
            break told;
        }
    };
    assert_eq!(told.checkpoint, last.position);
    assert_eq!(told.changes[0].key, [Value::Text("grace".to_owned())]);
    assert_eq!(told.changes.len(), 1);
}

/// A listener that never reads holds no append up; later it is told that it fell behind, or given all, and then the newest.
pub async fn a_listener_that_never_reads_holds_nobody_up<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let projector = Balances::new("balances");
    open(&store, &projector).await;
    store.attach(projector.clone()).await.unwrap();
    let mut changes = store.table_changes();
    let calls: Vec<_> = (0..5000).map(|amount| store.append(deposit(&account("ada"), amount))).collect();
    for call in calls {
        call.await.unwrap();
    }
    let head = store.head().await.unwrap();
    let mut copy = Copy::default();
    while copy.checkpoint < head {
        let next = timeout(Duration::from_secs(30), changes.recv()).await;
        match next.expect("the newest change never came") {
            Ok(change) => copy.take(&change),
            Err(error) => assert!(matches!(error, RecvError::Lagged(_)), "{error}"),
        }
    }
    assert_eq!(copy.rows(), rows(&store, &projector.table()).await);
}

/// A table's revision grows with each commit that changes rows, with no other, and across a swap.
pub async fn a_revision_grows_with_each_commit_that_changes_rows<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let (first, second) = (Balances::new("balances"), Balances::defined_as("balances", 2));
    open(&store, &first).await;
    store.attach(first.clone()).await.unwrap();
    let revision = async |projector: &Arc<Balances>| {
        let page = store.rows(every_row(&projector.table())).await.unwrap();
        assert_eq!(page.revision, store.table_status(projector.table()).await.unwrap().revision);
        page.revision
    };
    assert_eq!(revision(&first).await, 0);
    record(&store, "ada", [1, 2]).await;
    assert_eq!(revision(&first).await, 2);
    let elsewhere =
        append(&StreamId::new("customer", "ada"), ExpectedVersion::Any, vec![event("opened", "{}")]);
    store.append(elsewhere).await.unwrap();
    assert_eq!(revision(&first).await, 2);
    open(&store, &second).await;
    catch_up(&store, &second, Generation::Next, 100).await.unwrap();
    store.promote(second.clone()).await.unwrap();
    assert!(revision(&second).await > 2);
}
