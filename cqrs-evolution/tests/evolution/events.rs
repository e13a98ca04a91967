//! What may happen to events, versions and their names, and what may not: each rule a test.

use cqrs_evolution::rules::compare;

use crate::domains::{codes, domain, only};

const TWO: &str = "event Account.Deposited\nversion 1\ncents: i64\nversion 2\namount: decimal\n";

#[test]
fn an_aggregate_that_is_gone_is_one_error() {
    let found = only(&domain(TWO), &domain("event Konto.Deposited\nversion 3 \n").renamed_away());
    assert_eq!(found.rule.id, "E1001");
    assert_eq!(found.message, "aggregate `Account` is gone, and its streams with the events Deposited");
}

trait RenamedAway {
    /// The domain without any aggregate, so that nothing else is new.
    fn renamed_away(self) -> Self;
}

impl RenamedAway for cqrs_evolution::model::Domain {
    fn renamed_away(mut self) -> Self {
        self.aggregates.clear();
        self
    }
}

#[test]
fn an_event_that_is_gone_must_be_retired() {
    let other = "event Account.Closed\nversion 1\n";
    let found = only(&domain(&format!("{TWO}{other}")), &domain(other));
    assert_eq!(found.rule.id, "E1002");
    assert_eq!(found.message, "event `Account.Deposited` is gone, though records of it may be stored");
}

#[test]
fn a_version_that_is_gone_is_an_error() {
    let new = domain("event Account.Deposited\nversion 2\namount: decimal");
    let found = only(&domain(TWO), &new);
    assert_eq!(found.rule.id, "E1003");
    assert_eq!(found.message, "Account.Deposited version 1 is gone, though records of it may be stored");
    let older = domain("event Account.Deposited\nversion 1\ncents: i64");
    assert_eq!(codes(&domain(TWO), &older), ["E1003"]);
}

#[test]
fn a_released_version_keeps_its_stored_name() {
    let new = domain("event Account.Deposited\nversion 1 as Deposit\ncents: i64\nversion 2\namount: decimal");
    let found = codes(&domain(TWO), &new);
    assert_eq!(found, ["E1004", "N1042"]);
}

#[test]
fn an_event_renamed_in_place_is_gone_under_its_name() {
    let new = domain("event Account.Paid\nversion 1\ncents: i64\nversion 2\namount: decimal");
    assert_eq!(codes(&domain(TWO), &new), ["E1002", "N1041"]);
}

#[test]
fn versions_of_one_event_stay_in_one_history() {
    let new = domain(
        "event Account.Deposited\nversion 2\namount: decimal\n\
         event Account.Paid\nversion 1 as Deposited\ncents: i64\nversion 2\nx: i64",
    );
    let found = codes(&domain(TWO), &new);
    assert!(found.contains(&"E1005"), "{found:?}");
}

#[test]
fn a_stored_name_given_to_another_event_is_a_warning() {
    let old = domain("event A.Paid\nversion 1\nx: i64");
    let new = domain(
        "event A.Settled\nversion 1 as Paid\nx: i64\nversion 2\nx: i64\n\
         event A.Paid\nversion 2\ny: string",
    );
    assert!(codes(&old, &new).contains(&"W1032"));
}

#[test]
fn a_retired_event_that_is_retired_no_more_is_an_error() {
    let old = domain("event A.Paid [1] retired\nversion 1\nx: i64");
    assert_eq!(codes(&old, &domain("event A.Paid\nversion 1\nx: i64")), ["E1006"]);
    assert_eq!(codes(&old, &domain("event A.Paid\nversion 1\ny: i64")), ["E1006", "E1011", "E1012"]);
}

#[test]
fn an_event_that_is_no_longer_published_is_a_warning() {
    let old = domain("event A.Paid [1] published\nversion 1");
    assert_eq!(codes(&old, &domain("event A.Paid\nversion 1")), ["W1034"]);
}

#[test]
fn an_event_of_another_aggregate_is_another_event() {
    let old = domain("event A.Paid\nversion 1\nevent B.Opened\nversion 1");
    let new = domain("event A.Closed\nversion 1\nevent B.Opened\nversion 1\nevent B.Paid\nversion 1");
    assert_eq!(codes(&old, &new), ["E1002", "N1041", "N1041"]);
}

#[test]
fn a_step_may_say_more_and_otherwise_and_not_less() {
    let version =
        |steps: &str| format!("event A.Paid\nversion 1\nx: i64\n{steps}version 2\ny: i64?\nz: i64?");
    let old = domain(&version("step y\nstep z.deep\n"));
    assert_eq!(codes(&old, &domain(&version("step y\nstep z\nstep z.deep\n"))), [""; 0]);
    let finding = only(&old, &domain(&version("step y\nstep z\n")));
    assert_eq!(finding.rule.id, "E1025");
    assert_eq!(finding.message, "the step from A.Paid version 1 no longer says what `z.deep` is");
}

#[test]
fn a_step_in_code_is_not_looked_into() {
    let old = domain("event A.Paid\nversion 1\nx: i64\nstep y\nversion 2\ny: i64?");
    let mut new = old.clone();
    let event = new.aggregates.get_mut("A").unwrap().events.get_mut("Paid").unwrap();
    event.versions.get_mut(&1).unwrap().step = None;
    assert_eq!(codes(&old, &new), [""; 0]);
}

#[test]
fn what_a_retired_event_is_read_as_stays_under_whatever_name() {
    let text = |steps: &str, sent: &str| {
        format!("event A.Moved [1] retired\nversion 1\n{steps}event A.Paid\nversion 1\n{sent}")
    };
    let old = domain(&text("step Paid\nstep Sent\n", "event A.Sent\nversion 1\n"));
    let renamed = "event A.Posted\nversion 1 as Sent\nversion 2\n";
    assert!(!codes(&old, &domain(&text("step Paid\nstep Posted\n", renamed))).contains(&"E1025"));
    let found = compare(&old, &domain(&text("step Paid\n", renamed)));
    assert_eq!(found[0].message, "records of A.Moved version 1 are no longer read as `Sent`");
}
