//! What serde stores of a type: the input of every shape, read once, for all derives alike.
//!
//! Reading honours serde's attributes and `#[data_type(opaque = "…")]`. It refuses whatever a shape could only
//! describe wrongly.

mod case;
mod serde;

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::spanned::Spanned as _;
use syn::{Attribute, Data, DataEnum, DeriveInput, Fields, FieldsNamed, Index, LitStr, Member, Type};

use self::case::Case;
use crate::errors::Errors;
use crate::input::{inner_of_option, text_of};
use crate::keys::{self, Once};

const OPAQUE_TYPE: &str = "mark the type with #[data_type(opaque = \"…\")] to store it as it is";
const OPAQUE_FIELD: &str = "mark the field with #[data_type(opaque = \"…\")] to store it as it is";

/// A type as serde stores it.
pub(crate) struct Stored {
    /// The name under which shapes know the type.
    pub(crate) name: String,
    pub(crate) form: Form,
}

/// The stored form of a type.
pub(crate) enum Form {
    /// Known only to the type's own code.
    Opaque(String),
    /// That of another type, from which this one is made.
    Through {
        ty: Box<Type>,
        fallible: bool,
    },
    /// That of the one part.
    Newtype(Member, Part),
    Struct(Vec<Field>),
    Enum(Vec<Variant>),
    /// None: an error says why.
    Refused,
}

/// A value within a stored type.
pub(crate) struct Part {
    /// Its type, valid outside of the type's own impls too.
    pub(crate) ty: TokenStream,
    pub(crate) opaque: Option<String>,
}

/// A named value within a stored type.
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) part: Part,
    pub(crate) has_default: bool,
}

/// A variant of a stored enum.
pub(crate) struct Variant {
    pub(crate) name: String,
    pub(crate) kind: VariantKind,
}

/// What a variant carries.
pub(crate) enum VariantKind {
    Unit,
    Newtype(Part),
    Tuple(Vec<Part>),
    Struct(Vec<Field>),
}

/// Reads the stored form of a type, or reports why it has none that a shape could describe.
pub(crate) fn read(input: &DeriveInput, opaque: Option<&LitStr>, errors: &Errors) -> Stored {
    // Whatever form an opaque type has, serde and the type's own code agree on it.
    let ignored = Errors::default();
    let refusals = if opaque.is_some() { &ignored } else { errors };
    let container = serde::Container::read(&input.attrs, OPAQUE_TYPE, refusals);
    let name = container.name.clone().unwrap_or_else(|| text_of(&input.ident));
    let form = match opaque {
        Some(opaque) => Form::Opaque(opaque.value()),
        None if container.is_refused => Form::Refused,
        None => form(input, &container, errors).unwrap_or(Form::Refused),
    };
    Stored { name, form }
}

impl Stored {
    /// Stands in for a form that was refused, so that the type's users are not reported as well.
    pub(crate) fn refused(input: &DeriveInput) -> Self {
        Self { name: text_of(&input.ident), form: Form::Refused }
    }
}

/// Reads the stored fields of a struct whose form must be its fields.
pub(crate) fn read_fields(
    input: &DeriveInput,
    what: &str,
    fields: &FieldsNamed,
    errors: &Errors,
) -> Vec<Field> {
    let way_out = format!("{what} is stored as its fields");
    let container = serde::Container::read(&input.attrs, &way_out, errors);
    if let Some(transparent) = &container.transparent {
        errors.at(transparent, format!("`#[serde(transparent)]` hides the field's name; {way_out}"));
    }
    if let Some(ty) = container.from.as_ref().map(|(ty, _)| ty).or(container.into.as_ref()) {
        errors.at(ty, format!("this type would be stored in its place; {way_out}"));
    }
    let owner = Owner { input, default: container.default };
    owner.fields(fields, container.rename_all, errors)
}

