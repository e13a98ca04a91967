//! The events that a projection is folded from, by the sets that record them.
//!
//! Each record is decoded once, through the event set of its aggregate, so that retired events arrive as what they
//! are today. Rows are none of this file's concern.

use std::any::{Any, TypeId};

use super::fold::{LookedUp, TypedProjector};
use super::{ProjectWith, Projection, Row, TryProject};
use crate::aggregate::{Aggregate, ApplyError};
use crate::envelope::Meta;
use crate::event::DecodeError;
use crate::event_set::{EventSet, Member, Route};
use crate::shape::Fingerprint;

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
    pub(super) sets: Vec<Box<dyn SetSubscription<P>>>,
    pub(super) lookups: Vec<Box<dyn LookedUp>>,
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
        self.add::<E>(keys, None, |row, event, _, meta| {
            E::of(event).map_or(Ok(()), |event| <P as TryProject<E>>::try_project(row, event, meta))
        });
    }

    /// As [`on`](Self::on), with a row of another projection, which is looked up as it is with that event.
    pub fn on_with<E, L>(&mut self, keys: KeysOf<P, E>)
    where
        E: Member,
        E::Set: RecordedBy,
        L: Projection,
        P: ProjectWith<E, L>,
    {
        let known = self.lookups.iter().position(|lookup| lookup.as_any().is::<TypedProjector<L>>());
        let lookup = known.unwrap_or_else(|| {
            self.lookups.push(Box::new(TypedProjector::<L>::new()));
            self.lookups.len() - 1
        });
        let key: FindLookup<E::Set> = |event, meta| {
            let key = P::look_up(E::of(event)?, meta)?;
            Some(Box::new(key) as Box<dyn Any>)
        };
        self.add::<E>(keys, Some((lookup, key)), |row, event, found, meta| {
            let found = found.and_then(|row| row.downcast_ref::<L>());
            E::of(event).map_or(Ok(()), |event| P::project_with(row, event, found, meta))
        });
    }

    fn add<E>(
        &mut self,
        keys: KeysOf<P, E>,
        lookup: Option<(usize, FindLookup<E::Set>)>,
        fold: FoldArm<P, E::Set>,
    ) where
        E: Member,
        E::Set: RecordedBy,
    {
        let arm = Arm::<P, E::Set> {
            names: E::DESCRIPTOR.chain().map(|shape| shape.name).collect(),
            fingerprint: E::DESCRIPTOR.fingerprint(),
            keys: Box::new(move |event, meta, found| E::of(event).map(|event| keys(event, meta, found))),
            lookup,
            fold,
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

/// Finds the key of the row to look up.
type FindLookup<S> = fn(&S, &Meta) -> Option<Box<dyn Any>>;

/// Folds an event into a row, with what was looked up.
type FoldArm<P, S> = fn(&mut Row<P>, &S, Option<&dyn Any>, &Meta) -> Result<(), ApplyError>;

/// What one subscribed event does to rows.
struct Arm<P: Projection, S> {
    names: Vec<&'static str>,
    fingerprint: Fingerprint,
    keys: FindKeys<P, S>,
    /// What it looks up: in which of the projection's lookups, and how the key is found.
    lookup: Option<(usize, FindLookup<S>)>,
    fold: FoldArm<P, S>,
}

/// The subscribed events of one set.
struct Arms<P: Projection, S>(Vec<Arm<P, S>>);

/// The subscribed events of one set, whichever set it is.
pub(super) trait SetSubscription<P: Projection>: Send + Sync {
    fn as_any(&mut self) -> &mut dyn Any;
    fn aggregate_type(&self) -> &'static str;
    fn names(&self) -> Vec<&'static str>;
    fn fingerprint(&self) -> String;
    fn locate(&self, name: &str, version: u32) -> Result<Route, DecodeError>;
    fn stage(&self) -> Box<dyn Stage<P> + '_>;
}

/// Decoded events of one set, waiting for the rows.
pub(super) trait Stage<P: Projection>: Send + Sync {
    /// Decodes a record and reports each (item, arm, key) that it leads to.
    fn push(
        &mut self,
        route: Route,
        payload: &[u8],
        meta: &Meta,
        found: &mut dyn FnMut(usize, usize, P::Key),
    ) -> Result<(), StageError>;

    /// Which of the projection's lookups an arm uses.
    fn looks_up(&self, arm: usize) -> Option<usize>;

    /// The key that it looks up there.
    fn look_up(&self, item: usize, arm: usize, meta: &Meta) -> Option<Box<dyn Any>>;

    fn fold(
        &self,
        item: usize,
        arm: usize,
        row: &mut Row<P>,
        found: Option<&dyn Any>,
        meta: &Meta,
    ) -> Result<(), ApplyError>;
}

#[derive(Debug, thiserror::Error)]
pub(super) enum StageError {
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
        Box::new(StagedEvents { arms: &self.0, items: Vec::new(), keys: Vec::new() })
    }
}

struct StagedEvents<'a, P: Projection, S> {
    arms: &'a [Arm<P, S>],
    items: Vec<S>,
    /// The keys of one event, kept for its memory.
    keys: Vec<P::Key>,
}

impl<P: Projection, S: EventSet> Stage<P> for StagedEvents<'_, P, S> {
    fn push(
        &mut self,
        route: Route,
        payload: &[u8],
        meta: &Meta,
        found: &mut dyn FnMut(usize, usize, P::Key),
    ) -> Result<(), StageError> {
        // A panic may have left some of the event before.
        self.keys.clear();
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
                if let Some(outcome) = (arm.keys)(event, meta, &mut self.keys) {
                    outcome?;
                    self.keys.drain(..).for_each(|key| found(item, index, key));
                }
            }
        }
        Ok(())
    }

    fn looks_up(&self, arm: usize) -> Option<usize> {
        self.arms[arm].lookup.map(|(lookup, _)| lookup)
    }

    fn look_up(&self, item: usize, arm: usize, meta: &Meta) -> Option<Box<dyn Any>> {
        self.arms[arm].lookup.and_then(|(_, find)| find(&self.items[item], meta))
    }

    fn fold(
        &self,
        item: usize,
        arm: usize,
        row: &mut Row<P>,
        found: Option<&dyn Any>,
        meta: &Meta,
    ) -> Result<(), ApplyError> {
        (self.arms[arm].fold)(row, &self.items[item], found, meta)
    }
}
