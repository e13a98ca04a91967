//! Many customers at the same seats at once, asked by two applications on one file: each seat is held once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]

use std::path::Path;

use cqrs_core::{App, Caller, ExecuteError};
use cqrs_sqlite::SqliteStore;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use ticketing::domain::{
    self, CustomerId, HoldSeat, Money, Role, ScheduleShow, Seat, Show, ShowError, ShowId,
};
use tokio::task::JoinSet;
use uuid::Uuid;

const SEATS: usize = 10;
const CUSTOMERS: usize = 200;

async fn open(folder: &Path) -> App {
    let store = SqliteStore::open(folder.join("ticketing.db")).await.unwrap();
    domain::register(App::builder(store)).build().await.unwrap()
}

fn seat(number: usize) -> Seat {
    Seat(format!("A{number}"))
}

async fn schedule(app: &App) -> ShowId {
    let show_id = ShowId(Uuid::now_v7());
    let command = ScheduleShow {
        show_id,
        title: "Hamlet".to_owned(),
        starts_at: Timestamp::now() + SignedDuration::from_hours(2),
        price: Money(Decimal::from(20)),
        seats: (0..SEATS).map(seat).collect(),
    };
    app.execute(command).by(Caller::anonymous().with_role(Role::BOX_OFFICE)).await.unwrap();
    show_id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_ask_at_once_one_gets_each_seat() {
    let folder = tempfile::tempdir().unwrap();
    let offices = [open(folder.path()).await, open(folder.path()).await];
    let show_id = schedule(&offices[0]).await;

    let mut asking = JoinSet::new();
    for number in 0..CUSTOMERS {
        let office = offices[number % offices.len()].clone();
        let customer = CustomerId(format!("customer {number}"));
        let hold = HoldSeat { show_id, seat: seat(number % SEATS), customer };
        // A conflict with the other office is tried again by the engine; who is unlucky ten times asks once more.
        asking.spawn(async move {
            loop {
                match office.execute(hold.clone()).await {
                    Err(ExecuteError::Conflict { .. }) => {}
                    answer => return answer,
                }
            }
        });
    }
    let mut held = 0;
    while let Some(answer) = asking.join_next().await {
        match answer.unwrap() {
            Ok(_) => held += 1,
            Err(ExecuteError::Refused(ShowError::OnHold { .. })) => {}
            Err(error) => panic!("neither held nor on hold: {error}"),
        }
    }
    assert_eq!(held, SEATS);
    let show = offices[1].load::<Show>(&show_id).await.unwrap();
    assert_eq!(show.state.holds.len(), SEATS);
    assert_eq!(show.version.get(), 1 + SEATS as u64);
    for office in offices {
        office.shutdown().await.unwrap();
    }
}
