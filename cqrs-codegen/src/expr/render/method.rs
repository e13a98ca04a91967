//! Methods and closures as Rust.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};

use crate::expr::method::{self, Gives, Method, Takes};
use crate::expr::node::{Closure, Comparison, Held, Kind, Node, Walk};
use crate::expr::ty::{TEXT, Type};
use crate::expr::walk::item_held;

use super::{Binding, Form, Piece, Renderer, ident};

impl Renderer<'_> {
    pub(super) fn method(&self, method: &Method, receiver: &Node, arguments: &[Node]) -> Piece {
        let name = ident(method.name);
        let found = self.receiver(receiver);
        let passed = |at: usize| -> TokenStream {
            match (method.takes.get(at), arguments.get(at)) {
                (Some(Takes::Text | Takes::Item | Takes::Key | Takes::SameBorrowed), Some(argument)) => {
                    self.borrowed(argument)
                }
                (_, Some(argument)) => self.owned(argument),
                (_, None) => TokenStream::new(),
            }
        };
        let all: Vec<TokenStream> = (0..arguments.len()).map(passed).collect();
        let called = quote!(#found.#name(#(#all),*));
        match method.gives {
            Gives::Bool => match (&receiver.ty, arguments) {
                (Type::List(item), [argument])
                    if **item == TEXT && self.piece(argument).form == Form::Slice =>
                {
                    let argument = self.slice(argument);
                    Piece::new(quote!(#found.iter().any(|item| item == #argument)), Form::Owned)
                }
                _ => Piece::new(called, Form::Owned),
            },
            Gives::Length => match counted_at_once(receiver) {
                Some(collection) if method.name == "count" => {
                    let collection = self.receiver(collection);
                    Piece::new(quote!(#collection.len()), Form::Owned)
                }
                _ => Piece::new(called, Form::Owned),
            },
            Gives::Slice => Piece::new(called, Form::Slice),
            Gives::MaybeSlice => Piece::new(called, Form::MaybeSlice),
            Gives::MaybeItem | Gives::MaybeValue => Piece::new(called, Form::MaybeBehind),
            Gives::Extreme => match item_held(receiver) {
                Held::Owned => Piece::new(called, Form::Owned),
                Held::Behind(_) | Held::Slice => Piece::new(called, Form::MaybeBehind),
            },
            Gives::Same => {
                let receiver = match &receiver.kind {
                    Kind::Literal(..) => found,
                    _ => self.kept(receiver, Binding::Tight),
                };
                Piece::new(quote!(#receiver.#name(#(#all),*)), Form::Owned)
            }
            Gives::Held => self.held_or(receiver, arguments.first()),
            Gives::Sum => self.sum(receiver),
            Gives::Text
            | Gives::Items
            | Gives::Keys
            | Gives::Values
            | Gives::Characters
            | Gives::Itself
            | Gives::Seconds => Piece::new(called, Form::Owned),
        }
    }

    /// `unwrap_or` and `unwrap_or_default`, without a clone where both can be looked at.
    fn held_or(&self, optional: &Node, otherwise: Option<&Node>) -> Piece {
        let inner = match &optional.ty {
            Type::Optional(inner) => inner.as_ref(),
            other => other,
        };
        if inner.is_copy(self.domain) || inner.is_unknown() {
            let optional = self.kept(optional, Binding::Tight);
            return Piece::new(or(&optional, otherwise.map(|it| self.owned(it))), Form::Owned);
        }
        let is_kept_elsewhere =
            |node: &Node| matches!(self.piece(node).form, Form::Place | Form::Behind(_) | Form::Slice);
        if *inner == TEXT && otherwise.is_none_or(is_kept_elsewhere) {
            let optional = self.maybe_reference(optional);
            return Piece::new(or(&optional, otherwise.map(|it| self.slice_or_reference(it))), Form::Slice);
        }
        match otherwise {
            Some(otherwise) if is_kept_elsewhere(otherwise) => {
                let (optional, otherwise) = (self.maybe_reference(optional), self.borrowed(otherwise));
                Piece::new(or(&optional, Some(otherwise)), Form::Behind(1))
            }
            otherwise => {
                let optional = self.kept(optional, Binding::Tight);
                Piece::new(or(&optional, otherwise.map(|it| self.owned(it))), Form::Owned)
            }
        }
    }

    /// What turns into `&str` where one is wanted.
    fn slice_or_reference(&self, node: &Node) -> TokenStream {
        match self.piece(node).form {
            Form::Slice => self.slice(node),
            _ => self.borrowed(node),
        }
    }

    fn sum(&self, items: &Node) -> Piece {
        if let Kind::Walk(Walk::Map, inner, closure) = &items.kind
            && closure.body.is_fallible()
        {
            let (inner, parameter) = (self.receiver(inner), parameter(closure));
            let body = match &closure.body.kind {
                Kind::Arithmetic(operation, left, right) => self.arithmetic(*operation, left, right),
                _ => {
                    let body = self.owned(&closure.body);
                    quote!(::std::result::Result::Ok(#body))
                }
            };
            return Piece::new(
                quote!(::cqrs_core::arithmetic::try_sum(#inner.map(|#parameter| #body))?),
                Form::Owned,
            );
        }
        let found = self.receiver(items);
        match item_held(items) {
            Held::Owned => Piece::new(quote!(::cqrs_core::arithmetic::sum(#found)?), Form::Owned),
            Held::Behind(_) | Held::Slice => {
                Piece::new(quote!(::cqrs_core::arithmetic::sum(#found.copied())?), Form::Owned)
            }
        }
    }

    pub(super) fn walk(&self, walk: Walk, receiver: &Node, closure: &Closure) -> Piece {
        if walk == Walk::Any
            && let Some(piece) = self.contains(receiver, closure)
        {
            return piece;
        }
        let parameter = parameter(closure);
        let name = ident(walk.name());
        let is_optional = matches!(walk, Walk::IsSomeAnd | Walk::IsNoneOr | Walk::MapOptional);
        let receiver = match (is_optional, closure.parameter.held) {
            (true, Held::Owned) => self.kept(receiver, Binding::Tight),
            (true, _) => self.maybe_reference(receiver),
            (false, _) => self.receiver(receiver),
        };
        let body = self.owned(&closure.body);
        Piece::new(quote!(#receiver.#name(|#parameter| #body)), Form::Owned)
    }

    /// `iter().any(|it| it == x)` as `contains(&x)`.
    fn contains(&self, items: &Node, closure: &Closure) -> Option<Piece> {
        let Kind::Method(iter, collection, _) = &items.kind else { return None };
        let Kind::Comparison(Comparison::Eq, left, right) = &closure.body.kind else { return None };
        if iter.gives != Gives::Items || !matches!(collection.ty, Type::List(_) | Type::Set(_)) {
            return None;
        }
        let is_item =
            |node: &Node| matches!(&node.kind, Kind::Local(local) if local.name == closure.parameter.name);
        let wanted = match (is_item(left), is_item(right)) {
            (true, false) if !mentions_item(right, closure) => right,
            (false, true) if !mentions_item(left, closure) => left,
            _ => return None,
        };
        let contains = method::of(&collection.ty).0.iter().find(|method| method.name == "contains")?;
        Some(self.method(contains, collection, std::slice::from_ref(wanted)))
    }
}

/// `optional.unwrap_or(otherwise)`.
fn or(optional: &TokenStream, otherwise: Option<TokenStream>) -> TokenStream {
    match otherwise {
        Some(otherwise) => quote!(#optional.unwrap_or(#otherwise)),
        None => quote!(#optional.unwrap_or_default()),
    }
}

/// The collection whose items are all counted.
fn counted_at_once(items: &Node) -> Option<&Node> {
    match &items.kind {
        Kind::Method(method, collection, _)
            if matches!(method.gives, Gives::Items | Gives::Keys | Gives::Values) =>
        {
            Some(collection)
        }
        _ => None,
    }
}

fn mentions_item(node: &Node, closure: &Closure) -> bool {
    node.any(&|part| matches!(&part.kind, Kind::Local(local) if local.name == closure.parameter.name))
}

/// The parameter, which has no name where nothing asks for it.
fn parameter(closure: &Closure) -> TokenStream {
    if mentions_item(&closure.body, closure) {
        ident(&closure.parameter.name).to_token_stream()
    } else {
        quote!(_)
    }
}
