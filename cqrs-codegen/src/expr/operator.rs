//! Operators: arithmetic, comparison and logic, with what fits on either side of them.

use proc_macro2::Span as Part;
use syn::spanned::Spanned as _;
use syn::{BinOp, Expr, ExprBinary, ExprUnary, Lit, UnOp};

use crate::code::expression as code;
use crate::model::Scalar;

use super::checker::Checker;
use super::node::{Arithmetic, Kind, Logic, Node};
use super::ty::{BOOL, DURATION, TEXT, Type};

impl Checker<'_> {
    pub(super) fn unary(&mut self, unary: &ExprUnary, hint: Option<&Type>) -> Node {
        match unary.op {
            UnOp::Neg(_) => match number(&unary.expr) {
                Some(literal) => self.literal(literal, true, hint),
                None => {
                    let operand = self.check(&unary.expr, hint);
                    self.negative(operand, unary.span())
                }
            },
            UnOp::Not(_) => {
                let operand = self.check(&unary.expr, Some(&BOOL));
                let operand = self.condition(
                    operand,
                    unary.expr.span(),
                    &code::NOT_A_TRUTH,
                    "`!` turns `true` and `false` round",
                );
                negated(operand)
            }
            _ => {
                let help = "leave the `*` out: what is borrowed is the compiler's business";
                self.report(&code::NOT_IN_THE_LANGUAGE, unary.span(), "there is nothing to dereference", help)
            }
        }
    }

    fn negative(&mut self, operand: Node, at: Part) -> Node {
        let ty = operand.ty.clone();
        let stored = ty.stored_scalar(self.domain);
        let is_unsigned =
            ty == Type::Length || stored.and_then(Scalar::integer).is_some_and(|(is_signed, _)| !is_signed);
        if ty.is_unknown() {
            return Node::new(Kind::Negative(operand.boxed()), ty);
        }
        if is_unsigned {
            let message = format!("{} has no negative numbers", ty.describe(self.domain));
            return self.report(&code::OPERAND, at, message, "give it a type with a sign");
        }
        if !ty.is_number(self.domain) && ty != DURATION {
            let message = format!("`-` stands before a number, and this is {}", ty.describe(self.domain));
            let help = self.instead_of(&ty);
            return self.report(&code::OPERAND, at, message, help);
        }
        Node::new(Kind::Negative(operand.boxed()), ty)
    }

    pub(super) fn binary(&mut self, binary: &ExprBinary, hint: Option<&Type>) -> Node {
        use super::node::Comparison::{Eq, Ge, Gt, Le, Lt, Ne};
        match binary.op {
            BinOp::Add(_) => self.arithmetic(Arithmetic::Add, binary, hint),
            BinOp::Sub(_) => self.arithmetic(Arithmetic::Sub, binary, hint),
            BinOp::Mul(_) => self.arithmetic(Arithmetic::Mul, binary, hint),
            BinOp::Div(_) => self.arithmetic(Arithmetic::Div, binary, hint),
            BinOp::Rem(_) => self.arithmetic(Arithmetic::Rem, binary, hint),
            BinOp::And(_) => self.logic(Logic::And, binary),
            BinOp::Or(_) => self.logic(Logic::Or, binary),
            BinOp::Eq(_) => self.comparison(Eq, binary),
            BinOp::Ne(_) => self.comparison(Ne, binary),
            BinOp::Lt(_) => self.comparison(Lt, binary),
            BinOp::Le(_) => self.comparison(Le, binary),
            BinOp::Gt(_) => self.comparison(Gt, binary),
            BinOp::Ge(_) => self.comparison(Ge, binary),
            BinOp::BitAnd(op) => self.bits(op.span(), "did you mean `&&`?"),
            BinOp::BitOr(op) => self.bits(op.span(), "did you mean `||`?"),
            BinOp::BitXor(op) => self.bits(op.span(), "did you mean `!=`?"),
            BinOp::Shl(op) => self.bits(op.span(), "multiply instead"),
            BinOp::Shr(op) => self.bits(op.span(), "divide instead"),
            op => {
                let help = "write what the field becomes: `balance: state.balance + event.amount`";
                self.report(&code::CHANGE, op.span(), "an expression changes nothing", help)
            }
        }
    }

    fn bits(&mut self, at: Part, help: &str) -> Node {
        self.report(&code::NOT_IN_THE_LANGUAGE, at, "there is no arithmetic of bits", help)
    }

    fn logic(&mut self, logic: Logic, binary: &ExprBinary) -> Node {
        let word = if logic == Logic::And { "&&" } else { "||" };
        let what = format!("`{word}` joins `true` and `false`");
        if binary.left == binary.right {
            return self.report(
                &code::SAME_SIDES,
                binary.span(),
                format!("both sides of `{word}` are the same"),
                "one of them is enough",
            );
        }
        let left = self.check(&binary.left, Some(&BOOL));
        let left = self.condition(left, binary.left.span(), &code::NOT_A_TRUTH, &what);
        let right = self.check(&binary.right, Some(&BOOL));
        let right = self.condition(right, binary.right.span(), &code::NOT_A_TRUTH, &what);
        Node::new(Kind::Logic(logic, left.boxed(), right.boxed()), BOOL)
    }

    fn arithmetic(&mut self, operation: Arithmetic, binary: &ExprBinary, hint: Option<&Type>) -> Node {
        let (left, right) = self.operands(operation, binary, hint);
        if matches!(operation, Arithmetic::Div | Arithmetic::Rem) && right.is_zero() {
            let message = "this divides by zero";
            return self.report(
                &code::DIVISION_BY_ZERO,
                binary.right.span(),
                message,
                "divide by something else",
            );
        }
        if matches!(left.kind, Kind::Hole) || matches!(right.kind, Kind::Hole) {
            return Node::hole();
        }
        self.joined(operation, left, right, binary)
    }

    /// Both sides; a literal takes its type from the side that has one.
    fn operands(&mut self, operation: Arithmetic, binary: &ExprBinary, hint: Option<&Type>) -> (Node, Node) {
        match (is_literal(&binary.left), is_literal(&binary.right)) {
            (true, false) => {
                let right = self.check(&binary.right, None);
                if right.ty.is_unknown() {
                    return (self.beside_unknown(&binary.left), right);
                }
                let hint = self.literal_beside(operation, &binary.left, &right.ty);
                (self.check(&binary.left, hint.as_ref()), right)
            }
            (false, true) => {
                let left = self.check(&binary.left, hint.filter(|_| is_open(&binary.left)));
                if left.ty.is_unknown() {
                    let right = self.beside_unknown(&binary.right);
                    return (left, right);
                }
                let hint = self.literal_beside(operation, &binary.right, &left.ty);
                let right = self.check(&binary.right, hint.as_ref());
                (left, right)
            }
            _ => {
                let hint = hint.filter(|_| is_literal(&binary.left) || is_open(&binary.left));
                let left = self.check(&binary.left, hint);
                let right = self.check(&binary.right, hint);
                (left, right)
            }
        }
    }

    /// The type that a literal takes beside a value of type `other`.
    fn literal_beside(&self, operation: Arithmetic, literal: &Expr, other: &Type) -> Option<Type> {
        let is_scaling = matches!(operation, Arithmetic::Mul | Arithmetic::Div);
        let is_text = matches!(literal, Expr::Lit(literal) if matches!(literal.lit, Lit::Str(_)));
        if *other == Type::Length {
            return Some(Type::Scalar(Scalar::U64));
        }
        match other.stored_scalar(self.domain)? {
            Scalar::Timestamp | Scalar::Date | Scalar::Time => Some(DURATION),
            Scalar::Duration => {
                Some(if is_scaling && !is_text { Type::Scalar(Scalar::I64) } else { DURATION })
            }
            _ if is_text => Some(if is_scaling { DURATION } else { TEXT }),
            _ if is_scaling => Some(other.newtype_inner(self.domain).unwrap_or_else(|| other.clone())),
            _ => Some(other.clone()),
        }
    }

    /// The operation on both sides, made to fit each other.
    fn joined(&mut self, operation: Arithmetic, left: Node, right: Node, binary: &ExprBinary) -> Node {
        let (left, right) = (self.counted(left), self.counted(right));
        let node = |left: Node, right: Node, ty: Type| {
            Node::new(Kind::Arithmetic(operation, left.boxed(), right.boxed()), ty)
        };
        let (a, b) = (left.ty.clone(), right.ty.clone());
        if a.is_unknown() || b.is_unknown() {
            let ty = if a.is_number(self.domain) { a } else { Type::Unknown };
            return node(left, right, ty);
        }
        if let Some(result) = self.of_times(operation, &a, &b) {
            return match result {
                Timely::AsWritten(ty) => node(left, self.made_to_fit_duration_factor(right), ty),
                Timely::Exchanged(ty) => node(right, self.made_to_fit_duration_factor(left), ty),
            };
        }
        for (ty, at) in [(&a, binary.left.span()), (&b, binary.right.span())] {
            if !ty.is_number(self.domain) {
                return self.no_number(operation, ty, at, &a, &b);
            }
        }
        if a == b {
            return node(left, right, a);
        }
        if a.widens_to(&b) {
            return node(self.made_to_fit(left, &b), right, b);
        }
        if b.widens_to(&a) {
            return node(left, self.made_to_fit(right, &a), a);
        }
        let is_scaling = matches!(operation, Arithmetic::Mul | Arithmetic::Div);
        if is_scaling && let Some(factor) = self.as_factor_of(&a, right.clone()) {
            return node(left, factor, a);
        }
        if operation == Arithmetic::Mul
            && let Some(factor) = self.as_factor_of(&b, left.clone())
        {
            return node(right, factor, b);
        }
        self.unlike_numbers(operation, &a, &b, binary)
    }

    /// A length as the number that is calculated with.
    pub(super) fn counted(&self, node: Node) -> Node {
        match node.ty {
            Type::Length => self.made_to_fit(node, &Type::Scalar(Scalar::U64)),
            _ => node,
        }
    }

    /// A plain number by which a newtype is scaled, as what the newtype holds.
    fn as_factor_of(&self, newtype: &Type, factor: Node) -> Option<Node> {
        let inner = newtype.newtype_inner(self.domain)?;
        match self.fits(&factor, &inner) {
            true => Some(self.made_to_fit(factor, &inner)),
            false => {
                let factor = self.as_factor_of(&inner, factor)?;
                match &inner {
                    Type::Named(id) => Some(Node::new(Kind::New(*id, factor.boxed()), inner.clone())),
                    _ => Some(factor),
                }
            }
        }
    }

    fn made_to_fit_duration_factor(&self, node: Node) -> Node {
        match node.ty.scalar().and_then(Scalar::integer) {
            Some(_) => self.made_to_fit(node, &Type::Scalar(Scalar::I64)),
            None => node,
        }
    }

    /// The result among instants, dates, times of day and durations.
    fn of_times(&self, operation: Arithmetic, a: &Type, b: &Type) -> Option<Timely> {
        use Arithmetic::{Add, Div, Mul, Sub};
        let (a, b) = (a.scalar()?, b.scalar()?);
        let is_point = |scalar| matches!(scalar, Scalar::Timestamp | Scalar::Date | Scalar::Time);
        let is_factor = |scalar: Scalar| {
            scalar == Scalar::I64 || Type::Scalar(scalar).widens_to(&Type::Scalar(Scalar::I64))
        };
        Some(match (operation, a, b) {
            (Add | Sub, point, Scalar::Duration) if is_point(point) => Timely::AsWritten(Type::Scalar(point)),
            (Add, Scalar::Duration, point) if is_point(point) => Timely::Exchanged(Type::Scalar(point)),
            (Sub, later, earlier) if is_point(later) && later == earlier => Timely::AsWritten(DURATION),
            (Add | Sub, Scalar::Duration, Scalar::Duration) => Timely::AsWritten(DURATION),
            (Mul | Div, Scalar::Duration, factor) if is_factor(factor) => Timely::AsWritten(DURATION),
            (Mul, factor, Scalar::Duration) if is_factor(factor) => Timely::Exchanged(DURATION),
            _ => return None,
        })
    }

    fn no_number(&mut self, operation: Arithmetic, ty: &Type, at: Part, a: &Type, b: &Type) -> Node {
        let is_time = |ty: &Type| {
            matches!(ty.scalar(), Some(Scalar::Timestamp | Scalar::Date | Scalar::Time | Scalar::Duration))
        };
        if is_time(a) || is_time(b) {
            let (a, b) = (a.describe(self.domain), b.describe(self.domain));
            let message = format!("there is no `{}` between {a} and {b}", sign(operation));
            let help =
                "a point in time moves by a duration, `context.now + \"15m\"`, and two of them differ by one";
            return self.report(&code::OPERAND, at, message, help);
        }
        let message =
            format!("`{}` is for numbers, and this is {}", sign(operation), ty.describe(self.domain));
        let help = self.instead_of(ty);
        self.report(&code::OPERAND, at, message, help)
    }

    /// What to write in the place of a value that is no number.
    fn instead_of(&self, ty: &Type) -> String {
        match ty {
            Type::Optional(inner) if inner.is_number(self.domain) => {
                String::from("say what counts where it is absent: `….unwrap_or(0)`")
            }
            ty if *ty == TEXT => String::from("texts are put together by a function of your own"),
            Type::List(_) | Type::Set(_) | Type::Map(..) => String::from("count what is in it: `.len()`"),
            _ if ty.newtype_inner(self.domain).is_some() => String::from("take what it holds: `….0`"),
            _ => String::from("name a number"),
        }
    }

    fn unlike_numbers(&mut self, operation: Arithmetic, a: &Type, b: &Type, binary: &ExprBinary) -> Node {
        let (left, right) = (a.describe(self.domain), b.describe(self.domain));
        let message = format!(
            "`{}` joins {left} and {right}, and neither holds all values of the other",
            sign(operation)
        );
        let inner_of = |ty: &Type| ty.newtype_inner(self.domain);
        let help = match (inner_of(a), inner_of(b)) {
            (Some(_), Some(_)) => String::from("say which number is meant: `….0` is what a newtype holds"),
            (Some(inner), None) if *b == inner || b.widens_to(&inner) => {
                format!("wrap it: `{}(…)`", left.trim_matches('`'))
            }
            (None, Some(inner)) if *a == inner || a.widens_to(&inner) => {
                format!("wrap it: `{}(…)`", right.trim_matches('`'))
            }
            _ => String::from("give both fields one type; numbers widen where nothing can be lost"),
        };
        let (left_at, right_at) = (self.place(binary.left.span()), self.place(binary.right.span()));
        let diagnostic = crate::diagnostic::Diagnostic::new(&code::UNLIKE_NUMBERS, right_at, message);
        self.diagnostics.push(
            diagnostic.label(format!("this is {right}")).also(left_at, format!("this is {left}")).help(help),
        );
        Node::hole()
    }
}

