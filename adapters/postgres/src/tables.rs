//! Tables of read models: how they are named and made, how rows get in, and where each table stands.
//!
//! A live table bears its projection's name; the one that is being built is `cqrs_next_` and that name. Names are quoted and
//! values are bound, without exception. Folding is not done here.

mod definition;
mod life;

use std::sync::Arc;

use cqrs_core::store::{
    BoxFuture, FoldError, Generation, RowChange, StoreError, StoreErrorKind, TableChange, TableDefinition,
};
use cqrs_core::{Folded, Position, Value};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Row, Statement};

use crate::cells::{self, Cell, has_rest};
use crate::connect::Session;
use crate::error::{OrStoreError, Outcome, corrupt};
use crate::letters::Letters;
use crate::transaction::Access;
use crate::{feeds, lookups};

pub(crate) use definition::{Part, all_columns, parts, physical_name};
pub(crate) use life::{LOCK, begin_rebuild, open, promote, set_paused, status};

/// A table that is there under a definition.
#[derive(Clone)]
pub(crate) struct Table {
    id: i64,
    definition: Arc<TableDefinition>,
    generation: Generation,
    sql: Arc<definition::Statements>,
}

/// What is left to write of a fold.
pub(crate) struct Writing {
    table: Table,
    change: TableChange,
    move_on: Statement,
    put: Statement,
    delete: Statement,
}

/// Where a table stands.
#[derive(Clone, Copy)]
pub(crate) struct Standing {
    pub(crate) checkpoint: Position,
    pub(crate) is_paused: bool,
    /// How many commits have changed rows.
    pub(crate) revision: u64,
    /// Whether any of its events waits.
    pub(crate) has_letters: bool,
    /// Whether anybody reads the feed of its changes.
    pub(crate) is_read: bool,
}

/// The columns of [`Standing`], in its order.
const STANDING: &str = "checkpoint, paused, revision, \
     EXISTS (SELECT 1 FROM cqrs_dead_letters AS letter WHERE letter.projection = table_of.id AND letter.skipped IS NULL), \
     EXISTS (SELECT 1 FROM cqrs_feeds AS feed WHERE feed.name = table_of.name)";

fn find_sql() -> String {
    format!(
        "SELECT {STANDING}, id FROM cqrs_projections AS table_of \
         WHERE name = $1 AND generation = $2 AND fingerprint = $3"
    )
}

impl Table {
    /// Finds a table that is there under a definition.
    pub(crate) async fn find(
        session: &Session,
        definition: &Arc<TableDefinition>,
        generation: Generation,
    ) -> Outcome<Option<(Self, Standing)>> {
        let fingerprint = definition.fingerprint.to_string();
        let row =
            session.query_opt(&find_sql(), &[&definition.name, &label(generation), &fingerprint]).await?;
        let Some(row) = row else { return Ok(None) };
        let table = Self::new(row.try_get(5).or_store_error()?, definition, generation);
        Ok(Some((table, standing(&row)?)))
    }

    /// Begins a transaction on a table and finds it there under a definition, in one round trip; `None` leaves no transaction behind where
    /// no table has the name, and one where it has another definition.
    pub(crate) async fn begin_on(
        session: &Session,
        definition: &Arc<TableDefinition>,
        generation: Generation,
        access: Access,
    ) -> Outcome<Option<(Self, Standing)>> {
        // Prepared beforehand, it is sent at once.
        session.prepared(&find_sql()).await.or_store_error()?;
        let find = Self::find(session, definition, generation);
        let found = session.begin_with(&physical_name(definition, generation), access, find).await?;
        found.transpose().map(Option::flatten)
    }

    /// Finds the table that answers queries.
    pub(crate) async fn serving(
        session: &Session,
        definition: &Arc<TableDefinition>,
    ) -> Outcome<(Self, Standing)> {
        let found = Self::find(session, definition, Generation::Live).await?;
        found.ok_or_else(|| missing(definition, "serves no queries"))
    }

    fn new(id: i64, definition: &Arc<TableDefinition>, generation: Generation) -> Self {
        let name = physical_name(definition, generation);
        let sql = Arc::new(definition::Statements::of(id, &name, definition));
        Self { id, definition: Arc::clone(definition), generation, sql }
    }

    /// The table's id in `cqrs_projections`.
    pub(crate) fn id(&self) -> i64 {
        self.id
    }

    pub(crate) fn definition(&self) -> &Arc<TableDefinition> {
        &self.definition
    }

