//! Scenarios as tests: given these events, when this command, then these events, this refusal, this state, these rows.
//!
//! What a scenario does not mention is not looked at.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, format_ident, quote};

use crate::model::{
    AggregateId, Column, ExpectedError, ExpectedEvent, ExpectedRows, Field, Given, Scalar, Scenario,
    TypeKind, TypeRef, Value, When, snake_case,
};

use super::ctx::{Ctx, blank_line};
use super::fields;
use super::names::{Made, camel, snake, value_ident};
use super::query::column_ident;
use super::value;

/// All scenarios, each a test.
pub(super) struct Scenarios<'a> {
    pub(super) ctx: &'a Ctx<'a>,
}

impl ToTokens for Scenarios<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        for scenario in &self.ctx.domain.scenarios {
            let (blank, test) = (blank_line(), Test { ctx: self.ctx, scenario });
            tokens.extend(quote!(#blank #test));
        }
    }
}

struct Test<'a> {
    ctx: &'a Ctx<'a>,
    scenario: &'a Scenario,
}

impl ToTokens for Test<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let scenario = self.scenario;
        let name = value_ident(&snake_case(&scenario.name));
        let place = self.ctx.place(scenario.origin);
        let (ids, decision) = (self.ids(), self.decision());
        let rows = scenario.then.rows.iter().map(|rows| self.rows(rows));
        tokens.extend(quote! {
            #place
            #[test]
            fn #name() {
                #ids
                #decision
                #(#rows)*
            }
        });
    }
}

