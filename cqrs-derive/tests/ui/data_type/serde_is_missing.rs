//! What is nested is stored as serde writes it.

use cqrs_core::DataType;

#[derive(DataType)]
struct Holder {
    name: String,
}

#[derive(DataType)]
enum Currency {
    Eur,
    Usd,
}

fn main() {}
