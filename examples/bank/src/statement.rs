//! A read model written by hand, folded from the events that the schema declares.
//!
//! It keeps a line for each movement of an account, and keeps them when the account is closed and its summary is gone.

use cqrs_core::jiff::Timestamp;
use cqrs_core::{AggregateId as _, ApplyError, Meta, Project, Projection, Query, Row};
use rust_decimal::Decimal;

use crate::banking::{AccountId, MoneyDeposited, MoneyWithdrawn};

/// One movement of an account.
#[derive(Debug, Clone, PartialEq, Projection)]
#[projection(
    key(account_id: AccountId, number: u64),
    on(MoneyDeposited(try_keys = line), MoneyWithdrawn(try_keys = line))
)]
pub struct StatementLine {
    /// When it was recorded.
    pub at: Timestamp,
    /// What it was.
    pub text: String,
    /// What came in, or less than nothing where it went out.
    pub amount: Decimal,
}

/// The version of the account's stream tells its movements apart.
fn line<E>(_: &E, meta: &Meta) -> Result<Vec<StatementLineKey>, ApplyError> {
    let account_id = AccountId::from_stream_id(&meta.aggregate_id);
    let account_id = account_id.map_err(|error| ApplyError::new(error.to_string()))?;
    Ok(vec![StatementLineKey { account_id, number: meta.version.get() }])
}

impl Project<MoneyDeposited> for StatementLine {
    fn project(row: &mut Row<Self>, event: &MoneyDeposited, meta: &Meta) {
        let text = format!("{}: {}", event.channel, event.reference);
        row.set(Self { at: meta.recorded_at, text, amount: event.amount.0 });
    }
}

impl Project<MoneyWithdrawn> for StatementLine {
    fn project(row: &mut Row<Self>, event: &MoneyWithdrawn, meta: &Meta) {
        row.set(Self { at: meta.recorded_at, text: "withdrawal".to_owned(), amount: -event.amount.0 });
    }
}

/// The movements of one account, the earliest first.
#[derive(Debug, Clone, Query)]
#[query(from = StatementLine, order_by(number), roles("holder", "teller"))]
pub struct StatementOf {
    /// The account.
    pub account_id: AccountId,
}
