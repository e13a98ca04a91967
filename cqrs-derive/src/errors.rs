//! The errors of one derive, collected so that a user sees all of them at once.
//!
//! Nothing here stops at the first error: a reader pushes what it found wrong and goes on with what it could read.

use std::cell::RefCell;
use std::fmt::Display;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

/// What a derive found wrong with its input, each error with the place it belongs to.
#[derive(Default)]
pub(crate) struct Errors {
    found: RefCell<Vec<syn::Error>>,
    /// The keys that the user wrote, or meant by a misspelt one.
    meant: RefCell<Vec<(String, String)>>,
}

impl Errors {
    /// Adds an error.
    pub(crate) fn push(&self, error: syn::Error) {
        self.found.borrow_mut().push(error);
    }

    /// Adds an error that underlines these tokens.
    pub(crate) fn at(&self, tokens: impl ToTokens, message: impl Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    /// Remembers that the user meant a key, whatever became of it.
    pub(crate) fn mean(&self, kind: &str, key: &str) {
        self.meant.borrow_mut().push((kind.to_owned(), key.to_owned()));
    }

    /// Whether the user meant a key: then it is not missing, even if it was refused.
    pub(crate) fn is_meant(&self, kind: &str, key: &str) -> bool {
        self.meant.borrow().iter().any(|(other, meant)| other == kind && meant == key)
    }

    /// Adds an error for a key that is missing, unless the user tried to write it.
    pub(crate) fn missing(&self, kind: &str, key: &str, item: impl ToTokens, way_out: impl Display) {
        if !self.is_meant(kind, key) {
            self.at(item, format!("`{key}` is missing: {way_out}"));
        }
    }

    /// The value of a result, or `None` after its error has been added.
    pub(crate) fn keep<T>(&self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }
}

impl ToTokens for Errors {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let errors = self.found.borrow();
        let errors = errors.iter().map(syn::Error::to_compile_error);
        tokens.extend(quote!(#(#errors)*));
    }
}
