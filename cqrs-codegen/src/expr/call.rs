//! Calls: newtypes round values, `Some`, structs and variants with their fields, known methods, and what is passed through.

use proc_macro2::Span as Part;
use quote::{ToTokens, quote};
use syn::spanned::Spanned as _;
use syn::{Expr, ExprArray, ExprCall, ExprIndex, ExprMethodCall, ExprStruct, Member};

use crate::code::expression as code;
use crate::diagnostic::{did_you_mean, quote, quote_all};
use crate::model::{Field, Name, Scalar, TypeId, TypeKind, TypeRef};

use super::checker::{Checker, plain};
use super::method::{self, Gives, Method, Takes};
use super::node::{Code, Foreign, Kind, Node};
use super::operator::is_literal;
use super::ty::{TEXT, Type};

impl Checker<'_> {
    /// A function, or what looks like one: `Money(…)`, `Some(…)`.
    pub(super) fn call(&mut self, call: &ExprCall, hint: Option<&Type>) -> Node {
        let Expr::Path(path) = call.func.as_ref() else {
            let help = "call a function by its path: `crate::rules::…(…)`";
            return self.report(&code::NOT_IN_THE_LANGUAGE, call.func.span(), "a value is not called", help);
        };
        if path.qself.is_none() && path.path.leading_colon.is_none() {
            let segments: Vec<&syn::PathSegment> = path.path.segments.iter().collect();
            match segments.as_slice() {
                [name] if name.ident == "Some" => return self.some(call, hint),
                [name] => {
                    if let Some((id, _)) = self.declared(&plain(&name.ident)) {
                        return self.constructor(id, call);
                    }
                }
                [owner, name] => {
                    if let Some((_, declared)) = self.declared(&plain(&owner.ident)) {
                        if let TypeKind::Enum(variants) = &declared.kind
                            && let Some(variant) =
                                variants.iter().find(|it| it.name.as_str() == plain(&name.ident))
                        {
                            let names: Vec<String> =
                                variant.fields.iter().map(|field| format!("{}: …", field.name)).collect();
                            let (owner, name) = (declared.name.as_str(), variant.name.as_str());
                            let (message, help) = match names.is_empty() {
                                true => (
                                    format!("the variant {} carries nothing", quote(name)),
                                    format!("write `{owner}::{name}`"),
                                ),
                                false => (
                                    format!("the variant {} carries named fields", quote(name)),
                                    format!("write `{owner}::{name} {{ {} }}`", names.join(", ")),
                                ),
                            };
                            return self.report(&code::VARIANT_FIELDS, call.span(), message, help);
                        }
                        let function = self.associated_path(declared, path);
                        return self.foreign_call(function, call);
                    }
                    if let Some(near) = self.misspelt_enum(&plain(&owner.ident), &plain(&name.ident)) {
                        let message = format!("no type is called {}", quote(&plain(&owner.ident)));
                        let help = format!("did you mean {}?", quote(&near));
                        return self.report(&code::UNKNOWN_NAME, owner.ident.span(), message, help);
                    }
                }
                _ => {}
            }
        }
        self.foreign_call(path, call)
    }

    fn foreign_call(&mut self, function: impl ToTokens, call: &ExprCall) -> Node {
        let arguments = call.args.iter().map(|argument| self.foreign_argument(argument)).collect();
        Node::foreign(Foreign::Call(Code::new(function), arguments))
    }

    /// An argument of a function that only rustc knows: literals stay as they are written, `&` stays a borrow.
    fn foreign_argument(&mut self, argument: &Expr) -> Node {
        match argument {
            Expr::Reference(reference) if reference.mutability.is_none() => {
                let inner = self.foreign_argument(&reference.expr);
                Node::foreign(Foreign::Borrow(inner.boxed()))
            }
            literal if is_plain_literal(literal) => Node::foreign(Foreign::Verbatim(Code::new(literal))),
            other => {
                let node = self.check(other, None);
                self.owned_value(node, other.span())
            }
        }
    }

    /// A part beside something that only rustc knows: a literal stays as it is written.
    pub(super) fn beside_unknown(&mut self, part: &Expr) -> Node {
        match is_plain_literal(part) {
            true => Node::foreign(Foreign::Verbatim(Code::new(part))),
            false => self.check(part, None),
        }
    }

    fn some(&mut self, call: &ExprCall, hint: Option<&Type>) -> Node {
        let Some(argument) = self.only_argument(call.args.iter(), "Some", call.span()) else {
            return Node::hole();
        };
        let inner_hint = match hint {
            Some(Type::Optional(inner)) => Some(inner.as_ref()),
            _ => None,
        };
        let inner = self.check(argument, inner_hint);
        let inner = self.owned_value(inner, argument.span());
        if let Type::Optional(_) = inner.ty {
            let message = "this is an optional already";
            return self.report(&code::WRONG_ARGUMENT, argument.span(), message, "leave out `Some(…)`");
        }
        let inner = match inner_hint {
            Some(ty) if self.fits(&inner, ty) => self.made_to_fit(inner, ty),
            _ => inner,
        };
        let ty = Type::optional(inner.ty.clone());
        Node::new(Kind::Some(inner.boxed()), ty)
    }

    /// `Money(…)`.
    fn constructor(&mut self, id: TypeId, call: &ExprCall) -> Node {
        let declared = self.domain.ty(id);
        let name = declared.name.as_str();
        match &declared.kind {
            TypeKind::Newtype { inner, .. } => {
                let Some(argument) = self.only_argument(call.args.iter(), name, call.span()) else {
                    return Node::hole();
                };
                let inner = Type::of(inner);
                let value = self.check(argument, Some(&inner));
                let value =
                    self.fit(value, &inner, argument.span(), &code::WRONG_ARGUMENT, &format!("by `{name}`"));
                Node::new(Kind::New(id, value.boxed()), Type::Named(id))
            }
            TypeKind::Struct(fields) => {
                let fields: Vec<String> = fields.iter().map(|field| format!("{}: …", field.name)).collect();
                let message = format!("{} has named fields", quote(name));
                self.report(
                    &code::VARIANT_FIELDS,
                    call.span(),
                    message,
                    format!("write `{name} {{ {} }}`", fields.join(", ")),
                )
            }
            TypeKind::Enum(variants) => {
                let names = quote_all(variants.iter().map(|it| it.name.as_str()).take(12), "and");
                let message = format!("{} is an enum, and no value by itself", quote(name));
                self.report(
                    &code::VARIANT_FIELDS,
                    call.span(),
                    message,
                    format!("name one of its variants: {names}"),
                )
            }
            TypeKind::Extern(_) => {
                let function = super::render::ident(declared.name.camel());
                self.foreign_call(quote!(#function), call)
            }
        }
    }

    fn only_argument<'e>(
        &mut self,
        mut arguments: impl ExactSizeIterator<Item = &'e Expr>,
        name: &str,
        at: Part,
    ) -> Option<&'e Expr> {
        if arguments.len() == 1 {
            return arguments.next();
        }
        self.report_count(name, 1, arguments.len(), at);
        None
    }

    pub(super) fn report_count(&mut self, name: &str, takes: usize, given: usize, at: Part) {
        let counted = |count: usize| match count {
            0 => String::from("no arguments"),
            1 => String::from("one argument"),
            count => format!("{count} arguments"),
        };
        let message = format!(
            "`{name}` takes {}, and there {} {}",
            counted(takes),
            if given == 1 { "is" } else { "are" },
            given
        );
        self.report(&code::ARGUMENT_COUNT, at, message, format!("give it {}", counted(takes)));
    }

    /// `Holder { name: … }` and `Contact::Phone { number: … }`.
    pub(super) fn struct_literal(&mut self, literal: &ExprStruct) -> Node {
        let segments: Vec<String> =
            literal.path.segments.iter().map(|segment| plain(&segment.ident)).collect();
        let declared = segments.first().and_then(|name| self.declared(name));
        let (Some((id, declared)), None) = (declared, &literal.qself) else {
            let known = self.domain.types.iter().map(|ty| ty.name.as_str());
            let name = segments.first().map(String::as_str).unwrap_or_default();
            let help = did_you_mean(name, known)
                .unwrap_or_else(|| String::from("make it by a function of your own"));
            let message = format!("no struct or enum is called {}", quote(name));
            return self.report(&code::UNKNOWN_NAME, literal.path.span(), message, help);
        };
        if let Some(rest) =
            literal.rest.as_ref().map(|it| it.span()).or(literal.dot2_token.as_ref().map(|it| it.span()))
        {
            let help = "write every field";
            return self.report(
                &code::NOT_IN_THE_LANGUAGE,
                rest,
                "fields are not taken from another value",
                help,
            );
        }
        match (&declared.kind, literal.path.segments.len()) {
            (TypeKind::Struct(fields), 1) => {
                let owner = format!("the type {}", quote(declared.name.as_str()));
                match self.literal_fields(literal, fields, &owner) {
                    Some(values) => Node::new(Kind::Struct(id, values), Type::Named(id)),
                    None => Node::hole(),
                }
            }
            (TypeKind::Enum(variants), 2) => {
                let Some(name) = literal.path.segments.last().map(|segment| &segment.ident) else {
                    return Node::hole();
                };
                let Some(index) = variants.iter().position(|variant| variant.name.as_str() == plain(name))
                else {
                    return self.unknown_variant(declared, name);
                };
                let Some(variant) = variants.get(index) else { return Node::hole() };
                let owner = format!("the variant {}", quote(variant.name.as_str()));
                match self.literal_fields(literal, &variant.fields, &owner) {
                    Some(values) => Node::new(Kind::Variant(id, index, values), Type::Named(id)),
                    None => Node::hole(),
                }
            }
            _ => {
                let message = format!("{} is made in another way", quote(declared.name.as_str()));
                let help = match &declared.kind {
                    TypeKind::Newtype { .. } => format!("write `{}(…)`", declared.name),
                    TypeKind::Enum(_) => format!("name one of its variants: `{}::…`", declared.name),
                    _ => String::from("make it by a function of your own"),
                };
                self.report(&code::VARIANT_FIELDS, literal.path.span(), message, help)
            }
        }
    }

    /// One value for each field, in the order of their declaration.
    fn literal_fields(&mut self, literal: &ExprStruct, fields: &[Field], owner: &str) -> Option<Vec<Node>> {
        let mut values: Vec<Option<Node>> = fields.iter().map(|_| None).collect();
        let mut is_sound = true;
        for written in &literal.fields {
            let name = match &written.member {
                Member::Named(ident) => plain(ident),
                Member::Unnamed(index) => index.index.to_string(),
            };
            let Some(place) = fields.iter().position(|field| field.name.as_str() == name) else {
                let names = || fields.iter().map(|field| field.name.as_str());
                let help = did_you_mean(&name, names())
                    .unwrap_or_else(|| format!("it has {}", quote_all(names(), "and")));
                let message = format!("{owner} has no field {}", quote(&name));
                self.report(&code::UNKNOWN_FIELD, written.member.span(), message, help);
                is_sound = false;
                continue;
            };
            let ty = fields.get(place).map(|field| Type::of(&field.ty)).unwrap_or(Type::Unknown);
            let value = self.check(&written.expr, Some(&ty));
            let value = self.fit(
                value,
                &ty,
                written.expr.span(),
                &code::WRONG_RESULT,
                &format!("by {}", quote(&name)),
            );
            if let Some(slot) = values.get_mut(place)
                && slot.replace(value).is_some()
            {
                self.report(
                    &code::FIELDS_OF_LITERAL,
                    written.member.span(),
                    format!("{} is written twice", quote(&name)),
                    "remove one of them",
                );
                is_sound = false;
            }
        }
        let missing = |(field, value): (&Field, &Option<Node>)| {
            (value.is_none() && !matches!(field.ty, TypeRef::Optional(_)))
                .then(|| Name::as_str(&field.name).to_owned())
        };
        let missing: Vec<String> = fields.iter().zip(&values).filter_map(missing).collect();
        if is_sound && !missing.is_empty() {
            let names = quote_all(missing.iter().map(String::as_str), "and");
            self.report(
                &code::FIELDS_OF_LITERAL,
                literal.path.span(),
                format!("{owner} has {names} too"),
                format!("add {names}"),
            );
            is_sound = false;
        }
        let absent = |field: &Field| Node::new(Kind::Nothing, Type::of(&field.ty));
        is_sound.then(|| {
            fields.iter().zip(values).map(|(field, value)| value.unwrap_or_else(|| absent(field))).collect()
        })
    }

    /// `[a, b]` in the place of a list or set.
    pub(super) fn collection(&mut self, items: &ExprArray, hint: Option<&Type>) -> Node {
        let (ty, item) = match hint {
            Some(ty @ (Type::List(item) | Type::Set(item))) => {
                (Some(ty.clone()), Some(item.as_ref().clone()))
            }
            _ => (None, None),
        };
        let mut item = item;
        let mut nodes = Vec::new();
        for part in &items.elems {
            let node = self.check(part, item.as_ref());
            let node = self.owned_value(node, part.span());
            let node = match &item {
                Some(ty) => self.fit(node, ty, part.span(), &code::WRONG_RESULT, "by the list"),
                None => {
                    item = Some(node.ty.clone()).filter(|ty| !ty.is_unknown());
                    node
                }
            };
            nodes.push(node);
        }
        let ty = ty.unwrap_or_else(|| Type::List(Box::new(item.unwrap_or(Type::Unknown))));
        Node::new(Kind::Collection(nodes), ty)
    }

    /// `state.stock[command.sku]`.
    pub(super) fn index(&mut self, index: &ExprIndex) -> Node {
        let map = self.check(&index.expr, None);
        match map.ty.clone() {
            Type::Unknown => {
                if !matches!(map.kind, Kind::Hole) {
                    let help = "look into it with a function of your own";
                    return self.report(
                        &code::NOT_INDEXED,
                        index.expr.span(),
                        "what is looked into is not known here",
                        help,
                    );
                }
                map
            }
            Type::Map(key_type, value) => {
                let key = self.check(&index.index, Some(&key_type));
                let key = self.fit(key, &key_type, index.index.span(), &code::WRONG_KEY, "as the key");
                if !value.has_default(self.domain) {
                    let message = format!(
                        "an entry that is not there would be {}, which has no default",
                        value.describe(self.domain)
                    );
                    let help = "ask for it with `.get(…)`, which gives an optional";
                    return self.report(&code::NO_DEFAULT, index.span(), message, help);
                }
                Node::new(Kind::Entry(map.boxed(), key.boxed()), *value)
            }
            ty => {
                let message =
                    format!("only maps are looked into with `[…]`, and this is {}", ty.describe(self.domain));
                let help = match ty {
                    Type::List(_) => {
                        "a list may be shorter: `.get(0)`, `.first()` and `.last()` give an optional"
                    }
                    Type::Set(_) => "ask a set with `.contains(…)`",
                    Type::Optional(_) => "it may be absent: `….is_some_and(|it| it[…] == …)`",
                    _ => "leave the brackets out",
                };
                self.report(&code::NOT_INDEXED, index.expr.span(), message, help)
            }
        }
    }

    pub(super) fn method_call(&mut self, call: &ExprMethodCall) -> Node {
        let receiver = self.check(&call.receiver, None);
        if matches!(receiver.kind, Kind::Hole) {
            return Node::hole();
        }
        let receiver = match receiver.ty {
            Type::Items(_) => receiver,
            _ => self.owned_value(receiver, call.receiver.span()),
        };
        let name = plain(&call.method);
        if let Some(walk) = method::walks(&receiver.ty).iter().find(|walk| walk.name() == name) {
            return self.walk(*walk, receiver, call);
        }
        let (known, is_open) = method::of(&receiver.ty);
        match known.iter().find(|method| method.name == name) {
            Some(method) => self.known_method(method, receiver, call),
            None if is_open => {
                let method = &call.method;
                let turbofish = &call.turbofish;
                let arguments = call.args.iter().map(|argument| self.foreign_argument(argument)).collect();
                Node::foreign(Foreign::Method(
                    receiver.boxed(),
                    Code::new(quote!(#method #turbofish)),
                    arguments,
                ))
            }
            None => self.unknown_method(&receiver.ty, call),
        }
    }

    fn unknown_method(&mut self, ty: &Type, call: &ExprMethodCall) -> Node {
        let name = plain(&call.method);
        let panics = matches!(name.as_str(), "unwrap" | "expect" | "unwrap_unchecked" | "unwrap_or_else");
        if matches!(ty, Type::Optional(_)) && panics {
            let message = format!("`{name}` has no answer where the value is absent");
            return self.report(
                &code::UNKNOWN_METHOD,
                call.method.span(),
                message,
                "say what counts then: `….unwrap_or(…)`",
            );
        }
        let known: Vec<&str> = method::of(ty)
            .0
            .iter()
            .map(|it| it.name)
            .chain(method::walks(ty).iter().map(|it| it.name()))
            .collect();
        let help = match ty {
            Type::Optional(inner) if method::of(inner).0.iter().any(|method| method.name == name) => {
                format!("it may be absent: `….is_some_and(|it| it.{name}(…))`, or `….unwrap_or(…)`")
            }
            _ => method::other_word(&name)
                .filter(|word| known.contains(word))
                .map(|word| format!("did you mean {}?", quote(word)))
                .or_else(|| did_you_mean(&name, known.iter().copied()))
                .unwrap_or_else(|| {
                    format!(
                        "it has {}",
                        quote_all(known.iter().copied().filter(|it| *it != "clone").take(16), "and")
                    )
                }),
        };
        let message = format!("{} has no method {}", ty.describe(self.domain), quote(&name));
        self.report(&code::UNKNOWN_METHOD, call.method.span(), message, help)
    }

    fn known_method(&mut self, method: &'static Method, receiver: Node, call: &ExprMethodCall) -> Node {
        if call.args.len() != method.takes.len() {
            self.report_count(method.name, method.takes.len(), call.args.len(), call.method.span());
            return Node::hole();
        }
        if method.gives == Gives::Itself {
            return receiver;
        }
        let ty = receiver.ty.clone();
        if let Some(refusal) = self.unfit_items(method, &ty) {
            return self.report(&code::OPERAND, call.method.span(), refusal.0, refusal.1);
        }
        let arguments: Vec<Node> = call
            .args
            .iter()
            .zip(method.takes)
            .map(|(argument, takes)| self.argument(argument, *takes, &ty, method.name))
            .collect();
        let result = method::result(method.gives, &ty, self.domain);
        Node::new(Kind::Method(method, receiver.boxed(), arguments), result)
    }

    /// Why items cannot be added up or compared.
    fn unfit_items(&self, method: &Method, ty: &Type) -> Option<(String, String)> {
        let item = match ty {
            Type::Items(item) | Type::Optional(item) => item.as_ref(),
            other => other,
        };
        if item.is_unknown() {
            return None;
        }
        let described = item.describe(self.domain);
        match method.gives {
            Gives::Sum if !item.is_number(self.domain) => Some((
                format!("only numbers are added up, and these are {described}"),
                String::from("name a number of each: `.map(|it| it.…).sum()`"),
            )),
            Gives::Extreme if !item.is_totally_ordered(self.domain) => Some((
                format!("{described} has no order, so there is no least or greatest"),
                String::from("name what is compared: `.map(|it| it.…).max()`"),
            )),
            Gives::Held if method.takes.is_empty() && !item.has_default(self.domain) => Some((
                format!("{described} has no default"),
                String::from("say what counts: `….unwrap_or(…)`"),
            )),
            _ => None,
        }
    }

    fn argument(&mut self, argument: &Expr, takes: Takes, receiver: &Type, name: &str) -> Node {
        let wanted = match (takes, receiver) {
            (Takes::Text, _) => TEXT,
            (Takes::Item, Type::List(item) | Type::Set(item)) => item.as_ref().clone(),
            (Takes::Key, Type::Map(key, _)) => key.as_ref().clone(),
            (Takes::Held, Type::Optional(inner)) => inner.as_ref().clone(),
            (Takes::Index, _) => Type::Length,
            (Takes::Places, _) => Type::Scalar(Scalar::U32),
            (Takes::Same | Takes::SameBorrowed, ty) => ty.clone(),
            _ => Type::Unknown,
        };
        let node = self.check(argument, Some(&wanted));
        let node = self.owned_value(node, argument.span());
        self.fit(node, &wanted, argument.span(), &code::WRONG_ARGUMENT, &format!("by `{name}`"))
    }
}

/// Whether an expression is nothing but a literal, with or without a sign.
fn is_plain_literal(part: &Expr) -> bool {
    match part {
        Expr::Lit(_) => {
            is_literal(part)
                || matches!(part, Expr::Lit(literal) if matches!(literal.lit, syn::Lit::Bool(_) | syn::Lit::Char(_)))
        }
        Expr::Unary(unary) => matches!(unary.op, syn::UnOp::Neg(_)) && is_plain_literal(&unary.expr),
        _ => false,
    }
}
