//! Data types: their shapes say what serde stores, and their values go to cells and come back.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use cqrs_core::{AggregateId, ColumnType, DataType, Event, Value};
use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The names of the fields that serde writes.
fn written<T: Serialize>(value: &T) -> Vec<String> {
    let json = serde_json::to_value(value).unwrap();
    json.as_object().unwrap().keys().cloned().collect()
}

#[track_caller]
fn goes_to_a_cell_and_back<T: DataType + Debug + PartialEq>(value: T, cell: Value) {
    let stored = value.to_value().unwrap();
    assert_eq!(stored, cell);
    assert_eq!(T::from_value(stored).unwrap(), value);
}

#[derive(DataType, Debug, PartialEq, Serialize, Deserialize)]
struct Node {
    name: String,
    children: Vec<Node>,
    parent: Option<Box<Self>>,
}

#[test]
fn a_type_may_contain_itself() {
    assert_eq!(Node::SHAPE.describe(), "Node{name: string, children: list<Node>, parent: Node?}");
    let leaf = || Node { name: "leaf".into(), children: vec![], parent: None };
    let json = r#"{"name":"root","children":[{"name":"leaf","children":[],"parent":null}],"parent":null}"#;
    goes_to_a_cell_and_back(
        Node { name: "root".into(), children: vec![leaf()], parent: None },
        Value::Json(json.into()),
    );
}

#[derive(DataType, Debug, PartialEq, Serialize, Deserialize)]
enum Expression {
    Number(i64),
    Sum(Vec<Expression>),
}

#[derive(DataType, Debug, PartialEq, Serialize, Deserialize)]
struct Team {
    lead: Option<Box<Person>>,
}

#[derive(DataType, Debug, PartialEq, Serialize, Deserialize)]
struct Person {
    teams: Vec<Team>,
}

#[test]
fn types_may_contain_each_other() {
    assert_eq!(Expression::SHAPE.describe(), "Expression[Number(i64), Sum(list<Expression>)]");
    assert_eq!(Team::SHAPE.describe(), "Team{lead: Person{teams: list<Team>}?}");
}

#[derive(DataType, Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Money(Decimal);

#[derive(DataType, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
struct Wrapped {
    inner: Money,
}

#[test]
fn a_newtype_is_stored_as_the_value_within() {
    assert_eq!(Wrapped::SHAPE.describe(), "Wrapped(Money(decimal))");
    assert_eq!(ColumnType::of(&Wrapped::SHAPE), ColumnType::Decimal);
    goes_to_a_cell_and_back(Wrapped { inner: Money(Decimal::TEN) }, Value::Decimal(Decimal::TEN));
}

#[derive(DataType, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Status {
    InReview,
    #[serde(rename = "ok")]
    Accepted,
    #[serde(skip)]
    #[expect(dead_code, reason = "never stored, so never met here")]
    Internal,
}

#[test]
fn an_enum_without_data_is_stored_as_its_variants_name() {
    assert_eq!(Status::SHAPE.describe(), "Status[in-review, ok]");
    assert_eq!(ColumnType::of(&Status::SHAPE), ColumnType::Text);
    goes_to_a_cell_and_back(Status::InReview, Value::Text("in-review".into()));
    let error = Status::from_value(Value::Text("lost".into())).unwrap_err();
    assert!(error.to_string().contains("unknown variant `lost`"), "{error}");
}

#[derive(DataType, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
enum Contact {
    None,
    Phone(String),
    Place(f64, f64),
    #[serde(rename_all = "UPPERCASE")]
    Post {
        street: String,
    },
    EMail {
        user_name: String,
        #[serde(default)]
        verified_by: Option<String>,
    },
}

