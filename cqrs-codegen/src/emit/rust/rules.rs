//! Rules for values that enter by a command: which types have any, and the statements that check them.
//!
//! A rule guards commands alone. Nothing here is called when history is read: see `validate` in the generated types.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};

use crate::expr::Owners;
use crate::model::{Domain, ExpressionId, Field, TypeId, TypeKind, TypeRef};

use super::ctx::{Ctx, doc_text};
use super::lints;
use super::logic;
use super::names::snake;

/// Which declared types have a rule, in themselves or in a part.
#[derive(Debug)]
pub(super) struct Rules(Vec<bool>);

impl Rules {
    /// Starts from the types that have a rule themselves and goes on to those that contain them.
    pub(super) fn new(domain: &Domain) -> Self {
        let mut rules = Self(vec![false; domain.types.len()]);
        loop {
            let next: Vec<bool> = domain.types.iter().map(|it| rules.guard_kind(&it.kind)).collect();
            if next == rules.0 {
                return rules;
            }
            rules.0 = next;
        }
    }

    /// Whether a declared type has a rule.
    pub(super) fn guard_type(&self, id: TypeId) -> bool {
        self.0.get(id.index()).copied().unwrap_or(false)
    }

    /// Whether one of the fields has a rule, or a type with one.
    pub(super) fn guard_fields(&self, fields: &[Field]) -> bool {
        fields.iter().any(|field| field.check.is_some() || self.guard(&field.ty))
    }

    fn guard(&self, ty: &TypeRef) -> bool {
        match ty {
            TypeRef::Scalar(_) => false,
            TypeRef::Named(id) => self.guard_type(*id),
            TypeRef::Optional(inner) | TypeRef::List(inner) | TypeRef::Set(inner) => self.guard(inner),
            TypeRef::Map(key, value) => self.guard(key) || self.guard(value),
        }
    }

    fn guard_kind(&self, kind: &TypeKind) -> bool {
        match kind {
            TypeKind::Newtype { inner, check } => check.is_some() || self.guard(inner),
            TypeKind::Struct(fields) => self.guard_fields(fields),
            TypeKind::Enum(variants) => variants.iter().any(|variant| self.guard_fields(&variant.fields)),
            TypeKind::Extern(_) => false,
        }
    }
}

/// The method `validate` of a type or command, with the statements that check its parts.
pub(super) struct Validate<'a> {
    pub(super) ctx: &'a Ctx<'a>,
    /// What it says of itself.
    pub(super) doc: &'a str,
    /// The rules of its own.
    pub(super) rules: Vec<ExpressionId>,
    pub(super) checks: TokenStream,
}

impl ToTokens for Validate<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { ctx, doc, rules, checks } = self;
        let runtime = &ctx.runtime;
        let (result, ok, invalid) = (&runtime.result, &runtime.ok, &runtime.invalid);
        let doc = doc_text(&format!("{doc}\n\n# Errors\n\nWhen a rule is broken, with the rule."));
        let allow = logic::allow(ctx, rules.iter().copied(), checks);
        let nesting = lints::of_nested_checks(checks);
        tokens.extend(quote! {
            #doc
            #allow
            #nesting
            pub fn validate(&self) -> #result<(), #invalid> {
                #checks
                #ok(())
            }
        });
    }
}

/// The statements that check one field.
///
/// `place` is where its value is found, and `reference` a reference to it.
pub(super) fn field_checks(
    ctx: &Ctx<'_>,
    field: &Field,
    place: &TokenStream,
    reference: &TokenStream,
) -> TokenStream {
    let name = field.name.as_str();
    let own = field.check.map(|check| own_rule(ctx, check, place, Some(name)));
    let parts = part_checks(ctx, &field.ty, reference, Some(name), 0);
    quote!(#own #parts)
}

/// The statements that check every field of a struct or command.
pub(super) fn fields_checks(ctx: &Ctx<'_>, fields: &[Field]) -> TokenStream {
    let checks = fields.iter().map(|field| {
        let ident = snake(&field.name);
        field_checks(ctx, field, &quote!(self.#ident), &quote!(&self.#ident))
    });
    quote!(#(#checks)*)
}

/// The statement that checks a rule on the value at `place`.
pub(super) fn own_rule(
    ctx: &Ctx<'_>,
    check: ExpressionId,
    place: &TokenStream,
    field: Option<&str>,
) -> TokenStream {
    let runtime = &ctx.runtime;
    let (err, invalid) = (&runtime.err, &runtime.invalid);
    let owners = Owners::new().with("value", place.clone());
    let expression = ctx.domain.expression(check);
    let rule = expression.text.text().split_whitespace().collect::<Vec<_>>().join(" ");
    let reason = format!("must keep the rule `{rule}`");
    let refusal = match field {
        Some(field) => quote!(#invalid::field(#field, #reason)),
        None => quote!(#invalid::whole(#reason)),
    };
    let condition = ctx.expression(check, &owners);
    logic::unless(&ctx.place_of(check), ctx.form(check), &condition, &quote!(return #err(#refusal);))
}

/// The statements that check the parts of a value, found behind `reference`.
pub(super) fn part_checks(
    ctx: &Ctx<'_>,
    ty: &TypeRef,
    reference: &TokenStream,
    field: Option<&str>,
    depth: usize,
) -> TokenStream {
    if !ctx.rules.guard(ty) {
        return TokenStream::new();
    }
    let runtime = &ctx.runtime;
    let part = |name: &str| -> Ident {
        if depth == 0 { format_ident!("{name}") } else { format_ident!("{name}_{depth}") }
    };
    match ty {
        TypeRef::Scalar(_) => TokenStream::new(),
        TypeRef::Named(_) => {
            let receiver = receiver(reference);
            match field {
                Some(field) => {
                    let invalid = &runtime.invalid;
                    quote!(#receiver.validate().map_err(|invalid| #invalid::field(#field, invalid.to_string()))?;)
                }
                None => quote!(#receiver.validate()?;),
            }
        }
        TypeRef::Optional(inner) => {
            let (some, value) = (&runtime.some, part("value"));
            let checks = part_checks(ctx, inner, &quote!(#value), field, depth + 1);
            quote!(if let #some(#value) = #reference { #checks })
        }
        TypeRef::List(item) | TypeRef::Set(item) => {
            let value = part("item");
            let checks = part_checks(ctx, item, &quote!(#value), field, depth + 1);
            quote!(for #value in #reference { #checks })
        }
        TypeRef::Map(key, item) => {
            let (key_name, item_name) = (part("key"), part("item"));
            let keys = part_checks(ctx, key, &quote!(#key_name), field, depth + 1);
            let items = part_checks(ctx, item, &quote!(#item_name), field, depth + 1);
            let map = receiver(reference);
            match (keys.is_empty(), items.is_empty()) {
                (false, false) => quote!(for (#key_name, #item_name) in #reference { #keys #items }),
                (false, true) => quote!(for #key_name in #map.keys() { #keys }),
                _ => quote!(for #item_name in #map.values() { #items }),
            }
        }
    }
}

/// What a method is called on, behind a reference: `self.amount` for `&self.amount`.
fn receiver(reference: &TokenStream) -> TokenStream {
    let mut tokens = reference.clone().into_iter().peekable();
    if matches!(tokens.peek(), Some(proc_macro2::TokenTree::Punct(punct)) if punct.as_char() == '&') {
        tokens.next();
    }
    tokens.collect()
}
