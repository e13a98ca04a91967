//! One table of a read model: its rows, its checkpoint, and the two ways in which a fold gets into it.
//!
//! A fold of its own loads rows, folds without the lock and writes only if the checkpoint is still where it was. A fold
//! that is part of an append keeps its tables locked until all of them have taken the events.

use std::any::Any;
use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::changes::Changes;
use super::feed::FeedLog;
use super::letters::Letters;
use super::log::Prepared;
use super::rows::Rows;
use super::tables;
use crate::batch::EventBatch;
use crate::envelope::Position;
use crate::projector::{FoldFailure, FoldRun, Folded, LoadedRows, LookupChange, LookupKey, Projector};
use crate::store::{
    Append, AppendError, DeadLetter, DeadLetterCount, DeadLetterQuery, FoldError, Generation, Lane, Retried,
    RowChange, RowPage, RowQuery, SetAside, StoreError, TableDefinition,
};
use crate::value::Value;

pub(super) struct Table {
    id: u64,
    definition: Arc<TableDefinition>,
    state: RwLock<State>,
}

struct State {
    rows: Rows,
    /// What a projection has of other projections' rows.
    lookups: HashMap<LookupKey, Vec<Value>>,
    checkpoint: Position,
    /// How many commits have changed rows.
    revision: u64,
    feed: FeedLog,
    letters: Letters,
    /// Moves whenever letters change other than by a fold, so that a fold that has not seen it is refused.
    epoch: u64,
    is_paused: bool,
    /// `None` once another table has taken its place.
    generation: Option<Generation>,
}

/// A live table that every append is folded into.
pub(super) struct Attached {
    pub(super) projector: Arc<dyn Projector>,
    pub(super) table: Arc<Table>,
}

/// What an append does to one table, which is locked until it is written.
pub(super) struct FoldedAppend<'a> {
    table: &'a Table,
    state: RwLockWriteGuard<'a, State>,
    folded: Folded,
    batch: Arc<EventBatch>,
}

/// Folds an append for every attached table, and changes none of them.
pub(super) fn fold_append<'a>(
    attached: &'a [Attached],
    append: &Append,
    prepared: &Prepared,
) -> Result<Vec<FoldedAppend<'a>>, AppendError> {
    if attached.is_empty() {
        return Ok(Vec::new());
    }
    let batch = Arc::new(prepared.batch(append));
    let mut all = Vec::with_capacity(attached.len());
    for Attached { projector, table } in attached {
        let state = table.state.write().unwrap_or_else(PoisonError::into_inner);
        let folded = if is_wanted(&**projector, append) {
            let folded = table.guarded(&batch, || Ok(state.fold(&**projector, &batch)?));
            let folded = folded.map_err(|error| match error {
                FoldError::Failed(failure) => AppendError::Projection(failure),
                other => AppendError::Store(StoreError::invalid(other.to_string())),
            })?;
            if let Some(failure) = refusal(&table.definition, &batch, &folded) {
                return Err(AppendError::Projection(failure));
            }
            folded
        } else {
            Folded::default()
        };
        Rows::check(&table.definition, &folded.changes)?;
        all.push(FoldedAppend { table, state, folded, batch: Arc::clone(&batch) });
    }
    Ok(all)
}

fn is_wanted(projector: &dyn Projector, append: &Append) -> bool {
    let (aggregate_type, tenant) = (&append.stream.aggregate_type, append.origin.tenant.as_deref());
    append.events.iter().any(|event| projector.filter().matches(aggregate_type, &event.name, tenant))
}

/// The failure of a fold that may set nothing aside.
fn refusal(definition: &TableDefinition, batch: &EventBatch, folded: &Folded) -> Option<Box<FoldFailure>> {
    let failed = folded.aside.iter().filter(|letter| letter.reason.is_some());
    let first = failed.min_by_key(|letter| letter.position)?;
    let event = batch.iter().find(|event| event.position() == first.position)?;
    Some(FoldFailure::at(&definition.name, event, first.reason.as_deref().unwrap_or_default()))
}

/// Writes what [`fold_append`] found; this cannot fail.
pub(super) fn write_all(folded: Vec<FoldedAppend<'_>>, checkpoint: Position, listeners: &Changes) {
    for FoldedAppend { table, mut state, folded, batch } in folded {
        state.letters.keep(folded.aside, &batch);
        state.keep_lookups(folded.lookups);
        state.write(table, folded.changes, checkpoint, listeners);
    }
}

