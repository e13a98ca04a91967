//! Writes to a state or row: what is written to, and whether the operation fits it.

use crate::code::aggregate as code;
use crate::diagnostic::{Diagnostic, quote};
use crate::expr::facts::is_number;
use crate::model::Origin;
use crate::model::{Field, Operation, Purpose, Scalar, Scope, Target, TypeRef, Write};
use crate::source::{ScalarText, Span};
use crate::syntax::ast;

use super::Work;
use super::names::field;

/// What is written to.
pub(super) struct Written<'a> {
    /// The owner in words: `` the state of `Account` ``.
    pub(super) what: String,
    /// Its fields.
    pub(super) fields: &'a [Field],
}

impl Work<'_> {
    pub(super) fn writes(
        &mut self,
        written: &Written<'_>,
        declared: &[ast::Write],
        scope: &Scope,
    ) -> Vec<Write> {
        declared.iter().filter_map(|write| self.write(written, write, scope)).collect()
    }

    fn write(&mut self, written: &Written<'_>, declared: &ast::Write, scope: &Scope) -> Option<Write> {
        let (name, key) = split(&declared.target);
        let well_formed =
            !name.text().is_empty() && name.text().chars().all(|it| it.is_alphanumeric() || it == '_');
        if !well_formed || matches!(key, Key::Unclosed) {
            let message =
                format!("{} is neither a field nor an entry of a map", quote(declared.target.text()));
            self.ctx.report(
                Diagnostic::new(&code::TARGET, declared.target.span(), message)
                    .help("write to `field`, or to one entry of a map as in `field[event.key]`"),
            );
            return None;
        }
        let index = field(self.ctx, &name, written.fields, &code::UNKNOWN_TARGET, &written.what)?;
        let ty = &written.fields[index].ty;
        let (ty, entry) = match (key, ty) {
            (Key::None, ty) => (ty, None),
            (Key::Given(key), TypeRef::Map(key_type, value)) => {
                let key =
                    self.expression(&key, scope.clone(), Purpose::Key, Some(key_type.as_ref().clone()))?;
                (value.as_ref(), Some(key))
            }
            (_, ty) if self.domain.is_stand_in(ty) => return None,
            (_, ty) => {
                let text = self.domain.type_text(ty);
                let message = format!("{} is a {}, which has no entries", quote(name.text()), quote(&text));
                self.ctx.report(
                    Diagnostic::new(&code::NOT_A_MAP, declared.target.span(), message)
                        .also(written.fields[index].origin.span(), "declared here")
                        .help("only an entry of a `map<K, V>` is written with `[…]`"),
                );
                return None;
            }
        };
        let operation = self.operation(&declared.operation, ty, &name, scope)?;
        let origin = Origin::new(declared.target.span(), declared.whole);
        Some(Write { target: Target { field: index, entry }, operation, origin })
    }

    fn operation(
        &mut self,
        declared: &ast::Operation,
        ty: &TypeRef,
        name: &ScalarText,
        scope: &Scope,
    ) -> Option<Operation> {
        use ast::Operation as Declared;
        Some(match declared {
            Declared::Set(term) => Operation::Set(self.term(term, ty, scope)?),
            Declared::Add(word, term) => {
                let operand = self.operand(ty, name, *word, "add", addend)?;
                Operation::Add(self.term(term, &operand, scope)?)
            }
            Declared::Subtract(word, term) => {
                let operand = self.operand(ty, name, *word, "subtract", addend)?;
                Operation::Subtract(self.term(term, &operand, scope)?)
            }
            Declared::Push(word, term) => {
                let operand = self.operand(ty, name, *word, "push", pushed)?;
                Operation::Push(self.term(term, &operand, scope)?)
            }
            Declared::Insert(word, term) => {
                let operand = self.operand(ty, name, *word, "insert", inserted)?;
                Operation::Insert(self.term(term, &operand, scope)?)
            }
            Declared::Remove(word, term) => {
                let operand = self.operand(ty, name, *word, "remove", removed)?;
                Operation::Remove(self.term(term, &operand, scope)?)
            }
            Declared::Clear(word) => {
                self.operand(ty, name, *word, "clear", cleared)?;
                Operation::Clear
            }
        })
    }

    /// The type of an operation's operand, or a report that the operation does not fit.
    fn operand(
        &mut self,
        ty: &TypeRef,
        name: &ScalarText,
        word: Span,
        operation: &str,
        of: fn(&crate::model::Domain, &TypeRef) -> Option<TypeRef>,
    ) -> Option<TypeRef> {
        if self.domain.is_stand_in(ty) {
            return None;
        }
        let operand = of(&self.domain, ty);
        if operand.is_none() {
            let text = self.domain.type_text(ty);
            let message =
                format!("`{operation}` does not fit {}, which is a {}", quote(name.text()), quote(&text));
            self.ctx.report(Diagnostic::new(&code::OPERATION, word, message).help(fitting(&self.domain, ty)));
        }
        operand
    }
}

/// The operations that fit a type, in words.
fn fitting(domain: &crate::model::Domain, ty: &TypeRef) -> &'static str {
    match ty {
        TypeRef::List(_) => "a list takes `push`, `remove` and `clear`",
        TypeRef::Set(_) => "a set takes `insert`, `remove` and `clear`",
        TypeRef::Map(..) => "a map takes `remove` and `clear`; an entry is written as `field[key]: …`",
        TypeRef::Optional(_) => "an optional takes `clear`, or what it becomes",
        ty if addend(domain, ty).is_some() => "a number takes `add` and `subtract`",
        _ => "write what it becomes",
    }
}

fn addend(domain: &crate::model::Domain, ty: &TypeRef) -> Option<TypeRef> {
    // A newtype of a number has the number's arithmetic; one of a length of time has none.
    let is_duration = *ty == TypeRef::Scalar(Scalar::Duration);
    (is_number(domain, ty) || is_duration).then(|| ty.clone())
}

fn pushed(_: &crate::model::Domain, ty: &TypeRef) -> Option<TypeRef> {
    match ty {
        TypeRef::List(item) => Some(item.as_ref().clone()),
        _ => None,
    }
}

fn inserted(_: &crate::model::Domain, ty: &TypeRef) -> Option<TypeRef> {
    match ty {
        TypeRef::Set(item) => Some(item.as_ref().clone()),
        _ => None,
    }
}

fn removed(_: &crate::model::Domain, ty: &TypeRef) -> Option<TypeRef> {
    match ty {
        TypeRef::Set(item) | TypeRef::List(item) => Some(item.as_ref().clone()),
        TypeRef::Map(key, _) => Some(key.as_ref().clone()),
        _ => None,
    }
}

fn cleared(_: &crate::model::Domain, ty: &TypeRef) -> Option<TypeRef> {
    match ty {
        TypeRef::Set(_) | TypeRef::List(_) | TypeRef::Map(..) | TypeRef::Optional(_) => Some(ty.clone()),
        _ => None,
    }
}

/// The key of an entry, where a target names one.
enum Key {
    None,
    Given(ScalarText),
    Unclosed,
}

/// A target's field, and the key in brackets after it.
fn split(target: &ScalarText) -> (ScalarText, Key) {
    let target = target.trim();
    let text = target.text();
    let Some(open) = text.find('[') else { return (target, Key::None) };
    let name = target.slice(0..open).trim();
    match text.strip_suffix(']') {
        Some(closed) if closed.len() > open => {
            (name, Key::Given(target.slice(open + 1..closed.len()).trim()))
        }
        _ => (name, Key::Unclosed),
    }
}
