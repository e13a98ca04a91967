//! What may happen to a released shape, and what may not: each rule a test.

use cqrs_evolution::model::Domain;
use cqrs_evolution::rules::{Class, Severity, Tier};

use crate::domains::{codes, deposited, domain, only};

/// The one code that is found where a shape changes in place.
fn change(old: &str, new: &str) -> &'static str {
    only(&deposited(old), &deposited(new)).rule.id
}

#[test]
fn a_field_that_is_gone_is_an_error_with_its_place_and_the_way_out() {
    let found = only(&deposited("amount: i64\nnote: string"), &deposited("amount: i64"));
    assert_eq!(found.rule.id, "E1011");
    assert_eq!(found.message, "field `note` of Account.Deposited version 1 is gone; it was of type `string`");
    assert_eq!(
        found.help,
        "give `Deposited` version 2, keep the released shape as version 1 in its history, and where `note` only has \
         another name, carry it over in the step to version 2"
    );
    assert_eq!(found.subject.to_string(), "Account.Deposited version 1, note");
    assert_eq!(found.hurts, [Tier::StoredLog, Tier::RunningBinary]);
    assert_eq!((found.severity(), found.class()), (Severity::Error, Class::BreakingForWriters));
}

#[test]
fn a_field_of_another_name_is_one_that_is_gone_and_one_that_is_new() {
    assert_eq!(codes(&deposited("note: string"), &deposited("memo: string")), ["E1012", "E1011"]);
}

#[test]
fn a_required_field_that_is_new_is_an_error() {
    assert_eq!(change("", "amount: i64"), "E1012");
}

#[test]
fn another_type_is_an_error() {
    assert_eq!(change("amount: i64", "amount: string"), "E1013");
    assert_eq!(change("amount: list<i64>", "amount: i64"), "E1013");
    assert_eq!(change("amount: list<i64>", "amount: set<i64>"), "E1013");
}

#[test]
fn a_narrower_type_is_an_error() {
    assert_eq!(change("amount: i64", "amount: i32"), "E1014");
    assert_eq!(change("amount: string", "amount: uuid"), "E1014");
}

#[test]
fn a_wider_type_is_an_error_that_spares_the_log() {
    let found = only(&deposited("amount: i32"), &deposited("amount: i64"));
    assert_eq!(found.rule.id, "E1015");
    assert_eq!(
        (found.hurts.as_slice(), found.class()),
        ([Tier::RunningBinary].as_slice(), Class::BreakingForReaders)
    );
}

#[test]
fn an_optional_field_that_became_required_is_an_error() {
    assert_eq!(change("amount: i64?", "amount: i64"), "E1016");
}

#[test]
fn a_required_field_that_became_optional_is_an_error() {
    assert_eq!(change("amount: i64", "amount: i64?"), "E1017");
}

#[test]
fn a_default_that_is_gone_is_an_error() {
    assert_eq!(change("amount: i64 = default", "amount: i64"), "E1018");
}

#[test]
fn a_default_that_is_gone_from_an_optional_field_is_nothing() {
    assert_eq!(codes(&deposited("amount: i64? = default"), &deposited("amount: i64?")), [""; 0]);
}

#[test]
fn a_variant_that_is_gone_is_an_error() {
    let old = "method: Method\nenum Method.Card\nenum Method.Cash";
    let found = only(&deposited(old), &deposited("method: Method\nenum Method.Cash"));
    assert_eq!((found.rule.id, found.subject.path.as_deref()), ("E1021", Some("method.Card")));
}

#[test]
fn a_variant_that_carries_something_else_is_an_error() {
    let enumeration = |payload: &str| format!("method: Method\nenum Method.Card{payload}");
    assert_eq!(change(&enumeration(""), &enumeration("(string)")), "E1022");
    assert_eq!(change(&enumeration(""), &enumeration(" {}")), "E1022");
    assert_eq!(change(&enumeration("(string, i64)"), &enumeration("(string)")), "E1022");
    assert_eq!(change(&enumeration("(string)"), &enumeration("(i64)")), "E1013");
    assert_eq!(change(&enumeration(".digits: string"), &enumeration(" {}")), "E1011");
}

#[test]
fn another_extern_type_is_an_error() {
    assert_eq!(change("at: extern<Point>", "at: extern<Place>"), "E1023");
    assert_eq!(change("at: extern<Point>", "at: string"), "E1023");
}

