//! On-commit tables: they take in every event within the transaction that records it.
//!
//! What another process has recorded is folded first, at the beginning of the next transaction or when it is noticed. A
//! table that another definition has replaced is let go. While a table cannot take an event of another process, appends are
//! refused, as the promise could not be kept for them.

use std::sync::Arc;

use cqrs_core::store::{FoldError, Generation, ReadAll, StoreError, StoreErrorKind, TableChange};
use cqrs_core::{BatchBuilder, BatchRow, EventBatch, FoldFailure, Position, Projector, StreamVersion};

use super::jobs::AppendJob;
use crate::changes::{Changes, Turn};
use crate::connect::Session;
use crate::error::{OrStoreError as _, Outcome};
use crate::fold;
use crate::read::{self, TypeNames};
use crate::tables::{Standing, Table, Writing};

/// The live tables that every append is folded into.
pub(super) struct OnCommit {
    tables: Vec<Attached>,
    /// The event that a table cannot take, where it was recorded by another process.
    stuck: Option<Box<FoldFailure>>,
    names: TypeNames,
    changes: Arc<Changes>,
    /// What the newest events make of the tables, which is sent together with them.
    unsent: Vec<Writing>,
    /// The row changes of the open transaction that were sent.
    untold: Vec<TableChange>,
}

/// A live table that every append is folded into.
struct Attached {
    projector: Arc<dyn Projector>,
    table: Table,
    /// Where the open transaction has brought it.
    standing: Standing,
}

/// How many pages one transaction folds of what a table lacks.
const PAGES: usize = 4;

/// How far catching up has come.
enum CaughtUp {
    /// The table lacks nothing.
    Fully,
    /// The table lacks more than one transaction should fold.
    Partly,
    /// The table has been replaced.
    Gone,
    /// The table cannot take the next event.
    Stuck(Box<FoldFailure>),
}

