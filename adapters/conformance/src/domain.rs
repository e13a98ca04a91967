//! The small domain that promises are checked with: accounts into which amounts are paid.
//!
//! It has no aggregate and decides nothing; it only shortens what the promises write and read.

use std::sync::Arc;

use cqrs_core::store::{
    Append, AppendError, Appended, EventStore, EventStoreExt as _, NewEvent, ReadAll, ReadStream, StoreError,
    StoreErrorKind,
};
use cqrs_core::{ExpectedVersion, Origin, Position, RecordedEvent, StreamId, StreamVersion};
use uuid::Uuid;

/// The stream of an account.
pub(crate) fn account(id: &str) -> StreamId {
    StreamId::new("account", id)
}

/// An event with a payload of its own.
pub(crate) fn event(name: &'static str, payload: impl Into<Vec<u8>>) -> NewEvent {
    NewEvent { event_id: Uuid::now_v7(), name: name.into(), version: 1, payload: payload.into() }
}

/// An amount was paid in.
pub(crate) fn deposited(amount: i64) -> NewEvent {
    event("deposited", format!(r#"{{"amount":{amount}}}"#))
}

/// An event with a payload of so many bytes, each number's unlike the others'.
pub(crate) fn large(number: usize, bytes: usize) -> NewEvent {
    let text = format!("{number} ");
    event("noted", format!("\"{text}{}\"", "x".repeat(bytes - text.len() - 2)))
}

/// An append that nobody in particular asks for.
pub(crate) fn append(stream: &StreamId, expected: ExpectedVersion, events: Vec<NewEvent>) -> Append {
    Append {
        stream: stream.clone(),
        expected,
        events,
        origin: Origin::default(),
        command_id: None,
        chain: None,
    }
}

/// An append of one amount to whatever is there.
pub(crate) fn deposit(stream: &StreamId, amount: i64) -> Append {
    append(stream, ExpectedVersion::Any, vec![deposited(amount)])
}

/// Expects exactly so many events.
pub(crate) fn exactly(version: u64) -> ExpectedVersion {
    ExpectedVersion::Exact(StreamVersion::new(version))
}

/// Records amounts, one append each.
pub(crate) async fn record(
    store: &(impl EventStore + ?Sized),
    id: &str,
    amounts: impl IntoIterator<Item = i64>,
) {
    for amount in amounts {
        store.append(deposit(&account(id), amount)).await.unwrap();
    }
}

/// Every event of a stream, oldest first.
pub(crate) async fn whole_stream(
    store: &(impl EventStore + ?Sized),
    stream: &StreamId,
) -> Vec<RecordedEvent> {
    store.collect_stream(ReadStream::forward(stream.clone())).await.unwrap()
}

/// Every event of the store, oldest first.
pub(crate) async fn whole_log(store: &(impl EventStore + ?Sized)) -> Vec<RecordedEvent> {
    everything(store, ReadAll::after(Position::START)).await
}

/// Every event that a read of all streams lets through, page by page to the end.
pub(crate) async fn everything(store: &(impl EventStore + ?Sized), mut read: ReadAll) -> Vec<RecordedEvent> {
    let mut events = Vec::new();
    loop {
        let page = store.read_all(read.clone()).await.unwrap();
        assert!(page.len() <= read.limit, "a page of {} events, the limit is {}", page.len(), read.limit);
        if page.end() <= read.after {
            assert!(page.is_empty(), "a page with events ends where it began");
            return events;
        }
        read.after = page.end();
        events.extend(page.to_vec());
    }
}

/// The versions of events.
pub(crate) fn versions(events: &[RecordedEvent]) -> Vec<u64> {
    events.iter().map(|event| event.meta.version.get()).collect()
}

/// The payloads of events as text.
pub(crate) fn payloads(events: &[RecordedEvent]) -> Vec<String> {
    events.iter().map(|event| String::from_utf8(event.payload.clone()).unwrap()).collect()
}

/// The version that a conflict found, when an append was refused with one.
pub(crate) fn conflict(outcome: Result<Appended, AppendError>) -> Option<StreamVersion> {
    match outcome {
        Err(AppendError::Conflict { actual, .. }) => Some(actual),
        _ => None,
    }
}

/// Asserts that an append was refused for its limits.
pub(crate) fn assert_invalid(outcome: &Result<Appended, AppendError>) {
    match outcome {
        Err(AppendError::Store(error)) => assert_eq!(error.kind(), StoreErrorKind::Invalid, "{error}"),
        other => panic!("expected an invalid append, found {other:?}"),
    }
}

/// Asserts that a call was refused because the store is closed.
pub(crate) fn assert_closed<T: std::fmt::Debug>(outcome: Result<T, StoreError>) {
    match outcome {
        Err(error) => assert_eq!(error.kind(), StoreErrorKind::Closed, "{error}"),
        Ok(answer) => panic!("expected a closed store, found {answer:?}"),
    }
}

/// Runs a task several times at once, each with its number, and waits for all of them.
pub(crate) async fn at_once<S, T, R>(store: &Arc<S>, tasks: i64, task: impl Fn(Arc<S>, i64) -> T) -> Vec<R>
where
    S: Send + Sync + 'static,
    T: Future<Output = R> + Send + 'static,
    R: Send + 'static,
{
    let running: Vec<_> = (0..tasks).map(|number| tokio::spawn(task(Arc::clone(store), number))).collect();
    let mut results = Vec::new();
    for task in running {
        results.push(task.await.unwrap());
    }
    results
}
