//! The totals that the schema's read models keep are those that plain SQL makes of the stored events.
//!
//! The SQL knows nothing of the read models: it adds up the JSON of the log, amounts in thousandths as whole numbers. A column
//! that holds another number than the nearest one to the exact sum is found.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]

use std::fs;
use std::path::Path;
use std::process::Command;

use rusqlite::Connection;
use rusqlite::types::Value;

/// The purchases, one row each; amounts in thousandths.
const PURCHASES: &str = "
    WITH purchase AS (
        SELECT json_extract(payload, '$.customer') AS customer,
               json_extract(payload, '$.item') AS item,
               json_extract(payload, '$.on') AS day,
               json_extract(payload, '$.qty') AS qty,
               CAST(round(json_extract(payload, '$.amount') * 1000) AS INTEGER) AS thousandths
        FROM cqrs_log WHERE event_type = 'ItemPurchased'
    )";

/// What a read model keeps, and what SQL makes of the purchases.
const TOTALS: [(&str, &str); 3] = [
    (
        "SELECT customer, item, total_qty, orders, largest FROM item_totals ORDER BY customer, item",
        "SELECT customer, item, sum(qty), count(*), max(qty) FROM purchase GROUP BY customer, item \
         ORDER BY customer, item",
    ),
    (
        "SELECT customer, purchases, quantity, spent * 1.0, first_on, last_on FROM customer_totals ORDER BY customer",
        "SELECT customer, count(*), sum(qty), sum(thousandths) / 1000.0, min(day), max(day) FROM purchase \
         GROUP BY customer ORDER BY customer",
    ),
    (
        "SELECT substr(window_start, 1, 10), purchases, quantity, revenue * 1.0 FROM month_totals ORDER BY 1",
        "SELECT substr(day, 1, 7) || '-01', count(*), sum(qty), sum(thousandths) / 1000.0 FROM purchase \
         GROUP BY 1 ORDER BY 1",
    ),
];

fn import(folder: &Path, arguments: &[&str]) -> Connection {
    let shop = Command::new(env!("CARGO_BIN_EXE_shop")).current_dir(folder).args(arguments).output().unwrap();
    assert!(shop.status.success(), "{}", String::from_utf8_lossy(&shop.stderr));
    Connection::open(folder.join("shop.db")).unwrap()
}

fn rows(database: &Connection, sql: &str) -> Vec<Vec<Value>> {
    let mut statement = database.prepare(sql).unwrap();
    let columns = statement.column_count();
    let row = |row: &rusqlite::Row<'_>| (0..columns).map(|column| row.get(column)).collect();
    statement.query_map([], row).unwrap().collect::<Result<_, _>>().unwrap()
}

/// Compares all read models, and returns how many rows each has.
fn compare(database: &Connection) -> [usize; 3] {
    TOTALS.map(|(kept, summed)| {
        let (kept, summed) = (rows(database, kept), rows(database, &format!("{PURCHASES} {summed}")));
        for (kept, summed) in kept.iter().zip(&summed) {
            assert_eq!(kept, summed);
        }
        assert_eq!(kept.len(), summed.len());
        kept.len()
    })
}

#[test]
fn the_totals_of_a_year_are_those_of_plain_sql() {
    let folder = tempfile::tempdir().unwrap();
    let database = import(folder.path(), &[]);
    let [items, customers, months] = compare(&database);
    assert!(items > customers && customers > 1000, "{items} items of {customers} customers");
    assert_eq!(months, 12);
    let total = "SELECT sum(quantity), CAST(round(sum(spent) * 100) AS INTEGER) FROM customer_totals";
    let quantity = rows(&database, "SELECT sum(json_extract(payload, '$.qty')) FROM cqrs_log");
    assert_eq!(rows(&database, total), [vec![quantity[0][0].clone(), Value::Integer(73_798_672)]]);
}

#[test]
fn amounts_that_binary_fractions_round_are_added_up_exactly() {
    let folder = tempfile::tempdir().unwrap();
    let tenths = "ada 19991231 1 0.1 pen\n".repeat(30);
    let others = "ada 20000101 4294967295 0.001 pen\nbob 20000101 1 9007199254.741\nbob 20000131 1 0.2 pen\n";
    fs::write(folder.path().join("purchases.txt"), tenths + others).unwrap();
    let database = import(folder.path(), &["purchases.txt", "--db", "shop.db"]);
    assert_eq!(compare(&database), [3, 2, 2]);
    let in_binary =
        "SELECT sum(json_extract(payload, '$.amount')) = 3.001 FROM cqrs_log WHERE aggregate_id = 'ada'";
    let exactly = "SELECT spent = 3.001 FROM customer_totals WHERE customer = 'ada'";
    assert_eq!((rows(&database, in_binary), rows(&database, exactly)), (whole(0), whole(1)));
}

#[test]
fn a_total_that_is_wrong_by_a_thousandth_is_found() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("purchases.txt"), "ada 19970101 1 11.77\n").unwrap();
    let database = import(folder.path(), &["purchases.txt", "--db", "shop.db"]);
    compare(&database);
    database.execute("UPDATE month_totals SET revenue = revenue + 0.001", []).unwrap();
    let found = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| compare(&database)));
    assert!(found.is_err());
}

fn whole(number: i64) -> Vec<Vec<Value>> {
    vec![vec![Value::Integer(number)]]
}
