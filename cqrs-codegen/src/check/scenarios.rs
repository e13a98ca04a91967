//! Rules about scenarios.

use std::collections::BTreeMap;

use crate::code::scenario as code;
use crate::context::Context;
use crate::diagnostic::{Diagnostic, quote};
use crate::model::{Domain, Origin, snake_case};

pub(super) fn scenarios_expect_something(domain: &Domain, ctx: &mut Context) {
    for scenario in &domain.scenarios {
        let then = &scenario.then;
        let silent =
            then.error.is_none() && then.events.is_none() && then.state.is_empty() && then.rows.is_empty();
        if silent {
            let message = format!("the scenario {} expects nothing", quote(&scenario.name));
            ctx.report_absence(
                scenario.origin.whole(),
                Diagnostic::new(&code::NOTHING_EXPECTED, scenario.origin.span(), message)
                    .help("say under `then` which `error`, `events`, `state` or `rows` must come of it"),
            );
        }
    }
}

pub(super) fn errors_are_expected_alone(domain: &Domain, ctx: &mut Context) {
    for scenario in &domain.scenarios {
        let then = &scenario.then;
        if then.error.is_some() && (then.events.is_some() || !then.state.is_empty() || !then.rows.is_empty())
        {
            let message =
                format!("the scenario {} expects an error and something else", quote(&scenario.name));
            ctx.report(
                Diagnostic::new(&code::ERROR_WITH_OTHERS, scenario.origin.span(), message)
                    .help("keep `error` alone: a refused command records nothing and changes nothing"),
            );
        }
    }
}

pub(super) fn scenarios_name_tests_of_their_own(domain: &Domain, ctx: &mut Context) {
    let mut seen: BTreeMap<String, Origin> = BTreeMap::new();
    for scenario in &domain.scenarios {
        let test = snake_case(&scenario.name);
        let is_name = test.starts_with(|it: char| it.is_ascii_alphabetic())
            && test.chars().all(|it| it.is_ascii_alphanumeric() || it == '_');
        if !is_name {
            let message = format!("{} does not make the name of a test", quote(&scenario.name));
            ctx.report(
                Diagnostic::new(&code::SAME_TEST, scenario.origin.span(), message)
                    .help("write a sentence of English letters, digits and spaces that begins with a letter"),
            );
        } else if let Some(first) = seen.insert(test.clone(), scenario.origin) {
            let message = format!("two scenarios become the test `{test}`");
            ctx.report(
                Diagnostic::new(&code::SAME_TEST, scenario.origin.span(), message)
                    .also(first.span(), "the other is here")
                    .help("give one of them another name"),
            );
        }
    }
}
