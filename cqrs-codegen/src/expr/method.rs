//! The methods of texts, collections, optionals and numbers that an expression may call.
//!
//! They are those of Rust's own types that neither change anything nor can panic. A method that is not listed here is
//! refused on these types; on the user's own types every method is passed through.

use crate::model::{Domain, Scalar};

use super::ty::Type;

/// A method that the compiler knows.
#[derive(Debug)]
pub(super) struct Method {
    pub(super) name: &'static str,
    pub(super) takes: &'static [Takes],
    pub(super) gives: Gives,
}

/// What an argument is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// A text, borrowed.
    Text,
    /// An item of the collection, borrowed.
    Item,
    /// A key of the map, borrowed.
    Key,
    /// A collection of the same type, borrowed.
    SameBorrowed,
    /// A value of the same type.
    Same,
    /// What the optional holds.
    Held,
    /// A place in a list.
    Index,
    /// How many decimal places.
    Places,
}

/// What a method gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gives {
    Bool,
    Length,
    /// A new text.
    Text,
    /// A part of the text.
    Slice,
    /// A part of the text, or nothing.
    MaybeSlice,
    /// An item, or nothing.
    MaybeItem,
    /// A value of the map, or nothing.
    MaybeValue,
    /// Items of the collection.
    Items,
    /// Keys of the map.
    Keys,
    /// Values of the map.
    Values,
    /// Characters, of which only rustc knows more.
    Characters,
    /// A value of the same type.
    Same,
    /// What the optional holds, or what is given in its place.
    Held,
    /// The value itself: what is copied or cloned is the compiler's business.
    Itself,
    /// The sum of the items.
    Sum,
    /// An item, or nothing where there are none.
    Extreme,
    /// How many seconds.
    Seconds,
}

impl Method {
    pub(super) fn is_fallible(&self) -> bool {
        self.gives == Gives::Sum
    }
}

macro_rules! methods {
    ($($table:ident { $($name:ident($($takes:ident),*) -> $gives:ident;)* })*) => {$(
        static $table: &[Method] = &[$(Method {
            name: stringify!($name),
            takes: &[$(Takes::$takes),*],
            gives: Gives::$gives,
        }),*];
    )*};
}

methods! {
    TEXT {
        len() -> Length;
        is_empty() -> Bool;
        contains(Text) -> Bool;
        starts_with(Text) -> Bool;
        ends_with(Text) -> Bool;
        eq_ignore_ascii_case(Text) -> Bool;
        is_ascii() -> Bool;
        to_lowercase() -> Text;
        to_uppercase() -> Text;
        replace(Text, Text) -> Text;
        trim() -> Slice;
        trim_start() -> Slice;
        trim_end() -> Slice;
        strip_prefix(Text) -> MaybeSlice;
        strip_suffix(Text) -> MaybeSlice;
        chars() -> Characters;
        as_str() -> Itself;
        to_string() -> Itself;
        to_owned() -> Itself;
        clone() -> Itself;
    }

    LIST {
        len() -> Length;
        is_empty() -> Bool;
        contains(Item) -> Bool;
        get(Index) -> MaybeItem;
        first() -> MaybeItem;
        last() -> MaybeItem;
        iter() -> Items;
        clone() -> Itself;
    }

    SET {
        len() -> Length;
        is_empty() -> Bool;
        contains(Item) -> Bool;
        is_subset(SameBorrowed) -> Bool;
        is_superset(SameBorrowed) -> Bool;
        is_disjoint(SameBorrowed) -> Bool;
        first() -> MaybeItem;
        last() -> MaybeItem;
        iter() -> Items;
        clone() -> Itself;
    }

    MAP {
        len() -> Length;
        is_empty() -> Bool;
        contains_key(Key) -> Bool;
        get(Key) -> MaybeValue;
        keys() -> Keys;
        values() -> Values;
        clone() -> Itself;
    }

    OPTIONAL {
        is_some() -> Bool;
        is_none() -> Bool;
        unwrap_or(Held) -> Held;
        unwrap_or_default() -> Held;
        as_ref() -> Itself;
        as_deref() -> Itself;
        copied() -> Itself;
        cloned() -> Itself;
        clone() -> Itself;
    }

    ITEMS {
        count() -> Length;
        sum() -> Sum;
        min() -> Extreme;
        max() -> Extreme;
        copied() -> Itself;
        cloned() -> Itself;
    }

    INTEGER {
        min(Same) -> Same;
        max(Same) -> Same;
        to_string() -> Text;
        clone() -> Itself;
    }

    FLOAT {
        min(Same) -> Same;
        max(Same) -> Same;
        abs() -> Same;
        round() -> Same;
        floor() -> Same;
        ceil() -> Same;
        trunc() -> Same;
        to_string() -> Text;
        clone() -> Itself;
    }

    DECIMAL {
        min(Same) -> Same;
        max(Same) -> Same;
        abs() -> Same;
        round() -> Same;
        round_dp(Places) -> Same;
        floor() -> Same;
        ceil() -> Same;
        trunc() -> Same;
        is_zero() -> Bool;
        is_sign_negative() -> Bool;
        is_sign_positive() -> Bool;
        to_string() -> Text;
        clone() -> Itself;
    }

    TIME {
        min(Same) -> Same;
        max(Same) -> Same;
        to_string() -> Text;
        clone() -> Itself;
    }

    DURATION {
        min(Same) -> Same;
        max(Same) -> Same;
        as_secs() -> Seconds;
        is_zero() -> Bool;
        is_negative() -> Bool;
        is_positive() -> Bool;
        to_string() -> Text;
        clone() -> Itself;
    }

    BOOL {
        to_string() -> Text;
        clone() -> Itself;
    }

    OTHER {
        clone() -> Itself;
        to_owned() -> Itself;
    }
}

