//! What the sample schemas leave to Rust: one method for each gap, and the functions that their expressions call.

use std::num::TryFromIntError;

use cqrs_core::rust_decimal::Decimal;
use cqrs_core::{ApplyError, Context, Meta, Row};

use crate::{banking, obstacle_course, ticketing};

impl banking::Money {
    /// So many cents.
    pub fn from_minor(cents: i64) -> Self {
        Self(Decimal::new(cents, 2))
    }
}

impl banking::AccountDecisions for banking::Account {
    fn close(
        &self,
        _: &banking::Close,
        _: &Context,
    ) -> Result<Vec<banking::AccountEvent>, banking::AccountError> {
        if !self.open {
            return Err(banking::AccountError::NotOpen);
        }
        if self.balance > banking::Money::default() {
            let event = banking::MoneyWithdrawn { amount: self.balance };
            return Ok(vec![event.into(), banking::AccountClosed {}.into()]);
        }
        Ok(vec![banking::AccountClosed {}.into()])
    }
}

impl ticketing::ShowDecisions for ticketing::Show {
    fn refund_seat(
        &self,
        command: &ticketing::RefundSeat,
        _: &Context,
    ) -> Result<Vec<ticketing::ShowEvent>, ticketing::ShowError> {
        let ticketing::RefundSeat { seat, customer, .. } = command.clone();
        Ok(vec![ticketing::SaleRefunded { seat, to: customer, price: self.price }.into()])
    }
}

impl obstacle_course::MatchDecisions for obstacle_course::Match {
    fn from_box(
        &self,
        command: &obstacle_course::FromBox,
        _: &Context,
    ) -> Result<Vec<obstacle_course::MatchEvent>, obstacle_course::MatchError> {
        let tag = obstacle_course::Option(command.amount.to_string());
        Ok(vec![obstacle_course::Forgot { tag }.into()])
    }
}

impl obstacle_course::MatchApplies for obstacle_course::Match {
    fn apply_move(&mut self, event: &obstacle_course::Move) -> Result<(), ApplyError> {
        self.r#loop = u32::try_from(event.r#struct).map_err(|error| ApplyError::new(error.to_string()))?;
        Ok(())
    }
}

impl obstacle_course::MatchUpcasts for obstacle_course::Match {
    type Error = TryFromIntError;

    fn move_v1(event: obstacle_course::MoveV1) -> Result<obstacle_course::MoveV2, TryFromIntError> {
        let amount = Decimal::from(u32::try_from(event.cents)?);
        Ok(obstacle_course::MoveV2 { r#struct: event.r#struct, amount, note: String::new() })
    }
}

/// The number in the smaller type of older versions: what is larger than it can say is its largest.
pub(crate) fn narrowed(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

impl obstacle_course::BoxesFolds for obstacle_course::Boxes {
    fn fold_enum(
        row: &mut Row<obstacle_course::Boxes>,
        _: &obstacle_course::Enum,
        meta: &Meta,
    ) -> Result<(), ApplyError> {
        row.existing()?.seen = meta.recorded_at;
        Ok(())
    }
}

impl obstacle_course::Box {
    /// Whether there is nothing.
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }
}

impl obstacle_course::Option {
    /// How many bytes there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
