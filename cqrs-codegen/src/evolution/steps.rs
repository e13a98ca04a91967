//! What the steps of an event's history say, as far as a lock records it: what they fill, and not with what.

use std::collections::BTreeSet;

use crate::model::{Construction, Domain, Event, Field, Fill, Retirement, Shape, Term, TypeKind, Upcast};

/// What the step from an older shape to the next one fills; nothing where it is written in Rust.
pub(super) fn to_next(domain: &Domain, event: &Event, shape: &Shape) -> Option<BTreeSet<String>> {
    let Upcast::Fields(Construction { fills }) = &shape.upcast else { return None };
    let mut filled = BTreeSet::new();
    if let Some((_, fields)) = event.shape(shape.version + 1) {
        collect(domain, fields, fills, "", &mut filled);
    }
    Some(filled)
}

/// The events that a retired one is read as.
pub(super) fn of_retirement(domain: &Domain, event: &Event) -> BTreeSet<String> {
    match &event.retired {
        Some(Retirement::Into(replacements)) => {
            replacements.iter().map(|it| domain.event(it.event).name.to_string()).collect()
        }
        Some(Retirement::Drop) | None => BTreeSet::new(),
    }
}

/// The paths of the fields that are filled by what the schema writes, those of structs in it included.
fn collect(domain: &Domain, fields: &[Field], fills: &[Fill], owner: &str, filled: &mut BTreeSet<String>) {
    for (field, fill) in fields.iter().zip(fills) {
        let Fill::Term(term) = fill else { continue };
        let path = format!("{owner}{}", field.name);
        if let Term::Struct { ty, fields: inner, .. } = term
            && let TypeKind::Struct(fields) = &domain.ty(*ty).kind
        {
            collect(domain, fields, inner, &format!("{path}."), filled);
        }
        filled.insert(path);
    }
}
