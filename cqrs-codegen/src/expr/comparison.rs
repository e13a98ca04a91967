//! Comparisons: both sides have one type, and the answer is not known beforehand.

use proc_macro2::Span as Part;
use syn::spanned::Spanned as _;
use syn::{Expr, ExprBinary};

use crate::code::expression as code;
use crate::diagnostic::Diagnostic;
use crate::model::{Scalar, TypeKind};

use super::checker::Checker;
use super::literal::range;
use super::node::{Comparison, Kind, Node};
use super::operator::{is_literal, negated};
use super::ty::{BOOL, Type};

impl Checker<'_> {
    pub(super) fn comparison(&mut self, comparison: Comparison, binary: &ExprBinary) -> Node {
        let (left_at, right_at) = (binary.left.span(), binary.right.span());
        if binary.left == binary.right {
            let message = "both sides are the same, so the answer is always the same";
            return self.report(
                &code::SAME_SIDES,
                binary.span(),
                message,
                "compare with something else, or leave it out",
            );
        }
        let (left, right) = if takes_its_type(&binary.left) && !takes_its_type(&binary.right) {
            let right = self.side(&binary.right, None);
            (self.side(&binary.left, Some(&right.ty)), right)
        } else {
            let left = self.side(&binary.left, None);
            let right = self.side(&binary.right, Some(&left.ty));
            (left, right)
        };
        if matches!(left.kind, Kind::Hole) || matches!(right.kind, Kind::Hole) {
            return Node::hole();
        }
        let Some((left, right)) = self.of_one_type(left, right, (left_at, right_at)) else {
            return Node::hole();
        };
        if comparison.is_order() && !self.has_order(&left.ty, &right.ty, left_at) {
            return Node::hole();
        }
        match self.against_its_limit(comparison, &left, &right, binary) {
            Some(comparison) => simplified(comparison, left, right),
            None => Node::hole(),
        }
    }

    /// One side; a literal takes the type of the other.
    fn side(&mut self, part: &Expr, other: Option<&Type>) -> Node {
        let node = match other {
            Some(Type::Unknown) => self.beside_unknown(part),
            other => self.check(part, other),
        };
        self.owned_value(node, part.span())
    }

    /// Both sides as values of one type, or a report.
    fn of_one_type(&mut self, left: Node, right: Node, at: (Part, Part)) -> Option<(Node, Node)> {
        let (a, b) = (left.ty.clone(), right.ty.clone());
        if a == b || a.has_unknown() || b.has_unknown() {
            return Some(self.texts_in_newtypes(left, right));
        }
        if a.widens_to(&b) {
            return Some((self.made_to_fit(left, &b), right));
        }
        if b.widens_to(&a) {
            return Some((left, self.made_to_fit(right, &a)));
        }
        if a == Type::Length || b == Type::Length {
            let (left, right) = (self.counted(left), self.counted(right));
            return self.of_one_type(left, right, at);
        }
        // Two kinds of integers have a wider one in common, but for the widest without a sign.
        let widest = Type::Scalar(Scalar::I128);
        let is_integer = |ty: &Type| ty.scalar().and_then(Scalar::integer).is_some();
        if is_integer(&a) && is_integer(&b) && self.fits(&left, &widest) && self.fits(&right, &widest) {
            return Some((self.made_to_fit(left, &widest), self.made_to_fit(right, &widest)));
        }
        self.report_unlike(&left, &right, at);
        None
    }

    fn report_unlike(&mut self, left: &Node, right: &Node, at: (Part, Part)) {
        let (a, b) = (self.describe(left), self.describe(right));
        let is_optional = |node: &Node| matches!(&node.ty, Type::Optional(_));
        let (code, message, help) = match (is_optional(left), is_optional(right)) {
            (true, false) | (false, true) => {
                let plain = if is_optional(left) { right } else { left };
                let help = match plain.literal() {
                    Some((scalar, text)) if scalar.is_number() => format!(
                        "write `Some({text})`, or say what counts where it is absent: `….unwrap_or(…)`"
                    ),
                    _ => String::from(
                        "write `Some(…)` round the other side, or ask `….is_some_and(|it| it == …)`",
                    ),
                };
                (
                    &code::OPTIONAL_COMPARED,
                    format!("an optional is compared with what is no optional: {a} and {b}"),
                    help,
                )
            }
            _ => (
                &code::UNLIKE_COMPARED,
                format!("values of different types are compared: {a} and {b}"),
                self.way_to_compare(left, right),
            ),
        };
        let (left_at, right_at) = (self.place(at.0), self.place(at.1));
        self.diagnostics.push(
            Diagnostic::new(code, right_at, message)
                .label(format!("this is {b}"))
                .also(left_at, format!("this is {a}"))
                .help(help),
        );
    }

    fn way_to_compare(&self, left: &Node, right: &Node) -> String {
        let inner = |node: &Node| node.ty.newtype_inner(self.domain);
        for (newtype, other) in [(left, right), (right, left)] {
            if inner(newtype).is_some_and(|inner| self.fits(other, &inner)) {
                return String::from("compare what the newtype holds: `….0`");
            }
            if let (Type::Named(id), Kind::Literal(Scalar::String, text)) = (&newtype.ty, &other.kind)
                && let TypeKind::Enum(_) = &self.domain.ty(*id).kind
            {
                return format!("compare with a variant: `{}::{text}`", self.domain.ty(*id).name);
            }
        }
        for (text, number) in [(left, right), (right, left)] {
            if let Some(help) = self.number_as_text(number, &text.ty) {
                return help;
            }
        }
        String::from("compare values of one type")
    }

    /// A newtype of a text beside a literal is compared by the text that it holds, without making a new one.
    fn texts_in_newtypes(&self, left: Node, right: Node) -> (Node, Node) {
        let is_text = |node: &Node| {
            matches!(node.literal(), Some((Scalar::String, _))) && matches!(node.kind, Kind::New(..))
        };
        match (is_text(&left), is_text(&right)) {
            (false, true) => (self.held_text(left), inside(right)),
            (true, false) => (inside(left), self.held_text(right)),
            _ => (left, right),
        }
    }

    fn held_text(&self, node: Node) -> Node {
        match node.ty.newtype_inner(self.domain) {
            Some(inner) => self.held_text(Node::new(Kind::Inner(node.boxed()), inner)),
            None => node,
        }
    }

    fn has_order(&mut self, a: &Type, b: &Type, at: Part) -> bool {
        if a.has_unknown() || b.has_unknown() || a.is_ordered(self.domain) || a.is_extern(self.domain) {
            return true;
        }
        let help = match a {
            Type::Optional(_) => "say what counts where it is absent: `….unwrap_or(…)`",
            Type::List(_) | Type::Set(_) | Type::Map(..) => "compare how much is in them: `.len()`",
            ty if *ty == BOOL => "write the condition itself, or `!` before it",
            _ => "compare one of its fields",
        };
        let message = format!("{} has no order, so nothing is less or more than it", a.describe(self.domain));
        self.report(&code::NO_ORDER, at, message, help);
        false
    }

    /// The comparison as it is meant beside the least or greatest number of a type; a report where the answer follows
    /// from the type, which is hardly what was meant.
    fn against_its_limit(
        &mut self,
        comparison: Comparison,
        left: &Node,
        right: &Node,
        binary: &ExprBinary,
    ) -> Option<Comparison> {
        let (seen, number, limit) = match (left.literal(), right.literal()) {
            (None, Some((_, limit))) => (comparison, left, limit),
            (Some((_, limit)), None) => (comparison.mirrored(), right, limit),
            _ => return Some(comparison),
        };
        let (least, greatest) =
            match (&number.ty, number.ty.stored_scalar(self.domain).and_then(Scalar::integer)) {
                (Type::Length, _) => (String::from("0"), String::new()),
                (_, Some((is_signed, bits))) => range(is_signed, bits),
                _ => return Some(comparison),
            };
        let (is_least, is_greatest) = (limit == least, limit == greatest);
        let answer = match seen {
            Comparison::Ge if is_least => true,
            Comparison::Lt if is_least => false,
            Comparison::Le if is_greatest => true,
            Comparison::Gt if is_greatest => false,
            Comparison::Le if is_least => return Some(Comparison::Eq),
            Comparison::Ge if is_greatest => return Some(Comparison::Eq),
            _ => return Some(comparison),
        };
        let (bound, help) = match is_least {
            true => (format!("never below {least}"), format!("did you mean `> {least}`?")),
            false => (format!("never above {greatest}"), String::from("leave it out")),
        };
        let message = format!("this is always {answer}: {} is {bound}", number.ty.describe(self.domain));
        self.report(&code::KNOWN_ANSWER, binary.span(), message, help);
        None
    }
}