/// The type of a result among times, and whether the sides are exchanged to get it.
enum Timely {
    AsWritten(Type),
    Exchanged(Type),
}

fn sign(operation: Arithmetic) -> &'static str {
    match operation {
        Arithmetic::Add => "+",
        Arithmetic::Sub => "-",
        Arithmetic::Mul => "*",
        Arithmetic::Div => "/",
        Arithmetic::Rem => "%",
    }
}

/// The number that an expression consists of, in brackets or not.
fn number(part: &Expr) -> Option<&Lit> {
    match part {
        Expr::Lit(literal) if matches!(literal.lit, Lit::Int(_) | Lit::Float(_)) => Some(&literal.lit),
        Expr::Paren(inner) => number(&inner.expr),
        Expr::Group(inner) => number(&inner.expr),
        _ => None,
    }
}

/// Whether an expression has no type but the one that its place gives it.
pub(super) fn is_literal(part: &Expr) -> bool {
    match part {
        Expr::Lit(literal) => matches!(literal.lit, Lit::Int(_) | Lit::Float(_) | Lit::Str(_)),
        Expr::Paren(inner) => is_literal(&inner.expr),
        Expr::Group(inner) => is_literal(&inner.expr),
        Expr::Reference(reference) => is_literal(&reference.expr),
        Expr::Unary(unary) => matches!(unary.op, UnOp::Neg(_)) && is_literal(&unary.expr),
        Expr::Binary(binary) => {
            is_arithmetic(&binary.op) && is_literal(&binary.left) && is_literal(&binary.right)
        }
        _ => false,
    }
}

/// Whether an expression hands the type of its place on to literals inside.
fn is_open(part: &Expr) -> bool {
    match part {
        Expr::Paren(inner) => is_open(&inner.expr),
        Expr::Binary(binary) => is_arithmetic(&binary.op),
        Expr::If(_) => true,
        _ => false,
    }
}

fn is_arithmetic(op: &BinOp) -> bool {
    matches!(op, BinOp::Add(_) | BinOp::Sub(_) | BinOp::Mul(_) | BinOp::Div(_) | BinOp::Rem(_))
}

/// The condition that holds where this one does not, as a person would write it.
pub(super) fn negated(node: Node) -> Node {
    match node.kind {
        Kind::Not(inner) => *inner,
        Kind::Comparison(comparison, left, right) if !comparison.is_order() => {
            Node::new(Kind::Comparison(comparison.negated(), left, right), BOOL)
        }
        _ => Node::new(Kind::Not(node.boxed()), BOOL),
    }
}
