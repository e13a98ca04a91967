//! Projections: rows of a read model, folded from events.
//!
//! A [`Projection`] is the type of one row. Folds are pure; reading events, loading rows, writing them and moving the
//! checkpoint is the engine's and the store's work.

mod fold;
mod row;
mod subscriptions;

pub use fold::TypedProjector;
pub use row::{Keyed, Row};
pub use subscriptions::{KeysOf, RecordedBy, Subscriptions};

use std::fmt::Debug;
use std::hash::Hash;

use crate::aggregate::ApplyError;
use crate::envelope::Meta;
use crate::shape::{FieldShape, Fingerprint};
use crate::store::{Column, TableDefinition};
use crate::value::{ColumnType, Value, ValueError};

/// One row of a read model, and the events that it is folded from.
///
/// Derive it: `key` declares the columns of the key, `on` the events:
///
/// ```
/// # use cqrs_core::{Aggregate, Apply, Event, EventSet};
/// use cqrs_core::{Meta, Project, Projection, Row};
/// use serde::{Deserialize, Serialize};
/// # #[derive(Event, Serialize, Deserialize)] struct Opened {}
/// # #[derive(EventSet)] enum DoorEvent { Opened(Opened) }
/// # #[derive(Aggregate, Default)]
/// # #[aggregate(id = String, events = DoorEvent, error = std::convert::Infallible)]
/// # struct Door;
/// # impl Apply<Opened> for Door { fn apply(&mut self, _: &Opened) {} }
///
/// #[derive(Projection, Clone, Default)]
/// #[projection(key(door_id: String), on(Opened))]
/// struct DoorUse {
///     times_opened: u32,
/// }
///
/// impl Project<Opened> for DoorUse {
///     fn project(row: &mut Row<Self>, _: &Opened, _: &Meta) {
///         row.or_default().times_opened += 1;
///     }
/// }
///
/// assert_eq!(DoorUse::DESCRIPTOR.table, "door_use");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a projection",
    label = "not a projection",
    note = "derive it on the type of one row: #[derive(Projection, Clone)] with #[projection(key(…), on(…))]"
)]
pub trait Projection: Clone + Send + Sync + 'static {
    /// What names one row.
    type Key: ProjectionKey;

    /// The table, its columns and indexes.
    const DESCRIPTOR: ProjectionDescriptor;

    /// Names the events that the row is folded from, each with the way to its key.
    fn subscribe(subscriptions: &mut Subscriptions<Self>);

    /// Appends the row's cells, without the key's, in the order of the descriptor's fields.
    ///
    /// # Errors
    ///
    /// When a field has no stored form.
    fn write(&self, cells: &mut Vec<Value>) -> Result<(), ValueError>;

    /// The row that cells in the order of the descriptor's fields hold.
    ///
    /// # Errors
    ///
    /// When a cell does not fit its field, or one is missing.
    fn read(cells: &mut dyn Iterator<Item = Value>) -> Result<Self, ValueError>;
}

/// What names one row of a projection; derived with it.
pub trait ProjectionKey: Clone + Debug + Eq + Hash + Send + Sync + 'static {
    /// Appends the key's cells.
    ///
    /// # Errors
    ///
    /// When a part has no stored form.
    fn write(&self, cells: &mut Vec<Value>) -> Result<(), ValueError>;

    /// The key that cells hold.
    ///
    /// # Errors
    ///
    /// When a cell does not fit its part, or one is missing.
    fn read(cells: &mut dyn Iterator<Item = Value>) -> Result<Self, ValueError>;
}

/// How one event changes a row: set, insert or delete.
///
/// The row is the one whose key belongs to the event. A fold that can fail implements [`TryProject`] instead.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say how `{E}` changes a row",
    label = "`Project<{E}>` is missing",
    note = "write it: impl Project<{E}> for {Self} {{ fn project(row: &mut Row<Self>, event: &{E}, meta: &Meta) {{ … }} }}"
)]
pub trait Project<E>: Projection {
    /// Changes the row by an event that happened.
    fn project(row: &mut Row<Self>, event: &E, meta: &Meta);
}

/// How one event changes a row, where it may be refused. Every [`Project`] is one.
///
/// A refused event is a poison event: it is reported with its place, and nothing is lost.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say how `{E}` changes a row",
    label = "`Project<{E}>` is missing",
    note = "write it: impl Project<{E}> for {Self} {{ fn project(row: &mut Row<Self>, event: &{E}, meta: &Meta) {{ … }} }}"
)]
pub trait TryProject<E>: Projection {
    /// Changes the row by an event that happened.
    ///
    /// # Errors
    ///
    /// When the event cannot be folded, as when a sum overflows.
    fn try_project(row: &mut Row<Self>, event: &E, meta: &Meta) -> Result<(), ApplyError>;
}

impl<P: Project<E>, E> TryProject<E> for P {
    fn try_project(row: &mut Row<Self>, event: &E, meta: &Meta) -> Result<(), ApplyError> {
        P::project(row, event, meta);
        Ok(())
    }
}

