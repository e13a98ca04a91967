//! Tables of read models: how they are named and made, how rows get in, and where each table stands.
//!
//! A live table bears its projection's name; the one that is being built is `cqrs_next_` and that name. Names are quoted and
//! values are bound, without exception. Folding is not done here.

mod definition;

use std::sync::Arc;

use cqrs_core::store::{
    FoldError, Generation, RowChange, StoreError, StoreErrorKind, TableChange, TableDefinition, TableState,
};
use cqrs_core::{ColumnType, Position, Value};
use rusqlite::{Connection, OptionalExtension, params_from_iter};

use crate::cells::{self, Cell, scales};
use crate::error::{OrStoreError, Outcome, corrupt};

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

    /// Checks that the table is at a checkpoint.
    pub(crate) fn expect_at(&self, connection: &Connection, expected: Position) -> Result<(), FoldError> {
        let actual = self.checkpoint(connection)?;
        if actual == Some(expected) {
            return Ok(());
        }
        Err(superseded(&self.definition, expected, actual))
    }

    /// Loads the rows of some keys, in the order of the keys.
    pub(crate) fn load(
        &self,
        connection: &Connection,
        keys: &[Vec<Value>],
    ) -> Outcome<Vec<Option<Vec<Value>>>> {
        let mut statement = connection.prepare_cached(&self.sql.select).or_store_error()?;
        let mut rows = Vec::with_capacity(keys.len());
        for key in keys {
            let mut found = statement.query(params_from_iter(key.iter().map(Cell::of))).or_store_error()?;
            rows.push(match found.next().or_store_error()? {
                Some(row) => Some(read_row(&self.definition, row)?),
                None => None,
            });
        }
        Ok(rows)
    }

    /// Writes the changes of a fold and moves the checkpoint.
    pub(crate) fn write(
        &self,
        connection: &Connection,
        changes: Vec<RowChange>,
        checkpoint: Position,
    ) -> Outcome<TableChange> {
        let columns = &self.definition.columns;
        let mut irregular = vec![false; columns.len()];
        for RowChange { key, row } in &changes {
            if row.is_none() || self.sql.deletes_first {
                let mut delete = connection.prepare_cached(&self.sql.delete).or_store_error()?;
                delete.execute(params_from_iter(key.iter().map(Cell::of))).or_store_error()?;
            }
            let Some(row) = row else { continue };
            let mut put = connection.prepare_cached(&self.sql.put).or_store_error()?;
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
            .prepare_cached("UPDATE cqrs_projections SET checkpoint = ?2 WHERE id = ?1")
            .or_store_error()?;
        statement.execute((self.id, checkpoint.to_i64())).or_store_error()?;
        Ok(TableChange { table: self.definition.name.clone(), checkpoint, changes })
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

/// Puts the next table in the place of the live one, within a write transaction.
pub(crate) fn promote(connection: &Connection, definition: &Arc<TableDefinition>) -> Outcome<()> {
    let Some((next, _)) = Table::find(connection, definition, Generation::Next)? else {
        return Err(missing(definition, "is not being built"));
    };
    if let Some(live) = registered(connection, &definition.name, Generation::Live)? {
        forget(connection, live.id)?;
    }
    drop_table(connection, &definition.name)?;
    let rename = format!("ALTER TABLE {} RENAME TO {}", quoted(&next.name), quoted(&definition.name));
    connection.execute_batch(&rename).or_store_error()?;
    let swap = "UPDATE cqrs_projections SET generation = 'live' WHERE id = ?1";
    connection.execute(swap, [next.id]).or_store_error()?;
    Ok(())
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
            "SELECT id, fingerprint, checkpoint, irregular FROM cqrs_projections \
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
        standing: Standing { checkpoint: Position::from_i64(row.get(2).or_store_error()?), irregular },
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
