//! `#[derive(Query)]`: the filters that a query's fields stand for, its order, its limit, and who may ask.
//!
//! Columns are named through the projection's `COLUMNS`, so that rustc itself refuses a wrong name or a wrong type at
//! the field.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::parse::ParseStream;
use syn::spanned::Spanned as _;
use syn::{DeriveInput, Expr, Fields, LitInt, LitStr, Token, Type};

use crate::errors::Errors;
use crate::input::{Core, Roles, inner_of_option, is_one_type, named_fields, text_of};
use crate::keys::{self, Once};
use crate::{command, suggest};

pub(crate) fn expand(input: &DeriveInput, errors: &Errors) -> TokenStream {
    let attrs = Attrs::read(input, errors);
    if !is_one_type(input, "a query", errors) {
        return TokenStream::new();
    }
    let filters = filters(input, errors);
    match attrs.from.get() {
        Some(from) => QueryImpl { ident: &input.ident, attrs: &attrs, from, filters: &filters }.expand(),
        None => {
            errors
                .at(&input.ident, "`from` is missing: name the projection, #[query(from = AccountSummary)]");
            TokenStream::new()
        }
    }
}

/// What `#[query(…)]` on the struct says.
#[derive(Default)]
struct Attrs {
    core: Core,
    from: Once<Type>,
    order_by: Once<Vec<Order>>,
    limit: Once<LitInt>,
    name: Once<LitStr>,
    roles: Roles,
    validate: Once<Expr>,
}

/// A column to order by.
struct Order {
    column: Ident,
    descending: bool,
}

impl Attrs {
    fn read(input: &DeriveInput, errors: &Errors) -> Self {
        let mut attrs = Self::default();
        keys::read(&input.attrs, "query", errors, |key, input| match key.name().as_str() {
            "from" => attrs.from.set(key, key.ty(input, "AccountSummary")?),
            "order_by" => {
                let mut order = Vec::new();
                key.list(input, "balance desc", errors, |input| {
                    order.push(Order::read(input)?);
                    Ok(())
                })?;
                attrs.order_by.set(key, order)
            }
            "limit" => attrs.limit.set(key, key.count(input)?),
            "name" => attrs.name.set(key, key.text(input, "AccountsOf")?),
            "roles" => attrs.roles.read(key, input, errors),
            "validate" => attrs.validate.set(key, key.value(input, "Self::check")?),
            "crate" => attrs.core.set(key, input),
            _ => {
                Err(key.unknown(&["from", "order_by", "limit", "name", "roles", "validate", "crate"], errors))
            }
        });
        let mut seen: Vec<&Ident> = Vec::new();
        for Order { column, .. } in attrs.order_by.get().into_iter().flatten() {
            if seen.contains(&column) {
                errors.at(column, format!("column `{column}` is ordered by twice"));
            }
            seen.push(column);
        }
        attrs
    }
}

impl Order {
    fn read(input: ParseStream<'_>) -> syn::Result<Self> {
        let column = input.parse()?;
        let mut descending = false;
        if !input.is_empty() && !input.peek(Token![,]) {
            let direction: Ident = input.parse()?;
            descending = match direction.to_string().as_str() {
                "asc" => false,
                "desc" => true,
                other => {
                    let way_out = suggest::among(other, ["asc", "desc"]);
                    let message = format!("`{other}` is no direction{way_out}");
                    return Err(syn::Error::new(direction.span(), message));
                }
            };
        }
        Ok(Self { column, descending })
    }
}

/// A field that filters rows.
struct Filter<'a> {
    field: &'a Ident,
    /// The type of the value to filter by, within `Option` where there is one.
    value: &'a Type,
    optional: bool,
    column: Ident,
    test: String,
}

const TESTS: [&str; 7] = ["equals", "prefix", "any_of", "at_least", "above", "at_most", "below"];

fn filters<'a>(input: &'a DeriveInput, errors: &Errors) -> Vec<Filter<'a>> {
    if matches!(&input.data, syn::Data::Struct(item) if matches!(item.fields, Fields::Unit)) {
        return Vec::new();
    }
    let Some(fields) = named_fields(input, "a query", errors) else { return Vec::new() };
    fields.named.iter().filter_map(|field| filter(field, errors)).collect()
}

