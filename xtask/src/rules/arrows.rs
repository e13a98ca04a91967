//! The arrows between the rooms of the workspace: who may be built with whom.
//!
//! Tests may use anything, so dependencies for tests alone are not looked at.

use std::path::Path;

use crate::workspace::{Package, Workspace};

/// A room of the workspace: packages with the same rights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Room {
    Core,
    Derive,
    Codegen,
    Evolution,
    Admin,
    Conformance,
    Adapter,
    Example,
    Benches,
    Xtask,
}

impl Room {
    fn of(folder: &Path) -> Option<Self> {
        let mut parts = folder.iter().filter_map(|part| part.to_str());
        Some(match (parts.next()?, parts.next()) {
            ("cqrs-core", None) => Self::Core,
            ("cqrs-derive", None) => Self::Derive,
            ("cqrs-codegen", None) => Self::Codegen,
            ("cqrs-evolution", None) => Self::Evolution,
            ("cqrs-admin", None) => Self::Admin,
            ("adapters", Some("conformance")) => Self::Conformance,
            ("adapters", Some(_)) => Self::Adapter,
            ("examples", Some(_)) => Self::Example,
            ("benches", None) => Self::Benches,
            ("xtask", None) => Self::Xtask,
            _ => return None,
        })
    }

    /// The rooms that packages of this one may be built with.
    const fn may_use(self) -> &'static [Self] {
        match self {
            Self::Core => &[Self::Derive],
            Self::Derive | Self::Xtask => &[],
            Self::Codegen => &[Self::Evolution],
            Self::Conformance | Self::Adapter | Self::Evolution | Self::Admin => &[Self::Core],
            Self::Example | Self::Benches => {
                &[Self::Core, Self::Codegen, Self::Evolution, Self::Admin, Self::Adapter]
            }
        }
    }
}

/// Each package is built only with packages of the rooms that its own room may use.
pub(super) fn point_one_way(workspace: &Workspace) -> Vec<String> {
    let members = workspace.members.iter();
    members.flat_map(|member| arrows_of(member, &workspace.root)).collect()
}

fn arrows_of(member: &Package, root: &Path) -> Vec<String> {
    let room_of = |folder: &Path| Room::of(folder.strip_prefix(root).unwrap_or(folder));
    let Some(room) = room_of(member.folder()) else {
        let folder = member.folder().display();
        return vec![format!("`{}` lies in `{folder}`, which is no room of ARCHITECTURE.md", member.name)];
    };
    let built_with = member.dependencies.iter().filter(|used| used.kind.as_deref() != Some("dev"));
    let within = built_with.filter_map(|used| used.path.as_ref().map(|path| (used, path)));
    within
        .filter(|(_, path)| !room_of(path).is_some_and(|other| room.may_use().contains(&other)))
        .map(|(used, _)| {
            format!(
                "`{}` must not be built with `{}`: the arrow points the wrong way",
                member.name, used.name
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Dependency;

    fn arrows(member: &Package) -> Vec<String> {
        arrows_of(member, Path::new("/house"))
    }

    fn package(folder: &str, uses: &[(&str, Option<&str>)]) -> Package {
        Package {
            id: folder.to_owned(),
            name: folder.replace('/', "-"),
            manifest_path: Path::new("/house").join(folder).join("Cargo.toml"),
            dependencies: uses
                .iter()
                .map(|(used, kind)| Dependency {
                    name: used.replace('/', "-"),
                    req: "*".to_owned(),
                    kind: kind.map(str::to_owned),
                    path: Some(Path::new("/house").join(used)),
                })
                .collect(),
            ..Package::default()
        }
    }

    #[test]
    fn the_core_may_be_built_with_its_derives_alone() {
        assert_eq!(arrows(&package("cqrs-core", &[("cqrs-derive", None)])), [""; 0]);
        let broken = arrows(&package("cqrs-core", &[("adapters/sqlite", None)]));
        assert_eq!(
            broken,
            ["`cqrs-core` must not be built with `adapters-sqlite`: the arrow points the wrong way"]
        );
    }

    #[test]
    fn one_adapter_is_not_built_with_another() {
        let broken = arrows(&package("adapters/postgres", &[("adapters/sqlite", Some("build"))]));
        assert_eq!(broken.len(), 1);
    }

    #[test]
    fn the_compiler_may_be_built_with_the_rules_of_change_and_they_not_with_it() {
        assert_eq!(arrows(&package("cqrs-codegen", &[("cqrs-evolution", None)])), [""; 0]);
        assert_eq!(arrows(&package("cqrs-evolution", &[("cqrs-core", None)])), [""; 0]);
        assert_eq!(arrows(&package("cqrs-evolution", &[("cqrs-codegen", None)])).len(), 1);
    }

    #[test]
    fn tests_may_use_anything() {
        assert_eq!(arrows(&package("cqrs-core", &[("adapters/conformance", Some("dev"))])), [""; 0]);
    }

    #[test]
    fn a_package_outside_every_room_is_named() {
        assert!(arrows(&package("attic", &[]))[0].contains("no room of ARCHITECTURE.md"));
    }
}
