//! The decision on `RefundSeat`, which the schema leaves to Rust: the seat goes to whoever waits longest.
//!
//! The schema's guard has looked already whether the seat was sold to this customer. An offer that expires is not passed on by
//! itself; the seat is then free for whoever asks first.

use cqrs_core::{Context, arithmetic};
use jiff::SignedDuration;

use crate::domain::{RefundSeat, SaleRefunded, SeatOffered, Show, ShowDecisions, ShowError, ShowEvent};

/// How long a seat that came back is kept for the customer who waited longest.
const OFFER: SignedDuration = SignedDuration::from_mins(30);

impl ShowDecisions for Show {
    fn refund_seat(&self, command: &RefundSeat, context: &Context) -> Result<Vec<ShowEvent>, ShowError> {
        let seat = command.seat.clone();
        let Some(sale) = self.sold.get(&seat) else {
            return Err(ShowError::NotBought { seat });
        };
        let (to, price) = (sale.to.clone(), sale.price);
        let mut events = vec![SaleRefunded { seat: seat.clone(), to, price }.into()];
        if let Some(next) = self.waiting.first().filter(|_| self.is_still_sold_at(context)) {
            let until = arithmetic::add(context.now, OFFER)?;
            events.push(SeatOffered { seat, to: next.clone(), until }.into());
        }
        Ok(events)
    }
}

impl Show {
    fn is_still_sold_at(&self, context: &Context) -> bool {
        !self.cancelled && self.starts_at.is_some_and(|start| context.now < start)
    }
}

#[cfg(test)]
mod tests {
    use cqrs_core::testing::{Given, Outcome, given, given_stored};
    use jiff::Timestamp;
    use rust_decimal::Decimal;
    use uuid::Uuid;

    use super::*;
    use crate::domain::{
        CustomerId, Money, Seat, SeatSold, ShowCancelled, ShowId, ShowScheduled, WaitingListJoined,
    };

    fn at(time: &str) -> Timestamp {
        format!("2030-01-01T{time}:00Z").parse().unwrap()
    }

    fn customer(name: &str) -> CustomerId {
        CustomerId(name.to_owned())
    }

    fn a1() -> Seat {
        Seat("A1".to_owned())
    }

    fn waits(name: &str) -> ShowEvent {
        WaitingListJoined { customer: customer(name) }.into()
    }

    /// A show at eight whose one seat Ada has bought for 15.
    fn sold_out(then: impl IntoIterator<Item = ShowEvent>) -> Given<Show> {
        let (title, price) = ("Hamlet".to_owned(), Money(Decimal::from(20)));
        let scheduled = ShowScheduled { title, starts_at: at("20:00"), price, seats: [a1()].into() };
        let sold = SeatSold { seat: a1(), to: customer("ada"), price: Money(Decimal::from(15)) };
        given([ShowEvent::from(scheduled), sold.into()].into_iter().chain(then))
    }

    fn refund(show: Given<Show>, name: &str, time: &str) -> Outcome<Show> {
        let (show_id, seat) = (ShowId(Uuid::nil()), a1());
        show.at(at(time)).when(RefundSeat { show_id, seat, customer: customer(name) })
    }

    fn refunded(price: i64) -> ShowEvent {
        SaleRefunded { seat: a1(), to: customer("ada"), price: Money(Decimal::from(price)) }.into()
    }

    #[test]
    fn a_refund_gives_back_what_was_paid() {
        refund(sold_out([]), "ada", "19:00").then([refunded(15)]);
    }

    #[test]
    fn a_seat_that_was_sold_before_prices_differed_is_refunded_with_ten() {
        let show = given_stored::<Show>(&[
            (
                "ShowScheduled",
                1,
                r#"{"title": "Hamlet", "starts_at": "2030-01-01T20:00:00Z", "price": "20", "seats": ["A1"]}"#,
            ),
            ("SeatSold", 1, r#"{"seat": "A1", "to": "ada"}"#),
        ]);
        refund(show, "ada", "19:00").then([refunded(10)]);
    }

    #[test]
    fn a_seat_that_comes_back_is_offered_to_whoever_waits_longest() {
        let until = at("19:30");
        let offered = SeatOffered { seat: a1(), to: customer("bob"), until }.into();
        let outcome = refund(sold_out([waits("bob"), waits("cid")]), "ada", "19:00");
        let show = outcome.then([refunded(15), offered]);
        assert_eq!(show.state().waiting, [customer("cid")]);
    }

    #[test]
    fn nothing_is_offered_once_the_show_has_begun_or_is_cancelled() {
        refund(sold_out([waits("bob")]), "ada", "20:00").then([refunded(15)]);
        let cancelled = ShowCancelled {}.into();
        refund(sold_out([waits("bob"), cancelled]), "ada", "19:00").then([refunded(15)]);
    }

    #[test]
    fn nobody_is_paid_for_the_seat_of_another_or_twice() {
        let refusal = || ShowError::NotBought { seat: a1() };
        refund(sold_out([]), "bob", "19:00").then_error(refusal());
        refund(sold_out([refunded(15)]), "ada", "19:00").then_error(refusal());
    }
}