#[test]
fn an_enum_with_data_is_described_as_serde_writes_it() {
    assert_eq!(
        Contact::SHAPE.describe(),
        "Contact[NONE, PHONE(string), PLACE(f64, f64), POST{STREET: string}, \
         E_MAIL{userName: string, verifiedBy: string? = default}]"
    );
    assert_eq!(written(&Contact::EMail { user_name: String::new(), verified_by: None }), ["E_MAIL"]);
    goes_to_a_cell_and_back(
        Contact::Post { street: "s".into() },
        Value::Json(r#"{"POST":{"STREET":"s"}}"#.into()),
    );
    goes_to_a_cell_and_back(Contact::None, Value::Json(r#""NONE""#.into()));
}

#[derive(DataType, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename = "Holder", rename_all = "camelCase", default)]
struct HolderToday {
    full_name: String,
    #[serde(rename = "mail", skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip)]
    cached: u64,
    r#type: u8,
    #[serde(alias = "tags")]
    labels: BTreeSet<String>,
    limits: BTreeMap<String, u32>,
}

#[test]
fn a_struct_is_described_as_serde_writes_it() {
    assert_eq!(
        HolderToday::SHAPE.describe(),
        "Holder{fullName: string = default, mail: string? = default, type: u8 = default, \
         labels: set<string> = default, limits: map<string, u32> = default}"
    );
    let holder = HolderToday { email: Some("e".into()), ..HolderToday::default() };
    let names: BTreeSet<_> = written(&holder).into_iter().collect();
    assert_eq!(names, ["fullName", "labels", "limits", "mail", "type"].map(String::from).into());
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Foreign(u8, u8);

#[derive(DataType, Debug, PartialEq, Serialize, Deserialize)]
struct Visit {
    #[data_type(opaque = "foreign::Pair")]
    place: Foreign,
    #[data_type(opaque = "seconds")]
    #[serde(with = "seconds")]
    took: std::time::Duration,
}

mod seconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(took: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(took.as_secs())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_secs)
    }
}

#[derive(DataType, Debug, PartialEq, Serialize, Deserialize)]
#[data_type(opaque = "foreign::Either")]
#[serde(untagged)]
enum Either {
    Left(u8),
    Right(String),
}

#[test]
fn an_opaque_value_is_stored_in_a_form_of_its_own() {
    assert_eq!(Visit::SHAPE.describe(), "Visit{place: extern<foreign::Pair>, took: extern<seconds>}");
    let took = std::time::Duration::from_secs(3);
    goes_to_a_cell_and_back(
        Visit { place: Foreign(1, 2), took },
        Value::Json(r#"{"place":[1,2],"took":3}"#.into()),
    );
    assert_eq!(Either::SHAPE.describe(), "extern<foreign::Either>");
    goes_to_a_cell_and_back(Either::Right("r".into()), Value::Json(r#""r""#.into()));
    assert!(Either::from_value(Value::Json("7".into())).is_ok_and(|either| either == Either::Left(7)));
}

#[derive(DataType, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct Email {
    user: String,
    host: String,
}

#[derive(Debug, thiserror::Error)]
#[error("`{0}` has no @")]
struct NoAt(String);

impl TryFrom<String> for Email {
    type Error = NoAt;

    fn try_from(text: String) -> Result<Self, NoAt> {
        let parts = text.split_once('@').map(|(user, host)| (user.to_owned(), host.to_owned()));
        parts.map(|(user, host)| Self { user, host }).ok_or(NoAt(text))
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        format!("{}@{}", email.user, email.host)
    }
}

#[test]
fn a_type_that_serde_converts_is_stored_as_what_it_is_converted_to() {
    assert_eq!(Email::SHAPE.describe(), "Email(string)");
    goes_to_a_cell_and_back(Email { user: "a".into(), host: "b".into() }, Value::Text("a@b".into()));
    let error = Email::from_value(Value::Text("ab".into())).unwrap_err();
    assert_eq!(error.to_string(), "expected Email, found `ab` has no @");
}

#[derive(DataType, Debug, PartialEq, Serialize, Deserialize)]
struct Range<T> {
    from: T,
    to: Option<T>,
}

#[derive(DataType, Debug, PartialEq, Serialize, Deserialize)]
struct Tagged<T, const N: usize>
where
    T: Clone,
{
    all: Vec<Range<T>>,
}

#[test]
fn a_type_may_be_generic() {
    assert_eq!(Range::<i32>::SHAPE.describe(), "Range<i32>{from: i32, to: i32?}");
    assert_eq!(Range::<Money>::SHAPE.describe(), "Range<Money>{from: Money(decimal), to: Money?}");
    assert_eq!(Tagged::<u8, 3>::SHAPE.describe(), "Tagged<u8>{all: list<Range<u8>{from: u8, to: u8?}>}");
    goes_to_a_cell_and_back(Range { from: 1, to: None }, Value::Json(r#"{"from":1,"to":null}"#.into()));
}

#[derive(DataType, Debug, PartialEq, Serialize, Deserialize)]
struct Tree<T> {
    value: T,
    branches: Vec<Tree<T>>,
}

#[derive(DataType, Debug, PartialEq, Serialize, Deserialize)]
struct Forest {
    numbers: Tree<u8>,
    words: Tree<String>,
    more: Tree<u8>,
}

#[test]
fn a_generic_type_is_spelt_out_for_each_of_its_parameters() {
    assert_eq!(
        Forest::SHAPE.describe(),
        "Forest{numbers: Tree<u8>{value: u8, branches: list<Tree<u8>>}, \
         words: Tree<string>{value: string, branches: list<Tree<string>>}, more: Tree<u8>}"
    );
}

macro_rules! measured {
    ($name:ident, $field:ident: $ty:ty) => {
        #[derive(Event, DataType, Debug, PartialEq, Serialize, Deserialize)]
        struct $name {
            $field: $ty,
            unit: String,
        }
    };
}

measured!(Weighed, weight: Decimal);

#[test]
fn a_type_may_come_from_a_macro() {
    assert_eq!(Weighed::DESCRIPTOR.describe(), "Weighed@1{weight: decimal, unit: string}");
}

#[derive(AggregateId, Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct AccountId(Uuid);

#[derive(AggregateId, Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Iban(String);

#[derive(AggregateId, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
struct Number(u64);

#[track_caller]
fn is_shown_as<T: AggregateId + Debug + DeserializeOwned + std::fmt::Display>(id: T, text: &str) {
    assert_eq!(id.to_string(), text);
    assert_eq!(id.to_stream_id(), text);
    assert_eq!(T::from_stream_id(text).unwrap(), id);
}

#[test]
fn an_id_is_shown_and_stored_as_the_value_within() {
    let uuid = Uuid::from_u128(7);
    is_shown_as(AccountId(uuid), "00000000-0000-0000-0000-000000000007");
    is_shown_as(Iban("DE07 1234".into()), "DE07 1234");
    is_shown_as(Number(7), "7");
    goes_to_a_cell_and_back(AccountId(uuid), Value::Uuid(uuid));
    assert_eq!(serde_json::to_string(&Number(7)).unwrap(), "7");
    assert_eq!(format!("{:>4}|", Number(7)), "   7|");
    assert_eq!(u64::from(Number::from(7)), 7);
    let error = "seven".parse::<Number>().unwrap_err();
    assert_eq!(error.to_string(), "`seven` is not an unsigned integer");
}
