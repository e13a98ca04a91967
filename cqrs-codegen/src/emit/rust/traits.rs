//! Which of Rust's own traits a type of the schema can have: found once for all types, those that contain each other
//! included.

use crate::model::{Domain, Field, Scalar, TypeId, TypeKind, TypeRef};

/// The traits of one type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Has {
    /// `Copy`.
    pub(super) copy: bool,
    /// `Eq`; every type has `PartialEq`.
    pub(super) eq: bool,
    /// `PartialOrd`.
    pub(super) partial_ord: bool,
    /// `Ord`.
    pub(super) ord: bool,
    /// `Hash`.
    pub(super) hash: bool,
    /// `Default`.
    pub(super) default: bool,
    /// `Display`.
    pub(super) display: bool,
}

impl Has {
    const ALL: Self =
        Self { copy: true, eq: true, partial_ord: true, ord: true, hash: true, default: true, display: true };
    pub(super) const NONE: Self = Self {
        copy: false,
        eq: false,
        partial_ord: false,
        ord: false,
        hash: false,
        default: false,
        display: false,
    };

    fn and(self, other: Self) -> Self {
        Self {
            copy: self.copy && other.copy,
            eq: self.eq && other.eq,
            partial_ord: self.partial_ord && other.partial_ord,
            ord: self.ord && other.ord,
            hash: self.hash && other.hash,
            default: self.default && other.default,
            display: self.display && other.display,
        }
    }
}

/// The traits of every declared type.
#[derive(Debug)]
pub(super) struct Traits(Vec<Has>);

impl Traits {
    /// Starts from types that have every trait and takes away what a part does not have, until nothing changes.
    pub(super) fn new(domain: &Domain) -> Self {
        let mut traits = Self(vec![Has::ALL; domain.types.len()]);
        loop {
            let next: Vec<Has> = domain.types.iter().map(|it| traits.of_kind(&it.kind)).collect();
            if next == traits.0 {
                return traits;
            }
            traits.0 = next;
        }
    }

    /// The traits of a declared type.
    pub(super) fn of_type(&self, id: TypeId) -> Has {
        self.0.get(id.index()).copied().unwrap_or(Has::NONE)
    }

    /// The traits of a type as a field names it.
    pub(super) fn of(&self, ty: &TypeRef) -> Has {
        match ty {
            TypeRef::Scalar(scalar) => of_scalar(*scalar),
            TypeRef::Named(id) => self.of_type(*id),
            TypeRef::Optional(inner) => Has { default: true, display: false, ..self.of(inner) },
            TypeRef::List(item) | TypeRef::Set(item) => {
                Has { copy: false, default: true, display: false, ..self.of(item) }
            }
            TypeRef::Map(key, value) => {
                Has { copy: false, default: true, display: false, ..self.of(key).and(self.of(value)) }
            }
        }
    }

    /// The traits of a struct with these fields.
    pub(super) fn of_fields<'f>(&self, fields: impl IntoIterator<Item = &'f Field>) -> Has {
        let has = fields.into_iter().map(|field| {
            let has = self.of(&field.ty);
            Has { default: has.default || field.default.is_some(), ..has }
        });
        Has { display: false, ..has.fold(Has::ALL, Has::and) }
    }

    fn of_kind(&self, kind: &TypeKind) -> Has {
        match kind {
            TypeKind::Newtype { inner, .. } => self.of(inner),
            // A struct that is `Copy` today would break its users with the first text that joins its fields.
            TypeKind::Struct(fields) => Has { copy: false, ..self.of_fields(fields) },
            TypeKind::Enum(variants) => {
                let is_plain = variants.iter().all(|variant| variant.fields.is_empty());
                Has {
                    copy: is_plain,
                    default: false,
                    display: is_plain,
                    ..self.of_fields(variants.iter().flat_map(|variant| &variant.fields))
                }
            }
            // A state may start with one: rustc then asks for its `Default`.
            TypeKind::Extern(_) => Has { default: true, ..Has::NONE },
        }
    }
}

fn of_scalar(scalar: Scalar) -> Has {
    match scalar {
        Scalar::F32 | Scalar::F64 => Has { eq: false, ord: false, hash: false, ..Has::ALL },
        Scalar::String => Has { copy: false, ..Has::ALL },
        Scalar::Bytes => Has { copy: false, display: false, ..Has::ALL },
        // No date, instant or UUID is one that anyone could mean where none is given.
        Scalar::Date | Scalar::Time | Scalar::Timestamp | Scalar::Uuid => Has { default: false, ..Has::ALL },
        Scalar::Json => Has { copy: false, partial_ord: false, ord: false, ..Has::ALL },
        _ => Has::ALL,
    }
}
