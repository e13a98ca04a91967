//! Queries: typed requests for pages of one read model, by key rather than by offset.

mod column;
mod page;

pub use column::TypedColumn;
pub use page::{Change, Cursor, CursorError, Page};

use crate::command::Invalid;
use crate::projection::Projection;
use crate::store::{Order, RowFilter};

/// A request for rows of one read model.
///
/// Derive it; each field is a filter on the column of its name:
///
/// ```
/// # use cqrs_core::{Aggregate, Apply, Event, EventSet, Meta, Project, Projection, Row};
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Event, Serialize, Deserialize)] struct Opened {}
/// # #[derive(EventSet)] enum DoorEvent { Opened(Opened) }
/// # #[derive(Aggregate, Default)]
/// # #[aggregate(id = String, events = DoorEvent, error = std::convert::Infallible)]
/// # struct Door;
/// # impl Apply<Opened> for Door { fn apply(&mut self, _: &Opened) {} }
/// # #[derive(Projection, Clone, Default)]
/// # #[projection(key(door_id: String), on(Opened))]
/// # struct DoorUse { times_opened: u32 }
/// # impl Project<Opened> for DoorUse { fn project(row: &mut Row<Self>, _: &Opened, _: &Meta) {} }
/// use cqrs_core::Query;
///
/// #[derive(Query)]
/// #[query(from = DoorUse, order_by(times_opened desc), limit = 20)]
/// struct BusiestDoors {
///     #[query(column = times_opened, at_least)]
///     from: u32,
/// }
///
/// let filters = BusiestDoors { from: 3 }.filters().unwrap();
/// assert_eq!(filters.len(), 1);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a query",
    label = "not a query",
    note = "derive it: #[derive(Query)] with #[query(from = …)]"
)]
pub trait Query: Send + Sync + 'static {
    /// The projection whose rows are asked for.
    type Projection: Projection;

    /// The query's name, for traces and errors.
    const NAME: &'static str;

    /// The roles that may ask; empty means anyone.
    const ROLES: &'static [&'static str] = &[];

    /// The rows of a page when the caller does not say.
    const LIMIT: usize = 100;

    /// What must hold for a row.
    ///
    /// # Errors
    ///
    /// When a value to filter by has no stored form.
    fn filters(&self) -> Result<Vec<RowFilter>, Invalid>;

    /// The columns to order by; the key follows by itself.
    fn order() -> Vec<Order> {
        Vec::new()
    }

    /// Checks the query by itself.
    ///
    /// # Errors
    ///
    /// When a field breaks a rule.
    fn validate(&self) -> Result<(), Invalid> {
        Ok(())
    }
}
