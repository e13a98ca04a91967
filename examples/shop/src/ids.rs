//! Command ids that follow from the purchases themselves.
//!
//! Two purchases that are alike in everything are two purchases, so an id follows from what was bought and from which
//! occurrence of it this is: the same file gives the same ids, wherever it lies, however its fields are parted, and
//! whatever lines were mended or added in between.

use std::collections::HashMap;

use shop::domain::RecordPurchase;
use uuid::Uuid;

/// Made up once, for this use alone.
const NAMESPACE: Uuid = Uuid::from_u128(0x6f0c_3b52_7d1e_4c0a_9a55_1e7b_d3a8_42c9);

/// The ids of one import. It remembers 20 bytes for each purchase that is unlike the ones before.
#[derive(Default)]
pub(crate) struct CommandIds {
    occurrences: HashMap<Uuid, u32>,
}

impl CommandIds {
    /// The id of the command that records this purchase.
    pub(crate) fn of(&mut self, purchase: &RecordPurchase) -> Uuid {
        let RecordPurchase { customer_id, item, on, qty, amount, .. } = purchase;
        // Names may hold blanks, but come from one line.
        let content = format!("{on} {qty} {} {item}\n{customer_id}", amount.0.normalize());
        let content = Uuid::new_v5(&NAMESPACE, content.as_bytes());
        let occurrence = self.occurrences.entry(content).or_default();
        *occurrence += 1;
        Uuid::new_v5(&content, &occurrence.to_be_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line::parse;

    fn ids(lines: &[&str]) -> Vec<Uuid> {
        let mut ids = CommandIds::default();
        lines.iter().map(|line| ids.of(&parse(line).unwrap())).collect()
    }

    #[test]
    fn alike_purchases_have_ids_of_their_own() {
        let ids = ids(&["a 19970101 1 1.00", "a 19970101 1 1.00"]);
        assert_ne!(ids[0], ids[1]);
    }

    #[test]
    fn the_form_of_a_line_does_not_matter() {
        assert_eq!(ids(&["a 19970101 1 1.00"]), ids(&["a, 1997-01-01, 1, 1.0"]));
    }

    #[test]
    fn every_field_matters() {
        let ids = ids(&[
            "a 19970101 1 1",
            "b 19970101 1 1",
            "a 19970102 1 1",
            "a 19970101 2 1",
            "a 19970101 1 2",
            "a 19970101 11 1",
            "a 19970101 1 1 cd",
            "a,19970101,1,1,c d",
            "d a,19970101,1,1,c",
        ]);
        let distinct: std::collections::HashSet<_> = ids.iter().collect();
        assert_eq!(distinct.len(), ids.len());
    }

    #[test]
    fn a_line_put_in_between_leaves_the_other_ids_as_they_are() {
        let before = ids(&["a 19970101 1 1", "b 19970101 1 1", "a 19970101 1 1"]);
        let after = ids(&["a 19970101 1 1", "c 19970101 1 1", "b 19970101 1 1", "a 19970101 1 1"]);
        assert_eq!(before, [after[0], after[2], after[3]]);
    }
}
