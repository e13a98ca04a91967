//! The schema compiler: YAML in, Rust that a careful engineer would have written out.
