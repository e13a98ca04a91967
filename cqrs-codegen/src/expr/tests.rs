//! What expressions read as in Rust, and what is found wrong in them; one domain for all.

use std::path::Path;

use crate::load::InMemory;
use crate::model::{ExpressionId, Fill, Operation, Term};
use crate::{Outcome, check};

use super::*;

mod refused;
mod rendered;

/// A guard and a value stand where `GUARD` and `VALUE` are; a fold's value where `FOLD` is.
const DOMAIN: &str = r#"
cqrs: 1
domain: shop
types:
  Money: decimal
  Cents: i64
  Price: Money
  Sku: string
  StoreId: uuid
  Currency: { enum: [EUR, USD] }
  Contact: { enum: { Phone: { number: string, extension: string? }, Nowhere: {} } }
  Holder: { fields: { name: string, email: string?, type: string } }
  Line: { fields: { sku: Sku, price: Money, quantity: u32 } }
  GeoPoint: { extern: "geo::Point" }
aggregates:
  Store:
    id: StoreId
    state:
      open: bool
      name: string
      nickname: string?
      holder: Holder?
      owner: { type: Holder, default: { name: "", type: "" } }
      balance: { type: Money, default: 0 }
      cents: Cents
      price: { type: Price, default: 0 }
      total: decimal
      small: u8
      count: u32
      signed: i32
      wide: i64
      huge: u128
      ratio: f64
      maybe: i64?
      currency: Currency?
      skus: list<string>
      tags: set<Sku>
      numbers: list<i64>
      lines: list<Line>
      stock: map<Sku, u32>
      names: map<string, string>
      levels: map<string, Currency>
      at: timestamp?
      opened: { type: timestamp, default: '2024-01-01T00:00:00Z' }
      day: { type: date, default: 2024-01-01 }
      span: duration
      point: GeoPoint?
      contact: Contact?
    events:
      Done:
        fields: { RESULT }
      Moved:
        fields: { quantity: u32, sku: Sku, amount: Money }
        apply: { name: { value: moved } }
    errors:
      Refused: no
    commands:
      Do:
        fields: { count: u32, wide: i64, signed: i32, name: string, nick: string?, sku: Sku, amount: Money, currency: Currency, holder: Holder, until: timestamp, hold: duration, total: decimal, point: GeoPoint, flag: bool }
        require: [{ that: 'GUARD', else: Refused }]
        emit: { Done: { result: 'VALUE' } }
projections:
  Totals:
    key: { store_id: StoreId }
    fields: { total: { type: Money, default: 0 }, last: timestamp?, text: string?, by: string?, number: u64? }
    on:
      Moved: { set: { FOLD } }
"#;

fn outcome(guard: &str, result: &str, value: &str, fold: &str) -> Outcome {
    let escaped = |text: &str| text.replace('\'', "''");
    let schema = DOMAIN
        .replace("RESULT", &format!("result: {result}"))
        .replace("GUARD", &escaped(guard))
        .replace("VALUE", &escaped(value))
        .replace("FOLD", fold);
    check(&InMemory::default().with("shop.yaml", schema), Path::new("shop.yaml"))
}

fn report(outcome: &Outcome) -> String {
    crate::render::human_all(&outcome.diagnostics, &outcome.sources, crate::render::Colour::Plain)
}

/// Rust as a person writes it, without the line breaks of long lines.
fn text(tokens: &TokenStream) -> String {
    let file: syn::File = syn::parse_quote!(fn f() { let _ = #tokens; });
    let printed = prettyplease::unparse(&file);
    let body = printed.trim().trim_start_matches("fn f() {").trim_end_matches('}').trim();
    let body = body.trim_start_matches("let _ = ").trim_end_matches(';');
    let joined = body.split_whitespace().collect::<Vec<_>>().join(" ");
    joined
        .replace("::cqrs_core::arithmetic::", "")
        .replace("::cqrs_core::rust_decimal::", "")
        .replace("::std::option::Option::", "")
        .replace("( ", "(")
        .replace(" .", ".")
        .replace(", )", ")")
}

fn rendered(outcome: &Outcome, pick: impl Fn(&Domain) -> ExpressionId) -> (String, Meaning) {
    let Some(checked) = &outcome.checked else { panic!("{}", report(outcome)) };
    let meaning = checked.typed()[pick(checked.domain()).index()].meaning();
    (text(&meaning.value(checked.domain(), &Owners::new())), meaning.clone())
}

/// The Rust of a guard.
#[track_caller]
fn guard(guard: &str) -> String {
    rendered(&outcome(guard, "bool", "true", "total: 0"), |domain| domain.commands[0].requirements[0].that).0
}

/// The Rust of a value of a type.
#[track_caller]
fn value(ty: &str, value: &str) -> String {
    rendered(&outcome("state.open", ty, value, "total: 0"), |domain| {
        let crate::model::Decision::Emit(emissions) = &domain.commands[0].decision else { panic!("no emit") };
        match &emissions[0].construction.fills[0] {
            Fill::Term(Term::Expression(id)) => *id,
            other => panic!("{other:?}"),
        }
    })
    .0
}

/// The Rust of a fold's value, written as `field: expression`.
#[track_caller]
fn fold(write: &str) -> String {
    rendered(&outcome("state.open", "bool", "true", write), |domain| {
        let crate::model::FoldAction::Set(writes) = &domain.projections[0].folds[0].action else {
            panic!("no set")
        };
        match &writes[0].operation {
            Operation::Set(Term::Expression(id)) => *id,
            other => panic!("{other:?}"),
        }
    })
    .0
}

/// The one error in an outcome: its code, the underlined text, and the message with the help.
#[track_caller]
fn error(outcome: &Outcome) -> (&'static str, String, String) {
    let is_error = |it: &&crate::diagnostic::Diagnostic| it.severity() == crate::diagnostic::Severity::Error;
    let errors: Vec<_> = outcome.diagnostics.iter().filter(is_error).collect();
    let [error] = errors.as_slice() else { panic!("not one error but:\n{}", report(outcome)) };
    let underlined = outcome.sources.text(error.primary.span).to_owned();
    (error.code.id, underlined, format!("{}; {}", error.message, error.help.join("; ")))
}
