//! Tables of read models: how they are named and made, how rows get in, and where each table stands.
//!
//! A live table bears its projection's name; the one that is being built is `cqrs_next_` and that name. Names are quoted and
//! values are bound, without exception. Folding is not done here.

mod definition;

use std::cmp::Ordering;
use std::sync::Arc;

use cqrs_core::store::{
    FoldError, Generation, RowChange, StoreError, StoreErrorKind, TableChange, TableDefinition, TableState,
    TableStatus,
};
use cqrs_core::{ColumnType, Folded, Position, Value};
use rusqlite::{Connection, OptionalExtension, params_from_iter};

use crate::cells::{self, Cell, scales};
use crate::error::{OrStoreError, Outcome, corrupt};
use crate::feeds;
use crate::letters::Letters;
use crate::lookups;

pub(crate) use definition::{all_columns, quoted};

/// A table that is there under a definition.
#[derive(Clone)]
pub(crate) struct Table {
    id: i64,
    definition: Arc<TableDefinition>,
    generation: Generation,
    name: String,
    sql: Arc<definition::Statements>,
}

/// Where a table stands.
pub(crate) struct Standing {
    pub(crate) checkpoint: Position,
    /// The columns with irregular cells, by name.
    pub(crate) irregular: Vec<String>,
    /// Moves whenever dead letters change other than by a fold.
    pub(crate) epoch: i64,
    pub(crate) is_paused: bool,
    /// How many commits have changed rows.
    pub(crate) revision: u64,
}

/// One row of `cqrs_projections`.
struct Registered {
    id: i64,
    fingerprint: String,
    standing: Standing,
}

impl Table {
    /// Finds a table that is there under a definition.
    pub(crate) fn find(
        connection: &Connection,
        definition: &Arc<TableDefinition>,
        generation: Generation,
    ) -> Outcome<Option<(Self, Standing)>> {
        let Some(found) = registered(connection, &definition.name, generation)? else { return Ok(None) };
        if found.fingerprint != definition.fingerprint.to_string() {
            return Ok(None);
        }
        Ok(Some((Self::new(found.id, definition, generation), found.standing)))
    }

    /// Finds the table that answers queries.
    pub(crate) fn serving(
        connection: &Connection,
        definition: &Arc<TableDefinition>,
    ) -> Outcome<(Self, Standing)> {
        let found = Self::find(connection, definition, Generation::Live)?;
        found.ok_or_else(|| missing(definition, "serves no queries"))
    }

    fn new(id: i64, definition: &Arc<TableDefinition>, generation: Generation) -> Self {
        let name = definition::physical_name(definition, generation);
        let sql = Arc::new(definition::Statements::of(&name, definition));
        Self { id, definition: Arc::clone(definition), generation, name, sql }
    }

    /// The table's id in `cqrs_projections`.
    pub(crate) fn id(&self) -> i64 {
        self.id
    }

    pub(crate) fn definition(&self) -> &Arc<TableDefinition> {
        &self.definition
    }

    pub(crate) fn generation(&self) -> Generation {
        self.generation
    }

    /// The name of the table in the file, not quoted.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The table's checkpoint; `None` when another has taken its place.
    pub(crate) fn checkpoint(&self, connection: &Connection) -> Outcome<Option<Position>> {
        let mut statement = connection
            .prepare_cached("SELECT checkpoint FROM cqrs_projections WHERE id = ?1 AND generation = ?2")
            .or_store_error()?;
        let found = statement.query_row((self.id, label(self.generation)), |row| row.get(0)).optional();
        Ok(found.or_store_error()?.map(Position::from_i64))
    }

    /// Checks that the table is where a fold has found it.
    pub(crate) fn expect_at(
        &self,
        connection: &Connection,
        expected: Position,
        epoch: i64,
    ) -> Result<(), FoldError> {
        let mut statement = connection
            .prepare_cached(
                "SELECT checkpoint, epoch, paused FROM cqrs_projections WHERE id = ?1 AND generation = ?2",
            )
            .or_store_error()?;
        let cells = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let found = statement.query_row((self.id, label(self.generation)), cells).optional();
        let found: Option<(i64, i64, bool)> = found.or_store_error()?;
        let name = &self.definition.name;
        match found.map(|(checkpoint, epoch, paused)| (Position::from_i64(checkpoint), epoch, paused)) {
            Some((checkpoint, found, false)) if checkpoint == expected && found == epoch => Ok(()),
            Some((checkpoint, _, true)) if checkpoint == expected => {
                Err(FoldError::Paused { table: name.clone() })
            }
            found => Err(superseded(&self.definition, expected, found.map(|(checkpoint, ..)| checkpoint))),
        }
    }

