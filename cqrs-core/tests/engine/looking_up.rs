//! Lookups: a row of another projection is found as it was at each event, whoever is ahead, in whatever batches.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use cqrs_core::store::{Append, EventStore as _, NewEvent};
use cqrs_core::testing::rows_of;
use cqrs_core::{
    Aggregate, App, Apply, ApplyError, Event, EventSet, ExpectedVersion, MemoryStore, Meta, Origin, Position,
    Project, ProjectWith, Projection, Query, Refresh, Row, StreamId,
};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

const SOON: Duration = Duration::from_secs(5);

#[derive(Debug, Clone, Event, Serialize, Deserialize)]
struct Named {
    name: String,
}

#[derive(Debug, Clone, Event, Serialize, Deserialize)]
struct Left {}

#[derive(Debug, Clone, EventSet)]
enum CustomerEvent {
    Named(Named),
    Left(Left),
}

#[derive(Debug, Default, Aggregate)]
#[aggregate(id = String, events = CustomerEvent, error = std::convert::Infallible)]
struct Customer {}

impl Apply<Named> for Customer {
    fn apply(&mut self, _: &Named) {}
}

impl Apply<Left> for Customer {
    fn apply(&mut self, _: &Left) {}
}

#[derive(Debug, Clone, Event, Serialize, Deserialize)]
struct Placed {
    customer: String,
}

#[derive(Debug, Clone, EventSet)]
enum OrderEvent {
    Placed(Placed),
}

#[derive(Debug, Default, Aggregate)]
#[aggregate(id = String, events = OrderEvent, error = std::convert::Infallible)]
struct Order {}

impl Apply<Placed> for Order {
    fn apply(&mut self, _: &Placed) {}
}

/// The customers that there are.
#[derive(Debug, Clone, PartialEq, Projection)]
#[projection(key(customer: String), on(Named, Left))]
struct CustomerRow {
    name: String,
}

impl Project<Named> for CustomerRow {
    fn project(row: &mut Row<Self>, event: &Named, _: &Meta) {
        assert_ne!(event.name, "unspeakable", "a name that nobody can take in");
        row.set(Self { name: event.name.clone() });
    }
}

impl Project<Left> for CustomerRow {
    fn project(row: &mut Row<Self>, _: &Left, _: &Meta) {
        row.delete();
    }
}

/// Each order with the name that its customer had.
#[derive(Debug, Clone, PartialEq, Default, Projection)]
#[projection(key(order: String), on(Placed(looks_up = CustomerRow)))]
struct OrderRow {
    customer: String,
}

impl ProjectWith<Placed, CustomerRow> for OrderRow {
    fn look_up(event: &Placed, _: &Meta) -> Option<CustomerRowKey> {
        Some(CustomerRowKey { customer: event.customer.clone() })
    }

    fn project_with(
        row: &mut Row<Self>,
        _: &Placed,
        found: Option<&CustomerRow>,
        _: &Meta,
    ) -> Result<(), ApplyError> {
        row.or_default().customer = found.map_or_else(|| "nobody".to_owned(), |found| found.name.clone());
        Ok(())
    }
}

#[derive(Debug, Query)]
#[query(from = OrderRow, limit = 100)]
struct AllOrders {}

