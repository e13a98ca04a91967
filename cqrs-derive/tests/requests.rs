//! Commands and queries: what a field of a request stands for.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

include!("domain/door.rs");

use cqrs_core::store::{RowFilter, RowTest};
use cqrs_core::{
    Command, Context, DataType, Decide, Existence, Invalid, Meta, Project, Projection, Query, Row, Value,
};

#[derive(DataType, Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Name(String);

#[derive(Projection, Clone)]
#[projection(key(door_id: DoorId), on(Opened))]
struct DoorUse {
    times: u32,
    last_by: Name,
    until: Option<i64>,
}

impl Project<Opened> for DoorUse {
    fn project(_: &mut Row<Self>, _: &Opened, _: &Meta) {}
}

const DOOR: usize = 0;
const TIMES: usize = 1;
const LAST_BY: usize = 2;
const UNTIL: usize = 3;

#[track_caller]
fn filters(query: &impl Query, expected: &[(usize, RowTest)]) {
    let filters: Vec<RowFilter> = query.filters().unwrap();
    let filters: Vec<_> = filters.into_iter().map(|filter| (filter.column, filter.test)).collect();
    assert_eq!(filters, expected);
}

#[derive(Query)]
#[query(from = DoorUse)]
struct EveryTest {
    #[query(equals)]
    times: u32,
    #[query(column = times, above)]
    above: u32,
    #[query(column = times, at_least)]
    at_least: u32,
    #[query(column = times, below)]
    below: u32,
    #[query(column = times, at_most)]
    at_most: u32,
    #[query(column = times, any_of)]
    any_of: Vec<u32>,
    #[query(column = last_by, prefix)]
    prefix: String,
    #[query(skip)]
    reason: &'static str,
}

#[test]
fn each_field_is_one_filter() {
    let query = EveryTest {
        times: 1,
        above: 2,
        at_least: 3,
        below: 4,
        at_most: 5,
        any_of: vec![6, 7],
        prefix: "A".into(),
        reason: "an audit",
    };
    assert_eq!(query.reason, "an audit");
    filters(
        &query,
        &[
            (TIMES, RowTest::Equals(Value::Int(1))),
            (TIMES, RowTest::Above(Value::Int(2))),
            (TIMES, RowTest::AtLeast(Value::Int(3))),
            (TIMES, RowTest::Below(Value::Int(4))),
            (TIMES, RowTest::AtMost(Value::Int(5))),
            (TIMES, RowTest::In(vec![Value::Int(6), Value::Int(7)])),
            (LAST_BY, RowTest::Prefix("A".into())),
        ],
    );
}

#[derive(Query, Default)]
#[query(from = DoorUse)]
struct Optional {
    door_id: Option<DoorId>,
    #[query(column = times, any_of)]
    any_of: Option<Vec<u32>>,
    #[query(column = last_by, prefix)]
    prefix: Option<String>,
}

#[test]
fn an_absent_value_is_no_filter() {
    filters(&Optional::default(), &[]);
    let query =
        Optional { door_id: Some(DoorId("front".into())), any_of: Some(vec![]), prefix: Some("A".into()) };
    filters(
        &query,
        &[
            (DOOR, RowTest::Equals(Value::Text("front".into()))),
            (TIMES, RowTest::In(vec![])),
            (LAST_BY, RowTest::Prefix("A".into())),
        ],
    );
}

#[derive(Query)]
#[query(from = DoorUse)]
struct Until {
    until: i64,
    #[query(column = until, below)]
    before: Option<i64>,
    #[query(column = until)]
    exactly: Option<Option<i64>>,
}

#[test]
fn a_nullable_column_is_compared_with_its_value_or_with_null() {
    filters(
        &Until { until: 1, before: Some(2), exactly: Some(None) },
        &[
            (UNTIL, RowTest::Equals(Value::Int(1))),
            (UNTIL, RowTest::Below(Value::Int(2))),
            (UNTIL, RowTest::Equals(Value::Null)),
        ],
    );
}

#[derive(Query)]
#[query(from = DoorUse, order_by(times desc, last_by asc, door_id), limit = 7, name = "busiest", roles("guard"))]
#[query(validate = Self::check)]
struct Busiest;

impl Busiest {
    fn check(&self) -> Result<(), Invalid> {
        Err(Invalid::whole("never today"))
    }
}

#[derive(Query)]
#[query(from = DoorUse)]
struct Plain {}

#[test]
fn a_query_has_a_name_an_order_a_limit_and_roles() {
    let order: Vec<_> = Busiest::order().into_iter().map(|order| (order.column, order.descending)).collect();
    assert_eq!(order, [(TIMES, true), (LAST_BY, false), (DOOR, false)]);
    assert_eq!((Busiest::NAME, Busiest::LIMIT, Busiest::ROLES), ("busiest", 7, &["guard"][..]));
    assert_eq!(Busiest.validate().unwrap_err().to_string(), "never today");
    assert_eq!((Plain::NAME, Plain::LIMIT, Plain::ROLES), ("Plain", 100, &[][..]));
    assert!(Plain::order().is_empty() && Plain {}.validate().is_ok());
}

#[derive(Command)]
#[command(aggregate = Door, id = r#where, creates, name = "install")]
struct Install {
    r#where: DoorId,
}

#[derive(Command)]
#[command(aggregate = Door, id = door_id)]
struct Knock {
    door_id: DoorId,
}

macro_rules! decides {
    ($($command:ty),*) => {$(
        impl Decide<$command> for Door {
            fn decide(&self, _: &$command, _: &Context) -> Result<Vec<DoorEvent>, Infallible> {
                Ok(vec![Opened { by: "ada".into() }.into(), Closed {}.into()])
            }
        }
    )*};
}

decides!(Install, Knock);

#[test]
fn a_command_says_whether_its_aggregate_is_there() {
    assert_eq!((Install::EXISTENCE, Install::NAME), (Existence::New, "install"));
    assert_eq!((Knock::EXISTENCE, Knock::NAME, Knock::ROLES), (Existence::Any, "Knock", &[][..]));
    assert_eq!(Install { r#where: "front".parse().unwrap() }.aggregate_id(), &DoorId("front".into()));
    assert_eq!(Knock { door_id: DoorId("back".into()) }.aggregate_id().to_string(), "back");
}

macro_rules! generated {
    ($command:ident, $query:ident, $id:ident: $ty:ty, $times:ident: $times_ty:ty) => {
        #[derive(Command)]
        #[command(aggregate = Door, id = $id)]
        struct $command {
            $id: $ty,
        }

        #[derive(Query)]
        #[query(from = DoorUse, order_by($times))]
        struct $query {
            #[query(at_least)]
            $times: $times_ty,
        }

        decides!($command);
    };
}

generated!(Open, UsedOften, id: DoorId, times: Option<u32>);

#[test]
fn a_request_may_come_from_a_macro() {
    assert_eq!(Open { id: DoorId("front".into()) }.aggregate_id().to_string(), "front");
    filters(&UsedOften { times: Some(2) }, &[(TIMES, RowTest::AtLeast(Value::Int(2)))]);
}