/// The id of the table that is made next.
static NEXT_ID: AtomicU64 = AtomicU64::new(1);

impl Table {
    pub(super) fn new(definition: Arc<TableDefinition>, generation: Generation) -> Self {
        let state = State {
            rows: Rows::new(definition.key_columns),
            lookups: HashMap::new(),
            checkpoint: Position::START,
            revision: 0,
            feed: FeedLog::default(),
            letters: Letters::default(),
            epoch: 0,
            is_paused: false,
            generation: Some(generation),
        };
        let id = NEXT_ID.fetch_add(1, Ordering::Relaxed);
        Self { id, definition, state: RwLock::new(state) }
    }

    pub(super) fn is_defined_as(&self, definition: &TableDefinition) -> bool {
        self.definition.fingerprint == definition.fingerprint
    }

    pub(super) fn checkpoint(&self) -> Position {
        self.read_state().checkpoint
    }

    /// Makes the table live, or takes it out of service.
    pub(super) fn set_generation(&self, generation: Option<Generation>) {
        self.write_state().generation = generation;
    }

    /// Folds a batch; rows, letters and checkpoint change together, or not at all. Returns what failed now.
    pub(super) fn fold(
        &self,
        projector: &dyn Projector,
        from: Position,
        batch: &EventBatch,
        listeners: &Changes,
    ) -> Result<Vec<SetAside>, FoldError> {
        let epoch = self.read_state().expect_at(&self.definition, from, None)?;
        if batch.end() < from || batch.first().is_some_and(|first| first.position() <= from) {
            return Err(StoreError::invalid(format!(
                "the batch for `{}` does not follow its checkpoint {from}",
                self.definition.name
            ))
            .into());
        }
        let folded = self.guarded(batch, || {
            let mut run = FoldRun::begin(projector, batch, None)?;
            run.hold(self.read_state().letters.held(|| run.lanes(), Position::MAX));
            run.fold_with(|keys, lookups| Ok::<_, FoldError>(self.read_state().load(keys, lookups)))
        })?;
        Rows::check(&self.definition, &folded.changes)?;
        let mut state = self.write_state();
        // The rows were loaded outside this lock: they are still the same if the checkpoint and the epoch are.
        state.expect_at(&self.definition, from, Some(epoch))?;
        let failed = folded.aside.iter().filter(|letter| letter.reason.is_some()).cloned().collect();
        state.letters.keep(folded.aside, batch);
        state.keep_lookups(folded.lookups);
        state.write(self, folded.changes, batch.end(), listeners);
        Ok(failed)
    }

    /// The letters of up to `limit` events after a position.
    pub(super) fn letters_after(&self, after: Position, limit: usize) -> Vec<(Position, Lane)> {
        self.read_state().letters.after(after, limit)
    }

    /// Folds the events of some letters again, rows and letters together.
    pub(super) fn retry(
        &self,
        projector: &dyn Projector,
        after: Position,
        batch: &EventBatch,
        listeners: &Changes,
    ) -> Result<Retried, FoldError> {
        let mut state = self.write_state();
        let last = batch.last().map(|event| event.position());
        let only: HashSet<_> = (state.letters.after(after, usize::MAX).into_iter())
            .filter(|(position, _)| Some(*position) <= last)
            .collect();
        let folded = self.guarded(batch, || {
            let mut run = FoldRun::begin(projector, batch, Some(&only))?;
            run.hold(state.letters.held(|| run.lanes(), after));
            run.fold_with(|keys, lookups| Ok::<_, FoldError>(state.load(keys, lookups)))
        })?;
        Rows::check(&self.definition, &folded.changes)?;
        let left: HashSet<_> =
            folded.aside.iter().map(|letter| (letter.position, letter.lane.clone())).collect();
        let taken_in: Vec<_> = only.difference(&left).cloned().collect();
        let retried = Retried { taken_in: taken_in.len() as u64, left: left.len() as u64, last };
        state.letters.forget(taken_in);
        state.letters.keep(folded.aside, batch);
        state.keep_lookups(folded.lookups);
        state.epoch += 1;
        let checkpoint = state.checkpoint;
        state.write(self, folded.changes, checkpoint, listeners);
        Ok(retried)
    }

    pub(super) fn skip(&self, position: Position, reason: &str) -> u64 {
        let mut state = self.write_state();
        state.epoch += 1;
        state.letters.skip(position, reason)
    }

