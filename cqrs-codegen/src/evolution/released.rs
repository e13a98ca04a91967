//! Where the released shapes of a schema are kept: a lock and a corpus beside it, named after its domain.

use std::path::{Path, PathBuf};

use crate::load::beside;

/// The lock of the domain that `schema` declares.
#[must_use]
pub fn lock_path(schema: &Path, domain: &str) -> PathBuf {
    beside(schema, &format!("{domain}.lock"))
}

/// The corpus beside a lock.
#[must_use]
pub fn corpus_path(lock: &Path) -> PathBuf {
    lock.with_extension("corpus.jsonl")
}
