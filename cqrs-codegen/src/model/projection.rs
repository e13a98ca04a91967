//! Projections: tables of rows that are folded from events.

use super::{EventId, ExpressionId, Field, Name, Origin, Scalar, Term, TypeRef, Write};

/// A read model: rows by key, each folded from the events that have its key.
#[derive(Debug, Clone, PartialEq)]
pub struct Projection {
    /// Its name, and the table's.
    pub name: Name,
    /// What it answers, in the schema's words.
    pub doc: Option<String>,
    /// The fields that make a row one of its kind; at least one. A windowed projection has `window_start` after them.
    pub key: Vec<Field>,
    /// The other fields.
    pub fields: Vec<RowField>,
    /// What each event does; at least one, each event once.
    pub folds: Vec<Fold>,
    /// Columns that are looked up together.
    pub indexes: Vec<Vec<Column>>,
    /// Where each column of each index was written.
    pub index_origins: Vec<Vec<Origin>>,
    /// When rows follow the events.
    pub refresh: Refresh,
    /// The stretches of time that rows are kept apart by.
    pub window: Option<Window>,
    /// Where it was declared: the name.
    pub origin: Origin,
}

/// A field of a row.
#[derive(Debug, Clone, PartialEq)]
pub struct RowField {
    /// The field; for a summary, its type is the summary's result.
    pub field: Field,
    /// What it sums up, where it is not written by folds.
    pub summary: Option<Summary>,
}

/// One of the short aggregates: a field that is folded from every event of `from`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// How it is folded.
    pub kind: SummaryKind,
    /// What is folded; nothing for `count`.
    pub of: Option<ExpressionId>,
}

/// How a summary is folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SummaryKind {
    /// The sum.
    Sum,
    /// How many events there were.
    Count,
    /// The least value.
    Min,
    /// The greatest value.
    Max,
    /// The mean.
    Avg,
    /// The first value.
    First,
    /// The latest value.
    Last,
    /// Every value, in order.
    Collect,
}

impl SummaryKind {
    /// Every kind, in the order of the reference.
    pub const ALL: &[Self] =
        &[Self::Sum, Self::Count, Self::Min, Self::Max, Self::Avg, Self::First, Self::Last, Self::Collect];

    /// The word in the schema language.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Count => "count",
            Self::Min => "min",
            Self::Max => "max",
            Self::Avg => "avg",
            Self::First => "first",
            Self::Last => "last",
            Self::Collect => "collect",
        }
    }
}

/// What one event does to the row of its key.
#[derive(Debug, Clone, PartialEq)]
pub struct Fold {
    /// The event; never a retired one.
    pub event: EventId,
    /// The key's parts, one for each key field in order. For a `Custom` fold too.
    pub key: Vec<KeyPart>,
    /// The condition on which the event counts; nothing means always.
    pub when: Option<ExpressionId>,
    /// What is done.
    pub action: FoldAction,
    /// Where it was written: the event's name.
    pub origin: Origin,
}

/// Where a part of a row's key comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum KeyPart {
    /// The id of the aggregate that recorded the event.
    AggregateId,
    /// The event's field of the same name and type, by its place.
    EventField(usize),
    /// What the schema writes.
    Term(Term),
}

/// What an event does to a row.
#[derive(Debug, Clone, PartialEq)]
pub enum FoldAction {
    /// Changes the row. Where there is none yet, one is begun if these writes, the defaults and the absence of
    /// optionals fill every field; an event that would leave a field open is then a poison event.
    Set(Vec<Write>),
    /// Makes the row anew, whatever was there; every field without a default is written.
    Insert(Vec<Write>),
    /// Removes the row.
    Delete,
    /// Folds the summaries of the projection.
    Summarize,
    /// What the user's method does.
    Custom,
}

/// When rows follow the events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refresh {
    /// In the transaction that records the events.
    OnCommit,
    /// Soon after, all the time.
    Continuous,
    /// Every so many seconds; at least one.
    EverySeconds(u64),
    /// When asked.
    Manual,
}

/// Stretches of time that rows are kept apart by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// How long a window is.
    pub size: WindowSize,
    /// For hopping windows, how many seconds lie between two starts: less than the size, so that windows overlap.
    pub hop_seconds: Option<u64>,
    /// The instant that places an event; nothing means when it was recorded.
    pub time: Option<ExpressionId>,
    /// Where it was written.
    pub origin: Origin,
}

/// How long a window is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowSize {
    /// So many seconds, counted from the epoch; at least one.
    Seconds(u64),
    /// A stretch of the calendar, in UTC.
    Calendar(Calendar),
}

/// A stretch of the calendar, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calendar {
    /// From midnight.
    Day,
    /// From Monday.
    Week,
    /// From the first.
    Month,
    /// From the first of January.
    Year,
}

/// A column of a projection's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    /// A key field, by its place.
    Key(usize),
    /// Another field, by its place.
    Field(usize),
    /// `window_start`, of type `timestamp`.
    WindowStart,
}

impl Projection {
    /// Every column: the key, `window_start` where there is a window, and the fields.
    #[must_use]
    pub fn columns(&self) -> Vec<Column> {
        let key = (0..self.key.len()).map(Column::Key);
        let window = self.window.iter().map(|_| Column::WindowStart);
        key.chain(window).chain((0..self.fields.len()).map(Column::Field)).collect()
    }

    /// The type of a column.
    ///
    /// # Panics
    ///
    /// Panics on a column of another projection.
    #[must_use]
    pub fn column_type(&self, column: Column) -> TypeRef {
        match column {
            Column::Key(index) => self.key[index].ty.clone(),
            Column::Field(index) => self.fields[index].field.ty.clone(),
            Column::WindowStart => TypeRef::Scalar(Scalar::Timestamp),
        }
    }

    /// The name of a column as the schema writes it.
    #[must_use]
    pub fn column_name(&self, column: Column) -> &str {
        match column {
            Column::Key(index) => self.key.get(index).map_or("", |field| field.name.as_str()),
            Column::Field(index) => self.fields.get(index).map_or("", |row| row.field.name.as_str()),
            Column::WindowStart => "window_start",
        }
    }
}
