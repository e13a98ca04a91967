//! SQLite's interface in C, as the one `libsqlite3-sys` of this program has it.

pub use sqlite::*;
