//! Released events stay readable: the samples beside the schema's lock are decoded by today's code.

use ticketing::domain::Show;

#[test]
fn every_released_event_can_still_be_read() {
    cqrs_evolution::assert_readable!("../../schemas/ticketing.lock", [Show]);
}
