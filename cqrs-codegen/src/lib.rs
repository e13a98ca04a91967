//! The schema compiler: YAML in, Rust that a careful engineer would have written out.
//!
//! A schema passes through stages, each a function of the module of its name, each taking the narrower type that the one
//! before it made. What is wrong is pushed into one [`Diagnostics`](diagnostic::Diagnostics); nothing is thrown.

#![forbid(unsafe_code)]

pub mod code;
pub mod diagnostic;
pub mod load;
pub mod model;
pub mod render;
pub mod source;
pub mod yaml;
