//! Projections: the row, and the way from each event to the rows that it changes.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

use crate::expr::Owners;
use crate::model::{
    Calendar, EventId, ExpressionId, Field, Fold, KeyPart, Name, Projection, ProjectionId, RowField, Scalar,
    SummaryKind, Term, TypeRef, Window, WindowSize,
};

use super::construction::{Source, expressions_of_term};
use super::ctx::{Ctx, doc, doc_text, words};
use super::fields::{self, Fields};
use super::fold::FoldItem;
use super::lints;
use super::logic;
use super::names::{Made, camel, snake, value_ident};
use super::query::column_ident;
use super::traits::Has;
use super::types::{own_derives, with_blank_lines};

/// A projection's row with its folds.
pub(super) struct ProjectionItem<'a> {
    pub(super) ctx: &'a Ctx<'a>,
    pub(super) id: ProjectionId,
}

impl ToTokens for ProjectionItem<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let projection = self.ctx.domain.projection(self.id);
        let row = self.row(projection);
        let folds = projection.folds.iter().map(|fold| FoldItem { ctx: self.ctx, id: self.id, fold });
        tokens.extend(quote!(#row #(#folds)*));
    }
}

impl ProjectionItem<'_> {
    fn row(&self, projection: &Projection) -> TokenStream {
        let ctx = self.ctx;
        let runtime = &ctx.runtime;
        let name = camel(&projection.name);
        let doc = doc(projection.doc.as_deref(), || format!("A row of {}.", words(&projection.name)));
        let columns: Vec<Field> = projection.fields.iter().map(|row| row.field.clone()).collect();
        let begins = projection.fields.iter().all(|row| begins(ctx, row));
        let is_derived = begins && columns.iter().all(|field| starts_as_its_type(ctx, field));
        let eq = ctx.traits.of_fields(&columns).eq;
        let derives = own_derives(Has { eq, default: is_derived, ..Has::NONE });
        let (serialize, deserialize, derive) =
            (&runtime.serialize, &runtime.deserialize, &runtime.projection);
        let key = self.key_columns(projection);
        let (keyed_by, on) = self.subscriptions(projection);
        let indexes = projection.indexes.iter().map(|index| {
            let columns = index.iter().map(|column| column_ident(ctx, self.id, *column));
            quote!(, index(#(#columns),*))
        });
        let stored_name = projection.name.snake();
        // The derive makes the table's name of the row's.
        let table = (heck::ToSnakeCase::to_snake_case(name.to_string().as_str()) != stored_name)
            .then(|| quote!(, table = #stored_name));
        let allow = lints::of_fields(&columns);
        let declarations = projection.fields.iter().map(|row| self.column(row, &name));
        let default = (begins && !is_derived).then(|| self.default(&name, projection));
        let keys: Vec<TokenStream> = (projection.folds.iter())
            .filter(|fold| !self.is_plain(projection, fold))
            .map(|fold| self.keys_function(projection, fold))
            .collect();
        let keys = (!keys.is_empty()).then(|| {
            let functions = with_blank_lines(keys);
            quote!(impl #name { #functions })
        });
        quote! {
            #doc
            #[derive(#derives, #serialize, #deserialize, #derive)]
            #[projection(key(#key) #keyed_by, on(#(#on),*) #(#indexes)* #table)]
            #allow
            pub struct #name { #(#declarations)* }

            #default
            #keys
        }
    }

    fn key_columns(&self, projection: &Projection) -> TokenStream {
        let columns = projection
            .columns()
            .into_iter()
            .filter(|column| !matches!(column, crate::model::Column::Field(_)));
        let columns = columns.map(|column| {
            let ident = column_ident(self.ctx, self.id, column);
            let ty = fields::ty(self.ctx, &projection.column_type(column));
            quote!(#ident: #ty)
        });
        quote!(#(#columns),*)
    }

    /// A column; an average has its sum and its count beside it.
    fn column(&self, row: &RowField, owner: &Ident) -> TokenStream {
        let ctx = self.ctx;
        let field =
            Fields { ctx, fields: std::slice::from_ref(&row.field), owner, public: true, stored: false };
        if row.summary.as_ref().is_none_or(|summary| summary.kind != SummaryKind::Avg) {
            return quote!(#field);
        }
        let (sum, count) = average_columns(row);
        let name = &row.field.name;
        let (sum_doc, count_doc) = (
            doc_text(&format!("What `{name}` is the mean of, added up.")),
            doc_text(&format!("How many values `{name}` is the mean of.")),
        );
        let ty = fields::ty(ctx, &row.field.ty);
        quote!(#field #sum_doc pub #sum: #ty, #count_doc pub #count: u64,)
    }

    fn default(&self, name: &Ident, projection: &Projection) -> TokenStream {
        let default = &self.ctx.runtime.default;
        let values = projection.fields.iter().map(|row| start(self.ctx, row));
        quote! {
            impl #default for #name {
                fn default() -> Self {
                    Self { #(#values),* }
                }
            }
        }
    }

    /// How the derive finds the keys by itself, and each event with a way of its own where it has one.
    fn subscriptions(&self, projection: &Projection) -> (Option<TokenStream>, Vec<TokenStream>) {
        let is_by_event = self.is_keyed_by_event(projection) && projection.key.len() == 1;
        let keyed_by = is_by_event.then(|| quote!(, keyed_by = "event"));
        let on = projection.folds.iter().map(|fold| {
            let event = &self.ctx.domain.event(fold.event).name;
            let event_name = camel(event);
            if self.is_plain(projection, fold) {
                return quote!(#event_name);
            }
            let is_one = projection.window.as_ref().is_none_or(|window| window.hop_seconds.is_none());
            let keys = keys_function_name(event, is_one);
            let way = match (self.is_fallible(fold), is_one) {
                (true, _) => quote!(try_keys),
                (false, true) => quote!(key),
                (false, false) => quote!(keys),
            };
            quote!(#event_name(#way = Self::#keys))
        });
        (keyed_by, on.collect())
    }

    /// Whether every event names its row by fields of the columns' names.
    fn is_keyed_by_event(&self, projection: &Projection) -> bool {
        projection.window.is_none()
            && projection.folds.iter().all(|fold| self.names_columns(projection, fold))
    }

    fn names_columns(&self, projection: &Projection, fold: &Fold) -> bool {
        let event = self.ctx.domain.event(fold.event);
        fold.key.iter().zip(&projection.key).all(|(part, column)| match part {
            KeyPart::EventField(index) => {
                event.fields.get(*index).is_some_and(|field| field.name.snake() == column.name.snake())
            }
            _ => false,
        })
    }

    /// Whether the derive finds the event's key without being told.
    fn is_plain(&self, projection: &Projection, fold: &Fold) -> bool {
        if projection.window.is_some() {
            return false;
        }
        if projection.key.len() == 1 && !self.is_keyed_by_event(projection) {
            let aggregate = self.ctx.domain.event(fold.event).aggregate;
            let is_its_type =
                projection.key.iter().all(|key| key.ty == self.ctx.domain.aggregate(aggregate).id);
            return is_its_type && fold.key.iter().all(|part| *part == KeyPart::AggregateId);
        }
        self.names_columns(projection, fold)
    }

    fn is_fallible(&self, fold: &Fold) -> bool {
        let projection = self.ctx.domain.projection(self.id);
        let terms =
            expressions_of_key(fold).into_iter().chain(projection.window.as_ref().and_then(|it| it.time));
        fold.key.contains(&KeyPart::AggregateId)
            || terms.into_iter().any(|id| self.ctx.meaning_on(id, fold.event).is_fallible())
    }

    /// The function from an event to the keys of its rows.
    fn keys_function(&self, projection: &Projection, fold: &Fold) -> TokenStream {
        let ctx = self.ctx;
        let key = ctx.names.made(Made::Key(self.id));
        let place = ctx.place(fold.origin);
        let parts: Vec<(Ident, TokenStream)> = (projection.key.iter().zip(&fold.key))
            .map(|(column, part)| (snake(&column.name), self.key_part(column, part, fold.event)))
            .collect();
        let Some(window) = &projection.window else {
            let parts = parts.iter().map(|(ident, value)| quote!(#ident: #value));
            return self.keys_item(fold, &place, &Keys::One(quote!(#key { #(#parts),* })));
        };
        let starts = self.windows(window, fold.event);
        if window.hop_seconds.is_none() {
            let parts = parts.iter().map(|(ident, value)| quote!(#ident: #value,));
            return self.keys_item(
                fold,
                &place,
                &Keys::One(quote!(#key { #(#parts)* window_start: #starts })),
            );
        }
        // A column may be called as something that the function reads.
        let local = |column: &Field| value_ident(&format!("{}_of_key", column.name.snake()));
        let lets = parts.iter().zip(&projection.key).map(|((_, value), column)| {
            let local = local(column);
            quote!(let #local = #value;)
        });
        let clones = parts.iter().zip(&projection.key).map(|((ident, _), column)| {
            let local = local(column);
            let is_copy = ctx.traits.of(&column.ty).copy;
            if is_copy { quote!(#ident: #local,) } else { quote!(#ident: #local.clone(),) }
        });
        let before = quote! {
            #place
            #(#lets)*
            let windows = #starts.into_iter();
        };
        let keys = quote!(windows.map(|window_start| #key { #(#clones)* window_start }).collect());
        self.keys_item(fold, &before, &Keys::Several(keys))
    }

    fn keys_item(&self, fold: &Fold, before: &TokenStream, keys: &Keys) -> TokenStream {
        let ctx = self.ctx;
        let projection = ctx.domain.projection(self.id);
        let event = &ctx.domain.event(fold.event).name;
        let (name, key) = (keys_function_name(event, keys.is_one()), ctx.names.made(Made::Key(self.id)));
        let (event_name, meta, vec) = (camel(event), &ctx.runtime.meta, &ctx.runtime.vec);
        let time = projection.window.as_ref().map(|window| window.time);
        let ids: Vec<_> = expressions_of_key(fold).into_iter().chain(time.flatten()).collect();
        let reads_event = fold.key.iter().any(|part| matches!(part, KeyPart::EventField(_)))
            || logic::mention_on(ctx, ids.iter().copied(), fold.event, "event");
        let reads_meta = fold.key.contains(&KeyPart::AggregateId)
            || time == Some(None)
            || logic::mention_on(ctx, ids.iter().copied(), fold.event, "meta");
        let event_read = if reads_event { quote!(event) } else { quote!(_) };
        let meta_read = if reads_meta { quote!(meta) } else { quote!(_) };
        let (Keys::One(found) | Keys::Several(found)) = keys;
        let allow = logic::allow(ctx, ids, &quote!(#before #found));
        let parameters = quote!(#event_read: &#event_name, #meta_read: &#meta);
        if self.is_fallible(fold) {
            let runtime = &ctx.runtime;
            let (result, ok, apply_error) = (&runtime.result, &runtime.ok, &runtime.apply_error);
            let body = match keys {
                Keys::One(key) => quote!(let key = #key; #ok(vec![key])),
                Keys::Several(keys) => quote!(#ok(#keys)),
            };
            return quote! {
                #allow
                fn #name(#parameters) -> #result<#vec<#key>, #apply_error> {
                    #before
                    #body
                }
            };
        }
        let (ty, body) = match keys {
            Keys::One(one) => (quote!(#key), one),
            Keys::Several(keys) => (quote!(#vec<#key>), keys),
        };
        quote! {
            #allow
            fn #name(#parameters) -> #ty {
                #before
                #body
            }
        }
    }

    fn key_part(&self, column: &Field, part: &KeyPart, event: EventId) -> TokenStream {
        let ctx = self.ctx;
        match part {
            KeyPart::AggregateId => {
                let (aggregate_id, apply_error) = (&ctx.runtime.aggregate_id, &ctx.runtime.apply_error);
                let ty = fields::ty(ctx, &column.ty);
                quote! {
                    <#ty as #aggregate_id>::from_stream_id(&meta.aggregate_id)
                        .map_err(|error| #apply_error::new(error.to_string()))?
                }
            }
            KeyPart::EventField(index) => {
                let field = ctx.domain.event(event).fields.get(*index);
                let ident = field.map_or_else(|| snake(&column.name), |field| snake(&field.name));
                let is_copy = field.is_some_and(|field| ctx.traits.of(&field.ty).copy);
                if is_copy { quote!(event.#ident) } else { quote!(event.#ident.clone()) }
            }
            KeyPart::Term(Term::Expression(id)) => ctx.rendered(ctx.meaning_on(*id, event), &Owners::new()),
            KeyPart::Term(term) => Source { ctx, owners: Owners::new(), carried: None }.term(term),
        }
    }

    /// The start of the event's window, or the starts of all that it lies in.
    fn windows(&self, declared: &Window, event: EventId) -> TokenStream {
        let ctx = self.ctx;
        let (duration, window) = (&ctx.runtime.signed_duration, &ctx.runtime.window);
        let at = match declared.time {
            Some(id) => ctx.rendered(ctx.meaning_on(id, event), &Owners::new()),
            None => quote!(meta.recorded_at),
        };
        let seconds = |seconds: u64| {
            let seconds = proc_macro2::Literal::u64_unsuffixed(seconds);
            quote!(#duration::from_secs(#seconds))
        };
        match (declared.size, declared.hop_seconds) {
            (WindowSize::Seconds(size), None) => {
                let size = seconds(size);
                quote!(#window::tumbling(#at, #size))
            }
            (WindowSize::Seconds(size), Some(hop)) => {
                let (size, hop) = (seconds(size), seconds(hop));
                quote!(#window::hopping(#at, #size, #hop))
            }
            (WindowSize::Calendar(calendar), _) => {
                let function = match calendar {
                    Calendar::Day => quote!(day),
                    Calendar::Week => quote!(week),
                    Calendar::Month => quote!(month),
                    Calendar::Year => quote!(year),
                };
                quote!(#window::#function(#at))
            }
        }
    }
}

fn expressions_of_key(fold: &Fold) -> Vec<ExpressionId> {
    let terms = fold.key.iter().filter_map(|part| match part {
        KeyPart::Term(term) => Some(term),
        _ => None,
    });
    terms.flat_map(expressions_of_term).collect()
}

fn keys_function_name(event: &Name, is_one: bool) -> Ident {
    let what = if is_one { "key" } else { "keys" };
    value_ident(&format!("{what}_of_{}", event.snake()))
}

/// The keys that an event leads to.
enum Keys {
    /// One, as an expression.
    One(TokenStream),
    /// Several, as an expression of a `Vec`.
    Several(TokenStream),
}

impl Keys {
    fn is_one(&self) -> bool {
        matches!(self, Self::One(_))
    }
}

/// The columns that an average is calculated from: its sum and its count.
pub(super) fn average_columns(row: &RowField) -> (Ident, Ident) {
    let [sum, count] = row.average_columns();
    (value_ident(&sum), value_ident(&count))
}

/// Whether a column has a value in a row that has just begun, without being written.
pub(super) fn begins(ctx: &Ctx<'_>, row: &RowField) -> bool {
    match row.summary.as_ref().map(|summary| summary.kind) {
        None => row.field.may_be_absent(),
        Some(SummaryKind::Count | SummaryKind::Collect) => true,
        Some(SummaryKind::Sum | SummaryKind::Avg) => ctx.traits.of(&row.field.ty).default,
        Some(_) => matches!(row.field.ty, TypeRef::Optional(_)),
    }
}

/// The value of a column in a row that has just begun, as the field of a literal.
pub(super) fn start(ctx: &Ctx<'_>, row: &RowField) -> TokenStream {
    let (ident, value) = (snake(&row.field.name), fields::default_value(ctx, &row.field));
    if row.summary.as_ref().is_none_or(|summary| summary.kind != SummaryKind::Avg) {
        return quote!(#ident: #value);
    }
    let (sum, count) = average_columns(row);
    quote!(#ident: #value, #sum: #value, #count: 0)
}

fn starts_as_its_type(ctx: &Ctx<'_>, field: &Field) -> bool {
    field.default.as_ref().is_none_or(|default| fields::is_type_default(ctx, &field.ty, default))
        && ctx.traits.of(&field.ty).default
}

/// Whether a scalar is a floating-point number.
pub(super) fn is_float(ty: &TypeRef) -> bool {
    matches!(ty, TypeRef::Scalar(Scalar::F32 | Scalar::F64))
}
