//! Comparisons as Rust: by reference, in the form that both sides have in common.

use proc_macro2::TokenStream;
use quote::quote;

use crate::expr::node::{Comparison, Kind, Node};
use crate::expr::ty::{TEXT, Type};
use crate::model::Scalar;

use super::{Binding, Form, Piece, Renderer, stars};

impl Renderer<'_> {
    pub(super) fn comparison(&self, comparison: Comparison, left: &Node, right: &Node) -> Piece {
        if let Some(piece) = self.with_nothing(comparison, left, right) {
            return piece;
        }
        if let Some(piece) = self.with_an_empty_one(comparison, left, right) {
            return piece;
        }
        let (left, right) = match (&left.ty, &right.ty) {
            (Type::Optional(inner), Type::Optional(_)) => self.optionals(inner, left, right),
            (a, b) if comparison.is_order() && (*a == TEXT || *b == TEXT) && self.has_slice(left, right) => {
                (self.slice(left), self.slice(right))
            }
            _ => (self.looked_at(left), self.looked_at(right)),
        };
        let operator = match comparison {
            Comparison::Eq => quote!(==),
            Comparison::Ne => quote!(!=),
            Comparison::Lt => quote!(<),
            Comparison::Le => quote!(<=),
            Comparison::Gt => quote!(>),
            Comparison::Ge => quote!(>=),
        };
        Piece::bound(quote!(#left #operator #right), Binding::Comparison)
    }

    /// `x == None` as `x.is_none()`.
    fn with_nothing(&self, comparison: Comparison, left: &Node, right: &Node) -> Option<Piece> {
        let other = match (&left.kind, &right.kind) {
            (_, Kind::Nothing) => left,
            (Kind::Nothing, _) => right,
            _ => return None,
        };
        let other = self.receiver(other);
        let asked = match comparison {
            Comparison::Eq => quote!(is_none),
            Comparison::Ne => quote!(is_some),
            _ => return None,
        };
        Some(Piece::new(quote!(#other.#asked()), Form::Owned))
    }

    /// `x.len() == 0` and `x == ""` as `x.is_empty()`.
    fn with_an_empty_one(&self, comparison: Comparison, left: &Node, right: &Node) -> Option<Piece> {
        let (comparison, measured, limit) = match (&left.kind, &right.kind) {
            (_, Kind::LengthLiteral(limit) | Kind::Literal(Scalar::String, limit)) => {
                (comparison, left, limit)
            }
            (Kind::LengthLiteral(limit) | Kind::Literal(Scalar::String, limit), _) => {
                (comparison.mirrored(), right, limit)
            }
            _ => return None,
        };
        let collection = match &measured.kind {
            Kind::Method(method, receiver, _) if method.name == "len" => receiver,
            _ if measured.ty == TEXT && limit.is_empty() => measured,
            _ => return None,
        };
        let is_empty = match (comparison, limit.as_str()) {
            (Comparison::Eq, "0" | "") | (Comparison::Lt, "1") | (Comparison::Le, "0") => true,
            (Comparison::Ne, "0" | "") | (Comparison::Gt, "0") | (Comparison::Ge, "1") => false,
            _ => return None,
        };
        let collection = self.receiver(collection);
        Some(match is_empty {
            true => Piece::new(quote!(#collection.is_empty()), Form::Owned),
            false => Piece::bound(quote!(!#collection.is_empty()), Binding::Prefix),
        })
    }

    /// Two optionals, with nothing cloned that is only looked at.
    fn optionals(&self, inner: &Type, left: &Node, right: &Node) -> (TokenStream, TokenStream) {
        let is_plain = |node: &Node| {
            !matches!(node.kind, Kind::Some(_)) && matches!(self.piece(node).form, Form::Place | Form::Owned)
        };
        if inner.is_copy(self.domain) {
            return (self.kept(left, Binding::Prefix), self.kept(right, Binding::Prefix));
        }
        if inner.is_unknown() || is_plain(left) && is_plain(right) {
            return (self.looked_at(left), self.looked_at(right));
        }
        (self.maybe_reference(left), self.maybe_reference(right))
    }

    /// `Option<&T>`, or `Option<&str>` for an optional text.
    pub(super) fn maybe_reference(&self, node: &Node) -> TokenStream {
        let is_text = matches!(&node.ty, Type::Optional(inner) if **inner == TEXT);
        if let Kind::Some(inner) = &node.kind {
            let (some, inner) = (
                quote!(::std::option::Option::Some),
                if is_text { self.slice(inner) } else { self.borrowed(inner) },
            );
            return quote!(#some(#inner));
        }
        let piece = self.piece(node);
        let form = piece.form;
        let tokens = piece.at_least(Binding::Tight);
        match form {
            Form::Place | Form::Owned | Form::Behind(_) if is_text => quote!(#tokens.as_deref()),
            Form::Place | Form::Owned | Form::Behind(_) => quote!(#tokens.as_ref()),
            Form::MaybeBehind if is_text => quote!(#tokens.map(::std::string::String::as_str)),
            Form::MaybeBehind | Form::MaybeSlice | Form::Slice => tokens,
        }
    }

    /// A value of the part's own type, to be looked at and not kept.
    pub(super) fn looked_at(&self, node: &Node) -> TokenStream {
        let piece = self.piece(node);
        match piece.form {
            Form::Behind(depth) => {
                let (stars, tokens) = (stars(depth), piece.at_least(Binding::Prefix));
                quote!(#stars #tokens)
            }
            Form::MaybeBehind | Form::MaybeSlice => self.kept(node, Binding::Prefix),
            Form::Place | Form::Owned | Form::Slice => piece.at_least(Binding::Prefix),
        }
    }

    fn has_slice(&self, left: &Node, right: &Node) -> bool {
        [left, right].into_iter().any(|node| self.piece(node).form == Form::Slice)
    }

    /// `&str`.
    pub(super) fn slice(&self, node: &Node) -> TokenStream {
        let piece = self.piece(node);
        match piece.form {
            Form::Slice => piece.at_least(Binding::Prefix),
            _ => {
                let tokens = piece.at_least(Binding::Tight);
                quote!(#tokens.as_str())
            }
        }
    }
}
