//! A type that the schema names as `extern`.

use cqrs_core::DataType;
use serde::{Deserialize, Serialize};

/// A place on the earth: where the branch of an account is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, DataType)]
pub struct Point {
    /// Degrees north of the equator.
    pub latitude: f64,
    /// Degrees east of Greenwich.
    pub longitude: f64,
}
