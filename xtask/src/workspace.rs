//! The workspace as cargo knows it: its packages, their dependencies, and what those resolve to.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::failure::Failure;
use crate::rules::deny::Deny;

/// Runs cargo with its output shown.
pub(crate) fn cargo<'a>(
    arguments: impl IntoIterator<Item = &'a str>,
    environment: &[(&str, &str)],
) -> Result<(), Failure> {
    let arguments: Vec<_> = arguments.into_iter().collect();
    let named = || format!("cargo {}", arguments.join(" "));
    println!("$ {}", named());
    let status = Command::new(program())
        .args(&arguments)
        .envs(environment.iter().copied())
        .status()
        .map_err(|source| Failure::Unavailable { command: named(), source })?;
    if status.success() { Ok(()) } else { Err(Failure::Command { command: named(), status }) }
}

/// The cargo that runs this program, so that a toolchain that was asked for is kept.
fn program() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

/// The workspace, its dependencies, and the policy about them.
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    pub(crate) members: Vec<Package>,
    /// What the members are built from, and what their tests need besides, on the platforms that the policy names.
    pub(crate) dependencies: Vec<Package>,
    /// Name and version of what the members alone are built from, themselves included.
    pub(crate) built_from: BTreeSet<(String, String)>,
    pub(crate) deny: Deny,
}

impl Workspace {
    /// Reads `deny.toml`, and asks cargo for the packages on the platforms that it names.
    pub(crate) fn read() -> Result<Self, Failure> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let deny = Deny::read(&root.join("deny.toml"))?;
        let mut arguments = vec!["metadata", "--format-version=1", "--locked", "--all-features"];
        arguments.extend(deny.graph.targets.iter().flat_map(|target| ["--filter-platform", target]));
        let Metadata { packages, workspace_members, workspace_root } =
            serde_json::from_slice(&ask_cargo(&arguments)?)
                .map_err(|source| Failure::Output { command: "cargo metadata".to_owned(), source })?;
        let (members, packages): (Vec<_>, Vec<_>) =
            packages.into_iter().partition(|package| workspace_members.contains(&package.id));
        // The metadata also list what an optional feature of a dependency would bring; the tree is exact.
        let (mut built_from, mut tested_with) = (BTreeSet::new(), BTreeSet::new());
        for target in &deny.graph.targets {
            built_from.extend(tree(target, "normal,build")?);
            tested_with.extend(tree(target, "normal,build,dev")?);
        }
        let is_used =
            |package: &Package| tested_with.contains(&(package.name.clone(), package.version.clone()));
        let dependencies = packages.into_iter().filter(is_used).collect();
        Ok(Self { root: workspace_root, members, dependencies, built_from, deny })
    }
}

/// The packages, by name and version, that lie along some edges of the tree of dependencies.
fn tree(target: &str, edges: &str) -> Result<Vec<(String, String)>, Failure> {
    let scope = ["tree", "--workspace", "--all-features", "--locked", "--target", target, "--edges", edges];
    let output = ask_cargo(&[&scope[..], &["--prefix", "none", "--format", "{p}"]].concat())?;
    let text = String::from_utf8_lossy(&output);
    Ok(text.lines().filter_map(name_and_version).collect())
}

/// Reads `name v1.2.3 (more)`; lines between two members are empty.
fn name_and_version(line: &str) -> Option<(String, String)> {
    let mut words = line.split(' ');
    let name = words.next()?;
    let version = words.next()?.strip_prefix('v')?;
    Some((name.to_owned(), version.to_owned()))
}

/// Runs cargo and gives back what it wrote.
fn ask_cargo(arguments: &[&str]) -> Result<Vec<u8>, Failure> {
    let named = || format!("cargo {}", arguments.join(" "));
    let output = Command::new(program())
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stderr(Stdio::inherit())
        .output()
        .map_err(|source| Failure::Unavailable { command: named(), source })?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(Failure::Command { command: named(), status: output.status })
    }
}

/// What `cargo metadata` says.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_members: Vec<String>,
    workspace_root: PathBuf,
}

/// A package, of the workspace or from elsewhere.
#[derive(Clone, Default, Deserialize)]
pub(crate) struct Package {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) source: Option<String>,
    pub(crate) license: Option<String>,
    pub(crate) manifest_path: PathBuf,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) features: BTreeMap<String, Vec<String>>,
}

impl Package {
    /// The folder that the package lies in.
    pub(crate) fn folder(&self) -> &Path {
        self.manifest_path.parent().unwrap_or(Path::new(""))
    }

    /// Whether there is anything to leave out.
    pub(crate) fn has_default_features(&self) -> bool {
        self.features.get("default").is_some_and(|features| !features.is_empty())
    }
}

/// A line of a manifest's dependency tables.
#[derive(Clone, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) req: String,
    /// Nothing for the normal ones, else `build` or `dev`.
    pub(crate) kind: Option<String>,
    pub(crate) path: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_tree_names_a_package_and_its_version() {
        let pair = |name: &str, version: &str| Some((name.to_owned(), version.to_owned()));
        assert_eq!(name_and_version("syn v2.0.119"), pair("syn", "2.0.119"));
        assert_eq!(name_and_version("toml v1.2.1+spec-1.1.0 (*)"), pair("toml", "1.2.1+spec-1.1.0"));
        assert_eq!(name_and_version("cqrs-core v0.1.0 (/a folder)"), pair("cqrs-core", "0.1.0"));
        assert_eq!(name_and_version(""), None);
    }

    #[test]
    fn the_workspace_knows_its_members_and_what_they_are_built_from() {
        let workspace = Workspace::read().unwrap();
        assert!(workspace.members.iter().any(|member| member.name == "xtask"));
        assert!(workspace.dependencies.iter().any(|package| package.name == "clap"));
        assert!(workspace.built_from.iter().any(|(name, _)| name == "clap"));
        assert!(workspace.built_from.iter().all(|(name, _)| name != "trybuild"));
    }
}