/// How one event changes a row with the help of a row of another projection, which it looks up.
///
/// What is found is the row of `L` as it is with this event, by the log alone: the projection keeps the rows that it may look up for itself, folded
/// from the same events in the same batches. Whether `L` is part of the application too, and how far it is, does not matter. Later changes of the
/// looked-up row change nothing here; subscribe to their events for that.
///
/// ```
/// # use cqrs_core::{Aggregate, Apply, ApplyError, Event, EventSet, Meta, Project, ProjectWith, Projection, Row};
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Event, Serialize, Deserialize)] struct Registered { name: String }
/// # #[derive(EventSet)] enum CustomerEvent { Registered(Registered) }
/// # #[derive(Aggregate, Default)]
/// # #[aggregate(id = String, events = CustomerEvent, error = std::convert::Infallible)]
/// # struct Customer;
/// # impl Apply<Registered> for Customer { fn apply(&mut self, _: &Registered) {} }
/// # #[derive(Event, Serialize, Deserialize)] struct Placed { customer_id: String }
/// # #[derive(EventSet)] enum OrderEvent { Placed(Placed) }
/// # #[derive(Aggregate, Default)]
/// # #[aggregate(id = String, events = OrderEvent, error = std::convert::Infallible)]
/// # struct Order;
/// # impl Apply<Placed> for Order { fn apply(&mut self, _: &Placed) {} }
/// # #[derive(Projection, Clone, Default)]
/// # #[projection(key(customer_id: String), on(Registered))]
/// # struct CustomerName { name: String }
/// # impl Project<Registered> for CustomerName {
/// #     fn project(row: &mut Row<Self>, event: &Registered, _: &Meta) { row.or_default().name = event.name.clone(); }
/// # }
/// #[derive(Projection, Clone, Default)]
/// #[projection(key(order_id: String), on(Placed(looks_up = CustomerName)))]
/// struct OrderLine {
///     customer: String,
/// }
///
/// impl ProjectWith<Placed, CustomerName> for OrderLine {
///     fn look_up(event: &Placed, _: &Meta) -> Option<CustomerNameKey> {
///         Some(CustomerNameKey { customer_id: event.customer_id.clone() })
///     }
///
///     fn project_with(
///         row: &mut Row<Self>,
///         _: &Placed,
///         found: Option<&CustomerName>,
///         _: &Meta,
///     ) -> Result<(), ApplyError> {
///         let found = found.ok_or_else(|| ApplyError::new("an order of nobody"))?;
///         row.or_default().customer = found.name.clone();
///         Ok(())
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say how `{E}` changes a row with the help of `{L}`",
    label = "`ProjectWith<{E}, {L}>` is missing",
    note = "write it: impl ProjectWith<{E}, {L}> for {Self} {{ fn look_up(event: &{E}, …) … fn project_with(…) … }}"
)]
pub trait ProjectWith<E, L: Projection>: Projection {
    /// The key of the row that the event needs; `None` when it needs none.
    fn look_up(event: &E, meta: &Meta) -> Option<L::Key>;

    /// Changes the row by an event that happened, and by what was found; `None` when there is no such row.
    ///
    /// # Errors
    ///
    /// When the event cannot be folded: it is a poison event then, as with [`TryProject`].
    fn project_with(row: &mut Row<Self>, event: &E, found: Option<&L>, meta: &Meta)
    -> Result<(), ApplyError>;
}

/// What is known of a projection's table at compile time.
#[derive(Debug, Clone, Copy)]
pub struct ProjectionDescriptor {
    /// The table's name.
    pub table: &'static str,
    /// Raised by hand when a fold changes its meaning without changing a field.
    pub version: u32,
    /// The key's columns.
    pub key: &'static [FieldShape],
    /// The row's columns.
    pub fields: &'static [FieldShape],
    /// Further indexes, each by its columns' names.
    pub indexes: &'static [&'static [&'static str]],
}

impl ProjectionDescriptor {
    /// The table as a store sees it, folded from events with this fingerprint.
    pub(crate) fn definition(&self, events: Fingerprint) -> TableDefinition {
        let fields = || self.key.iter().chain(self.fields);
        let mut text = format!("{}@{} on {events}\n", self.table, self.version);
        for field in fields() {
            text.push_str(&format!("{}: {}\n", field.name, field.shape.describe()));
        }
        text.push_str(&format!("key {}, index {:?}", self.key.len(), self.indexes));
        let columns: Vec<_> = fields().map(column).collect();
        let place = |name: &&str| columns.iter().position(|column| column.name == *name);
        TableDefinition {
            name: self.table.to_owned(),
            key_columns: self.key.len(),
            indexes: self.indexes.iter().map(|index| index.iter().filter_map(place).collect()).collect(),
            fingerprint: Fingerprint::of(&text),
            columns,
        }
    }
}

fn column(field: &FieldShape) -> Column {
    let nullable = matches!(field.shape.stored(), crate::shape::Shape::Optional(_));
    Column { name: field.name.to_owned(), column_type: ColumnType::of(&field.shape), nullable }
}
