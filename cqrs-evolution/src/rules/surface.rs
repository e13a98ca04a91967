//! Rules about what a domain offers beside its events: read models, and the items that callers write against.

use super::catalogue as rule;
use super::events::finding;
use super::{Finding, Subject, Tier};
use crate::model::Surface;

pub(super) fn read_models_are_rebuilt(old: &Surface, new: &Surface, found: &mut Vec<Finding>) {
    for (name, was) in &old.projections {
        let Some(is) = new.projections.get(name) else {
            found.push(Finding {
                message: format!("read model `{name}` is gone"),
                help: "drop its table when nobody reads it any more".to_owned(),
                ..finding(&rule::PROJECTION_REMOVED, &[Tier::ReadModels, Tier::Api], item(name))
            });
            continue;
        };
        let columns = was.columns.keys().chain(is.columns.keys());
        let mut changed: Vec<_> =
            columns.filter(|column| was.columns.get(*column) != is.columns.get(*column)).collect();
        changed.sort();
        changed.dedup();
        if changed.is_empty() && was.folds == is.folds {
            continue;
        }
        let what = if changed.is_empty() {
            "is folded otherwise".to_owned()
        } else {
            let changed: Vec<_> = changed.iter().map(|column| format!("`{column}`")).collect();
            format!("has other columns: {}", changed.join(", "))
        };
        found.push(Finding {
            message: format!("read model `{name}` {what}"),
            help:
                "it is rebuilt from the log; plan the time, and keep the older build's table until it is done"
                    .to_owned(),
            ..finding(&rule::PROJECTION_CHANGED, &[Tier::ReadModels], item(name))
        });
    }
    for name in new.projections.keys().filter(|name| !old.projections.contains_key(*name)) {
        found.push(Finding {
            message: format!("read model `{name}` is new"),
            help: "it is built from the log when it is first started".to_owned(),
            ..finding(&rule::PROJECTION_ADDED, &[], item(name))
        });
    }
}

pub(super) fn callers_still_compile(old: &Surface, new: &Surface, found: &mut Vec<Finding>) {
    for (path, was) in &old.api {
        let (rule, message, help) = match new.api.get(path) {
            None => (
                &rule::ITEM_REMOVED,
                format!("{path} is gone"),
                "change the callers, or keep it for them until they have changed",
            ),
            Some(is) if is != was => {
                (&rule::ITEM_CHANGED, format!("{path} was `{was}` and is `{is}`"), "change the callers")
            }
            Some(_) => continue,
        };
        found.push(Finding { message, help: help.to_owned(), ..finding(rule, &[Tier::Api], item(path)) });
    }
    for path in new.api.keys().filter(|path| !old.api.contains_key(*path)) {
        found.push(Finding {
            message: format!("{path} is new"),
            help: "callers that write out every field of it have to name this one".to_owned(),
            ..finding(&rule::ITEM_ADDED, &[], item(path))
        });
    }
}

fn item(name: &str) -> Subject {
    Subject { item: name.to_owned(), ..Subject::default() }
}
