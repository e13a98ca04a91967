//! The row that a fold changes, and the row that a query returns.

use std::ops::Deref;

use super::Projection;
use crate::aggregate::ApplyError;

/// One row of a read model while events are folded into it. It may not be there yet, or no longer.
#[derive(Debug, Clone)]
pub struct Row<P: Projection> {
    key: P::Key,
    current: Option<P>,
    touched: bool,
}

impl<P: Projection> Row<P> {
    /// A row as it is before a fold.
    pub fn new(key: P::Key, current: Option<P>) -> Self {
        Self { key, current, touched: false }
    }

    /// What names the row.
    pub fn key(&self) -> &P::Key {
        &self.key
    }

    /// The row, where it is there.
    pub fn get(&self) -> Option<&P> {
        self.current.as_ref()
    }

    /// The row to change, where it is there.
    pub fn get_mut(&mut self) -> Option<&mut P> {
        self.touched |= self.current.is_some();
        self.current.as_mut()
    }

    /// The row to change, for folds that make no sense without it.
    ///
    /// # Errors
    ///
    /// When the row is not there; handed on with `?`, it makes the event a reported poison event.
    pub fn existing(&mut self) -> Result<&mut P, ApplyError> {
        self.touched = true;
        self.current
            .as_mut()
            .ok_or_else(|| ApplyError::new(format!("there is no row of `{}` to change", P::DESCRIPTOR.table)))
    }

    /// The row to change; where it is not there, its default is put in first.
    pub fn or_default(&mut self) -> &mut P
    where
        P: Default,
    {
        self.or_insert_with(P::default)
    }

    /// The row to change; where it is not there, `row()` is put in first.
    pub fn or_insert_with(&mut self, row: impl FnOnce() -> P) -> &mut P {
        self.touched = true;
        self.current.get_or_insert_with(row)
    }

    /// Puts a row in, in place of what is there.
    pub fn set(&mut self, row: P) {
        self.touched = true;
        self.current = Some(row);
    }

    /// Takes the row out, where it is there.
    pub fn delete(&mut self) {
        self.touched = true;
        self.current = None;
    }

    /// Whether the row may differ from what it was.
    pub(crate) fn is_touched(&self) -> bool {
        self.touched
    }
}

/// A row of a read model with its key, as queries return it. It reads like the row itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Keyed<P: Projection> {
    /// What names the row.
    pub key: P::Key,
    /// The row.
    pub row: P,
}

impl<P: Projection> Deref for Keyed<P> {
    type Target = P;

    fn deref(&self) -> &P {
        &self.row
    }
}
