//! A year of purchases that nobody made: the same ones on every machine and in every run.

use std::io;

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use rust_decimal::Decimal;
use shop::domain::RecordPurchase;

use crate::import::Entry;
use crate::purchase::purchase;

/// How many purchases the year has.
pub(crate) const PURCHASES: u64 = 20_000;

const FIRST_DAY: Date = date(2025, 1, 1);
const DAYS: u64 = 365;
const CUSTOMERS: u64 = 1_500;

/// Items with their prices in cents.
const ITEMS: [(&str, i64); 8] = [
    ("single", 499),
    ("poster", 799),
    ("album", 1177),
    ("cap", 1299),
    ("shirt", 1499),
    ("live album", 1999),
    ("double album", 2495),
    ("box of albums", 4990),
];

/// The purchases of the year, day by day.
pub(crate) struct Year {
    number: u64,
    random: SplitMix64,
}

impl Year {
    pub(crate) fn new() -> Self {
        Self { number: 0, random: SplitMix64(2025) }
    }

    fn draw(&mut self) -> Option<RecordPurchase> {
        // The product of two draws favours low numbers: a few customers come often, many come once.
        let customer = self.random.below(CUSTOMERS) * self.random.below(CUSTOMERS) / CUSTOMERS;
        let quantity = 1 + self.random.below(3) * self.random.below(3);
        let (item, price) = ITEMS[self.random.below(ITEMS.len() as u64) as usize];
        let day = (self.number * DAYS / PURCHASES) as i64;
        let (customer, day) = (format!("c{:04}", customer + 1), FIRST_DAY.saturating_add(day.days()));
        purchase(&customer, item, day, quantity as u32, Decimal::new(price * quantity as i64, 2))
    }
}

impl Iterator for Year {
    type Item = io::Result<Entry>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.number == PURCHASES {
            return None;
        }
        let purchase = Ok(self.draw()?);
        self.number += 1;
        Some(Ok(Entry { number: self.number, purchase, behind: self.number }))
    }
}

/// The generator of Steele, Lea and Flood: eight bytes of state, and the same numbers everywhere.
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(end)) >> 64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn purchases() -> Vec<RecordPurchase> {
        Year::new().map(|entry| entry.unwrap().purchase.unwrap()).collect()
    }

    #[test]
    fn the_year_is_the_same_in_every_run() {
        assert_eq!(purchases(), purchases());
        let total: Decimal = purchases().iter().map(|purchase| purchase.amount.0).sum();
        assert_eq!(total.to_string(), "737986.72");
    }

    #[test]
    fn the_year_goes_from_its_first_day_to_its_last() {
        let purchases = purchases();
        assert_eq!(purchases.len() as u64, PURCHASES);
        assert!(purchases.is_sorted_by_key(|purchase| purchase.on));
        assert_eq!(purchases[0].on, FIRST_DAY);
        assert_eq!(purchases[purchases.len() - 1].on, date(2025, 12, 31));
    }
}
