//! The box office's read models are what plain SQL makes of the stored events.
//!
//! The SQL knows nothing of the read models: it looks for the last event of each seat and customer in the JSON of the log.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use cqrs_core::{App, Caller, ExecuteError};
use cqrs_sqlite::SqliteStore;
use jiff::Timestamp;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rusqlite::Connection;
use rusqlite::types::Value;
use rust_decimal::Decimal;
use ticketing::domain::{
    self, BuySeat, CustomerId, HoldSeat, JoinWaitingList, LeaveWaitingList, Money, RefundSeat, ReleaseHold,
    Role, SalesByQuarterHour, ScheduleShow, Seat, ShowId,
};
use uuid::Uuid;

/// What happened, one row an event.
const LOG: &str = "
    WITH log AS (
        SELECT position, aggregate_id AS show, event_type AS event, recorded_at,
               CAST(strftime('%s', recorded_at) AS INTEGER) AS at,
               json_extract(payload, '$.seat') AS seat,
               ifnull(json_extract(payload, '$.customer'), json_extract(payload, '$.to')) AS customer,
               json_extract(payload, '$.by') AS by,
               substr(json_extract(payload, '$.until'), 1, 19) AS until,
               CAST(round(json_extract(payload, '$.price') * 100) AS INTEGER) AS cents
        FROM cqrs_log WHERE event_type <> 'ShowScheduled'
    )";

/// What a read model keeps, and what SQL makes of the log.
const READ_MODELS: [(&str, &str); 4] = [
    (
        "SELECT show_id, seat, status, customer, substr(until, 1, 19) FROM seat_plan ORDER BY 1, 2",
        "SELECT show, seat,
                CASE event WHEN 'SeatHeld' THEN 'held' WHEN 'SeatOffered' THEN 'offered' WHEN 'SeatSold' THEN 'sold'
                           ELSE 'free' END,
                CASE event WHEN 'SeatHeld' THEN by WHEN 'SeatOffered' THEN customer WHEN 'SeatSold' THEN customer END,
                until
         FROM log WHERE position IN (SELECT max(position) FROM log WHERE seat IS NOT NULL GROUP BY show, seat)
         ORDER BY 1, 2",
    ),
    (
        "SELECT show_id, tickets, CAST(round(revenue * 100) AS INTEGER) FROM sales ORDER BY 1",
        "SELECT show, sum(CASE event WHEN 'SeatSold' THEN 1 ELSE -1 END),
                sum(CASE event WHEN 'SeatSold' THEN cents ELSE -cents END)
         FROM log WHERE event IN ('SeatSold', 'SaleRefunded') GROUP BY show ORDER BY 1",
    ),
    (
        "SELECT show_id, customer, substr(since, 1, 26) FROM waiting_customers ORDER BY 1, 2",
        "SELECT show, customer, substr(recorded_at, 1, 26) FROM log WHERE event = 'WaitingListJoined' AND position IN (
             SELECT max(position) FROM log WHERE event IN ('WaitingListJoined', 'WaitingListLeft', 'SeatOffered')
             GROUP BY show, customer)
         ORDER BY 1, 2",
    ),
    (
        "SELECT show_id, CAST(strftime('%s', window_start) AS INTEGER), tickets, CAST(round(dearest * 100) AS INTEGER),
                CAST(round(mean_price * 100) AS INTEGER)
         FROM sales_by_quarter_hour ORDER BY 1, 2",
        "SELECT show, at / 900 * 900 - back * 900, count(*), max(cents), CAST(round(avg(cents)) AS INTEGER)
         FROM log JOIN (SELECT 0 AS back UNION SELECT 1 UNION SELECT 2 UNION SELECT 3)
         WHERE event = 'SeatSold' GROUP BY 1, 2 ORDER BY 1, 2",
    ),
];

/// The time at the box office, in seconds since 1970.
static NOW: AtomicI64 = AtomicI64::new(0);

fn clock() -> Timestamp {
    Timestamp::from_second(NOW.load(Ordering::Relaxed)).unwrap()
}

