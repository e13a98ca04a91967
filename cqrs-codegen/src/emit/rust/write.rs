//! Writes to a state or a row, as statements.
//!
//! Every value is what it is before the first write. Where a later value reads what an earlier write changes, all values
//! are named first; otherwise each stands in its own statement.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};

use crate::model::{ExpressionId, Field, Operation, Target, Term, TypeRef, Write};

use super::construction::{Source, expressions_of_term};
use super::ctx::Ctx;
use super::fields;
use super::logic;
use super::names::snake;

/// The writes of one event to one owner.
pub(super) struct Writes<'a> {
    pub(super) source: &'a Source<'a>,
    pub(super) writes: &'a [Write],
    /// The fields that targets name.
    pub(super) fields: &'a [&'a Field],
    /// `self` or `row`.
    pub(super) place: TokenStream,
    /// The name by which expressions read the owner: `state` or `row`.
    pub(super) owner: &'static str,
}

impl ToTokens for Writes<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let ctx = self.source.ctx;
        if !self.values_come_first() {
            for write in self.writes {
                let value = operand(&write.operation).map(|term| self.value(write, term));
                let key = write.target.entry.map(|entry| self.key(entry));
                tokens.extend(self.statement(write, &ctx.place(write.origin), key, value));
            }
            return;
        }
        let mut named = Vec::new();
        for (index, write) in self.writes.iter().enumerate() {
            let name = self.field(&write.target).map_or("", |field| field.name.snake());
            let (key_name, value_name) =
                (format_ident!("key_of_{name}_{index}"), format_ident!("new_{name}_{index}"));
            let name_once = |wanted: Ident, plain: Ident| {
                let is_alone =
                    self.writes.iter().filter(|other| other.target.field == write.target.field).count() == 1;
                if is_alone { plain } else { wanted }
            };
            let key_name = name_once(key_name, format_ident!("key_of_{name}"));
            let value_name = name_once(value_name, format_ident!("new_{name}"));
            let place = ctx.place(write.origin);
            let key = write.target.entry.map(|entry| {
                let key = self.key(entry);
                quote!(let #key_name = #key;)
            });
            let value = operand(&write.operation).map(|term| {
                let value = self.source.term(term);
                quote!(let #value_name = #value;)
            });
            tokens.extend(quote!(#place #key #value));
            named.push((write, key_name, value_name));
        }
        for (write, key, value) in named {
            let key = write.target.entry.map(|_| key.to_token_stream());
            let value = operand(&write.operation).map(|_| match &write.operation {
                Operation::Remove(term) if !self.removes_named(write, term) => quote!(&#value),
                _ => value.to_token_stream(),
            });
            tokens.extend(self.statement(write, &TokenStream::new(), key, value));
        }
    }
}

impl Writes<'_> {
    /// Whether a value reads a field that an earlier write has changed.
    fn values_come_first(&self) -> bool {
        self.writes.iter().enumerate().any(|(index, write)| {
            let Some(field) = self.field(&write.target) else { return false };
            let later = self.writes.iter().skip(index + 1).flat_map(expressions);
            logic::mention_field(self.source.ctx, later, self.owner, field.name.as_str())
        })
    }

    fn field(&self, target: &Target) -> Option<&Field> {
        self.fields.get(target.field).copied()
    }

    fn key(&self, entry: ExpressionId) -> TokenStream {
        self.source.ctx.expression(entry, &self.source.owners)
    }

    fn value(&self, write: &Write, term: &Term) -> TokenStream {
        match &write.operation {
            Operation::Remove(_) if !self.removes_named(write, term) => self.source.reference(term),
            _ => self.source.term(term),
        }
    }

    /// Whether what is removed from a list is named first, with its type: a comparison would leave that open.
    fn removes_named(&self, write: &Write, term: &Term) -> bool {
        let is_list = self.field(&write.target).is_some_and(|field| match (&field.ty, write.target.entry) {
            (TypeRef::List(_), None) => true,
            (TypeRef::Map(_, entry), Some(_)) => matches!(**entry, TypeRef::List(_)),
            _ => false,
        });
        is_list && !is_plain_path(self.source.ctx, term)
    }

    fn statement(
        &self,
        write: &Write,
        place: &TokenStream,
        key: Option<TokenStream>,
        value: Option<TokenStream>,
    ) -> TokenStream {
        let Some(field) = self.field(&write.target) else { return TokenStream::new() };
        let ctx = self.source.ctx;
        let (owner, ident) = (&self.place, snake(&field.name));
        let target = quote!(#owner.#ident);
        match key {
            None => operation(ctx, write, place, &target, &field.ty, value),
            Some(key) => {
                let entry = match &field.ty {
                    TypeRef::Map(_, entry) => entry.as_ref(),
                    other => other,
                };
                match &write.operation {
                    Operation::Set(_) => quote!(#place #target.insert(#key, #value);),
                    Operation::Add(_) | Operation::Subtract(_) => {
                        let changed =
                            operation(ctx, write, &TokenStream::new(), &quote!(*entry), entry, value);
                        quote!(#place let entry = #target.entry(#key).or_default(); #changed)
                    }
                    _ if matches!(entry, TypeRef::Optional(_)) => {
                        operation(ctx, write, place, &quote!(*#target.entry(#key).or_default()), entry, value)
                    }
                    _ => {
                        operation(ctx, write, place, &quote!(#target.entry(#key).or_default()), entry, value)
                    }
                }
            }
        }
    }
}

fn operation(
    ctx: &Ctx<'_>,
    write: &Write,
    place: &TokenStream,
    target: &TokenStream,
    ty: &TypeRef,
    value: Option<TokenStream>,
) -> TokenStream {
    let (none, arithmetic) = (&ctx.runtime.none, &ctx.runtime.arithmetic);
    match &write.operation {
        Operation::Set(_) => quote!(#place #target = #value;),
        Operation::Add(_) => quote!(#place #target = #arithmetic::add(#target, #value)?;),
        Operation::Subtract(_) => quote!(#place #target = #arithmetic::sub(#target, #value)?;),
        Operation::Push(_) => quote!(#place #target.push(#value);),
        Operation::Insert(_) => quote!(#place #target.insert(#value);),
        Operation::Remove(term) => match ty {
            TypeRef::List(item) if !is_plain_path(ctx, term) => {
                let item = fields::ty(ctx, item);
                quote!(#place let removed: #item = #value; #target.retain(|item| *item != removed);)
            }
            TypeRef::List(_) => quote!(#place #target.retain(|item| item != #value);),
            _ => quote!(#place #target.remove(#value);),
        },
        Operation::Clear => match ty {
            TypeRef::Optional(_) => quote!(#place #target = #none;),
            _ => quote!(#place #target.clear();),
        },
    }
}

/// Whether a term is a field that is found at a place, and has its type from there.
fn is_plain_path(ctx: &Ctx<'_>, term: &Term) -> bool {
    matches!(term, Term::Expression(id) if ctx.form(*id).is_field())
}

/// What an operation works with.
pub(super) fn operand(operation: &Operation) -> Option<&Term> {
    match operation {
        Operation::Set(term)
        | Operation::Add(term)
        | Operation::Subtract(term)
        | Operation::Push(term)
        | Operation::Insert(term)
        | Operation::Remove(term) => Some(term),
        Operation::Clear => None,
    }
}

/// The expressions of a write, that of its entry included.
pub(super) fn expressions(write: &Write) -> Vec<ExpressionId> {
    let of_operand = operand(&write.operation).map(expressions_of_term).unwrap_or_default();
    write.target.entry.into_iter().chain(of_operand).collect()
}

/// Whether a write can fail.
pub(super) fn is_fallible(source: &Source<'_>, write: &Write) -> bool {
    matches!(write.operation, Operation::Add(_) | Operation::Subtract(_))
        || logic::is_fallible(source.ctx, expressions(write))
}
