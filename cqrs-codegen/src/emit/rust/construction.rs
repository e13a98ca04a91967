//! How an event, an error or a struct is made: terms, and fields that carry over from what is at hand.

use proc_macro2::TokenStream;
use quote::quote;

use crate::expr::Owners;
use crate::model::{Construction, Conversion, ExpressionId, Field, Fill, Term, TypeKind, TypeRef};

use super::ctx::Ctx;
use super::fields;
use super::names::{camel, snake};
use super::value;

/// Where the values of a construction come from.
pub(super) struct Source<'a> {
    pub(super) ctx: &'a Ctx<'a>,
    /// What expressions read.
    pub(super) owners: Owners,
    /// The fields that can carry over, and what they belong to.
    pub(super) carried: Option<Carried<'a>>,
}

/// Fields that carry over.
pub(super) struct Carried<'a> {
    pub(super) fields: &'a [Field],
    /// `command`, `event` or `self`.
    pub(super) place: TokenStream,
    /// Whether the values may be moved out.
    pub(super) moves: bool,
}

impl Source<'_> {
    /// The fields of a literal: those with terms first, because a term may read what a carried field moves away.
    pub(super) fn literal(&self, fields: &[Field], construction: &Construction) -> TokenStream {
        self.fields(fields, &construction.fills)
    }

    fn fields(&self, fields: &[Field], fills: &[Fill]) -> TokenStream {
        let (mut said, mut carried) = (Vec::new(), Vec::new());
        for (field, fill) in fields.iter().zip(fills) {
            let (ident, value) = (snake(&field.name), self.fill(field, fill));
            match fill {
                Fill::Carry(..) => carried.push(quote!(#ident: #value)),
                _ => said.push(quote!(#ident: #value)),
            }
        }
        quote!(#(#said,)* #(#carried),*)
    }

    fn fill(&self, field: &Field, fill: &Fill) -> TokenStream {
        match fill {
            Fill::Term(term) => self.term(term),
            Fill::Carry(index, conversion) => self.carry(*index, *conversion, &field.ty),
            Fill::Default => fields::default_value(self.ctx, field),
        }
    }

    /// The value of a term, owned, of exactly the type of its place.
    pub(super) fn term(&self, term: &Term) -> TokenStream {
        match term {
            Term::Expression(id) => self.ctx.expression(*id, &self.owners),
            Term::Value(plain) => value::value(self.ctx, plain),
            Term::Struct { ty, fields, optional } => {
                let declared = self.ctx.domain.ty(*ty);
                let name = camel(&declared.name);
                let fields = match &declared.kind {
                    TypeKind::Struct(of) => self.fields(of, fields),
                    _ => TokenStream::new(),
                };
                let made = quote!(#name { #fields });
                if *optional {
                    let some = &self.ctx.runtime.some;
                    quote!(#some(#made))
                } else {
                    made
                }
            }
        }
    }

    /// A reference to the value of a term.
    pub(super) fn reference(&self, term: &Term) -> TokenStream {
        match term {
            Term::Expression(id) => self.ctx.reference(*id, &self.owners),
            other => {
                let value = self.term(other);
                quote!(&#value)
            }
        }
    }

    fn carry(&self, index: usize, conversion: Conversion, target: &TypeRef) -> TokenStream {
        let Some(carried) = &self.carried else { return TokenStream::new() };
        let Some(field) = carried.fields.get(index) else { return TokenStream::new() };
        let (place, ident) = (&carried.place, snake(&field.name));
        let has = self.ctx.traits.of(&field.ty);
        let value =
            if has.copy || carried.moves { quote!(#place.#ident) } else { quote!(#place.#ident.clone()) };
        let some = &self.ctx.runtime.some;
        let wide = fields::ty(self.ctx, target.required());
        let widened = |value: TokenStream| quote!(#wide::from(#value));
        match conversion {
            Conversion::Same => value,
            Conversion::Widen => widened(value),
            Conversion::Wrap => quote!(#some(#value)),
            Conversion::WidenAndWrap => {
                let value = widened(value);
                quote!(#some(#value))
            }
            Conversion::WidenInside => quote!(#value.map(#wide::from)),
        }
    }
}

/// The expressions of a construction.
pub(super) fn expressions(construction: &Construction) -> Vec<ExpressionId> {
    let mut found = Vec::new();
    in_fills(&construction.fills, &mut found);
    found
}

/// The expressions of a term.
pub(super) fn expressions_of_term(term: &Term) -> Vec<ExpressionId> {
    let mut found = Vec::new();
    in_term(term, &mut found);
    found
}

fn in_fills(fills: &[Fill], found: &mut Vec<ExpressionId>) {
    for fill in fills {
        if let Fill::Term(term) = fill {
            in_term(term, found);
        }
    }
}

fn in_term(term: &Term, found: &mut Vec<ExpressionId>) {
    match term {
        Term::Expression(id) => found.push(*id),
        Term::Value(_) => {}
        Term::Struct { fields, .. } => in_fills(fields, found),
    }
}

/// Whether a construction carries any field over.
pub(super) fn carries(construction: &Construction) -> bool {
    fn any(fills: &[Fill]) -> bool {
        fills.iter().any(|fill| match fill {
            Fill::Carry(..) => true,
            Fill::Term(Term::Struct { fields, .. }) => any(fields),
            _ => false,
        })
    }
    any(&construction.fills)
}