#[derive(Debug, Clone, Copy)]
enum Wish {
    Hold,
    Release,
    Buy,
    Wait,
    Leave,
    Refund,
    /// So many minutes pass.
    Pass(i64),
}

type Step = (Wish, u128, usize, usize);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let wish = prop_oneof![
        6 => Just(Wish::Hold),
        1 => Just(Wish::Release),
        5 => Just(Wish::Buy),
        6 => Just(Wish::Wait),
        1 => Just(Wish::Leave),
        1 => Just(Wish::Refund),
        1 => (1..15_i64).prop_map(Wish::Pass),
    ];
    proptest::collection::vec((wish, 0..2_u128, 0..3_usize, 0..9_usize), 1200)
}

async fn execute(app: &App, (wish, show, seat, customer): Step) -> bool {
    let show_id = ShowId(Uuid::from_u128(show));
    let seat = Seat(format!("A{seat}"));
    let customer = CustomerId(format!("customer {customer}"));
    let outcome = match wish {
        Wish::Hold => app.execute(HoldSeat { show_id, seat, customer }).await,
        Wish::Release => app.execute(ReleaseHold { show_id, seat, customer }).await,
        Wish::Buy => app.execute(BuySeat { show_id, seat, customer }).await,
        Wish::Wait => app.execute(JoinWaitingList { show_id, customer }).await,
        Wish::Leave => app.execute(LeaveWaitingList { show_id, customer }).await,
        Wish::Refund => app.execute(RefundSeat { show_id, seat, customer }).await,
        Wish::Pass(minutes) => {
            NOW.fetch_add(minutes * 60, Ordering::Relaxed);
            return false;
        }
    };
    match outcome {
        Ok(_) => true,
        Err(ExecuteError::Refused(_)) => false,
        Err(error) => panic!("{error}"),
    }
}

async fn schedule(app: &App, show: u128) {
    let command = ScheduleShow {
        show_id: ShowId(Uuid::from_u128(show)),
        title: "Hamlet".to_owned(),
        starts_at: "2030-01-01T20:00:00Z".parse().unwrap(),
        price: Money(Decimal::new(1990 + i64::try_from(show).unwrap(), 2)),
        seats: (0..3).map(|seat| Seat(format!("A{seat}"))).collect(),
    };
    app.execute(command).by(Caller::anonymous().with_role(Role::BOX_OFFICE)).await.unwrap();
}

fn rows(database: &Connection, sql: &str) -> Vec<Vec<Value>> {
    let mut statement = database.prepare(sql).unwrap();
    let columns = statement.column_count();
    let row = |row: &rusqlite::Row<'_>| (0..columns).map(|column| row.get(column)).collect();
    statement.query_map([], row).unwrap().collect::<Result<_, _>>().unwrap()
}

#[tokio::test]
async fn seats_sales_windows_and_who_waits_are_those_of_plain_sql() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ticketing.db");
    let builder = domain::register(App::builder(SqliteStore::open(&path).await.unwrap()));
    let app = builder.clock(clock).build().await.unwrap();
    for show in 0..2 {
        schedule(&app, show).await;
    }
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[9; 32]);
    let steps = steps().new_tree(&mut TestRunner::new_with_rng(Config::default(), rng)).unwrap().current();
    let mut recorded = 0;
    for step in steps {
        recorded += usize::from(execute(&app, step).await);
    }
    let head = app.store().head().await.unwrap();
    app.wait_for::<SalesByQuarterHour>(head, Duration::from_secs(10)).await.unwrap();
    app.shutdown().await.unwrap();
    assert!(recorded > 100, "{recorded} commands are too few to say anything");
    let database = Connection::open(path).unwrap();
    for (kept, found) in READ_MODELS {
        let (kept, found) = (rows(&database, kept), rows(&database, &format!("{LOG} {found}")));
        assert!(!kept.is_empty(), "nothing to compare: {found:?}");
        assert_eq!(kept, found);
    }
}
