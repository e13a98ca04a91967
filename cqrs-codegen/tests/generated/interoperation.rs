//! A hand-written command, projection and query join a generated aggregate in one application.

use cqrs_core::rust_decimal::Decimal;
use cqrs_core::uuid::Uuid;
use cqrs_core::{App, Command, Context, Decide, MemoryStore, Meta, Project, Projection, Query, Refresh, Row};
use serde::{Deserialize, Serialize};

use crate::banking::{
    self, Account, AccountError, AccountEvent, AccountId, AccountOpened, AccountsOf, Close, Currency,
    Deposit, Holder, Money, MoneyWithdrawn, OpenAccount,
};

/// Takes a fee, which may leave nothing.
#[derive(Debug, Command)]
#[command(aggregate = Account, id = account_id, existing)]
struct TakeFee {
    account_id: AccountId,
    fee: Money,
}

impl Decide<TakeFee> for Account {
    fn decide(&self, command: &TakeFee, _: &Context) -> Result<Vec<AccountEvent>, AccountError> {
        let amount = command.fee.min(self.balance);
        Ok(if amount == Money::default() { Vec::new() } else { vec![MoneyWithdrawn { amount }.into()] })
    }
}

/// How many accounts each currency has.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Projection)]
#[projection(key(currency: Currency), keyed_by = "event", on(AccountOpened))]
struct CurrencyUse {
    accounts: u64,
}

impl Project<AccountOpened> for CurrencyUse {
    fn project(row: &mut Row<Self>, _: &AccountOpened, _: &Meta) {
        row.or_default().accounts += 1;
    }
}

/// The use of one currency.
#[derive(Debug, Query)]
#[query(from = CurrencyUse)]
struct UseOf {
    currency: Currency,
}

#[tokio::test]
async fn hand_written_parts_join_generated_ones() {
    let builder = banking::register(App::builder(MemoryStore::new()));
    let app = builder.projection::<CurrencyUse>(Refresh::OnCommit).build().await.unwrap();
    let account_id = AccountId(Uuid::now_v7());
    let holder = Holder { name: "Ada".to_owned(), email: None, contact: None };
    app.execute(OpenAccount { account_id, holder, currency: Currency::Eur, branch: None }).await.unwrap();
    let amount = Money(Decimal::from(10));
    app.execute(Deposit { account_id, amount, reference: "r".to_owned() }).await.unwrap();
    app.execute(TakeFee { account_id, fee: Money(Decimal::from(3)) }).await.unwrap();

    let teller = || cqrs_core::Caller::named("tom").with_role(banking::Role::TELLER);
    let accounts = app.query(AccountsOf { holder: "Ada".to_owned() }).by(teller()).await.unwrap();
    assert_eq!(accounts.rows[0].balance, Money(Decimal::from(7)));
    let used = app.query(UseOf { currency: Currency::Eur }).await.unwrap();
    assert_eq!(used.rows[0].accounts, 1);

    app.execute(Close { account_id }).await.unwrap();
    let account = app.load::<Account>(&account_id).await.unwrap();
    assert_eq!((account.state.open, account.state.balance), (false, Money::default()));
    let gone = app.query(AccountsOf { holder: "Ada".to_owned() }).by(teller()).await.unwrap();
    assert!(gone.rows.is_empty());
}
