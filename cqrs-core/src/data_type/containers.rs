//! Options, lists, sets and maps as data types: an option is its value or null, the rest is one cell of JSON.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher, Hash};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::DataType;
use crate::private::{from_json, to_json};
use crate::shape::Shape;
use crate::value::{Value, ValueError};

impl<T: DataType> DataType for Option<T> {
    const SHAPE: Shape = Shape::Optional(&T::SHAPE);

    fn to_value(&self) -> Result<Value, ValueError> {
        self.as_ref().map_or(Ok(Value::Null), T::to_value)
    }

    fn from_value(value: Value) -> Result<Self, ValueError> {
        match value {
            Value::Null => Ok(None),
            value => T::from_value(value).map(Some),
        }
    }
}

impl<T: DataType + Serialize + DeserializeOwned> DataType for Box<T> {
    const SHAPE: Shape = T::SHAPE;

    fn to_value(&self) -> Result<Value, ValueError> {
        T::to_value(self)
    }

    fn from_value(value: Value) -> Result<Self, ValueError> {
        T::from_value(value).map(Self::new)
    }
}

macro_rules! as_json {
    ($(($($generics:tt)*) $ty:ty => $shape:expr;)*) => {$(
        impl<$($generics)*> DataType for $ty {
            const SHAPE: Shape = $shape;

            fn to_value(&self) -> Result<Value, ValueError> {
                to_json(self)
            }

            fn from_value(value: Value) -> Result<Self, ValueError> {
                from_json(value)
            }
        }
    )*};
}

as_json! {
    (T: DataType + Serialize + DeserializeOwned) Vec<T> => Shape::List(&T::SHAPE);
    (T: DataType + Serialize + DeserializeOwned + Ord) BTreeSet<T> => Shape::Set(&T::SHAPE);
    (T: DataType + Serialize + DeserializeOwned + Eq + Hash, S: BuildHasher + Default) HashSet<T, S> => Shape::Set(&T::SHAPE);
    (K: DataType + Serialize + DeserializeOwned + Ord, V: DataType + Serialize + DeserializeOwned) BTreeMap<K, V> => Shape::Map(&K::SHAPE, &V::SHAPE);
    (K: DataType + Serialize + DeserializeOwned + Eq + Hash, V: DataType + Serialize + DeserializeOwned, S: BuildHasher + Default) HashMap<K, V, S> => Shape::Map(&K::SHAPE, &V::SHAPE);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absent_value_is_null_and_comes_back_absent() {
        assert_eq!(None::<i32>.to_value(), Ok(Value::Null));
        assert_eq!(Option::<i32>::from_value(Value::Null), Ok(None));
        assert_eq!(Option::<i32>::from_value(Value::Int(7)), Ok(Some(7)));
    }

    #[test]
    fn a_number_out_of_range_is_refused_with_both_sides() {
        let error = u8::from_value(Value::Int(300)).unwrap_err();
        assert_eq!(error.to_string(), "expected u8, found 300");
    }

    #[test]
    fn a_map_is_one_cell_of_json() {
        let stock = BTreeMap::from([("sku".to_owned(), 3_u32)]);
        assert_eq!(stock.to_value(), Ok(Value::Json(r#"{"sku":3}"#.to_owned())));
        assert_eq!(BTreeMap::from_value(stock.to_value().unwrap()), Ok(stock));
    }
}
