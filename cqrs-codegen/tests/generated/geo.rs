//! A type that is written by hand, as a schema's `extern` names it.

use cqrs_core::DataType;
use serde::{Deserialize, Serialize};

/// A place on the earth. It is `Copy`, which the schema compiler cannot know.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, DataType)]
pub struct Point {
    /// Degrees north of the equator.
    pub latitude: f64,
    /// Degrees east of Greenwich.
    pub longitude: f64,
}
