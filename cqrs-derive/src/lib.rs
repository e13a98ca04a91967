//! The derives of cqrs-core: the only writer of trait impls, for hand-written and generated types alike.
//!
//! Each derive reads its attributes, checks them, and expands what it could read; all errors are reported at once, and an
//! impl is written beside them wherever one can be, so that one mistake is one error. The derives are documented at the
//! traits of cqrs-core, under whose names they are re-exported.

mod aggregate;
mod aggregate_id;
mod command;
mod data_type;
mod errors;
mod event;
mod event_set;
mod input;
mod keys;
mod projection;
mod query;
mod shape;
mod stored;
mod suggest;

use proc_macro::TokenStream;
use quote::quote;
use syn::{DeriveInput, parse_macro_input};

use errors::Errors;

#[doc = include_str!("../docs/data_type.md")]
#[proc_macro_derive(DataType, attributes(data_type))]
pub fn derive_data_type(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input, data_type::expand)
}

#[doc = include_str!("../docs/aggregate_id.md")]
#[proc_macro_derive(AggregateId, attributes(aggregate_id))]
pub fn derive_aggregate_id(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input, aggregate_id::expand)
}

#[doc = include_str!("../docs/event.md")]
#[proc_macro_derive(Event, attributes(event, data_type))]
pub fn derive_event(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input, event::expand)
}

#[doc = include_str!("../docs/event_set.md")]
#[proc_macro_derive(EventSet, attributes(event_set))]
pub fn derive_event_set(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input, event_set::expand)
}

#[doc = include_str!("../docs/aggregate.md")]
#[proc_macro_derive(Aggregate, attributes(aggregate, data_type))]
pub fn derive_aggregate(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input, aggregate::expand)
}

#[doc = include_str!("../docs/command.md")]
#[proc_macro_derive(Command, attributes(command))]
pub fn derive_command(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input, command::expand)
}

#[doc = include_str!("../docs/projection.md")]
#[proc_macro_derive(Projection, attributes(projection, data_type))]
pub fn derive_projection(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input, projection::expand)
}

#[doc = include_str!("../docs/query.md")]
#[proc_macro_derive(Query, attributes(query))]
pub fn derive_query(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input, query::expand)
}

/// Runs one derive: what it wrote, and beside it everything that it found wrong.
fn expand(input: &DeriveInput, derive: fn(&DeriveInput, &Errors) -> proc_macro2::TokenStream) -> TokenStream {
    let errors = Errors::default();
    let code = derive(input, &errors);
    quote!(#errors #code).into()
}
