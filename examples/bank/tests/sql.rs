//! The bank's read models are what plain SQL makes of the stored events.
//!
//! The SQL knows nothing of the read models: it adds up the JSON of the log, amounts in cents.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]

use bank::banking::{AccountId, Close, Currency, Deposit, Holder, Money, OpenAccount, Role, Withdraw};
use cqrs_core::{App, Caller, ExecuteError};
use cqrs_sqlite::SqliteStore;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rusqlite::Connection;
use rusqlite::types::Value;
use uuid::Uuid;

/// The movements, one row each; amounts in cents, less than nothing where money went out.
const MOVEMENTS: &str = "
    WITH movement AS (
        SELECT aggregate_id AS account, version, recorded_at, event_type,
               json_extract(payload, '$.channel') AS channel, json_extract(payload, '$.reference') AS reference,
               CAST(round(json_extract(payload, '$.amount') * 100) AS INTEGER)
                   * CASE event_type WHEN 'MoneyDeposited' THEN 1 ELSE -1 END AS cents
        FROM cqrs_log WHERE event_type IN ('MoneyDeposited', 'MoneyWithdrawn')
    )";

/// What a read model keeps, and what SQL makes of the movements. Times are compared to the microsecond, which is what the log has.
const READ_MODELS: [(&str, &str); 2] = [
    (
        "SELECT account_id, holder, CAST(round(balance * 100) AS INTEGER), movements, substr(updated_at, 1, 26)
         FROM account_summary ORDER BY 1",
        "SELECT aggregate_id, json_extract(payload, '$.holder.name'),
                (SELECT ifnull(sum(cents), 0) FROM movement WHERE account = aggregate_id),
                (SELECT count(*) FROM movement WHERE account = aggregate_id), substr(recorded_at, 1, 26)
         FROM cqrs_log AS opened WHERE event_type = 'AccountOpened' AND NOT EXISTS (
             SELECT 1 FROM cqrs_log AS closed
             WHERE closed.aggregate_id = opened.aggregate_id AND event_type = 'AccountClosed')
         ORDER BY 1",
    ),
    (
        "SELECT account_id, number, text, CAST(round(amount * 100) AS INTEGER), substr(\"at\", 1, 26)
         FROM statement_line ORDER BY 1, 2",
        "SELECT account, version, CASE WHEN cents < 0 THEN 'withdrawal' ELSE channel || ': ' || reference END, cents,
                substr(recorded_at, 1, 26)
         FROM movement ORDER BY 1, 2",
    ),
];

#[derive(Debug, Clone)]
enum Step {
    Open(u128),
    Deposit(u128, i64),
    Withdraw(u128, i64),
    Close(u128),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let account = || 0..12_u128;
    let step = prop_oneof![
        2 => account().prop_map(Step::Open),
        8 => (account(), 1..100_000_i64).prop_map(|(account, cents)| Step::Deposit(account, cents)),
        8 => (account(), 1..50_000_i64).prop_map(|(account, cents)| Step::Withdraw(account, cents)),
        1 => account().prop_map(Step::Close),
    ];
    proptest::collection::vec(step, 400)
}

async fn execute(app: &App, step: Step) -> bool {
    let caller = || Caller::anonymous().with_role(Role::HOLDER).with_role(Role::TELLER);
    let id = |account: u128| AccountId(Uuid::from_u128(account));
    let outcome = match step {
        Step::Open(account) => {
            let holder = Holder { name: format!("holder {account}"), ..Holder::default() };
            let open = OpenAccount { account_id: id(account), holder, currency: Currency::Eur, branch: None };
            app.execute(open).by(caller()).await
        }
        Step::Deposit(account, cents) => {
            let (amount, reference) = (Money::from_minor(cents), format!("it's {cents}"));
            app.execute(Deposit { account_id: id(account), amount, reference }).by(caller()).await
        }
        Step::Withdraw(account, cents) => {
            let amount = Money::from_minor(cents);
            app.execute(Withdraw { account_id: id(account), amount }).by(caller()).await
        }
        Step::Close(account) => app.execute(Close { account_id: id(account) }).by(caller()).await,
    };
    match outcome {
        Ok(_) => true,
        Err(
            ExecuteError::Refused(_) | ExecuteError::AlreadyExists { .. } | ExecuteError::NotFound { .. },
        ) => false,
        Err(error) => panic!("{error}"),
    }
}

fn rows(database: &Connection, sql: &str) -> Vec<Vec<Value>> {
    let mut statement = database.prepare(sql).unwrap();
    let columns = statement.column_count();
    let row = |row: &rusqlite::Row<'_>| (0..columns).map(|column| row.get(column)).collect();
    statement.query_map([], row).unwrap().collect::<Result<_, _>>().unwrap()
}

#[tokio::test]
async fn accounts_and_statements_are_those_of_plain_sql() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bank.db");
    let app = bank::register(App::builder(SqliteStore::open(&path).await.unwrap())).build().await.unwrap();
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let steps = steps().new_tree(&mut TestRunner::new_with_rng(Config::default(), rng)).unwrap().current();
    let mut recorded = 0;
    for step in steps {
        recorded += usize::from(execute(&app, step).await);
    }
    app.shutdown().await.unwrap();
    assert!(recorded > 100, "{recorded} commands are too few to say anything");
    let database = Connection::open(path).unwrap();
    for (kept, summed) in READ_MODELS {
        let (kept, summed) = (rows(&database, kept), rows(&database, &format!("{MOVEMENTS} {summed}")));
        assert!(!kept.is_empty());
        assert_eq!(kept, summed);
    }
}