    pub(super) fn dead_letters(&self, query: &DeadLetterQuery) -> Vec<DeadLetter> {
        self.read_state().letters.page(query)
    }

    pub(super) fn count_dead_letters(&self) -> DeadLetterCount {
        self.read_state().letters.count()
    }

    pub(super) fn set_paused(&self, is_paused: bool) {
        self.write_state().is_paused = is_paused;
    }

    pub(super) fn revision(&self) -> u64 {
        self.read_state().revision
    }

    /// Takes the place of another table, with its pause and its feed's readers, who begin anew.
    pub(super) fn succeed(&self, other: &Self) {
        let (mut state, other) = (self.write_state(), other.read_state());
        state.revision = state.revision.max(other.revision) + 1;
        state.is_paused = other.is_paused;
        state.feed = other.feed.begun_anew();
    }

    /// What tells this table from those before and after it.
    pub(super) fn id(&self) -> u64 {
        self.id
    }

    /// Reads or changes the table's feed.
    pub(super) fn with_feed<T>(&self, work: impl FnOnce(&mut FeedLog) -> T) -> T {
        work(&mut self.write_state().feed)
    }

    pub(super) fn is_paused(&self) -> bool {
        self.read_state().is_paused
    }

    /// Runs a projector, which is somebody else's code: a panic that it lets through leaves the store whole.
    fn guarded(
        &self,
        batch: &EventBatch,
        fold: impl FnOnce() -> Result<Folded, FoldError>,
    ) -> Result<Folded, FoldError> {
        catch_unwind(AssertUnwindSafe(fold)).unwrap_or_else(|panic| match batch.first() {
            Some(first) => {
                let reason = format_args!("the projection panicked: {}", words_of(&*panic));
                Err(FoldFailure::at(&self.definition.name, first, reason).into())
            }
            None => Ok(Folded::default()),
        })
    }

    pub(super) fn read(&self, query: &RowQuery) -> Result<RowPage, StoreError> {
        let state = self.read_state();
        let (rows, more) = state.rows.page(&self.definition, query)?;
        Ok(RowPage { rows, more, checkpoint: state.checkpoint, revision: state.revision })
    }

    pub(super) fn count(&self, query: &RowQuery) -> Result<u64, StoreError> {
        self.read_state().rows.count(&self.definition, query)
    }

    fn read_state(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_state(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Checks that the table is where a fold believes it to be; returns its epoch.
    fn expect_at(
        &self,
        definition: &TableDefinition,
        expected: Position,
        epoch: Option<u64>,
    ) -> Result<u64, FoldError> {
        let actual = self.generation.map(|_| self.checkpoint);
        if actual != Some(expected) || epoch.is_some_and(|epoch| epoch != self.epoch) {
            return Err(tables::superseded(definition, expected, actual));
        }
        if self.is_paused {
            return Err(FoldError::Paused { table: definition.name.clone() });
        }
        Ok(self.epoch)
    }

    /// What a batch makes of the rows, without changing them.
    fn fold(&self, projector: &dyn Projector, batch: &EventBatch) -> Result<Folded, Box<FoldFailure>> {
        let mut run = FoldRun::begin(projector, batch, None)?;
        run.hold(self.letters.held(|| run.lanes(), Position::MAX));
        run.fold_with(|keys, lookups| Ok(self.load(keys, lookups)))
    }

    fn load(&self, keys: &[Vec<Value>], lookups: &[LookupKey]) -> LoadedRows {
        let lookups = lookups.iter().map(|key| self.lookups.get(key).cloned()).collect();
        LoadedRows { rows: self.rows.load(keys), lookups }
    }

    /// Keeps what a projection has of other projections' rows.
    fn keep_lookups(&mut self, changes: Vec<LookupChange>) {
        for LookupChange { key, row } in changes {
            match row {
                Some(row) => self.lookups.insert(key, row),
                None => self.lookups.remove(&key),
            };
        }
    }

    fn write(&mut self, table: &Table, changes: Vec<RowChange>, checkpoint: Position, listeners: &Changes) {
        self.checkpoint = checkpoint;
        if changes.is_empty() {
            return;
        }
        self.revision += 1;
        if self.generation == Some(Generation::Live) {
            self.feed.keep(&table.definition.name, checkpoint, self.revision, &changes);
            listeners.announce(&table.definition.name, checkpoint, self.revision, &changes);
        }
        self.rows.write(changes);
    }
}

fn words_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it did not say why")
}
