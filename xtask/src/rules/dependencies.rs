//! Dependencies: where they come from, in which versions, and which ones are not wanted at all.

use std::collections::BTreeMap;

use super::deny::{Bans, Sources};
use crate::workspace::Workspace;

/// Each package comes from the workspace or from a registry that `deny.toml` allows.
pub(super) fn come_from_known_places(workspace: &Workspace, policy: &Sources) -> Vec<String> {
    let known = |source: &str| {
        let registry = source.strip_prefix("registry+").or_else(|| source.strip_prefix("sparse+"));
        let git = source.strip_prefix("git+");
        registry.is_some_and(|place| policy.allow_registry.iter().any(|allowed| allowed == place))
            || git.is_some_and(|place| policy.allow_git.iter().any(|allowed| place.starts_with(allowed)))
    };
    let outside = workspace.dependencies.iter();
    outside
        .filter(|package| !package.source.as_deref().is_some_and(known))
        .map(|package| {
            let place = package.source.as_deref().unwrap_or("a folder outside the workspace");
            format!("`{}` {} comes from {place}", package.name, package.version)
        })
        .collect()
}

/// No member asks for any version of a package that is not its neighbour in the workspace.
pub(super) fn name_a_version(workspace: &Workspace) -> Vec<String> {
    let asks = workspace
        .members
        .iter()
        .flat_map(|member| member.dependencies.iter().map(move |used| (member, used)));
    asks.filter(|(_, used)| used.req == "*" && used.path.is_none())
        .map(|(member, used)| format!("`{}` asks for any version of `{}`", member.name, used.name))
        .collect()
}

/// No package that `deny.toml` bans is built or tested with.
pub(super) fn are_not_banned(workspace: &Workspace, policy: &Bans) -> Vec<String> {
    let found = workspace.dependencies.iter().flat_map(|package| {
        let bans = policy.deny.iter().filter(|ban| ban.covers(&package.name, &package.version));
        bans.map(move |ban| format!("`{}` {} is banned: {}", package.name, package.version, ban.reason))
    });
    found.collect()
}

/// What members are built from exists in one version, but for the exceptions of `deny.toml`, each of which is needed.
pub(super) fn exist_in_one_version(workspace: &Workspace, policy: &Bans) -> Vec<String> {
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, version) in &workspace.built_from {
        versions.entry(name).or_default().push(version);
    }
    versions.retain(|_, versions| versions.len() > 1);
    let excepted = |name: &str, version: &str| policy.skip.iter().any(|skip| skip.covers(name, version));
    let doubled = versions.iter().filter_map(|(name, versions)| {
        let counted: Vec<_> = versions.iter().filter(|version| !excepted(name, version)).copied().collect();
        (counted.len() > 1).then(|| format!("`{name}` exists in versions {}", counted.join(" and ")))
    });
    let is_needed = |spec: &super::deny::Exception| {
        versions.iter().any(|(name, versions)| versions.iter().any(|version| spec.covers(name, version)))
    };
    let idle = policy.skip.iter().filter(|skip| !is_needed(skip));
    let idle = idle.map(|skip| format!("deny.toml skips `{}`, of which there is one version", skip.spec));
    doubled.chain(idle).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::deny::Exception;
    use crate::workspace::{Dependency, Package};

    const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

    fn package(name: &str, version: &str, source: Option<&str>) -> Package {
        let source = source.map(str::to_owned);
        Package { name: name.into(), version: version.into(), source, ..Package::default() }
    }

    /// A workspace with one member, which is built from packages.
    fn workspace(member: Package, packages: Vec<Package>) -> Workspace {
        let pair = |package: &Package| (package.name.clone(), package.version.clone());
        Workspace {
            root: "/house".into(),
            built_from: packages.iter().chain([&member]).map(pair).collect(),
            members: vec![member],
            dependencies: packages,
            deny: toml::from_str(include_str!("../../../deny.toml")).unwrap(),
        }
    }

    fn member() -> Package {
        package("member", "0.1.0", None)
    }

    fn policy(text: &str) -> Bans {
        toml::from_str(&format!(
            "multiple-versions = \"deny\"\nwildcards = \"deny\"\nallow-wildcard-paths = true\n{text}"
        ))
        .unwrap()
    }

    #[test]
    fn another_registry_and_a_git_repository_are_refused() {
        let policy: Sources = toml::from_str(
            "unknown-registry = \"deny\"\nunknown-git = \"deny\"\nallow-git = []\n\
             allow-registry = [\"https://github.com/rust-lang/crates.io-index\"]",
        )
        .unwrap();
        let packages = vec![
            package("good", "1.0.0", Some(CRATES_IO)),
            package("other", "1.0.0", Some("registry+https://example.org/index")),
            package("forked", "1.0.0", Some("git+https://example.org/forked#abc")),
        ];
        let broken = come_from_known_places(&workspace(member(), packages), &policy);
        assert_eq!(broken.len(), 2);
        assert!(broken[0].contains("`other`") && broken[1].contains("`forked`"));
    }

    #[test]
    fn any_version_may_be_asked_for_of_a_neighbour_alone() {
        let ask = |name: &str, path: Option<&str>| Dependency {
            name: name.into(),
            req: "*".into(),
            kind: None,
            path: path.map(Into::into),
        };
        let mut member = member();
        member.dependencies = vec![ask("neighbour", Some("/house/neighbour")), ask("stranger", None)];
        let broken = name_a_version(&workspace(member, Vec::new()));
        assert_eq!(broken, ["`member` asks for any version of `stranger`"]);
    }

    #[test]
    fn a_banned_package_is_named_with_the_reason() {
        let workspace = workspace(member(), vec![package("bad", "2.1.0", Some(CRATES_IO))]);
        let bans = policy("deny = [{ crate = \"bad@2\", reason = \"it bites\" }]\nskip = []");
        assert_eq!(are_not_banned(&workspace, &bans), ["`bad` 2.1.0 is banned: it bites"]);
    }

    #[test]
    fn a_second_version_needs_an_exception_and_an_exception_needs_a_second_version() {
        let syn = |version| package("syn", version, Some(CRATES_IO));
        let twice = workspace(member(), vec![syn("2.0.0"), syn("3.0.0")]);
        let without = exist_in_one_version(&twice, &policy("deny = []\nskip = []"));
        assert_eq!(without, ["`syn` exists in versions 2.0.0 and 3.0.0"]);
        let mut bans = policy("deny = []\nskip = [{ crate = \"syn@2\", reason = \"on its way out\" }]");
        assert_eq!(exist_in_one_version(&twice, &bans), [""; 0]);
        bans.skip.push(Exception { spec: "quote@1".into(), reason: String::new() });
        let idle = exist_in_one_version(&twice, &bans);
        assert_eq!(idle, ["deny.toml skips `quote@1`, of which there is one version"]);
    }
}
