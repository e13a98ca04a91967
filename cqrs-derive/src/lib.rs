//! The derives of cqrs-core: the only writer of trait impls, for hand-written and generated types alike.
//!
//! Each derive reads its attributes, checks them, and expands what it could read; all errors are reported at once, and
//! an impl is written beside them wherever one can be, so that one mistake is one error. cqrs-core re-exports the
//! derives under the names of their traits; nobody needs to depend on this crate.

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

/// One derive: what it writes for an item, beside the errors that it finds.
type Derive = fn(&DeriveInput, &Errors) -> proc_macro2::TokenStream;

/// Runs one derive: what it wrote, and beside it everything that it found wrong.
fn expand(input: &DeriveInput, derive: Derive) -> TokenStream {
    let errors = Errors::default();
    let code = derive(input, &errors);
    quote!(#errors #code).into()
}

#[cfg(test)]
mod tests {
    use proc_macro2::{TokenStream, TokenTree};
    use syn::parse_quote;

    use super::{
        Derive, DeriveInput, Errors, aggregate, aggregate_id, command, data_type, event, event_set,
        projection, query, quote,
    };

    fn mentions(tokens: TokenStream, word: &str) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Ident(ident) => ident == word,
            TokenTree::Group(group) => mentions(group.stream(), word),
            _ => false,
        })
    }

    #[test]
    fn another_path_to_the_runtime_is_taken_everywhere() {
        let all: [(DeriveInput, Derive); 8] = [
            (
                parse_quote! {
                    #[data_type(crate = "facade::core")]
                    struct Holder<T> { name: String, tags: Vec<T>, #[data_type(opaque = "p")] at: Point }
                },
                data_type::expand,
            ),
            (
                parse_quote! { #[aggregate_id(crate = "facade::core")] struct AccountId(String); },
                aggregate_id::expand,
            ),
            (
                parse_quote! {
                    #[event(crate = "facade::core", version = 2, upcast_from = OpenedV1)]
                    struct Opened { by: Holder }
                },
                event::expand,
            ),
            (
                parse_quote! {
                    #[event_set(crate = "facade::core", retired(Moved))]
                    enum AccountEvent { Opened(Opened) }
                },
                event_set::expand,
            ),
            (
                parse_quote! {
                    #[aggregate(crate = "facade::core", id = I, events = V, error = E, snapshot(every = 1))]
                    struct Account { open: bool }
                },
                aggregate::expand,
            ),
            (
                parse_quote! {
                    #[command(crate = "facade::core", aggregate = Account, id = id, validate = check)]
                    struct Open { id: AccountId }
                },
                command::expand,
            ),
            (
                parse_quote! {
                    #[projection(
                        crate = "facade::core",
                        key(id: I),
                        on(A, B(key = k), C(keys = k), D(try_keys = k), E(looks_up = Row)),
                    )]
                    struct Summary { open: bool, #[data_type(opaque = "p")] at: Point }
                },
                projection::expand,
            ),
            (
                parse_quote! {
                    #[query(crate = "facade::core", from = Summary, order_by(open), validate = check)]
                    struct Open { #[query(prefix)] a: String, #[query(any_of)] b: Vec<u8>, c: Option<u8> }
                },
                query::expand,
            ),
        ];
        for (input, derive) in all {
            let errors = Errors::default();
            let code = derive(&input, &errors);
            assert!(quote!(#errors).is_empty(), "{errors}", errors = quote!(#errors));
            assert!(mentions(code.clone(), "facade"), "{code}");
            assert!(!mentions(code.clone(), "cqrs_core"), "{code}");
        }
    }
}
