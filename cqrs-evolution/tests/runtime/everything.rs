//! An event with a field of every kind: its samples are what the derived types read, and its lock what they write.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::convert::Infallible;

use cqrs_core::jiff::civil::{Date, Time};
use cqrs_core::jiff::{SignedDuration, Timestamp};
use cqrs_core::rust_decimal::Decimal;
use cqrs_core::uuid::Uuid;
use cqrs_core::{Aggregate, Apply, Bytes, DataType, Event, EventSet, serde_json};
use cqrs_evolution::corpus::{generate, payloads, unsampled};
use cqrs_evolution::lock::{read, write};
use cqrs_evolution::model::{Domain, Scalar};
use cqrs_evolution::rules::compare;
use serde::{Deserialize, Serialize};

#[derive(Event, Debug, PartialEq, Serialize, Deserialize)]
struct Scalars {
    a_bool: bool,
    an_i8: i8,
    an_i16: i16,
    an_i32: i32,
    an_i64: i64,
    an_i128: i128,
    a_u8: u8,
    a_u16: u16,
    a_u32: u32,
    a_u64: u64,
    a_u128: u128,
    an_f32: f32,
    an_f64: f64,
    a_string: String,
    a_decimal: Decimal,
    a_uuid: Uuid,
    a_date: Date,
    a_time: Time,
    a_timestamp: Timestamp,
    a_duration: SignedDuration,
    bytes: Bytes,
    json: serde_json::Value,
}

#[derive(DataType, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Money(Decimal);

#[derive(DataType, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Currency {
    Euro,
    UsDollar,
}

#[derive(DataType, Debug, PartialEq, Serialize, Deserialize)]
enum Contact {
    Nobody,
    Empty {},
    Mail(String),
    Post { street: String, city: Option<String> },
    Pair(i32, Option<bool>),
    Person(Person),
}

#[derive(DataType, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Person {
    full_name: String,
    #[serde(default)]
    birth_year: u16,
    friends: Vec<Person>,
    partner: Option<Box<Person>>,
}

#[derive(DataType, Debug, PartialEq, Serialize, Deserialize)]
struct Page<T> {
    items: Vec<T>,
}

#[derive(DataType, Debug, PartialEq, Serialize, Deserialize)]
struct Nothing {}

mod other {
    use super::{DataType, Deserialize, Serialize};

    #[derive(DataType, Debug, PartialEq, Serialize, Deserialize)]
    pub(crate) struct Money {
        pub(crate) cents: i64,
    }
}

#[derive(Event, Debug, PartialEq, Serialize, Deserialize)]
struct Nested {
    price: Money,
    other_price: other::Money,
    currency: Currency,
    contact: Contact,
    contacts: Page<Contact>,
    prices: Page<Option<Money>>,
    nothing: Nothing,
    maybe: Option<Contact>,
    #[serde(default)]
    count: u32,
    tags: BTreeSet<String>,
    by_number: BTreeMap<i64, Vec<Money>>,
    by_currency: BTreeMap<Currency, u8>,
    by_day: HashMap<Date, Option<Timestamp>>,
    by_price: BTreeMap<Money, bool>,
    by_truth: BTreeMap<bool, Uuid>,
}

#[derive(EventSet, Debug, PartialEq)]
enum ThingEvent {
    Scalars(Scalars),
    Nested(Nested),
}

#[derive(Aggregate, Default)]
#[aggregate(id = String, events = ThingEvent, error = Infallible)]
struct Thing {}

impl Apply<Scalars> for Thing {
    fn apply(&mut self, _: &Scalars) {}
}

impl Apply<Nested> for Thing {
    fn apply(&mut self, _: &Nested) {}
}

fn things() -> Domain {
    Domain::new("things").with::<Thing>()
}

#[test]
fn every_sample_is_read_by_the_types_and_written_with_the_same_meaning() {
    let samples = generate(&things());
    assert!(samples.len() > 20);
    for sample in samples {
        let route = ThingEvent::locate(&sample.stored.name, sample.stored.version).unwrap();
        let decode = |payload: &[u8]| ThingEvent::decode(route, payload);
        let decoded = decode(sample.payload.as_bytes())
            .unwrap_or_else(|error| panic!("{}: {error}\n{}", sample.stored, sample.payload));
        let [event] = decoded.as_slice() else { panic!("{}", sample.stored) };
        let mut written = Vec::new();
        event.encode(&mut written).unwrap();
        assert_eq!(decode(&written).unwrap(), decoded, "{}", sample.payload);
    }
}

#[test]
fn scalars_are_written_as_samples_spell_them() {
    let domain = things();
    let shape = &domain.event("Thing", "Scalars").unwrap().versions[&1].shape;
    assert_eq!(shape.fields.len(), Scalar::ALL.len());
    let sorted = |text: &str| -> BTreeMap<String, Box<serde_json::value::RawValue>> {
        serde_json::from_str(text).unwrap()
    };
    for payload in payloads(shape) {
        let event: Scalars = serde_json::from_str(&payload).unwrap();
        let (sample, written) = (sorted(&payload), sorted(&serde_json::to_string(&event).unwrap()));
        for (name, value) in sample {
            // Numbers with a point have several spellings; JSON texts may have other escapes.
            if !["an_f32", "an_f64", "json", "a_string"].contains(&name.as_str()) {
                assert_eq!(written[&name].get(), value.get(), "{name}");
            }
        }
    }
}

#[test]
fn nested_types_are_locked_with_their_stored_names() {
    let domain = things();
    let text = write(&domain);
    let locked = read(&text).unwrap().domain;
    assert_eq!((compare(&locked, &domain), compare(&domain, &locked)), (Vec::new(), Vec::new()));
    assert_eq!(write(&locked), text);
    for line in [
        "    contacts: \"Page<Contact>\"\n",
        "    count: u32 = default\n",
        "    enum Contact.Empty {}\n",
        "    enum Contact.Nobody\n",
        "    enum Contact.Pair(i32, bool?)\n",
        "    enum Contact.Person(Person)\n",
        "    enum Contact.Post.city: string?\n",
        "    enum Currency.us-dollar\n",
        "    newtype Money: decimal\n",
        "    struct Money_2.cents: i64\n",
        "    struct Nothing\n",
        "    struct Person.birthYear: u16 = default\n",
        "    struct Person.partner: Person?\n",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert_eq!(unsampled(&domain), []);
}

/// The files beside this one were written with `CQRS_LOCK=update`, as a user does it.
#[test]
fn the_lock_in_this_folder_holds() {
    cqrs_evolution::assert_locked!("tests/runtime/things.lock", [Thing]);
    cqrs_evolution::assert_readable!("tests/runtime/things.lock", [Thing]);
}
