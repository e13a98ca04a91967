//! The type that names a row, and the way from each event to the rows that it changes.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::DeriveInput;
use syn::spanned::Spanned as _;

use super::attrs::{Attrs, KeyedBy, Keys, On};
use super::columns::Columns;
use super::rows;
use crate::errors::Errors;

/// The name of the key's type.
pub(super) fn name(row: &Ident) -> Ident {
    format_ident!("{row}Key")
}

/// The key's type with its impls.
pub(super) fn key_type(input: &DeriveInput, attrs: &Attrs, columns: &Columns) -> TokenStream {
    let (core, row, vis) = (&attrs.core, &input.ident, &input.vis);
    let key = name(row);
    let struct_doc = format!("What names one [`{row}`].");
    let fields = columns.key.iter().map(|column| {
        let (ident, ty) = (&column.ident, &column.field.part.ty);
        let doc = format!("The column `{}`.", column.field.name);
        quote!(#[doc = #doc] pub #ident: #ty)
    });
    let (write, read) = (rows::write(core, &columns.key), rows::read(core, &columns.key));
    quote! {
        #[doc = #struct_doc]
        #[derive(
            ::core::clone::Clone,
            ::core::fmt::Debug,
            ::core::cmp::PartialEq,
            ::core::cmp::Eq,
            ::core::hash::Hash,
        )]
        #vis struct #key {
            #(#fields),*
        }

        #[automatically_derived]
        impl #core::ProjectionKey for #key {
            #write

            #read
        }
    }
}

/// The aggregate's id is one value, so it names rows of a key with one column only.
pub(super) fn the_key_can_be_found(attrs: &Attrs, errors: &Errors) {
    let Some((text, KeyedBy::Aggregate)) = attrs.keyed_by.get() else { return };
    if attrs.key().len() > 1 {
        errors.at(text, format!(
            "an aggregate's id is one value, but the key has {} columns; key by \"event\", or give each event its `key`",
            attrs.key().len()
        ));
    }
}

/// The closure from an event to the keys of the rows that it changes.
pub(super) fn of_event(input: &DeriveInput, attrs: &Attrs, on: &On) -> TokenStream {
    let (core, event) = (&attrs.core, &on.event);
    let key = name(&input.ident);
    let (arguments, push) = match &on.keys {
        Some(Keys::One(one)) => {
            let typed = quote_spanned! {one.span()=>
                let key: fn(&#event, &#core::Meta) -> #key = #one;
            };
            (quote!(event, meta), quote!(#typed keys.push(key(event, meta));))
        }
        Some(Keys::Several(several)) => {
            let typed = quote_spanned! {several.span()=>
                let several: fn(&#event, &#core::Meta) -> #core::private::Vec<#key> = #several;
            };
            (quote!(event, meta), quote!(#typed keys.extend(several(event, meta));))
        }
        None => match (attrs.keyed_by(), attrs.key()) {
            (KeyedBy::Aggregate, [column]) => {
                let ident = &column.ident;
                let id = quote_spanned!(column.ty.span()=> #core::private::aggregate_id::<#event>(meta)?);
                (quote!(_, meta), quote!(keys.push(#key { #ident: #id });))
            }
            (_, columns) => {
                let fields = columns.iter().map(|column| {
                    let ident = &column.ident;
                    // The column's name at the event's place: that is where a field of that name is missing.
                    let field = Ident::new(&ident.to_string(), event.span());
                    let value = quote_spanned!(event.span()=> ::core::clone::Clone::clone(&event.#field));
                    quote!(#ident: #value)
                });
                let argument = if columns.is_empty() { quote!(_) } else { quote!(event) };
                (quote!(#argument, _), quote!(keys.push(#key { #(#fields),* });))
            }
        },
    };
    quote!(|#arguments, keys| {
        #push
        ::core::result::Result::Ok(())
    })
}
