//! The columns of a row's table: their shapes, the indexes on them, and the constant that queries name them by.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::{DeriveInput, FieldsNamed};

use super::attrs::Attrs;
use crate::errors::Errors;
use crate::input::{Core, text_of};
use crate::stored::{self, Field, Part};
use crate::{shape, suggest};

/// The columns of a table: the key's, then the row's.
pub(super) struct Columns {
    pub(super) key: Vec<Column>,
    pub(super) row: Vec<Column>,
    /// Whether no column was refused.
    pub(super) is_whole: bool,
}

/// One column, with the Rust field that holds its values.
pub(super) struct Column {
    pub(super) ident: Ident,
    pub(super) field: Field,
}

impl Columns {
    pub(super) fn of(
        input: &DeriveInput,
        attrs: &Attrs,
        fields: Option<&FieldsNamed>,
        errors: &Errors,
    ) -> Self {
        let key = attrs.key().iter().map(|column| {
            let part = Part { ty: stored::outside(input, &column.ty), opaque: None };
            Column::new(&column.ident, part)
        });
        let row = fields.into_iter().flat_map(|fields| &fields.named).filter_map(|field| {
            let opaque = stored::opaque_of(&field.attrs, errors);
            let part = Part { ty: stored::outside(input, &field.ty), opaque };
            field.ident.as_ref().map(|ident| Column::new(ident, part))
        });
        Self { key: key.collect(), row: row.collect(), is_whole: fields.is_some() }
    }

    fn all(&self) -> impl Iterator<Item = &Column> {
        self.key.iter().chain(&self.row)
    }

    /// Takes out columns whose name another one has. Databases do not tell names apart by case, so neither do we.
    pub(super) fn keep_each_name_once(&mut self, errors: &Errors) {
        let before = self.all().count();
        let mut seen: Vec<String> = Vec::new();
        let mut is_new = |column: &Column, message: &str| {
            let name = column.field.name.to_lowercase();
            let is_new = !seen.contains(&name);
            if !is_new {
                errors.at(&column.ident, format!("column `{name}` {message}"));
            }
            seen.push(name);
            is_new
        };
        self.key.retain(|column| is_new(column, "is in the key twice"));
        self.row.retain(|column| {
            is_new(column, "is there already; a column of the key is not a field of the row")
        });
        self.is_whole &= self.all().count() == before;
    }

    /// The indexes by their columns' names, without those that were refused.
    pub(super) fn indexes(&self, attrs: &Attrs, errors: &Errors) -> Vec<Vec<String>> {
        let mut indexes: Vec<Vec<String>> = Vec::new();
        for index in &attrs.indexes {
            let mut names = Vec::new();
            for ident in index {
                let name = text_of(ident);
                match self.all().find(|column| column.field.name == name) {
                    None => {
                        let known = self.all().map(|column| column.field.name.as_str());
                        let way_out = suggest::among(&name, known);
                        errors.at(ident, format!("there is no column `{name}`{way_out}"));
                    }
                    Some(column) if column.field.part.opaque.is_some() => {
                        errors
                            .at(ident, format!("column `{name}` is opaque, so the database cannot order it"));
                    }
                    Some(_) if names.contains(&name) => {
                        errors.at(ident, format!("column `{name}` is in the index twice"));
                    }
                    Some(_) => names.push(name),
                }
            }
            match index.first() {
                Some(first) if indexes.contains(&names) => {
                    errors.at(first, "the same index is there already")
                }
                _ if names.len() == index.len() => indexes.push(names),
                _ => {}
            }
        }
        indexes
    }

    pub(super) fn key_shapes(&self, core: &Core) -> TokenStream {
        shape::of_fields(core, self.key.iter().map(|column| &column.field))
    }

    pub(super) fn row_shapes(&self, core: &Core) -> TokenStream {
        shape::of_fields(core, self.row.iter().map(|column| &column.field))
    }

    /// The struct of typed columns, and the constant that holds one.
    ///
    /// An opaque column is left out, because its values have no order that a filter could go by.
    pub(super) fn typed(&self, input: &DeriveInput, attrs: &Attrs) -> TokenStream {
        let (core, ident, vis) = (&attrs.core, &input.ident, &input.vis);
        let columns = format_ident!("{ident}Columns");
        let struct_doc = format!("The columns of the table that [`{ident}`] is a row of.");
        let const_doc = "The columns of the table, for filters and orders.";
        let typed = || self.all().enumerate().filter(|(_, column)| column.field.part.opaque.is_none());
        let fields = typed().map(|(_, column)| {
            let (ident, ty) = (&column.ident, &column.field.part.ty);
            let doc = format!("The column `{}`.", column.field.name);
            quote!(#[doc = #doc] pub #ident: #core::TypedColumn<#ty>)
        });
        let values = typed().map(|(index, column)| {
            let (ident, name) = (&column.ident, &column.field.name);
            quote!(#ident: #core::TypedColumn::new(#name, #index))
        });
        quote! {
            #[doc = #struct_doc]
            #[derive(::core::clone::Clone, ::core::marker::Copy)]
            #[allow(dead_code)]
            #vis struct #columns {
                #(#fields),*
            }

            impl #ident {
                #[doc = #const_doc]
                #[allow(dead_code)]
                #vis const COLUMNS: #columns = #columns { #(#values),* };
            }
        }
    }
}

impl Column {
    fn new(ident: &Ident, part: Part) -> Self {
        Self { ident: ident.clone(), field: Field { name: text_of(ident), part, has_default: false } }
    }
}
