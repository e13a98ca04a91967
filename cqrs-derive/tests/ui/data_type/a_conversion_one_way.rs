//! What is written has to be read again.

use cqrs_core::DataType;
use serde::{Deserialize, Serialize};

#[derive(DataType, Clone, Serialize, Deserialize)]
#[serde(into = "String")]
struct Email(String);

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

fn main() {}
