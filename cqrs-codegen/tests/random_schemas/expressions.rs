//! Random expressions of a type, over what is in reach.

use crate::random::Random;
use crate::types::{Field, Kind, Ty, Types, quoted};

/// What an expression can reach: paths with their types.
pub(crate) type Scope = Vec<(String, Ty)>;

const KEYWORDS: &[&str] = &["type", "match", "loop", "async", "yield", "fn"];

const INTEGERS: &[&str] = &["i8", "i16", "i32", "i64", "i128", "u8", "u16", "u32", "u64", "u128"];

/// A field's name in an expression.
pub(crate) fn ident(name: &str) -> String {
    if KEYWORDS.contains(&name) { format!("r#{name}") } else { name.to_owned() }
}

/// The fields of an owner.
pub(crate) fn scope(owner: &str, fields: &[Field]) -> Scope {
    fields.iter().map(|field| (format!("{owner}.{}", ident(&field.name)), field.ty.clone())).collect()
}

impl Types {
    /// What stands in the place of a value: an expression, a plain value, or the fields of a struct.
    pub(crate) fn term(&self, random: &mut Random, ty: &Ty, scope: &Scope) -> String {
        if let Ty::Named(name) = ty
            && let Some(Kind::Struct(fields)) = self.get(name).map(|it| it.kind.clone())
            && random.once_in(3)
        {
            let fields = fields.iter().map(|it| format!("{}: {}", it.name, self.term(random, &it.ty, scope)));
            return format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "));
        }
        match self.expression(random, ty, scope, 3) {
            Some(expression) if !random.once_in(6) => quoted(&expression),
            _ => format!("{{ value: {} }}", self.value(random, ty, 2)),
        }
    }

    /// An expression of a type, or nothing where there is no way to write one.
    pub(crate) fn expression(
        &self,
        random: &mut Random,
        ty: &Ty,
        scope: &Scope,
        depth: usize,
    ) -> Option<String> {
        let reached: Vec<&String> =
            scope.iter().filter(|(_, other)| other == ty).map(|(path, _)| path).collect();
        if !reached.is_empty() && (depth == 0 || !random.once_in(3)) {
            return Some((*random.pick(&reached)).clone());
        }
        if depth == 0 {
            return self.literal(random, ty);
        }
        let deeper = depth - 1;
        if random.once_in(5) {
            let condition = self.condition(random, scope, deeper)?;
            let (then, otherwise) =
                (self.expression(random, ty, scope, deeper)?, self.expression(random, ty, scope, deeper)?);
            return Some(format!("if {condition} {{ {then} }} else {{ {otherwise} }}"));
        }
        match ty {
            Ty::Scalar("bool") => self.condition(random, scope, deeper),
            Ty::Scalar("string") => {
                let text = self.expression(random, ty, scope, deeper)?;
                let optional = Ty::Optional(Box::new(ty.clone()));
                match random.below(6) {
                    0 => Some(format!("({text}).trim()")),
                    1 => Some(format!("({text}).to_uppercase()")),
                    2 => Some(format!("({text}).replace(\"a\", \"b\")")),
                    3 => Some(format!(
                        "({}).unwrap_or(\"x\")",
                        self.expression(random, &optional, scope, deeper)?
                    )),
                    _ => self.literal(random, ty),
                }
            }
            _ if self.is_number(ty) => self.arithmetic(random, ty, scope, deeper),
            Ty::Optional(inner) => match random.below(4) {
                0 => self.first_item(random, inner, scope),
                1 => Some("None".to_owned()),
                _ => Some(format!("Some({})", self.expression(random, inner, scope, deeper)?)),
            },
            Ty::Named(name) => self.named(random, name, scope, deeper),
            _ => self.literal(random, ty),
        }
    }

    fn named(&self, random: &mut Random, name: &str, scope: &Scope, depth: usize) -> Option<String> {
        match self.get(name)?.kind.clone() {
            Kind::Newtype(inner) => {
                Some(format!("{name}({})", self.expression(random, &inner, scope, depth)?))
            }
            Kind::Struct(fields) => self.made(random, name, &fields, scope, depth),
            Kind::Enum(variants) => {
                let (variant, fields) = random.pick(&variants);
                match fields.is_empty() {
                    true => Some(format!("{name}::{variant}")),
                    false => self.made(random, &format!("{name}::{variant}"), fields, scope, depth),
                }
            }
        }
    }

    fn made(
        &self,
        random: &mut Random,
        path: &str,
        fields: &[Field],
        scope: &Scope,
        depth: usize,
    ) -> Option<String> {
        let fields: Option<Vec<String>> = (fields.iter())
            .map(|it| {
                Some(format!("{}: {}", ident(&it.name), self.expression(random, &it.ty, scope, depth)?))
            })
            .collect();
        Some(format!("{path} {{ {} }}", fields?.join(", ")))
    }

    fn first_item(&self, random: &mut Random, inner: &Ty, scope: &Scope) -> Option<String> {
        let found: Vec<String> = (scope.iter())
            .filter_map(|(path, ty)| match ty {
                Ty::List(item) | Ty::Set(item) if **item == *inner => Some(format!("{path}.first()")),
                _ => None,
            })
            .collect();
        if found.is_empty() { None } else { Some(random.pick(&found).clone()) }
    }

