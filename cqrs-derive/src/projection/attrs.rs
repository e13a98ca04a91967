//! What `#[projection(…)]` says.

use heck::ToSnakeCase as _;
use proc_macro2::Ident;
use syn::parse::ParseStream;
use syn::{DeriveInput, Expr, LitInt, LitStr, Token, Type, parenthesized};

use crate::errors::Errors;
use crate::input::{Core, is_float, text_of};
use crate::keys::{self, Key, Once};
use crate::suggest;

#[derive(Default)]
pub(super) struct Attrs {
    pub(super) core: Core,
    table: Once<LitStr>,
    version: Once<LitInt>,
    key: Once<Vec<KeyColumn>>,
    /// Whether no column of the key was refused.
    pub(super) key_is_whole: bool,
    on: Once<Vec<On>>,
    pub(super) keyed_by: Once<(LitStr, KeyedBy)>,
    pub(super) indexes: Vec<Vec<Ident>>,
}

/// One column of the key.
pub(super) struct KeyColumn {
    pub(super) ident: Ident,
    pub(super) ty: Type,
}

/// An event, and the way to the rows that it changes where it is a way of its own.
pub(super) struct On {
    pub(super) event: Type,
    pub(super) keys: Option<Keys>,
    /// The projection of which a row is looked up.
    pub(super) looks_up: Once<Type>,
}

/// A function from an event to the keys of its rows.
pub(super) enum Keys {
    One(Expr),
    Several(Expr),
    /// As several, but an event may be refused.
    Fallible(Expr),
}

/// Where the key is found when an event has no way of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyedBy {
    /// The id of the aggregate that recorded the event.
    Aggregate,
    /// The event's fields of the columns' names.
    Event,
}

impl Attrs {
    pub(super) fn read(input: &DeriveInput, errors: &Errors) -> Self {
        let mut attrs = Self { key_is_whole: true, ..Self::default() };
        keys::read(&input.attrs, "projection", errors, |key, input| match key.name().as_str() {
            "table" => attrs.table.set(key, table(key, input)?),
            "version" => attrs.version.set(key, key.count(input)?),
            "key" => {
                let mut columns = Vec::new();
                key.list(input, "account_id: AccountId", errors, |input| {
                    columns.push(key_column(input, &mut attrs.key_is_whole)?);
                    Ok(())
                })?;
                attrs.key.set(key, columns)
            }
            "on" => {
                let mut events: Vec<On> = Vec::new();
                key.list(input, "Opened, Deposited", errors, |input| {
                    let on = On::read(input, errors)?;
                    let is_new = |other: &On| other.event != on.event;
                    if !events.iter().all(is_new) {
                        return Err(syn::Error::new_spanned(&on.event, "the event is folded already"));
                    }
                    events.push(on);
                    Ok(())
                })?;
                attrs.on.set(key, events)
            }
            "keyed_by" => attrs.keyed_by.set(key, keyed_by(key, input)?),
            "index" => {
                let mut columns = Vec::new();
                key.list(input, "holder", errors, |input| input.parse().map(|column| columns.push(column)))?;
                attrs.indexes.push(columns);
                Ok(())
            }
            "crate" => attrs.core.set(key, input),
            _ => Err(key.unknown(&["table", "version", "key", "on", "keyed_by", "index", "crate"], errors)),
        });
        if !attrs.key.is_set() {
            let way_out = "name what tells the rows apart, #[projection(key(account_id: AccountId), …)]";
            errors.missing("projection", "key", &input.ident, way_out);
        }
        if !attrs.on.is_set() {
            let way_out = "name the events that rows are folded from, #[projection(on(Opened), …)]";
            errors.missing("projection", "on", &input.ident, way_out);
        }
        attrs
    }

    pub(super) fn table_name(&self, ident: &Ident) -> String {
        self.table.get().map_or_else(|| text_of(ident).to_snake_case(), LitStr::value)
    }

