//! The checked-in Rust of the sample schemas, compiled with every warning denied, its scenarios as tests, and hand-written
//! code beside it.

#![deny(warnings, missing_docs, unreachable_pub)]
#![forbid(unsafe_code)]

mod geo;

/// Accounts that hold money.
pub mod banking {
    include!("golden/banking.rs");
}

/// Purchases and their totals.
pub mod shop {
    include!("golden/shop.rs");
}