    /// Refuses folds that were begun before, as after a change of its dead letters.
    pub(crate) fn move_epoch(&self, connection: &Connection) -> Outcome<()> {
        let sql = "UPDATE cqrs_projections SET epoch = epoch + 1 WHERE id = ?1";
        connection.execute(sql, [self.id]).or_store_error()?;
        Ok(())
    }

    /// Loads the rows of some keys, in the order of the keys.
    pub(crate) fn load(
        &self,
        connection: &Connection,
        keys: &[Vec<Value>],
    ) -> Outcome<Vec<Option<Vec<Value>>>> {
        let mut statement = connection.prepare_cached(&self.sql.select).or_store_error()?;
        let mut rows = vec![None; keys.len()];
        for index in in_order_of(keys, Vec::as_slice) {
            let key = keys[index].iter().map(Cell::of);
            let mut found = statement.query(params_from_iter(key)).or_store_error()?;
            if let Some(row) = found.next().or_store_error()? {
                rows[index] = Some(read_row(&self.definition, row)?);
            }
        }
        Ok(rows)
    }

    /// Writes what a fold has changed and set aside, and moves the checkpoint.
    pub(crate) fn write(
        &self,
        connection: &Connection,
        folded: Folded,
        checkpoint: Position,
    ) -> Outcome<TableChange> {
        Letters::of(connection, self.id).keep(&folded.aside)?;
        lookups::keep(connection, self.id, &folded.lookups)?;
        let changes = folded.changes;
        let columns = &self.definition.columns;
        let mut irregular = vec![false; columns.len()];
        let mut delete = connection.prepare_cached(&self.sql.delete).or_store_error()?;
        let mut put = connection.prepare_cached(&self.sql.put).or_store_error()?;
        for index in in_order_of(&changes, |change| &change.key) {
            let RowChange { key, row } = &changes[index];
            if row.is_none() || self.sql.deletes_first {
                delete.execute(params_from_iter(key.iter().map(Cell::of))).or_store_error()?;
            }
            let Some(row) = row else { continue };
            for (index, (value, column)) in row.iter().zip(columns).enumerate() {
                let cell = Cell::of(value);
                irregular[index] |= cell.is_irregular(column.column_type);
                put.raw_bind_parameter(index + 1, cell).or_store_error()?;
            }
            if scales::are_kept(&self.definition) {
                let scales = scales::of(&self.definition, row);
                put.raw_bind_parameter(columns.len() + 1, scales).or_store_error()?;
            }
            put.raw_execute().or_store_error()?;
        }
        if irregular.contains(&true) {
            self.mark_irregular(connection, &irregular)?;
        }
        let mut statement = connection
            .prepare_cached(
                "UPDATE cqrs_projections SET checkpoint = ?2, revision = revision + ?3 WHERE id = ?1 \
                 RETURNING revision",
            )
            .or_store_error()?;
        let cells = (self.id, checkpoint.to_i64(), !changes.is_empty());
        let revision = statement.query_row(cells, |row| row.get::<_, i64>(0)).or_store_error()?;
        let (table, revision) = (self.definition.name.clone(), revision.unsigned_abs());
        let change = TableChange { table, checkpoint, revision, changes };
        if self.generation == Generation::Live {
            feeds::keep(connection, self.id, &change)?;
        }
        Ok(change)
    }

    /// Remembers which columns SQLite's own order no longer suits; a rebuild forgets it.
    fn mark_irregular(&self, connection: &Connection, irregular: &[bool]) -> Outcome<()> {
        let Some(found) = registered(connection, &self.definition.name, self.generation)? else {
            return Ok(());
        };
        let mut names = found.standing.irregular;
        let before = names.len();
        for (column, _) in self.definition.columns.iter().zip(irregular).filter(|(_, marked)| **marked) {
            if !names.contains(&column.name) {
                names.push(column.name.clone());
            }
        }
        if names.len() == before {
            return Ok(());
        }
        let names = serde_json::Value::from(names).to_string();
        let mut statement = connection
            .prepare_cached("UPDATE cqrs_projections SET irregular = ?2 WHERE id = ?1")
            .or_store_error()?;
        statement.execute((self.id, names)).or_store_error()?;
        Ok(())
    }
}

