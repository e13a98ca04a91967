//! A command and a read model written by hand join the generated aggregate in one application, on a real store.

use bank::banking::{
    Account, AccountId, AccountsOf, Close, Currency, Deposit, Holder, Money, OpenAccount, Role,
};
use bank::interest::CreditInterest;
use bank::statement::StatementOf;
use cqrs_core::{App, Caller, ExecuteError, QueryError};
use cqrs_sqlite::SqliteStore;
use rust_decimal::Decimal;
use uuid::Uuid;

fn teller() -> Caller {
    Caller::named("tom").with_role(Role::TELLER)
}

#[tokio::test]
async fn a_command_and_a_projection_by_hand_join_the_generated_aggregate() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("bank.db")).await.unwrap();
    let app = bank::register(App::builder(store)).build().await.unwrap();
    let account_id = AccountId(Uuid::now_v7());
    let holder = Holder { name: "Ada".to_owned(), ..Holder::default() };
    app.execute(OpenAccount { account_id, holder, currency: Currency::Eur, branch: None }).await.unwrap();
    let amount = Money::from_minor(10_000);
    app.execute(Deposit { account_id, amount, reference: "salary".to_owned() }).await.unwrap();

    // The generated state and the generated row take in what the command by hand recorded.
    let interest = || CreditInterest { account_id, percent: Decimal::TWO, reference: "2026".to_owned() };
    let receipt = app.execute(interest()).by(teller()).await.unwrap();
    let account = app.load::<Account>(&account_id).await.unwrap().state;
    assert_eq!(account.balance, Money::from_minor(10_200));
    let accounts = app.query(AccountsOf { holder: "Ada".to_owned() }).by(teller());
    let accounts = accounts.after(&receipt).await.unwrap().rows;
    assert_eq!((accounts[0].balance, accounts[0].movements), (Money::from_minor(10_200), 2));

    // The read model by hand takes in what generated commands recorded, and outlives the generated row.
    let receipt = app.execute(Close { account_id }).await.unwrap();
    let statement = app.query(StatementOf { account_id }).by(teller());
    let lines = statement.after(&receipt).await.unwrap().rows;
    let lines: Vec<_> =
        lines.iter().map(|line| (line.key.number, line.text.as_str(), line.amount.to_string())).collect();
    assert_eq!(
        lines,
        [
            (2, "branch: salary", "100.00".to_owned()),
            (3, "interest: 2026", "2.00".to_owned()),
            (4, "withdrawal", "-102.00".to_owned()),
        ]
    );
    let accounts = app.query(AccountsOf { holder: "Ada".to_owned() }).by(teller());
    assert!(accounts.after(&receipt).await.unwrap().rows.is_empty());

    // What is by hand keeps the same rules as what is generated.
    let refused = app.execute(interest()).by(teller()).await;
    assert!(matches!(refused, Err(ExecuteError::Refused(_))), "{refused:?}");
    let refused = app.execute(interest()).await;
    assert!(matches!(refused, Err(ExecuteError::Forbidden { .. })), "{refused:?}");
    let refused = app.query(StatementOf { account_id }).await;
    assert!(matches!(refused, Err(QueryError::Forbidden { .. })), "{refused:?}");
}
