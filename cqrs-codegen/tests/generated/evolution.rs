//! What a schema says is stored is what the code generated from it stores.

use std::path::Path;

use cqrs_codegen::evolution::model;
use cqrs_codegen::load::Disk;
use cqrs_evolution::model::Domain;
use cqrs_evolution::rules::{Finding, compare};

use crate::{banking, obstacle_course, shop, ticketing};

fn of_schema(name: &str) -> Domain {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../schemas/{name}.yaml"));
    let outcome = cqrs_codegen::check(&Disk, &path);
    let mut domain = model(&outcome.checked.unwrap());
    // Descriptors know of events alone, and not whether others read them.
    domain.surface = None;
    for event in domain.aggregates.values_mut().flat_map(|aggregate| aggregate.events.values_mut()) {
        event.published = false;
    }
    domain
}

/// A schema knows the name alone of a type that is written by hand, its descriptor all of it.
fn is_of_an_extern(finding: &&Finding) -> bool {
    finding.rule.id == "E1023"
}

#[track_caller]
fn agree(described: Domain) {
    let schema = of_schema(&described.name);
    assert_eq!(schema.versions().count(), described.versions().count());
    for found in [compare(&schema, &described), compare(&described, &schema)] {
        let found: Vec<_> = found.iter().filter(|it| !is_of_an_extern(it)).map(|it| &it.message).collect();
        assert!(found.is_empty(), "{found:#?}");
    }
}

#[test]
fn a_schema_and_the_descriptors_of_its_code_agree() {
    agree(Domain::new("banking").with::<banking::Account>());
    agree(Domain::new("shop").with::<shop::Customer>());
    agree(Domain::new("ticketing").with::<ticketing::Show>());
    agree(Domain::new("obstacle_course").with::<obstacle_course::Match>().with::<obstacle_course::Unit>());
}
