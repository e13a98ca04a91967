//! Rust: declarations with the derives of cqrs-derive, and the logic that the schema states.
//!
//! One file a schema, to be included in a module of its own. The same domain gives the same bytes on any machine. Nothing
//! here can fail: what could go wrong was refused before.

mod aggregate;
mod command;
mod construction;
mod ctx;
mod custom;
mod domain;
mod error;
mod event;
mod fields;
mod fold;
mod format;
mod lints;
mod logic;
mod names;
mod projection;
mod query;
mod rules;
mod runtime;
mod scenario;
mod summary;
mod traits;
mod types;
mod value;
mod write;

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;

use crate::Checked;
use crate::model::{AggregateId, Domain, ProjectionId, QueryId, TypeId};
use crate::parallel;
use crate::source::SourceMap;

use aggregate::{AggregateItem, EventSetItem};
use command::CommandItem;
use ctx::Ctx;
use custom::{AggregateGaps, ProjectionGaps};
use domain::{Constants, Registration};
use error::ErrorItem;
use event::EventItem;
use format::Items;
use projection::ProjectionItem;
use query::QueryItem;
use scenario::Scenarios;
use types::{TypeItem, newtypes_of_ids};

/// The module of a domain, formatted.
///
/// `sources` are those of the run that checked it: comments name the places of the logic in them.
#[must_use]
pub fn module(checked: &Checked, sources: &SourceMap) -> String {
    let domain = checked.domain();
    let new_ctx = || Ctx::new(domain, checked.typed(), sources);
    let ids = newtypes_of_ids(domain);
    let written = parallel::each(&parts(domain), new_ctx, |ctx, part| {
        let mut items = Items::default();
        part.write(ctx, &ids, &mut items);
        (items, ctx.runtime.take_used())
    });
    let ctx = &new_ctx();
    let mut body = Items::default();
    for (items, used) in written {
        body.append(&items);
        ctx.runtime.mark_used(&used);
    }
    // What is imported is known once everything that may use it is written.
    let (mut head, mut imported) = (Items::default(), BTreeSet::new());
    head.push(ctx.runtime.take_imports(&mut imported));
    body.push(tests(ctx, &mut imported));
    format::file(&ctx.schema_name(), head, body)
}

/// What is written at one go, by one thread.
enum Part {
    Constants,
    Registration,
    Type(TypeId),
    Aggregate(AggregateId),
    Projection(ProjectionId),
    Query(QueryId),
}

/// Everything but the tests, in the order in which a reader looks for it.
fn parts(domain: &Domain) -> Vec<Part> {
    [Part::Constants, Part::Registration]
        .into_iter()
        .chain(domain.types().map(|(id, _)| Part::Type(id)))
        .chain(domain.aggregates().map(|(id, _)| Part::Aggregate(id)))
        .chain(domain.projections().map(|(id, _)| Part::Projection(id)))
        .chain(domain.queries().map(|(id, _)| Part::Query(id)))
        .collect()
}

impl Part {
    /// Each item is formatted as it is made: the tokens of a large domain would not fit a processor's cache.
    fn write(&self, ctx: &Ctx<'_>, ids: &BTreeSet<TypeId>, body: &mut Items) {
        match *self {
            Self::Constants => body.push(Constants { ctx }),
            Self::Registration => body.push(Registration { ctx }),
            Self::Type(id) => body.push(TypeItem { ctx, id, ids }),
            Self::Aggregate(id) => {
                let aggregate = ctx.domain.aggregate(id);
                for id in &aggregate.events {
                    body.push(EventItem { ctx, id: *id });
                }
                body.push(EventSetItem { ctx, id });
                body.push(ErrorItem { ctx, id });
                for id in &aggregate.commands {
                    body.push(CommandItem { ctx, id: *id });
                }
                body.push(AggregateItem { ctx, id });
                body.push(AggregateGaps { ctx, id });
            }
            Self::Projection(id) => {
                body.push(ProjectionItem { ctx, id });
                body.push(ProjectionGaps { ctx, id });
            }
            Self::Query(id) => body.push(QueryItem { ctx, id }),
        }
    }
}

/// The scenarios as a module of tests, with the imports that only they need.
fn tests(ctx: &Ctx<'_>, imported: &mut BTreeSet<&'static str>) -> Option<TokenStream> {
    if ctx.domain.scenarios.is_empty() {
        return None;
    }
    let scenarios = Scenarios { ctx };
    let tests = quote!(#scenarios);
    let (imports, blank) = (ctx.runtime.take_imports(imported), ctx::blank_line());
    Some(quote! {
        #[cfg(test)]
        mod scenarios {
            #imports
            #blank
            use super::*;
            #tests
        }
    })
}