    pub(super) fn version(&self) -> u32 {
        self.version.get().and_then(|version| version.base10_parse().ok()).unwrap_or(1)
    }

    pub(super) fn key(&self) -> &[KeyColumn] {
        self.key.get().map_or(&[], Vec::as_slice)
    }

    pub(super) fn on(&self) -> &[On] {
        self.on.get().map_or(&[], Vec::as_slice)
    }

    /// Where the key is found when an event has no way of its own.
    pub(super) fn keyed_by(&self) -> KeyedBy {
        match (self.keyed_by.get(), self.key().len()) {
            (Some((_, keyed_by)), _) => *keyed_by,
            (None, 1) => KeyedBy::Aggregate,
            (None, _) => KeyedBy::Event,
        }
    }
}

impl On {
    fn read(input: ParseStream<'_>, errors: &Errors) -> syn::Result<Self> {
        // An event's path must not take the parentheses after it for arguments.
        let event: syn::Path = input.call(syn::Path::parse_mod_style)?;
        let event = Type::Path(syn::TypePath { attrs: Vec::new(), qself: None, path: event });
        let mut on = Self { event, keys: None, looks_up: Once::default() };
        if input.peek(syn::token::Paren) {
            let content;
            parenthesized!(content in input);
            keys::keys_of("on", &content, errors, |key, input| {
                let keys = match key.name().as_str() {
                    "key" => Keys::One(key.value(input, "path::to::key")?),
                    "keys" => Keys::Several(key.value(input, "path::to::keys")?),
                    "try_keys" => Keys::Fallible(key.value(input, "path::to::keys")?),
                    "looks_up" => return on.looks_up.set(key, key.value(input, "CustomerRow")?),
                    _ => return Err(key.unknown(&["key", "keys", "try_keys", "looks_up"], errors)),
                };
                match on.keys.replace(keys) {
                    None => Ok(()),
                    Some(_) => {
                        Err(key.error("an event has one way to its rows: `key`, `keys` or `try_keys`"))
                    }
                }
            });
        }
        Ok(on)
    }
}

fn key_column(input: ParseStream<'_>, is_whole: &mut bool) -> syn::Result<KeyColumn> {
    let was_whole = std::mem::replace(is_whole, false);
    let ident: Ident = input.parse()?;
    if !input.peek(Token![:]) {
        let message = format!("the column needs its type: key({ident}: …)");
        return Err(syn::Error::new(ident.span(), message));
    }
    input.parse::<Token![:]>()?;
    let ty = input.parse()?;
    if is_float(&ty) {
        let message = "a floating-point number cannot tell rows apart; use an integer, a decimal or text";
        return Err(syn::Error::new_spanned(ty, message));
    }
    *is_whole = was_whole;
    Ok(KeyColumn { ident, ty })
}

fn keyed_by(key: &Key, input: ParseStream<'_>) -> syn::Result<(LitStr, KeyedBy)> {
    let text = key.text(input, "event")?;
    match text.value().as_str() {
        "aggregate" => Ok((text, KeyedBy::Aggregate)),
        "event" => Ok((text, KeyedBy::Event)),
        other => {
            let way_out = suggest::among(other, ["aggregate", "event"]);
            Err(syn::Error::new(text.span(), format!("rows are not keyed by `{other}`{way_out}")))
        }
    }
}

/// A table's name: what any database takes without quotes.
fn table(key: &Key, input: ParseStream<'_>) -> syn::Result<LitStr> {
    let text = key.text(input, "account_summary")?;
    let name = text.value();
    let starts_well = name.starts_with(|c: char| c.is_ascii_lowercase());
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !starts_well || !name.chars().all(is_plain) {
        let message =
            format!("`{name}` is no table name: begin with a to z, go on with a to z, 0 to 9 and _");
        return Err(syn::Error::new(text.span(), message));
    }
    Ok(text)
}
