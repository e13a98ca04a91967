//! The checked-in Rust of the sample schemas, compiled with every warning denied, its scenarios as tests, and hand-written
//! code beside it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]
#![deny(warnings, missing_docs, unreachable_pub, clippy::all)]
#![forbid(unsafe_code)]

#[path = "generated/by_hand.rs"]
mod by_hand;
#[path = "generated/evolution.rs"]
mod evolution;
#[path = "generated/geo.rs"]
pub mod geo;
#[path = "generated/history.rs"]
mod history;
#[path = "generated/interoperation.rs"]
mod interoperation;
#[path = "generated/releases.rs"]
mod releases;
#[path = "generated/rules.rs"]
mod rules;

/// The language's main parts.
pub mod banking {
    include!("golden/banking.rs");
}

/// Purchases and their totals.
pub mod shop {
    include!("golden/shop.rs");
}

/// Holds, sales and a waiting list.
pub mod ticketing {
    include!("golden/ticketing.rs");
}

/// Every word, every type, and names that stand in the way.
pub mod obstacle_course {
    include!("golden/obstacle_course.rs");
}

/// A bank as it was first released.
pub mod first_release {
    include!("golden/first_release.rs");
}

/// The bank after ten releases.
pub mod last_release {
    include!("golden/last_release.rs");
}
