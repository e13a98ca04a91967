//! Folds: what one event does to the row of its key.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::expr::Owners;
use crate::model::{
    ExpressionId, Field, Fold, FoldAction, Operation, Projection, ProjectionId, RowField, Write,
};

use super::construction::Source;
use super::ctx::Ctx;
use super::custom::fold_method;
use super::logic;
use super::names::{Made, camel, snake};
use super::projection::{begins, start};
use super::summary::Summaries;
use super::write::{self, Writes};

/// The `Project` of one event.
pub(super) struct FoldItem<'a> {
    pub(super) ctx: &'a Ctx<'a>,
    pub(super) id: ProjectionId,
    pub(super) fold: &'a Fold,
}

/// The body of a fold.
pub(super) struct Body {
    pub(super) statements: TokenStream,
    /// Whether there is a `?` in it.
    pub(super) is_fallible: bool,
    pub(super) reads_event: bool,
    pub(super) reads_meta: bool,
}

impl ToTokens for FoldItem<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let ctx = self.ctx;
        let runtime = &ctx.runtime;
        let projection = ctx.domain.projection(self.id);
        let (name, event) = (camel(&projection.name), camel(&ctx.domain.event(self.fold.event).name));
        let Body { statements, is_fallible, reads_event, reads_meta } = self.body(projection);
        let (row, meta) = (&runtime.row, &runtime.meta);
        let event_name = if reads_event { quote!(event) } else { quote!(_) };
        let meta_name = if reads_meta { quote!(meta) } else { quote!(_) };
        let allow = logic::allow(ctx, self.expressions(projection), &statements);
        tokens.extend(if is_fallible {
            let (try_project, result, ok, apply_error) =
                (&runtime.try_project, &runtime.result, &runtime.ok, &runtime.apply_error);
            quote! {
                impl #try_project<#event> for #name {
                    #allow
                    fn try_project(row: &mut #row<Self>, #event_name: &#event, #meta_name: &#meta) -> #result<(), #apply_error> {
                        #statements
                        #ok(())
                    }
                }
            }
        } else {
            let project = &runtime.project;
            quote! {
                impl #project<#event> for #name {
                    #allow
                    fn project(row: &mut #row<Self>, #event_name: &#event, #meta_name: &#meta) {
                        #statements
                    }
                }
            }
        });
    }
}

impl<'a> FoldItem<'a> {
    fn expressions(&self, projection: &Projection) -> Vec<ExpressionId> {
        let of_action: Vec<ExpressionId> = match &self.fold.action {
            FoldAction::Set(writes) | FoldAction::Insert(writes) => {
                writes.iter().flat_map(write::expressions).collect()
            }
            FoldAction::Summarize => projection
                .fields
                .iter()
                .filter_map(|row| row.summary.as_ref().and_then(|summary| summary.of))
                .collect(),
            FoldAction::Delete | FoldAction::Custom => Vec::new(),
        };
        self.fold.when.into_iter().chain(of_action).collect()
    }