fn form(input: &DeriveInput, container: &serde::Container, errors: &Errors) -> Option<Form> {
    if let Some(through) = through(container, errors)? {
        return Some(through);
    }
    let owner = Owner { input, default: container.default };
    match &input.data {
        Data::Struct(item) => match &item.fields {
            Fields::Named(fields) if container.transparent.is_some() => {
                match fields.named.iter().collect::<Vec<_>>()[..] {
                    [field] => {
                        let member = Member::Named(field.ident.clone()?);
                        Some(Form::Newtype(member, owner.part(field, errors)))
                    }
                    _ => {
                        errors.at(
                            &container.transparent,
                            format!("only one field alone can be transparent; {OPAQUE_TYPE}"),
                        );
                        None
                    }
                }
            }
            Fields::Named(fields) => Some(Form::Struct(owner.fields(fields, container.rename_all, errors))),
            Fields::Unnamed(fields) => match fields.unnamed.iter().collect::<Vec<_>>()[..] {
                [field] => Some(Form::Newtype(Member::Unnamed(Index::from(0)), owner.part(field, errors))),
                _ => {
                    errors.at(
                        fields,
                        "a tuple struct is stored as a list without names; give its fields names",
                    );
                    None
                }
            },
            Fields::Unit => {
                let name = &input.ident;
                errors.at(name, format!("a unit struct is stored as null; write braces: struct {name} {{}}"));
                None
            }
        },
        Data::Enum(item) => owner.variants(item, container, errors).map(Form::Enum),
        Data::Union(item) => {
            errors.at(item.union_token, "a union cannot be stored; write a struct or an enum");
            None
        }
    }
}

/// The form of a type that serde converts to another one and back.
fn through(container: &serde::Container, errors: &Errors) -> Option<Option<Form>> {
    match (&container.from, &container.into) {
        (None, None) => Some(None),
        (Some((from, fallible)), Some(into)) => {
            let same = from.to_token_stream().to_string() == into.to_token_stream().to_string();
            if !same {
                errors.at(
                    into,
                    "written as one type and read as another, so what is stored could not be read again",
                );
                return None;
            }
            Some(Some(Form::Through { ty: Box::new(from.clone()), fallible: *fallible }))
        }
        (Some((ty, _)), None) | (None, Some(ty)) => {
            let way_out = "`into` goes with `from` or `try_from` of the same type";
            errors.at(ty, format!("what is stored could not be read again: {way_out}"));
            None
        }
    }
}

/// The type whose parts are read.
struct Owner<'a> {
    input: &'a DeriveInput,
    default: bool,
}

