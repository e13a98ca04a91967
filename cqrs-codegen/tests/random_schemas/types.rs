//! Random types, fields and plain values.

use crate::random::Random;

/// A type as a field names it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Ty {
    Scalar(&'static str),
    Optional(Box<Ty>),
    List(Box<Ty>),
    Set(Box<Ty>),
    Map(Box<Ty>, Box<Ty>),
    Named(String),
}

#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) ty: Ty,
}

/// What a type is declared as.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Newtype(Ty),
    Struct(Vec<Field>),
    Enum(Vec<(String, Vec<Field>)>),
}

#[derive(Debug, Clone)]
pub(crate) struct Declared {
    pub(crate) name: String,
    pub(crate) kind: Kind,
}

const SCALARS: &[&str] = &[
    "string",
    "bool",
    "i8",
    "i16",
    "i32",
    "i64",
    "i128",
    "u8",
    "u16",
    "u32",
    "u64",
    "u128",
    "f32",
    "f64",
    "decimal",
    "uuid",
    "date",
    "time",
    "timestamp",
    "duration",
    "bytes",
    "json",
    "string",
    "decimal",
    "u32",
    "i64",
    "bool",
];

const KEYS: &[&str] = &["string", "i64", "u8", "decimal", "uuid", "date", "timestamp", "string"];

/// Names that generated code has locals, functions or keywords of, beside plain ones.
pub(crate) const NAMES: &[&str] = &[
    "amount",
    "name",
    "note",
    "type",
    "match",
    "loop",
    "value",
    "event",
    "row",
    "state",
    "at",
    "async",
    "count",
    "first",
    "key",
    "begun",
    "current",
    "holds",
    "error",
    "result",
    "index",
    "camelCase",
    "x1",
    "item",
    "meta",
    "context",
    "command",
    "events",
    "formatter",
    "validate",
    "entry",
    "windows",
    "found",
    "other",
    "yield",
    "total",
    "kind",
    "tags",
    "lines",
    "open",
    "event_1",
    "new_total",
    "invalid",
    "fn",
    "Some",
    "none",
    "self_id",
    "from",
    "into",
    "domain",
    "sum",
    "amount_sum",
    "it",
    "builder",
    "default",
    "serialize",
    "apply",
    "decide",
    "sku",
    "table",
    "version",
    "column",
];

impl Ty {
    pub(crate) fn is(&self, scalar: &str) -> bool {
        matches!(self, Self::Scalar(it) if *it == scalar)
    }

    /// As the schema writes it.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Scalar(name) => (*name).to_owned(),
            Self::Optional(inner) => format!("{}?", inner.text()),
            Self::List(item) => format!("list<{}>", item.text()),
            Self::Set(item) => format!("set<{}>", item.text()),
            Self::Map(key, value) => format!("map<{}, {}>", key.text(), value.text()),
            Self::Named(name) => name.clone(),
        }
    }
}

/// A text in double quotes.
pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Everything that later members can refer to.
#[derive(Default)]
pub(crate) struct Types {
    pub(crate) declared: Vec<Declared>,
}

impl Types {
    pub(crate) fn get(&self, name: &str) -> Option<&Declared> {
        self.declared.iter().find(|it| it.name == name)
    }

    pub(crate) fn ty(&self, random: &mut Random, depth: usize) -> Ty {
        match random.below(if depth == 0 { 7 } else { 12 }) {
            0..=4 => one_of(random, SCALARS),
            5 | 6 if !self.declared.is_empty() => Ty::Named(random.pick(&self.declared).name.clone()),
            7 | 8 => Ty::Optional(Box::new(self.ty(random, depth - 1))),
            9 => Ty::List(Box::new(self.ty(random, depth - 1))),
            10 => Ty::Set(Box::new(self.ty(random, depth - 1))),
            11 => Ty::Map(Box::new(self.key(random)), Box::new(self.ty(random, depth - 1))),
            _ => one_of(random, SCALARS),
        }
    }

    /// A type that is often one that can be a key.
    pub(crate) fn key(&self, random: &mut Random) -> Ty {
        if random.once_in(4) { self.ty(random, 0) } else { one_of(random, KEYS) }
    }

