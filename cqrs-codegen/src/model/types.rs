//! Types under `types`, the fields that have them, and references to them.

use super::{ExpressionId, Name, Origin, TypeId, Value};

/// A type that the schema declares.
#[derive(Debug, Clone, PartialEq)]
pub struct Type {
    /// Its name.
    pub name: Name,
    /// What it is for, in the schema's words.
    pub doc: Option<String>,
    /// What it consists of.
    pub kind: TypeKind,
    /// Where it was declared: the name.
    pub origin: Origin,
}

/// What a declared type consists of.
#[derive(Debug, Clone, PartialEq)]
pub enum TypeKind {
    /// Another type under a name of its own.
    Newtype {
        /// The type inside.
        inner: TypeRef,
        /// The rule for values that enter by a command: a condition on `value`, which has the type inside.
        check: Option<ExpressionId>,
    },
    /// Named fields.
    Struct(Vec<Field>),
    /// One of several variants; at least one.
    Enum(Vec<Variant>),
    /// The user's own Rust type, of which nothing is known but its path; empty for the stand-in of a refused type.
    Extern(String),
}

/// A variant of an enum, with or without fields.
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    /// Its name.
    pub name: Name,
    /// What it carries; empty for a variant that is only a name.
    pub fields: Vec<Field>,
    /// Where it was declared: the name.
    pub origin: Origin,
}

/// A field of a type, state, event, error, command or row.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: Name,
    /// What it is for, in the schema's words.
    pub doc: Option<String>,
    /// Its type.
    pub ty: TypeRef,
    /// The value where none is given.
    pub default: Option<Value>,
    /// The rule for values that enter by a command: a condition on `value`, which has the field's type.
    pub check: Option<ExpressionId>,
    /// Whether it holds personal data.
    pub personal: bool,
    /// Where it was declared: the name.
    pub origin: Origin,
}

impl Field {
    /// Whether a value may be left out: there is a default, or absence is a value.
    #[must_use]
    pub fn may_be_absent(&self) -> bool {
        self.default.is_some() || matches!(self.ty, TypeRef::Optional(_))
    }
}

/// A type as a field names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TypeRef {
    /// A type of the language.
    Scalar(Scalar),
    /// A type under `types`.
    Named(TypeId),
    /// `T?`; never of another optional.
    Optional(Box<TypeRef>),
    /// `list<T>`.
    List(Box<TypeRef>),
    /// `set<T>`.
    Set(Box<TypeRef>),
    /// `map<K, V>`.
    Map(Box<TypeRef>, Box<TypeRef>),
}

impl TypeRef {
    /// The type inside `T?`, or the type itself.
    #[must_use]
    pub fn required(&self) -> &Self {
        match self {
            Self::Optional(inner) => inner,
            other => other,
        }
    }
}

macro_rules! scalars {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// A type of the language that has no parts.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Scalar {
            $($(#[$doc])* $variant,)*
        }

        impl Scalar {
            /// Every scalar, in the order of the reference.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The name in the schema language.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

scalars! {
    /// Text.
    String = "string",
    /// `true` or `false`.
    Bool = "bool",
    /// A signed integer of 8 bits.
    I8 = "i8",
    /// A signed integer of 16 bits.
    I16 = "i16",
    /// A signed integer of 32 bits.
    I32 = "i32",
    /// A signed integer of 64 bits.
    I64 = "i64",
    /// A signed integer of 128 bits.
    I128 = "i128",
    /// An unsigned integer of 8 bits.
    U8 = "u8",
    /// An unsigned integer of 16 bits.
    U16 = "u16",
    /// An unsigned integer of 32 bits.
    U32 = "u32",
    /// An unsigned integer of 64 bits.
    U64 = "u64",
    /// An unsigned integer of 128 bits.
    U128 = "u128",
    /// A floating-point number of 32 bits.
    F32 = "f32",
    /// A floating-point number of 64 bits.
    F64 = "f64",
    /// An exact decimal number.
    Decimal = "decimal",
    /// A UUID.
    Uuid = "uuid",
    /// A calendar date.
    Date = "date",
    /// A time of day.
    Time = "time",
    /// An instant.
    Timestamp = "timestamp",
    /// A length of time.
    Duration = "duration",
    /// Bytes.
    Bytes = "bytes",
    /// Any JSON.
    Json = "json",
}

impl Scalar {
    /// The scalar of a name in the schema language.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|scalar| scalar.name() == name)
    }

    /// For an integer, whether it has a sign and how many bits it has.
    #[must_use]
    pub const fn integer(self) -> Option<(bool, u32)> {
        Some(match self {
            Self::I8 => (true, 8),
            Self::I16 => (true, 16),
            Self::I32 => (true, 32),
            Self::I64 => (true, 64),
            Self::I128 => (true, 128),
            Self::U8 => (false, 8),
            Self::U16 => (false, 16),
            Self::U32 => (false, 32),
            Self::U64 => (false, 64),
            Self::U128 => (false, 128),
            _ => return None,
        })
    }

    /// Whether it is `f32` or `f64`.
    #[must_use]
    pub const fn is_float(self) -> bool {
        matches!(self, Self::F32 | Self::F64)
    }

    /// Whether arithmetic is defined on it.
    #[must_use]
    pub const fn is_number(self) -> bool {
        self.integer().is_some() || self.is_float() || matches!(self, Self::Decimal)
    }
}
