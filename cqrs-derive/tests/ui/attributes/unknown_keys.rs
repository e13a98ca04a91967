//! Each derive knows its keys, and names the nearest.

use cqrs_core::{Aggregate, AggregateId, Command, DataType, Event, EventSet, Projection, Query};
use serde::{Deserialize, Serialize};

#[derive(DataType, Serialize, Deserialize)]
#[data_type(opaqe = "Holder")]
struct Holder {
    #[data_type(skip)]
    name: String,
}

#[derive(AggregateId, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[aggregate_id(name = "AccountId")]
struct AccountId(String);

#[derive(Event, Serialize, Deserialize)]
#[event(verison = 2, colour = "red")]
struct Opened {}

#[derive(EventSet)]
#[event_set(retierd(Closed))]
enum AccountEvent {
    Opened(Opened),
}

#[derive(Aggregate, Default)]
#[aggregate(ids = AccountId, event = AccountEvent, errors = AccountError)]
struct Account;

#[derive(Command)]
#[command(agregate = Account, role("teller"))]
struct Open {
    account_id: AccountId,
}

#[derive(Projection, Clone)]
#[projection(tabel = "accounts", keys(account_id: AccountId), of(Opened))]
struct AccountSummary {}

#[derive(Query)]
#[query(form = AccountSummary, orderby(holder))]
struct AccountsOf {
    #[query(at_lest)]
    balance: i64,
}

fn main() {}
