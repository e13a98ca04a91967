//! What differs between two shapes as they are stored, nested types included.
//!
//! Names of types are looked through, and so are newtypes: neither is stored. A type that contains itself is followed
//! once.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Definition, Field, Fields, Payload, Shape, Type};

/// How many differences of two shapes are looked for. Types that name one another many times have no end of paths.
const MOST: usize = 1000;

/// One place where two shapes differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The way from the payload to the place: `holder.contact.Phone.number`, `lines[].sku`.
    pub path: String,
    /// The part of the older shape's lock that it concerns: a field, or a part of a named type as `Holder.email`.
    pub part: String,
    /// What differs.
    pub kind: Kind,
}

/// What differs at one place. `was` and `is` are types as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A field is there no more.
    FieldRemoved {
        /// Its type.
        was: String,
    },
    /// A field is new.
    FieldAdded {
        /// Its type.
        is: String,
        /// Whether a payload may lack it.
        may_be_absent: bool,
    },
    /// A type whose values are all among those of the older one's successor.
    Widened {
        /// The type before.
        was: String,
        /// The type now.
        is: String,
    },
    /// A type that has only some of the values.
    Narrowed {
        /// The type before.
        was: String,
        /// The type now.
        is: String,
    },
    /// Another type altogether.
    Retyped {
        /// The type before.
        was: String,
        /// The type now.
        is: String,
    },
    /// Null has become possible.
    BecameOptional {
        /// The type before.
        was: String,
        /// The type now.
        is: String,
    },
    /// Null was possible and is no more.
    BecameRequired {
        /// The type before.
        was: String,
        /// The type now.
        is: String,
    },
    /// A payload could lack the field and can no more.
    DefaultRemoved,
    /// A payload could not lack the field and can now.
    DefaultAdded,
    /// A variant is there no more.
    VariantRemoved,
    /// A variant is new.
    VariantAdded,
    /// A variant carries something of another form.
    PayloadChanged {
        /// What it carried.
        was: String,
        /// What it carries.
        is: String,
    },
    /// Another type of whose stored form nothing is known.
    ExternChanged {
        /// The type before.
        was: String,
        /// The type now.
        is: String,
    },
}

impl Kind {
    /// Whether every payload of the older shape is one of the newer shape, and means the same: fields that may be
    /// absent, variants and defaults that came in.
    #[must_use]
    pub const fn is_addition(&self) -> bool {
        matches!(self, Self::FieldAdded { may_be_absent: true, .. } | Self::VariantAdded | Self::DefaultAdded)
    }
}

/// What differs from `old` to `new`, in the order of the paths. Nothing where both are stored alike.
#[must_use]
pub fn between(old: &Shape, new: &Shape) -> Vec<Difference> {
    let mut walk = Walk { old, new, open: BTreeSet::new(), alike: BTreeSet::new(), found: Vec::new() };
    let top = Place::default();
    walk.fields(&top, &old.fields, &new.fields);
    walk.found
}

/// The way to a place, and the part of the lock that stands for it.
#[derive(Debug, Clone, Default)]
struct Place {
    path: String,
    part: String,
}

impl Place {
    fn field(&self, name: &str) -> Self {
        let join = |owner: &str| if owner.is_empty() { name.to_owned() } else { format!("{owner}.{name}") };
        Self { path: join(&self.path), part: join(&self.part) }
    }

    fn step(&self, step: &str) -> Self {
        Self { path: format!("{}{step}", self.path), part: self.part.clone() }
    }

    fn within(&self, ty: &str) -> Self {
        Self { path: self.path.clone(), part: ty.to_owned() }
    }
}

struct Walk<'a> {
    old: &'a Shape,
    new: &'a Shape,
    /// Pairs of types, one of them named, that are being compared.
    open: BTreeSet<(&'a Type, &'a Type)>,
    /// Such pairs that were found alike.
    alike: BTreeSet<(&'a Type, &'a Type)>,
    found: Vec<Difference>,
}

impl<'a> Walk<'a> {
    fn push(&mut self, place: &Place, kind: Kind) {
        self.found.push(Difference { path: place.path.clone(), part: place.part.clone(), kind });
    }

