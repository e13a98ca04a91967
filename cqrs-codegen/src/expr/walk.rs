//! Closures: one parameter, one value, in the few methods that ask something of each item or of what an optional holds.
//!
//! Nothing in a closure may fail, for there is nowhere to fail to; only a sum may add up what is calculated.

use quote::ToTokens as _;
use syn::spanned::Spanned as _;
use syn::{Expr, ExprClosure, ExprMethodCall, Pat};

use crate::code::expression as code;
use crate::model::Scalar;

use super::checker::{Checker, plain};
use super::method::Gives;
use super::node::{Closure, Held, Kind, Local, Node, Walk};
use super::ty::{BOOL, TEXT, Type};

/// Names that a parameter must not hide, in the schema or in the Rust that comes out.
const TAKEN: &[&str] = &["state", "command", "context", "event", "row", "meta", "value", "key"];

impl Checker<'_> {
    pub(super) fn walk(&mut self, walk: Walk, receiver: Node, call: &ExprMethodCall) -> Node {
        let [argument] = call.args.iter().collect::<Vec<_>>()[..] else {
            self.report_count(walk.name(), 1, call.args.len(), call.method.span());
            return Node::hole();
        };
        let Expr::Closure(closure) = argument else {
            let help = format!("write `.{}(|it| …)`", walk.name());
            return self.report(&code::CLOSURE, argument.span(), "a closure is wanted here", help);
        };
        let item = match &receiver.ty {
            Type::Items(item) | Type::Optional(item) => item.as_ref().clone(),
            _ => Type::Unknown,
        };
        let held = held(walk, &receiver, &item, self);
        let Some(parameter) = self.parameter(closure, held) else { return Node::hole() };
        self.locals.push((parameter.clone(), item));
        let body = self.body(walk, closure);
        self.locals.pop();
        if matches!(body.kind, Kind::Hole) {
            return Node::hole();
        }
        let may_fail = walk == Walk::Map && matches!(receiver.ty, Type::Items(_));
        if !may_fail && body.is_fallible() {
            let message = "arithmetic may overflow, and a closure has nowhere to say so";
            let help = "compare without calculating, or write a function of your own";
            return self.report(&code::FALLIBLE_CLOSURE, closure.body.span(), message, help);
        }
        let ty = match walk {
            Walk::Filter => receiver.ty.clone(),
            Walk::Map => Type::items(body.ty.clone()),
            Walk::MapOptional => Type::optional(body.ty.clone()),
            _ => BOOL,
        };
        Node::new(Kind::Walk(walk, receiver.boxed(), Box::new(Closure { parameter, body })), ty)
    }

    fn parameter(&mut self, closure: &ExprClosure, held: Held) -> Option<Local> {
        let pattern = match closure.inputs.first() {
            Some(pattern) if closure.inputs.len() == 1 => pattern,
            _ => {
                self.report(
                    &code::CLOSURE,
                    closure.span(),
                    "a closure here has one parameter",
                    "write `|it| …`",
                );
                return None;
            }
        };
        let name = match pattern {
            Pat::Ident(name)
                if name.by_ref.is_none() && name.mutability.is_none() && name.subpat.is_none() =>
            {
                plain(&name.ident)
            }
            _ => {
                let help = "write `|it| …`; what is borrowed is the compiler's business";
                self.report(&code::CLOSURE, pattern.span(), "a parameter is a plain name", help);
                return None;
            }
        };
        let is_shadowing = self.locals.iter().any(|(local, _)| local.name == name);
        if TAKEN.contains(&name.as_str()) || is_shadowing {
            let message = format!("the parameter `{name}` would hide what has this name already");
            self.report(&code::CLOSURE, pattern.span(), message, "give it another name: `|it| …`");
            return None;
        }
        if !is_plain(closure) {
            self.report(
                &code::CLOSURE,
                closure.span(),
                "a closure here is plain: `|it| …`",
                "leave out everything else",
            );
            return None;
        }
        Some(Local { name, held })
    }

    fn body(&mut self, walk: Walk, closure: &ExprClosure) -> Node {
        let at = closure.body.span();
        match walk {
            Walk::Map | Walk::MapOptional => {
                let body = self.check(&closure.body, None);
                let body = self.owned_value(body, at);
                match body.ty {
                    Type::Length => self.made_to_fit(body, &Type::Scalar(Scalar::U64)),
                    Type::Optional(_) if walk == Walk::MapOptional => {
                        let message = "an optional in an optional";
                        self.report(
                            &code::WRONG_ARGUMENT,
                            at,
                            message,
                            "say what counts where it is absent: `….unwrap_or(…)`",
                        )
                    }
                    _ => body,
                }
            }
            _ => {
                let body = self.check(&closure.body, Some(&BOOL));
                let body = self.owned_value(body, at);
                let what = format!("`{}` asks for `true` or `false`", walk.name());
                self.condition(body, at, &code::NOT_A_TRUTH, &what)
            }
        }
    }
}

/// How a closure's parameter holds the item.
fn held(walk: Walk, receiver: &Node, item: &Type, checker: &Checker<'_>) -> Held {
    match walk {
        Walk::IsSomeAnd | Walk::IsNoneOr | Walk::MapOptional if item.is_copy(checker.domain) => Held::Owned,
        Walk::IsSomeAnd | Walk::IsNoneOr | Walk::MapOptional if *item == TEXT => Held::Slice,
        Walk::IsSomeAnd | Walk::IsNoneOr | Walk::MapOptional => Held::Behind(1),
        Walk::Filter => match item_held(receiver) {
            Held::Owned => Held::Behind(1),
            Held::Behind(depth) => Held::Behind(depth + 1),
            Held::Slice => Held::Slice,
        },
        Walk::Any | Walk::All | Walk::Map => item_held(receiver),
    }
}

/// How items are held while they are walked through.
pub(super) fn item_held(items: &Node) -> Held {
    match &items.kind {
        Kind::Walk(Walk::Map, ..) => Held::Owned,
        Kind::Walk(Walk::Filter, inner, _) => item_held(inner),
        Kind::Method(method, ..) if method.gives == Gives::Characters => Held::Owned,
        _ => Held::Behind(1),
    }
}

/// Whether there is nothing about a closure but its parameter and its value.
fn is_plain(closure: &ExprClosure) -> bool {
    let first = closure.to_token_stream().into_iter().next();
    let begins_with_bar =
        matches!(first, Some(proc_macro2::TokenTree::Punct(punct)) if punct.as_char() == '|');
    begins_with_bar && matches!(closure.output, syn::ReturnType::Default)
}
