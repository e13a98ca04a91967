//! The shop's domain: [`schemas/shop.yaml`](../../../schemas/shop.yaml), where reading starts.
//!
//! Nothing of it is written by hand. The program beside it reads purchases from a file, records them, and asks for the totals.

/// The types, decisions and read models that the build made of the schema.
pub mod domain {
    cqrs_core::include_schema!("shop");
}