    /// Keeps others from changing the table until the transaction ends, and says where it stands then; `None` when another has taken its
    /// place.
    pub(crate) async fn hold(&self, session: &Session) -> Outcome<Option<Standing>> {
        let lock = "SELECT 1 FROM cqrs_projections WHERE id = $1 FOR UPDATE";
        let find =
            format!("SELECT {STANDING} FROM cqrs_projections AS table_of WHERE id = $1 AND generation = $2");
        let (lock, find) =
            (session.prepared(lock).await.or_store_error()?, session.prepared(&find).await.or_store_error()?);
        // They are sent together. Only what the second reads is sure to be what whoever held the row before has left.
        let client = session.client();
        let (id, generation) = (self.id, label(self.generation));
        let (ids, both): ([&(dyn ToSql + Sync); 1], [&(dyn ToSql + Sync); 2]) = ([&id], [&id, &generation]);
        let (_, row) = tokio::try_join!(biased; client.query(&lock, &ids), client.query_opt(&find, &both))
            .or_store_error()?;
        row.as_ref().map(standing).transpose()
    }

    /// Refuses folds that were begun before, as after a change of the table's dead letters.
    pub(crate) async fn touch(&self, session: &Session) -> Outcome<()> {
        session.execute("UPDATE cqrs_projections SET paused = paused WHERE id = $1", &[&self.id]).await?;
        Ok(())
    }

    /// Loads the rows of some keys, in the order of the keys.
    pub(crate) async fn load(
        &self,
        session: &Session,
        keys: &[Vec<Value>],
    ) -> Outcome<Vec<Option<Vec<Value>>>> {
        let mut rows = vec![None; keys.len()];
        if keys.is_empty() {
            return Ok(rows);
        }
        let cells = self.cells_of_keys(keys.iter().map(Vec::as_slice));
        let found = session.query(&self.sql.select, &bound(&cells)).await?;
        for row in &found {
            let (values, place) = read_row(&self.definition, row)?;
            let ordinal: i64 = row.try_get(place).or_store_error()?;
            let slot = usize::try_from(ordinal - 1).ok().and_then(|index| rows.get_mut(index));
            let name = &self.definition.name;
            *slot.ok_or_else(|| corrupt(format!("`{name}` has a row for a key that nobody asked for")))? =
                Some(values);
        }
        Ok(rows)
    }

    /// Writes what a fold has changed and set aside, and moves the checkpoint, of a table that stands as is said; then it stands anew.
    pub(crate) async fn write(
        &self,
        session: &Session,
        folded: Folded,
        checkpoint: Position,
        standing: &mut Standing,
    ) -> Outcome<TableChange> {
        let writing = self.begin_writing(session, folded, checkpoint, standing).await?;
        writing.send(session).await.or_store_error()?;
        Ok(writing.into_change())
    }

    /// Does what writing a fold may have to wait for: what is left is one round trip, in which a commit may follow.
    pub(crate) async fn begin_writing(
        &self,
        session: &Session,
        folded: Folded,
        checkpoint: Position,
        standing: &mut Standing,
    ) -> Outcome<Writing> {
        let Folded { changes, lookups, aside, .. } = folded;
        standing.checkpoint = checkpoint;
        standing.revision += u64::from(!changes.is_empty());
        standing.has_letters |= !aside.is_empty();
        let (revision, table) = (standing.revision, self.definition.name.clone());
        let change = TableChange { table, checkpoint, revision, changes };
        let is_kept = standing.is_read && self.generation == Generation::Live;
        Letters::of(session, self.id).keep(&aside).await?;
        lookups::keep(session, self.id, &lookups).await?;
        if is_kept {
            feeds::keep(session, self.id, &change).await?;
        }
        let move_on = "UPDATE cqrs_projections SET checkpoint = $2, revision = $3 WHERE id = $1";
        Ok(Writing {
            move_on: session.prepared(move_on).await.or_store_error()?,
            put: session.prepared(&self.sql.put).await.or_store_error()?,
            delete: session.prepared(&self.sql.delete).await.or_store_error()?,
            table: self.clone(),
            change,
        })
    }

    fn cells_of_keys<'v>(&self, keys: impl Iterator<Item = &'v [Value]>) -> Vec<Vec<Cell<'v>>> {
        self.cells(self.definition.key_columns, keys)
    }

    /// The cells of some rows' first columns, column by column.
    fn cells<'v>(&self, columns: usize, rows: impl Iterator<Item = &'v [Value]>) -> Vec<Vec<Cell<'v>>> {
        let columns = &self.definition.columns[..columns];
        let parts = columns.iter().map(|column| 1 + usize::from(has_rest(column.column_type))).sum();
        let mut cells = vec![Vec::with_capacity(rows.size_hint().0); parts];
        for row in rows {
            let mut place = 0;
            for (column, value) in columns.iter().zip(row) {
                cells[place].push(Cell::of(value));
                place += 1;
                if has_rest(column.column_type) {
                    cells[place].push(Cell::rest_of(value));
                    place += 1;
                }
            }
        }
        cells
    }
}

