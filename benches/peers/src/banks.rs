//! The banks: one file for each framework and each driver.

pub(crate) mod cqrs_es;
pub(crate) mod disintegrate;
pub(crate) mod esrs;
pub(crate) mod evento;
pub(crate) mod ours;
pub(crate) mod raw_postgres;
pub(crate) mod raw_sqlite;
