//! Rehydration: folding a stream, page by page, into an aggregate's state.

use std::future::poll_fn;
use std::task::Poll;

use crate::aggregate::{Aggregate, AggregateId};
use crate::batch::{EventBatch, EventRef};
use crate::envelope::{StreamId, StreamVersion};
use crate::event::DecodeError;
use crate::event_set::EventSet;
use crate::store::{BoxFuture, Detail, ReadStream, Store, Until};

use super::error::{LoadError, Undecodable};

/// An aggregate's state, and the version of the stream that it includes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded<A> {
    /// The state; its default when the stream has no events.
    pub state: A,
    /// The stream's version.
    pub version: StreamVersion,
}

/// Folds a stream from its first event, whatever snapshots there are.
pub(crate) async fn load_stream<A: Aggregate>(
    store: &dyn Store,
    stream: StreamId,
) -> Result<Loaded<A>, LoadError> {
    let nothing = Loaded { state: A::default(), version: StreamVersion::EMPTY };
    let read = ReadStream { detail: Detail::Payload, ..ReadStream::forward(stream) };
    fold_stream(store, read, nothing).await
}

/// The stream of an aggregate.
pub(super) fn stream_of<A: Aggregate>(id: &A::Id) -> StreamId {
    StreamId::new(A::TYPE, id.to_stream_id())
}

/// Folds a stream to its end, or to an earlier version or instant, from the newest snapshot that fits.
pub(super) async fn load<A: Aggregate>(
    store: &dyn Store,
    id: &A::Id,
    until: Until,
) -> Result<Loaded<A>, LoadError> {
    let stream = stream_of::<A>(id);
    let loaded = from_snapshot::<A>(store, &stream, until).await?;
    let read = ReadStream {
        from: loaded.version.plus(1),
        until,
        detail: Detail::Payload,
        ..ReadStream::forward(stream)
    };
    fold_stream(store, read, loaded).await
}

/// The events of the first page, and of later ones where the store is waited for. A short stream takes little memory so, and a store
/// that answers at once is read in pages that stay near the processor.
const FIRST_PAGE: usize = 512;
const PAGE: usize = 2048;

/// Folds the events of a forward read into a state, a page at a time; the store reads a page while the one before is folded.
async fn fold_stream<A: Aggregate>(
    store: &dyn Store,
    mut read: ReadStream,
    mut loaded: Loaded<A>,
) -> Result<Loaded<A>, LoadError> {
    read.limit = FIRST_PAGE;
    let mut begun = begin(store.read_stream(read.clone())).await;
    loop {
        let was_waited_for = matches!(begun, Begun::Waiting(_));
        let page = begun.answer().await?;
        let last = page.last().map_or(loaded.version, |event| event.version());
        let ended = match read.until {
            Until::Version(until) => last >= until,
            Until::Latest | Until::Time(_) => false,
        };
        if ended || read.is_last(&page) {
            fold_page(&page, &mut loaded)?;
            return Ok(loaded);
        }
        read.from = last.plus(1);
        if was_waited_for {
            read.limit = PAGE;
        }
        begun = begin(store.read_stream(read.clone())).await;
        fold_page(&page, &mut loaded)?;
    }
}

/// A read that a store has begun.
pub(super) enum Begun<'a, T> {
    Waiting(BoxFuture<'a, T>),
    Answered(T),
}

/// Asks a store once, so that it begins to read while something else is done.
pub(super) async fn begin<T>(mut read: BoxFuture<'_, T>) -> Begun<'_, T> {
    match poll_fn(|cx| Poll::Ready(read.as_mut().poll(cx))).await {
        Poll::Ready(answer) => Begun::Answered(answer),
        Poll::Pending => Begun::Waiting(read),
    }
}

impl<T> Begun<'_, T> {
    /// What the store has read, as soon as it has.
    pub(super) async fn answer(self) -> T {
        match self {
            Self::Waiting(read) => read.await,
            Self::Answered(answer) => answer,
        }
    }
}

fn fold_page<A: Aggregate>(page: &EventBatch, loaded: &mut Loaded<A>) -> Result<(), LoadError> {
    let mut routes = Vec::with_capacity(page.types().len());
    for event in page.iter() {
        if event.version() <= loaded.version {
            continue;
        }
        let route = match routes.get(event.type_index()).copied().flatten() {
            Some(route) => route,
            None => {
                let stored = event.stored_type();
                let route = A::Event::locate(&stored.name, stored.version)
                    .map_err(|reason| undecodable(event, reason))?;
                if routes.len() <= event.type_index() {
                    routes.resize(event.type_index() + 1, None);
                }
                routes[event.type_index()] = Some(route);
                route
            }
        };
        let decoded =
            A::Event::decode(route, event.payload()).map_err(|reason| undecodable(event, reason))?;
        for today in decoded.as_slice() {
            loaded
                .state
                .apply_event(today)
                .map_err(|error| undecodable(event, DecodeError::Apply(error.reason)))?;
        }
        loaded.version = event.version();
    }
    Ok(())
}

async fn from_snapshot<A: Aggregate>(
    store: &dyn Store,
    stream: &StreamId,
    until: Until,
) -> Result<Loaded<A>, LoadError> {
    let nothing = Loaded { state: A::default(), version: StreamVersion::EMPTY };
    let Some(snapshots) = A::snapshots() else { return Ok(nothing) };
    if matches!(until, Until::Time(_)) {
        return Ok(nothing);
    }
    let Some(snapshot) = store.load_snapshot(stream.clone()).await? else { return Ok(nothing) };
    let too_new = matches!(until, Until::Version(last) if snapshot.version > last);
    if too_new || snapshot.fingerprint != snapshots.fingerprint {
        return Ok(nothing);
    }
    match (snapshots.decode)(&snapshot.state) {
        Ok(state) => Ok(Loaded { state, version: snapshot.version }),
        Err(error) => {
            tracing::warn!(%stream, %error, "a snapshot of the right fingerprint cannot be read; folding all events");
            Ok(nothing)
        }
    }
}

fn undecodable(event: EventRef<'_>, reason: DecodeError) -> LoadError {
    let stored = event.stored_type();
    LoadError::Undecodable(Box::new(Undecodable {
        event_type: stored.name.clone(),
        event_version: stored.version,
        stream: event.stream().clone(),
        version: event.version(),
        position: event.position(),
        reason,
    }))
}
