//! The one fold of all projections: from a batch of stored events to the changes of typed rows.
//!
//! Each record is decoded once, through the event set of its aggregate, so that retired events arrive as what they
//! are today. Each touched row is written once, however many events of the batch touch it.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::Arc;

use super::{Projection, ProjectionKey, Row, TryProject};
use crate::aggregate::{Aggregate, ApplyError};
use crate::batch::{EventBatch, EventRef};
use crate::envelope::Meta;
use crate::event::DecodeError;
use crate::event_set::{EventSet, Member, Route};
use crate::projector::{Fold, FoldFailure, Projector};
use crate::shape::Fingerprint;
use crate::store::{EventFilter, RowChange, TableDefinition};
use crate::value::{Value, ValueError};

/// An event set that is recorded by an aggregate; derived with the aggregate.
#[diagnostic::on_unimplemented(
    message = "no aggregate records the event set `{Self}`",
    label = "not the `events` of any aggregate",
    note = "name it in an aggregate: #[aggregate(events = {Self}, …)]"
)]
pub trait RecordedBy: EventSet {
    /// The aggregate.
    type Aggregate: Aggregate<Event = Self>;
}

/// The events that a projection is folded from, each with the way to the keys of its rows.
pub struct Subscriptions<P: Projection> {
    sets: Vec<Box<dyn SetSubscription<P>>>,
}

/// How an event names the rows that it changes: it pushes their keys.
pub type KeysOf<P, E> = fn(&E, &Meta, &mut Vec<<P as Projection>::Key>) -> Result<(), ApplyError>;

impl<P: Projection> Subscriptions<P> {
    /// Folds an event into the rows whose keys `keys` pushes: none, one or several.
    pub fn on<E>(&mut self, keys: KeysOf<P, E>)
    where
        E: Member,
        E::Set: RecordedBy,
        P: TryProject<E>,
    {
        let arm = Arm::<P, E::Set> {
            names: E::DESCRIPTOR.chain().map(|shape| shape.name).collect(),
            fingerprint: E::DESCRIPTOR.fingerprint(),
            keys: Box::new(move |event, meta, found| E::of(event).map(|event| keys(event, meta, found))),
            fold: |row, event, meta| {
                E::of(event).map_or(Ok(()), |event| <P as TryProject<E>>::try_project(row, event, meta))
            },
        };
        let wanted = TypeId::of::<Arms<P, E::Set>>();
        let known = self.sets.iter_mut().map(|set| set.as_any()).find(|set| (**set).type_id() == wanted);
        match known.and_then(|set| set.downcast_mut::<Arms<P, E::Set>>()) {
            Some(arms) => arms.0.push(arm),
            None => self.sets.push(Box::new(Arms(vec![arm]))),
        }
    }
}

type FindKeys<P, S> =
    Box<dyn Fn(&S, &Meta, &mut Vec<<P as Projection>::Key>) -> Option<Result<(), ApplyError>> + Send + Sync>;

/// What one subscribed event does to rows.
struct Arm<P: Projection, S> {
    names: Vec<&'static str>,
    fingerprint: Fingerprint,
    keys: FindKeys<P, S>,
    fold: fn(&mut Row<P>, &S, &Meta) -> Result<(), ApplyError>,
}

/// The subscribed events of one set.
struct Arms<P: Projection, S>(Vec<Arm<P, S>>);

/// The subscribed events of one set, whichever set it is.
trait SetSubscription<P: Projection>: Send + Sync {
    fn as_any(&mut self) -> &mut dyn Any;
    fn aggregate_type(&self) -> &'static str;
    fn names(&self) -> Vec<&'static str>;
    fn fingerprint(&self) -> String;
    fn locate(&self, name: &str, version: u32) -> Result<Route, DecodeError>;
    fn stage(&self) -> Box<dyn Stage<P> + '_>;
}

/// Decoded events of one set, waiting for the rows.
trait Stage<P: Projection>: Send {
    /// Decodes a record and reports each (item, arm, key) that it leads to.
    fn push(
        &mut self,
        route: Route,
        payload: &[u8],
        meta: &Meta,
        found: &mut dyn FnMut(usize, usize, P::Key),
    ) -> Result<(), StageError>;

    fn fold(&self, item: usize, arm: usize, row: &mut Row<P>, meta: &Meta) -> Result<(), ApplyError>;
}

#[derive(Debug, thiserror::Error)]
enum StageError {
    #[error(transparent)]
    Decode(#[from] DecodeError),
    #[error(transparent)]
    Key(#[from] ApplyError),
}

impl<P: Projection, S: RecordedBy> SetSubscription<P> for Arms<P, S> {
    fn as_any(&mut self) -> &mut dyn Any {
        self
    }

    fn aggregate_type(&self) -> &'static str {
        S::Aggregate::TYPE
    }

    fn names(&self) -> Vec<&'static str> {
        let retired = S::RETIRED.iter().flat_map(|event| event.chain()).map(|shape| shape.name);
        let mut names: Vec<_> =
            self.0.iter().flat_map(|arm| arm.names.iter().copied()).chain(retired).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    fn fingerprint(&self) -> String {
        let arms = self.0.iter().map(|arm| arm.fingerprint);
        let retired = S::RETIRED.iter().map(|event| event.fingerprint());
        let texts: Vec<_> = arms.chain(retired).map(|fingerprint| fingerprint.to_string()).collect();
        format!("{} {}", self.aggregate_type(), texts.join(" "))
    }

    fn locate(&self, name: &str, version: u32) -> Result<Route, DecodeError> {
        S::locate(name, version)
    }

    fn stage(&self) -> Box<dyn Stage<P> + '_> {
        Box::new(StagedEvents { arms: &self.0, items: Vec::new() })
    }
}

