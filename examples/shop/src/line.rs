//! One line of a file of purchases: `customer date quantity amount`, perhaps with an `item`, parted by blanks or by commas.
//!
//! A line is either a purchase or a reason why it is none; nothing is guessed.

use jiff::civil::Date;
use rust_decimal::Decimal;
use shop::domain::RecordPurchase;

use crate::purchase::{UNNAMED, purchase};

/// Why a line is no purchase.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(crate) enum LineError {
    #[error("it is not text in UTF-8")]
    NotText,
    #[error("it is longer than {0} bytes")]
    TooLong(usize),
    #[error("it has {0} fields, not the 4 of `customer date quantity amount` or the 5 with an `item`")]
    Fields(usize),
    #[error("the customer is missing")]
    Customer,
    #[error("`{0}` is no date of the form 20250314 or 2025-03-14")]
    Date(String),
    #[error("`{0}` is beyond the last day whose midnight a timestamp can hold")]
    Beyond(String),
    #[error("`{0}` is no quantity, which is a whole number up to 4294967295")]
    Quantity(String),
    #[error("`{0}` is no amount, which is a number like 11.77")]
    Amount(String),
}

/// The purchase that a line stands for.
pub(crate) fn parse(line: &str) -> Result<RecordPurchase, LineError> {
    let fields = fields(line);
    let (customer, date, quantity, amount, item) = match fields[..] {
        [customer, date, quantity, amount] | [customer, date, quantity, amount, ""] => {
            (customer, date, quantity, amount, UNNAMED)
        }
        [customer, date, quantity, amount, item] => (customer, date, quantity, amount, item),
        _ => return Err(LineError::Fields(fields.len())),
    };
    if customer.is_empty() {
        return Err(LineError::Customer);
    }
    let day = parse_date(date).ok_or_else(|| LineError::Date(date.to_owned()))?;
    let quantity = quantity.parse().map_err(|_| LineError::Quantity(quantity.to_owned()))?;
    let amount = Decimal::from_str_exact(amount).map_err(|_| LineError::Amount(amount.to_owned()))?;
    purchase(customer, item, day, quantity, amount).ok_or_else(|| LineError::Beyond(date.to_owned()))
}

/// Whether a line names columns: none of date, quantity and amount is what it should be.
pub(crate) fn is_header(line: &str) -> bool {
    let fields = fields(line);
    let ([_, date, quantity, amount] | [_, date, quantity, amount, _]) = fields[..] else { return false };
    let begins_with_a_digit = |field: &str| field.starts_with(|c: char| c.is_ascii_digit() || c == '-');
    ![date, quantity, amount].into_iter().any(begins_with_a_digit)
}

fn fields(line: &str) -> Vec<&str> {
    if line.contains(',') {
        line.split(',').map(|field| field.trim().trim_matches('"')).collect()
    } else {
        line.split_whitespace().collect()
    }
}

fn parse_date(text: &str) -> Option<Date> {
    let digits = match text.split('-').collect::<Vec<_>>()[..] {
        [whole] => whole.to_owned(),
        [year, month, day] if (year.len(), month.len()) == (4, 2) => [year, month, day].concat(),
        _ => return None,
    };
    if digits.len() != 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Date::new(digits[..4].parse().ok()?, digits[4..6].parse().ok()?, digits[6..].parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn blanks_and_commas_part_fields_alike() {
        let purchase = parse(" 00001 19970101  1   11.77").unwrap();
        assert_eq!(purchase.customer_id.0, "00001");
        assert_eq!(
            (purchase.on, purchase.at.to_string().as_str()),
            (date(1997, 1, 1), "1997-01-01T00:00:00Z")
        );
        assert_eq!((purchase.qty, purchase.amount.0), (1, Decimal::new(1177, 2)));
        assert_eq!(parse("00001,1997-01-01,1,11.77"), Ok(purchase.clone()));
        assert_eq!(parse("\"00001\" , 19970101,1 , 11.77"), Ok(purchase));
    }

    #[test]
    fn a_customer_of_a_line_with_commas_may_have_blanks() {
        assert_eq!(parse("Ada Lovelace,1997-01-01,1,0").unwrap().customer_id.0, "Ada Lovelace");
    }

    #[test]
    fn an_item_may_be_named() {
        assert_eq!(parse("1 19970101 1 0").unwrap().item.0, UNNAMED);
        assert_eq!(parse("1,19970101,1,0,").unwrap().item.0, UNNAMED);
        assert_eq!(parse("1 19970101 1 0 cd").unwrap().item.0, "cd");
        assert_eq!(parse("1,19970101,1,0,long player").unwrap().item.0, "long player");
    }

    #[test]
    fn each_field_that_is_wrong_is_named_with_its_text() {
        let reason = |line: &str| parse(line).unwrap_err().to_string();
        assert_eq!(
            reason("1 19970101 1"),
            "it has 3 fields, not the 4 of `customer date quantity amount` or the 5 with an `item`"
        );
        assert_eq!(reason(",19970101,1,1"), "the customer is missing");
        assert_eq!(reason("1 19970230 1 1"), "`19970230` is no date of the form 20250314 or 2025-03-14");
        assert_eq!(
            reason("1 99991231 1 1"),
            "`99991231` is beyond the last day whose midnight a timestamp can hold"
        );
        assert_eq!(reason("1 1997-1-1 1 1"), "`1997-1-1` is no date of the form 20250314 or 2025-03-14");
        assert_eq!(reason("1 +9970101 1 1"), "`+9970101` is no date of the form 20250314 or 2025-03-14");
        assert_eq!(
            reason("1 19970101 -1 1"),
            "`-1` is no quantity, which is a whole number up to 4294967295"
        );
        assert_eq!(reason("1 19970101 1 1.7.7"), "`1.7.7` is no amount, which is a number like 11.77");
        assert_eq!(reason("1 1997😀01 1 1"), "`1997😀01` is no date of the form 20250314 or 2025-03-14");
    }

    #[test]
    fn a_header_names_columns_and_a_wrong_purchase_is_no_header() {
        assert!(is_header(" customer_id  date number_of_cds  dollar_value"));
        assert!(is_header("customer,date,quantity,amount"));
        assert!(is_header("customer,date,quantity,amount,item"));
        assert!(!is_header("00001 19970101 1 11.77"));
        assert!(!is_header("00001 yesterday 1 11.77"));
        assert!(!is_header("just two"));
    }
}
