//! The domain as a whole: the constants that describe it, its roles, and its registration in one call.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};

use crate::model::Refresh;

use super::ctx::{Ctx, doc_text};
use super::names::{camel, value_ident};

/// The constants that describe the schema.
pub(super) struct Constants<'a> {
    pub(super) ctx: &'a Ctx<'a>,
}

impl ToTokens for Constants<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let ctx = self.ctx;
        let runtime = &ctx.runtime;
        let domain = ctx.domain;
        let name = domain.name.as_str();
        let (descriptor, event, fingerprint) =
            (&runtime.event_descriptor, &runtime.event, &runtime.fingerprint);
        let events = domain.events.iter().map(|it| {
            let name = camel(&it.name);
            quote!(<#name as #event>::DESCRIPTOR)
        });
        let (projection_descriptor, projection) = (&runtime.projection_descriptor, &runtime.projection);
        let projections = domain.projections.iter().map(|it| {
            let name = camel(&it.name);
            quote!(<#name as #projection>::DESCRIPTOR)
        });
        let projections = (!domain.projections.is_empty()).then(|| {
            quote! {
                /// Every read model.
                pub const PROJECTIONS: &[#projection_descriptor] = &[#(#projections),*];
            }
        });
        let roles = domain.roles.iter().map(|(name, _)| {
            let constant = value_ident(&name.snake().to_uppercase());
            let text = name.as_str();
            let doc = doc_text(&format!("`{text}`."));
            quote!(#doc pub const #constant: &str = #text;)
        });
        let roles = (!domain.roles.is_empty()).then(|| {
            quote! {
                /// The roles that commands and queries ask for.
                pub enum Role {}

                impl Role {
                    #(#roles)*
                }
            }
        });
        tokens.extend(quote! {
            /// The name of the domain.
            pub const DOMAIN: &str = #name;

            /// Changes with everything that the schema says, but not with its layout and comments.
            pub const SCHEMA: #fingerprint = #fingerprint::from_bits(FINGERPRINT_OF_THE_SCHEMA);

            /// Every event, those included that are no longer recorded.
            pub const EVENTS: &[&#descriptor] = &[#(#events),*];

            #projections

            #roles
        });
    }
}

/// The function that adds the whole domain to an application.
pub(super) struct Registration<'a> {
    pub(super) ctx: &'a Ctx<'a>,
}

impl ToTokens for Registration<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let ctx = self.ctx;
        let (builder, refresh) = (&ctx.runtime.app_builder, &ctx.runtime.refresh);
        let domain = ctx.domain;
        let aggregates = domain.aggregates.iter().map(|aggregate| {
            let name = camel(&aggregate.name);
            quote!(.aggregate::<#name>())
        });
        let projections = domain.projections.iter().map(|projection| {
            let name = camel(&projection.name);
            let refresh = match projection.refresh {
                Refresh::OnCommit => quote!(#refresh::OnCommit),
                Refresh::Continuous => quote!(#refresh::Continuous),
                Refresh::Manual => quote!(#refresh::Manual),
                Refresh::EverySeconds(seconds) => {
                    let seconds = Literal::u64_unsuffixed(seconds);
                    quote!(#refresh::Every(::std::time::Duration::from_secs(#seconds)))
                }
            };
            quote!(.projection::<#name>(#refresh))
        });
        let doc = doc_text(&format!(
            "Adds the whole domain `{}` to an application: its aggregates, and its read models with their refreshes.",
            domain.name
        ));
        tokens.extend(quote! {
            #doc
            pub fn register(builder: #builder) -> #builder {
                builder #(#aggregates)* #(#projections)*
            }
        });
    }
}