struct StagedEvents<'a, P: Projection, S> {
    arms: &'a [Arm<P, S>],
    items: Vec<S>,
}

impl<P: Projection, S: EventSet> Stage<P> for StagedEvents<'_, P, S> {
    fn push(
        &mut self,
        route: Route,
        payload: &[u8],
        meta: &Meta,
        found: &mut dyn FnMut(usize, usize, P::Key),
    ) -> Result<(), StageError> {
        let mut keys = Vec::new();
        let events = match S::decode(route, payload)? {
            crate::Decoded::One(event) => {
                self.items.push(event);
                1
            }
            crate::Decoded::Many(events) => {
                let count = events.len();
                self.items.extend(events);
                count
            }
        };
        let first = self.items.len() - events;
        for (item, event) in self.items.iter().enumerate().skip(first) {
            for (index, arm) in self.arms.iter().enumerate() {
                if let Some(outcome) = (arm.keys)(event, meta, &mut keys) {
                    outcome?;
                    keys.drain(..).for_each(|key| found(item, index, key));
                }
            }
        }
        Ok(())
    }

    fn fold(&self, item: usize, arm: usize, row: &mut Row<P>, meta: &Meta) -> Result<(), ApplyError> {
        (self.arms[arm].fold)(row, &self.items[item], meta)
    }
}

/// A projection as a store folds it.
pub struct TypedProjector<P: Projection> {
    table: Arc<TableDefinition>,
    filter: EventFilter,
    sets: Vec<Box<dyn SetSubscription<P>>>,
}

impl<P: Projection> TypedProjector<P> {
    /// The projector of a projection, with all its subscriptions.
    pub fn new() -> Self {
        let mut subscriptions = Subscriptions { sets: Vec::new() };
        P::subscribe(&mut subscriptions);
        let sets = subscriptions.sets;
        let mut events: Vec<_> = sets.iter().map(|set| set.fingerprint()).collect();
        events.sort_unstable();
        let mut filter = EventFilter::default();
        for set in &sets {
            let names = set.names().into_iter();
            filter.event_types.extend(names.map(|name| (set.aggregate_type().to_owned(), name.to_owned())));
        }
        let table = Arc::new(P::DESCRIPTOR.definition(Fingerprint::of(&events.join("\n"))));
        Self { table, filter, sets }
    }
}

impl<P: Projection> Default for TypedProjector<P> {
    fn default() -> Self {
        Self::new()
    }
}

impl<P: Projection> Projector for TypedProjector<P> {
    fn table(&self) -> Arc<TableDefinition> {
        Arc::clone(&self.table)
    }

    fn filter(&self) -> &EventFilter {
        &self.filter
    }

    fn begin<'a>(&'a self, batch: &'a EventBatch) -> Result<Box<dyn Fold + 'a>, Box<FoldFailure>> {
        let mut fold = TypedFold::<P> {
            table: &self.table,
            batch,
            stages: self.sets.iter().map(|set| set.stage()).collect(),
            steps: Vec::with_capacity(batch.len()),
            slots: HashMap::new(),
            keys: Vec::new(),
            cells: Vec::new(),
        };
        let mut routes = Routes::new(&self.sets, &self.filter, batch);
        let mut meta = Meta::default();
        for (index, event) in batch.iter().enumerate() {
            let fail = |reason: &dyn std::fmt::Display| FoldFailure::at(&self.table.name, event, reason);
            let Some((set, route)) = routes.of(event).map_err(|error| fail(&error))? else { continue };
            event.fill_meta(&mut meta);
            fold.stage(index, set, route, event.payload(), &meta).map_err(|error| fail(&error))?;
        }
        fold.write_keys().map_err(|(index, error)| match batch.get(index) {
            Some(event) => FoldFailure::at(&self.table.name, event, error),
            None => unreachable_event(&self.table.name),
        })?;
        Ok(Box::new(fold))
    }
}

/// The set and the route of each stored type in a batch, looked up once.
struct Routes<'a, P> {
    sets: &'a [Box<dyn SetSubscription<P>>],
    filter: &'a EventFilter,
    set_of_stream: Vec<Option<usize>>,
    known: Vec<HashMap<usize, Option<Route>>>,
}

