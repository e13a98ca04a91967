//! E10xx, W10xx and N10xx: what has changed since the events were released. The rules are those of `cqrs_evolution`.

use std::sync::LazyLock;

use cqrs_evolution::rules::Rule;
use cqrs_evolution::rules::catalogue::ALL;

use super::Code;

/// E1081: a lock cannot be read.
pub static UNREADABLE_LOCK: Code = Code {
    id: "E1081",
    title: "a lock cannot be read",
    why: "The lock beside a schema says which shapes were released, and a line of it is lost, changed or not in its place. Take the file from the last commit that had it whole. Where a merge mixed two of them, take one, and `cqrs lock` adds what is in the schema alone.",
    wrong: "",
    right: "",
};

/// N1082: a schema has no lock.
pub static UNLOCKED: Code = Code {
    id: "N1082",
    title: "a schema has no lock",
    why: "Nothing is known of what was released, so every change of an event goes through, also one that leaves stored records unreadable. `cqrs lock` writes the lock beside the schema. Commit it before the first event is stored for good.",
    wrong: "",
    right: "",
};

static RULES: LazyLock<Vec<Code>> = LazyLock::new(|| {
    let code = |rule: &&Rule| Code { id: rule.id, title: rule.title, why: rule.why, wrong: "", right: "" };
    ALL.iter().map(code).collect()
});

/// Every code of a change, in the order of their numbers.
pub fn all() -> impl Iterator<Item = &'static Code> {
    RULES.iter().chain([&UNREADABLE_LOCK, &UNLOCKED])
}

/// The code of a rule.
#[must_use]
pub fn of(rule: &Rule) -> Option<&'static Code> {
    all().find(|code| code.id == rule.id)
}
