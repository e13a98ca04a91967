//! Values of scalars as JSON text: a plain one first, then the edges.

use crate::model::Scalar;

/// The values of a scalar. Texts are quoted.
pub(super) fn values(scalar: Scalar) -> Vec<String> {
    if let Some((is_signed, bits)) = scalar.integer() {
        return integers(is_signed, bits);
    }
    let values: &[&str] = match scalar {
        Scalar::Bool => &["true", "false"],
        Scalar::F32 => &["1.5", "0.0", "-0.0", "3.4028235e38", "-3.4028235e38", "1e-45"],
        Scalar::F64 => &["1.5", "0.0", "-0.0", "1.7976931348623157e308", "-1.7976931348623157e308", "5e-324"],
        Scalar::Json => &[r#"{"key":[1,"text",null,true]}"#, "null", "[]", "0.1"],
        _ => {
            return texts(scalar).into_iter().map(|text| serde_json::Value::from(text).to_string()).collect();
        }
    };
    values.iter().map(|value| (*value).to_owned()).collect()
}

fn integers(is_signed: bool, bits: u32) -> Vec<String> {
    let (least, greatest) = if is_signed {
        ((i128::MIN >> (128 - bits)).to_string(), (i128::MAX >> (128 - bits)).to_string())
    } else {
        ("0".to_owned(), (u128::MAX >> (128 - bits)).to_string())
    };
    let mut values = vec!["1".to_owned(), "0".to_owned()];
    values.extend(is_signed.then(|| "-1".to_owned()));
    values.extend([least, greatest]);
    values.dedup();
    values
}

/// The values of a scalar that is stored as text.
fn texts(scalar: Scalar) -> Vec<String> {
    let texts: &[&str] = match scalar {
        Scalar::Decimal => &[
            "12.34",
            "0",
            "-0.01",
            "79228162514264337593543950335",
            "-79228162514264337593543950335",
            "0.0000000000000000000000000001",
        ],
        Scalar::Uuid => &[
            "018f3e3a-7c1d-7b2a-9d4e-5f6a7b8c9d0e",
            "00000000-0000-0000-0000-000000000000",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
        ],
        Scalar::Date => &["2024-02-29", "-009999-01-01", "9999-12-31"],
        Scalar::Time => &["12:30:00", "00:00:00", "23:59:59.999999999"],
        Scalar::Timestamp => &[
            "2024-02-29T12:30:00Z",
            "1970-01-01T00:00:00Z",
            "-009999-01-02T01:59:59Z",
            "9999-12-30T22:00:00.999999999Z",
        ],
        Scalar::Duration => &[
            "PT1H30M",
            "PT0S",
            "-PT1.5S",
            "PT2562047788015215H30M7.999999999S",
            "-PT2562047788015215H30M8.999999999S",
        ],
        Scalar::Bytes => &["AQID", "", "AP/+fw=="],
        _ => {
            let long = "long ".repeat(20);
            let odd = "quote \" slash \\ line\n tab\t nul\0 end";
            return ["text", "", "Ünïcödé 漢字 🦀 e\u{301}", odd, &long].map(str::to_owned).to_vec();
        }
    };
    texts.iter().map(|text| (*text).to_owned()).collect()
}
