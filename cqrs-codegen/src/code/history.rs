//! Codes.

super::codes! {}
