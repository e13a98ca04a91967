//! Projections: how each event finds its rows, and what a table looks like.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::convert::Infallible;
use std::sync::Arc;

use cqrs_core::{
    Aggregate, AggregateId, Apply, BatchBuilder, BatchRow, ColumnType, Event, EventSet, LoadedRows, Meta,
    Position, Project, Projection, ProjectionKey, Projector, Row, StreamId, StreamVersion, TypedProjector,
    Value,
};
use serde::{Deserialize, Serialize};

#[derive(AggregateId, Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct CartId(u64);

#[derive(Event, Serialize, Deserialize)]
struct Bought {
    customer: String,
    item: String,
    quantity: u32,
}

#[derive(Event, Serialize, Deserialize)]
struct Moved {
    from: String,
    to: String,
}

#[derive(EventSet)]
enum CartEvent {
    Bought(Bought),
    Moved(Moved),
}

#[derive(Aggregate, Default)]
#[aggregate(id = CartId, events = CartEvent, error = Infallible)]
struct Cart;

impl Apply<Bought> for Cart {
    fn apply(&mut self, _: &Bought) {}
}

impl Apply<Moved> for Cart {
    fn apply(&mut self, _: &Moved) {}
}

/// Keyed by the aggregate's id.
#[derive(Projection, Debug, Clone, Default, PartialEq)]
#[projection(key(cart: CartId), on(Bought, Moved), table = "carts_v2", version = 3)]
struct CartTotal {
    total: u32,
    #[data_type(opaque = "Kind")]
    kind: Kind,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
enum Kind {
    #[default]
    Plain,
}

impl Project<Bought> for CartTotal {
    fn project(row: &mut Row<Self>, event: &Bought, _: &Meta) {
        row.or_default().total += event.quantity;
    }
}

impl Project<Moved> for CartTotal {
    fn project(row: &mut Row<Self>, _: &Moved, _: &Meta) {
        row.delete();
    }
}

/// Keyed by the event's fields; moving touches two rows, by a function of its own.
#[derive(Projection, Debug, Clone, Default, PartialEq)]
#[projection(
    key(customer: String, item: String),
    on(Bought, Moved(keys = both_ends)),
    index(quantity),
    index(item, quantity),
)]
struct CustomerPurchases {
    quantity: u32,
    moves: u32,
}

fn both_ends(event: &Moved, _: &Meta) -> Vec<CustomerPurchasesKey> {
    let key = |customer: &String| CustomerPurchasesKey { customer: customer.clone(), item: "any".into() };
    vec![key(&event.from), key(&event.to)]
}

impl Project<Bought> for CustomerPurchases {
    fn project(row: &mut Row<Self>, event: &Bought, _: &Meta) {
        row.or_default().quantity += event.quantity;
    }
}

impl Project<Moved> for CustomerPurchases {
    fn project(row: &mut Row<Self>, _: &Moved, _: &Meta) {
        row.or_default().moves += 1;
    }
}

/// One column, but of the event; and a key made by a closure.
#[derive(Projection, Debug, Clone, Default, PartialEq)]
#[projection(
    key(customer: String),
    keyed_by = "event",
    on(Bought, Moved(key = |event, _| CustomerCountKey { customer: event.to.clone() })),
)]
struct CustomerCount {
    events: u32,
}

impl Project<Bought> for CustomerCount {
    fn project(row: &mut Row<Self>, _: &Bought, _: &Meta) {
        row.or_default().events += 1;
    }
}

impl Project<Moved> for CustomerCount {
    fn project(row: &mut Row<Self>, _: &Moved, _: &Meta) {
        row.or_default().events += 1;
    }
}

/// The keys and rows that a projection makes of these records of cart 7.
fn fold<P: Projection>(records: &[(&str, &str)]) -> Vec<(Vec<Value>, Option<Vec<Value>>)> {
    let mut batch = BatchBuilder::with_capacity(records.len());
    let stream_index = batch.stream(&StreamId::new("Cart", "7"));
    for (version, (name, payload)) in (1..).zip(records) {
        let row = BatchRow {
            position: Position::new(version),
            version: StreamVersion::new(version),
            recorded_at_micros: 0,
            event_id: uuid::Uuid::nil(),
            type_index: batch.stored_type(name, 1),
            stream_index,
            origin_index: u32::MAX,
        };
        batch.push(row, payload.as_bytes());
    }
    let batch = batch.finish(Position::START);
    let projector = Arc::new(TypedProjector::<P>::new());
    let fold = projector.begin(&batch).unwrap();
    let keys = fold.keys().len();
    let rows = vec![None; keys];
    let folded = fold.finish(LoadedRows { rows, ..LoadedRows::default() }).unwrap();
    folded.changes.into_iter().map(|change| (change.key, change.row)).collect()
}