    pub(crate) fn fields(&self, random: &mut Random, most: usize) -> Vec<Field> {
        let mut fields: Vec<Field> = Vec::new();
        for _ in 0..random.between(0, most) {
            let name = *random.pick(NAMES);
            if fields.iter().all(|field| field.name != name) {
                fields.push(Field { name: name.to_owned(), ty: self.ty(random, 2) });
            }
        }
        fields
    }

    /// `{ name: type, … }`, some with a default.
    pub(crate) fn declarations(&self, random: &mut Random, fields: &[Field]) -> String {
        let fields =
            fields.iter().map(|field| format!("{}: {}", field.name, self.declaration(random, &field.ty)));
        format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
    }

    pub(crate) fn declaration(&self, random: &mut Random, ty: &Ty) -> String {
        let text = quoted(&ty.text());
        if random.once_in(4) {
            return format!("{{ type: {text}, default: {} }}", self.value(random, ty, 3));
        }
        if random.once_in(12) {
            return format!("{{ type: {text}, personal: true, doc: A field. }}");
        }
        text
    }

    /// A plain value of a type.
    pub(crate) fn value(&self, random: &mut Random, ty: &Ty, depth: usize) -> String {
        match ty {
            Ty::Scalar(name) => scalar(random, name),
            Ty::Optional(_) if depth == 0 || random.once_in(3) => "~".to_owned(),
            Ty::Optional(inner) => self.value(random, inner, depth - 1),
            Ty::List(_) | Ty::Set(_) if depth == 0 || random.once_in(4) => "[]".to_owned(),
            Ty::Set(item) => format!("[{}]", self.value(random, item, depth - 1)),
            Ty::List(item) => {
                let items: Vec<String> =
                    (0..random.between(1, 2)).map(|_| self.value(random, item, depth - 1)).collect();
                format!("[{}]", items.join(", "))
            }
            Ty::Map(..) if depth == 0 || random.once_in(4) => "{}".to_owned(),
            Ty::Map(key, value) => {
                let (key, value) = (self.value(random, key, 0), self.value(random, value, depth - 1));
                format!("{{ {key}: {value} }}")
            }
            Ty::Named(name) => match self.get(name).map(|it| it.kind.clone()) {
                None => "0".to_owned(),
                Some(Kind::Newtype(inner)) => self.value(random, &inner, depth),
                Some(Kind::Struct(fields)) => self.values(random, &fields, depth.saturating_sub(1)),
                Some(Kind::Enum(variants)) => {
                    let (name, fields) = random.pick(&variants);
                    match fields.is_empty() {
                        true => name.clone(),
                        false => {
                            format!("{{ {name}: {} }}", self.values(random, fields, depth.saturating_sub(1)))
                        }
                    }
                }
            },
        }
    }

    /// A mapping of fields to plain values.
    pub(crate) fn values(&self, random: &mut Random, fields: &[Field], depth: usize) -> String {
        let values =
            fields.iter().map(|field| format!("{}: {}", field.name, self.value(random, &field.ty, depth)));
        format!("{{ {} }}", values.collect::<Vec<_>>().join(", "))
    }
}

fn scalar(random: &mut Random, name: &str) -> String {
    let texts: &[&str] = match name {
        "string" => &["\"\"", "a", "\"two words\"", "\"a \\\"quote\\\" and {braces}\"", "ä🦀"],
        "bool" => &["true", "false"],
        "u8" | "u16" | "u32" | "u64" | "u128" => &["0", "1", "7", "255"],
        "i8" | "i16" | "i32" | "i64" | "i128" => &["0", "-1", "7", "127"],
        "f32" | "f64" => &["0", "1.5", "-2", "0.25"],
        "decimal" => &["0", "1.50", "-2", "100"],
        "uuid" => &["00000000-0000-0000-0000-000000000001"],
        "date" => &["2024-02-29"],
        "time" => &["\"12:30:00\""],
        "timestamp" => &["\"2024-02-29T12:30:00Z\""],
        "duration" => &["90s", "1h", "PT5M"],
        "bytes" => &["AQID", "\"\""],
        _ => &["{ a: [1, null, x] }", "[]", "1"],
    };
    (*random.pick(texts)).to_owned()
}

fn one_of(random: &mut Random, scalars: &[&'static str]) -> Ty {
    let name: &&'static str = random.pick(scalars);
    Ty::Scalar(name)
}