/// Finds a projection's table or makes it, within a write transaction.
pub(crate) fn open(connection: &Connection, definition: &Arc<TableDefinition>) -> Outcome<TableState> {
    definition::check(definition)?;
    let fingerprint = definition.fingerprint.to_string();
    for generation in [Generation::Live, Generation::Next] {
        let name = definition::physical_name(definition, generation);
        let exists = table_exists(connection, &name)?;
        match registered(connection, &definition.name, generation)? {
            Some(found)
                if !exists || (generation == Generation::Next && found.fingerprint != fingerprint) =>
            {
                // Abandoned by another definition, or dropped by hand: it begins anew.
                drop_table(connection, &name)?;
                forget(connection, found.id)?;
            }
            Some(found) if found.fingerprint == fingerprint => {
                return Ok(TableState { generation, checkpoint: found.standing.checkpoint });
            }
            Some(_) => continue,
            None if exists => {
                return Err(StoreError::new(
                    StoreErrorKind::Incompatible,
                    format!("the table `{name}` was not made by a projection; rename it, or the projection"),
                ));
            }
            None => {}
        }
        create(connection, definition, generation)?;
        return Ok(TableState { generation, checkpoint: Position::START });
    }
    Err(corrupt(format!("the table `{}` has no generation", definition.name)))
}

/// Makes an empty table beside the live one of the same definition, or says what is there; within a write transaction.
pub(crate) fn begin_rebuild(
    connection: &Connection,
    definition: &Arc<TableDefinition>,
) -> Outcome<TableState> {
    if Table::find(connection, definition, Generation::Live)?.is_none() {
        return open(connection, definition);
    }
    if let Some(next) = registered(connection, &definition.name, Generation::Next)? {
        let (generation, checkpoint) = (Generation::Next, next.standing.checkpoint);
        if next.fingerprint == definition.fingerprint.to_string() {
            return Ok(TableState { generation, checkpoint });
        }
        drop_table(connection, &definition::physical_name(definition, Generation::Next))?;
        forget(connection, next.id)?;
    }
    create(connection, definition, Generation::Next)?;
    Ok(TableState { generation: Generation::Next, checkpoint: Position::START })
}

/// How the tables of a name are doing, whatever their definitions.
pub(crate) fn status(connection: &Connection, definition: &TableDefinition) -> Outcome<TableStatus> {
    let live = registered(connection, &definition.name, Generation::Live)?;
    let fingerprint = definition.fingerprint.to_string();
    let next = registered(connection, &definition.name, Generation::Next)?;
    let next = next.filter(|next| next.fingerprint == fingerprint).map(|next| next.standing.checkpoint);
    let Some(live) = live else { return Ok(TableStatus { next, ..TableStatus::default() }) };
    Ok(TableStatus {
        live: Some(live.standing.checkpoint),
        revision: live.standing.revision,
        is_current: live.fingerprint == fingerprint,
        next,
        is_paused: live.standing.is_paused,
        dead_letters: Letters::of(connection, live.id).count()?,
    })
}

/// Pauses the live table of a name, or lets it go on; within a write transaction.
pub(crate) fn set_paused(connection: &Connection, definition: &TableDefinition, paused: bool) -> Outcome<()> {
    let sql = "UPDATE cqrs_projections SET paused = ?2 WHERE name = ?1 AND generation = 'live'";
    match connection.execute(sql, (&definition.name, paused)).or_store_error()? {
        0 => Err(missing(definition, "is not there")),
        _ => Ok(()),
    }
}

/// Puts the next table in the place of the live one, within a write transaction.
pub(crate) fn promote(connection: &Connection, next: &Table) -> Outcome<()> {
    let definition = &next.definition;
    let (mut is_paused, mut revision) = (false, 0);
    if let Some(live) = registered(connection, &definition.name, Generation::Live)? {
        (is_paused, revision) = (live.standing.is_paused, live.standing.revision as i64);
        forget(connection, live.id)?;
    }
    drop_table(connection, &definition.name)?;
    let rename = format!("ALTER TABLE {} RENAME TO {}", quoted(&next.name), quoted(&definition.name));
    connection.execute_batch(&rename).or_store_error()?;
    let swap = "UPDATE cqrs_projections SET generation = 'live', paused = ?2, revision = max(revision, ?3) + 1 \
                WHERE id = ?1";
    connection.execute(swap, (next.id, is_paused, revision)).or_store_error()?;
    Ok(())
}