const BOUGHT: (&str, &str) = ("Bought", r#"{"customer": "ada", "item": "pen", "quantity": 2}"#);
const MOVED: (&str, &str) = ("Moved", r#"{"from": "ada", "to": "bob"}"#);

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

#[test]
fn a_key_of_one_column_is_the_aggregates_id() {
    let cart = || Value::Wide(7_u128.into());
    let row = vec![cart(), Value::Int(4), Value::Json(r#""Plain""#.into())];
    assert_eq!(fold::<CartTotal>(&[BOUGHT, BOUGHT]), [(vec![cart()], Some(row))]);
    assert_eq!(fold::<CartTotal>(&[BOUGHT, MOVED]), [(vec![cart()], None)]);
}

#[test]
fn a_key_of_several_columns_is_the_events_fields() {
    let bought =
        (vec![text("ada"), text("pen")], Some(vec![text("ada"), text("pen"), Value::Int(2), Value::Int(0)]));
    assert_eq!(fold::<CustomerPurchases>(&[BOUGHT]), [bought]);
}

#[test]
fn an_event_may_touch_several_rows() {
    let touched: Vec<_> = fold::<CustomerPurchases>(&[MOVED]).into_iter().map(|(key, _)| key).collect();
    assert_eq!(touched, [[text("ada"), text("any")], [text("bob"), text("any")]]);
}

#[test]
fn a_key_of_one_column_may_be_the_events_too() {
    let row = |name| (vec![text(name)], Some(vec![text(name), Value::Int(1)]));
    assert_eq!(fold::<CustomerCount>(&[BOUGHT, MOVED]), [row("ada"), row("bob")]);
}

#[test]
fn an_aggregates_id_that_cannot_be_read_is_a_reported_event() {
    let mut batch = BatchBuilder::with_capacity(1);
    let row = BatchRow {
        position: Position::new(1),
        version: StreamVersion::new(1),
        recorded_at_micros: 0,
        event_id: uuid::Uuid::nil(),
        type_index: batch.stored_type("Bought", 1),
        stream_index: batch.stream(&StreamId::new("Cart", "seven")),
        origin_index: u32::MAX,
    };
    batch.push(row, BOUGHT.1.as_bytes());
    let batch = batch.finish(Position::START);
    let projector = TypedProjector::<CartTotal>::new();
    let reason = projector.begin(&batch).unwrap().finish(LoadedRows::default()).err().unwrap().reason;
    assert_eq!(reason, "the id of the aggregate cannot be read: `seven` is not an unsigned integer");
}

#[test]
fn a_table_has_the_keys_columns_and_then_the_rows() {
    let table = TypedProjector::<CustomerPurchases>::new().table();
    let columns: Vec<_> =
        table.columns.iter().map(|column| (column.name.as_str(), column.column_type)).collect();
    let expected = [
        ("customer", ColumnType::Text),
        ("item", ColumnType::Text),
        ("quantity", ColumnType::Int),
        ("moves", ColumnType::Int),
    ];
    assert_eq!(columns, expected);
    assert_eq!((table.name.as_str(), table.key_columns), ("customer_purchases", 2));
    assert_eq!(table.indexes, [vec![2], vec![1, 2]]);
    assert_eq!((CartTotal::DESCRIPTOR.table, CartTotal::DESCRIPTOR.version), ("carts_v2", 3));
}

#[test]
fn a_row_that_cannot_be_read_names_its_column() {
    let read = |cells: Vec<Value>| CustomerPurchases::read(&mut cells.into_iter()).unwrap_err().to_string();
    assert_eq!(read(vec![Value::Int(1)]), "expected column `moves`, found no more cells");
    assert_eq!(read(vec![text("two")]), "expected u32 in column `quantity`, found text");
}

#[test]
fn a_key_goes_to_cells_and_comes_back() {
    let key = CustomerPurchasesKey { customer: "ada".into(), item: "pen".into() };
    let mut cells = Vec::new();
    key.write(&mut cells).unwrap();
    assert_eq!(cells, [text("ada"), text("pen")]);
    assert_eq!(CustomerPurchasesKey::read(&mut cells.into_iter()).unwrap(), key);
}

#[test]
fn columns_know_their_names() {
    let columns = CustomerPurchases::COLUMNS;
    assert_eq!([columns.customer.name(), columns.item.name()], ["customer", "item"]);
    assert_eq!(columns.moves.ascending().column, 3);
}
