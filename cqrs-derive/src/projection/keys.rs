//! The type that names a row, and the way from each event to the rows that it changes.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{DeriveInput, Expr, Type};

use super::attrs::{Attrs, KeyedBy, Keys, On};
use super::columns::{Column, Columns};
use super::rows;
use crate::errors::Errors;
use crate::input::moved;

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
    let (write, read) = (rows::write(core, &columns.key), rows::read(core, &columns.key, columns.is_whole));
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
        let message = format!(
            "an aggregate's id is one value, but the key has {} columns; key by \"event\", or give each event \
             its `key`",
            attrs.key().len()
        );
        errors.at(text, message);
    }
}

/// The closure from an event to the keys of the rows that it changes.
pub(super) fn of_event(input: &DeriveInput, attrs: &Attrs, columns: &Columns, on: &On) -> TokenStream {
    let event = &on.event;
    let key = name(&input.ident);
    let way = match (&on.keys, attrs.keyed_by(), columns.key.as_slice()) {
        (Some(Keys::One(one)), ..) => by_function(attrs, event, one, &key),
        (Some(Keys::Several(several)), ..) => by_functions(attrs, event, several, &key),
        (Some(Keys::Fallible(several)), ..) => by_fallible_functions(attrs, event, several, &key),
        (None, ..) if !attrs.key_is_whole || !columns.is_whole => quote!(|_, _, _| ::core::unreachable!()),
        (None, KeyedBy::Aggregate, [column]) => by_aggregate(attrs, event, column, &key),
        (None, KeyedBy::Aggregate, _) => quote!(|_, _, _| ::core::unreachable!()),
        (None, KeyedBy::Event, columns) => by_fields(event, columns, &key),
    };
    quote_spanned!(event.span()=> #way)
}

fn by_function(attrs: &Attrs, event: &Type, one: &Expr, key: &Ident) -> TokenStream {
    let core = attrs.core.at(one.span());
    // The names keep out of the way of the user's own, which the expression may mention.
    quote_spanned! {one.span()=> |__event, __meta, __keys| {
        let __key: fn(&#event, &#core::Meta) -> #key = #one;
        __keys.push(__key(__event, __meta));
        ::core::result::Result::Ok(())
    }}
}

fn by_functions(attrs: &Attrs, event: &Type, several: &Expr, key: &Ident) -> TokenStream {
    let core = attrs.core.at(several.span());
    quote_spanned! {several.span()=> |__event, __meta, __keys| {
        let __several: fn(&#event, &#core::Meta) -> #core::private::Vec<#key> = #several;
        __keys.extend(__several(__event, __meta));
        ::core::result::Result::Ok(())
    }}
}

fn by_fallible_functions(attrs: &Attrs, event: &Type, several: &Expr, key: &Ident) -> TokenStream {
    let core = attrs.core.at(several.span());
    quote_spanned! {several.span()=> |__event, __meta, __keys| {
        let __several: fn(
            &#event,
            &#core::Meta,
        ) -> ::core::result::Result<#core::private::Vec<#key>, #core::ApplyError> = #several;
        __keys.extend(__several(__event, __meta)?);
        ::core::result::Result::Ok(())
    }}
}

fn by_aggregate(attrs: &Attrs, event: &Type, column: &Column, key: &Ident) -> TokenStream {
    let core = attrs.core.at(event.span());
    let ident = &column.ident;
    // Where the key's type is another than the id's, rustc says so at the key.
    let made = quote_spanned!(column.field.part.span()=> #key { #ident: id });
    quote_spanned! {event.span()=> |_, meta, keys| {
        let id = #core::private::aggregate_id::<#event>(meta)?;
        keys.push(#made);
        ::core::result::Result::Ok(())
    }}
}

fn by_fields(event: &Type, columns: &[Column], key: &Ident) -> TokenStream {
    let span = event.span();
    let fields = columns.iter().map(|Column { ident, .. }| {
        // The column's name at the event's place: that is where a field of that name is missing.
        let field = moved(ident, span);
        quote_spanned!(span=> #ident: ::core::clone::Clone::clone(&event.#field))
    });
    let argument = if columns.is_empty() { quote!(_) } else { quote_spanned!(span=> event) };
    quote_spanned! {span=> |#argument, _, keys| {
        keys.push(#key { #(#fields),* });
        ::core::result::Result::Ok(())
    }}
}