impl Writing {
    /// Sends everything at once. In a transaction that reads as of a moment, this fails as busy when somebody has changed the table since.
    pub(crate) async fn send(&self, session: &Session) -> Result<(), tokio_postgres::Error> {
        let (client, changes) = (session.client(), &self.change.changes);
        let gone: Vec<_> = changes.iter().filter(|change| change.row.is_none()).collect();
        let keys = self.table.cells_of_keys(gone.iter().map(|change| change.key.as_slice()));
        let rows: Vec<_> = changes.iter().filter_map(|change| change.row.as_deref()).collect();
        let cells = self.table.cells(self.table.definition.columns.len(), rows.iter().copied());
        let (keys, cells) = (bound(&keys), bound(&cells));
        let (checkpoint, revision) = (self.change.checkpoint.to_i64(), self.change.revision as i64);
        let place: [&(dyn ToSql + Sync); 3] = [&self.table.id, &checkpoint, &revision];
        let execute = async |is_any: bool, statement: &Statement, cells: &[&(dyn ToSql + Sync)]| {
            if is_any { client.execute(statement, cells).await.map(drop) } else { Ok(()) }
        };
        tokio::try_join!(
            biased;
            execute(true, &self.move_on, &place),
            execute(!gone.is_empty(), &self.delete, &keys),
            execute(!rows.is_empty(), &self.put, &cells),
        )?;
        Ok(())
    }

    /// Sends what is left of several folds at once.
    pub(crate) fn send_all<'w>(
        all: &'w [Self],
        session: &'w Session,
    ) -> BoxFuture<'w, Result<(), tokio_postgres::Error>> {
        Box::pin(async move {
            let [first, rest @ ..] = all else { return Ok(()) };
            tokio::try_join!(biased; first.send(session), Self::send_all(rest, session)).map(drop)
        })
    }

    /// What is changed, to be told once it is committed.
    pub(crate) fn into_change(self) -> TableChange {
        self.change
    }
}

/// Cells as a statement takes them.
fn bound<'c>(cells: &'c [Vec<Cell<'_>>]) -> Vec<&'c (dyn ToSql + Sync)> {
    cells.iter().map(|column| column as &(dyn ToSql + Sync)).collect()
}

/// Checks that changes fit a table's columns.
pub(crate) fn check_changes(definition: &TableDefinition, changes: &[RowChange]) -> Outcome<()> {
    for RowChange { key, row } in changes {
        let cells = row.as_ref().unwrap_or(key);
        let expected = if row.is_some() { definition.columns.len() } else { definition.key_columns };
        if cells.len() != expected || key.len() != definition.key_columns || !cells.starts_with(key) {
            return Err(StoreError::invalid(format!(
                "a row for `{}` does not have the table's columns",
                definition.name
            )));
        }
        for (column, value) in definition.columns.iter().zip(cells) {
            cells::check(column, value).map_err(|error| {
                StoreError::new(error.kind(), format!("a row does not fit the table `{}`", definition.name))
                    .because(error)
            })?;
        }
    }
    Ok(())
}

/// A row that was read with [`all_columns`], and how many places it takes.
pub(crate) fn read_row(definition: &TableDefinition, row: &Row) -> Outcome<(Vec<Value>, usize)> {
    let mut place = 0;
    let values = definition.columns.iter().map(|column| cells::read(column, row, &mut place));
    let values = values.collect::<Outcome<_>>()?;
    Ok((values, place))
}

/// The failure of a fold whose table is elsewhere, or gone.
pub(crate) fn superseded(
    definition: &TableDefinition,
    expected: Position,
    actual: Option<Position>,
) -> FoldError {
    FoldError::Superseded { table: definition.name.clone(), expected, actual }
}

/// The failure of a call on a table that is not there.
pub(crate) fn missing(definition: &TableDefinition, lack: &str) -> StoreError {
    let TableDefinition { name, fingerprint, .. } = definition;
    let message = format!("the table `{name}` under definition {fingerprint} {lack}");
    StoreError::new(StoreErrorKind::Superseded, message)
}

fn standing(row: &Row) -> Outcome<Standing> {
    let read = || {
        Ok(Standing {
            checkpoint: Position::from_i64(row.try_get(0)?),
            is_paused: row.try_get(1)?,
            revision: row.try_get::<_, i64>(2)?.unsigned_abs(),
            has_letters: row.try_get(3)?,
            is_read: row.try_get(4)?,
        })
    };
    read().or_store_error()
}

const fn label(generation: Generation) -> &'static str {
    match generation {
        Generation::Live => "live",
        Generation::Next => "next",
    }
}
