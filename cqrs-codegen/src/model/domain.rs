//! The domain: every list that ids point into, and the ways to walk them.

use crate::source::Span;

use super::{
    Aggregate, AggregateId, Command, CommandId, ErrorId, ErrorKind, Event, EventId, Expression, ExpressionId,
    Name, Origin, Projection, ProjectionId, Query, QueryId, RoleId, Scenario, Scope, Type, TypeId, TypeKind,
    TypeRef, Waiver,
};

/// One bounded context: everything that its schema says.
#[derive(Debug, Clone, PartialEq)]
pub struct Domain {
    /// Its name, the generated module's.
    pub name: Name,
    /// What it is about, in the schema's words.
    pub doc: Option<String>,
    /// Who may be asked for in `allow`.
    pub roles: Vec<(Name, Origin)>,
    /// Types, those of imported files included.
    pub types: Vec<Type>,
    /// Aggregates.
    pub aggregates: Vec<Aggregate>,
    /// Events of all aggregates.
    pub events: Vec<Event>,
    /// Refusals of all aggregates.
    pub errors: Vec<ErrorKind>,
    /// Commands of all aggregates.
    pub commands: Vec<Command>,
    /// Projections.
    pub projections: Vec<Projection>,
    /// Queries.
    pub queries: Vec<Query>,
    /// Scenarios.
    pub scenarios: Vec<Scenario>,
    /// Changes of released events that are let through.
    pub waivers: Vec<Waiver>,
    /// Every expression, wherever it stands.
    pub expressions: Vec<Expression>,
    /// Where it was declared: the name.
    pub origin: Origin,
}

macro_rules! lists {
    ($($one:ident, $all:ident: $list:ident[$id:ident] -> $item:ty;)*) => {
        impl Domain {
            $(
                #[doc = concat!("The item of an id.\n\n# Panics\n\nPanics on an id of another domain.")]
                #[must_use]
                pub fn $one(&self, id: $id) -> &$item {
                    &self.$list[id.index()]
                }

                #[doc = concat!("Every item of `", stringify!($list), "` with its id, in the order of the schema.")]
                pub fn $all(&self) -> impl Iterator<Item = ($id, &$item)> {
                    self.$list.iter().enumerate().map(|(index, item)| ($id::new(index), item))
                }
            )*
        }
    };
}

lists! {
    role, roles: roles[RoleId] -> (Name, Origin);
    ty, types: types[TypeId] -> Type;
    aggregate, aggregates: aggregates[AggregateId] -> Aggregate;
    event, events: events[EventId] -> Event;
    error, errors: errors[ErrorId] -> ErrorKind;
    command, commands: commands[CommandId] -> Command;
    projection, projections: projections[ProjectionId] -> Projection;
    query, queries: queries[QueryId] -> Query;
    expression, expressions: expressions[ExpressionId] -> Expression;
}

impl Domain {
    pub(crate) fn empty(name: Name, doc: Option<String>, origin: Origin) -> Self {
        Self {
            name,
            doc,
            roles: Vec::new(),
            types: Vec::new(),
            aggregates: Vec::new(),
            events: Vec::new(),
            errors: Vec::new(),
            commands: Vec::new(),
            projections: Vec::new(),
            queries: Vec::new(),
            scenarios: Vec::new(),
            waivers: Vec::new(),
            expressions: Vec::new(),
            origin,
        }
    }

    /// Adds a type of which nothing is known, for the places of types that were refused; never in a domain without errors.
    pub(crate) fn push_stand_in(&mut self, at: Span) -> TypeId {
        let (kind, origin) = (TypeKind::Extern(String::new()), Origin::new(at, at));
        self.types.push(Type { name: Name::new("?"), doc: None, kind, origin });
        TypeId::new(self.types.len() - 1)
    }

    /// The type that is stored where `ty` stands: newtypes are looked through.
    ///
    /// Ends at a newtype that contains itself, which a rule reports.
    #[must_use]
    pub fn stored<'a>(&'a self, ty: &'a TypeRef) -> &'a TypeRef {
        let mut ty = ty;
        for _ in 0..=self.types.len() {
            match ty {
                TypeRef::Named(id) => match &self.ty(*id).kind {
                    TypeKind::Newtype { inner, .. } => ty = inner,
                    _ => return ty,
                },
                _ => return ty,
            }
        }
        ty
    }

    /// Whether a newtype holds itself, with nothing but newtypes and `?` in between; a rule reports it.
    pub(crate) fn is_endless_newtype(&self, id: TypeId) -> bool {
        let mut ty = &TypeRef::Named(id);
        for _ in 0..=self.types.len() {
            match self.stored(ty) {
                TypeRef::Optional(inner) => ty = inner,
                TypeRef::Named(id) => return matches!(self.ty(*id).kind, TypeKind::Newtype { .. }),
                _ => return false,
            }
        }
        true
    }

    /// Whether nothing is known of the type but its name: the user's own, or a stand-in.
    #[must_use]
    pub fn is_extern(&self, ty: &TypeRef) -> bool {
        matches!(ty, TypeRef::Named(id) if matches!(self.ty(*id).kind, TypeKind::Extern(_)))
    }

    /// Whether the type stands in for one that was refused.
    pub(crate) fn is_stand_in(&self, ty: &TypeRef) -> bool {
        match ty.required() {
            TypeRef::Named(id) => {
                matches!(&self.ty(*id).kind, TypeKind::Extern(path) if path.is_empty())
            }
            _ => false,
        }
    }

    /// A type reference in the schema language: `map<string, Money>?`.
    #[must_use]
    pub fn type_text(&self, ty: &TypeRef) -> String {
        match ty {
            TypeRef::Scalar(scalar) => scalar.name().to_owned(),
            TypeRef::Named(id) => self.ty(*id).name.to_string(),
            TypeRef::Optional(inner) => format!("{}?", self.type_text(inner)),
            TypeRef::List(item) => format!("list<{}>", self.type_text(item)),
            TypeRef::Set(item) => format!("set<{}>", self.type_text(item)),
            TypeRef::Map(key, value) => format!("map<{}, {}>", self.type_text(key), self.type_text(value)),
        }
    }

    /// The fields of the `event` that an expression of this scope sees, where there is just one shape of it.
    #[must_use]
    pub fn event_fields(&self, scope: &Scope) -> Option<&[super::Field]> {
        match scope {
            Scope::Apply(event) | Scope::Retirement(event) | Scope::Fold(_, event) => {
                Some(&self.event(*event).fields)
            }
            Scope::Upcast { event, from } => self.event(*event).shape(*from).map(|(_, fields)| fields),
            Scope::Downcast { event, to } => self.event(*event).shape(*to + 1).map(|(_, fields)| fields),
            Scope::Value(_) | Scope::Decision(_) | Scope::Row(..) => None,
        }
    }
}
