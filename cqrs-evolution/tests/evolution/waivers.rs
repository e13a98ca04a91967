//! Waivers: narrow, with a reason, and for a while.

use cqrs_evolution::rules::{Severity, compare};
use cqrs_evolution::waiver::{Judged, Waiver, apply};
use jiff::civil::{Date, date};

use crate::domains::deposited;

const TODAY: Date = date(2030, 6, 1);

fn waiver() -> Waiver {
    Waiver {
        code: "E1011".to_owned(),
        event: "Account.Deposited".to_owned(),
        version: Some(1),
        field: Some("note".to_owned()),
        reason: "the event was never written in production".to_owned(),
        until: TODAY,
    }
}

/// Judges the loss of the fields `memo` and `note`.
fn judged(waivers: &[Waiver]) -> Judged {
    let findings = compare(&deposited("memo: string\nnote: string"), &deposited(""));
    apply(findings, waivers, TODAY)
}

#[test]
fn a_waiver_covers_what_it_names_and_nothing_else() {
    let judged = judged(&[waiver()]);
    let paths = |found: Vec<&cqrs_evolution::rules::Finding>| -> Vec<_> {
        found.into_iter().map(|finding| finding.subject.path.clone().unwrap()).collect()
    };
    assert_eq!(paths(judged.waived.iter().map(|(finding, _)| finding).collect()), ["note"]);
    assert_eq!(paths(judged.standing.iter().collect()), ["memo"]);
    assert_eq!(judged.problems, []);
}

#[test]
fn a_waiver_of_another_code_event_version_or_field_covers_nothing() {
    let others = [
        Waiver { code: "E1012".to_owned(), ..waiver() },
        Waiver { event: "Account.Withdrawn".to_owned(), ..waiver() },
        Waiver { version: Some(2), ..waiver() },
        Waiver { field: Some("amount".to_owned()), ..waiver() },
    ];
    for other in others {
        let judged = judged(&[other]);
        assert_eq!((judged.waived.len(), judged.standing.len()), (0, 2));
        assert_eq!(judged.problems[0].0.rule.id, "W1073");
    }
}

#[test]
fn a_waiver_without_version_and_field_covers_the_whole_event() {
    let judged = judged(&[Waiver { version: None, field: None, event: "Deposited".to_owned(), ..waiver() }]);
    assert_eq!((judged.waived.len(), judged.severity()), (2, None));
}

#[test]
fn an_expired_waiver_is_an_error_and_covers_nothing() {
    let judged = judged(&[Waiver { until: date(2030, 5, 31), ..waiver() }]);
    assert_eq!((judged.standing.len(), judged.severity()), (2, Some(Severity::Error)));
    let (problem, index) = &judged.problems[0];
    assert_eq!((problem.rule.id, *index), ("E1071", 0));
    assert_eq!(problem.message, "the waiver of E1011 for `Account.Deposited` has expired on 2030-05-31");
}

#[test]
fn a_waiver_without_a_reason_is_an_error_and_covers_nothing() {
    let judged = judged(&[Waiver { reason: " ".to_owned(), ..waiver() }]);
    assert_eq!((judged.standing.len(), judged.problems[0].0.rule.id), (2, "E1072"));
}
