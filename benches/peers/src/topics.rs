//! What is measured: one file for each topic.

#[cfg(feature = "allocations")]
pub(crate) mod allocations;
pub(crate) mod dispatch;
pub(crate) mod latency;
pub(crate) mod long_log;
pub(crate) mod postgres;
pub(crate) mod projection;
pub(crate) mod projection_postgres;
pub(crate) mod rehydration;
pub(crate) mod rehydration_postgres;
pub(crate) mod sqlite;
pub(crate) mod upcasting;
