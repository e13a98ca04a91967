//! The SQL of one table of a read model: its creation, and the statements that load, put and delete its rows.
//!
//! A table is clustered by its key. A key that may be null, or that has no columns, cannot be a primary key in
//! SQLite; such a table has a plain index on its key instead, and a row is put in by deleting the one that was there.

use cqrs_core::store::{Generation, StoreError, TableDefinition};

use crate::cells::{declared_type, scales};
use crate::error::Outcome;

/// The statements on a table's rows.
pub(super) struct Statements {
    /// The row of a key.
    pub(super) select: String,
    /// Puts a row in, in the place of the one of the same key unless [`deletes_first`](Self::deletes_first).
    pub(super) put: String,
    /// Deletes the row of a key.
    pub(super) delete: String,
    /// Whether the row of the same key must be deleted before one is put in.
    pub(super) deletes_first: bool,
}

impl Statements {
    pub(super) fn of(name: &str, definition: &TableDefinition) -> Self {
        let table = quoted(name);
        let deletes_first = !has_primary_key(definition);
        let compare = if deletes_first { "IS" } else { "=" };
        let key = definition.columns.iter().take(definition.key_columns).enumerate();
        let key: Vec<_> =
            key.map(|(index, column)| format!("{} {compare} ?{}", quoted(&column.name), index + 1)).collect();
        let of_key = if key.is_empty() { "1".to_owned() } else { key.join(" AND ") };
        let columns = all_columns(definition);
        let places = definition.columns.len() + usize::from(scales::are_kept(definition));
        let places: Vec<_> = (1..=places).map(|index| format!("?{index}")).collect();
        let on_conflict = if deletes_first { String::new() } else { overwrite(definition) };
        Self {
            select: format!("SELECT {columns} FROM {table} WHERE {of_key}"),
            put: format!("INSERT INTO {table} ({columns}) VALUES ({}){on_conflict}", places.join(", ")),
            delete: format!("DELETE FROM {table} WHERE {of_key}"),
            deletes_first,
        }
    }
}

/// What puts a row over the one of the same key: in its place in the tree, where SQLite's `REPLACE` would take the old one out first.
fn overwrite(definition: &TableDefinition) -> String {
    let columns = definition.columns.iter().map(|column| quoted(&column.name));
    let scales = scales::are_kept(definition).then(|| quoted(scales::COLUMN));
    let key: Vec<_> = columns.clone().take(definition.key_columns).collect();
    let rest = columns.skip(definition.key_columns).chain(scales);
    let set: Vec<_> = rest.map(|column| format!("{column} = excluded.{column}")).collect();
    let action = if set.is_empty() { "NOTHING".to_owned() } else { format!("UPDATE SET {}", set.join(", ")) };
    format!(" ON CONFLICT ({}) DO {action}", key.join(", "))
}

/// The SQL that creates a table and its indexes; `id` makes the indexes' names unique.
pub(super) fn create(name: &str, id: i64, definition: &TableDefinition) -> String {
    let column = |column: &cqrs_core::store::Column| {
        let null = if column.nullable { "" } else { " NOT NULL" };
        format!("{} {}{null}", quoted(&column.name), declared_type(column.column_type))
    };
    let mut columns: Vec<_> = definition.columns.iter().map(column).collect();
    if scales::are_kept(definition) {
        columns.push(format!("{} TEXT", quoted(scales::COLUMN)));
    }
    let (table, columns) = (quoted(name), columns.join(", "));
    let key = column_list(definition, 0..definition.key_columns);
    let mut sql = if has_primary_key(definition) {
        format!("CREATE TABLE {table} ({columns}, PRIMARY KEY ({key})) STRICT, WITHOUT ROWID;")
    } else if definition.key_columns == 0 {
        format!("CREATE TABLE {table} ({columns}) STRICT;")
    } else {
        format!(
            "CREATE TABLE {table} ({columns}) STRICT; CREATE INDEX \"cqrs_index_{id}_key\" ON {table} ({key});"
        )
    };
    for (index, columns) in definition.indexes.iter().enumerate() {
        let columns = column_list(definition, columns.iter().copied());
        sql.push_str(&format!(" CREATE INDEX \"cqrs_index_{id}_{index}\" ON {table} ({columns});"));
    }
    sql
}

/// The name of a table in the file.
pub(super) fn physical_name(definition: &TableDefinition, generation: Generation) -> String {
    match generation {
        Generation::Live => definition.name.clone(),
        Generation::Next => format!("cqrs_next_{}", definition.name),
    }
}

/// Checks that SQLite can have such a table.
pub(super) fn check(definition: &TableDefinition) -> Outcome<()> {
    let name = &definition.name;
    let is_word = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !is_word {
        return Err(StoreError::invalid(format!(
            "`{name}` is no name for a table, which has letters, digits and underscores only"
        )));
    }
    let lower = name.to_ascii_lowercase();
    if let Some(prefix) = ["cqrs_", "sqlite_"].iter().find(|prefix| lower.starts_with(**prefix)) {
        return Err(StoreError::invalid(format!(
            "the table `{name}` begins with `{prefix}`, which is kept for the store; choose another name"
        )));
    }
    if definition.columns.is_empty() {
        return Err(StoreError::invalid(format!("the table `{name}` has no columns")));
    }
    let places =
        definition.indexes.iter().flatten().copied().chain([definition.key_columns.saturating_sub(1)]);
    match places.into_iter().find(|place| *place >= definition.columns.len()) {
        Some(place) => Err(StoreError::invalid(format!(
            "the table `{name}` has {} columns, none at {place}",
            definition.columns.len()
        ))),
        None => Ok(()),
    }
}

/// An identifier as SQL takes it, whatever it holds.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// All columns of a table in the order in which rows are read and written.
pub(crate) fn all_columns(definition: &TableDefinition) -> String {
    let mut columns = column_list(definition, 0..definition.columns.len());
    if scales::are_kept(definition) {
        columns.push_str(", ");
        columns.push_str(&quoted(scales::COLUMN));
    }
    columns
}

fn column_list(definition: &TableDefinition, columns: impl Iterator<Item = usize>) -> String {
    let names: Vec<_> = columns
        .filter_map(|column| definition.columns.get(column))
        .map(|column| quoted(&column.name))
        .collect();
    names.join(", ")
}

fn has_primary_key(definition: &TableDefinition) -> bool {
    definition.key_columns > 0
        && definition.columns.iter().take(definition.key_columns).all(|column| !column.nullable)
}
