//! `#[derive(Command)]`: whom a command is for, who may send it, and the check that somebody decides on it.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{DeriveInput, Expr, FieldsNamed, LitStr, Type};

use crate::errors::Errors;
use crate::input::{Core, Roles, is_one_type, named_fields, text_of};
use crate::keys::{self, Once};
use crate::suggest;

pub(crate) fn expand(input: &DeriveInput, errors: &Errors) -> TokenStream {
    let attrs = Attrs::read(input, errors);
    if !is_one_type(input, "a command", errors) {
        return TokenStream::new();
    }
    let fields = named_fields(input, "a command", errors);
    let id = fields.and_then(|fields| id_field(input, &attrs, fields, errors));
    match attrs.aggregate.get() {
        Some(aggregate) => CommandImpl { ident: &input.ident, attrs: &attrs, aggregate, id }.expand(),
        None => {
            errors.missing("command", "aggregate", &input.ident, "#[command(aggregate = Account, …)]");
            TokenStream::new()
        }
    }
}

const KEYS: [&str; 8] = ["aggregate", "id", "name", "creates", "existing", "roles", "validate", "crate"];

/// What `#[command(…)]` says.
#[derive(Default)]
struct Attrs {
    core: Core,
    aggregate: Once<Type>,
    id: Once<Ident>,
    name: Once<LitStr>,
    existence: Once<Ident>,
    roles: Roles,
    validate: Once<Expr>,
}

impl Attrs {
    fn read(input: &DeriveInput, errors: &Errors) -> Self {
        let mut attrs = Self::default();
        keys::read(&input.attrs, "command", errors, |key, input| match key.name().as_str() {
            "aggregate" => attrs.aggregate.set(key, key.ty(input, "Account")?),
            "id" => attrs.id.set(key, key.value(input, "account_id")?),
            "name" => attrs.name.set(key, key.text(input, "Withdraw")?),
            "creates" | "existing" => {
                key.flag(input)?;
                match attrs.existence.get() {
                    Some(other) if *other != key.ident => {
                        Err(key.error("`creates` wants no aggregate to be there, `existing` wants one"))
                    }
                    _ => attrs.existence.set(key, key.ident.clone()),
                }
            }
            "roles" => attrs.roles.read(key, input, errors),
            "validate" => attrs.validate.set(key, key.value(input, "Self::check")?),
            "crate" => attrs.core.set(key, input),
            _ => Err(key.unknown(&KEYS, errors)),
        });
        attrs
    }
}

/// The field that holds the aggregate's id.
fn id_field<'a>(
    input: &DeriveInput,
    attrs: &Attrs,
    fields: &'a FieldsNamed,
    errors: &Errors,
) -> Option<&'a syn::Field> {
    let Some(id) = attrs.id.get() else {
        errors
            .at(&input.ident, "`id` is missing: name the field with the aggregate's id, #[command(id = …)]");
        return None;
    };
    let found = fields.named.iter().find(|field| field.ident.as_ref() == Some(id));
    if found.is_none() {
        let names: Vec<_> =
            fields.named.iter().filter_map(|field| field.ident.as_ref()).map(text_of).collect();
        let way_out = suggest::among(&text_of(id), names.iter().map(String::as_str));
        errors.at(id, format!("`{}` has no field `{id}`{way_out}", input.ident));
    }
    found
}

struct CommandImpl<'a> {
    ident: &'a Ident,
    attrs: &'a Attrs,
    aggregate: &'a Type,
    id: Option<&'a syn::Field>,
}

impl CommandImpl<'_> {
    fn expand(&self) -> TokenStream {
        let Self { ident, attrs, aggregate, id } = self;
        let core = &attrs.core;
        let name = attrs.name.get().map_or_else(|| text_of(ident), LitStr::value);
        let existence = match attrs.existence.get() {
            None => quote!(Any),
            Some(key) if key == "creates" => quote!(New),
            Some(_) => quote!(Existing),
        };
        let roles = &attrs.roles;
        let id = match id.and_then(|field| field.ident.as_ref()) {
            // The id bears the field's own name: that is where rustc underlines one of the wrong type.
            Some(field) => quote! {
                let #field = &self.#field;
                #field
            },
            // The attribute was refused: this is never run.
            None => quote!(::core::unreachable!()),
        };
        let validate = attrs.validate.get().map(|check| validate(core, check));
        let decides = self.decides();
        let there = core.at(aggregate.span());
        let id_type = quote_spanned!(aggregate.span()=> <#aggregate as #there::Aggregate>::Id);
        quote! {
            #[automatically_derived]
            impl #core::Command for #ident {
                type Aggregate = #aggregate;

                const NAME: &'static str = #name;
                const EXISTENCE: #core::Existence = #core::Existence::#existence;
                const ROLES: &'static [&'static str] = #roles;

                fn aggregate_id(&self) -> &#id_type {
                    #id
                }

                #validate
            }

            #decides
        }
    }

    /// Asks for the decision where the command is declared, not only where it is first sent.
    fn decides(&self) -> TokenStream {
        let Self { ident, attrs, aggregate, .. } = self;
        let core = &attrs.core;
        let check =
            quote_spanned!(ident.span()=> the_aggregate_decides_on_the_command::<#aggregate, #ident>(););
        quote! {
            const _: () = {
                const fn the_aggregate_decides_on_the_command<A: #core::Decide<C>, C>() {}
                #check
            };
        }
    }
}

/// The method `validate`, which calls the user's check.
pub(crate) fn validate(core: &Core, check: &Expr) -> TokenStream {
    let there = core.at(check.span());
    let typed = quote_spanned! {check.span()=>
        let check: fn(&Self) -> ::core::result::Result<(), #there::Invalid> = #check;
    };
    quote! {
        fn validate(&self) -> ::core::result::Result<(), #core::Invalid> {
            #typed
            check(self)
        }
    }
}
