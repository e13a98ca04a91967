//! The report: the top customers and all months, as tables with aligned columns.

use std::fmt::Write as _;
use std::time::Duration;

use cqrs_core::arithmetic::sum;
use cqrs_core::{App, Position, Query, QueryError};
use shop::domain::{Money, Months, TopCustomers};

/// How long a report waits for the totals by month, which follow the purchases in their own time.
const PATIENCE: Duration = Duration::from_secs(120);

/// Writes the totals, which include everything up to a position.
pub(crate) async fn report(
    app: &App,
    top: usize,
    up_to: Position,
) -> Result<String, Box<dyn std::error::Error>> {
    let customers = app.query(TopCustomers {}).count().await?;
    let mut text = String::new();
    let mut table = Table::new(["customer", "purchases", "items", "amount"]);
    let top = top.min(usize::try_from(customers)?);
    for row in rows(app, || TopCustomers {}, top, up_to).await? {
        let customer = row.key.customer.to_string();
        table.row([customer, grouped(row.purchases), grouped(row.quantity), money(row.spent)]);
    }
    writeln!(text, "\nTop {} of {} customers", grouped(top), grouped(customers))?;
    writeln!(text, "{table}")?;

    let mut table = Table::new(["month", "purchases", "items", "amount"]);
    let months = rows(app, || Months {}, usize::MAX, up_to).await?;
    for row in &months {
        let month = row.key.window_start.strftime("%Y-%m").to_string();
        table.row([month, grouped(row.purchases), grouped(row.quantity), money(row.revenue)]);
    }
    let purchases = sum(months.iter().map(|row| row.purchases))?;
    let quantity = sum(months.iter().map(|row| row.quantity))?;
    let revenue = sum(months.iter().map(|row| row.revenue))?;
    table.row(["total".to_owned(), grouped(purchases), grouped(quantity), money(revenue)]);
    writeln!(text, "By month")?;
    write!(text, "{table}")?;
    Ok(text)
}

/// The rows of all pages, up to a number.
async fn rows<Q: Query>(
    app: &App,
    query: impl Fn() -> Q,
    most: usize,
    up_to: Position,
) -> Result<Vec<cqrs_core::Keyed<Q::Projection>>, QueryError> {
    let mut rows = Vec::new();
    let mut cursor = None;
    while rows.len() < most {
        let mut page = app.query(query()).after_position(up_to).within(PATIENCE);
        page = page.limit((most - rows.len()).min(Q::LIMIT));
        if let Some(cursor) = cursor {
            page = page.page(cursor);
        }
        let page = page.await?;
        rows.extend(page.rows);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    Ok(rows)
}

/// An amount with at least its cents.
fn money(Money(amount): Money) -> String {
    let mut amount = amount.normalize();
    amount.rescale(amount.scale().max(2));
    grouped(amount)
}

/// A number with a comma between thousands.
pub(crate) fn grouped(number: impl ToString) -> String {
    let text = number.to_string();
    let (whole, rest) = text.find('.').map_or((text.as_str(), ""), |point| text.split_at(point));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut grouped = String::with_capacity(text.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}{rest}")
}

/// A table whose first column is flush left and whose others are flush right.
struct Table<const COLUMNS: usize> {
    rows: Vec<[String; COLUMNS]>,
}

impl<const COLUMNS: usize> Table<COLUMNS> {
    fn new(head: [&str; COLUMNS]) -> Self {
        Self { rows: vec![head.map(str::to_owned)] }
    }

    fn row(&mut self, cells: [String; COLUMNS]) {
        self.rows.push(cells);
    }
}

impl<const COLUMNS: usize> std::fmt::Display for Table<COLUMNS> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let width =
            |column: usize| self.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: [usize; COLUMNS] = std::array::from_fn(width);
        for row in &self.rows {
            formatter.write_str(" ")?;
            for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
                if column == 0 {
                    write!(formatter, " {cell:<width$}")?;
                } else {
                    write!(formatter, "  {cell:>width$}")?;
                }
            }
            writeln!(formatter)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::*;

    #[test]
    fn thousands_are_grouped_and_fractions_are_not() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1000), "1,000");
        assert_eq!(grouped(-1_234_567), "-1,234,567");
        assert_eq!(grouped(Decimal::new(250_031_563, 2)), "2,500,315.63");
    }

    #[test]
    fn an_amount_shows_its_cents_and_loses_nothing() {
        assert_eq!(money(Money(Decimal::ONE)), "1.00");
        assert_eq!(money(Money(Decimal::new(11_770, 3))), "11.77");
        assert_eq!(money(Money(Decimal::new(1_234_567, 3))), "1,234.567");
    }

    #[test]
    fn columns_are_aligned() {
        let mut table = Table::new(["name", "items"]);
        table.row(["ada".to_owned(), "1,000".to_owned()]);
        table.row(["Zoë the 2nd".to_owned(), "7".to_owned()]);
        assert_eq!(table.to_string(), "  name         items\n  ada          1,000\n  Zoë the 2nd      7\n");
    }
}