impl Test<'_> {
    /// The id that the command names, where the scenario gives one.
    fn id_asked(&self) -> Option<&Value> {
        self.scenario.when.as_ref()?.fields.first()?.as_ref()
    }

    fn is_asked(&self, id: AggregateId) -> bool {
        self.scenario.when.as_ref().is_some_and(|when| self.ctx.domain.command(when.command).aggregate == id)
    }

    /// A name for the id of each aggregate that the test mentions.
    fn ids(&self) -> TokenStream {
        let folds_given = !self.scenario.then.rows.is_empty();
        let given = self.scenario.given.iter().filter(|given| folds_given && given.id.is_none());
        let of_given = given.map(|given| self.ctx.domain.event(given.event).aggregate);
        let of_command =
            self.scenario.when.as_ref().map(|when| self.ctx.domain.command(when.command).aggregate);
        let mut aggregates: Vec<AggregateId> = of_given.chain(of_command).collect();
        aggregates.sort_unstable();
        aggregates.dedup();
        let lets = aggregates.into_iter().map(|id| {
            let name = self.id_name(id);
            let value = match self.id_asked().filter(|_| self.is_asked(id)) {
                Some(asked) => value::value(self.ctx, asked),
                None => any_id(self.ctx, &self.ctx.domain.aggregate(id).id),
            };
            quote!(let #name = #value;)
        });
        quote!(#(#lets)*)
    }

    fn id_name(&self, id: AggregateId) -> Ident {
        value_ident(&self.ctx.domain.aggregate(id).id_field())
    }

    /// The value of an aggregate's id, to be given away.
    fn id_value(&self, id: AggregateId) -> TokenStream {
        let name = self.id_name(id);
        let is_copy = self.ctx.traits.of(&self.ctx.domain.aggregate(id).id).copy;
        if is_copy || self.scenario.then.rows.is_empty() { quote!(#name) } else { quote!(#name.clone()) }
    }

    fn decision(&self) -> TokenStream {
        let ctx = self.ctx;
        let given_function = &ctx.runtime.given;
        let then = &self.scenario.then;
        let Some(aggregate) = self.scenario.aggregate.filter(|_| self.decides()) else {
            return TokenStream::new();
        };
        let (name, set) =
            (camel(&ctx.domain.aggregate(aggregate).name), ctx.names.made(Made::EventSet(aggregate)));
        let events: Vec<TokenStream> = (self.scenario.given.iter())
            .filter(|given| {
                ctx.domain.event(given.event).aggregate == aggregate && self.happened_to_the_one_asked(given)
            })
            .map(|given| self.event(given))
            .collect();
        let history = (!events.is_empty()).then(|| quote!(let history = [#(#set::from(#events)),*];));
        let clone = self.folds_history().then(|| quote!(.clone()));
        let events = if events.is_empty() { quote!([]) } else { quote!(history #clone) };
        let given = quote!(#given_function::<#name>(#events));
        let Some(when) = &self.scenario.when else {
            let checks = self.state(aggregate, &quote!(past.state()));
            return quote!(#history let past = #given; #checks);
        };
        let command = self.command(when);
        let at = when.now.as_ref().map(|now| {
            let now = ctx.literal(Scalar::Timestamp, now);
            quote!(.at(#now))
        });
        let before = quote!(#history let command = #command;);
        let outcome = quote!(#given #at.when(command));
        if let Some(error) = &then.error {
            let error = self.error(aggregate, error, &outcome);
            return quote!(#before #error);
        }
        let events = match &then.events {
            Some(events) => self.events(aggregate, events),
            // Whatever comes of it, it is not refused.
            None => quote!(assert!(outcome.refusal().is_none(), "{:?}", outcome.refusal());),
        };
        let state = (!then.state.is_empty()).then(|| self.state(aggregate, &quote!(outcome.state())));
        quote!(#before let outcome = #outcome; #events #state)
    }

    /// Whether rows are folded from the very events that were given to the aggregate.
    fn folds_history(&self) -> bool {
        let given = &self.scenario.given;
        !self.scenario.then.rows.is_empty()
            && self.decides()
            && !given.is_empty()
            && given.iter().all(|given| {
                given.id.is_none()
                    && Some(self.ctx.domain.event(given.event).aggregate) == self.scenario.aggregate
            })
    }

    /// Whether the test looks at an aggregate, and not at rows alone.
    fn decides(&self) -> bool {
        self.scenario.aggregate.is_some()
            && (self.scenario.when.is_some() || !self.scenario.then.state.is_empty())
    }

    /// Whether a given event happened to the aggregate that the command is for.
    fn happened_to_the_one_asked(&self, given: &Given) -> bool {
        match (&given.id, self.id_asked()) {
            (None, _) => true,
            (Some(id), Some(asked)) => id == asked,
            (Some(_), None) => self.scenario.when.is_none(),
        }
    }

    fn event(&self, given: &Given) -> TokenStream {
        let event = self.ctx.domain.event(given.event);
        let (name, fields) = (camel(&event.name), value::fields_of(self.ctx, &event.fields, &given.fields));
        quote!(#name { #fields })
    }

    fn command(&self, when: &When) -> TokenStream {
        let ctx = self.ctx;
        let command = ctx.domain.command(when.command);
        let name = camel(&command.name);
        let id = command.fields.first().map(|field| {
            let (ident, value) = (snake(&field.name), self.id_value(command.aggregate));
            if ident == value.to_string() { quote!(#ident,) } else { quote!(#ident: #value,) }
        });
        let rest = when.fields.get(1..).unwrap_or_default();
        let fields = value::fields_of(ctx, command.fields.get(1..).unwrap_or_default(), rest);
        quote!(#name { #id #fields })
    }

    fn error(&self, aggregate: AggregateId, expected: &ExpectedError, outcome: &TokenStream) -> TokenStream {
        let ctx = self.ctx;
        let kind = ctx.domain.error(expected.error);
        let (error, variant) = (ctx.names.made(Made::Error(aggregate)), camel(&kind.name));
        if kind.fields.is_empty() {
            return quote!(#outcome.then_error(#error::#variant););
        }
        if expected.fields.len() == kind.fields.len() {
            let fields = expected.fields.iter().filter_map(|(index, given)| {
                let (field, value) = (kind.fields.get(*index)?, value::value(ctx, given));
                let ident = snake(&field.name);
                Some(quote!(#ident: #value))
            });
            return quote!(let refusal = #error::#variant { #(#fields),* }; #outcome.then_error(refusal););
        }
        let (some, names) = (&ctx.runtime.some, mentioned(&kind.fields, &expected.fields));
        let checks = self.checks(&kind.fields, &expected.fields, None);
        quote! {
            let outcome = #outcome;
            let #some(#error::#variant { #(#names,)* .. }) = outcome.refusal() else {
                panic!("expected {}, found {:?}", stringify!(#variant), outcome.refusal());
            };
            #checks
        }
    }

    fn events(&self, aggregate: AggregateId, expected: &[ExpectedEvent]) -> TokenStream {
        let ctx = self.ctx;
        let set = ctx.names.made(Made::EventSet(aggregate));
        if expected.is_empty() {
            let outcome = self.outcome_after();
            return quote!(#outcome outcome.then_nothing(););
        }
        let is_whole = expected.iter().all(|it| it.fields.len() == ctx.domain.event(it.event).fields.len());
        if is_whole {
            let events = expected.iter().map(|expected| {
                let event = ctx.domain.event(expected.event);
                let values = event.fields.iter().enumerate().map(|(index, _)| {
                    expected.fields.iter().find(|(of, _)| *of == index).map(|(_, value)| value.clone())
                });
                let fields = value::fields_of(ctx, &event.fields, &values.collect::<Vec<_>>());
                let name = camel(&event.name);
                quote!(#set::from(#name { #fields }))
            });
            let outcome = self.outcome_after();
            return quote!(let recorded = [#(#events),*]; #outcome outcome.then(recorded););
        }
        let (mut patterns, mut checks) = (Vec::new(), Vec::new());
        for (index, expected) in expected.iter().enumerate() {
            let event = ctx.domain.event(expected.event);
            let variant = camel(&event.name);
            if expected.fields.is_empty() {
                patterns.push(quote!(#set::#variant(_)));
                continue;
            }
            let name = format_ident!("event_{}", index + 1);
            patterns.push(quote!(#set::#variant(#name)));
            checks.push(self.checks(&event.fields, &expected.fields, Some(&quote!(#name))));
        }
        quote! {
            let [#(#patterns),*] = outcome.events() else {
                panic!("other events: {:#?} {:?}", outcome.events(), outcome.refusal());
            };
            #(#checks)*
        }
    }

    /// Keeps the outcome where something is looked at after its events.
    fn outcome_after(&self) -> Option<TokenStream> {
        let then = &self.scenario.then;
        (!then.state.is_empty() || !then.rows.is_empty()).then(|| quote!(let outcome =))
    }

    fn state(&self, aggregate: AggregateId, state: &TokenStream) -> TokenStream {
        let fields = &self.ctx.domain.aggregate(aggregate).state;
        let checks = self.checks(fields, &self.scenario.then.state, Some(&quote!(state)));
        quote!(let state = #state; #checks)
    }

    /// One assertion for each field that is mentioned; without an owner, each is a reference of its own name.
    fn checks(
        &self,
        fields: &[Field],
        values: &[(usize, Value)],
        owner: Option<&TokenStream>,
    ) -> TokenStream {
        let checks = values.iter().filter_map(|(index, given)| {
            let field = fields.get(*index)?;
            let ident = snake(&field.name);
            let found = owner.map_or_else(|| quote!(*#ident), |owner| quote!(#owner.#ident));
            Some(match self.comparison(&found, &field.ty, given) {
                Comparison::Condition(condition) => quote!(assert!(#condition);),
                Comparison::Equal(value) => quote!(assert_eq!(#found, #value);),
            })
        });
        quote!(#(#checks)*)
    }

    fn comparison(&self, found: &TokenStream, ty: &TypeRef, expected: &Value) -> Comparison {
        match (ty, expected) {
            (TypeRef::Scalar(Scalar::Bool), Value::Scalar(_, text)) if text == "true" => {
                Comparison::Condition(found.clone())
            }
            (TypeRef::Scalar(Scalar::Bool), Value::Scalar(..)) => Comparison::Condition(quote!(!#found)),
            (TypeRef::Scalar(Scalar::String), Value::Scalar(_, text)) => Comparison::Equal(quote!(#text)),
            (_, Value::List(items)) if items.is_empty() => Comparison::Condition(quote!(#found.is_empty())),
            (_, Value::Set(items)) if items.is_empty() => Comparison::Condition(quote!(#found.is_empty())),
            (_, Value::Map(entries)) if entries.is_empty() => {
                Comparison::Condition(quote!(#found.is_empty()))
            }
            (_, Value::None) => Comparison::Condition(quote!(#found.is_none())),
            _ => Comparison::Equal(value::value(self.ctx, expected)),
        }
    }

    fn rows(&self, expected: &ExpectedRows) -> TokenStream {
        let ctx = self.ctx;
        let rows_of = &ctx.runtime.rows_of;
        let name = camel(&ctx.domain.projection(expected.projection).name);
        let given: Vec<TokenStream> = if self.folds_history() {
            let id = self.scenario.aggregate.map(|aggregate| self.id_name(aggregate));
            vec![quote!(.given(&#id, history.clone()))]
        } else {
            self.scenario.given.iter().map(|given| self.recorded(given)).collect()
        };
        let decided = self.scenario.when.as_ref().map(|when| {
            let id = self.id_name(ctx.domain.command(when.command).aggregate);
            quote!(.given(&#id, outcome.events().to_vec()))
        });
        let count = Literal::usize_unsuffixed(expected.rows.len());
        let matches = expected.rows.iter().map(|row| self.row(expected, row));
        let binding = if expected.rows.is_empty() { quote!(rows) } else { quote!(mut rows) };
        quote! {
            let #binding = #rows_of::<#name>()#(#given)*#decided.rows();
            assert_eq!(rows.len(), #count, "{rows:#?}");
            #(#matches)*
        }
    }

    /// Finds a row and takes it away, so that no row stands for two.
    fn row(&self, expected: &ExpectedRows, row: &[(Column, Value)]) -> TokenStream {
        let projection = self.ctx.domain.projection(expected.projection);
        let conditions = row.iter().map(|(column, given)| {
            let ident = column_ident(self.ctx, expected.projection, *column);
            let found = match column {
                Column::Field(_) => quote!(row.#ident),
                Column::Key(_) | Column::WindowStart => quote!(row.key.#ident),
            };
            match self.comparison(&found, &projection.column_type(*column), given) {
                Comparison::Condition(condition) => condition,
                Comparison::Equal(value) => quote!(#found == #value),
            }
        });
        let some = &self.ctx.runtime.some;
        let (pattern, condition) =
            if row.is_empty() { (quote!(_), quote!(true)) } else { (quote!(row), quote!(#(#conditions)&&*)) };
        quote! {
            let #some(found) = rows.iter().position(|#pattern| #condition) else {
                panic!("no such row among {rows:#?}");
            };
            rows.remove(found);
        }
    }

    fn recorded(&self, given: &Given) -> TokenStream {
        let aggregate = self.ctx.domain.event(given.event).aggregate;
        let set = self.ctx.names.made(Made::EventSet(aggregate));
        let event = self.event(given);
        let id = match &given.id {
            Some(id) => value::value(self.ctx, id),
            None => self.id_name(aggregate).to_token_stream(),
        };
        quote!(.given(&#id, [#set::from(#event)]))
    }
}

/// How a value that was found is compared with what is expected.
enum Comparison {
    /// By this condition.
    Condition(TokenStream),
    /// With this value.
    Equal(TokenStream),
}

fn mentioned(fields: &[Field], values: &[(usize, Value)]) -> Vec<Ident> {
    values.iter().filter_map(|(index, _)| fields.get(*index)).map(|field| snake(&field.name)).collect()
}

/// An id for a scenario that gives none.
fn any_id(ctx: &Ctx<'_>, ty: &TypeRef) -> TokenStream {
    match ty {
        TypeRef::Named(id) => match &ctx.domain.ty(*id).kind {
            TypeKind::Newtype { inner, .. } => {
                let (name, inner) = (camel(&ctx.domain.ty(*id).name), any_id(ctx, inner));
                quote!(#name(#inner))
            }
            _ => {
                let default = &ctx.runtime.default;
                let name = camel(&ctx.domain.ty(*id).name);
                quote!(<#name as #default>::default())
            }
        },
        TypeRef::Scalar(Scalar::String) => quote!("1".to_owned()),
        TypeRef::Scalar(scalar) if scalar.integer().is_some() => {
            let one = format!("1_{}", scalar.name()).parse::<Literal>();
            one.map_or_else(|_| quote!(1), |one| quote!(#one))
        }
        other => fields::type_default(ctx, other),
    }
}
