//! Values of every column type: those at the edges, which are easily lost, and random ones that often tie.
//!
//! Left out is what no database orders as Rust does: a floating-point number that is none, and zero below zero.

use cqrs_core::store::RowTest;
use cqrs_core::{ColumnType, Value, Wide};
use jiff::civil::{Date, Time, date, time};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::{BoxedStrategy, Just, Strategy, any};
use proptest::sample::select;
use rust_decimal::Decimal;
use uuid::Uuid;

/// Every column type.
pub(crate) const TYPES: [ColumnType; 13] = [
    ColumnType::Bool,
    ColumnType::Int,
    ColumnType::Wide,
    ColumnType::Real,
    ColumnType::Decimal,
    ColumnType::Text,
    ColumnType::Uuid,
    ColumnType::Date,
    ColumnType::Time,
    ColumnType::Timestamp,
    ColumnType::Duration,
    ColumnType::Bytes,
    ColumnType::Json,
];

/// The values of a type that are easily lost, each another, in the type's own order.
pub(crate) fn edges(column_type: ColumnType) -> Vec<Value> {
    let decimal = |text: &str| text.parse::<Decimal>().unwrap();
    let mut values: Vec<_> = match column_type {
        ColumnType::Bool => [false, true].map(Value::Bool).into(),
        ColumnType::Int => {
            [i64::MIN, -256, -1, 0, 1, 255, 1 << 53, (1 << 53) + 1, i64::MAX].map(Value::Int).into()
        }
        ColumnType::Wide => {
            let signed = [i128::MIN, i64::MIN.into(), -1, 0, 1, u64::MAX.into(), i128::MAX];
            let unsigned = [i128::MAX as u128 + 1, u128::MAX];
            signed.map(Wide::from).into_iter().chain(unsigned.map(Wide::from)).map(Value::Wide).collect()
        }
        ColumnType::Real => [
            f64::NEG_INFINITY,
            f64::MIN,
            -1.5,
            -f64::MIN_POSITIVE,
            0.0,
            5e-324,
            0.1 + 0.2,
            0.3,
            1.0,
            9_007_199_254_740_992.0,
            f64::MAX,
            f64::INFINITY,
        ]
        .map(Value::Real)
        .into(),
        ColumnType::Decimal => [
            "-79228162514264337593543950335",
            "-100.5",
            "-100.25",
            "-0.0000000000000000000000000001",
            "0",
            "0.0000000000000000000000000001",
            "0.1",
            "0.11",
            "2",
            "9.99",
            "10",
            "1234567890123456789.012345678",
            "79228162514264337593543950335",
        ]
        .map(|text| Value::Decimal(decimal(text)))
        .into(),
        ColumnType::Text => [
            "",
            " ",
            "%",
            "0",
            "10",
            "9",
            "A",
            "Z",
            "_",
            "a",
            "aa",
            "a\u{301}",
            "a b",
            "b",
            "é",
            "ß",
            "日本",
            "\u{feff}",
            "\u{10ffff}",
            "it's",
            "\"x\"",
            "line\nbreak",
        ]
        .map(|text| Value::Text(text.to_owned()))
        .into(),
        ColumnType::Uuid => {
            [0, 1, 1 << 64, u128::MAX >> 1, u128::MAX].map(|bits| Value::Uuid(Uuid::from_u128(bits))).into()
        }
        ColumnType::Date => [
            Date::MIN,
            date(-1, 12, 31),
            date(0, 1, 1),
            date(999, 1, 1),
            date(1969, 12, 31),
            date(2024, 2, 29),
            Date::MAX,
        ]
        .map(Value::Date)
        .into(),
        ColumnType::Time => [
            Time::MIN,
            time(0, 0, 0, 1),
            time(0, 0, 1, 0),
            time(9, 59, 59, 999_999_999),
            time(10, 0, 0, 0),
            Time::MAX,
        ]
        .map(Value::Time)
        .into(),
        ColumnType::Timestamp => {
            let nanosecond = SignedDuration::from_nanos(1);
            let epoch = Timestamp::UNIX_EPOCH;
            [
                Timestamp::MIN,
                epoch - nanosecond,
                epoch,
                epoch + nanosecond,
                "2024-02-29T23:59:59.999999999Z".parse().unwrap(),
                Timestamp::MAX,
            ]
            .map(Value::Timestamp)
            .into()
        }
        ColumnType::Duration => [
            SignedDuration::MIN,
            SignedDuration::from_secs(-1),
            SignedDuration::from_nanos(-1),
            SignedDuration::ZERO,
            SignedDuration::from_nanos(1),
            SignedDuration::new(1, 999_999_999),
            SignedDuration::from_hours(24 * 365 * 300),
            SignedDuration::MAX,
        ]
        .map(Value::Duration)
        .into(),
        ColumnType::Bytes => {
            [&b""[..], b"\0", b"\0\0", b"\x01", b"a", b"\x7f", b"\x80", b"\xff", b"\xff\0", b"\xff\xff"]
                .map(|bytes| Value::Bytes(bytes.to_vec()))
                .into()
        }
        ColumnType::Json => [
            r#"{"a":1}"#,
            r#"{ "a" : 1.0 }"#,
            "[]",
            "null",
            "true",
            r#""text""#,
            "\"日本\"",
            r#"{"b":[1,{"c":null}],"a":2}"#,
        ]
        .map(|text| Value::Json(text.to_owned()))
        .into(),
    };
    values.sort_by(Value::order);
    values
}

