//! Random chains of releases, each made by `cqrs evolve`: a record of any version is read as what it said.

use std::path::Path;

use cqrs_codegen::evolution::model;
use cqrs_codegen::evolve::{Request, evolve};
use cqrs_codegen::load::InMemory;
use cqrs_codegen::model::{Domain, Event, Fill, Term, Upcast, Value};
use cqrs_evolution::lock;
use proptest::prelude::*;

use crate::{check, errors, locked, report};

/// The integers, each wider than the one before.
const WIDER: &[&str] = &["u8", "u16", "u32", "u64"];

/// A field of today, whatever it was called before.
#[derive(Debug, Clone)]
struct Field {
    /// What tells it from all others, and its default for older records.
    id: usize,
    name: String,
    width: usize,
    is_optional: bool,
}

impl Field {
    fn text(&self) -> String {
        format!("{}: {}{}", self.name, WIDER[self.width], if self.is_optional { "?" } else { "" })
    }
}

/// What a field of a record is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Said {
    /// What the record says of the field.
    InRecord(usize),
    /// The value that was given for older records.
    Given(usize),
    Nothing,
}

/// A change of one field.
#[derive(Debug, Clone, Copy)]
enum Change {
    Add,
    AddOptional,
    Rename,
    Widen,
    MakeOptional,
    Remove,
}

fn change() -> impl Strategy<Value = Change> {
    prop::sample::select(vec![
        Change::Add,
        Change::Add,
        Change::AddOptional,
        Change::Rename,
        Change::Widen,
        Change::MakeOptional,
        Change::Remove,
    ])
}

/// A release: changes of fields, and whether the version is raised before they are made.
fn release() -> impl Strategy<Value = (Vec<(Change, prop::sample::Index)>, bool)> {
    (prop::collection::vec((change(), any::<prop::sample::Index>()), 1..4), any::<bool>())
}

/// The chain as far as it has come.
struct Chain {
    text: String,
    lock: String,
    fields: Vec<Field>,
    /// The fields of each version.
    versions: Vec<Vec<Field>>,
    made: usize,
}

impl Chain {
    fn begun() -> Self {
        let text = "cqrs: 1\ndomain: bank\naggregates:\n  A:\n    events:\n      Noted: # of all\n        # what it tells\n        fields: {  }\n        apply: {} # nothing\n    commands: {}\n";
        let lock = locked(&lock::write(&cqrs_evolution::model::Domain::new("bank")), text);
        Self { text: text.to_owned(), lock, fields: Vec::new(), versions: vec![Vec::new()], made: 0 }
    }

    /// Makes the changes, and gives the event the version that they ask for.
    fn release(&mut self, changes: &[(Change, prop::sample::Index)], is_raised_before: bool) {
        if is_raised_before {
            self.evolve(&Request::default());
        }
        let before = self.text_of_fields();
        let request = self.change(changes);
        assert_eq!(self.text.matches(&before).count(), 1, "{}", self.text);
        self.text = self.text.replacen(&before, &self.text_of_fields(), 1);
        self.evolve(&request);
        self.lock = locked(&self.lock, &self.text);
        self.versions.push(self.fields.clone());
    }

    /// Today's fields, at the beginning of their line: those of the history stand deeper.
    fn text_of_fields(&self) -> String {
        let fields: Vec<_> = self.fields.iter().map(Field::text).collect();
        format!("\n        fields: {{ {} }}\n", fields.join(", "))
    }

    fn change(&mut self, changes: &[(Change, prop::sample::Index)]) -> Request {
        let mut request = Request::default();
        let mut untouched: Vec<usize> = self.fields.iter().map(|field| field.id).collect();
        for (change, index) in changes {
            if let Change::Add | Change::AddOptional = change {
                let id = self.made;
                self.made += 1;
                let is_optional = matches!(change, Change::AddOptional);
                let field = Field { id, name: format!("field_{id}"), width: id % 3, is_optional };
                if !is_optional {
                    request.defaults.push((field.name.clone(), id.to_string()));
                }
                self.fields.push(field);
                continue;
            }
            // One change of a field at once: of two together, only a person knows what they come to.
            if untouched.is_empty() {
                continue;
            }
            let id = untouched.remove(index.index(untouched.len()));
            let at = self.fields.iter().position(|field| field.id == id).unwrap();
            let field = &mut self.fields[at];
            match change {
                Change::Rename => {
                    let new = format!("{}_again", field.name);
                    request.renames.push((field.name.clone(), new.clone()));
                    field.name = new;
                }
                Change::Widen => field.width = (field.width + 1).min(WIDER.len() - 1),
                Change::MakeOptional => field.is_optional = true,
                _ => {
                    self.fields.remove(at);
                }
            }
        }
        request
    }