fn named(customer: &str, name: &str) -> Append {
    recorded::<Customer>(customer, "Named", 1, &format!(r#"{{"name":"{name}"}}"#))
}

fn placed(order: &str, customer: &str) -> Append {
    recorded::<Order>(order, "Placed", 1, &format!(r#"{{"customer":"{customer}"}}"#))
}

fn recorded<A: Aggregate>(id: &str, name: &str, version: u32, payload: &str) -> Append {
    let event =
        NewEvent { event_id: Uuid::now_v7(), name: name.to_owned().into(), version, payload: payload.into() };
    Append {
        stream: StreamId::new(A::TYPE, id),
        expected: ExpectedVersion::Any,
        events: vec![event],
        origin: Origin::default(),
        command_id: None,
        chain: None,
    }
}

async fn app(store: &Arc<MemoryStore>, refresh: Refresh) -> App {
    App::builder(Arc::clone(store)).projection::<OrderRow>(refresh).build().await.unwrap()
}

/// The orders with their customers' names, as the table has them.
async fn orders(app: &App) -> Vec<(String, String)> {
    let head = app.store().head().await.unwrap();
    app.refresh::<OrderRow>().await.unwrap();
    app.wait_for::<OrderRow>(head, SOON).await.unwrap();
    let page = app.query(AllOrders {}).await.unwrap();
    page.rows.into_iter().map(|row| (row.key.order, row.row.customer)).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(order, name)| ((*order).to_owned(), (*name).to_owned())).collect()
}

#[tokio::test]
async fn what_is_found_is_the_row_as_it_was_at_the_event() {
    let store = Arc::new(MemoryStore::new());
    for append in [
        placed("0", "ada"),
        named("ada", "Ada"),
        placed("1", "ada"),
        named("ada", "Countess"),
        placed("2", "ada"),
        recorded::<Customer>("ada", "Left", 1, "{}"),
        placed("3", "ada"),
    ] {
        store.append(append).await.unwrap();
    }
    let expected = pairs(&[("0", "nobody"), ("1", "Ada"), ("2", "Countess"), ("3", "nobody")]);
    assert_eq!(orders(&app(&store, Refresh::Manual).await).await, expected);
}

#[tokio::test]
async fn rows_that_are_looked_up_outlive_the_batch_and_the_application() {
    let store = Arc::new(MemoryStore::new());
    store.append(named("ada", "Ada")).await.unwrap();
    let first = app(&store, Refresh::Manual).await;
    assert_eq!(orders(&first).await, []);
    store.append(placed("1", "ada")).await.unwrap();
    let second = app(&store, Refresh::Continuous).await;
    assert_eq!(orders(&second).await, pairs(&[("1", "Ada")]));
}

#[tokio::test]
async fn a_row_that_is_built_anew_finds_what_it_found_before() {
    let store = Arc::new(MemoryStore::new());
    for append in [named("ada", "Ada"), placed("1", "ada"), named("ada", "Countess")] {
        store.append(append).await.unwrap();
    }
    let app = app(&store, Refresh::OnCommit).await;
    assert_eq!(orders(&app).await, pairs(&[("1", "Ada")]));
    app.projection::<OrderRow>().unwrap().rebuild().await.unwrap();
    assert_eq!(orders(&app).await, pairs(&[("1", "Ada")]));
    let past = app.rows_at::<OrderRow>(Position::new(2)).await.unwrap();
    assert_eq!(past[0].customer, "Ada");
}

#[tokio::test]
async fn what_a_looked_up_row_cannot_take_in_is_set_aside_with_the_rest_of_its_stream() {
    let store = Arc::new(MemoryStore::new());
    for append in [
        named("ada", "Ada"),
        named("ada", "unspeakable"),
        named("ada", "Countess"),
        named("bob", "Bob"),
        placed("1", "ada"),
        placed("2", "bob"),
    ] {
        store.append(append).await.unwrap();
    }
    let app = app(&store, Refresh::Manual).await;
    assert_eq!(orders(&app).await, pairs(&[("1", "Ada"), ("2", "Bob")]));
    let projection = app.projection::<OrderRow>().unwrap();
    let letters = projection.dead_letters(Position::START, 10).await.unwrap();
    let positions: Vec<_> =
        letters.iter().map(|letter| (letter.position.get(), letter.reason.is_some())).collect();
    assert_eq!(positions, [(2, true), (3, false)]);
    let reason = letters[0].reason.as_deref().unwrap();
    assert!(
        reason.contains("`customer_row`, which is looked up") && reason.contains("nobody can take in"),
        "{reason}"
    );
    let retried = projection.skip_dead_letter(Position::new(2), "unspeakable").await.unwrap();
    assert_eq!((retried.taken_in, retried.left), (1, 0));
    store.append(placed("3", "ada")).await.unwrap();
    assert_eq!(orders(&app).await[2], ("3".to_owned(), "Countess".to_owned()));
}

#[test]
fn a_fold_with_a_lookup_is_tested_like_any_other() {
    rows_of::<OrderRow>()
        .given(&"ada".to_owned(), [CustomerEvent::from(Named { name: "Ada".to_owned() })])
        .given(&"1".to_owned(), [OrderEvent::from(Placed { customer: "ada".to_owned() })])
        .then([(OrderRowKey { order: "1".to_owned() }, OrderRow { customer: "Ada".to_owned() })]);
}

#[derive(Debug, Clone)]
enum Step {
    Name(u8, u8),
    Leave(u8),
    Place(u8),
    /// The application is built anew.
    Restart,
    CatchUp,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..3u8, 0..9u8).prop_map(|(customer, name)| Step::Name(customer, name)),
        (0..3u8).prop_map(Step::Leave),
        (0..3u8).prop_map(Step::Place),
        Just(Step::Restart),
        Just(Step::CatchUp),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_batches_an_order_has_the_name_of_its_moment(steps in prop::collection::vec(step(), 0..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            for refresh in [Refresh::Manual, Refresh::OnCommit, Refresh::Continuous] {
                let store = Arc::new(MemoryStore::new());
                let (mut names, mut expected) = (HashMap::new(), Vec::new());
                let mut running = app(&store, refresh).await;
                for step in &steps {
                    match step {
                        Step::Name(customer, name) => {
                            names.insert(*customer, format!("name {name}"));
                            let append = named(&customer.to_string(), &format!("name {name}"));
                            store.append(append).await.unwrap();
                        }
                        Step::Leave(customer) => {
                            names.remove(customer);
                            let left = recorded::<Customer>(&customer.to_string(), "Left", 1, "{}");
                            store.append(left).await.unwrap();
                        }
                        Step::Place(customer) => {
                            let order = format!("{:02}", expected.len());
                            store.append(placed(&order, &customer.to_string())).await.unwrap();
                            let name = names.get(customer).cloned();
                            expected.push((order, name.unwrap_or_else(|| "nobody".to_owned())));
                        }
                        Step::Restart => {
                            drop(running);
                            running = app(&store, refresh).await;
                        }
                        Step::CatchUp => drop(running.refresh::<OrderRow>().await.unwrap()),
                    }
                }
                assert_eq!(orders(&running).await, expected, "{refresh}");
            }
        });
    }
}
