//! Read models and the Rust API, which schemas know and locks do not.

use cqrs_evolution::model::{Domain, Projection, Surface};
use cqrs_evolution::rules::Class;

use crate::domains::{codes, only};

fn offering(projections: &[(&str, &str, &str)], api: &[(&str, &str)]) -> Domain {
    let projections = projections.iter().map(|(name, column, folds)| {
        let columns = [((*column).to_owned(), "i64".to_owned())].into();
        ((*name).to_owned(), Projection { columns, folds: (*folds).to_owned() })
    });
    let api = api.iter().map(|(path, ty)| ((*path).to_owned(), (*ty).to_owned()));
    let surface = Surface { projections: projections.collect(), api: api.collect() };
    Domain { surface: Some(surface), ..Domain::new("test") }
}

#[test]
fn a_read_model_with_other_columns_or_folds_is_rebuilt() {
    let old = offering(&[("Totals", "sum", "a")], &[]);
    let found = only(&old, &offering(&[("Totals", "total", "a")], &[]));
    assert_eq!((found.rule.id, found.class()), ("W1051", Class::Rebuild));
    assert_eq!(found.message, "read model `Totals` has other columns: `sum`, `total`");
    assert_eq!(codes(&old, &offering(&[("Totals", "sum", "b")], &[])), ["W1051"]);
}

#[test]
fn read_models_come_and_go() {
    let (none, one) = (offering(&[], &[]), offering(&[("Totals", "sum", "a")], &[]));
    assert_eq!(codes(&none, &one), ["N1053"]);
    assert_eq!(codes(&one, &none), ["W1052"]);
}

#[test]
fn callers_hear_of_items_that_come_go_and_change() {
    let old = offering(&[], &[("command Pay.amount", "i64")]);
    let found = only(&old, &offering(&[], &[("command Pay.amount", "decimal")]));
    assert_eq!((found.rule.id, found.class()), ("W1062", Class::BreakingForCallers));
    assert_eq!(codes(&old, &offering(&[], &[])), ["W1061"]);
    assert_eq!(codes(&offering(&[], &[]), &old), ["N1063"]);
}

#[test]
fn a_state_that_does_not_know_its_read_models_says_nothing_of_them() {
    let known = offering(&[("Totals", "sum", "a")], &[("command Pay.amount", "i64")]);
    assert_eq!(codes(&Domain::new("test"), &known), [""; 0]);
    assert_eq!(codes(&known, &Domain::new("test")), [""; 0]);
}
