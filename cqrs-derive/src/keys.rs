//! The keys of one attribute, as in `#[event(name = "…", version = 2)]`.
//!
//! A key that cannot be read is reported and skipped, and the next one is read. What a key means is its derive's
//! matter.

use std::fmt::Display;

use proc_macro2::{Ident, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseBuffer, ParseStream, Peek};
use syn::{Attribute, LitInt, LitStr, Meta, Token, Type, parenthesized};

use crate::errors::Errors;
use crate::suggest;

/// Reads every `#[kind(…)]` among `attrs`, handing each key with what follows it to `read`.
pub(crate) fn read(
    attrs: &[Attribute],
    kind: &str,
    errors: &Errors,
    mut read: impl FnMut(&Key, ParseStream<'_>) -> syn::Result<()>,
) {
    for attr in attrs.iter().filter(|attr| attr.path().is_ident(kind)) {
        if !matches!(attr.meta, Meta::List(_)) {
            errors.at(attr, format!("`{kind}` takes its keys in parentheses: #[{kind}(…)]"));
            continue;
        }
        let outcome = attr.parse_args_with(|input: ParseStream<'_>| {
            keys_of(kind, input, errors, &mut read);
            Ok(())
        });
        errors.keep(outcome);
    }
}

/// Reads keys separated by commas; `kind` says in errors what they are keys of.
pub(crate) fn keys_of(
    kind: &str,
    input: ParseStream<'_>,
    errors: &Errors,
    mut read: impl FnMut(&Key, ParseStream<'_>) -> syn::Result<()>,
) {
    each(input, errors, |input| {
        let ident = input.call(Ident::parse_any)?;
        errors.mean(kind, &ident.to_string());
        read(&Key { kind: kind.to_owned(), ident }, input)
    });
}

/// Reads items separated by commas; one that cannot be read is reported, and the next one is read.
fn each(input: ParseStream<'_>, errors: &Errors, mut item: impl FnMut(ParseStream<'_>) -> syn::Result<()>) {
    while !input.is_empty() {
        let comma = || if input.is_empty() { Ok(()) } else { input.parse::<Token![,]>().map(drop) };
        if let Err(error) = item(input).and_then(|()| comma()) {
            errors.push(error);
            skip_value(input);
            let _ = input.parse::<Option<Token![,]>>();
        }
    }
}

/// Passes over everything up to the next comma.
pub(crate) fn skip_value(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) && input.parse::<TokenTree>().is_ok() {}
}

/// One key of an attribute.
pub(crate) struct Key {
    kind: String,
    pub(crate) ident: Ident,
}

impl Key {
    /// The key's text.
    pub(crate) fn name(&self) -> String {
        self.ident.to_string()
    }

    /// An error that underlines the key.
    pub(crate) fn error(&self, message: impl Display) -> syn::Error {
        syn::Error::new(self.ident.span(), message)
    }

    /// The error for a key that is none of `known`.
    pub(crate) fn unknown(&self, known: &[&str], errors: &Errors) -> syn::Error {
        if let Some(nearest) = suggest::nearest(&self.name(), known) {
            errors.mean(&self.kind, nearest);
        }
        let way_out = suggest::among(&self.name(), known.iter().copied());
        self.error(format!("`{}` takes no key `{}`{way_out}", self.kind, self.ident))
    }

    /// A value after `=`; `example` shows one in the error when there is none.
    pub(crate) fn value<T: Parse>(&self, input: ParseStream<'_>, example: &str) -> syn::Result<T> {
        if !input.peek(Token![=]) {
            return Err(self.error(format!("`{0}` needs a value: {0} = {example}", self.ident)));
        }
        input.parse::<Token![=]>()?;
        input.parse()
    }

    /// A text that is not empty.
    pub(crate) fn text(&self, input: ParseStream<'_>, example: &str) -> syn::Result<LitStr> {
        let example = format!("{example:?}");
        let text: LitStr = self.literal(input, LitStr, "a text in quotes", &example)?;
        if text.value().trim().is_empty() {
            return Err(syn::Error::new(text.span(), format!("`{}` is empty", self.ident)));
        }
        Ok(text)
    }

