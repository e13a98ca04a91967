//! `#[derive(Projection)]`: a row's table, its key, its typed columns, and the events that it is folded from.

mod attrs;
mod columns;
mod keys;
mod rows;

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::DeriveInput;
use syn::spanned::Spanned as _;

use self::attrs::{Attrs, On};
use self::columns::Columns;
use crate::errors::Errors;
use crate::input::{is_one_type, named_fields};

pub(crate) fn expand(input: &DeriveInput, errors: &Errors) -> TokenStream {
    let attrs = Attrs::read(input, errors);
    if !is_one_type(input, "a row", errors) {
        return TokenStream::new();
    }
    let fields = named_fields(input, "a row", errors);
    let mut columns = Columns::of(input, &attrs, fields, errors);
    columns.keep_each_name_once(errors);
    let indexes = columns.indexes(&attrs, errors);
    keys::the_key_can_be_found(&attrs, errors);
    let projection = ProjectionImpl { input, attrs: &attrs, columns: &columns, indexes: &indexes };
    let (row, key, typed) =
        (projection.expand(), keys::key_type(input, &attrs, &columns), columns.typed(input, &attrs));
    quote!(#row #key #typed)
}

struct ProjectionImpl<'a> {
    input: &'a DeriveInput,
    attrs: &'a Attrs,
    columns: &'a Columns,
    indexes: &'a [Vec<String>],
}

impl ProjectionImpl<'_> {
    fn expand(&self) -> TokenStream {
        let Self { input, attrs, columns, indexes } = self;
        let (core, ident): (_, &Ident) = (&attrs.core, &input.ident);
        let key = keys::name(ident);
        let table = attrs.table_name(ident);
        let version = attrs.version();
        let (key_fields, row_fields) = (columns.key_shapes(core), columns.row_shapes(core));
        let subscriptions = attrs.on().iter().map(|on| self.subscription(on));
        let (write, read) =
            (rows::write(core, &columns.row), rows::read(core, &columns.row, columns.is_whole));
        quote! {
            #[automatically_derived]
            impl #core::Projection for #ident {
                type Key = #key;

                const DESCRIPTOR: #core::ProjectionDescriptor = #core::ProjectionDescriptor {
                    table: #table,
                    version: #version,
                    key: #key_fields,
                    fields: #row_fields,
                    indexes: &[#(&[#(#indexes),*]),*],
                };

                fn subscribe(subscriptions: &mut #core::Subscriptions<Self>) {
                    #(#subscriptions)*
                }

                #write

                #read
            }
        }
    }

    fn subscription(&self, on: &On) -> TokenStream {
        let event = &on.event;
        let keys = keys::of_event(self.input, self.attrs, self.columns, on);
        match on.looks_up.get() {
            Some(row) => quote_spanned!(event.span()=> subscriptions.on_with::<#event, #row>(#keys);),
            None => quote_spanned!(event.span()=> subscriptions.on::<#event>(#keys);),
        }
    }
}