impl<'a, P: Projection> Routes<'a, P> {
    fn new(sets: &'a [Box<dyn SetSubscription<P>>], filter: &'a EventFilter, batch: &EventBatch) -> Self {
        let set_of =
            |aggregate_type: &str| sets.iter().position(|set| set.aggregate_type() == aggregate_type);
        let set_of_stream = batch.streams().iter().map(|stream| set_of(&stream.aggregate_type)).collect();
        Self { sets, filter, set_of_stream, known: sets.iter().map(|_| HashMap::new()).collect() }
    }

    fn of(&mut self, event: EventRef<'_>) -> Result<Option<(usize, Route)>, DecodeError> {
        let Some(set) = self.set_of_stream[event.stream_index()] else { return Ok(None) };
        if let Some(route) = self.known[set].get(&event.type_index()) {
            return Ok(route.map(|route| (set, route)));
        }
        let stored = event.stored_type();
        let aggregate_type = self.sets[set].aggregate_type();
        let wanted = self.filter.matches(aggregate_type, &stored.name, None);
        let route = if wanted { Some(self.sets[set].locate(&stored.name, stored.version)?) } else { None };
        self.known[set].insert(event.type_index(), route);
        Ok(route.map(|route| (set, route)))
    }
}

/// One event of the batch meeting one row.
struct Step {
    event: usize,
    set: usize,
    item: usize,
    arm: usize,
    slot: usize,
}

struct TypedFold<'a, P: Projection> {
    table: &'a TableDefinition,
    batch: &'a EventBatch,
    stages: Vec<Box<dyn Stage<P> + 'a>>,
    steps: Vec<Step>,
    slots: HashMap<P::Key, usize>,
    keys: Vec<(P::Key, usize)>,
    cells: Vec<Vec<Value>>,
}

impl<P: Projection> TypedFold<'_, P> {
    fn stage(
        &mut self,
        event: usize,
        set: usize,
        route: Route,
        payload: &[u8],
        meta: &Meta,
    ) -> Result<(), StageError> {
        let (steps, slots, keys) = (&mut self.steps, &mut self.slots, &mut self.keys);
        self.stages[set].push(route, payload, meta, &mut |item, arm, key| {
            let slot = *slots.entry(key).or_insert_with_key(|key| {
                keys.push((key.clone(), event));
                keys.len() - 1
            });
            steps.push(Step { event, set, item, arm, slot });
        })
    }

    /// Writes the keys as cells; an error comes with the event that first named the key.
    fn write_keys(&mut self) -> Result<(), (usize, ValueError)> {
        for (key, event) in &self.keys {
            let mut cells = Vec::with_capacity(self.table.key_columns);
            key.write(&mut cells).map_err(|error| (*event, error))?;
            self.cells.push(cells);
        }
        Ok(())
    }

    fn failure(&self, event: usize, reason: impl ToString) -> Box<FoldFailure> {
        match self.batch.get(event) {
            Some(event) => FoldFailure::at(&self.table.name, event, reason),
            None => unreachable_event(&self.table.name),
        }
    }
}

impl<P: Projection> Fold for TypedFold<'_, P> {
    fn keys(&self) -> &[Vec<Value>] {
        &self.cells
    }

    fn finish(
        mut self: Box<Self>,
        rows: Vec<Option<Vec<Value>>>,
    ) -> Result<Vec<RowChange>, Box<FoldFailure>> {
        let keys = std::mem::take(&mut self.keys);
        let mut typed = Vec::with_capacity(keys.len());
        for ((key, event), cells) in keys.into_iter().zip(rows) {
            let row =
                cells.map(|cells| P::read(&mut cells.into_iter().skip(self.table.key_columns))).transpose();
            let row =
                row.map_err(|error| self.failure(event, format!("the stored row cannot be read: {error}")))?;
            typed.push((Row::<P>::new(key, row), event));
        }
        let mut meta = Meta::default();
        let mut filled = None;
        for step in &self.steps {
            if filled != Some(step.event) {
                if let Some(event) = self.batch.get(step.event) {
                    event.fill_meta(&mut meta);
                }
                filled = Some(step.event);
            }
            let Some((row, last)) = typed.get_mut(step.slot) else { continue };
            *last = step.event;
            self.stages[step.set]
                .fold(step.item, step.arm, row, &meta)
                .map_err(|error| self.failure(step.event, error))?;
        }
        let cells = std::mem::take(&mut self.cells);
        let mut changes = Vec::with_capacity(typed.len());
        for ((row, event), key) in typed.into_iter().zip(cells) {
            if !row.is_touched() {
                continue;
            }
            let written = row.get().map(|row| {
                let mut cells = key.clone();
                row.write(&mut cells).map(|()| cells)
            });
            let row = written.transpose().map_err(|error| self.failure(event, error))?;
            changes.push(RowChange { key, row });
        }
        Ok(changes)
    }
}

/// A failure without an event, which the indexes of a batch cannot lead to; reported rather than panicked on.
fn unreachable_event(table: &str) -> Box<FoldFailure> {
    Box::new(FoldFailure {
        table: table.to_owned(),
        event_type: String::new(),
        event_version: 0,
        stream: crate::StreamId::new("", ""),
        version: crate::StreamVersion::EMPTY,
        position: crate::Position::START,
        reason: "an event of the batch is missing".to_owned(),
    })
}