    pub(crate) fn is_number(&self, ty: &Ty) -> bool {
        match ty {
            Ty::Scalar(name) => INTEGERS.contains(name) || ["f32", "f64", "decimal"].contains(name),
            Ty::Named(name) => {
                matches!(self.get(name).map(|it| &it.kind), Some(Kind::Newtype(inner)) if self.is_number(inner))
            }
            _ => false,
        }
    }

    fn arithmetic(&self, random: &mut Random, ty: &Ty, scope: &Scope, depth: usize) -> Option<String> {
        let left = self.expression(random, ty, scope, depth)?;
        let left = if left.starts_with("if") { format!("({left})") } else { left };
        match random.below(7) {
            0 | 1 => Some(format!("{left} + {}", self.operand(random, ty, scope, depth)?)),
            2 => Some(format!("{left} - {}", self.operand(random, ty, scope, depth)?)),
            3 => Some(format!("({left}) * 2")),
            4 => Some(format!("({left}).min({})", self.expression(random, ty, scope, depth)?)),
            5 if !scope.is_empty() => {
                let (path, of) = random.pick(scope);
                matches!(of, Ty::List(_) | Ty::Set(_) | Ty::Map(..)).then(|| format!("{path}.len()"))
            }
            _ => self.literal(random, ty),
        }
    }

    fn operand(&self, random: &mut Random, ty: &Ty, scope: &Scope, depth: usize) -> Option<String> {
        Some(format!("({})", self.expression(random, ty, scope, depth)?))
    }

    /// A condition, most often about something in reach.
    pub(crate) fn condition(&self, random: &mut Random, scope: &Scope, depth: usize) -> Option<String> {
        if depth > 0 && random.once_in(4) {
            let (left, right) =
                (self.condition(random, scope, depth - 1)?, self.condition(random, scope, depth - 1)?);
            return Some(format!("({left}) {} ({right})", random.pick(&["&&", "||"])));
        }
        if depth > 0 && random.once_in(6) {
            return Some(format!("!({})", self.condition(random, scope, depth - 1)?));
        }
        if scope.is_empty() {
            return Some(random.pick(&["true", "false"]).to_string());
        }
        let (path, ty) = random.pick(scope).clone();
        match &ty {
            Ty::Scalar("bool") => Some(path),
            Ty::Optional(_) if random.once_in(2) => {
                Some(format!("{path}.{}", random.pick(&["is_some()", "is_none()"])))
            }
            Ty::List(item) if random.once_in(2) => {
                let mut inside = scope.clone();
                inside.push(("it".to_owned(), (**item).clone()));
                let (method, test) = (
                    *random.pick(&["any", "all"]),
                    self.condition(random, &inside, depth.saturating_sub(1))?,
                );
                Some(format!("{path}.iter().{method}(|it| {test})"))
            }
            Ty::List(item) | Ty::Set(item) if random.once_in(2) => {
                Some(format!("{path}.contains({})", self.expression(random, item, scope, depth)?))
            }
            Ty::Map(key, _) if random.once_in(2) => {
                Some(format!("{path}.contains_key({})", self.expression(random, key, scope, depth)?))
            }
            Ty::Map(key, value) if random.once_in(2) => {
                let (key, other) = (
                    self.expression(random, key, scope, depth)?,
                    self.expression(random, value, scope, depth)?,
                );
                Some(format!("{path}[{key}] == ({other})"))
            }
            Ty::List(_) | Ty::Set(_) | Ty::Map(..) => {
                Some(format!("{path}.{}", random.pick(&["is_empty()", "len() < 10", "len() == 2"])))
            }
            Ty::Scalar("string") if random.once_in(2) => {
                Some(format!("{path}.{}", random.pick(&["is_empty()", "starts_with(\"a\")", "len() > 3"])))
            }
            _ => {
                let other = self.expression(random, &ty, scope, depth)?;
                Some(format!("{path} {} ({other})", random.pick(&["==", "!=", "<", ">=", "<=", ">"])))
            }
        }
    }

    fn literal(&self, random: &mut Random, ty: &Ty) -> Option<String> {
        match ty {
            Ty::Scalar("bool") => Some(random.pick(&["true", "false"]).to_string()),
            Ty::Scalar("string") => Some(random.pick(&["\"\"", "\"a\"", "\"two words\""]).to_string()),
            Ty::Scalar("f32" | "f64" | "decimal") => Some(random.pick(&["1.5", "2", "0"]).to_string()),
            Ty::Scalar(name) if INTEGERS.contains(name) => {
                Some(random.pick(&["0", "1", "2", "100"]).to_string())
            }
            Ty::Optional(_) => Some("None".to_owned()),
            Ty::Named(name) if self.is_number(ty) => match &self.get(name)?.kind {
                Kind::Newtype(inner) => self.literal(random, &inner.clone()),
                _ => None,
            },
            _ => None,
        }
    }
}
