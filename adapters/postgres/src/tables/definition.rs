//! The SQL of one table of a read model: its creation, and the statements that load, put and delete its rows.
//!
//! A statement takes the rows of a whole batch at once, column by column. Each begins with its table's id, so that a statement that was
//! prepared for a table that is no more is never taken for one of the table in its place.

use cqrs_core::ColumnType;
use cqrs_core::store::{Generation, StoreError, TableDefinition};

use crate::cells::has_rest;
use crate::connect::quoted;
use crate::error::Outcome;

/// The statements on a table's rows.
pub(super) struct Statements {
    /// The rows of some keys, each with its key's place among them.
    pub(super) select: String,
    /// Puts rows in, in the place of those of the same keys.
    pub(super) put: String,
    /// Deletes the rows of some keys.
    pub(super) delete: String,
}

/// A column as PostgreSQL has it: a value has one, or one and its rest.
pub(crate) struct Part {
    /// Its name, quoted.
    name: String,
    /// The type that it is declared with.
    declared: &'static str,
    /// The type as which a cell is sent.
    sent: &'static str,
    /// What makes a sent cell one of the column.
    convert: &'static str,
    nullable: bool,
}

impl Part {
    /// What is compared and ordered by in a query of `kept`: a bare name in an order would be that of what is read.
    pub(crate) fn expression(&self) -> String {
        match self.declared {
            JSON => format!("(kept.{}::text COLLATE \"C\")", self.name),
            _ => format!("kept.{}", self.name),
        }
    }

    /// A place for a cell to compare with.
    pub(crate) fn place(&self, number: usize) -> String {
        let convert = if self.declared == JSON { "" } else { self.convert };
        format!("${number}::{}{convert}", self.sent)
    }

    /// A place for many cells to compare with.
    pub(crate) fn places(&self, number: usize) -> String {
        let convert = if self.convert == NUMERIC { "::numeric[]" } else { "" };
        format!("${number}::{}[]{convert}", self.sent)
    }

    /// What is read, as it is received.
    fn read(&self) -> String {
        format!("kept.{}{}", self.name, if self.convert.is_empty() { "" } else { "::text" })
    }
}

const JSON: &str = "json";
const NUMERIC: &str = "::numeric";

/// The columns as which PostgreSQL has a column.
pub(crate) fn parts(definition: &TableDefinition, index: usize) -> Vec<Part> {
    let column = &definition.columns[index];
    let is_compared =
        index < definition.key_columns || definition.indexes.iter().flatten().any(|used| *used == index);
    let (declared, sent, convert) = match column.column_type {
        ColumnType::Bool => ("boolean", "boolean", ""),
        ColumnType::Int => ("bigint", "bigint", ""),
        ColumnType::Real => ("double precision", "double precision", ""),
        ColumnType::Wide | ColumnType::Decimal | ColumnType::Duration => ("numeric", "text", NUMERIC),
        // JSON itself has no order that an index could have.
        ColumnType::Json if !is_compared => (JSON, "text", "::json"),
        ColumnType::Text | ColumnType::Json => ("text COLLATE \"C\"", "text", ""),
        ColumnType::Uuid => ("uuid", "uuid", ""),
        ColumnType::Date => ("date", "date", ""),
        ColumnType::Time => ("time", "time", ""),
        ColumnType::Timestamp => ("timestamptz", "timestamptz", ""),
        ColumnType::Bytes => ("bytea", "bytea", ""),
    };
    let (name, nullable) = (quoted(&column.name), column.nullable);
    let mut parts = vec![Part { name, declared, sent, convert, nullable }];
    if has_rest(column.column_type) {
        let name = quoted(&format!("cqrs_rest_{index}"));
        parts.push(Part { name, declared: "numeric", sent: "text", convert: NUMERIC, nullable });
    }
    parts
}

impl Statements {
    pub(super) fn of(id: i64, name: &str, definition: &TableDefinition) -> Self {
        let (table, all, key) = (quoted(name), all_parts(definition), key_parts(definition));
        let columns = list(&all, Part::read);
        let matches: Vec<_> = key.iter().enumerate().map(|(index, part)| matches(part, index)).collect();
        let of_key = if matches.is_empty() { "true".to_owned() } else { matches.join(" AND ") };
        let (select, delete) = if key.is_empty() {
            (format!("SELECT {columns}, 1::bigint FROM {table} AS kept"), format!("DELETE FROM {table}"))
        } else {
            let wanted = unnest(&key);
            let names: Vec<_> = (0..key.len()).map(|index| format!("k{index}")).collect();
            let names = names.join(", ");
            (
                format!(
                    "SELECT {columns}, wanted.ordinal FROM {wanted} WITH ORDINALITY AS wanted ({names}, ordinal) \
                     JOIN {table} AS kept ON {of_key}"
                ),
                format!("DELETE FROM {table} AS kept USING {wanted} AS wanted ({names}) WHERE {of_key}"),
            )
        };
        let numbered = |index: usize, part: &Part| format!("new.k{index}{}", part.convert);
        let values: Vec<_> = all.iter().enumerate().map(|(index, part)| numbered(index, part)).collect();
        let names: Vec<_> = (0..all.len()).map(|index| format!("k{index}")).collect();
        let put = format!(
            "INSERT INTO {table} ({}) SELECT {} FROM {} AS new ({}) ON CONFLICT ({}) DO UPDATE SET {}",
            list(&all, |part| part.name.clone()),
            values.join(", "),
            unnest(&all),
            names.join(", "),
            if key.is_empty() { "(true)".to_owned() } else { list(&key, |part| part.name.clone()) },
            list(&all, |part| format!("{name} = excluded.{name}", name = part.name)),
        );
        let [select, put, delete] = [select, put, delete].map(|sql| format!("/* {id} */ {sql}"));
        Self { select, put, delete }
    }
}