/// The methods of a type, and whether there may be others that only rustc knows.
pub(super) fn of(ty: &Type) -> (&'static [Method], bool) {
    match ty {
        Type::Scalar(scalar) => match scalar {
            Scalar::String => (TEXT, false),
            Scalar::Bool => (BOOL, false),
            Scalar::F32 | Scalar::F64 => (FLOAT, false),
            Scalar::Decimal => (DECIMAL, false),
            Scalar::Duration => (DURATION, true),
            Scalar::Timestamp | Scalar::Date | Scalar::Time | Scalar::Uuid => (TIME, true),
            Scalar::Bytes | Scalar::Json => (OTHER, true),
            _ => (INTEGER, false),
        },
        Type::Optional(_) => (OPTIONAL, false),
        Type::List(_) => (LIST, false),
        Type::Set(_) => (SET, false),
        Type::Map(..) => (MAP, false),
        Type::Length => (INTEGER, false),
        Type::Items(_) => (ITEMS, false),
        Type::Named(_) | Type::Unknown => (OTHER, true),
    }
}

/// Rust's word for what other languages, or other types, call by another one.
pub(super) fn other_word(name: &str) -> Option<&'static str> {
    Some(match name {
        "length" | "size" | "count" => "len",
        "contains" | "has" | "has_key" | "containsKey" => "contains_key",
        "contains_key" | "includes" | "include" => "contains",
        "exists" | "some" => "any",
        "every" => "all",
        "is_present" | "isPresent" | "is_defined" => "is_some",
        "or" | "or_else" | "get_or_else" | "orElse" => "unwrap_or",
        "is_absent" | "isEmpty" => "is_none",
        "upper" | "uppercase" | "to_upper" => "to_uppercase",
        "lower" | "lowercase" | "to_lower" => "to_lowercase",
        _ => return None,
    })
}

/// The methods of a type that take a closure.
pub(super) fn walks(ty: &Type) -> &'static [super::node::Walk] {
    use super::node::Walk;
    match ty {
        Type::Optional(_) => &[Walk::IsSomeAnd, Walk::IsNoneOr, Walk::MapOptional],
        Type::Items(_) => &[Walk::Any, Walk::All, Walk::Filter, Walk::Map],
        _ => &[],
    }
}

/// The type that a method gives.
pub(super) fn result(gives: Gives, receiver: &Type, domain: &Domain) -> Type {
    let item = || match receiver {
        Type::List(item) | Type::Set(item) | Type::Items(item) | Type::Optional(item) => {
            item.as_ref().clone()
        }
        Type::Map(_, value) => value.as_ref().clone(),
        _ => Type::Unknown,
    };
    match gives {
        Gives::Bool => super::ty::BOOL,
        Gives::Length => Type::Length,
        Gives::Text | Gives::Slice => super::ty::TEXT,
        Gives::MaybeSlice => Type::optional(super::ty::TEXT),
        Gives::MaybeItem | Gives::MaybeValue | Gives::Extreme => Type::optional(item()),
        Gives::Items | Gives::Values => Type::items(item()),
        Gives::Keys => match receiver {
            Type::Map(key, _) => Type::items(key.as_ref().clone()),
            _ => Type::Unknown,
        },
        Gives::Characters => Type::items(Type::Unknown),
        Gives::Same | Gives::Itself => receiver.clone(),
        Gives::Held => item(),
        Gives::Sum => match item() {
            item if item.is_number(domain) => item,
            _ => Type::Unknown,
        },
        Gives::Seconds => Type::Scalar(Scalar::I64),
    }
}