    fn body(&self, projection: &Projection) -> Body {
        let ctx = self.ctx;
        if self.fold.action == FoldAction::Summarize {
            return Summaries { ctx, fold: self.fold, projection }.body();
        }
        let ids = self.expressions(projection);
        let is_custom = self.fold.action == FoldAction::Custom;
        let action = self.action(projection);
        let condition = self.condition(projection, action.is_fallible);
        let reads_key = logic::mention(ctx, ids.iter().copied(), "key");
        let key = reads_key.then(|| quote!(let key = row.key().clone();));
        let (before, statements) = (condition.statements, action.statements);
        // The error of a condition makes the whole function fallible, and then its early return has a value.
        let is_fallible = action.is_fallible || condition.is_fallible;
        let before = if is_fallible == action.is_fallible {
            before
        } else {
            self.condition(projection, is_fallible).statements
        };
        Body {
            statements: quote!(#key #before #statements),
            is_fallible,
            reads_event: is_custom || logic::mention(ctx, ids.iter().copied(), "event"),
            reads_meta: is_custom || logic::mention(ctx, ids, "meta"),
        }
    }

    /// Leaves the row alone where the event does not count.
    fn condition(&self, projection: &Projection, returns_result: bool) -> Step {
        let ctx = self.ctx;
        let Some(when) = self.fold.when else { return Step::default() };
        let ok = &ctx.runtime.ok;
        let leave = if returns_result { quote!(return #ok(());) } else { quote!(return;) };
        let meaning = ctx.meaning(when);
        let (owners, current) = if !meaning.mentions("row") {
            (Owners::new(), TokenStream::new())
        } else if matches!(self.fold.action, FoldAction::Set(_)) && can_begin(ctx, projection) {
            let begun = quote! {
                let begun = Self::default();
                let current = row.get().unwrap_or(&begun);
            };
            (Owners::new().with("row", quote!(current)), begun)
        } else {
            let some = &ctx.runtime.some;
            let there = quote!(let #some(current) = row.get() else { #leave };);
            (Owners::new().with("row", quote!(current)), there)
        };
        let condition = ctx.rendered(meaning, &owners);
        let check = logic::unless(&ctx.place_of(when), ctx.form(when), &condition, &leave);
        Step { statements: quote!(#current #check), is_fallible: meaning.is_fallible() }
    }

    fn action(&self, projection: &Projection) -> Step {
        match &self.fold.action {
            FoldAction::Set(writes) => self.set(projection, writes),
            FoldAction::Insert(writes) => self.insert(projection, writes),
            FoldAction::Delete => {
                let place = self.ctx.place(self.fold.origin);
                Step { statements: quote!(#place row.delete();), is_fallible: false }
            }
            FoldAction::Custom => {
                let folds = self.ctx.names.made(Made::Folds(self.id));
                let name = camel(&projection.name);
                let method = fold_method(&self.ctx.domain.event(self.fold.event).name);
                let statements = quote!(<#name as #folds>::#method(row, event, meta)?;);
                Step { statements, is_fallible: true }
            }
            FoldAction::Summarize => Step::default(),
        }
    }

    fn source(&self, owners: Owners) -> Source<'a> {
        Source { ctx: self.ctx, owners, carried: None }
    }

    fn set(&self, projection: &Projection, writes: &[Write]) -> Step {
        let ctx = self.ctx;
        let source = self.source(Owners::new());
        let fields: Vec<&Field> = projection.fields.iter().map(|row| &row.field).collect();
        let changes = Writes { source: &source, writes, fields: &fields, place: quote!(row), owner: "row" };
        let is_fallible = writes.iter().any(|it| write::is_fallible(&source, it));
        if can_begin(ctx, projection) {
            let statements = quote!(let row = row.or_default(); #changes);
            return Step { statements, is_fallible };
        }
        let reads_row = logic::mention(ctx, writes.iter().flat_map(write::expressions), "row");
        let is_plain = writes.iter().all(is_plain_set) && !reads_row;
        if !self.fills_open(projection, writes) {
            return Step { statements: quote!(let row = row.existing()?; #changes), is_fallible: true };
        }
        let begun = self.literal(projection, writes, &source);
        if is_plain && writes.len() == projection.fields.len() {
            return Step { statements: quote!(row.set(Self { #begun });), is_fallible };
        }
        if is_plain {
            let (some, none) = (&ctx.runtime.some, &ctx.runtime.none);
            let statements = quote! {
                match row.get_mut() {
                    #some(row) => { #changes }
                    #none => row.set(Self { #begun }),
                }
            };
            return Step { statements, is_fallible };
        }
        let statements = quote! {
            if row.get().is_none() {
                row.set(Self { #begun });
            }
            let row = row.existing()?;
            #changes
        };
        Step { statements, is_fallible: true }
    }

    /// Whether these writes fill every column that does not begin by itself, without looking at the row.
    fn fills_open(&self, projection: &Projection, writes: &[Write]) -> bool {
        projection.fields.iter().enumerate().filter(|(_, row)| !begins(self.ctx, row)).all(|(index, _)| {
            writes.iter().any(|write| {
                write.target.field == index
                    && is_plain_set(write)
                    && !logic::mention(self.ctx, write::expressions(write), "row")
            })
        })
    }

    /// A row of what is written to its columns where that does not read the row, and of their beginnings.
    fn literal(&self, projection: &Projection, writes: &[Write], source: &Source<'_>) -> TokenStream {
        let ctx = self.ctx;
        let columns = projection.fields.iter().enumerate().map(|(index, row)| {
            let written = writes.iter().find(|write| {
                write.target.field == index
                    && is_plain_set(write)
                    && (!begins(ctx, row) || !logic::mention(ctx, write::expressions(write), "row"))
            });
            match written.map(|write| (write, &write.operation)) {
                Some((write, Operation::Set(term))) => {
                    let (place, ident, value) =
                        (ctx.place(write.origin), snake(&row.field.name), source.term(term));
                    quote!(#place #ident: #value)
                }
                _ => start(ctx, row),
            }
        });
        quote!(#(#columns),*)
    }

    fn insert(&self, projection: &Projection, writes: &[Write]) -> Step {
        let ctx = self.ctx;
        let reads_row = logic::mention(ctx, writes.iter().flat_map(write::expressions), "row");
        let (owners, current) = if reads_row {
            (Owners::new().with("row", quote!(current)), Some(quote!(let current = row.existing()?.clone();)))
        } else {
            (Owners::new(), None)
        };
        let source = self.source(owners);
        let columns: Vec<&RowField> = projection.fields.iter().collect();
        let values = columns.iter().enumerate().map(|(index, row)| {
            let written = writes.iter().find(|write| write.target.field == index && is_plain_set(write));
            match written.map(|write| (write, &write.operation)) {
                Some((write, Operation::Set(term))) => {
                    let (place, ident, value) =
                        (ctx.place(write.origin), snake(&row.field.name), source.term(term));
                    quote!(#place #ident: #value)
                }
                _ => start(ctx, row),
            }
        });
        let others: Vec<Write> = writes.iter().filter(|write| !is_plain_set(write)).cloned().collect();
        let is_fallible = reads_row || writes.iter().any(|it| write::is_fallible(&source, it));
        if others.is_empty() {
            return Step { statements: quote!(#current row.set(Self { #(#values),* });), is_fallible };
        }
        let fields: Vec<&Field> = columns.iter().map(|row| &row.field).collect();
        let changes =
            Writes { source: &source, writes: &others, fields: &fields, place: quote!(begun), owner: "row" };
        let statements = quote! {
            #current
            let mut begun = Self { #(#values),* };
            #changes
            row.set(begun);
        };
        Step { statements, is_fallible }
    }
}

/// Statements, and whether there is a `?` in them.
#[derive(Default)]
struct Step {
    statements: TokenStream,
    is_fallible: bool,
}

/// Whether a row can begin without any of its columns being written.
fn can_begin(ctx: &Ctx<'_>, projection: &Projection) -> bool {
    projection.fields.iter().all(|row| begins(ctx, row))
}

fn is_plain_set(write: &Write) -> bool {
    write.target.entry.is_none() && matches!(write.operation, Operation::Set(_))
}