impl OnCommit {
    pub(super) fn new(changes: Arc<Changes>) -> Self {
        let names = TypeNames::default();
        Self { tables: Vec::new(), stuck: None, names, changes, unsent: Vec::new(), untold: Vec::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// Folds every append into a table from now on, in the place of one of its name.
    pub(super) fn attach(&mut self, projector: Arc<dyn Projector>, table: Table, standing: Standing) {
        self.detach(&table.definition().name.clone());
        self.tables.push(Attached { projector, table, standing });
    }

    /// No longer folds appends into a table.
    pub(super) fn detach(&mut self, table: &str) {
        self.tables.retain(|attached| attached.table.definition().name != table);
    }

    /// The failure that keeps appends from being recorded.
    pub(super) fn stuck(&self) -> Option<&FoldFailure> {
        self.stuck.as_deref()
    }

    /// Takes the failure that keeps a table from taking events.
    pub(super) fn take_stuck(&mut self, table: &str) -> Option<Box<FoldFailure>> {
        self.stuck.take_if(|failure| failure.table == table)
    }

    /// Waits for the turns to change the tables, which are needed until the changes are told.
    pub(super) async fn turns(&self) -> Outcome<Vec<Turn>> {
        let mut turns = Vec::with_capacity(self.tables.len());
        for attached in &self.tables {
            turns.push(self.changes.turn(&attached.table.definition().name).await?);
        }
        Ok(turns)
    }

    /// Forgets the changes of a transaction that is taken back.
    pub(super) fn forget(&mut self) {
        self.unsent.clear();
        self.untold.clear();
    }

    /// Tells the changes of a transaction that is committed.
    pub(super) fn tell(&mut self) {
        let unsent = self.unsent.drain(..).map(Writing::into_change);
        for change in self.untold.drain(..).chain(unsent) {
            self.changes.tell(change);
        }
    }

    /// Folds what the tables lack, within a transaction that holds the writers' lock; says whether they lack nothing more.
    pub(super) async fn catch_up(&mut self, session: &Session, head: Position) -> Outcome<bool> {
        let before = self.stuck.take();
        let mut is_done = true;
        let mut index = 0;
        while index < self.tables.len() {
            match self.catch_up_one(session, index, head).await? {
                CaughtUp::Fully => {}
                CaughtUp::Partly => is_done = false,
                CaughtUp::Gone => {
                    let table = &self.tables.remove(index).table;
                    let table = &table.definition().name;
                    tracing::warn!(
                        table,
                        "another definition has taken the table over; it is folded no longer"
                    );
                    continue;
                }
                CaughtUp::Stuck(failure) => {
                    if before.as_ref() != Some(&failure) {
                        tracing::error!(%failure, "an on-commit projection stands still, appends are refused");
                    }
                    self.stuck = Some(failure);
                }
            }
            index += 1;
        }
        Ok(is_done)
    }

    async fn catch_up_one(&mut self, session: &Session, index: usize, head: Position) -> Outcome<CaughtUp> {
        let Attached { projector, table, standing } = &mut self.tables[index];
        *standing = match table.hold(session).await? {
            Some(standing) => standing,
            // Built anew under the same definition, by whichever process.
            None => match Table::find(session, table.definition(), Generation::Live).await? {
                Some((built, _)) => match built.hold(session).await? {
                    Some(standing) => {
                        *table = built;
                        standing
                    }
                    None => return Ok(CaughtUp::Gone),
                },
                None => return Ok(CaughtUp::Gone),
            },
        };
        for _ in 0..PAGES {
            if standing.checkpoint >= head {
                return Ok(CaughtUp::Fully);
            }
            let filter = projector.filter().clone();
            let wanted = ReadAll { filter, until: head, ..ReadAll::after(standing.checkpoint) };
            let page = read::page_of_all(session, &self.names, &wanted).await?;
            let folded = match fold::fold(session, table, standing.has_letters, &**projector, &page).await {
                Ok(folded) => folded,
                Err(error) => return poison(table, &page, error).map(CaughtUp::Stuck),
            };
            self.untold.push(table.write(session, folded, page.end(), standing).await?);
        }
        Ok(if standing.checkpoint >= head { CaughtUp::Fully } else { CaughtUp::Partly })
    }

    /// The events of some appends that the tables want, in order, up to the newest of them.
    pub(super) fn batch_of<'a>(&self, jobs: impl Iterator<Item = &'a AppendJob>, end: i64) -> EventBatch {
        let mut builder = BatchBuilder::default();
        for job in jobs {
            let (append, Some(recorded)) = (&job.append, job.recorded()) else { continue };
            let mut shared = None;
            let tenant = append.origin.tenant.as_deref();
            let mut later = append.events.len() as i64;
            for event in &append.events {
                later -= 1;
                let wants = |attached: &Attached| {
                    attached.projector.filter().matches(&append.stream.aggregate_type, &event.name, tenant)
                };
                if !self.tables.iter().any(wants) {
                    continue;
                }
                let (stream_index, origin_index) = *shared.get_or_insert_with(|| {
                    (builder.stream(&append.stream), builder.origin(append.origin.clone()))
                });
                let row = BatchRow {
                    position: Position::from_i64(recorded.position - later),
                    version: StreamVersion::from_i64(recorded.version - later),
                    recorded_at_micros: recorded.recorded_at,
                    event_id: event.event_id,
                    type_index: builder.stored_type(&event.name, event.version),
                    stream_index,
                    origin_index,
                };
                builder.push(row, &event.payload);
            }
        }
        builder.finish(Position::from_i64(end))
    }

    /// Sends what is not sent yet; all of it when this is polled for the first time.
    pub(super) async fn send(&self, session: &Session) -> Result<(), tokio_postgres::Error> {
        Writing::send_all(&self.unsent, session).await
    }

    /// Folds new events into every table, or says which one a table cannot take. What they come to is left to be sent.
    pub(super) async fn fold(
        &mut self,
        session: &Session,
        batch: &EventBatch,
    ) -> Outcome<Result<(), Box<FoldFailure>>> {
        // What came before may touch the same rows.
        self.send(session).await.or_store_error()?;
        self.untold.extend(self.unsent.drain(..).map(Writing::into_change));
        let mut folds = Vec::with_capacity(self.tables.len());
        for Attached { projector, table, standing } in &self.tables {
            let folded =
                fold::fold_or_refuse(session, table, standing.has_letters, &**projector, batch).await;
            match folded {
                Ok(folded) => folds.push(folded),
                Err(error) => return poison(table, batch, error).map(Err),
            }
        }
        for (Attached { table, standing, .. }, folded) in self.tables.iter_mut().zip(folds) {
            self.unsent.push(table.begin_writing(session, folded, batch.end(), standing).await?);
        }
        Ok(Ok(()))
    }
}

/// The failure that an event is to blame for; any other is the database's.
fn poison(table: &Table, batch: &EventBatch, error: FoldError) -> Outcome<Box<FoldFailure>> {
    match (error, batch.last()) {
        (FoldError::Failed(failure), _) => Ok(failure),
        // A row that no table could hold comes of what the events say.
        (FoldError::Store(error), Some(last)) if error.kind() == StoreErrorKind::Invalid => {
            Ok(FoldFailure::at(&table.definition().name, last, error))
        }
        (FoldError::Store(error), _) => Err(error),
        (error @ (FoldError::Superseded { .. } | FoldError::Paused { .. }), _) => {
            Err(StoreError::new(StoreErrorKind::Superseded, error.to_string()))
        }
    }
}
