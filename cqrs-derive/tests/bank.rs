//! A small domain with every derive in it, from stored bytes to rows and filters.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]

use cqrs_core::store::RowTest;
use cqrs_core::{
    Aggregate, AggregateId, Apply, Command, Context, DataType, Decide, Event, EventSet, Existence, Invalid,
    Meta, Project, Projection, Query, Row, Upcast, Value,
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

#[derive(AggregateId, Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct AccountId(String);

#[derive(DataType, Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Default)]
struct Money(Decimal);

#[derive(Event, Debug, PartialEq, Serialize, Deserialize)]
struct Opened {
    holder: String,
}

#[derive(Event, Debug, PartialEq, Serialize, Deserialize)]
#[event(name = "Deposit")]
struct DepositedV1 {
    cents: i64,
}

#[derive(Event, Debug, PartialEq, Serialize, Deserialize)]
#[event(version = 2, upcast_from = DepositedV1)]
struct Deposited {
    amount: Money,
}

impl Upcast<Deposited> for DepositedV1 {
    fn upcast(self) -> Deposited {
        Deposited { amount: Money(Decimal::new(self.cents, 2)) }
    }
}

#[derive(EventSet, Debug, PartialEq)]
enum AccountEvent {
    Opened(Opened),
    Deposited(Deposited),
}

#[derive(Debug, thiserror::Error)]
enum AccountError {
    #[error("the account is not open")]
    NotOpen,
}

#[derive(Aggregate, Default, Serialize, Deserialize)]
#[aggregate(id = AccountId, events = AccountEvent, error = AccountError, snapshot(every = 200))]
struct Account {
    open: bool,
    balance: Money,
}

impl Apply<Opened> for Account {
    fn apply(&mut self, _: &Opened) {
        self.open = true;
    }
}

impl Apply<Deposited> for Account {
    fn apply(&mut self, event: &Deposited) {
        self.balance = Money(self.balance.0 + event.amount.0);
    }
}

#[derive(Command)]
#[command(aggregate = Account, id = account_id, existing, roles("teller", "holder"), validate = Self::check)]
struct Deposit {
    account_id: AccountId,
    amount: Money,
}

impl Deposit {
    fn check(&self) -> Result<(), Invalid> {
        if self.amount.0.is_zero() { Err(Invalid::field("amount", "is zero")) } else { Ok(()) }
    }
}

impl Decide<Deposit> for Account {
    fn decide(&self, command: &Deposit, _: &Context) -> Result<Vec<AccountEvent>, AccountError> {
        if !self.open {
            return Err(AccountError::NotOpen);
        }
        Ok(vec![Deposited { amount: command.amount }.into()])
    }
}

#[derive(Projection, Debug, Clone, Default)]
#[projection(key(account_id: AccountId), on(Opened, Deposited), index(holder))]
struct AccountSummary {
    holder: String,
    balance: Money,
    note: Option<String>,
}

impl Project<Opened> for AccountSummary {
    fn project(row: &mut Row<Self>, event: &Opened, _: &Meta) {
        row.or_default().holder = event.holder.clone();
    }
}

impl Project<Deposited> for AccountSummary {
    fn project(row: &mut Row<Self>, event: &Deposited, _: &Meta) {
        let row = row.or_default();
        row.balance = Money(row.balance.0 + event.amount.0);
    }
}

#[derive(Query)]
#[query(from = AccountSummary, order_by(balance desc, holder), limit = 50, roles("teller"))]
struct AccountsOf {
    #[query(prefix)]
    holder: String,
    #[query(column = balance, at_least)]
    from: Option<Money>,
    #[query(any_of)]
    note: Vec<String>,
}

#[test]
fn a_record_of_an_old_version_becomes_an_event_of_today() {
    let route = AccountEvent::locate("Deposit", 1).unwrap();
    let decoded = AccountEvent::decode(route, br#"{"cents": 250}"#).unwrap();
    let today = Deposited { amount: Money(Decimal::new(250, 2)) };
    assert_eq!(decoded, cqrs_core::Decoded::One(AccountEvent::Deposited(today)));
}

#[test]
fn a_command_knows_its_aggregate_and_who_may_send_it() {
    let deposit = Deposit { account_id: "a".parse().unwrap(), amount: Money(Decimal::ZERO) };
    assert_eq!(deposit.aggregate_id().to_string(), "a");
    assert_eq!((Deposit::NAME, Deposit::EXISTENCE), ("Deposit", Existence::Existing));
    assert_eq!(Deposit::ROLES, ["teller", "holder"]);
    assert_eq!(deposit.validate().unwrap_err().to_string(), "`amount` is zero");
}

#[test]
fn an_event_set_applies_each_event_to_the_aggregate() {
    let mut account = Account::default();
    account.apply_event(&Opened { holder: "Ada".into() }.into()).unwrap();
    account.apply_event(&Deposited { amount: Money(Decimal::ONE) }.into()).unwrap();
    assert!(account.open);
    assert_eq!(account.balance, Money(Decimal::ONE));
}

#[test]
fn a_snapshot_is_the_whole_state_under_a_fingerprint_of_its_types() {
    #[derive(Aggregate, Default, Serialize, Deserialize)]
    #[aggregate(id = AccountId, events = OtherEvent, error = AccountError, snapshot(every = 1))]
    struct Other {
        open: bool,
        balance: Decimal,
    }

    #[derive(EventSet)]
    enum OtherEvent {}

    let snapshots = Account::snapshots().unwrap();
    let account = Account { open: true, balance: Money(Decimal::ONE) };
    let bytes = (snapshots.encode)(&account).unwrap();
    let back = (snapshots.decode)(&bytes).unwrap();
    assert_eq!((back.open, back.balance), (account.open, account.balance));
    assert_eq!(snapshots.every, 200);
    assert_ne!(snapshots.fingerprint, Other::snapshots().unwrap().fingerprint);
    assert_eq!(snapshots.fingerprint, Account::snapshots().unwrap().fingerprint);
}

#[test]
fn a_query_is_filters_on_the_columns_of_its_projection() {
    let query = AccountsOf { holder: "A".into(), from: Some(Money(Decimal::ONE)), note: vec!["n".into()] };
    let filters = query.filters().unwrap();
    let tests: Vec<_> = filters.into_iter().map(|filter| (filter.column, filter.test)).collect();
    assert_eq!(
        tests,
        [
            (1, RowTest::Prefix("A".into())),
            (2, RowTest::AtLeast(Value::Decimal(Decimal::ONE))),
            (3, RowTest::In(vec![Value::Text("n".into())])),
        ]
    );
    let order: Vec<_> =
        AccountsOf::order().into_iter().map(|order| (order.column, order.descending)).collect();
    assert_eq!(order, [(2, true), (1, false)]);
    assert_eq!((AccountsOf::LIMIT, AccountsOf::ROLES), (50, &["teller"][..]));
}

#[test]
fn a_row_goes_to_cells_and_comes_back() {
    let row = AccountSummary { holder: "Ada".into(), balance: Money(Decimal::ONE), note: None };
    let mut cells = Vec::new();
    row.write(&mut cells).unwrap();
    assert_eq!(cells, [Value::Text("Ada".into()), Value::Decimal(Decimal::ONE), Value::Null]);
    let back = AccountSummary::read(&mut cells.into_iter()).unwrap();
    assert_eq!((back.holder, back.balance, back.note), (row.holder, row.balance, row.note));
    let key = AccountSummaryKey { account_id: "a".parse().unwrap() };
    assert_eq!(format!("{key:?}"), r#"AccountSummaryKey { account_id: AccountId("a") }"#);
}