    fn evolve(&mut self, request: &Request) {
        let path = Path::new("bank.yaml");
        let files = InMemory::default().with(path, self.text.as_str()).with("bank.lock", self.lock.as_str());
        let request = Request { event: "Noted".to_owned(), ..request.clone() };
        let evolved = evolve(&files, path, &request).unwrap_or_else(|it| panic!("{it:?}\n{}", self.text));
        assert_eq!(evolved.blanks, [""; 0], "{}", evolved.text);
        self.text = evolved.text;
    }

    /// What a record of a version says of today's fields.
    fn wanted(&self, version: usize) -> Vec<Said> {
        let then = &self.versions[version - 1];
        let said = |field: &Field| {
            let added = self.versions.iter().find_map(|it| it.iter().find(|it| it.id == field.id));
            if then.iter().any(|it| it.id == field.id) {
                Said::InRecord(field.id)
            } else if added.is_some_and(|it| it.is_optional) {
                Said::Nothing
            } else {
                Said::Given(field.id)
            }
        };
        self.fields.iter().map(said).collect()
    }

    /// What the steps of the schema make of a record of a version.
    fn read(&self, domain: &Domain, event: &Event, version: usize) -> Vec<Said> {
        let mut record: Vec<Said> = Vec::new();
        for field in event.shape(version as u32).unwrap().1 {
            let then = self.versions[version - 1].iter().find(|it| it.name == field.name.as_str());
            record.push(Said::InRecord(then.unwrap().id));
        }
        for shape in event.history.iter().filter(|shape| shape.version as usize >= version) {
            let Upcast::Fields(step) = &shape.upcast else { panic!("{shape:?}") };
            let filled = step.fills.iter().map(|fill| match fill {
                Fill::Carry(index, _) => record[*index].clone(),
                Fill::Default => Said::Nothing,
                Fill::Term(Term::Value(Value::Scalar(_, text))) => Said::Given(text.parse().unwrap()),
                Fill::Term(Term::Expression(id)) => {
                    let text = domain.expression(*id).text.text();
                    let name = text.strip_prefix("event.").unwrap();
                    record[shape.fields.iter().position(|it| it.name.as_str() == name).unwrap()].clone()
                }
                other => panic!("{other:?}"),
            });
            record = filled.collect();
        }
        record
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_record_of_any_version_is_read_as_what_it_said(releases in prop::collection::vec(release(), 1..8)) {
        let mut chain = Chain::begun();
        for (changes, is_raised_before) in &releases {
            chain.release(changes, *is_raised_before);
        }
        let outcome = check(&chain.text, &chain.lock);
        prop_assert_eq!(errors(&outcome), [""; 0], "{}", report(&outcome));
        let checked = outcome.checked.unwrap();
        let (domain, event) = (checked.domain(), &checked.domain().events[0]);
        prop_assert_eq!(event.version as usize, releases.len() + 1);
        for version in 1..=releases.len() + 1 {
            prop_assert_eq!(chain.read(domain, event, version), chain.wanted(version), "{}", chain.text);
        }
        // The lock has each version as it was when it was released.
        let released = lock::read(&chain.lock).unwrap().domain;
        prop_assert_eq!(released.versions().count(), releases.len() + 1);
        prop_assert_eq!(cqrs_evolution::rules::compare(&released, &model(&checked)), []);
        let comments = chain.text.matches("# of all").count() + chain.text.matches("# what it tells\n").count();
        prop_assert_eq!(comments, 2, "{}", chain.text);
    }
}
