//! Rules about queries.

use crate::code::projection as code;
use crate::context::Context;
use crate::diagnostic::{Diagnostic, quote};
use crate::model::{Domain, FilterKind, Scalar, TypeRef};

use super::comparable::{is_column, is_ordered};

pub(super) fn filters_fit_their_columns(domain: &Domain, ctx: &mut Context) {
    for query in &domain.queries {
        let projection = domain.projection(query.from);
        for filter in &query.filters {
            let ty = projection.column_type(filter.column);
            let (fits, help) = match filter.kind {
                FilterKind::Equals | FilterKind::AnyOf => {
                    (is_column(domain, &ty), "lists, maps, structs and JSON are not compared")
                }
                FilterKind::Prefix => {
                    (ty == TypeRef::Scalar(Scalar::String), "`prefix` is for columns of type `string`")
                }
                FilterKind::AtLeast | FilterKind::Above | FilterKind::AtMost | FilterKind::Below => {
                    (is_ordered(domain, &ty), "only numbers, texts, dates, times and the like have an order")
                }
            };
            if !fits {
                let name = quote(projection.column_name(filter.column));
                let text = quote(&domain.type_text(&ty));
                let message = format!("`{}` does not compare {name}, which is {text}", filter.kind.word());
                ctx.report(Diagnostic::new(&code::FILTER_TYPE, filter.origin.span(), message).help(help));
            }
        }
    }
}

pub(super) fn filters_differ(domain: &Domain, ctx: &mut Context) {
    for query in &domain.queries {
        let projection = domain.projection(query.from);
        for (place, filter) in query.filters.iter().enumerate() {
            let field = query.request_field(domain, filter);
            let mut before = query.filters.iter().take(place);
            let Some(first) = before.find(|it| query.request_field(domain, it) == field) else { continue };
            let name = quote(projection.column_name(filter.column));
            let message = if first.column == filter.column {
                format!("{name} is compared twice with `{}`", filter.kind.word())
            } else {
                let other = quote(projection.column_name(first.column));
                format!(
                    "the ways to compare {other} and {name} both become the field {} of the request",
                    quote(&field)
                )
            };
            ctx.report(
                Diagnostic::new(&code::FILTER_TWICE, filter.origin.span(), message)
                    .also(first.origin.span(), "it is here already")
                    .help("remove one of them, or take another way to compare"),
            );
        }
    }
}

pub(super) fn orders_have_an_order(domain: &Domain, ctx: &mut Context) {
    for query in &domain.queries {
        let projection = domain.projection(query.from);
        for order in &query.order_by {
            let ty = projection.column_type(order.column);
            if !is_ordered(domain, &ty) {
                let name = quote(projection.column_name(order.column));
                let message = format!("{name} is {}, which has no order", quote(&domain.type_text(&ty)));
                let help = "order by a number, a text, a date, a time or the like";
                ctx.report(Diagnostic::new(&code::ORDER_TYPE, order.origin.span(), message).help(help));
            }
        }
    }
}

pub(super) fn orders_differ(domain: &Domain, ctx: &mut Context) {
    for query in &domain.queries {
        for (place, order) in query.order_by.iter().enumerate() {
            let mut before = query.order_by.iter().take(place);
            let Some(first) = before.find(|it| it.column == order.column) else { continue };
            let name = quote(domain.projection(query.from).column_name(order.column));
            let message = format!("the rows are ordered by {name} already");
            ctx.report(
                Diagnostic::new(&code::ORDER_TWICE, order.origin.span(), message)
                    .also(first.origin.span(), "they are ordered by it here")
                    .help("remove one of them"),
            );
        }
    }
}