#[test]
fn a_change_of_a_nested_struct_changes_the_event() {
    let holder = |rest: &str| format!("holder: list<Holder>\nstruct Holder.name: string{rest}");
    let found = only(&deposited(&holder("\nstruct Holder.age: u8")), &deposited(&holder("")));
    assert_eq!((found.rule.id, found.subject.path.as_deref()), ("E1011", Some("holder[].age")));
    assert_eq!(found.subject.part.as_deref(), Some("Holder.age"));
    assert_eq!(
        found.help,
        "give `Deposited` version 2, keep the released shape as version 1 in its history, with a type of its own for \
         `Holder` as it was, and where `holder[].age` only has another name, carry it over in the step to version 2"
    );
    assert_eq!(change(&holder(""), &holder("\nstruct Holder.age: u8")), "E1012");
    assert_eq!(change(&holder(""), &holder("\nstruct Holder.age: u8?")), "N1043");
}

#[test]
fn names_of_types_and_newtypes_are_not_stored_and_may_change() {
    let old = "price: Money\nholder: Holder\nnewtype Money: decimal\nstruct Holder.name: string";
    let new = "price: decimal\nholder: HolderV1\nstruct HolderV1.name: FullName\nnewtype FullName: string";
    assert_eq!(codes(&deposited(old), &deposited(new)), [""; 0]);
}

#[test]
fn fields_may_move_between_a_variant_and_a_struct_that_it_holds() {
    let old = "method: Method\nenum Method.Card.digits: string";
    let new = "method: Method\nenum Method.Card(Card)\nstruct Card.digits: string";
    assert_eq!(codes(&deposited(old), &deposited(new)), [""; 0]);
}

#[test]
fn a_type_that_contains_itself_is_compared_once() {
    let tree = |rest: &str| format!("tree: Tree\nstruct Tree.children: list<Tree>{rest}");
    assert_eq!(codes(&deposited(&tree("")), &deposited(&tree(""))), [""; 0]);
    assert_eq!(change(&tree(""), &tree("\nstruct Tree.label: string")), "E1012");
}

#[test]
fn a_newtype_that_contains_itself_is_compared_once() {
    let tree = |rest: &str| format!("tree: Tree\nnewtype Tree: list<Tree{rest}>");
    assert_eq!(codes(&deposited(&tree("")), &deposited(&tree(""))), [""; 0]);
    assert_eq!(change(&tree(""), &tree("?")), "E1017");
    assert_eq!(codes(&deposited("x: X\nnewtype X: X"), &deposited("x: X\nnewtype X: X")), [""; 0]);
}

#[test]
fn a_change_below_types_without_end_of_paths_is_found_in_bounded_time() {
    let types = |leaf: &str| {
        let mut lines = format!("t: T0\nstruct T30.x: {leaf}");
        for level in 0..30 {
            lines.push_str(&format!("\nstruct T{level}.a: T{0}\nstruct T{level}.b: T{0}", level + 1));
        }
        deposited(&lines)
    };
    let found = codes(&types("i64"), &types("string"));
    assert!(found.iter().all(|code| *code == "E1013") && found.len() >= 1000, "{}", found.len());
    assert_eq!(codes(&types("i64"), &types("i64")), [""; 0]);
}

/// Version 1 in the history of version 2.
fn past(lines: &str) -> Domain {
    domain(&format!("event Account.Deposited\nversion 1\n{lines}\nversion 2\namount: i64"))
}

#[test]
fn a_field_in_a_shape_of_the_past_is_an_error_even_where_it_may_be_absent() {
    let found = only(&past("cents: i64"), &past("cents: i64\nnote: string?"));
    assert_eq!(found.rule.id, "E1024");
    assert_eq!(
        found.help,
        "take it out: no record of version 1 has it; put it into today's shape, version 2"
    );
}

#[test]
fn a_nested_type_of_a_shape_of_the_past_may_grow() {
    let holder = |rest: &str| format!("holder: Holder\nstruct Holder.name: string{rest}");
    assert_eq!(codes(&past(&holder("")), &past(&holder("\nstruct Holder.age: u8?"))), [""; 0]);
    assert_eq!(codes(&past(&holder("")), &past(&holder("\nstruct Holder.age: u8"))), ["E1012"]);
}

#[test]
fn a_shape_of_the_past_is_to_be_put_back_and_not_given_a_version() {
    let found = only(&past("cents: i64"), &past(""));
    assert_eq!(found.help, "put version 1 back as it was released: its records do not change");
}

#[test]
fn a_published_event_has_consumers_to_be_hurt() {
    let published =
        |lines: &str| domain(&format!("event Account.Deposited [1] published\nversion 1\n{lines}"));
    let found = only(&published("amount: i64"), &published("amount: i32"));
    assert_eq!(found.hurts, [Tier::StoredLog, Tier::Consumers]);
}

#[test]
fn a_newtype_that_keeps_its_name_is_told_by_what_is_inside() {
    let finding =
        only(&deposited("x: Label\nnewtype Label: string"), &deposited("x: Label\nnewtype Label: u8"));
    assert_eq!(finding.message, "field `x` of Account.Deposited version 1 was of type `string` and is `u8`");
}
