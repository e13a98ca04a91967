//! `deny.toml`, the policy about dependencies, in the form that cargo-deny reads too.
//!
//! A key that the rules here do not apply is refused, so that no line of the file is without effect. The section on
//! advisories is cargo-deny's alone, for it needs a network.

use std::path::Path;

use serde::Deserialize;

use crate::failure::Failure;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Deny {
    pub(crate) graph: Graph,
    pub(crate) licenses: Licenses,
    pub(crate) bans: Bans,
    pub(crate) sources: Sources,
    #[serde(rename = "advisories")]
    _advisories: toml::Table,
}

/// What is looked at.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Graph {
    pub(crate) targets: Vec<String>,
    #[serde(rename = "all-features")]
    _all_features: True,
}

/// Which licences a dependency may have.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Licenses {
    pub(crate) allow: Vec<String>,
    #[serde(rename = "include-dev")]
    _include_dev: True,
}

/// Which packages may not be depended on, and how.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Bans {
    #[serde(rename = "multiple-versions")]
    _multiple_versions: DenyWord,
    #[serde(rename = "wildcards")]
    _wildcards: DenyWord,
    #[serde(rename = "allow-wildcard-paths")]
    _allow_wildcard_paths: True,
    pub(crate) deny: Vec<Exception>,
    pub(crate) skip: Vec<Exception>,
}

/// A package, and why something else holds for it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exception {
    /// `name`, or `name@version` with as many parts of the version as matter.
    #[serde(rename = "crate")]
    pub(crate) spec: String,
    pub(crate) reason: String,
}

impl Exception {
    /// Whether the exception is about this version of this package.
    pub(crate) fn covers(&self, name: &str, version: &str) -> bool {
        match self.spec.split_once('@') {
            None => self.spec == name,
            Some((wanted, parts)) => {
                let mut given = version.split('.');
                wanted == name && parts.split('.').all(|part| given.next() == Some(part))
            }
        }
    }
}

/// Where packages may come from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Sources {
    #[serde(rename = "unknown-registry")]
    _unknown_registry: DenyWord,
    #[serde(rename = "unknown-git")]
    _unknown_git: DenyWord,
    pub(crate) allow_registry: Vec<String>,
    pub(crate) allow_git: Vec<String>,
}

/// A setting that the rules here know in one form only: `"deny"`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum DenyWord {
    Deny,
}

/// A setting that the rules here know in one form only: `true`.
#[derive(Debug, Deserialize)]
#[serde(try_from = "bool")]
struct True;

impl TryFrom<bool> for True {
    type Error = &'static str;

    fn try_from(value: bool) -> Result<Self, Self::Error> {
        if value { Ok(Self) } else { Err("`cargo xtask test` knows this setting as `true` only") }
    }
}

impl Deny {
    /// Reads the file.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| Failure::File { path: path.to_path_buf(), source })?;
        toml::from_str(&text)
            .map_err(|source| Failure::Toml { path: path.to_path_buf(), source: Box::new(source) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exception(spec: &str) -> Exception {
        Exception { spec: spec.to_owned(), reason: String::new() }
    }

    #[test]
    fn an_exception_covers_as_much_of_a_version_as_it_names() {
        assert!(exception("syn").covers("syn", "2.0.1"));
        assert!(exception("syn@2").covers("syn", "2.0.1"));
        assert!(!exception("syn@2").covers("syn", "20.0.1"));
        assert!(!exception("syn@2.1").covers("syn", "2.0.1"));
        assert!(!exception("syn@2").covers("quote", "2.0.1"));
    }

    #[test]
    fn a_setting_that_the_rules_do_not_apply_is_refused() {
        let text = include_str!("../../../deny.toml");
        assert!(toml::from_str::<Deny>(text).is_ok());
        for (line, other) in
            [("wildcards = \"deny\"", "wildcards = \"warn\""), ("skip = [", "skip-tree = []\nskip = [")]
        {
            assert!(text.contains(line), "{line}");
            assert!(toml::from_str::<Deny>(&text.replace(line, other)).is_err(), "{other}");
        }
    }
}
