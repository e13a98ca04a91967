//! Reports for people and for machines.

use cqrs_evolution::report::diff;
use cqrs_evolution::rules::Severity;

use crate::domains::deposited;

#[test]
fn equal_states_have_an_empty_report() {
    let state = deposited("amount: i64");
    let report = diff(("old", &state), ("new", &state));
    assert_eq!((report.severity(), report.text().as_str()), (None, "old -> new: no change\n"));
}

#[test]
fn a_terminal_shows_each_change_with_its_class_and_what_to_do() {
    let (old, new) = (deposited("amount: i64"), deposited("amount: i64?\nnote: string?"));
    let report = diff(("a.yaml", &old), ("b.yaml", &new));
    assert_eq!(report.severity(), Some(Severity::Error));
    assert_eq!(
        report.text(),
        "error[E1017]: field `amount` of Account.Deposited version 1 was of type `i64` and is `i64?`, so that it may be null
  breaking for readers; concerns an older build that still runs
  help: give `Deposited` version 2, keep the released shape as version 1 in its history, and say how the one becomes the other in the step to version 2

note[N1043]: field `note` of Account.Deposited version 1 of type `string?` is new, and may be absent
  safe
  help: nothing is to be done for the log, and older builds pass over it

a.yaml -> b.yaml: 1 error, 1 note
"
    );
}

#[test]
fn machines_find_every_fact_of_a_change() {
    let (old, new) = (deposited("amount: i64"), deposited(""));
    let report: serde_json::Value = serde_json::from_str(&diff(("a", &old), ("b", &new)).json()).unwrap();
    assert_eq!(report["severity"], "error");
    let change = &report["changes"][0];
    assert_eq!(change["code"], "E1011");
    assert_eq!(change["class"], "breaking_for_writers");
    assert_eq!(change["concerns"], serde_json::json!(["stored_log", "running_binary"]));
    assert_eq!((&change["aggregate"], &change["item"]), (&"Account".into(), &"Deposited".into()));
    assert_eq!((&change["version"], &change["path"]), (&1.into(), &"amount".into()));
}

#[test]
fn a_pull_request_gets_a_table_whose_cells_hold() {
    let (old, new) = (deposited("\"a|b\": i64"), deposited(""));
    let table = diff(("a", &old), ("b", &new)).markdown();
    assert!(table.starts_with("### `a` → `b`: 1 error\n"), "{table}");
    assert!(table.contains("| error E1011 | field `a\\|b` of"), "{table}");
}
