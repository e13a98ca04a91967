//! Executing a command: load, decide, append, and once more when another writer was faster.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;
use tracing::Instrument as _;
use uuid::Uuid;

use crate::aggregate::{Aggregate, ApplyError};
use crate::command::{Command, Context, Decide, Existence};
use crate::envelope::{ExpectedVersion, Metadata, Origin, StreamId, StreamVersion};
use crate::event_set::EventSet;
use crate::store::{Append, AppendError, Appended, BoxFuture, NewEvent, Snapshot};

use super::aggregates::HotAggregates;
use super::error::ExecuteError;
use super::ids;
use super::load::stream_of;
use super::receipt::Receipt;
use super::slot::{Pending, Slot};
use super::{App, Caller};
use std::sync::Arc;

/// A command about to be executed; awaiting it runs it.
///
/// Dropping the future half way leaves the command either recorded or not; given with an [`id`](Self::id), it can be sent again to find out.
#[must_use = "a command does nothing until it is awaited"]
pub struct Execute<'a, C> {
    app: &'a App,
    command: C,
    id: Option<Uuid>,
    caller: Caller,
    correlation_id: Option<Uuid>,
    causation_id: Option<Uuid>,
    metadata: Metadata,
}

type ErrorOf<C> = ExecuteError<<<C as Command>::Aggregate as Aggregate>::Error>;

impl<'a, C> Execute<'a, C>
where
    C: Command,
    C::Aggregate: Decide<C>,
{
    pub(super) fn new(app: &'a App, command: C) -> Self {
        let (caller, metadata) = (Caller::default(), Metadata::new());
        Self { app, command, id: None, caller, correlation_id: None, causation_id: None, metadata }
    }

    /// Gives the command an id: the same id again returns the first receipt and records nothing.
    pub fn id(mut self, id: Uuid) -> Self {
        self.id = Some(id);
        self
    }

    /// Says who sends it.
    pub fn by(mut self, caller: Caller) -> Self {
        self.caller = caller;
        self
    }

    /// Says which business transaction it is part of; the command's own id when nothing is said.
    pub fn correlation(mut self, id: Uuid) -> Self {
        self.correlation_id = Some(id);
        self
    }

    /// Says which event or command it follows from; the recorded events name the command's own id when nothing is said.
    pub fn caused_by(mut self, id: Uuid) -> Self {
        self.causation_id = Some(id);
        self
    }

    /// Adds free-form metadata to the recorded events.
    pub fn metadata(mut self, key: impl Into<String>, value: impl Into<serde_json::Value>) -> Self {
        self.metadata.insert(key.into(), value.into());
        self
    }

    async fn run(self) -> Result<Receipt, ErrorOf<C>> {
        if !self.caller.has_one_of(C::ROLES) {
            return Err(ExecuteError::Forbidden { command: C::NAME, wanted: C::ROLES });
        }
        self.command.validate().map_err(|reason| ExecuteError::Invalid { command: C::NAME, reason })?;
        let inner = &self.app.inner;
        if inner.is_closing() {
            return Err(ExecuteError::ShuttingDown);
        }
        let permit = inner.permit().await.ok_or(ExecuteError::ShuttingDown)?;
        let aggregate = <C::Aggregate as Aggregate>::TYPE;
        let hot = inner.aggregates.get::<C::Aggregate>().ok_or(ExecuteError::Unregistered { aggregate })?;
        if let Some(receipt) = earlier_receipt(self.app, self.id, &self.command).await? {
            return Ok(receipt);
        }
        let command_id = self.id.unwrap_or_else(ids::next);
        let context = Context {
            command_id,
            now: (inner.clock)(),
            origin: Origin {
                correlation_id: self.correlation_id.unwrap_or(command_id),
                causation_id: self.causation_id.unwrap_or(command_id),
                actor: self.caller.actor,
                tenant: self.caller.tenant,
                metadata: self.metadata,
            },
            roles: self.caller.roles,
        };
        let run = Run { app: self.app, hot, command: &self.command, given_id: self.id, context };
        run.to_the_end(permit).await
    }
}

impl<'a, C> IntoFuture for Execute<'a, C>
where
    C: Command,
    C::Aggregate: Decide<C>,
{
    type Output = Result<Receipt, ErrorOf<C>>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        let span = tracing::info_span!(
            "cqrs.execute",
            "messaging.system" = "cqrs",
            "messaging.operation.type" = "process",
            "messaging.operation.name" = C::NAME,
            "messaging.destination.name" = <C::Aggregate as Aggregate>::TYPE,
            "messaging.message.id" = tracing::field::Empty,
            "messaging.message.conversation_id" = tracing::field::Empty,
        );
        if span.is_disabled() {
            return Box::pin(self.run());
        }
        if let Some(id) = self.id {
            span.record("messaging.message.id", tracing::field::display(id));
        }
        if let Some(id) = self.correlation_id {
            span.record("messaging.message.conversation_id", tracing::field::display(id));
        }
        Box::pin(self.run().instrument(span))
    }
}

