//! Transfers on a real store: the money enters the other account or comes back, once, however often it is asked for.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]

use bank::banking::{
    Account, AccountError, AccountId, Close, Currency, Deposit, Holder, Money, OpenAccount, Role,
};
use bank::transfer::{Transfer, TransferError};
use cqrs_core::{App, Caller, ExecuteError};
use cqrs_sqlite::SqliteStore;
use tempfile::TempDir;
use uuid::Uuid;

struct Bank {
    app: App,
    _folder: TempDir,
}

impl Bank {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path().join("bank.db")).await.unwrap();
        Self { app: bank::register(App::builder(store)).build().await.unwrap(), _folder: folder }
    }

    async fn account_with(&self, cents: i64) -> AccountId {
        let account_id = AccountId(Uuid::now_v7());
        let open =
            OpenAccount { account_id, holder: Holder::default(), currency: Currency::Eur, branch: None };
        self.app.execute(open).await.unwrap();
        self.deposit(account_id, cents).await;
        account_id
    }

    async fn deposit(&self, account_id: AccountId, cents: i64) {
        let amount = Money::from_minor(cents);
        self.app.execute(Deposit { account_id, amount, reference: "r".to_owned() }).await.unwrap();
    }

    async fn transfer(&self, transfer: &Transfer) -> Result<bool, TransferError> {
        let receipt = transfer.execute(&self.app, Caller::anonymous().with_role(Role::HOLDER)).await?;
        Ok(receipt.duplicate)
    }

    async fn balances(&self, accounts: [AccountId; 2]) -> [Money; 2] {
        let [first, second] = accounts;
        let first = self.app.load::<Account>(&first).await.unwrap().state.balance;
        [first, self.app.load::<Account>(&second).await.unwrap().state.balance]
    }
}

fn of(cents: i64, from: AccountId, to: AccountId) -> Transfer {
    let (id, amount) = (Uuid::now_v7(), Money::from_minor(cents));
    Transfer { id, from, to, amount, reference: "rent".to_owned() }
}

#[tokio::test]
async fn a_transfer_that_is_asked_for_twice_moves_money_once() {
    let bank = Bank::open().await;
    let accounts = [bank.account_with(1000).await, bank.account_with(0).await];
    let rent = of(600, accounts[0], accounts[1]);
    assert!(!bank.transfer(&rent).await.unwrap());
    assert!(bank.transfer(&rent).await.unwrap());
    assert_eq!(bank.balances(accounts).await, [400, 600].map(Money::from_minor));
}

#[tokio::test]
async fn what_is_not_there_is_not_transferred() {
    let bank = Bank::open().await;
    let accounts = [bank.account_with(599).await, bank.account_with(0).await];
    let refused = bank.transfer(&of(600, accounts[0], accounts[1])).await;
    let Err(TransferError::NotPaid(ExecuteError::Refused(AccountError::InsufficientFunds { .. }))) = refused
    else {
        panic!("not refused as it should be: {refused:?}");
    };
    assert_eq!(bank.balances(accounts).await, [599, 0].map(Money::from_minor));
}

#[tokio::test]
async fn money_for_a_closed_account_comes_back_once() {
    let bank = Bank::open().await;
    let accounts = [bank.account_with(1000).await, bank.account_with(0).await];
    bank.app.execute(Close { account_id: accounts[1] }).await.unwrap();
    let rent = of(600, accounts[0], accounts[1]);
    for _ in 0..2 {
        let refused = bank.transfer(&rent).await;
        assert!(matches!(refused, Err(TransferError::Returned(_))), "{refused:?}");
        assert_eq!(bank.balances(accounts).await, [1000, 0].map(Money::from_minor));
    }
}

#[tokio::test]
async fn money_that_came_back_does_not_enter_an_account_that_is_opened_later() {
    let bank = Bank::open().await;
    let accounts = [bank.account_with(1000).await, AccountId(Uuid::now_v7())];
    let rent = of(600, accounts[0], accounts[1]);
    assert!(matches!(bank.transfer(&rent).await, Err(TransferError::Returned(_))));
    let [_, account_id] = accounts;
    let open = OpenAccount { account_id, holder: Holder::default(), currency: Currency::Eur, branch: None };
    bank.app.execute(open).await.unwrap();
    assert!(matches!(bank.transfer(&rent).await, Err(TransferError::Returned(_))));
    assert_eq!(bank.balances(accounts).await, [1000, 0].map(Money::from_minor));
}
