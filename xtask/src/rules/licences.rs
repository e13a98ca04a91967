//! Licences: each dependency can be used under one of those that `deny.toml` allows.

use spdx::{Expression, Licensee, ParseMode};

use super::deny::Licenses;
use crate::workspace::{Package, Workspace};

/// The licence of each dependency, and of each member, is met by the allowed ones.
pub(super) fn are_allowed(workspace: &Workspace, policy: &Licenses) -> Vec<String> {
    let allowed: Result<Vec<_>, _> = policy.allow.iter().map(|name| Licensee::parse(name)).collect();
    match allowed {
        Ok(allowed) => {
            let packages = workspace.members.iter().chain(&workspace.dependencies);
            packages.filter_map(|package| refused(package, &allowed)).collect()
        }
        Err(error) => vec![format!("an allowed licence of deny.toml is not an SPDX name: {error}")],
    }
}

fn refused(package: &Package, allowed: &[Licensee]) -> Option<String> {
    let named = format!("`{}` {}", package.name, package.version);
    let Some(text) = &package.license else {
        return Some(format!("{named} names no licence"));
    };
    match Expression::parse_mode(text, ParseMode::LAX) {
        Err(_) => Some(format!("{named} has the licence `{text}`, which is not an SPDX expression")),
        Ok(licence) if licence.evaluate(|asked| allowed.iter().any(|has| has.satisfies(asked))) => None,
        Ok(_) => Some(format!("{named} has the licence `{text}`, which deny.toml does not allow")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(licence: Option<&str>) -> Option<String> {
        let allowed = [Licensee::parse("MIT").unwrap(), Licensee::parse("Unicode-3.0").unwrap()];
        let license = licence.map(str::to_owned);
        refused(
            &Package { name: "it".into(), version: "1.0.0".into(), license, ..Package::default() },
            &allowed,
        )
    }

    #[test]
    fn one_allowed_licence_of_several_is_enough_and_all_of_an_and_are_needed() {
        assert_eq!(verdict(Some("MIT")), None);
        assert_eq!(verdict(Some("GPL-3.0-only OR MIT")), None);
        assert_eq!(verdict(Some("MIT/Apache-2.0")), None);
        assert_eq!(verdict(Some("(MIT OR Apache-2.0) AND Unicode-3.0")), None);
        assert!(verdict(Some("MIT AND GPL-3.0-only")).is_some());
    }

    #[test]
    fn a_missing_or_an_unknown_licence_is_refused_by_name() {
        assert_eq!(verdict(None).as_deref(), Some("`it` 1.0.0 names no licence"));
        assert!(verdict(Some("do what you like")).unwrap().contains("not an SPDX expression"));
        assert!(verdict(Some("GPL-3.0-only")).unwrap().contains("does not allow"));
    }
}
