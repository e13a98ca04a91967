//! Expressions as Rust: what is borrowed, what is copied, what is cloned, and where brackets are needed.
//!
//! Each part is first written as it is found, a place or a temporary or a reference, and turned into what its
//! surroundings want only there: a value is cloned where it is kept, never where it is only looked at.

mod comparison;
mod method;

use std::collections::BTreeMap;

use proc_macro2::{Ident, Literal as Token, Span, TokenStream};
use quote::{ToTokens as _, quote};

use crate::model::{Domain, KEYWORDS, Name, Scalar, TypeId, TypeKind};

use super::literal::literal;
use super::node::{Arithmetic, Fact, Foreign, Held, Kind, Local, Logic, Node};
use super::ty::{TEXT, Type};

/// What the owners of an expression are called where its Rust stands.
///
/// Each is a local of its own name, but for `state`, which is `self`.
#[derive(Debug, Clone, Default)]
pub struct Owners {
    named: BTreeMap<String, TokenStream>,
}

impl Owners {
    /// Owners under their own names.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes `place` for an owner: `self` for `event`, `self.amount` for `value`. It has the owner's type, and is no
    /// reference where it is looked at without a field.
    #[must_use]
    pub fn with(mut self, owner: &str, place: TokenStream) -> Self {
        self.named.insert(owner.to_owned(), place);
        self
    }

    fn place(&self, owner: &str) -> TokenStream {
        match self.named.get(owner) {
            Some(place) => place.clone(),
            None if owner == "state" => quote!(self),
            None => ident(owner).to_token_stream(),
        }
    }
}

/// Writes the parts of one expression.
#[derive(Clone, Copy)]
pub(super) struct Renderer<'a> {
    pub(super) domain: &'a Domain,
    pub(super) owners: &'a Owners,
}

/// Rust for a part, and what it is.
pub(super) struct Piece {
    tokens: TokenStream,
    form: Form,
    binding: Binding,
}

/// What the Rust of a part of type `T` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A place that holds `T` and keeps it.
    Place,
    /// A temporary `T`.
    Owned,
    /// So many references to a `T`.
    Behind(usize),
    /// `&str`, where `T` is a text.
    Slice,
    /// `Option<&U>`, where `T` is an optional `U`.
    MaybeBehind,
    /// `Option<&str>`, where `T` is an optional text.
    MaybeSlice,
}

/// How tightly the outermost operator binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    /// Needs brackets wherever something stands beside it: `if`, `as`, struct literals.
    Loose,
    Or,
    And,
    Comparison,
    Prefix,
    Tight,
}

impl Piece {
    fn new(tokens: TokenStream, form: Form) -> Self {
        Self { tokens, form, binding: Binding::Tight }
    }

    fn bound(tokens: TokenStream, binding: Binding) -> Self {
        Self { tokens, form: Form::Owned, binding }
    }

