//! Queries: typed, paged by key, able to wait for a write.

use std::time::Duration;

use cqrs_core::{App, Caller, Cursor, QueryError, Refresh, WaitError};

use crate::bank::{AccountsOf, Richest, bank_with, deposit, open};

async fn app_with(accounts: u32) -> App {
    let app = bank_with(Refresh::OnCommit).await;
    for number in 0..accounts {
        let name = format!("a{number}");
        app.execute(open(&name)).await.unwrap();
        app.execute(deposit(&name, 10 + number / 2)).await.unwrap();
    }
    app
}

#[tokio::test]
async fn pages_follow_each_other_by_key_and_tell_the_last() {
    let app = app_with(8).await;
    let mut balances = Vec::new();
    let mut cursor: Option<Cursor> = None;
    let mut pages = 0;
    loop {
        let ask = app.query(Richest { cents: 11 });
        let page = match cursor.take() {
            Some(cursor) => ask.page(cursor).await.unwrap(),
            None => ask.await.unwrap(),
        };
        balances.extend(page.rows.iter().map(|row| (row.cents, row.key.account_id.0.clone())));
        pages += 1;
        // A cursor survives a trip through a URL.
        cursor = page.next.map(|next| next.to_string().parse().unwrap());
        if cursor.is_none() {
            break;
        }
    }
    let expected = [(13, "a6"), (13, "a7"), (12, "a4"), (12, "a5"), (11, "a2"), (11, "a3")];
    assert_eq!(balances, expected.map(|(cents, name)| (cents, name.to_owned())));
    assert_eq!(pages, 2);
}

#[tokio::test]
async fn rows_are_counted_without_being_read() {
    let app = app_with(8).await;
    assert_eq!(app.query(Richest { cents: 12 }).count().await.unwrap(), 4);
}

#[tokio::test]
async fn a_cursor_of_another_query_is_refused() {
    let app = app_with(8).await;
    let cursor = app.query(Richest { cents: 0 }).await.unwrap().next.unwrap();
    let error = app.query(Richest { cents: 1 }).page(cursor).await.unwrap_err();
    assert_eq!(error.to_string(), "the cursor is not one of this query");
    assert!("nonsense".parse::<Cursor>().is_err());
}

#[tokio::test]
async fn a_caller_without_the_role_is_refused() {
    let app = app_with(1).await;
    let error = app.query(AccountsOf { holder: "A".into() }).await.unwrap_err();
    assert_eq!(error.to_string(), "`AccountsOf` may be asked by `teller`");
    let teller = Caller::anonymous().with_role("teller");
    assert_eq!(app.query(AccountsOf { holder: "A".into() }).by(teller).await.unwrap().rows.len(), 1);
}

#[tokio::test]
async fn a_query_can_be_answered_only_from_rows_that_include_a_write() {
    let app = bank_with(Refresh::Continuous).await;
    for number in 0..50 {
        let receipt = app.execute(open(&format!("a{number}"))).await.unwrap();
        let count = app.query(Richest { cents: 0 }).after(&receipt).count().await.unwrap();
        assert_eq!(count, number + 1);
    }
    let head = app.query(Richest { cents: 0 }).await.unwrap().position;
    let late = app.query(Richest { cents: 0 }).after_position(head.plus(1)).within(Duration::from_millis(10));
    assert!(matches!(late.await, Err(QueryError::Wait(WaitError::Stale { behind: 1, .. }))));
}