/// Random values of a type, drawn half of the time from its edges, so that there are ties.
pub(crate) fn values(column_type: ColumnType) -> BoxedStrategy<Value> {
    let anything = match column_type {
        ColumnType::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        ColumnType::Int => any::<i64>().prop_map(Value::Int).boxed(),
        ColumnType::Wide => any::<i128>().prop_map(|number| Value::Wide(number.into())).boxed(),
        ColumnType::Real => any::<f64>().prop_map(|number| Value::Real(number + 0.0)).boxed(),
        ColumnType::Decimal => (any::<i64>(), 0..19_u32)
            .prop_map(|(number, scale)| Value::Decimal(Decimal::new(number, scale)))
            .boxed(),
        ColumnType::Text => "[a-c%_é日]{0,3}".prop_map(Value::Text).boxed(),
        ColumnType::Uuid => any::<u128>().prop_map(|bits| Value::Uuid(Uuid::from_u128(bits))).boxed(),
        ColumnType::Date => (-3000..3000_i16, 1..13_i8, 1..29_i8)
            .prop_map(|(year, month, day)| Value::Date(date(year, month, day)))
            .boxed(),
        ColumnType::Time => (0..24_i8, 0..60_i8, 0..1_000_000_000)
            .prop_map(|(hour, minute, nanosecond)| Value::Time(time(hour, minute, 0, nanosecond)))
            .boxed(),
        ColumnType::Timestamp => (-60_000_000_000..60_000_000_000_i64, 0..1_000_000_000)
            .prop_map(|(second, nanosecond)| Value::Timestamp(Timestamp::new(second, nanosecond).unwrap()))
            .boxed(),
        ColumnType::Duration => {
            any::<i64>().prop_map(|nanos| Value::Duration(SignedDuration::from_nanos(nanos))).boxed()
        }
        ColumnType::Bytes => proptest::collection::vec(any::<u8>(), 0..4).prop_map(Value::Bytes).boxed(),
        ColumnType::Json => (0..20_i32).prop_map(|number| Value::Json(format!("[{number}]"))).boxed(),
    };
    proptest::prop_oneof![select(edges(column_type)), anything].boxed()
}

/// Random values of a type or, now and then, none.
pub(crate) fn values_or_null(column_type: ColumnType) -> BoxedStrategy<Value> {
    proptest::prop_oneof![4 => values(column_type), 1 => Just(Value::Null)].boxed()
}

/// Random tests of a column of this type, for bounds that are there and bounds that are not.
pub(crate) fn tests(column_type: ColumnType) -> BoxedStrategy<RowTest> {
    let bound = || values_or_null(column_type);
    let prefixes =
        select(vec!["", "a", "A", "%", "_", "é", "日", "a\u{301}", "\u{10ffff}", "it'", "\"", "aa"]);
    proptest::prop_oneof![
        bound().prop_map(RowTest::Equals),
        proptest::collection::vec(bound(), 0..4).prop_map(RowTest::In),
        bound().prop_map(RowTest::AtLeast),
        bound().prop_map(RowTest::Above),
        bound().prop_map(RowTest::AtMost),
        bound().prop_map(RowTest::Below),
        prefixes.prop_map(move |prefix| match column_type {
            ColumnType::Text => RowTest::Prefix(prefix.to_owned()),
            _ => RowTest::In(Vec::new()),
        }),
    ]
    .boxed()
}
