//! Shows whose seats are held, sold, given back and waited for.
//!
//! Start with [`schemas/ticketing.yaml`](../../../schemas/ticketing.yaml): its guards ask for the time, look into maps and lists,
//! and refuse with what the caller needs to know. `refund` is the one decision that is written in Rust. `cargo run -p ticketing` runs an
//! evening on a SQLite file.

mod refund;

/// The types, decisions and read models that the build made of the schema.
pub mod domain {
    cqrs_core::include_schema!("ticketing");
}