/// Whether a side has no type of its own: a literal, `None` or `Some(1)`.
fn takes_its_type(part: &Expr) -> bool {
    match part {
        Expr::Paren(inner) => takes_its_type(&inner.expr),
        Expr::Path(path) => path.path.is_ident("None"),
        Expr::Call(call) => {
            matches!(call.func.as_ref(), Expr::Path(path) if path.path.is_ident("Some"))
                && call.args.iter().all(takes_its_type)
        }
        Expr::Array(_) => true,
        other => is_literal(other),
    }
}

/// The literal inside newtypes.
fn inside(node: Node) -> Node {
    match node.kind {
        Kind::New(_, inner) => inside(*inner),
        _ => node,
    }
}

/// The comparison; one with a bare `true` or `false` is the other side itself, or its contrary.
fn simplified(comparison: Comparison, left: Node, right: Node) -> Node {
    if let (Kind::Literal(Scalar::Bool, text), false) = (&right.kind, comparison.is_order()) {
        return if (text == "true") == (comparison == Comparison::Eq) { left } else { negated(left) };
    }
    if let (Kind::Literal(Scalar::Bool, text), false) = (&left.kind, comparison.is_order()) {
        return if (text == "true") == (comparison == Comparison::Eq) { right } else { negated(right) };
    }
    Node::new(Kind::Comparison(comparison, left.boxed(), right.boxed()), BOOL)
}