fn filter<'a>(field: &'a syn::Field, errors: &Errors) -> Option<Filter<'a>> {
    let ident = field.ident.as_ref()?;
    let (mut column, mut test) = (Once::<Ident>::default(), Once::<Ident>::default());
    keys::read(&field.attrs, "query", errors, |key, input| match key.name().as_str() {
        "column" => column.set(key, key.value(input, "holder")?),
        name if name == "skip" || TESTS.contains(&name) => {
            key.flag(input)?;
            match test.get() {
                Some(other) if *other != key.ident => {
                    Err(key.error(format!("a field is one filter; it is `{other}` already")))
                }
                _ => test.set(key, key.ident.clone()),
            }
        }
        _ => Err(key.unknown(&[&["column", "skip"][..], &TESTS[..]].concat(), errors)),
    });
    if test.get().is_some_and(|test| test == "skip") {
        if let Some(column) = column.get() {
            errors.at(column, "a field that is skipped filters no column");
        }
        return None;
    }
    let inner = inner_of_option(&field.ty);
    Some(Filter {
        field: ident,
        value: inner.unwrap_or(&field.ty),
        optional: inner.is_some(),
        column: column.get().unwrap_or(ident).clone(),
        test: test.get().map_or_else(|| "equals".to_owned(), ToString::to_string),
    })
}

struct QueryImpl<'a> {
    ident: &'a Ident,
    attrs: &'a Attrs,
    from: &'a Type,
    filters: &'a [Filter<'a>],
}

impl QueryImpl<'_> {
    fn expand(&self) -> TokenStream {
        let Self { ident, attrs, from, filters } = self;
        let core = &attrs.core;
        let name = attrs.name.get().map_or_else(|| text_of(ident), LitStr::value);
        let roles = &attrs.roles;
        let limit = attrs.limit.get().and_then(|limit| limit.base10_parse::<usize>().ok());
        let limit = limit.map(|limit| quote!(const LIMIT: usize = #limit;));
        let validate = attrs.validate.get().map(|check| command::validate(core, check));
        let order = attrs.order_by.get().map(|order| self.order(order));
        let capacity = filters.len();
        let pushes = filters.iter().map(|filter| self.push(filter));
        let list = if filters.is_empty() { quote!(filters) } else { quote!(mut filters) };
        quote! {
            #[automatically_derived]
            impl #core::Query for #ident {
                type Projection = #from;

                const NAME: &'static str = #name;
                const ROLES: &'static [&'static str] = #roles;
                #limit

                fn filters(
                    &self,
                ) -> ::core::result::Result<#core::private::Vec<#core::store::RowFilter>, #core::Invalid> {
                    let #list = #core::private::Vec::with_capacity(#capacity);
                    #(#pushes)*
                    ::core::result::Result::Ok(filters)
                }

                #order

                #validate
            }
        }
    }

    fn push(&self, filter: &Filter<'_>) -> TokenStream {
        let Filter { field, value, optional, column, test } = filter;
        let column = self.column(column);
        let span = value.span();
        let core = self.attrs.core.at(span);
        // The value bears the field's own name: that is where rustc underlines a value of the wrong type.
        let filter = match test.as_str() {
            "any_of" => quote_spanned!(span=> #core::private::any_of(#column, #field)?),
            "prefix" => quote_spanned! {span=> {
                const _: () = #core::private::holds_text(#column);
                #core::private::prefix(#column, #field)?
            }},
            test => {
                let test = Ident::new(row_test(test), span);
                quote_spanned!(span=> #core::private::compare(#column, #field, #core::store::RowTest::#test)?)
            }
        };
        if *optional {
            quote! {
                filters.extend(match &self.#field {
                    ::core::option::Option::Some(#field) => ::core::option::Option::Some(#filter),
                    ::core::option::Option::None => ::core::option::Option::None,
                });
            }
        } else {
            quote! {
                filters.push({
                    let #field = &self.#field;
                    #filter
                });
            }
        }
    }

    fn order(&self, order: &[Order]) -> TokenStream {
        let core = &self.attrs.core;
        let order = order.iter().map(|Order { column, descending }| {
            let method = Ident::new(if *descending { "descending" } else { "ascending" }, column.span());
            let column = self.column(column);
            quote!(#column.#method())
        });
        quote! {
            fn order() -> #core::private::Vec<#core::store::Order> {
                #core::private::Vec::from([#(#order),*])
            }
        }
    }

    /// The projection's column of this name, for rustc to find or to miss at the name's place.
    fn column(&self, column: &Ident) -> TokenStream {
        let from = self.from;
        quote_spanned!(column.span()=> <#from>::COLUMNS.#column)
    }
}

/// The variant of `RowTest` that a comparison makes.
fn row_test(test: &str) -> &'static str {
    match test {
        "at_least" => "AtLeast",
        "above" => "Above",
        "at_most" => "AtMost",
        "below" => "Below",
        _ => "Equals",
    }
}
