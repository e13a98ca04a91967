//! What a derive may stand on: the checks of an item's kind that several derives share, and the path to cqrs-core.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::quote;
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;
use syn::{Data, DeriveInput, Fields, FieldsNamed, GenericArgument, LitStr, Path, PathArguments, Type};

use crate::errors::Errors;
use crate::keys::{Key, Once};

/// The path to cqrs-core in generated code: `::cqrs_core`, unless `crate = "…"` names another.
pub(crate) struct Core(TokenStream);

impl Default for Core {
    fn default() -> Self {
        Self(quote!(::cqrs_core))
    }
}

impl Core {
    /// Reads the key `crate`.
    pub(crate) fn set(&mut self, key: &Key, input: ParseStream<'_>) -> syn::Result<()> {
        let text = key.text(input, "path::to::cqrs_core")?;
        let wrong = |_| syn::Error::new(text.span(), format!("`{}` is no path", text.value()));
        let path: Path = text.parse().map_err(wrong)?;
        self.0 = quote!(#path);
        Ok(())
    }
}

impl Core {
    /// The path at a place of the user's, so that what rustc says about its use is said there.
    pub(crate) fn at(&self, span: Span) -> TokenStream {
        let here = |mut token: TokenTree| {
            token.set_span(span);
            token
        };
        self.0.clone().into_iter().map(here).collect()
    }
}

impl quote::ToTokens for Core {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.0.to_tokens(tokens);
    }
}

/// Whether an item that stands for one thing is one; generic parameters are refused.
pub(crate) fn is_one_type(input: &DeriveInput, what: &str, errors: &Errors) -> bool {
    let generic = !input.generics.params.is_empty();
    if generic {
        errors.at(&input.generics.params, format!("{what} is one type, so it takes no parameters"));
    }
    !generic
}

/// The named fields of a struct; what they are for goes into the error when there are none.
pub(crate) fn named_fields<'a>(
    input: &'a DeriveInput,
    what: &str,
    errors: &Errors,
) -> Option<&'a FieldsNamed> {
    let name = &input.ident;
    match &input.data {
        Data::Struct(item) => match &item.fields {
            Fields::Named(fields) => return Some(fields),
            Fields::Unit => {
                errors
                    .at(name, format!("{what} has named fields, or braces without any: struct {name} {{}}"));
            }
            Fields::Unnamed(fields) => {
                errors.at(fields, format!("{what} has named fields: struct {name} {{ … }}"));
            }
        },
        Data::Enum(item) => errors.at(item.enum_token, format!("{what} is a struct, not an enum")),
        Data::Union(item) => errors.at(item.union_token, format!("{what} is a struct, not a union")),
    }
    None
}

/// The user's identifier at another place of the user's.
pub(crate) fn moved(ident: &Ident, place: Span) -> Ident {
    let mut ident = ident.clone();
    ident.set_span(Span::call_site().located_at(place));
    ident
}

/// Two floating-point numbers that look alike need not be equal, and one is not even equal to itself.
pub(crate) fn is_float(ty: &Type) -> bool {
    matches!(plain(ty), Type::Path(path) if path.path.is_ident("f32") || path.path.is_ident("f64"))
}

/// A type without the invisible parentheses that it has when it comes out of a macro.
pub(crate) fn plain(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => plain(&group.elem),
        ty => ty,
    }
}

/// The `T` of `Option<T>`.
pub(crate) fn inner_of_option(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = plain(ty) else { return None };
    let last = path.path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(inner) if last.ident == "Option" => Some(inner),
        _ => None,
    }
}

/// An identifier without `r#`, as text.
pub(crate) fn text_of(ident: &Ident) -> String {
    ident.unraw().to_string()
}

/// The roles that may send a request, from `roles("teller", "holder")`.
#[derive(Default)]
pub(crate) struct Roles(Once<Vec<LitStr>>);

impl Roles {
    /// Reads the key `roles`.
    pub(crate) fn read(&mut self, key: &Key, input: ParseStream<'_>, errors: &Errors) -> syn::Result<()> {
        let mut roles: Vec<LitStr> = Vec::new();
        key.list(input, "\"teller\"", errors, |input| {
            let role: LitStr = input.parse()?;
            if role.value().trim().is_empty() {
                return Err(syn::Error::new(role.span(), "a role without a name"));
            }
            if roles.contains(&role) {
                return Err(syn::Error::new(role.span(), format!("role `{}` is named twice", role.value())));
            }
            roles.push(role);
            Ok(())
        })?;
        self.0.set(key, roles)
    }
}

impl quote::ToTokens for Roles {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let roles = self.0.get().map_or(&[][..], Vec::as_slice);
        tokens.extend(quote!(&[#(#roles),*]));
    }
}
