//! Rows and keys as cells: the two methods that a row and its key have alike.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::columns::Column;
use crate::input::Core;

/// The method `write`.
pub(super) fn write(core: &Core, columns: &[Column]) -> TokenStream {
    let values = columns.iter().map(|Column { ident, field }| match field.part.opaque {
        Some(_) => quote_spanned!(field.part.span()=> #core::private::to_json(&self.#ident)),
        None => quote_spanned!(field.part.span()=> #core::DataType::to_value(&self.#ident)),
    });
    let cells = if columns.is_empty() { quote!(_) } else { quote!(cells) };
    quote! {
        fn write(
            &self,
            #cells: &mut #core::private::Vec<#core::Value>,
        ) -> ::core::result::Result<(), #core::ValueError> {
            #(cells.push(#values?);)*
            ::core::result::Result::Ok(())
        }
    }
}

/// The method `read`.
pub(super) fn read(core: &Core, columns: &[Column]) -> TokenStream {
    let values = columns.iter().map(|Column { ident, field }| {
        let name = &field.name;
        let value = match field.part.opaque {
            Some(_) => quote_spanned!(field.part.span()=> #core::private::from_json),
            None => quote_spanned!(field.part.span()=> #core::DataType::from_value),
        };
        quote!(#ident: #core::private::next_cell(cells, #name, #value)?)
    });
    let cells = if columns.is_empty() { quote!(_) } else { quote!(cells) };
    quote! {
        fn read(
            #cells: &mut dyn ::core::iter::Iterator<Item = #core::Value>,
        ) -> ::core::result::Result<Self, #core::ValueError> {
            ::core::result::Result::Ok(Self { #(#values),* })
        }
    }
}
