//! Where the texts of schemas come from.
//!
//! The compiler asks a [`Load`] for each file by its path and never opens one itself, so that a test, an editor or a
//! build script decides what a path means. [`Disk`] is the only thing in the crate that reads files for it.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// Gives the text of a file.
pub trait Load {
    /// The text at `path`.
    ///
    /// # Errors
    ///
    /// [`LoadError`] where there is no such file, it cannot be read, it is larger than [`LARGEST`], or it is not text.
    fn load(&self, path: &Path) -> Result<String, LoadError>;
}

/// The size in bytes beyond which a schema is refused: 4 MiB.
///
/// A schema of a thousand events is about a twentieth of it.
pub const LARGEST: usize = 4 * 1024 * 1024;

/// Why a file gave no text.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// There is no such file.
    #[error("there is no such file")]
    Missing,
    /// The file is larger than [`LARGEST`].
    #[error("the file is larger than {} MiB", LARGEST / 1024 / 1024)]
    TooLarge,
    /// The file's bytes are no UTF-8.
    #[error("the file is not UTF-8: byte {offset} does not continue the text")]
    NotText {
        /// The first byte that is wrong.
        offset: usize,
        /// The text up to there.
        before: String,
    },
    /// The operating system refuses.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// Reads files from the disk.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

impl Load for Disk {
    fn load(&self, path: &Path) -> Result<String, LoadError> {
        use std::io::Read as _;
        let file = std::fs::File::open(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => LoadError::Missing,
            _ => LoadError::Io(error),
        })?;
        let mut bytes = Vec::new();
        file.take(LARGEST as u64 + 1).read_to_end(&mut bytes)?;
        text(bytes)
    }
}

/// Files that exist only in memory, by path: for tests and for editors with unsaved changes.
#[derive(Debug, Clone, Default)]
pub struct InMemory {
    files: BTreeMap<PathBuf, Vec<u8>>,
}

impl InMemory {
    /// Adds a file, or replaces it.
    #[must_use]
    pub fn with(mut self, path: impl Into<PathBuf>, bytes: impl Into<Vec<u8>>) -> Self {
        self.files.insert(path.into(), bytes.into());
        self
    }
}

impl Load for InMemory {
    fn load(&self, path: &Path) -> Result<String, LoadError> {
        self.files.get(path).cloned().ok_or(LoadError::Missing).and_then(text)
    }
}

fn text(bytes: Vec<u8>) -> Result<String, LoadError> {
    if bytes.len() > LARGEST {
        return Err(LoadError::TooLarge);
    }
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let before = error.as_bytes().get(..offset).map(String::from_utf8_lossy).unwrap_or_default();
        LoadError::NotText { offset, before: before.into_owned() }
    })
}

/// `path` as seen from the folder of `from`, with `.` and `..` worked out in the text alone.
///
/// One file has one such path, whichever file imports it.
#[must_use]
pub fn beside(from: &Path, path: &str) -> PathBuf {
    let mut joined = PathBuf::new();
    let folder = from.parent().unwrap_or(Path::new(""));
    for component in folder.join(path).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => match joined.components().next_back() {
                Some(Component::Normal(_)) => {
                    joined.pop();
                }
                _ => joined.push(".."),
            },
            other => joined.push(other),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_is_looked_for_beside_the_file_that_names_it() {
        assert_eq!(beside(Path::new("schemas/a.yaml"), "common.yaml"), Path::new("schemas/common.yaml"));
        assert_eq!(beside(Path::new("schemas/a.yaml"), "../b.yaml"), Path::new("b.yaml"));
        assert_eq!(beside(Path::new("a.yaml"), "../b.yaml"), Path::new("../b.yaml"));
        assert_eq!(beside(Path::new("a.yaml"), "./b.yaml"), Path::new("b.yaml"));
    }

    #[test]
    fn bytes_that_are_no_text_are_named_by_their_offset() {
        let files = InMemory::default().with("a.yaml", b"ab\xff".to_vec());
        assert!(matches!(files.load(Path::new("a.yaml")), Err(LoadError::NotText { offset: 2, .. })));
    }
}
