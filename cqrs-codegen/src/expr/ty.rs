//! The types that an expression can have: those of the schema, and the few that stand between them.

use crate::model::{Domain, Scalar, TypeId, TypeKind, TypeRef};

use super::facts;

/// The type of a part of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Type {
    /// A type of the language.
    Scalar(Scalar),
    /// A type under `types`.
    Named(TypeId),
    /// `T?`.
    Optional(Box<Type>),
    /// `list<T>`.
    List(Box<Type>),
    /// `set<T>`.
    Set(Box<Type>),
    /// `map<K, V>`.
    Map(Box<Type>, Box<Type>),
    /// How long a collection is: Rust's `usize`.
    Length,
    /// Items that are walked through: `state.lines.iter()`.
    Items(Box<Type>),
    /// What only rustc knows, or what was reported already.
    Unknown,
}

pub(super) const BOOL: Type = Type::Scalar(Scalar::Bool);
pub(super) const TEXT: Type = Type::Scalar(Scalar::String);
pub(super) const DURATION: Type = Type::Scalar(Scalar::Duration);

impl Type {
    pub(super) fn of(ty: &TypeRef) -> Self {
        let boxed = |ty: &TypeRef| Box::new(Self::of(ty));
        match ty {
            TypeRef::Scalar(scalar) => Self::Scalar(*scalar),
            TypeRef::Named(id) => Self::Named(*id),
            TypeRef::Optional(inner) => Self::Optional(boxed(inner)),
            TypeRef::List(item) => Self::List(boxed(item)),
            TypeRef::Set(item) => Self::Set(boxed(item)),
            TypeRef::Map(key, value) => Self::Map(boxed(key), boxed(value)),
        }
    }

    /// The type as a field could have it, where it is one of the schema's.
    pub(super) fn to_ref(&self) -> Option<TypeRef> {
        let boxed = |ty: &Self| ty.to_ref().map(Box::new);
        Some(match self {
            Self::Scalar(scalar) => TypeRef::Scalar(*scalar),
            Self::Named(id) => TypeRef::Named(*id),
            Self::Optional(inner) => TypeRef::Optional(boxed(inner)?),
            Self::List(item) => TypeRef::List(boxed(item)?),
            Self::Set(item) => TypeRef::Set(boxed(item)?),
            Self::Map(key, value) => TypeRef::Map(boxed(key)?, boxed(value)?),
            Self::Length | Self::Items(_) | Self::Unknown => return None,
        })
    }

    pub(super) fn optional(inner: Self) -> Self {
        Self::Optional(Box::new(inner))
    }

    pub(super) fn items(item: Self) -> Self {
        Self::Items(Box::new(item))
    }

    /// In the schema's words, in backticks.
    pub(super) fn describe(&self, domain: &Domain) -> String {
        match (self, self.to_ref()) {
            (_, Some(ty)) => format!("`{}`", domain.type_text(&ty)),
            (Self::Length, _) => String::from("a length"),
            (Self::Items(_), _) => String::from("the items of a collection"),
            (Self::Optional(_), _) => String::from("an optional"),
            _ => String::from("of a type that is not known here"),
        }
    }

    pub(super) fn is_unknown(&self) -> bool {
        *self == Self::Unknown
    }

    /// Whether a part of it is unknown, so that nothing can be said against it.
    pub(super) fn has_unknown(&self) -> bool {
        match self {
            Self::Unknown => true,
            Self::Optional(inner) | Self::List(inner) | Self::Set(inner) | Self::Items(inner) => {
                inner.has_unknown()
            }
            Self::Map(key, value) => key.has_unknown() || value.has_unknown(),
            Self::Scalar(_) | Self::Named(_) | Self::Length => false,
        }
    }

    /// The scalar of a type without a name of its own.
    pub(super) fn scalar(&self) -> Option<Scalar> {
        match self {
            Self::Scalar(scalar) => Some(*scalar),
            _ => None,
        }
    }

    /// The scalar that is stored: newtypes are looked through.
    pub(super) fn stored_scalar(&self, domain: &Domain) -> Option<Scalar> {
        match self.to_ref().as_ref().map(|ty| domain.stored(ty)) {
            Some(TypeRef::Scalar(scalar)) => Some(*scalar),
            _ => None,
        }
    }

    /// The type inside a newtype.
    pub(super) fn newtype_inner(&self, domain: &Domain) -> Option<Self> {
        match self {
            Self::Named(id) => match &domain.ty(*id).kind {
                TypeKind::Newtype { inner, .. } => Some(Self::of(inner)),
                TypeKind::Struct(_) | TypeKind::Enum(_) | TypeKind::Extern(_) => None,
            },
            _ => None,
        }
    }

    /// Whether it is the user's own type, of which nothing is known but its name.
    pub(super) fn is_extern(&self, domain: &Domain) -> bool {
        matches!(self, Self::Named(id) if matches!(domain.ty(*id).kind, TypeKind::Extern(_)))
    }

    pub(super) fn is_number(&self, domain: &Domain) -> bool {
        matches!(self, Self::Length) || self.to_ref().is_some_and(|ty| facts::is_number(domain, &ty))
    }

    pub(super) fn is_copy(&self, domain: &Domain) -> bool {
        match self {
            Self::Length => true,
            Self::Optional(inner) => inner.is_copy(domain),
            other => other.to_ref().is_some_and(|ty| facts::is_copy(domain, &ty)),
        }
    }

    pub(super) fn is_ordered(&self, domain: &Domain) -> bool {
        matches!(self, Self::Length) || self.to_ref().is_some_and(|ty| facts::is_ordered(domain, &ty))
    }

    /// Whether Rust's `Ord` is there, as it is for all that is ordered but floating-point numbers.
    pub(super) fn is_totally_ordered(&self, domain: &Domain) -> bool {
        self.is_ordered(domain) && !self.stored_scalar(domain).is_some_and(Scalar::is_float)
    }

    pub(super) fn has_default(&self, domain: &Domain) -> bool {
        self.to_ref().is_some_and(|ty| facts::has_default(domain, &ty))
    }

    /// Whether every value of this type is one of `to` too, and Rust's `From` says so.
    pub(super) fn widens_to(&self, to: &Self) -> bool {
        let (from, to) = match (self, to) {
            (Self::Length, Self::Scalar(to)) => return matches!(to, Scalar::U64) || widens(Scalar::U64, *to),
            (Self::Scalar(from), Self::Scalar(to)) => (*from, *to),
            _ => return false,
        };
        widens(from, to)
    }
}

fn widens(from: Scalar, to: Scalar) -> bool {
    match (from.integer(), to.integer()) {
        (Some((from_signed, from_bits)), Some((to_signed, to_bits))) => {
            (from_signed == to_signed || !from_signed) && from_bits < to_bits
        }
        (Some((_, bits)), None) => match to {
            Scalar::F32 => bits <= 16,
            Scalar::F64 => bits <= 32,
            Scalar::Decimal => bits <= 64,
            _ => false,
        },
        _ => (from, to) == (Scalar::F32, Scalar::F64),
    }
}
