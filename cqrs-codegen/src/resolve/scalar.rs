//! Texts of scalars: whether a text is a number, date or UUID, and how it is written canonically.

use std::str::FromStr;

use base64::Engine as _;

use crate::model::Scalar;

/// Why a text is none of a scalar's values.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It has another form; what is expected, in words.
    Form(&'static str),
    /// It is a number that the scalar cannot hold; the least and the greatest that it can.
    Range(String, String),
}

/// The canonical text of a scalar's value.
pub(super) fn canonical(scalar: Scalar, text: &str) -> Result<String, Refusal> {
    if let Some((signed, bits)) = scalar.integer() {
        return integer(text, signed, bits);
    }
    match scalar {
        Scalar::String => Ok(text.to_owned()),
        Scalar::Bool => match text {
            "true" | "false" => Ok(text.to_owned()),
            _ => Err(Refusal::Form("`true` or `false`")),
        },
        Scalar::F32 => float(text, f64::from(f32::MAX)),
        Scalar::F64 => float(text, f64::MAX),
        Scalar::Decimal => {
            let digits = text.replace('_', "");
            let decimal = rust_decimal::Decimal::from_str_exact(&digits);
            decimal.map(|it| it.to_string()).map_err(|_| Refusal::Form("a decimal number, such as `12.50`"))
        }
        Scalar::Uuid => {
            let uuid = uuid::Uuid::try_parse(text);
            uuid.map(|it| it.to_string())
                .map_err(|_| Refusal::Form("a UUID, such as `0190a0c0-0000-7000-8000-000000000000`"))
        }
        Scalar::Date => parsed::<jiff::civil::Date>(text, "a date, such as `2024-02-29`"),
        Scalar::Time => parsed::<jiff::civil::Time>(text, "a time of day, such as `13:30:00`"),
        Scalar::Timestamp => parsed::<jiff::Timestamp>(text, "an instant, such as `2024-02-29T13:30:00Z`"),
        Scalar::Duration => {
            let length = crate::expr::duration(text).map(|it| it.to_string());
            length.ok_or(Refusal::Form("a length of time, such as `1h 30m`, `2d` or `PT90M`"))
        }
        Scalar::Bytes => match base64::engine::general_purpose::STANDARD.decode(text) {
            Ok(_) => Ok(text.to_owned()),
            Err(_) => Err(Refusal::Form("bytes in base64, such as `aGVsbG8=`")),
        },
        _ => serde_json::to_string(text).map_err(|_| Refusal::Form("JSON")),
    }
}

fn parsed<T: FromStr + ToString>(text: &str, form: &'static str) -> Result<String, Refusal> {
    text.parse::<T>().map(|it| it.to_string()).map_err(|_| Refusal::Form(form))
}

fn integer(text: &str, signed: bool, bits: u32) -> Result<String, Refusal> {
    let digits = text.replace('_', "");
    let unsigned = digits.strip_prefix(['-', '+']).unwrap_or(&digits);
    if unsigned.is_empty() || !unsigned.bytes().all(|it| it.is_ascii_digit()) {
        return Err(Refusal::Form("a whole number"));
    }
    if signed {
        let (least, greatest) = (i128::MIN >> (128 - bits), i128::MAX >> (128 - bits));
        let value = digits.parse::<i128>().ok().filter(|it| (least..=greatest).contains(it));
        value.map(|it| it.to_string()).ok_or_else(|| Refusal::Range(least.to_string(), greatest.to_string()))
    } else {
        let greatest = u128::MAX >> (128 - bits);
        let value = digits.parse::<u128>().ok().filter(|it| *it <= greatest);
        value.map(|it| it.to_string()).ok_or_else(|| Refusal::Range(String::from("0"), greatest.to_string()))
    }
}

fn float(text: &str, greatest: f64) -> Result<String, Refusal> {
    let digits = text.replace('_', "");
    let is_number = digits.bytes().all(|it| it.is_ascii_digit() || b"+-.eE".contains(&it));
    match digits.parse::<f64>() {
        Ok(value) if is_number && value.abs() <= greatest => Ok(digits),
        Ok(_) if is_number => Err(Refusal::Range(format!("-{greatest:e}"), format!("{greatest:e}"))),
        _ => Err(Refusal::Form("a number")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_know_their_range() {
        assert_eq!(canonical(Scalar::I8, "-128"), Ok(String::from("-128")));
        assert_eq!(canonical(Scalar::U16, "1_000"), Ok(String::from("1000")));
        assert!(matches!(canonical(Scalar::I8, "128"), Err(Refusal::Range(..))));
        assert!(matches!(canonical(Scalar::U64, "-1"), Err(Refusal::Range(..))));
        assert!(matches!(canonical(Scalar::I64, "ten"), Err(Refusal::Form(_))));
        assert_eq!(canonical(Scalar::U128, &u128::MAX.to_string()), Ok(u128::MAX.to_string()));
        assert_eq!(canonical(Scalar::I128, &i128::MIN.to_string()), Ok(i128::MIN.to_string()));
    }

    #[test]
    fn floats_are_finite_numbers() {
        assert!(canonical(Scalar::F64, "1.5e3").is_ok());
        assert!(matches!(canonical(Scalar::F64, "nan"), Err(Refusal::Form(_))));
        assert!(matches!(canonical(Scalar::F64, "1e999"), Err(Refusal::Range(..))));
    }

    #[test]
    fn texts_of_other_scalars_are_read_by_their_own_parsers() {
        assert!(canonical(Scalar::Date, "2024-02-29").is_ok());
        assert!(canonical(Scalar::Date, "2023-02-29").is_err());
        assert!(canonical(Scalar::Timestamp, "2024-02-29T13:30:00Z").is_ok());
        assert!(canonical(Scalar::Duration, "1h 30m").is_ok());
        assert_eq!(canonical(Scalar::Duration, "2d"), canonical(Scalar::Duration, "48h"));
        assert!(canonical(Scalar::Duration, "1 month").is_err());
        assert!(canonical(Scalar::Uuid, "no").is_err());
        assert!(canonical(Scalar::Bytes, "aGVsbG8=").is_ok());
        assert_eq!(canonical(Scalar::Json, "a\"b"), Ok(String::from(r#""a\"b""#)));
    }
}