    /// The tokens, in brackets where they bind more loosely.
    fn at_least(self, binding: Binding) -> TokenStream {
        let tokens = self.tokens;
        if self.binding < binding { quote!((#tokens)) } else { tokens }
    }
}

impl Renderer<'_> {
    /// A value that can be kept.
    pub(super) fn owned(&self, node: &Node) -> TokenStream {
        self.kept(node, Binding::Loose)
    }

    /// A value that can be kept, as an operand.
    fn kept(&self, node: &Node, binding: Binding) -> TokenStream {
        self.keep(self.piece(node), node, binding)
    }

    /// What stands for a part, turned into a value that can be kept.
    fn keep(&self, piece: Piece, node: &Node, binding: Binding) -> TokenStream {
        let is_copy = node.ty.is_copy(self.domain);
        let form = piece.form;
        match form {
            Form::Owned => piece.at_least(binding),
            Form::Place if is_copy => piece.at_least(binding),
            Form::Behind(depth) if is_copy => {
                let (stars, tokens) = (stars(depth), piece.at_least(Binding::Prefix));
                Piece::bound(quote!(#stars #tokens), Binding::Prefix).at_least(binding)
            }
            Form::Behind(depth) if depth > 1 => {
                let (stars, tokens) = (stars(depth - 1), piece.at_least(Binding::Prefix));
                quote!((#stars #tokens).clone())
            }
            Form::Place | Form::Behind(_) => {
                let tokens = piece.at_least(Binding::Tight);
                quote!(#tokens.clone())
            }
            Form::Slice => {
                // A literal is written by the same hand as everywhere else.
                if let Kind::Literal(Scalar::String, text) = &node.kind {
                    return literal(Scalar::String, text);
                }
                let tokens = piece.at_least(Binding::Tight);
                quote!(#tokens.to_owned())
            }
            Form::MaybeBehind => {
                let tokens = piece.at_least(Binding::Tight);
                if is_copy { quote!(#tokens.copied()) } else { quote!(#tokens.cloned()) }
            }
            Form::MaybeSlice => {
                let tokens = piece.at_least(Binding::Tight);
                quote!(#tokens.map(str::to_owned))
            }
        }
    }

    /// A reference to the value: `&T`, or `&str` for a text.
    pub(super) fn borrowed(&self, node: &Node) -> TokenStream {
        let piece = self.piece(node);
        match piece.form {
            Form::Place | Form::Owned => {
                let tokens = piece.at_least(Binding::Prefix);
                quote!(&#tokens)
            }
            Form::Behind(depth) => {
                let (stars, tokens) = (stars(depth - 1), piece.at_least(Binding::Prefix));
                quote!(#stars #tokens)
            }
            Form::Slice => piece.at_least(Binding::Prefix),
            Form::MaybeBehind | Form::MaybeSlice => {
                let tokens = self.keep(piece, node, Binding::Prefix);
                quote!(&#tokens)
            }
        }
    }

    /// What a method is called on, or a field is taken of.
    fn receiver(&self, node: &Node) -> TokenStream {
        self.number_of_known_type(node).unwrap_or_else(|| self.piece(node)).at_least(Binding::Tight)
    }

    /// A number of Rust's own that is made of literals, and says its type where nothing else would.
    fn number_of_known_type(&self, node: &Node) -> Option<Piece> {
        match &node.kind {
            Kind::Literal(scalar, text) if scalar.integer().is_some() || scalar.is_float() => {
                let binding = if text.starts_with('-') { Binding::Prefix } else { Binding::Tight };
                Some(Piece::bound(typed_number(*scalar, text), binding))
            }
            Kind::If(condition, then, otherwise) => {
                let then = self.number_of_known_type(then)?.tokens;
                Some(self.branch(condition, &then, otherwise))
            }
            _ => None,
        }
    }

    /// A part as it is found.
    fn piece(&self, node: &Node) -> Piece {
        match &node.kind {
            // A domain without errors has no holes; one with errors is never rendered.
            Kind::Hole => Piece::new(TokenStream::new(), Form::Owned),
            Kind::Literal(Scalar::String, text) => Piece::new(quote!(#text), Form::Slice),
            Kind::Literal(scalar, text) => {
                let binding = if text.starts_with('-') { Binding::Prefix } else { Binding::Tight };
                Piece::bound(literal(*scalar, text), binding)
            }
            Kind::LengthLiteral(text) => Piece::new(literal(Scalar::U64, text), Form::Owned),
            Kind::Owner(owner) => Piece::new(self.owners.place(owner), Form::Place),
            Kind::Local(local) => local_piece(local),
            Kind::Fact(fact) => self.fact(*fact),
            Kind::Field(base, name) => {
                let name = ident(name);
                self.part_of(base, quote!(#name))
            }
            Kind::Inner(base) => self.part_of(base, quote!(0)),
            Kind::New(id, inner) => {
                let (name, inner) = (self.type_name(*id), self.owned(inner));
                Piece::new(quote!(#name(#inner)), Form::Owned)
            }
            Kind::Struct(id, values) => {
                let name = self.type_name(*id);
                match &self.domain.ty(*id).kind {
                    TypeKind::Struct(fields) => {
                        self.fields(quote!(#name), fields.iter().map(|it| &it.name), values)
                    }
                    _ => Piece::new(TokenStream::new(), Form::Owned),
                }
            }
            Kind::Variant(id, index, values) => self.variant(*id, *index, values),
            Kind::Some(inner) => {
                let (some, inner) = (quote!(::std::option::Option::Some), self.owned(inner));
                Piece::new(quote!(#some(#inner)), Form::Owned)
            }
            Kind::Nothing => Piece::new(quote!(::std::option::Option::None), Form::Owned),
            Kind::Collection(items) => self.collection(&node.ty, items),
            Kind::Not(inner) => self.not(inner),
            Kind::Negative(inner) => {
                let inner = self.owned(inner);
                Piece::new(quote!(::cqrs_core::arithmetic::neg(#inner)?), Form::Owned)
            }
            Kind::Arithmetic(operation, left, right) => {
                let call = self.arithmetic(*operation, left, right);
                Piece::new(quote!(#call?), Form::Owned)
            }
            Kind::Comparison(comparison, left, right) => self.comparison(*comparison, left, right),
            Kind::Logic(logic, left, right) => {
                let (binding, operator) = match logic {
                    Logic::And => (Binding::And, quote!(&&)),
                    Logic::Or => (Binding::Or, quote!(||)),
                };
                let (left, right) = (self.kept(left, binding), self.kept(right, binding));
                Piece::bound(quote!(#left #operator #right), binding)
            }
            Kind::If(condition, then, otherwise) => self.branch(condition, &self.owned(then), otherwise),
            Kind::Entry(map, key) if node.ty == TEXT => {
                let (map, key) = (self.receiver(map), self.borrowed(key));
                let text = quote!(#map.get(#key).map_or("", ::std::string::String::as_str));
                Piece::new(text, Form::Slice)
            }
            Kind::Entry(map, key) => {
                let (map, key) = (self.receiver(map), self.borrowed(key));
                let taken = if node.ty.is_copy(self.domain) { quote!(copied) } else { quote!(cloned) };
                Piece::new(quote!(#map.get(#key).#taken().unwrap_or_default()), Form::Owned)
            }
            Kind::Widened(inner) => self.widened(inner, &node.ty),
            Kind::Method(method, receiver, arguments) => self.method(method, receiver, arguments),
            Kind::Walk(walk, receiver, closure) => self.walk(*walk, receiver, closure),
            Kind::Foreign(foreign) => self.foreign(foreign),
        }
    }

    /// A field or what a newtype holds: kept by whatever keeps the whole.
    fn part_of(&self, base: &Node, part: TokenStream) -> Piece {
        let (base, form) = match &base.kind {
            Kind::Literal(..) => (self.receiver(base), Form::Owned),
            _ => {
                let piece = self.piece(base);
                let form = if piece.form == Form::Owned { Form::Owned } else { Form::Place };
                (piece.at_least(Binding::Tight), form)
            }
        };
        Piece::new(quote!(#base.#part), form)
    }

    fn fact(&self, fact: Fact) -> Piece {
        let owner = self.owners.place(fact.owner());
        let place = |path: TokenStream| Piece::new(quote!(#owner.#path), Form::Place);
        match fact {
            Fact::Now => place(quote!(now)),
            Fact::Actor => Piece::new(quote!(#owner.actor()), Form::MaybeSlice),
            Fact::Tenant => Piece::new(quote!(#owner.tenant()), Form::MaybeSlice),
            Fact::CommandId => place(quote!(command_id)),
            Fact::Roles => place(quote!(roles)),
            Fact::CorrelationId | Fact::RecordedCorrelation => place(quote!(origin.correlation_id)),
            Fact::RecordedCausation => place(quote!(origin.causation_id)),
            Fact::RecordedBy => place(quote!(origin.actor)),
            Fact::RecordedFor => place(quote!(origin.tenant)),
            Fact::EventId => place(quote!(event_id)),
            Fact::AggregateType => place(quote!(aggregate_type)),
            Fact::AggregateIdText => place(quote!(aggregate_id)),
            Fact::AggregateId(event) => {
                let event = ident(self.domain.event(event).name.camel());
                Piece::new(quote!(::cqrs_core::private::aggregate_id::<#event>(#owner)?), Form::Owned)
            }
            Fact::Version => Piece::new(quote!(#owner.version.get()), Form::Owned),
            Fact::Position => Piece::new(quote!(#owner.position.get()), Form::Owned),
            Fact::EventType => place(quote!(event_type)),
            Fact::EventVersion => place(quote!(event_version)),
            Fact::RecordedAt => place(quote!(recorded_at)),
        }
    }

    fn type_name(&self, id: TypeId) -> Ident {
        ident(self.domain.ty(id).name.camel())
    }

    fn variant(&self, id: TypeId, index: usize, values: &[Node]) -> Piece {
        let name = self.type_name(id);
        let TypeKind::Enum(variants) = &self.domain.ty(id).kind else {
            return Piece::new(TokenStream::new(), Form::Owned);
        };
        let Some(variant) = variants.get(index) else { return Piece::new(TokenStream::new(), Form::Owned) };
        let variant_name = ident(variant.name.camel());
        if variant.fields.is_empty() {
            return Piece::new(quote!(#name::#variant_name), Form::Owned);
        }
        self.fields(quote!(#name::#variant_name), variant.fields.iter().map(|it| &it.name), values)
    }

    fn fields<'n>(&self, path: TokenStream, names: impl Iterator<Item = &'n Name>, values: &[Node]) -> Piece {
        let fields = names.zip(values).map(|(name, value)| {
            let (name, value) = (ident(name.snake()), self.owned(value));
            quote!(#name: #value)
        });
        Piece::bound(quote!(#path { #(#fields),* }), Binding::Loose)
    }

    fn collection(&self, ty: &Type, items: &[Node]) -> Piece {
        let items: Vec<TokenStream> = items.iter().map(|item| self.owned(item)).collect();
        let tokens = match (ty, items.is_empty()) {
            (Type::Set(_), true) => quote!(::std::collections::BTreeSet::new()),
            (Type::Set(_), false) => quote!(::std::collections::BTreeSet::from([#(#items),*])),
            (_, true) => quote!(::std::vec::Vec::new()),
            (_, false) => quote!(vec![#(#items),*]),
        };
        Piece::new(tokens, Form::Owned)
    }

    fn not(&self, inner: &Node) -> Piece {
        if let Kind::Method(method, receiver, _) = &inner.kind {
            let contrary = match method.name {
                "is_some" => Some(quote!(is_none)),
                "is_none" => Some(quote!(is_some)),
                _ => None,
            };
            if let Some(contrary) = contrary {
                let receiver = self.receiver(receiver);
                return Piece::new(quote!(#receiver.#contrary()), Form::Owned);
            }
        }
        let inner = self.kept(inner, Binding::Prefix);
        Piece::bound(quote!(!#inner), Binding::Prefix)
    }

    /// The call of an operation, without the `?` after it.
    fn arithmetic(&self, operation: Arithmetic, left: &Node, right: &Node) -> TokenStream {
        let function = match operation {
            Arithmetic::Add => quote!(add),
            Arithmetic::Sub => quote!(sub),
            Arithmetic::Mul => quote!(mul),
            Arithmetic::Div => quote!(div),
            Arithmetic::Rem => quote!(rem),
        };
        // The first argument chooses the operation, so it says its type.
        let left = match self.number_of_known_type(left) {
            Some(number) => number.tokens,
            None => self.owned(left),
        };
        let right = self.owned(right);
        quote!(::cqrs_core::arithmetic::#function(#left, #right))
    }

    fn branch(&self, condition: &Node, then: &TokenStream, otherwise: &Node) -> Piece {
        let condition = self.kept(condition, Binding::Or);
        let otherwise = match &otherwise.kind {
            Kind::If(..) => self.piece(otherwise).tokens,
            _ => {
                let otherwise = self.owned(otherwise);
                quote!({ #otherwise })
            }
        };
        Piece::bound(quote!(if #condition { #then } else #otherwise), Binding::Loose)
    }

    fn widened(&self, inner: &Node, to: &Type) -> Piece {
        if let (Type::Optional(_), Type::Optional(to)) = (&inner.ty, to) {
            let (inner, to) = (self.kept(inner, Binding::Tight), number_path(to));
            return Piece::new(quote!(#inner.map(#to::from)), Form::Owned);
        }
        if inner.ty == Type::Length {
            let length = self.kept(inner, Binding::Prefix);
            return match to.scalar() {
                Some(Scalar::U64) | None => Piece::bound(quote!(#length as u64), Binding::Loose),
                Some(_) => {
                    let to = number_path(to);
                    Piece::new(quote!(#to::from(#length as u64)), Form::Owned)
                }
            };
        }
        let (inner, to) = (self.owned(inner), number_path(to));
        Piece::new(quote!(#to::from(#inner)), Form::Owned)
    }

    fn foreign(&self, foreign: &Foreign) -> Piece {
        match foreign {
            Foreign::Verbatim(code) => {
                let binding = if code.is_negative() { Binding::Prefix } else { Binding::Tight };
                Piece::bound(code.tokens(), binding)
            }
            Foreign::Call(function, arguments) => {
                let function = function.tokens();
                let arguments = arguments.iter().map(|argument| self.owned(argument));
                Piece::new(quote!(#function(#(#arguments),*)), Form::Owned)
            }
            Foreign::Method(receiver, method, arguments) => {
                let (receiver, method) = (self.receiver(receiver), method.tokens());
                let arguments = arguments.iter().map(|argument| self.owned(argument));
                Piece::new(quote!(#receiver.#method(#(#arguments),*)), Form::Owned)
            }
            Foreign::Field(base, name) => self.part_of(base, name.tokens()),
            Foreign::Borrow(inner) => Piece::bound(self.borrowed(inner), Binding::Prefix),
        }
    }
}

fn local_piece(local: &Local) -> Piece {
    let name = ident(&local.name).to_token_stream();
    match local.held {
        Held::Owned => Piece::new(name, Form::Place),
        Held::Behind(depth) => Piece::new(name, Form::Behind(depth)),
        Held::Slice => Piece::new(name, Form::Slice),
    }
}

fn stars(count: usize) -> TokenStream {
    (0..count).map(|_| quote!(*)).collect()
}

/// A number of Rust's own that says its type: `5_i64`, `1.5_f64`.
fn typed_number(scalar: Scalar, text: &str) -> TokenStream {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (quote!(-), digits),
        None => (TokenStream::new(), text),
    };
    match format!("{}_{}", literal(scalar, digits), scalar.name()).parse::<Token>() {
        Ok(token) => quote!(#sign #token),
        Err(_) => literal(scalar, text),
    }
}

/// The path of a number's type.
fn number_path(ty: &Type) -> TokenStream {
    match ty.scalar() {
        Some(Scalar::Decimal) | None => quote!(::cqrs_core::rust_decimal::Decimal),
        Some(scalar) => ident(scalar.name()).to_token_stream(),
    }
}

/// An identifier; a raw one where the text is a keyword.
pub(super) fn ident(text: &str) -> Ident {
    match text {
        "self" | "Self" | "super" | "crate" | "_" | "" => Ident::new("unnamed", Span::call_site()),
        _ if KEYWORDS.contains(&text) => Ident::new_raw(text, Span::call_site()),
        _ => Ident::new(text, Span::call_site()),
    }
}
