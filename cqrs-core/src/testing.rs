//! Given / when / then, without a store: for aggregates, for projections, and for payloads of older versions.
//!
//! A failing expectation panics with a diff of what was expected and what happened. Nothing here does I/O or waits.
//!
//! ```
//! # use cqrs_core::{Aggregate, Apply, Command, Context, Decide, Event, EventSet};
//! # use serde::{Deserialize, Serialize};
//! # #[derive(Event, Debug, PartialEq, Serialize, Deserialize)] struct Opened {}
//! # #[derive(EventSet, Debug, PartialEq)] enum DoorEvent { Opened(Opened) }
//! # #[derive(Aggregate, Default)]
//! # #[aggregate(id = String, events = DoorEvent, error = DoorError)]
//! # struct Door { open: bool }
//! # #[derive(Debug, PartialEq)] enum DoorError { AlreadyOpen }
//! # impl std::fmt::Display for DoorError {
//! #     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("the door is open") }
//! # }
//! # impl std::error::Error for DoorError {}
//! # impl Apply<Opened> for Door { fn apply(&mut self, _: &Opened) { self.open = true; } }
//! # #[derive(Command)] #[command(aggregate = Door, id = door_id)] struct Open { door_id: String }
//! # impl Decide<Open> for Door {
//! #     fn decide(&self, _: &Open, _: &Context) -> Result<Vec<DoorEvent>, DoorError> {
//! #         if self.open { Err(DoorError::AlreadyOpen) } else { Ok(vec![Opened {}.into()]) }
//! #     }
//! # }
//! use cqrs_core::testing::given;
//!
//! given::<Door>([]).when(Open { door_id: "front".into() }).then([Opened {}]);
//! given::<Door>([Opened {}.into()])
//!     .when(Open { door_id: "front".into() })
//!     .then_error(DoorError::AlreadyOpen);
//! ```

mod decision;
mod diff;
mod rows;

pub use decision::{Given, Outcome, given, given_stored};
pub use diff::assert_same;
pub use rows::{RowsOf, rows_of};