/// The indexes of some items in the order of their keys, in which neighbours lie on the same pages of the table.
fn in_order_of<T>(items: &[T], key: impl Fn(&T) -> &[Value]) -> Vec<usize> {
    let mut order: Vec<_> = (0..items.len()).collect();
    order.sort_unstable_by(|&a, &b| {
        let parts = key(&items[a]).iter().zip(key(&items[b]));
        parts.map(|(a, b)| a.order(b)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    });
    order
}

/// Checks that changes fit a table's columns, as its database would insist.
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

/// A row that was read with [`all_columns`].
pub(crate) fn read_row(definition: &TableDefinition, row: &rusqlite::Row<'_>) -> Outcome<Vec<Value>> {
    let cell = |(index, column)| cells::read(column, row.get_ref(index).or_store_error()?);
    let mut values = definition.columns.iter().enumerate().map(cell).collect::<Outcome<Vec<_>>>()?;
    if scales::are_kept(definition) {
        let kept: Option<String> = row.get(values.len()).or_store_error()?;
        if let Some(kept) = kept {
            scales::restore(definition, &mut values, &kept)?;
        }
    }
    Ok(values)
}

/// The failure of a fold whose table is elsewhere, or gone.
pub(crate) fn superseded(
    definition: &TableDefinition,
    expected: Position,
    actual: Option<Position>,
) -> FoldError {
    FoldError::Superseded { table: definition.name.clone(), expected, actual }
}

fn missing(definition: &TableDefinition, lack: &str) -> StoreError {
    let TableDefinition { name, fingerprint, .. } = definition;
    let message = format!("the table `{name}` under definition {fingerprint} {lack}");
    StoreError::new(StoreErrorKind::Superseded, message)
}

fn registered(connection: &Connection, name: &str, generation: Generation) -> Outcome<Option<Registered>> {
    let mut statement = connection
        .prepare_cached(
            "SELECT id, fingerprint, checkpoint, irregular, epoch, paused, revision FROM cqrs_projections \
             WHERE name = ?1 AND generation = ?2",
        )
        .or_store_error()?;
    let mut rows = statement.query((name, label(generation))).or_store_error()?;
    let Some(row) = rows.next().or_store_error()? else { return Ok(None) };
    let irregular: String = row.get(3).or_store_error()?;
    let irregular = serde_json::from_str(&irregular).map_err(|error| {
        corrupt(format!("the irregular columns of `{name}` are not a list of names")).because(error)
    })?;
    Ok(Some(Registered {
        id: row.get(0).or_store_error()?,
        fingerprint: row.get(1).or_store_error()?,
        standing: Standing {
            checkpoint: Position::from_i64(row.get(2).or_store_error()?),
            irregular,
            epoch: row.get(4).or_store_error()?,
            is_paused: row.get(5).or_store_error()?,
            revision: row.get::<_, i64>(6).or_store_error()?.unsigned_abs(),
        },
    }))
}

fn create(connection: &Connection, definition: &Arc<TableDefinition>, generation: Generation) -> Outcome<()> {
    let insert =
        "INSERT INTO cqrs_projections (name, generation, fingerprint, checkpoint) VALUES (?1, ?2, ?3, 0)";
    let cells = (&definition.name, label(generation), definition.fingerprint.to_string());
    connection.execute(insert, cells).or_store_error()?;
    let id = connection.last_insert_rowid();
    let table = Table::new(id, definition, generation);
    connection.execute_batch(&definition::create(&table.name, id, definition)).or_store_error()
}

fn forget(connection: &Connection, id: i64) -> Outcome<()> {
    Letters::of(connection, id).clear()?;
    feeds::clear(connection, id)?;
    lookups::clear(connection, id)?;
    connection.execute("DELETE FROM cqrs_projections WHERE id = ?1", [id]).or_store_error()?;
    Ok(())
}

fn drop_table(connection: &Connection, name: &str) -> Outcome<()> {
    connection.execute_batch(&format!("DROP TABLE IF EXISTS {}", quoted(name))).or_store_error()
}

fn table_exists(connection: &Connection, name: &str) -> Outcome<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE lower(name) = lower(?1))";
    connection.query_row(sql, [name], |row| row.get(0)).or_store_error()
}

const fn label(generation: Generation) -> &'static str {
    match generation {
        Generation::Live => "live",
        Generation::Next => "next",
    }
}

/// Whether cells of a column's type can be irregular at all.
pub(crate) const fn may_be_irregular(column_type: ColumnType) -> bool {
    matches!(
        column_type,
        ColumnType::Wide
            | ColumnType::Decimal
            | ColumnType::Duration
            | ColumnType::Date
            | ColumnType::Timestamp
    )
}
