//! A column with its Rust type: filters that compile only with a value of that type.

use std::marker::PhantomData;

use crate::command::Invalid;
use crate::data_type::DataType;
use crate::store::{Order, RowFilter, RowTest};

/// A column of a projection's table, by position, with the type of its values. Derived with the projection.
#[derive(Debug)]
pub struct TypedColumn<T> {
    name: &'static str,
    index: usize,
    values: PhantomData<fn() -> T>,
}

impl<T> Clone for TypedColumn<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for TypedColumn<T> {}

impl<T> TypedColumn<T> {
    /// The column of this name at this position.
    pub const fn new(name: &'static str, index: usize) -> Self {
        Self { name, index, values: PhantomData }
    }

    /// The column's name.
    pub const fn name(self) -> &'static str {
        self.name
    }
}

impl<T: DataType> TypedColumn<T> {
    /// The value is this one.
    ///
    /// # Errors
    ///
    /// Here and below: when the value has no stored form.
    pub fn equals(self, value: &T) -> Result<RowFilter, Invalid> {
        self.test(value, RowTest::Equals)
    }

    /// The value is at least this.
    ///
    /// # Errors
    ///
    /// When the value has no stored form.
    pub fn at_least(self, value: &T) -> Result<RowFilter, Invalid> {
        self.test(value, RowTest::AtLeast)
    }

    /// The value is above this.
    ///
    /// # Errors
    ///
    /// When the value has no stored form.
    pub fn above(self, value: &T) -> Result<RowFilter, Invalid> {
        self.test(value, RowTest::Above)
    }

    /// The value is at most this.
    ///
    /// # Errors
    ///
    /// When the value has no stored form.
    pub fn at_most(self, value: &T) -> Result<RowFilter, Invalid> {
        self.test(value, RowTest::AtMost)
    }

    /// The value is below this.
    ///
    /// # Errors
    ///
    /// When the value has no stored form.
    pub fn below(self, value: &T) -> Result<RowFilter, Invalid> {
        self.test(value, RowTest::Below)
    }

    /// The value is one of these.
    ///
    /// # Errors
    ///
    /// When a value has no stored form.
    pub fn any_of(self, values: &[T]) -> Result<RowFilter, Invalid> {
        let cells: Result<Vec<_>, _> = values.iter().map(T::to_value).collect();
        let cells = cells.map_err(|error| Invalid::field(self.name, error.to_string()))?;
        Ok(RowFilter { column: self.index, test: RowTest::In(cells) })
    }

    /// Orders by this column, lowest first.
    pub const fn ascending(self) -> Order {
        Order { column: self.index, descending: false }
    }

    /// Orders by this column, highest first.
    pub const fn descending(self) -> Order {
        Order { column: self.index, descending: true }
    }

    fn test(self, value: &T, test: impl FnOnce(crate::Value) -> RowTest) -> Result<RowFilter, Invalid> {
        let value = value.to_value().map_err(|error| Invalid::field(self.name, error.to_string()))?;
        Ok(RowFilter { column: self.index, test: test(value) })
    }
}

impl TypedColumn<String> {
    /// The text starts with this.
    ///
    /// # Errors
    ///
    /// Never; the result has the form of the other filters.
    pub fn prefix(self, prefix: &str) -> Result<RowFilter, Invalid> {
        Ok(RowFilter { column: self.index, test: RowTest::Prefix(prefix.to_owned()) })
    }
}
