//! Folding a batch into a table: a projector's two steps around the one load of the rows that it touches.
//!
//! A fold of its own reads as of one moment and keeps nobody from writing. Its last step is to write, which fails when anybody has changed
//! the table since; so a slow fold never keeps appends waiting, and one whose table was taken over writes nothing.

use std::any::Any;
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use cqrs_core::store::{FoldError, Generation, Lane, Retried, SetAside, StoreError, StoreErrorKind};
use cqrs_core::{EventBatch, FoldFailure, FoldRun, Folded, LoadedRows, Position, Projector};

use crate::PostgresStore;
use crate::connect::Session;
use crate::error::commit_error;
use crate::letters::Letters;
use crate::lookups;
use crate::tables::{Standing, Table, check_changes, superseded};
use crate::transaction::Access;

/// How often a fold is begun anew because its table was touched, though not moved, meanwhile.
const TURNS: usize = 5;

/// What a batch makes of a table, as of the rows that the session sees; nothing is written.
pub(crate) async fn fold(
    session: &Session,
    table: &Table,
    has_letters: bool,
    projector: &dyn Projector,
    batch: &EventBatch,
) -> Result<Folded, FoldError> {
    let held_until = has_letters.then_some(Position::MAX);
    fold_only(session, table, projector, batch, held_until, None).await
}

/// As [`fold`], where an event that cannot be taken in is a failure of the whole.
pub(crate) async fn fold_or_refuse(
    session: &Session,
    table: &Table,
    has_letters: bool,
    projector: &dyn Projector,
    batch: &EventBatch,
) -> Result<Folded, FoldError> {
    let folded = fold(session, table, has_letters, projector, batch).await?;
    let failed = folded.aside.iter().filter(|letter| letter.reason.is_some());
    if let Some(first) = failed.min_by_key(|letter| letter.position)
        && let Some(event) = batch.iter().find(|event| event.position() == first.position)
    {
        let reason = first.reason.as_deref().unwrap_or_default();
        return Err(FoldFailure::at(&table.definition().name, event, reason).into());
    }
    Ok(folded)
}

/// As [`fold`], of nothing but some letters, which wait for what was set aside up to a position; nothing waits where that is `None`.
async fn fold_only(
    session: &Session,
    table: &Table,
    projector: &dyn Projector,
    batch: &EventBatch,
    held_until: Option<Position>,
    only: Option<&HashSet<(Position, Lane)>>,
) -> Result<Folded, FoldError> {
    let mut run = guarded(table, batch, || Ok(FoldRun::begin(projector, batch, only)?))?;
    if let Some(until) = held_until {
        let lanes = guarded(table, batch, || Ok(run.lanes()))?;
        run.hold(Letters::of(session, table.id()).held(&lanes, until).await?);
    }
    let folded = loop {
        let (keys, wanted) = guarded(table, batch, || Ok((run.keys().to_vec(), run.lookups())))?;
        let (rows, lookups) =
            tokio::try_join!(table.load(session, &keys), lookups::load(session, table.id(), &wanted))?;
        if let Some(folded) = guarded(table, batch, || Ok(run.turn(LoadedRows { rows, lookups })?))? {
            break folded;
        }
    };
    check_changes(table.definition(), &folded.changes)?;
    Ok(folded)
}

/// Runs a projector's code; a panic in it is a failure of the fold, not of the store.
fn guarded<T>(
    table: &Table,
    batch: &EventBatch,
    work: impl FnOnce() -> Result<T, FoldError>,
) -> Result<T, FoldError> {
    let panic = match catch_unwind(AssertUnwindSafe(work)) {
        Ok(outcome) => return outcome,
        Err(panic) => panic,
    };
    let name = &table.definition().name;
    let reason = format!("the projection panicked: {}", words_of(&*panic));
    Err(match batch.first() {
        Some(event) => FoldFailure::at(name, event, reason).into(),
        None => StoreError::new(StoreErrorKind::Other, format!("`{name}`: {reason}")).into(),
    })
}

fn words_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it did not say why")
}

impl PostgresStore {
    /// Folds a batch into a table that must be at a checkpoint.
    pub(crate) async fn fold_batch(
        &self,
        projector: &dyn Projector,
        generation: Generation,
        from: Position,
        batch: &EventBatch,
    ) -> Result<Vec<SetAside>, FoldError> {
        let mut turns = 0;
        loop {
            match self.try_fold(projector, generation, from, batch).await {
                // Somebody has changed the table: either it is elsewhere now, which the next turn finds, or it is where it was.
                Err(FoldError::Store(error)) if error.kind() == StoreErrorKind::Busy && turns < TURNS => {
                    turns += 1
                }
                outcome => return outcome,
            }
        }
    }

