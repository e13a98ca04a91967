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
use crate::source::SourceMap;

use aggregate::{AggregateItem, EventSetItem};
use command::CommandItem;
use ctx::Ctx;
use custom::{AggregateGaps, ProjectionGaps};
use domain::{Constants, Registration};
use error::ErrorItem;
use event::EventItem;
use projection::ProjectionItem;
use query::QueryItem;
use scenario::Scenarios;
use types::{TypeItem, newtypes_of_ids};

/// The module of a domain, formatted.
///
/// `sources` are those of the run that checked it: comments name the places of the logic in them.
#[must_use]
pub fn module(checked: &Checked, sources: &SourceMap) -> String {
    let ctx = &Ctx::new(checked.domain(), checked.typed(), sources);
    let items = items(ctx);
    let mut imported = BTreeSet::new();
    let imports = ctx.runtime.take_imports(&mut imported);
    let tests = tests(ctx, &mut imported);
    format::file(&ctx.schema_name(), quote!(#imports #items #tests))
}

/// Everything but the tests, in the order in which a reader looks for it.
fn items(ctx: &Ctx<'_>) -> TokenStream {
    let domain = ctx.domain;
    let (constants, registration) = (Constants { ctx }, Registration { ctx });
    let ids = &newtypes_of_ids(domain);
    let types = domain.types().map(|(id, _)| TypeItem { ctx, id, ids });
    let aggregates = domain.aggregates().map(|(id, aggregate)| {
        let events = aggregate.events.iter().map(|id| EventItem { ctx, id: *id });
        let commands = aggregate.commands.iter().map(|id| CommandItem { ctx, id: *id });
        let (set, error) = (EventSetItem { ctx, id }, ErrorItem { ctx, id });
        let (state, gaps) = (AggregateItem { ctx, id }, AggregateGaps { ctx, id });
        quote!(#(#events)* #set #error #(#commands)* #state #gaps)
    });
    let projections = domain.projections().map(|(id, _)| {
        let (projection, gaps) = (ProjectionItem { ctx, id }, ProjectionGaps { ctx, id });
        quote!(#projection #gaps)
    });
    let queries = domain.queries().map(|(id, _)| QueryItem { ctx, id });
    quote! {
        #constants
        #registration
        #(#types)*
        #(#aggregates)*
        #(#projections)*
        #(#queries)*
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
