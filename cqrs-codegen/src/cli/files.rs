//! Finding schemas, and writing files in one step.

use std::path::{Path, PathBuf};

use super::{Fault, interrupt};

/// A file that was asked for, and whether by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Asked {
    pub(super) path: PathBuf,
    /// Found in a folder, so that it may turn out to be a part of another schema.
    pub(super) is_found: bool,
}

/// The schemas of `paths`: files as they are, and of folders every YAML file that says `cqrs:` at the start of a line.
///
/// Folders that hold no sources are passed over: hidden ones, `target` and `node_modules`.
pub(super) fn schemas(paths: &[PathBuf]) -> Result<Vec<Asked>, Fault> {
    let mut schemas: Vec<Asked> = Vec::new();
    for path in paths {
        if path.is_dir() {
            let mut found = Vec::new();
            walk(path, &mut found)?;
            found.sort();
            schemas.extend(found.into_iter().map(|path| Asked { path, is_found: true }));
        } else {
            schemas.push(Asked { path: path.clone(), is_found: false });
        }
    }
    let mut seen = Vec::new();
    schemas.retain(|asked| {
        let is_new = !seen.contains(&asked.path);
        seen.push(asked.path.clone());
        is_new
    });
    Ok(schemas)
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Fault> {
    let entries = std::fs::read_dir(folder).map_err(|error| Fault::file("read", folder, error))?;
    for entry in entries {
        let entry = entry.map_err(|error| Fault::file("read", folder, error))?;
        let kind = entry.file_type().map_err(|error| Fault::file("read", entry.path(), error))?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let path = if folder == Path::new(".") { PathBuf::from(name.as_ref()) } else { entry.path() };
        if kind.is_dir() {
            if !name.starts_with('.') && name != "target" && name != "node_modules" {
                walk(&path, found)?;
            }
        } else if is_yaml(&path) && says(&path, "cqrs:") {
            found.push(path);
        }
    }
    Ok(())
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

/// Whether a line of the file begins with `key`. A file that cannot be read says nothing: whoever needs it will report it.
pub(super) fn says(path: &Path, key: &str) -> bool {
    let text = std::fs::read(path).unwrap_or_default();
    text.split(|byte| *byte == b'\n' || *byte == b'\r').any(|line| line.starts_with(key.as_bytes()))
}

/// Writes a file in one step, unless it holds the text already; whether it was written.
pub(super) fn write_if_changed(path: &Path, text: &str) -> Result<bool, Fault> {
    if std::fs::read(path).is_ok_and(|there| there == text.as_bytes()) {
        return Ok(false);
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|error| Fault::file("make", folder, error))?;
    }
    let unfinished = beside(path);
    interrupt::unfinished(&unfinished, || {
        std::fs::write(&unfinished, text).map_err(|error| Fault::file("write", path, error))?;
        if let Ok(there) = std::fs::metadata(path) {
            // The new file takes the old one's place, so it takes its permissions too.
            std::fs::set_permissions(&unfinished, there.permissions())
                .map_err(|error| Fault::file("write", path, error))?;
        }
        std::fs::rename(&unfinished, path).map_err(|error| Fault::file("write", path, error))
    })?;
    Ok(true)
}

/// A name for the time being, in the same folder, so that a rename is one step.
pub(super) fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.unfinished", std::process::id()))
}
