//! Scalars as data types: each is one cell of its own column type.

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{Bytes, DataType};
use crate::shape::{Scalar, Shape};
use crate::value::{Value, ValueError, Wide};

macro_rules! small_integers {
    ($($ty:ty => $scalar:ident),* $(,)?) => {$(
        impl DataType for $ty {
            const SHAPE: Shape = Shape::Scalar(Scalar::$scalar);

            fn to_value(&self) -> Result<Value, ValueError> {
                Ok(Value::Int(i64::from(*self)))
            }

            fn from_value(value: Value) -> Result<Self, ValueError> {
                match value {
                    Value::Int(number) => Self::try_from(number)
                        .map_err(|_| ValueError::unreadable(Scalar::$scalar.name(), number)),
                    other => Err(ValueError::mismatch(Scalar::$scalar.name(), &other)),
                }
            }
        }
    )*};
}

small_integers! { i8 => I8, i16 => I16, i32 => I32, i64 => I64, u8 => U8, u16 => U16, u32 => U32 }

macro_rules! wide_integers {
    ($($ty:ty => $scalar:ident, $through:ident);* $(;)?) => {$(
        impl DataType for $ty {
            const SHAPE: Shape = Shape::Scalar(Scalar::$scalar);

            fn to_value(&self) -> Result<Value, ValueError> {
                Ok(Value::Wide(Wide::from(<$through>::from(*self))))
            }

            fn from_value(value: Value) -> Result<Self, ValueError> {
                let wide = match value {
                    Value::Wide(wide) => wide,
                    Value::Int(number) => Wide::Signed(number.into()),
                    other => return Err(ValueError::mismatch(Scalar::$scalar.name(), &other)),
                };
                let found = match wide {
                    Wide::Signed(number) => Self::try_from(number).ok(),
                    Wide::Unsigned(number) => Self::try_from(number).ok(),
                };
                found.ok_or_else(|| ValueError::unreadable(Scalar::$scalar.name(), wide))
            }
        }
    )*};
}

wide_integers! { u64 => U64, u128; i128 => I128, i128; u128 => U128, u128 }

macro_rules! plain {
    ($($ty:ty => $scalar:ident, $kind:ident);* $(;)?) => {$(
        impl DataType for $ty {
            const SHAPE: Shape = Shape::Scalar(Scalar::$scalar);

            fn to_value(&self) -> Result<Value, ValueError> {
                Ok(Value::$kind(self.clone()))
            }

            fn from_value(value: Value) -> Result<Self, ValueError> {
                match value {
                    Value::$kind(inner) => Ok(inner),
                    other => Err(ValueError::mismatch(Scalar::$scalar.name(), &other)),
                }
            }
        }
    )*};
}

plain! {
    bool => Bool, Bool;
    f64 => F64, Real;
    String => String, Text;
    Decimal => Decimal, Decimal;
    Uuid => Uuid, Uuid;
    Date => Date, Date;
    Time => Time, Time;
    Timestamp => Timestamp, Timestamp;
    SignedDuration => Duration, Duration;
}

impl DataType for f32 {
    const SHAPE: Shape = Shape::Scalar(Scalar::F32);

    fn to_value(&self) -> Result<Value, ValueError> {
        Ok(Value::Real(f64::from(*self)))
    }

    // A row's `f32` was widened without loss, so narrowing it gives the same number back.
    #[expect(clippy::cast_possible_truncation)]
    fn from_value(value: Value) -> Result<Self, ValueError> {
        match value {
            Value::Real(number) => Ok(number as Self),
            other => Err(ValueError::mismatch("f32", &other)),
        }
    }
}

impl DataType for Bytes {
    const SHAPE: Shape = Shape::Scalar(Scalar::Bytes);

    fn to_value(&self) -> Result<Value, ValueError> {
        Ok(Value::Bytes(self.0.clone()))
    }

    fn from_value(value: Value) -> Result<Self, ValueError> {
        match value {
            Value::Bytes(bytes) => Ok(Self(bytes)),
            other => Err(ValueError::mismatch("bytes", &other)),
        }
    }
}

impl DataType for serde_json::Value {
    const SHAPE: Shape = Shape::Scalar(Scalar::Json);

    fn to_value(&self) -> Result<Value, ValueError> {
        Ok(Value::Json(self.to_string()))
    }

    fn from_value(value: Value) -> Result<Self, ValueError> {
        match value {
            Value::Json(text) => {
                serde_json::from_str(&text).map_err(|error| ValueError::unreadable("json", error))
            }
            other => Err(ValueError::mismatch("json", &other)),
        }
    }
}
