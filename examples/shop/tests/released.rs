//! Released events stay readable: the samples beside the schema's lock are decoded by today's code.

use shop::domain::Customer;

#[test]
fn every_released_event_can_still_be_read() {
    cqrs_evolution::assert_readable!("../../schemas/shop.lock", [Customer]);
}
