//! The quickstart's read model is what plain SQL makes of the stored events.

#![allow(clippy::unwrap_used, reason = "a test that fails panics")]

use std::process::Command;

use rusqlite::Connection;

/// An account with its balance in cents and its movements.
type Account = (String, i64, i64);

fn accounts(database: &Connection, sql: &str) -> Vec<Account> {
    let mut statement = database.prepare(sql).unwrap();
    let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    statement.query_map([], row).unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn the_summary_is_that_of_plain_sql() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..3 {
        let run = Command::new(env!("CARGO_BIN_EXE_quickstart")).current_dir(folder.path()).status();
        assert!(run.unwrap().success());
    }
    let database = Connection::open(folder.path().join("quickstart.db")).unwrap();
    let kept = "SELECT account_id, CAST(round(balance * 100) AS INTEGER), movements FROM account_summary";
    let summed = "
        SELECT aggregate_id, count(*),
               sum(CAST(round(json_extract(payload, '$.amount') * 100) AS INTEGER)
                   * CASE event_type WHEN 'Deposited' THEN 1 ELSE -1 END)
        FROM cqrs_log GROUP BY aggregate_id";
    let summed: Vec<Account> =
        accounts(&database, summed).into_iter().map(|(id, n, sum)| (id, sum, n)).collect();
    assert_eq!(summed, [("ada".to_owned(), 3 * 7450, 6)]);
    assert_eq!(accounts(&database, kept), summed);
}
