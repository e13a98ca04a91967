//! The lock's text: what it looks like, that it says everything, and that nothing is lost from it unnoticed.

use cqrs_evolution::lock::{read, write};
use cqrs_evolution::model::StoredAs;
use proptest::prelude::*;

use crate::domains::domain;
use crate::random;

const LOCK: &str = "\
# Every shape in which an event of `test` was released. Records of each may be stored, so no later build may
# contradict one. `cqrs lock`, or a test with CQRS_LOCK=update, writes this file and never takes a shape away.
# Commit it, and review what is added.
lock 1
domain test

event Account.Closed [1] retired
  version 1 [bb681f75]

event Account.Deposited [2] published
  version 1 as Deposit [ceb6ccd5]
    cents: i64
  version 2 [cf43a5f5]
    amount: Money
    method: Method?
    tags: map<string, list<i32>> = default
    enum Method.Card.digits: string
    enum Method.Cash
    enum Method.Gift(string)
    enum Method.Other {}
    newtype Money: decimal
";

#[test]
fn a_lock_reads_well() {
    let read = domain(
        "event Account.Deposited [0] published\nversion 1 as Deposit\ncents: i64\nversion 2\namount: Money\n\
         method: Method?\ntags: map<string, list<i32>> = default\nenum Method.Card.digits: string\nenum Method.Cash\n\
         enum Method.Gift(string)\nenum Method.Other {}\nnewtype Money: decimal\n\
         event Account.Closed [0] retired\nversion 1",
    );
    assert_eq!(write(&read), LOCK);
}

#[test]
fn every_fact_has_its_line() {
    let lock = read(LOCK).unwrap();
    let of = |name: &str, version| StoredAs { aggregate: "Account".into(), name: name.into(), version };
    assert_eq!(lock.lines.event("Account", "Deposited"), Some(10));
    assert_eq!(lock.lines.version(&of("Deposit", 1)), Some(11));
    assert_eq!(lock.lines.part(&of("Deposited", 2), "method"), Some(15));
    assert_eq!(lock.lines.part(&of("Deposited", 2), "Method.Card.digits"), Some(17));
    assert_eq!(lock.lines.part(&of("Deposited", 2), "Method.Card.expiry"), Some(17));
    assert_eq!(lock.lines.part(&of("Deposited", 2), "nowhere"), Some(13));
    assert_eq!(lock.lines.version(&of("Deposited", 1)), None);
}

#[test]
fn no_line_can_be_lost_unnoticed() {
    let lines: Vec<&str> = LOCK.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let rest: Vec<_> =
            lines.iter().enumerate().filter(|(at, _)| *at != index).map(|(_, line)| *line).collect();
        assert!(read(&rest.join("\n")).is_err(), "without `{line}`");
    }
}

#[test]
fn a_lost_line_is_reported_with_the_sum_that_would_be_right() {
    let error = read(&LOCK.replace("    cents: i64\n", "")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "11:1: the lines of Account.Deposit version 1 are not the ones that were written"
    );
    let sum = error.help.split(['[', ']']).nth(1).unwrap();
    let edited = LOCK.replace("    cents: i64\n", "").replace("ceb6ccd5", sum);
    assert!(read(&edited).is_ok());
}

#[test]
fn mistakes_have_their_place() {
    for (line, place) in [
        ("event Account.Closed [1] retired soon", "7:34: expected the end of the line"),
        ("event Account [1]", "7:15: expected `.`"),
        ("    cents i64", "7:5: `cents` begins no line of a lock"),
        ("    cents: i64", "7:5: a field stands outside of any version"),
        ("version 1 [00000000]", "7:9: a version stands outside of any event"),
    ] {
        let text = LOCK.replace("event Account.Closed [1] retired", line);
        assert_eq!(read(&text).unwrap_err().to_string(), place);
    }
}

#[test]
fn a_type_that_nothing_defines_is_reported() {
    let error = read(&LOCK.replace("    newtype Money: decimal\n", "")).unwrap_err();
    assert_eq!((error.line, error.column), (14, 13));
    assert_eq!(error.message, "type `Money` is not defined below the version that names it");
}

#[test]
fn a_lock_of_a_later_format_is_refused() {
    let error = read("lock 2\ndomain test").unwrap_err();
    assert_eq!(error.message, "the lock is of format 2, and this build reads format 1");
}

#[test]
fn a_type_that_lies_too_deep_is_refused_and_not_followed() {
    let text = |depth: usize| format!("x: {}i64{}", "list<".repeat(depth), ">".repeat(depth));
    let lock = format!("lock 1\ndomain d\nevent A.E [1]\nversion 1 [00000000]\n{}", text(100_000));
    assert!(read(&lock).unwrap_err().message.contains("more than 64 deep"));
}

#[test]
fn line_endings_of_another_system_are_the_same_lock() {
    assert_eq!(read(&LOCK.replace('\n', "\r\n")).unwrap().domain, read(LOCK).unwrap().domain);
}

proptest! {
    #[test]
    fn what_was_written_is_read(domain in random::domain()) {
        let mut domain = domain;
        domain.aggregates.retain(|_, aggregate| !aggregate.events.is_empty());
        let text = write(&domain);
        let lock = read(&text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        prop_assert_eq!(&lock.domain, &domain);
        prop_assert_eq!(write(&lock.domain), text);
    }

    #[test]
    fn no_line_of_any_lock_can_be_lost_unnoticed(domain in random::domain()) {
        let text = write(&domain);
        let lines: Vec<&str> = text.lines().collect();
        for (index, line) in lines.iter().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
            let rest = [&lines[..index], &lines[index + 1..]].concat().join("\n");
            prop_assert!(read(&rest).is_err(), "without `{}`:\n{}", line, text);
        }
    }

    #[test]
    fn nothing_makes_the_reader_panic(text in "(lock 1\ndomain d\nevent a.b \\[1\\]\n)?[a-z<>?\"\\[\\](){}.:,=# \n0-9é]{0,80}") {
        let _ = read(&text);
    }
}
