//! How an expression is written, where that matters beside what it means.
//!
//! Found once, while the expression is at hand as Rust's grammar; nothing of the grammar is kept.

use std::collections::BTreeSet;

use syn::visit::{self, Visit};
use syn::{BinOp, Expr, UnOp};

/// The form of one expression.
#[derive(Debug, Clone, Default)]
pub struct Form {
    lints: BTreeSet<&'static str>,
    is_field: bool,
    is_answer: bool,
    denies_answer: bool,
}

impl Form {
    pub(super) fn of(syntax: &Expr) -> Self {
        let mut lints = Lints::default();
        lints.visit_expr(syntax);
        let denied = match bare(syntax) {
            Expr::Unary(unary) if matches!(unary.op, UnOp::Not(_)) => Some(&unary.expr),
            _ => None,
        };
        Self {
            lints: lints.0,
            is_field: matches!(syntax, Expr::Field(_)),
            is_answer: is_answer(syntax),
            denies_answer: denied.is_some_and(|inner| is_answer(inner)),
        }
    }

    /// The lints of Clippy that the form may trip; it is the schema's author's, and not that of who reads the code.
    pub fn lints(&self) -> impl Iterator<Item = &'static str> {
        self.lints.iter().copied()
    }

    /// Whether it is a field that is found at a place, and has its type from there.
    #[must_use]
    pub fn is_field(&self) -> bool {
        self.is_field
    }

    /// Whether it is a plain answer, whose `!` reads well and cannot be written shorter.
    #[must_use]
    pub fn is_answer(&self) -> bool {
        self.is_answer
    }

    /// Whether it is the `!` of a plain answer.
    #[must_use]
    pub fn denies_answer(&self) -> bool {
        self.denies_answer
    }
}

/// Whether an expression is a plain answer, whose `!` reads well and cannot be written shorter.
fn is_answer(syntax: &Expr) -> bool {
    match bare(syntax) {
        Expr::Path(_) | Expr::Field(_) => true,
        Expr::MethodCall(call) => ["contains", "contains_key", "ends_with", "is_empty", "starts_with"]
            .iter()
            .any(|it| call.method == it),
        _ => false,
    }
}

/// The lints that the form of an expression may trip, each found by the part that can trip it.
#[derive(Default)]
struct Lints(BTreeSet<&'static str>);

impl Visit<'_> for Lints {
    fn visit_expr_binary(&mut self, binary: &syn::ExprBinary) {
        let is_text =
            |side: &Expr| matches!(bare(side), Expr::Lit(literal) if matches!(literal.lit, syn::Lit::Str(_)));
        let is_length = |side: &Expr| matches!(bare(side), Expr::MethodCall(call) if call.method == "len");
        let is_bool = |side: &Expr| matches!(bare(side), Expr::Lit(literal) if matches!(literal.lit, syn::Lit::Bool(_)));
        match binary.op {
            BinOp::And(_) | BinOp::Or(_) => {
                let (left, right) = (parts(&binary.left), parts(&binary.right));
                if left.iter().any(|part| right.contains(part)) {
                    self.0.extend([
                        "double_comparisons",
                        "impossible_comparisons",
                        "manual_range_contains",
                        "nonminimal_bool",
                        "overly_complex_bool_expr",
                        "redundant_comparisons",
                    ]);
                }
            }
            BinOp::Eq(_) | BinOp::Ne(_) if is_bool(&binary.left) || is_bool(&binary.right) => {
                self.0.insert("bool_comparison");
            }
            BinOp::Eq(_) | BinOp::Ne(_) if is_text(&binary.left) || is_text(&binary.right) => {
                self.0.insert("cmp_owned");
            }
            _ => {}
        }
        if is_length(&binary.left) || is_length(&binary.right) {
            self.0.insert("len_zero");
        }
        if bare(&binary.left) == bare(&binary.right) {
            self.0.insert("eq_op");
        }
        visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_unary(&mut self, unary: &syn::ExprUnary) {
        if matches!(unary.op, UnOp::Not(_)) && !is_answer(&unary.expr) {
            self.0.extend(["neg_cmp_op_on_partial_ord", "nonminimal_bool"]);
        }
        visit::visit_expr_unary(self, unary);
    }

    fn visit_expr_if(&mut self, branch: &syn::ExprIf) {
        self.0.extend(["if_same_then_else", "needless_bool"]);
        visit::visit_expr_if(self, branch);
    }

    fn visit_expr_method_call(&mut self, call: &syn::ExprMethodCall) {
        if call.method == "min" || call.method == "max" {
            self.0.insert("unnecessary_min_or_max");
        }
        if is_said_outright(&call.receiver) {
            self.0.insert("unnecessary_literal_unwrap");
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_closure(&mut self, closure: &syn::ExprClosure) {
        if matches!(bare(&closure.body), Expr::Call(_) | Expr::Path(_)) {
            self.0.insert("redundant_closure");
        }
        visit::visit_expr_closure(self, closure);
    }

    fn visit_expr_call(&mut self, call: &syn::ExprCall) {
        // What a function of the user's own gives back is not known.
        self.0.insert("clone_on_copy");
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_array(&mut self, array: &syn::ExprArray) {
        self.0.insert("useless_vec");
        visit::visit_expr_array(self, array);
    }
}

/// Whether an optional is written as `None` or `Some(…)`.
fn is_said_outright(optional: &Expr) -> bool {
    let function = match bare(optional) {
        Expr::Call(call) => call.func.as_ref(),
        other => other,
    };
    matches!(function, Expr::Path(path) if path.path.is_ident("None") || path.path.is_ident("Some"))
}

/// An expression without the brackets around it, which are not rendered.
fn bare(expression: &Expr) -> &Expr {
    match expression {
        Expr::Paren(inner) => bare(&inner.expr),
        other => other,
    }
}

/// What a condition compares or asks.
fn parts(condition: &Expr) -> Vec<&Expr> {
    match condition {
        Expr::Paren(inner) => parts(&inner.expr),
        Expr::Unary(unary) => parts(&unary.expr),
        Expr::Binary(binary) => parts(&binary.left).into_iter().chain(parts(&binary.right)).collect(),
        other => vec![other],
    }
}