    async fn try_fold(
        &self,
        projector: &dyn Projector,
        generation: Generation,
        from: Position,
        batch: &EventBatch,
    ) -> Result<Vec<SetAside>, FoldError> {
        let definition = projector.table();
        let session = self.session().await?;
        let found = Table::begin_on(&session, &definition, generation, Access::Write).await?;
        let work = async {
            let (table, mut standing) = found.ok_or_else(|| superseded(&definition, from, None))?;
            check_follows(&table, standing, from, batch)?;
            let folded = fold(&session, &table, standing.has_letters, projector, batch).await?;
            let failed = folded.aside.iter().filter(|letter| letter.reason.is_some()).cloned().collect();
            let turn = self.changes().turn(&definition.name).await?;
            let writing = table.begin_writing(&session, folded, batch.end(), &mut standing).await?;
            Ok::<(Vec<SetAside>, _, _), FoldError>((failed, writing, turn))
        };
        let (failed, writing, _turn) = match work.await {
            Ok(done) => done,
            Err(error) => {
                session.roll_back().await;
                return Err(error);
            }
        };
        session.commit_behind(writing.send(&session)).await.map_err(commit_error)?;
        if generation == Generation::Live {
            self.changes().tell(writing.into_change());
        }
        Ok(failed)
    }

    /// Folds the letters of up to `limit` events again: rows and letters change in one transaction, and no fold comes in between.
    pub(crate) async fn retry(
        &self,
        projector: &dyn Projector,
        after: Position,
        limit: usize,
    ) -> Result<Retried, FoldError> {
        let definition = projector.table();
        let session = self.session().await?;
        if !session.begin_on(&definition.name, Access::WriteInTurn).await? {
            return Err(superseded(&definition, Position::START, None));
        }
        let work = async {
            let turn = self.changes().turn(&definition.name).await?;
            let (retried, change) = self.retry_within(&session, projector, after, limit).await?;
            Ok::<_, FoldError>((retried, change, turn))
        };
        let done = work.await;
        let (retried, change, _turn) = session.end(done).await?;
        if let Some(change) = change {
            self.changes().tell(change);
        }
        Ok(retried)
    }

    async fn retry_within(
        &self,
        session: &Session,
        projector: &dyn Projector,
        after: Position,
        limit: usize,
    ) -> Result<(Retried, Option<cqrs_core::store::TableChange>), FoldError> {
        let definition = projector.table();
        let gone = || superseded(&definition, Position::START, None);
        let (table, _) = Table::find(session, &definition, Generation::Live).await?.ok_or_else(gone)?;
        let mut standing = table.hold(session).await?.ok_or_else(gone)?;
        let letters = Letters::of(session, table.id());
        let tried = letters.after(after, limit).await?;
        let batch = letters.events(self.names(), &tried).await?;
        let Some(last) = batch.last().map(|event| event.position()) else {
            return Ok((Retried::default(), None));
        };
        let tried: HashSet<_> = tried.into_iter().filter(|(position, _)| *position <= last).collect();
        let folded = fold_only(session, &table, projector, &batch, Some(after), Some(&tried)).await?;
        let left: HashSet<_> =
            folded.aside.iter().map(|letter| (letter.position, letter.lane.clone())).collect();
        letters.forget(tried.difference(&left)).await?;
        // This moves the table's row, so that a fold that was begun before is refused.
        let change = table.write(session, folded, standing.checkpoint, &mut standing).await?;
        let taken_in = tried.difference(&left).count() as u64;
        Ok((Retried { taken_in, left: left.len() as u64, last: Some(last) }, Some(change)))
    }
}

fn check_follows(
    table: &Table,
    standing: Standing,
    from: Position,
    batch: &EventBatch,
) -> Result<(), FoldError> {
    let definition = table.definition();
    if standing.checkpoint != from {
        return Err(superseded(definition, from, Some(standing.checkpoint)));
    }
    if standing.is_paused {
        return Err(FoldError::Paused { table: definition.name.clone() });
    }
    if batch.end() < from || batch.first().is_some_and(|first| first.position() <= from) {
        let message = format!("the batch for `{}` does not follow its checkpoint {from}", definition.name);
        return Err(StoreError::invalid(message).into());
    }
    Ok(())
}
