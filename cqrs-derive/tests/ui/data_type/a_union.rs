//! A union has no stored form.

use cqrs_core::DataType;

#[derive(DataType)]
union Bits {
    a: u32,
    b: f32,
}

fn main() {}
