//! What is made of a checked domain. Emitters are functions of the domain alone: they touch no disk and cannot fail.

pub mod docs;
pub mod json_schema;
pub mod rust;
