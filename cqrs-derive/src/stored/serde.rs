//! What serde's attributes say about the stored form.
//!
//! Attributes that only rename or default are honoured. One that changes the form in a way that no shape can say is
//! refused with a way out. Whether the attributes are well formed is serde's own matter.

use proc_macro2::{Ident, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;
use syn::spanned::Spanned as _;
use syn::{Attribute, LitStr, Token, Type, parenthesized};

use super::case::Case;
use crate::errors::Errors;
use crate::input::text_of;
use crate::keys::{self, Key};

/// What serde's attributes say about a struct or an enum.
#[derive(Default)]
pub(super) struct Container {
    pub(super) name: Option<String>,
    pub(super) rename_all: Option<Case>,
    pub(super) rename_all_fields: Option<Case>,
    pub(super) default: bool,
    pub(super) transparent: Option<Ident>,
    /// The type that is read in this one's place, and whether the way from it may fail.
    pub(super) from: Option<(Type, bool)>,
    /// The type that is written in this one's place.
    pub(super) into: Option<Type>,
    /// Whether an attribute was refused that changes the whole form.
    pub(super) is_refused: bool,
}

/// What serde's attributes say about an enum's variant.
#[derive(Default)]
pub(super) struct Variant {
    name: Option<String>,
    pub(super) rename_all: Option<Case>,
    pub(super) skip: bool,
}

/// What serde's attributes say about a field.
#[derive(Default)]
pub(super) struct Field {
    name: Option<String>,
    pub(super) default: bool,
    pub(super) skip: Option<Ident>,
    /// The attribute that leaves the field out of some payloads.
    pub(super) may_lack: Option<Ident>,
    /// The attribute that gives the value a form of its own.
    pub(super) custom: Option<Ident>,
    /// Whether an attribute was refused that changes the form.
    pub(super) is_refused: bool,
}

impl Container {
    /// Reads a container's attributes. `refused` says how to get by without one that no shape can describe.
    pub(super) fn read(attrs: &[Attribute], way_out: &str, errors: &Errors) -> Self {
        let mut container = Self::default();
        read(attrs, |key, input| {
            match key.name().as_str() {
                "rename" => container.name = one_text(key, input, errors)?,
                "rename_all" => container.rename_all = one_case(key, input, errors)?,
                "rename_all_fields" => container.rename_all_fields = one_case(key, input, errors)?,
                "default" => {
                    container.default = true;
                    keys::skip_value(input);
                }
                "transparent" => container.transparent = Some(key.ident.clone()),
                "from" => container.from = Some((quoted_type(key, input)?, false)),
                "try_from" => container.from = Some((quoted_type(key, input)?, true)),
                "into" => container.into = Some(quoted_type(key, input)?),
                "tag" | "content" | "untagged" | "remote" | "variant_identifier" | "field_identifier" => {
                    container.is_refused = true;
                    errors.push(key.error(format!(
                        "`#[serde({})]` gives the type a stored form that its shape cannot describe; {way_out}",
                        key.ident
                    )));
                    keys::skip_value(input);
                }
                _ => keys::skip_value(input),
            }
            Ok(())
        });
        container
    }
}

impl Variant {
    /// Reads a variant's attributes.
    pub(super) fn read(attrs: &[Attribute], way_out: &str, errors: &Errors) -> Self {
        let mut variant = Self::default();
        read(attrs, |key, input| {
            match key.name().as_str() {
                "rename" => variant.name = one_text(key, input, errors)?,
                "rename_all" => variant.rename_all = one_case(key, input, errors)?,
                "skip" => variant.skip = true,
                "skip_serializing" | "skip_deserializing" => refuse_half_a_skip(key, errors),
                "with" | "serialize_with" | "deserialize_with" | "untagged" | "other" => {
                    errors.push(key.error(format!(
                        "`#[serde({})]` gives the variant a stored form that its shape cannot describe; {way_out}",
                        key.ident
                    )));
                    keys::skip_value(input);
                }
                _ => keys::skip_value(input),
            }
            Ok(())
        });
        variant
    }

    /// The name under which the variant is stored.
    pub(super) fn stored_name(&self, ident: &Ident, case: Option<Case>) -> String {
        let name = text_of(ident);
        self.name.clone().unwrap_or_else(|| case.map_or(name.clone(), |case| case.variant(&name)))
    }
}

impl Field {
    /// Reads a field's attributes.
    pub(super) fn read(attrs: &[Attribute], errors: &Errors) -> Self {
        let mut field = Self::default();
        read(attrs, |key, input| {
            match key.name().as_str() {
                "rename" => field.name = one_text(key, input, errors)?,
                "default" => {
                    field.default = true;
                    keys::skip_value(input);
                }
                "skip_serializing_if" => {
                    field.may_lack = Some(key.ident.clone());
                    keys::skip_value(input);
                }
                "skip" => field.skip = Some(key.ident.clone()),
                "skip_serializing" | "skip_deserializing" => refuse_half_a_skip(key, errors),
                "flatten" => {
                    field.is_refused = true;
                    errors.push(key.error(
                        "`#[serde(flatten)]` stores fields that this derive cannot see; write them out here, or \
                         store the value under the field's own name",
                    ));
                }
                "with" | "serialize_with" | "deserialize_with" => {
                    field.custom = Some(key.ident.clone());
                    keys::skip_value(input);
                }
                _ => keys::skip_value(input),
            }
            Ok(())
        });
        field
    }

    /// The name under which the field is stored.
    pub(super) fn stored_name(&self, ident: &Ident, case: Option<Case>) -> String {
        let name = text_of(ident);
        self.name.clone().unwrap_or_else(|| case.map_or(name.clone(), |case| case.field(&name)))
    }
}

/// Reads `#[serde(…)]`, leaving malformed ones to serde.
fn read(attrs: &[Attribute], mut key: impl FnMut(&Key, ParseStream<'_>) -> syn::Result<()>) {
    keys::read(attrs, "serde", &Errors::default(), |found, input| key(found, input));
}

/// The text of `key = "…"`, or of `key(serialize = "…", deserialize = "…")` where both are the same.
fn one_text(key: &Key, input: ParseStream<'_>, errors: &Errors) -> syn::Result<Option<String>> {
    if input.peek(Token![=]) {
        return key.value::<LitStr>(input, "\"…\"").map(|text| Some(text.value()));
    }
    let content;
    parenthesized!(content in input);
    let (mut written, mut read) = (None, None);
    while !content.is_empty() {
        let direction = content.call(Ident::parse_any)?;
        content.parse::<Token![=]>()?;
        let text = content.parse::<LitStr>()?.value();
        match direction.to_string().as_str() {
            "serialize" => written = Some(text),
            _ => read = Some(text),
        }
        content.parse::<Option<Token![,]>>()?;
    }
    if written != read {
        errors.push(key.error(format!(
            "`#[serde({})]` differs between writing and reading, so what is stored could not be read again",
            key.ident
        )));
    }
    Ok(written)
}

fn one_case(key: &Key, input: ParseStream<'_>, errors: &Errors) -> syn::Result<Option<Case>> {
    Ok(one_text(key, input, errors)?.as_deref().and_then(Case::named))
}

fn quoted_type(key: &Key, input: ParseStream<'_>) -> syn::Result<Type> {
    let text: LitStr = key.value(input, "\"…\"")?;
    let tokens: proc_macro2::TokenStream = text.parse()?;
    let here = |mut token: TokenTree| {
        token.set_span(text.span());
        token
    };
    syn::parse2(tokens.into_iter().map(here).collect())
        .map_err(|error| syn::Error::new(text.span().span(), error))
}

fn refuse_half_a_skip(key: &Key, errors: &Errors) {
    errors.push(key.error(format!(
        "`#[serde({})]` is half a skip, so what is stored could not be read again; skip both ways: #[serde(skip)]",
        key.ident
    )));
}