fn matches(part: &Part, index: usize) -> String {
    let (name, wanted) = (part.expression(), format!("wanted.k{index}{}", part.convert));
    match part.nullable {
        true => format!("({name} = {wanted} OR ({name} IS NULL AND wanted.k{index} IS NULL))"),
        false => format!("{name} = {wanted}"),
    }
}

fn unnest(parts: &[Part]) -> String {
    let places = parts.iter().enumerate().map(|(index, part)| format!("${}::{}[]", index + 1, part.sent));
    format!("unnest({})", places.collect::<Vec<_>>().join(", "))
}

/// The SQL that creates a table and its indexes; `id` makes the indexes' names unique.
pub(super) fn create(name: &str, id: i64, definition: &TableDefinition) -> String {
    let declare = |part: &Part| {
        format!("{} {}{}", part.name, part.declared, if part.nullable { "" } else { " NOT NULL" })
    };
    let (table, columns, key) = (quoted(name), list(&all_parts(definition), declare), key_parts(definition));
    let mut sql = format!("CREATE TABLE {table} ({columns});");
    let unique = format!("\"cqrs_index_{id}_key\"");
    sql.push_str(&if key.is_empty() {
        format!(" CREATE UNIQUE INDEX {unique} ON {table} ((true));")
    } else if key.iter().any(|part| part.nullable) {
        format!(" CREATE UNIQUE INDEX {unique} ON {table} ({}) NULLS NOT DISTINCT;", list(&key, sorted))
    } else {
        let key = list(&key, |part| part.name.clone());
        format!(" ALTER TABLE {table} ADD CONSTRAINT {unique} PRIMARY KEY ({key});")
    });
    for (index, columns) in definition.indexes.iter().enumerate() {
        let columns: Vec<_> = columns.iter().flat_map(|column| parts(definition, *column)).collect();
        let columns = list(&columns, sorted);
        sql.push_str(&format!(" CREATE INDEX \"cqrs_index_{id}_{index}\" ON {table} ({columns});"));
    }
    sql
}

/// A column of an index, in the order in which queries want it.
fn sorted(part: &Part) -> String {
    format!("{}{}", part.name, if part.nullable { " NULLS FIRST" } else { "" })
}

/// The name of a table in the database.
pub(crate) fn physical_name(definition: &TableDefinition, generation: Generation) -> String {
    match generation {
        Generation::Live => definition.name.clone(),
        Generation::Next => format!("cqrs_next_{}", definition.name),
    }
}

/// The longest name of a table, which has to have room for `cqrs_next_`, and of a column.
const LONGEST_TABLE: usize = 53;
const LONGEST_COLUMN: usize = 63;

/// Checks that PostgreSQL can have such a table.
pub(super) fn check(definition: &TableDefinition) -> Outcome<()> {
    let name = &definition.name;
    let invalid = |message: String| Err(StoreError::invalid(message));
    let is_word = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !is_word {
        return invalid(format!(
            "`{name}` is no name for a table, which has letters, digits and underscores only"
        ));
    }
    if let Some(prefix) = ["cqrs_", "pg_"].iter().find(|prefix| name.starts_with(**prefix)) {
        return invalid(format!(
            "the table `{name}` begins with `{prefix}`, which is kept for the store; choose another name"
        ));
    }
    if name.len() > LONGEST_TABLE {
        return invalid(format!("the name of the table `{name}` is longer than {LONGEST_TABLE} bytes"));
    }
    if let Some(column) = definition.columns.iter().find(|column| column.name.len() > LONGEST_COLUMN) {
        let column = &column.name;
        return invalid(format!("the name of the column `{column}` is longer than {LONGEST_COLUMN} bytes"));
    }
    if definition.columns.is_empty() {
        return invalid(format!("the table `{name}` has no columns"));
    }
    let last_of_key = definition.key_columns.saturating_sub(1);
    let places = definition.indexes.iter().flatten().copied().chain([last_of_key]);
    match places.into_iter().find(|place| *place >= definition.columns.len()) {
        Some(place) => {
            invalid(format!("the table `{name}` has {} columns, none at {place}", definition.columns.len()))
        }
        None => Ok(()),
    }
}

/// All columns of a table, called `kept`, in the order in which rows are read.
pub(crate) fn all_columns(definition: &TableDefinition) -> String {
    list(&all_parts(definition), Part::read)
}

fn all_parts(definition: &TableDefinition) -> Vec<Part> {
    (0..definition.columns.len()).flat_map(|index| parts(definition, index)).collect()
}

fn key_parts(definition: &TableDefinition) -> Vec<Part> {
    (0..definition.key_columns).flat_map(|index| parts(definition, index)).collect()
}

fn list(parts: &[Part], text: impl Fn(&Part) -> String) -> String {
    parts.iter().map(text).collect::<Vec<_>>().join(", ")
}