    fn fields(&mut self, place: &Place, old: &'a Fields, new: &'a Fields) {
        for (name, was) in old {
            match new.get(name) {
                Some(is) => self.field(&place.field(name), was, is),
                None => self.push(&place.field(name), Kind::FieldRemoved { was: was.ty.to_string() }),
            }
        }
        for (name, field) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
            let (is, may_be_absent) = (field.ty.to_string(), field.may_be_absent());
            self.push(&place.field(name), Kind::FieldAdded { is, may_be_absent });
        }
    }

    fn field(&mut self, place: &Place, old: &'a Field, new: &'a Field) {
        let before = self.found.len();
        self.types(place, &old.ty, &new.ty);
        // Where the type is another one too, that says it all.
        if self.found.len() > before {
            return;
        }
        match (old.may_be_absent(), new.may_be_absent()) {
            (true, false) => self.push(place, Kind::DefaultRemoved),
            (false, true) => self.push(place, Kind::DefaultAdded),
            _ => {}
        }
    }

    fn types(&mut self, place: &Place, was: &'a Type, is: &'a Type) {
        if !matches!((was, is), (Type::Named(_), _) | (_, Type::Named(_))) {
            return self.forms(place, was, is);
        }
        let is_known = self.alike.contains(&(was, is)) || self.found.len() >= MOST;
        if is_known || !self.open.insert((was, is)) {
            return;
        }
        let before = self.found.len();
        self.forms(place, was, is);
        self.open.remove(&(was, is));
        if self.found.len() == before {
            self.alike.insert((was, is));
        }
    }

    fn forms(&mut self, place: &Place, was: &'a Type, is: &'a Type) {
        let (old, new) = (self.old.stored(was), self.new.stored(is));
        let texts = || match (was.to_string(), is.to_string()) {
            // Newtypes of one name: what is inside is what differs.
            (was, is) if was == is => (old.to_string(), new.to_string()),
            texts => texts,
        };
        match (old, new) {
            (Type::Optional(old), Type::Optional(new)) => self.types(place, old, new),
            (Type::Optional(old), _) => {
                let (was, is) = texts();
                self.push(place, Kind::BecameRequired { was, is });
                self.types(place, old, new);
            }
            (_, Type::Optional(inner)) => {
                let (was, is) = texts();
                self.push(place, Kind::BecameOptional { was, is });
                self.types(place, old, inner);
            }
            (Type::Scalar(old), Type::Scalar(new)) if old == new => {}
            (Type::Scalar(old), Type::Scalar(new)) => {
                let (was, is) = texts();
                let kind = if old.widens_to(*new) {
                    Kind::Widened { was, is }
                } else if new.widens_to(*old) {
                    Kind::Narrowed { was, is }
                } else {
                    Kind::Retyped { was, is }
                };
                self.push(place, kind);
            }
            (Type::List(old), Type::List(new)) | (Type::Set(old), Type::Set(new)) => {
                self.types(&place.step("[]"), old, new);
            }
            (Type::Map(old_key, old), Type::Map(new_key, new)) => {
                self.types(&place.step("[key]"), old_key, new_key);
                self.types(&place.step("[]"), old, new);
            }
            (Type::Named(old), Type::Named(new)) => self.named(place, (old, was), (new, is)),
            (Type::Extern(old), Type::Extern(new)) if old == new => {}
            (Type::Extern(_), _) | (_, Type::Extern(_)) => {
                let (was, is) = texts();
                self.push(place, Kind::ExternChanged { was, is });
            }
            _ => {
                let (was, is) = texts();
                self.push(place, Kind::Retyped { was, is });
            }
        }
    }

    fn named(&mut self, place: &Place, (old, was): (&'a str, &Type), (new, is): (&'a str, &Type)) {
        let within = place.within(old);
        match (self.old.types.get(old), self.new.types.get(new)) {
            (Some(Definition::Struct(old)), Some(Definition::Struct(new))) => self.fields(&within, old, new),
            (Some(Definition::Enum(old)), Some(Definition::Enum(new))) => self.variants(&within, old, new),
            // Of a type without a definition, or with none but its own, the name is all that is known.
            (old_definition, new_definition) if old == new && old_definition == new_definition => {}
            _ => self.push(place, Kind::Retyped { was: was.to_string(), is: is.to_string() }),
        }
    }

    fn variants(
        &mut self,
        place: &Place,
        old: &'a BTreeMap<String, Payload>,
        new: &'a BTreeMap<String, Payload>,
    ) {
        for (name, was) in old {
            match new.get(name) {
                Some(is) => self.payloads(&place.field(name), was, is),
                None => self.push(&place.field(name), Kind::VariantRemoved),
            }
        }
        for name in new.keys().filter(|name| !old.contains_key(*name)) {
            self.push(&place.field(name), Kind::VariantAdded);
        }
    }

    fn payloads(&mut self, place: &Place, old: &'a Payload, new: &'a Payload) {
        match (old, new) {
            (Payload::Unit, Payload::Unit) => {}
            (Payload::Newtype(old), Payload::Newtype(new)) => self.types(place, old, new),
            (Payload::Tuple(old), Payload::Tuple(new)) if old.len() == new.len() => {
                for (index, (old, new)) in old.iter().zip(new).enumerate() {
                    self.types(&place.step(&format!("[{index}]")), old, new);
                }
            }
            _ if let (Some(old), Some(new)) = (fields_of(self.old, old), fields_of(self.new, new)) => {
                self.fields(place, old, new);
            }
            _ => self.push(place, Kind::PayloadChanged { was: form(old), is: form(new) }),
        }
    }
}

/// The fields that a variant is stored with: its own, or those of the one struct that it holds.
fn fields_of<'a>(shape: &'a Shape, payload: &'a Payload) -> Option<&'a Fields> {
    match payload {
        Payload::Struct(fields) => Some(fields),
        Payload::Newtype(inner) => match shape.stored(inner) {
            Type::Named(name) => match shape.types.get(name) {
                Some(Definition::Struct(fields)) => Some(fields),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// What a variant carries, in a few words.
fn form(payload: &Payload) -> String {
    match payload {
        Payload::Unit => "nothing".to_owned(),
        Payload::Newtype(inner) => format!("`{inner}`"),
        Payload::Tuple(items) => format!("{} values without names", items.len()),
        Payload::Struct(fields) => {
            let names: Vec<_> = fields.keys().map(|name| format!("`{name}`")).collect();
            if names.is_empty() { "no fields".to_owned() } else { format!("the fields {}", names.join(", ")) }
        }
    }
}