impl Owner<'_> {
    fn variants(
        &self,
        item: &DataEnum,
        container: &serde::Container,
        errors: &Errors,
    ) -> Option<Vec<Variant>> {
        if item.variants.is_empty() {
            errors.at(&self.input.ident, "an enum without variants has no value that could be stored");
            return None;
        }
        let mut variants: Vec<Variant> = Vec::new();
        for variant in &item.variants {
            let serde = serde::Variant::read(&variant.attrs, OPAQUE_TYPE, errors);
            if serde.skip {
                continue;
            }
            let name = serde.stored_name(&variant.ident, container.rename_all);
            if variants.iter().any(|other| other.name == name) {
                errors.at(&variant.ident, format!("two variants are stored as `{name}`"));
            }
            let kind = match &variant.fields {
                Fields::Unit => VariantKind::Unit,
                Fields::Named(fields) => {
                    let owner = Owner { input: self.input, default: false };
                    let case = serde.rename_all.or(container.rename_all_fields);
                    VariantKind::Struct(owner.fields(fields, case, errors))
                }
                Fields::Unnamed(fields) => {
                    let mut parts: Vec<_> =
                        fields.unnamed.iter().map(|field| self.part(field, errors)).collect();
                    match (parts.len(), parts.pop()) {
                        (1, Some(part)) => VariantKind::Newtype(part),
                        (_, last) => VariantKind::Tuple(parts.into_iter().chain(last).collect()),
                    }
                }
            };
            variants.push(Variant { name, kind });
        }
        Some(variants)
    }

    fn fields(&self, fields: &FieldsNamed, case: Option<Case>, errors: &Errors) -> Vec<Field> {
        let mut found: Vec<Field> = Vec::new();
        for field in &fields.named {
            let Some(ident) = &field.ident else { continue };
            let serde = serde::Field::read(&field.attrs, errors);
            if serde.skip.is_some() {
                continue;
            }
            let name = serde.stored_name(ident, case);
            if found.iter().any(|other| other.name == name) {
                errors.at(ident, format!("two fields are stored as `{name}`"));
            }
            let has_default = serde.default || self.default;
            if let (Some(may_lack), false, None) = (&serde.may_lack, has_default, inner_of_option(&field.ty))
            {
                let message = "what is left out could not be read again; add `default`: #[serde(default, …)]";
                errors.at(may_lack, message);
            }
            let part = self.named_part(field, &serde, errors);
            found.push(Field { name, part, has_default: has_default || serde.may_lack.is_some() });
        }
        found
    }

    /// A part without a name, which therefore cannot be skipped.
    fn part(&self, field: &syn::Field, errors: &Errors) -> Part {
        let serde = serde::Field::read(&field.attrs, errors);
        if let Some(skip) = &serde.skip {
            errors.at(skip, "a value without a name cannot be left out; give the fields names");
        }
        self.named_part(field, &serde, errors)
    }

    fn named_part(&self, field: &syn::Field, serde: &serde::Field, errors: &Errors) -> Part {
        let mut opaque = opaque_of(&field.attrs, errors);
        if let (Some(custom), None) = (&serde.custom, &opaque) {
            let message =
                format!("`#[serde({custom})]` stores the value in a form of its own; {OPAQUE_FIELD}");
            errors.at(custom, message);
        }
        if serde.custom.is_some() || serde.is_refused {
            opaque.get_or_insert_default();
        }
        Part { ty: outside(self.input, &field.ty), opaque }
    }
}

/// The type with its owner's name in the place of `Self`, for the items beside the owner's impls.
pub(crate) fn outside(owner: &DeriveInput, ty: &Type) -> TokenStream {
    if owner.generics.params.is_empty() {
        replace_self(ty.to_token_stream(), &owner.ident)
    } else {
        ty.to_token_stream()
    }
}

/// The name that `#[data_type(opaque = "…")]` on a field gives to what is stored there.
pub(crate) fn opaque_of(attrs: &[Attribute], errors: &Errors) -> Option<String> {
    let mut opaque = Once::<LitStr>::default();
    let mut is_meant = false;
    keys::read(attrs, "data_type", errors, |key, input| {
        is_meant = true;
        match key.name().as_str() {
            "opaque" => opaque.set(key, key.text(input, "path::to::Type")?),
            _ => Err(key.unknown(&["opaque"], errors)),
        }
    });
    // A key that was refused must not lead to an error about the type that it was meant for.
    opaque.get().map(LitStr::value).or_else(|| is_meant.then(String::new))
}

fn replace_self(tokens: TokenStream, name: &Ident) -> TokenStream {
    let replaced = tokens.into_iter().map(|token| match token {
        TokenTree::Ident(ident) if ident == "Self" => {
            let mut name = name.clone();
            name.set_span(ident.span());
            TokenTree::Ident(name)
        }
        TokenTree::Group(group) => {
            let mut inner = Group::new(group.delimiter(), replace_self(group.stream(), name));
            inner.set_span(group.span());
            TokenTree::Group(inner)
        }
        other => other,
    });
    replaced.collect()
}

impl Part {
    /// Where the part's type stands.
    pub(crate) fn span(&self) -> proc_macro2::Span {
        self.ty.span()
    }
}