/// The receipt of an earlier execution with the same id.
async fn earlier_receipt<C: Command>(
    app: &App,
    id: Option<Uuid>,
    command: &C,
) -> Result<Option<Receipt>, ErrorOf<C>> {
    let Some(command_id) = id else { return Ok(None) };
    let Some(appended) = app.inner.store.find_command(command_id).await? else { return Ok(None) };
    repeated(command_id, appended, command).map(Some)
}

/// The receipt of what a command's id has recorded before, if that was a command on the same aggregate.
fn repeated<C: Command>(command_id: Uuid, appended: Appended, command: &C) -> Result<Receipt, ErrorOf<C>> {
    if appended.stream == stream_of::<C::Aggregate>(command.aggregate_id()) {
        Ok(Receipt { duplicate: true, ..Receipt::of(command_id, appended) })
    } else {
        Err(ExecuteError::CommandIdReused { command_id, stream: appended.stream })
    }
}

/// One command on its way.
struct Run<'a, C: Command> {
    app: &'a App,
    hot: &'a HotAggregates<C::Aggregate>,
    command: &'a C,
    given_id: Option<Uuid>,
    context: Context,
}

/// What one attempt came to, before anything was awaited.
enum Attempt<A: Aggregate> {
    /// The slot was given up by another command.
    Stale,
    /// The command was answered without an append, upon this version.
    Answered(StreamVersion, Result<(), ExecuteError<A::Error>>),
    /// A decided event could not be applied, so that the slot's state is spoilt.
    Inapplicable { upon: StreamVersion, error: ExecuteError<A::Error> },
    /// The append is queued.
    Appending {
        outcome: BoxFuture<'static, Result<Appended, AppendError>>,
        pending: Pending<A>,
        upon: StreamVersion,
        snapshot: Option<Snapshot>,
    },
}

