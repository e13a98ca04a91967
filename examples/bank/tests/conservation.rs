//! No money is made or lost, whatever is transferred, closed, asked for again, or left half done by a process that died.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]

use bank::banking::{
    Account, AccountError, AccountId, Close, Currency, Deposit, Holder, Money, OpenAccount, Role, Withdraw,
};
use bank::transfer::{Transfer, TransferError};
use cqrs_core::{App, Caller, ExecuteError, MemoryStore};
use proptest::prelude::*;
use rust_decimal::Decimal;
use uuid::Uuid;

const ACCOUNTS: u128 = 3;
const TRANSFERS: usize = 4;

#[derive(Debug, Clone)]
enum Step {
    Ask(usize),
    /// The process dies once the money has left the first account.
    DieHalfWay(usize),
    /// The last account is opened late, once some money for it may have come back.
    OpenLast,
    Close(u128),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..TRANSFERS).prop_map(Step::Ask),
        3 => (0..TRANSFERS).prop_map(Step::DieHalfWay),
        1 => Just(Step::OpenLast),
        1 => (0..ACCOUNTS).prop_map(Step::Close),
    ]
}

fn transfers() -> impl Strategy<Value = Vec<Transfer>> {
    let transfer = (0..ACCOUNTS, 0..ACCOUNTS, 0..150_i64);
    proptest::collection::vec(transfer, TRANSFERS).prop_map(|all| {
        let transfer = |(id, (from, to, cents)): (u128, (u128, u128, i64))| Transfer {
            id: Uuid::from_u128(100 + id),
            from: AccountId(Uuid::from_u128(from)),
            to: AccountId(Uuid::from_u128(to)),
            amount: Money::from_minor(cents),
            reference: "r".to_owned(),
        };
        (0_u128..).zip(all).map(transfer).collect()
    })
}

fn holder() -> Caller {
    Caller::anonymous().with_role(Role::HOLDER)
}

/// All accounts but the last, with 1.00 each.
async fn bank() -> App {
    let app = bank::register(App::builder(MemoryStore::new())).build().await.unwrap();
    for account in 0..ACCOUNTS - 1 {
        open(&app, account).await;
        let (amount, reference) = (Money::from_minor(100), "r".to_owned());
        let account_id = AccountId(Uuid::from_u128(account));
        app.execute(Deposit { account_id, amount, reference }).await.unwrap();
    }
    app
}

async fn open(app: &App, account: u128) {
    let (account_id, holder) = (AccountId(Uuid::from_u128(account)), Holder::default());
    let open = OpenAccount { account_id, holder, currency: Currency::Eur, branch: None };
    match app.execute(open).await {
        Ok(_) | Err(ExecuteError::AlreadyExists { .. }) => {}
        Err(error) => panic!("an account is opened or exists: {error}"),
    }
}

async fn balance(app: &App, account: u128) -> Decimal {
    app.load::<Account>(&AccountId(Uuid::from_u128(account))).await.unwrap().state.balance.0
}

/// Whether the money is in neither account.
async fn ask(app: &App, transfer: &Transfer) -> bool {
    match transfer.execute(app, holder()).await {
        Ok(_) | Err(TransferError::Returned(_)) => false,
        Err(TransferError::NotPaid(ExecuteError::Refused(_))) => false,
        Err(TransferError::HalfDone(ExecuteError::Refused(AccountError::NotOpen))) => true,
        Err(error) => panic!("a store in memory does not fail: {error}"),
    }
}

async fn money_after(transfers: &[Transfer], steps: &[Step]) -> Decimal {
    let app = bank().await;
    let mut paid_out = Decimal::ZERO;
    for step in steps {
        match step {
            Step::Ask(number) => drop(ask(&app, &transfers[*number]).await),
            Step::DieHalfWay(number) => {
                let Transfer { id, from, amount, .. } = transfers[*number];
                let pay = app.execute(Withdraw { account_id: from, amount }).by(holder());
                drop(pay.id(Uuid::new_v5(&id, b"pay")).await);
            }
            Step::OpenLast => open(&app, ACCOUNTS - 1).await,
            Step::Close(account) => {
                let left = balance(&app, *account).await;
                let close = Close { account_id: AccountId(Uuid::from_u128(*account)) };
                if app.execute(close).await.is_ok() {
                    paid_out += left;
                }
            }
        }
    }
    // Whoever waits for an answer asks again. What both accounts are closed for stays in neither.
    let mut money = paid_out;
    for transfer in transfers {
        if ask(&app, transfer).await {
            money += transfer.amount.0;
        }
    }
    for account in 0..ACCOUNTS {
        money += balance(&app, account).await;
    }
    money
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_money_is_made_or_lost(
        transfers in transfers(),
        steps in proptest::collection::vec(step(), 0..20),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let money = runtime.block_on(money_after(&transfers, &steps));
        prop_assert_eq!(money, Decimal::new(200, 2));
    }
}