    /// A number of at least 1.
    pub(crate) fn count(&self, input: ParseStream<'_>) -> syn::Result<LitInt> {
        let number: LitInt = self.literal(input, LitInt, "a number", "1")?;
        if number.base10_parse::<u32>()? == 0 {
            return Err(syn::Error::new(number.span(), format!("`{}` counts from 1", self.ident)));
        }
        Ok(number)
    }

    /// A literal after `=`, which is `what`.
    fn literal<T: Parse, P: Peek>(
        &self,
        input: ParseStream<'_>,
        peek: P,
        what: &str,
        example: &str,
    ) -> syn::Result<T> {
        if input.peek(Token![=]) && !input.peek2(peek) {
            input.parse::<Token![=]>()?;
            return Err(input.error(format!("`{0}` is {what}: {0} = {example}", self.ident)));
        }
        self.value(input, example)
    }

    /// A type, which is written without quotes.
    pub(crate) fn ty(&self, input: ParseStream<'_>, example: &str) -> syn::Result<Type> {
        if input.peek(Token![=]) && input.peek2(LitStr) {
            input.parse::<Token![=]>()?;
            let text: LitStr = input.parse()?;
            let message = format!("write the type without quotes: {} = {}", self.ident, text.value());
            return Err(syn::Error::new(text.span(), message));
        }
        self.value(input, example)
    }

    /// Nothing: the key says it all by being there.
    pub(crate) fn flag(&self, input: ParseStream<'_>) -> syn::Result<()> {
        if input.is_empty() || input.peek(Token![,]) {
            return Ok(());
        }
        Err(self.error(format!("`{}` takes no value", self.ident)))
    }

    /// Items in parentheses, separated by commas; `example` shows some in the error when there are none.
    pub(crate) fn list(
        &self,
        input: ParseStream<'_>,
        example: &str,
        errors: &Errors,
        item: impl FnMut(ParseStream<'_>) -> syn::Result<()>,
    ) -> syn::Result<()> {
        let content = self.parenthesized(input, example)?;
        each(&content, errors, item);
        Ok(())
    }

    /// Keys of its own in parentheses, as in `snapshot(every = 200)`.
    pub(crate) fn keys(
        &self,
        input: ParseStream<'_>,
        example: &str,
        errors: &Errors,
        read: impl FnMut(&Self, ParseStream<'_>) -> syn::Result<()>,
    ) -> syn::Result<()> {
        let content = self.parenthesized(input, example)?;
        keys_of(&self.name(), &content, errors, read);
        Ok(())
    }

    /// What stands in the parentheses after the key.
    fn parenthesized<'a>(&self, input: ParseStream<'a>, example: &str) -> syn::Result<ParseBuffer<'a>> {
        if !input.peek(syn::token::Paren) {
            return Err(self.error(format!("`{0}` takes a list: {0}({example})", self.ident)));
        }
        let content;
        parenthesized!(content in input);
        if content.is_empty() {
            return Err(
                self.error(format!("`{0}` is empty: write {0}({example}), or leave it out", self.ident))
            );
        }
        Ok(content)
    }
}

/// The value of a key that may be given once.
pub(crate) struct Once<T>(Option<T>);

impl<T> Default for Once<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Once<T> {
    /// Keeps a key's value.
    pub(crate) fn set(&mut self, key: &Key, value: T) -> syn::Result<()> {
        match self.0.replace(value) {
            None => Ok(()),
            Some(_) => Err(key.error(format!("`{}` is given twice", key.ident))),
        }
    }

    /// The value, where the key was given.
    pub(crate) fn get(&self) -> Option<&T> {
        self.0.as_ref()
    }

    /// Whether the key was given.
    pub(crate) fn is_set(&self) -> bool {
        self.0.is_some()
    }
}
