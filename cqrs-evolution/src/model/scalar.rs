//! The types without parts, by their names in the schema language.

macro_rules! scalars {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// A type without parts.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Scalar {
            $($(#[$doc])* $variant,)*
        }

        impl Scalar {
            /// Every scalar, in the order of the reference.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The name in the schema language, and in locks.
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
    /// An exact decimal number, stored as text.
    Decimal = "decimal",
    /// A UUID, stored as text.
    Uuid = "uuid",
    /// A calendar date, stored as text.
    Date = "date",
    /// A time of day, stored as text.
    Time = "time",
    /// An instant, stored as text.
    Timestamp = "timestamp",
    /// A length of time, stored as text.
    Duration = "duration",
    /// Bytes, stored as base64 text.
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

    /// Whether every stored value of this type is one of `wider` too, which is not the same type.
    #[must_use]
    pub fn widens_to(self, wider: Self) -> bool {
        match (self, wider) {
            (narrow, Self::Json) => narrow != Self::Json,
            (Self::F32, Self::F64) => true,
            // A mantissa of 24 or 53 bits holds these exactly.
            (Self::I8 | Self::I16 | Self::U8 | Self::U16, Self::F32) => true,
            (Self::I8 | Self::I16 | Self::I32 | Self::U8 | Self::U16 | Self::U32, Self::F64) => true,
            (Self::Uuid | Self::Date | Self::Time | Self::Timestamp | Self::Duration, Self::String)
            | (Self::Decimal | Self::Bytes, Self::String) => true,
            (narrow, wider) => match (narrow.integer(), wider.integer()) {
                (Some((false, few)), Some((_, many))) | (Some((true, few)), Some((true, many))) => few < many,
                _ => false,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widening_is_a_strict_order() {
        for narrow in Scalar::ALL {
            assert!(!narrow.widens_to(*narrow), "{}", narrow.name());
            for wider in Scalar::ALL.iter().filter(|wider| narrow.widens_to(**wider)) {
                assert!(!wider.widens_to(*narrow), "{} and {}", narrow.name(), wider.name());
            }
        }
    }

    #[test]
    fn an_unsigned_integer_widens_to_a_signed_one_with_more_bits() {
        assert!(Scalar::U32.widens_to(Scalar::I64));
        assert!(!Scalar::U64.widens_to(Scalar::I64));
        assert!(!Scalar::I32.widens_to(Scalar::U64));
    }
}
