//! Written as one type and read as another.

use cqrs_core::DataType;
use serde::{Deserialize, Serialize};

#[derive(DataType, Clone, Serialize, Deserialize)]
#[serde(from = "u64", into = "String")]
struct Code(u64);

impl From<u64> for Code {
    fn from(code: u64) -> Self {
        Self(code)
    }
}

impl From<Code> for String {
    fn from(code: Code) -> Self {
        code.0.to_string()
    }
}

fn main() {}
