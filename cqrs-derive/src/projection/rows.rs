//! Rows and keys as cells: the two methods that a row and its key have alike.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::columns::Column;
use crate::data_type;
use crate::input::Core;
use crate::stored::Part;

/// The method `write`.
pub(super) fn write(core: &Core, columns: &[Column]) -> TokenStream {
    let values = columns.iter().map(|column| {
        let (ident, (to_value, _)) = (&column.ident, conversions(core, column));
        quote!(#to_value(&self.#ident))
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

/// The method `read`; where columns were refused, it only stands in for one.
pub(super) fn read(core: &Core, columns: &[Column], is_whole: bool) -> TokenStream {
    let values = columns.iter().map(|column| {
        let (ident, name) = (&column.ident, &column.field.name);
        let (_, from_value) = conversions(core, column);
        quote!(#ident: #from_value(#core::private::next_cell(cells, #name)?).map_err(#core::private::in_column(#name))?)
    });
    let row = if is_whole {
        quote!(::core::result::Result::Ok(Self { #(#values),* }))
    } else {
        quote!(::core::unreachable!())
    };
    let cells = if columns.is_empty() || !is_whole { quote!(_) } else { quote!(cells) };
    quote! {
        fn read(
            #cells: &mut dyn ::core::iter::Iterator<Item = #core::Value>,
        ) -> ::core::result::Result<Self, #core::ValueError> {
            #row
        }
    }
}

/// The functions from a column's value to its cell and back.
fn conversions(core: &Core, column: &Column) -> (TokenStream, TokenStream) {
    let Part { ty, opaque } = &column.field.part;
    let span = column.field.part.span();
    if opaque.is_some() {
        return data_type::json(core, ty, span);
    }
    let core = core.at(span);
    let data_type = quote_spanned!(span=> <#ty as #core::DataType>);
    (quote!(#data_type::to_value), quote!(#data_type::from_value))
}
