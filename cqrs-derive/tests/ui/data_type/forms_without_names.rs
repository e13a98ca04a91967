//! Lists without names and null cannot grow.

use cqrs_core::DataType;
use serde::{Deserialize, Serialize};

#[derive(DataType, Serialize, Deserialize)]
struct Nothing;

#[derive(DataType, Serialize, Deserialize)]
struct Point(f64, f64);

#[derive(DataType, Serialize, Deserialize)]
enum Never {}

fn main() {}
