//! Files: short, with a purpose in front, and with no test switched off.
//!
//! Generated code, goldens and compile-fail cases are what a tool makes of them, so they are not looked at.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::workspace::Workspace;

/// A file with more lines than this holds more than one concept.
const MOST_LINES: usize = 600;

/// Folders whose files nobody writes by hand, or whose files are wrong on purpose.
const EXEMPT: [&str; 4] = ["generated", "golden", "target", "ui"];

/// The Rust files of the workspace, with their text.
pub(super) struct Tree(Vec<(PathBuf, String)>);

impl Tree {
    pub(super) fn read(root: &Path) -> Result<Self, Failure> {
        let mut files = Vec::new();
        read_folder(root, root, &mut files)?;
        files.sort();
        Ok(Self(files))
    }
}

fn read_folder(root: &Path, folder: &Path, files: &mut Vec<(PathBuf, String)>) -> Result<(), Failure> {
    let failed = |source| Failure::File { path: folder.to_path_buf(), source };
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        if entry.file_type().map_err(failed)?.is_dir() {
            if !name.starts_with('.') && !EXEMPT.contains(&&*name) {
                read_folder(root, &path, files)?;
            }
        } else if name.ends_with(".rs") {
            let text =
                fs::read_to_string(&path).map_err(|source| Failure::File { path: path.clone(), source })?;
            files.push((path.strip_prefix(root).unwrap_or(&path).to_path_buf(), text));
        }
    }
    Ok(())
}

/// No file is longer than one concept needs.
pub(super) fn are_short(tree: &Tree) -> Vec<String> {
    let lengths = tree.0.iter().map(|(path, text)| (path, text.lines().count()));
    lengths
        .filter(|(_, lines)| *lines > MOST_LINES)
        .map(|(path, lines)| {
            format!(
                "`{}` has {lines} lines, the most is {MOST_LINES}: look for the second concept",
                path.display()
            )
        })
        .collect()
}

/// Each file says at its top what it is for: as `//!`, or as `//` where it is included in others.
pub(super) fn open_with_their_purpose(tree: &Tree) -> Vec<String> {
    let opens = |text: &str| {
        text.lines().next().is_some_and(|line| line.starts_with("//! ") || line.starts_with("// "))
    };
    let without = tree.0.iter().filter(|(_, text)| !opens(text));
    without
        .map(|(path, _)| format!("`{}` does not open with what it is for, as `//!`", path.display()))
        .collect()
}

/// No test is switched off: one that cannot run everywhere says so by failing.
pub(super) fn ignore_no_test(tree: &Tree) -> Vec<String> {
    let mut broken = Vec::new();
    for (path, text) in &tree.0 {
        for (number, line) in (1..).zip(text.lines()) {
            if line.trim_start().starts_with("#[ignore") {
                broken.push(format!("{}:{number} switches a test off", path.display()));
            }
        }
    }
    broken
}

/// Each package of the workspace is held to the workspace's lints.
pub(super) fn take_the_lints_of_the_workspace(workspace: &Workspace) -> Result<Vec<String>, Failure> {
    let mut broken = Vec::new();
    for member in &workspace.members {
        let path = member.manifest_path.clone();
        let text =
            fs::read_to_string(&path).map_err(|source| Failure::File { path: path.clone(), source })?;
        let manifest: toml::Table =
            toml::from_str(&text).map_err(|source| Failure::Toml { path, source: Box::new(source) })?;
        if !takes_the_lints(&manifest) {
            broken.push(format!("`{}` does not say `[lints] workspace = true`", member.name));
        }
    }
    Ok(broken)
}

fn takes_the_lints(manifest: &toml::Table) -> bool {
    let lints = manifest.get("lints").and_then(|lints| lints.get("workspace"));
    lints.and_then(toml::Value::as_bool) == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str) -> Tree {
        Tree(vec![("src/lib.rs".into(), text.to_owned())])
    }

    #[test]
    fn a_file_of_601_lines_is_too_long_and_one_of_600_is_not() {
        assert_eq!(are_short(&tree(&"//\n".repeat(600))), [""; 0]);
        assert!(are_short(&tree(&"//\n".repeat(601)))[0].contains("601 lines"));
    }

    #[test]
    fn a_file_opens_with_what_it_is_for() {
        assert_eq!(open_with_their_purpose(&tree("//! Accounts.\n")), [""; 0]);
        assert_eq!(
            open_with_their_purpose(&tree("// Accounts, for the tests that include them.\n")),
            [""; 0]
        );
        assert_eq!(open_with_their_purpose(&tree("use std::fs;\n//! Late.\n")).len(), 1);
        assert_eq!(open_with_their_purpose(&tree("")).len(), 1);
    }

    #[test]
    fn a_test_that_is_switched_off_is_found_with_its_line() {
        // Put together here, so that this file does not break the rule itself.
        let text = format!("//! Tests.\n#[test]\n    #[{}]\nfn it() {{}}\n", "ignore = \"slow\"");
        assert_eq!(ignore_no_test(&tree(&text)), ["src/lib.rs:3 switches a test off"]);
    }

    #[test]
    fn a_manifest_takes_the_lints_by_saying_so() {
        assert!(takes_the_lints(&toml::from_str("[lints]\nworkspace = true").unwrap()));
        assert!(!takes_the_lints(&toml::from_str("[lints.rust]\nunsafe_code = \"forbid\"").unwrap()));
        assert!(!takes_the_lints(&toml::from_str("[package]\nname = \"x\"").unwrap()));
    }

    #[test]
    fn the_tree_leaves_out_what_nobody_wrote() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let tree = Tree::read(root).unwrap();
        assert!(tree.0.iter().any(|(path, _)| path == Path::new("src/rules/files.rs")));
        assert!(tree.0.iter().all(|(path, _)| !path.starts_with("target")));
    }
}
