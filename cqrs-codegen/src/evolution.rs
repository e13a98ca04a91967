//! Released events: what a schema stores, held against the lock beside it.
//!
//! [`model`] is the schema as `cqrs_evolution` compares it. [`hold`] finds what contradicts the lock, with both places:
//! the schema's line and the lock's. What the rules ask, and how a lock is written, is that crate's business.

mod findings;
mod hold;
mod released;
mod shapes;
mod steps;
mod surface;

pub use hold::{Released, hold, today};
pub use released::{corpus_path, lock_path};
pub(crate) use shapes::{alike, alike_as_types, extern_path, shape as released_shape};

use cqrs_evolution::model::{Aggregate, Domain};

use crate::Checked;

/// What a schema stores and offers, as locks and other states of it are compared with.
#[must_use]
pub fn model(checked: &Checked) -> Domain {
    let domain = checked.domain();
    let aggregates = domain.aggregates.iter().map(|aggregate| {
        let events = aggregate.events.iter().map(|id| domain.event(*id));
        let events = events.map(|event| (event.name.to_string(), shapes::event(domain, event)));
        (aggregate.name.to_string(), Aggregate { events: events.collect() })
    });
    Domain {
        name: domain.name.to_string(),
        aggregates: aggregates.collect(),
        surface: Some(surface::surface(domain)),
    }
}
