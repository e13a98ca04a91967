//! Released events, and how they may change.
//!
//! Events outlive the code that wrote them. A [`lock`] records each shape that was ever released, a text file beside
//! the schema that is reviewed like code; [`rules`] compare two [`model`]s of a domain, mostly a lock and the code of
//! today, and say what has changed, whom it would hurt and what to do; a [`waiver`] lets one change through for a
//! while; a [`report`] is what people and machines read; a [`corpus`] has sample payloads of each released version,
//! which must decode forever. With the feature `runtime`, descriptors of hand-written event sets take the schema's place.
//!
//! Nothing here reads the clock. Only the feature `runtime`, which is for tests, reads and writes files.

pub mod corpus;
pub mod difference;
pub mod lock;
pub mod model;
pub mod report;
pub mod rules;
#[cfg(feature = "runtime")]
pub mod runtime;
pub mod waiver;