impl<C> Run<'_, C>
where
    C: Command,
    C::Aggregate: Decide<C>,
{
    async fn to_the_end(&self, permit: OwnedSemaphorePermit) -> Result<Receipt, ErrorOf<C>> {
        let id = self.command.aggregate_id();
        let store = &self.app.inner.store;
        let mut attempts = 0;
        let mut upon = StreamVersion::EMPTY;
        while attempts <= self.app.inner.retries {
            let (slot, assumed) = self.slot(attempts).await?;
            match self.attempt(&slot) {
                Attempt::Stale => self.hot.forget(id, &slot),
                Attempt::Answered(version, answer) => {
                    // In a box of its own, as is all that seldom waits: a future's size is allocated and moved for every command.
                    if !assumed && let Some(answer) = Box::pin(self.answer(&slot, version, answer)).await {
                        return answer;
                    }
                    self.hot.forget(id, &slot);
                    upon = version;
                }
                Attempt::Inapplicable { upon: version, error } => {
                    let sure = !assumed && slot.has_settled(version);
                    self.hot.forget(id, &slot);
                    if sure {
                        return Err(error);
                    }
                    upon = version;
                }
                Attempt::Appending { outcome, pending, upon: version, snapshot } => {
                    upon = version;
                    match outcome.await {
                        Ok(appended) if appended.duplicate => {
                            drop(pending);
                            self.hot.forget(id, &slot);
                            return repeated(self.context.command_id, appended, self.command);
                        }
                        Ok(appended) => {
                            pending.settle(appended.version);
                            if assumed {
                                self.hot.keep(id, &slot);
                            }
                            self.keep(snapshot, permit);
                            return Ok(Receipt::of(self.context.command_id, appended));
                        }
                        Err(error) => {
                            drop(pending);
                            self.hot.forget(id, &slot);
                            match error {
                                AppendError::Conflict { .. } | AppendError::Unfounded { .. } => {}
                                AppendError::Projection(failure) => {
                                    return Err(ExecuteError::Projection(failure));
                                }
                                AppendError::Store(error) => return Err(ExecuteError::Store(error)),
                            }
                        }
                    }
                }
            }
            attempts += 1;
            if attempts > 1 {
                Box::pin(tokio::time::sleep(backoff(attempts))).await;
            }
        }
        let actual = store.stream_version(self.stream()).await?;
        let (command, stream) = (C::NAME, self.stream());
        Err(ExecuteError::Conflict { command, stream, expected: upon, actual, attempts })
    }

    /// The aggregate's slot, and whether it was taken for empty without a look.
    async fn slot(&self, attempts: u32) -> Result<(Arc<Slot<C::Aggregate>>, bool), ErrorOf<C>> {
        let id = self.command.aggregate_id();
        if C::EXISTENCE == Existence::New && attempts == 0 {
            return Ok(match self.hot.known(id) {
                Some(slot) => (slot, false),
                None => (HotAggregates::assumed_empty(), true),
            });
        }
        Ok((self.hot.slot(&*self.app.inner.store, id).await?, false))
    }

    /// Decides and queues the append under the slot's lock, so that appends are queued in the order of decisions.
    fn attempt(&self, slot: &Arc<Slot<C::Aggregate>>) -> Attempt<C::Aggregate> {
        let mut decided = slot.lock();
        if decided.given_up {
            return Attempt::Stale;
        }
        let upon = decided.version;
        let answered = |answer| Attempt::Answered(upon, answer);
        let (command, stream) = (C::NAME, self.stream());
        match C::EXISTENCE {
            Existence::New if upon != StreamVersion::EMPTY => {
                return answered(Err(ExecuteError::AlreadyExists { command, stream }));
            }
            Existence::Existing if upon == StreamVersion::EMPTY => {
                return answered(Err(ExecuteError::NotFound { command, stream }));
            }
            _ => {}
        }
        let events = match decided.state.decide(self.command, &self.context) {
            Ok(events) if events.is_empty() && self.given_id.is_none() => return answered(Ok(())),
            Ok(events) => events,
            Err(refusal) => return answered(Err(ExecuteError::Refused(refusal))),
        };
        let new_events = match encode(&events, self.context.command_id) {
            Ok(new_events) => new_events,
            Err(error) => return answered(Err(error)),
        };
        for event in &events {
            if let Err(ApplyError { reason }) = decided.state.apply_event(event) {
                // The state is half changed, so nobody may decide upon it any more.
                decided.given_up = true;
                drop(decided);
                slot.give_up();
                let event = event.descriptor().name;
                return Attempt::Inapplicable { upon, error: ExecuteError::Inapplicable { event, reason } };
            }
        }
        decided.version = upon.plus(events.len() as u64);
        let snapshot = snapshot_of(&decided.state, upon, decided.version);
        let outcome = self.app.inner.store.append(Append {
            stream,
            expected: ExpectedVersion::Exact(upon),
            events: new_events,
            origin: self.context.origin.clone(),
            command_id: self.given_id,
            chain: Some(decided.chain.clone()),
        });
        Attempt::Appending { outcome, pending: Pending::new(slot), upon, snapshot }
    }

    /// Answers a command that appends nothing, once what it was decided upon is settled; `None` when that was not recorded.
    async fn answer(
        &self,
        slot: &Slot<C::Aggregate>,
        version: StreamVersion,
        answer: Result<(), ErrorOf<C>>,
    ) -> Option<Result<Receipt, ErrorOf<C>>> {
        if !slot.is_settled(version).await {
            return None;
        }
        // The same command may have been recorded while this one was decided upon its effect.
        match earlier_receipt(self.app, self.given_id, self.command).await {
            Ok(None) => {}
            known => return known.transpose(),
        }
        Some(answer.map(|()| Receipt {
            command_id: self.context.command_id,
            stream: self.stream(),
            version,
            events: 0,
            position: *self.app.inner.store.watch_head().borrow(),
            recorded_at: self.context.now,
            duplicate: false,
        }))
    }

    fn stream(&self) -> StreamId {
        stream_of::<C::Aggregate>(self.command.aggregate_id())
    }

    /// Keeps a snapshot beside the caller's path; a failure costs time at the next load and nothing else.
    fn keep(&self, snapshot: Option<Snapshot>, permit: OwnedSemaphorePermit) {
        let Some(snapshot) = snapshot else { return };
        let (store, stream) = (Arc::clone(&self.app.inner.store), self.stream());
        tokio::spawn(async move {
            if let Err(error) = store.save_snapshot(stream.clone(), snapshot).await {
                tracing::warn!(%stream, %error, "a snapshot was not saved");
            }
            drop(permit);
        });
    }
}

fn encode<S: EventSet, E: std::error::Error>(
    events: &[S],
    command_id: Uuid,
) -> Result<Vec<NewEvent>, ExecuteError<E>> {
    let mut event_id = command_id;
    let mut new_events = Vec::with_capacity(events.len());
    for event in events {
        let mut payload = Vec::with_capacity(128);
        event.encode(&mut payload)?;
        let descriptor = event.descriptor();
        let (name, version) = (descriptor.name.into(), descriptor.version);
        event_id = ids::after(event_id);
        new_events.push(NewEvent { event_id, name, version, payload });
    }
    Ok(new_events)
}

/// The state as a snapshot, when the version passes a multiple of the aggregate's interval.
fn snapshot_of<A: Aggregate>(state: &A, before: StreamVersion, version: StreamVersion) -> Option<Snapshot> {
    let snapshots = A::snapshots()?;
    let every = snapshots.every.max(1);
    if before.get() / every == version.get() / every {
        return None;
    }
    match (snapshots.encode)(state) {
        Ok(state) => Some(Snapshot { version, fingerprint: snapshots.fingerprint, state }),
        Err(error) => {
            tracing::warn!(aggregate = A::TYPE, %error, "a state cannot be written as a snapshot");
            None
        }
    }
}

/// A pause before another attempt: up to 1, 2, 4 … 64 milliseconds, at random, so that rivals come apart.
fn backoff(attempt: u32) -> Duration {
    use std::hash::{BuildHasher, Hasher};
    let most = 1000_u64 << attempt.min(6);
    let random = std::hash::RandomState::new().build_hasher().finish();
    Duration::from_micros(random % most)
}
