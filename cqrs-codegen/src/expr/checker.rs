//! The walk over one expression: each construct to the file that knows it, and each value to the type of its place.
//!
//! A part that was reported becomes a hole of unknown type, against which nothing more is said.

use proc_macro2::Span as Part;
use syn::Expr;
use syn::spanned::Spanned as _;

use crate::code::{Code, expression as code};
use crate::diagnostic::{Diagnostic, Diagnostics, quote};
use crate::model::{Domain, EventId, Expression, Purpose, Scalar, TypeKind};
use crate::source::Span;

use super::literal::example;
use super::node::{Fact, Kind, Local, Node};
use super::refuse;
use super::ty::{BOOL, TEXT, Type};

/// What the walk carries along.
pub(super) struct Checker<'a> {
    pub(super) domain: &'a Domain,
    pub(super) expression: &'a Expression,
    /// The event that `event` is, where the scope has several.
    pub(super) event: Option<EventId>,
    /// The parameters of the closures that are open, the innermost last.
    pub(super) locals: Vec<(Local, Type)>,
    pub(super) diagnostics: &'a mut Diagnostics,
}

impl Checker<'_> {
    /// The whole expression, made to fit its place.
    pub(super) fn whole(&mut self, syntax: &Expr) -> Node {
        if refuse::attributes(self, syntax) {
            return Node::hole();
        }
        let expected = self.expression.expected.as_ref().map(Type::of);
        let node = self.check(syntax, expected.as_ref());
        let node = self.owned_value(node, syntax.span());
        match expected {
            Some(_) if self.expression.purpose == Purpose::Condition => self.condition(
                node,
                syntax.span(),
                &code::NOT_A_CONDITION,
                "a condition is `true` or `false`",
            ),
            Some(expected) => self.fit(node, &expected, syntax.span(), &code::WRONG_RESULT, "here"),
            None => node,
        }
    }

    /// A part, which takes the type `hint` where it is a literal without a type of its own.
    pub(super) fn check(&mut self, part: &Expr, hint: Option<&Type>) -> Node {
        match part {
            Expr::Paren(inner) => self.check(&inner.expr, hint),
            Expr::Group(inner) => self.check(&inner.expr, hint),
            Expr::Lit(literal) => self.literal(&literal.lit, false, hint),
            Expr::Path(path) => self.path(path, hint),
            Expr::Field(field) => self.field(field),
            Expr::Unary(unary) => self.unary(unary, hint),
            Expr::Binary(binary) => self.binary(binary, hint),
            Expr::If(branch) => self.branch(branch, hint),
            Expr::Index(index) => self.index(index),
            Expr::Call(call) => self.call(call, hint),
            Expr::MethodCall(call) => self.method_call(call),
            Expr::Struct(literal) => self.struct_literal(literal),
            Expr::Array(items) => self.collection(items, hint),
            // What is borrowed is the compiler's business, so `&` changes nothing.
            Expr::Reference(reference) if reference.mutability.is_none() => self.check(&reference.expr, hint),
            Expr::Block(block) => match refuse::only_value(block) {
                Some(value) => self.check(value, hint),
                None => self.refuse(part),
            },
            other => self.refuse(other),
        }
    }

    /// Reports a construct that is no part of the language.
    fn refuse(&mut self, part: &Expr) -> Node {
        let refusal = refuse::refusal(part);
        self.report(refusal.code, refusal.at, refusal.message, refusal.help)
    }

    /// A condition and two values.
    fn branch(&mut self, branch: &syn::ExprIf, hint: Option<&Type>) -> Node {
        if let Some(pattern) = refuse::pattern_in(&branch.cond) {
            let help = "ask an optional with `is_some_and`, or an enum with `==`";
            return self.report(&code::PATTERN, pattern, "an expression does not match patterns", help);
        }
        let condition = self.check(&branch.cond, Some(&BOOL));
        let condition = self.condition(
            condition,
            branch.cond.span(),
            &code::NOT_A_TRUTH,
            "`if` asks for `true` or `false`",
        );
        let then = match refuse::value_of(&branch.then_branch) {
            Ok(value) => (self.check(value, hint), value.span()),
            Err(at) => (self.refuse_statements(at), at),
        };
        let Some((_, otherwise)) = &branch.else_branch else {
            let help = "add `else { … }` with the value for the other case";
            return self.report(
                &code::NO_ELSE,
                branch.span(),
                "an `if` without `else` has no value where its condition does not hold",
                help,
            );
        };
        let otherwise = (
            self.check(otherwise, hint.or(Some(&then.0.ty)).filter(|it| !it.is_unknown())),
            otherwise.span(),
        );
        let (then, otherwise) = self.same_type(then, otherwise, hint);
        let ty = then.ty.clone();
        Node::new(Kind::If(condition.boxed(), then.boxed(), otherwise.boxed()), ty)
    }

    fn refuse_statements(&mut self, at: Part) -> Node {
        let help = "write one value between the braces; what takes steps is a function of your own";
        self.report(&code::STATEMENT, at, "an expression has no statements", help)
    }

    /// Two branches as values of one type.
    fn same_type(
        &mut self,
        then: (Node, Part),
        otherwise: (Node, Part),
        hint: Option<&Type>,
    ) -> (Node, Node) {
        let (then, then_at) = (self.owned_value(then.0, then.1), then.1);
        let (otherwise, otherwise_at) = (self.owned_value(otherwise.0, otherwise.1), otherwise.1);
        let candidates = [hint.cloned(), Some(then.ty.clone()), Some(otherwise.ty.clone())];
        for ty in candidates.into_iter().flatten() {
            if self.fits(&then, &ty) && self.fits(&otherwise, &ty) {
                return (self.made_to_fit(then, &ty), self.made_to_fit(otherwise, &ty));
            }
        }
        let (left, right) = (self.describe(&then), self.describe(&otherwise));
        let diagnostic = Diagnostic::new(
            &code::BRANCHES_DIFFER,
            self.place(otherwise_at),
            format!("the branches of `if` have different types: {left} and {right}"),
        );
        let first = self.place(then_at);
        self.diagnostics.push(
            diagnostic
                .label(format!("this is {right}"))
                .also(first, format!("this is {left}"))
                .help("let both have one type"),
        );
        (Node::hole(), Node::hole())
    }

    /// A condition, or a report under `code`.
    pub(super) fn condition(&mut self, node: Node, at: Part, code: &'static Code, what: &str) -> Node {
        if node.ty == BOOL || node.ty.is_unknown() {
            return node;
        }
        let help = match &node.ty {
            Type::Optional(_) => String::from("ask with `.is_some()` whether it is there"),
            ty if ty.is_number(self.domain) => String::from("compare it: `… > 0`"),
            Type::List(_) | Type::Set(_) | Type::Map(..) => {
                String::from("ask with `.is_empty()` whether there is anything in it")
            }
            ty if *ty == TEXT => String::from("compare it: `… == \"text\"`, or ask with `.is_empty()`"),
            _ => String::from("compare it with something: `… == …`"),
        };
        let found = node.ty.describe(self.domain);
        let place = self.place(at);
        self.diagnostics.push(
            Diagnostic::new(code, place, format!("{what}, and this is {found}")).label(found).help(help),
        );
        Node::hole()
    }

    /// The node as a value of `ty`, or a report under `code`.
    pub(super) fn fit(&mut self, node: Node, ty: &Type, at: Part, code: &'static Code, place: &str) -> Node {
        if self.fits(&node, ty) {
            return self.made_to_fit(node, ty);
        }
        let (wanted, found) = (ty.describe(self.domain), self.describe(&node));
        let message = format!("{wanted} is wanted {place}, and this is {found}");
        let help = self.way_between(&node, ty);
        let span = self.place(at);
        self.diagnostics.push(Diagnostic::new(code, span, message).label(found).maybe_help(help));
        Node::hole()
    }

    /// Whether every value of the node is one of `ty`.
    pub(super) fn fits(&self, node: &Node, ty: &Type) -> bool {
        let from = &node.ty;
        if from == ty || from.has_unknown() || ty.has_unknown() || from.widens_to(ty) {
            return true;
        }
        match (from, ty) {
            (Type::Optional(from), Type::Optional(to)) => from.widens_to(to),
            (_, Type::Optional(to)) => self.fits(node, to),
            _ => matches!(node.kind, Kind::Fact(Fact::AggregateId(_))) && *ty == TEXT,
        }
    }

    /// The node as a value of a type that it fits.
    pub(super) fn made_to_fit(&self, node: Node, ty: &Type) -> Node {
        let from = node.ty.clone();
        if from == *ty || from.has_unknown() || ty.has_unknown() {
            return node;
        }
        match (&from, ty) {
            (Type::Optional(_), _) => Node::new(Kind::Widened(node.boxed()), ty.clone()),
            (_, Type::Optional(to)) => {
                let inner = self.made_to_fit(node, to);
                Node::new(Kind::Some(inner.boxed()), ty.clone())
            }
            _ if matches!(node.kind, Kind::Fact(Fact::AggregateId(_))) => {
                Node::new(Kind::Fact(Fact::AggregateIdText), ty.clone())
            }
            _ => Node::new(Kind::Widened(node.boxed()), ty.clone()),
        }
    }

    /// What a part is, in words: a literal that took no type from its place is just a number or a text.
    pub(super) fn describe(&self, node: &Node) -> String {
        match node.kind {
            Kind::Literal(Scalar::String, _) => String::from("a text"),
            Kind::Literal(scalar, _) if scalar.is_number() => String::from("a number"),
            _ => node.ty.describe(self.domain),
        }
    }

    /// What to write in the place of a literal number, where what is wanted is written as a text.
    pub(super) fn number_as_text(&self, number: &Node, wanted: &Type) -> Option<String> {
        let (_, digits) = number.literal().filter(|(scalar, _)| scalar.is_number())?;
        match wanted.stored_scalar(self.domain)? {
            Scalar::String => Some(format!("write a text: `\"{digits}\"`")),
            scalar => example(scalar).map(|example| format!("a `{}` is written as {example}", scalar.name())),
        }
    }

    /// How a value of one type becomes one of the other, where there is a way.
    fn way_between(&self, node: &Node, to: &Type) -> Option<String> {
        let text = |ty: &Type| ty.to_ref().map(|ty| self.domain.type_text(&ty));
        let from = &node.ty;
        if let Some(help) = self.number_as_text(node, to) {
            return Some(help);
        }
        if let (Kind::Literal(Scalar::String, literal), Type::Named(id)) = (&node.kind, to)
            && let TypeKind::Enum(variants) = &self.domain.ty(*id).kind
            && variants.iter().any(|variant| variant.name.as_str() == literal)
        {
            return Some(format!("write {}", quote(&format!("{}::{literal}", self.domain.ty(*id).name))));
        }
        if to.newtype_inner(self.domain).is_some_and(|inner| self.fits(node, &inner)) {
            return Some(format!("wrap it: `{}(…)`", text(to)?));
        }
        if from.newtype_inner(self.domain).is_some_and(|inner| inner == *to || inner.widens_to(to)) {
            return Some(String::from("take what it holds: `….0`"));
        }
        match (from, to) {
            (Type::Optional(inner), to) if **inner == *to || inner.widens_to(to) => {
                Some(String::from("say what counts where it is absent: `….unwrap_or(…)`"))
            }
            (from, to) if from.is_number(self.domain) && to.is_number(self.domain) => Some(String::from(
                "a number is widened where nothing can be lost; a conversion that may lose something is a function of your own",
            )),
            (from, to) if *to == TEXT && from.scalar().is_some() => {
                Some(String::from("write it as text: `….to_string()`"))
            }
            _ => None,
        }
    }

    /// A value that can be kept: not the bare items of a collection, not an owner as a whole.
    pub(super) fn owned_value(&mut self, node: Node, at: Part) -> Node {
        match (&node.kind, &node.ty) {
            (_, Type::Items(_)) => {
                let help = "ask something of them: `.any(…)`, `.all(…)`, `.count()` or `.sum()`";
                self.report(
                    &code::UNFINISHED,
                    at,
                    "the items of a collection are no value by themselves",
                    help,
                )
            }
            (Kind::Owner(name), ty) if ty.is_unknown() && *name != "value" => {
                let name = *name;
                let message = format!("`{name}` as a whole is no value");
                self.report(&code::WHOLE_OWNER, at, message, format!("name a field of it: `{name}.…`"))
            }
            _ => node,
        }
    }

    /// The place in the schema of a part of the expression.
    pub(super) fn place(&self, part: Part) -> Span {
        self.expression.text.place(part.byte_range())
    }

    /// Reports something with a way out; the part becomes a hole.
    pub(super) fn report(
        &mut self,
        code: &'static Code,
        at: Part,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Node {
        let span = self.place(at);
        self.diagnostics.push(Diagnostic::new(code, span, message).help(help));
        Node::hole()
    }
}

/// The text of an identifier, without `r#`.
pub(super) fn plain(name: &syn::Ident) -> String {
    let name = name.to_string();
    name.strip_prefix("r#").map(str::to_owned).unwrap_or(name)
}
