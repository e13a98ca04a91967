//! Summaries: `sum`, `count`, `min`, `max`, `avg`, `first`, `last` and `collect`, folded from one event.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::expr::Owners;
use crate::model::{Fold, Projection, RowField, SummaryKind, TypeKind, TypeRef};

use super::ctx::Ctx;
use super::fields;
use super::fold::Body;
use super::logic;
use super::names::{camel, snake};
use super::projection::{average_columns, begins, is_float, start};

/// The summaries of one projection, for one event.
pub(super) struct Summaries<'a> {
    pub(super) ctx: &'a Ctx<'a>,
    pub(super) fold: &'a Fold,
    pub(super) projection: &'a Projection,
}

/// What one summary does.
struct Step {
    /// Statements before the row is looked at.
    before: TokenStream,
    /// The field of a row that begins with this event.
    begin: TokenStream,
    /// The statements on a row that is there.
    change: TokenStream,
    is_fallible: bool,
}

impl Summaries<'_> {
    /// Begins a row with the event, or folds the event into the row that is there.
    pub(super) fn body(&self) -> Body {
        let ctx = self.ctx;
        let steps: Vec<Step> = self.projection.fields.iter().map(|row| self.step(row)).collect();
        let before = steps.iter().map(|step| &step.before);
        let (begin, change) = (steps.iter().map(|step| &step.begin), steps.iter().map(|step| &step.change));
        let begins_by_itself =
            self.projection.fields.iter().all(|row| row.summary.is_some() || begins(ctx, row));
        // Summaries such as `first` do nothing to a row that is there.
        let changes = steps.iter().any(|step| !step.change.is_empty());
        let statements = if begins_by_itself && !changes {
            quote! {
                #(#before)*
                if row.get().is_none() {
                    row.set(Self { #(#begin),* });
                }
            }
        } else if begins_by_itself {
            let (some, none) = (&ctx.runtime.some, &ctx.runtime.none);
            quote! {
                #(#before)*
                match row.get_mut() {
                    #some(row) => { #(#change)* }
                    #none => row.set(Self { #(#begin),* }),
                }
            }
        } else {
            let row = changes.then(|| quote!(let row =));
            quote! {
                #(#before)*
                #row row.existing()?;
                #(#change)*
            }
        };
        let ids: Vec<_> = self
            .projection
            .fields
            .iter()
            .filter_map(|row| row.summary.as_ref().and_then(|summary| summary.of))
            .collect();
        let event = self.fold.event;
        Body {
            statements,
            is_fallible: !begins_by_itself || steps.iter().any(|step| step.is_fallible),
            reads_event: logic::mention_on(ctx, ids.iter().copied(), event, "event"),
            reads_meta: logic::mention_on(ctx, ids, event, "meta"),
        }
    }

    fn step(&self, row: &RowField) -> Step {
        let ctx = self.ctx;
        let ident = snake(&row.field.name);
        let Some(summary) = &row.summary else {
            let nothing = TokenStream::new();
            return Step {
                before: nothing.clone(),
                begin: start(ctx, row),
                change: nothing,
                is_fallible: false,
            };
        };
        let place = ctx.place(row.field.origin);
        let arithmetic = &ctx.runtime.arithmetic;
        let of = summary.of.filter(|_| summary.kind != SummaryKind::Count);
        let Some(of) = of else {
            return Step {
                before: TokenStream::new(),
                begin: quote!(#ident: 1),
                change: quote!(#place row.#ident = #arithmetic::add(row.#ident, 1)?;),
                is_fallible: true,
            };
        };
        let meaning = ctx.meaning_on(of, self.fold.event);
        let value = ctx.rendered(meaning, &Owners::new());
        let ty = ctx.domain.expression(of).expected.clone().or_else(|| meaning.ty());
        let is_optional = matches!(ty, Some(TypeRef::Optional(_)));
        let column = Column { ctx, row, ident, place, value, of: ty };
        let step = match (summary.kind, is_optional) {
            (SummaryKind::Collect | SummaryKind::Count, _) => column.collect(),
            (SummaryKind::Sum, false) => column.sum(),
            (SummaryKind::Sum, true) => column.sum_of_present(),
            (SummaryKind::Avg, false) => column.average(),
            (SummaryKind::Avg, true) => column.average_of_present(),
            (SummaryKind::Min | SummaryKind::Max, false) => column.extreme(summary.kind),
            (SummaryKind::Min | SummaryKind::Max, true) => column.extreme_of_present(summary.kind),
            (SummaryKind::First, false) => column.first(),
            (SummaryKind::First, true) => column.first_of_present(),
            (SummaryKind::Last, false) => column.last(),
            (SummaryKind::Last, true) => column.last_of_present(),
        };
        Step { is_fallible: step.is_fallible || meaning.is_fallible(), ..step }
    }
}

/// One column with the value that an event brings.
struct Column<'a> {
    ctx: &'a Ctx<'a>,
    row: &'a RowField,
    ident: Ident,
    place: TokenStream,
    value: TokenStream,
    of: Option<TypeRef>,
}

impl Column<'_> {
    fn step(&self, begin: TokenStream, change: TokenStream, is_fallible: bool) -> Step {
        let (ident, place) = (&self.ident, &self.place);
        let begin = quote!(#ident: #begin);
        let change = if change.is_empty() { change } else { quote!(#place #change) };
        Step { before: TokenStream::new(), begin, change, is_fallible }
    }

    /// A value in the type of the column, which may be wider.
    fn widened(&self, value: &TokenStream) -> TokenStream {
        let target = self.row.field.ty.required();
        if self.is_of_its_type() {
            return value.clone();
        }
        let wide = fields::ty(self.ctx, target);
        quote!(#wide::from(#value))
    }

    fn is_of_its_type(&self) -> bool {
        self.of.as_ref().is_none_or(|of| of.required() == self.row.field.ty.required())
    }

    fn collect(&self) -> Step {
        let (ident, value) = (&self.ident, &self.value);
        self.step(quote!(vec![#value]), quote!(row.#ident.push(#value);), false)
    }

    fn sum(&self) -> Step {
        let (ident, value) = (&self.ident, self.widened(&self.value));
        let arithmetic = &self.ctx.runtime.arithmetic;
        let change = quote!(row.#ident = #arithmetic::add(row.#ident, #value)?;);
        self.step(value, change, true)
    }

    fn sum_of_present(&self) -> Step {
        let (ident, value, some) = (&self.ident, &self.value, &self.ctx.runtime.some);
        let arithmetic = &self.ctx.runtime.arithmetic;
        let wide = self.widened(&quote!(value));
        let begin = if wide.to_string() == "value" {
            quote!(#value.unwrap_or_default())
        } else {
            quote!(#value.map(|value| #wide).unwrap_or_default())
        };
        let change = quote! {
            if let #some(value) = #value {
                row.#ident = #arithmetic::add(row.#ident, #wide)?;
            }
        };
        self.step(begin, change, true)
    }

    /// A mean is kept with its sum and its count, so that it never drifts.
    fn average(&self) -> Step {
        let (ident, place, value) = (&self.ident, &self.place, self.in_a_mean(&self.value));
        let (sum, count) = average_columns(self.row);
        let arithmetic = &self.ctx.runtime.arithmetic;
        let mean = self.of_newtype(quote!(#arithmetic::mean(row.#sum, row.#count)?));
        if self.is_of_its_type() {
            return Step {
                before: TokenStream::new(),
                begin: quote!(#ident: #value, #sum: #value, #count: 1),
                change: quote! {
                    #place
                    row.#sum = #arithmetic::add(row.#sum, #value)?;
                    row.#count = #arithmetic::add(row.#count, 1)?;
                    row.#ident = #mean;
                },
                is_fallible: true,
            };
        }
        let one = format_ident!("{}_of_one", self.row.field.name.snake());
        Step {
            before: quote!(#place let #one = #arithmetic::mean(#value, 1)?;),
            begin: quote!(#ident: #one, #sum: #one, #count: 1),
            change: quote! {
                row.#sum = #arithmetic::add(row.#sum, #one)?;
                row.#count = #arithmetic::add(row.#count, 1)?;
                row.#ident = #mean;
            },
            is_fallible: true,
        }
    }

    fn average_of_present(&self) -> Step {
        let (ident, place, value) = (&self.ident, &self.place, &self.value);
        let (some, none) = (&self.ctx.runtime.some, &self.ctx.runtime.none);
        let (sum, count) = average_columns(self.row);
        let arithmetic = &self.ctx.runtime.arithmetic;
        let mean = self.of_newtype(quote!(#arithmetic::mean(row.#sum, row.#count)?));
        let one = format_ident!("{}_of_one", self.row.field.name.snake());
        let inner = self.in_a_mean(&quote!(value));
        let one_value = if self.is_of_its_type() {
            quote!(value)
        } else {
            self.of_newtype(quote!(#arithmetic::mean(#inner, 1)?))
        };
        Step {
            before: quote! {
                #place
                let #one = match #value {
                    #some(value) => #some(#one_value),
                    #none => #none,
                };
            },
            begin: quote! {
                #ident: #one.unwrap_or_default(), #sum: #one.unwrap_or_default(), #count: u64::from(#one.is_some())
            },
            change: quote! {
                if let #some(value) = #one {
                    row.#sum = #arithmetic::add(row.#sum, value)?;
                    row.#count = #arithmetic::add(row.#count, 1)?;
                    row.#ident = #mean;
                }
            },
            is_fallible: true,
        }
    }

    /// A mean has the type of the number inside; this puts it into the column's newtype, where that is one.
    fn of_newtype(&self, mean: TokenStream) -> TokenStream {
        fn wrapped(ctx: &Ctx<'_>, ty: &TypeRef, mean: TokenStream) -> TokenStream {
            match ty {
                TypeRef::Named(id) => match &ctx.domain.ty(*id).kind {
                    TypeKind::Newtype { inner, .. } => {
                        let (name, inner) = (camel(&ctx.domain.ty(*id).name), wrapped(ctx, inner, mean));
                        quote!(#name(#inner))
                    }
                    _ => mean,
                },
                _ => mean,
            }
        }
        wrapped(self.ctx, self.row.field.ty.required(), mean)
    }

    /// A small floating-point number is averaged as a large one; other numbers find their mean's type by themselves.
    fn in_a_mean(&self, value: &TokenStream) -> TokenStream {
        let target = self.row.field.ty.required();
        let widens = self.of.as_ref().is_some_and(|of| is_float(of.required()) && of.required() != target);
        if widens { self.widened(value) } else { value.clone() }
    }

    fn extreme(&self, kind: SummaryKind) -> Step {
        let (ident, value) = (&self.ident, &self.value);
        let has = self.ctx.traits.of(&self.row.field.ty);
        let change = if has.copy && (has.ord || is_float(&self.row.field.ty)) {
            let method = if kind == SummaryKind::Min { quote!(min) } else { quote!(max) };
            quote!(row.#ident = row.#ident.#method(#value);)
        } else {
            let beyond = if kind == SummaryKind::Min { quote!(<) } else { quote!(>) };
            let found = format_ident!("{}_of_one", self.row.field.name.snake());
            quote! {
                let #found = #value;
                if #found #beyond row.#ident {
                    row.#ident = #found;
                }
            }
        };
        self.step(value.clone(), change, false)
    }

    fn extreme_of_present(&self, kind: SummaryKind) -> Step {
        let (ident, value, some) = (&self.ident, &self.value, &self.ctx.runtime.some);
        let beyond = if kind == SummaryKind::Min { quote!(<) } else { quote!(>) };
        let change = quote! {
            if let #some(value) = #value
                && row.#ident.as_ref().is_none_or(|extreme| value #beyond *extreme)
            {
                row.#ident = #some(value);
            }
        };
        self.step(value.clone(), change, false)
    }

    fn first(&self) -> Step {
        self.step(self.value.clone(), TokenStream::new(), false)
    }

    fn first_of_present(&self) -> Step {
        let (ident, value) = (&self.ident, &self.value);
        let change = quote! {
            if row.#ident.is_none() {
                row.#ident = #value;
            }
        };
        self.step(value.clone(), change, false)
    }

    fn last(&self) -> Step {
        let (ident, value) = (&self.ident, &self.value);
        self.step(value.clone(), quote!(row.#ident = #value;), false)
    }

    fn last_of_present(&self) -> Step {
        let (ident, value, some) = (&self.ident, &self.value, &self.ctx.runtime.some);
        let change = quote! {
            if let #some(value) = #value {
                row.#ident = #some(value);
            }
        };
        self.step(value.clone(), change, false)
    }
}
