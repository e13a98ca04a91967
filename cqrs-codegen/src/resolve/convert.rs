//! Which types carry over to which, without losing anything.

use crate::model::{Conversion, Domain, Scalar, TypeRef};

/// How a value of `from` becomes one of `to`, where nothing can be lost on the way.
pub(crate) fn conversion(domain: &Domain, from: &TypeRef, to: &TypeRef) -> Option<Conversion> {
    use TypeRef::Optional;
    let refused = |ty: &TypeRef| domain.is_stand_in(ty);
    if from == to || refused(from) || refused(to) {
        return Some(Conversion::Same);
    }
    match (from, to) {
        (Optional(from), Optional(to)) => widens(from, to).then_some(Conversion::WidenInside),
        (from, Optional(to)) if from == to.as_ref() => Some(Conversion::Wrap),
        (from, Optional(to)) => widens(from, to).then_some(Conversion::WidenAndWrap),
        (from, to) => widens(from, to).then_some(Conversion::Widen),
    }
}

/// Whether Rust's `From` turns every value of one number type into the same value of the other.
fn widens(from: &TypeRef, to: &TypeRef) -> bool {
    let (TypeRef::Scalar(from), TypeRef::Scalar(to)) = (from, to) else { return false };
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
        _ => (*from, *to) == (Scalar::F32, Scalar::F64),
    }
}

#[cfg(test)]
mod tests {
    use super::widens;
    use crate::model::{Scalar, TypeRef};

    #[test]
    fn a_number_widens_only_where_nothing_is_lost() {
        let widens = |from, to| widens(&TypeRef::Scalar(from), &TypeRef::Scalar(to));
        assert!(widens(Scalar::I32, Scalar::I64));
        assert!(widens(Scalar::U32, Scalar::I64));
        assert!(widens(Scalar::I64, Scalar::Decimal));
        assert!(!widens(Scalar::I64, Scalar::I32));
        assert!(!widens(Scalar::I32, Scalar::U64));
        assert!(!widens(Scalar::U64, Scalar::I64));
        assert!(!widens(Scalar::I64, Scalar::F64));
        assert!(!widens(Scalar::F64, Scalar::F32));
        assert!(!widens(Scalar::String, Scalar::Json));
    }
}
