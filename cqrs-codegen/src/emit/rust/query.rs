//! Queries: a typed request for the rows of one projection.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, quote};

use crate::model::{Column, Filter, FilterKind, Query, QueryId};

use super::ctx::{Ctx, doc, doc_text, opening};
use super::fields;
use super::names::{camel, value_ident};
use super::traits::Has;
use super::types::own_derives;

/// A query.
pub(super) struct QueryItem<'a> {
    pub(super) ctx: &'a Ctx<'a>,
    pub(super) id: QueryId,
}

impl ToTokens for QueryItem<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let ctx = self.ctx;
        let runtime = &ctx.runtime;
        let query = ctx.domain.query(self.id);
        let projection = ctx.domain.projection(query.from);
        let (name, from) = (camel(&query.name), camel(&projection.name));
        let doc = doc(query.doc.as_deref(), || format!("{}: a page of [`{from}`].", opening(&query.name)));
        let order = query.order_by.iter().map(|order| {
            let column = column(ctx, query, order.column);
            let descending = order.descending.then(|| quote!(desc));
            quote!(#column #descending)
        });
        let order = (!query.order_by.is_empty()).then(|| quote!(, order_by(#(#order),*)));
        let limit = query.limit.map(|limit| {
            let limit = Literal::u32_unsuffixed(limit);
            quote!(, limit = #limit)
        });
        let roles = query.allow.as_ref().map(|roles| {
            let roles = roles.iter().map(|role| ctx.domain.role(*role).0.as_str());
            quote!(, roles(#(#roles),*))
        });
        let stored_name = query.name.as_str();
        let named = (name != stored_name).then(|| quote!(, name = #stored_name));
        let types = || query.filters.iter().map(|filter| projection.column_type(filter.column));
        let eq = types().all(|ty| ctx.traits.of(&ty).eq);
        let derives = own_derives(Has { eq, ..Has::NONE });
        let (serialize, deserialize, derive) = (&runtime.serialize, &runtime.deserialize, &runtime.query);
        let fields = query.filters.iter().map(|filter| self.field(query, filter));
        tokens.extend(quote! {
            #doc
            #[derive(#derives, #serialize, #deserialize, #derive)]
            #[query(from = #from #order #limit #roles #named)]
            pub struct #name { #(#fields)* }
        });
    }
}

impl QueryItem<'_> {
    fn field(&self, query: &Query, filter: &Filter) -> TokenStream {
        let ctx = self.ctx;
        let projection = ctx.domain.projection(query.from);
        let column = column(ctx, query, filter.column);
        let kind = value_ident(filter.kind.word());
        let name = value_ident(&query.request_field(ctx.domain, filter));
        let column_type = projection.column_type(filter.column);
        let of = column_type.required();
        let (vec, string) = (&ctx.runtime.vec, &ctx.runtime.string);
        let ty = match filter.kind {
            FilterKind::AnyOf => {
                let item = fields::ty(ctx, of);
                quote!(#vec<#item>)
            }
            FilterKind::Prefix => string.to_token_stream(),
            _ => fields::ty(ctx, of),
        };
        let attribute = match (name == column, filter.kind) {
            (true, FilterKind::Equals) => TokenStream::new(),
            (true, _) => quote!(#[query(#kind)]),
            (false, _) => quote!(#[query(column = #column, #kind)]),
        };
        let doc = doc_text(&sentence(filter.kind, &plain(&column)));
        quote!(#doc #attribute pub #name: #ty,)
    }
}

fn sentence(kind: FilterKind, column: &str) -> String {
    match kind {
        FilterKind::Equals => format!("Rows whose `{column}` is this."),
        FilterKind::AtLeast => format!("Rows whose `{column}` is this or more."),
        FilterKind::Above => format!("Rows whose `{column}` is more than this."),
        FilterKind::AtMost => format!("Rows whose `{column}` is this or less."),
        FilterKind::Below => format!("Rows whose `{column}` is less than this."),
        FilterKind::AnyOf => format!("Rows whose `{column}` is one of these."),
        FilterKind::Prefix => format!("Rows whose `{column}` begins with this."),
    }
}

/// The Rust name of a column.
fn column(ctx: &Ctx<'_>, query: &Query, column: Column) -> Ident {
    column_ident(ctx, query.from, column)
}

/// The Rust name of a projection's column.
pub(super) fn column_ident(ctx: &Ctx<'_>, projection: crate::model::ProjectionId, column: Column) -> Ident {
    let projection = ctx.domain.projection(projection);
    let name = match column {
        Column::Key(index) => projection.key.get(index).map(|field| &field.name),
        Column::Field(index) => projection.fields.get(index).map(|row| &row.field.name),
        Column::WindowStart => None,
    };
    name.map_or_else(|| value_ident("window_start"), super::names::snake)
}

fn plain(ident: &Ident) -> String {
    ident.to_string().trim_start_matches("r#").to_owned()
}
