//! Names: owners and their fields, enums and their variants, and what belongs to the user's own Rust.

use quote::{ToTokens as _, quote};
use syn::spanned::Spanned as _;
use syn::{Expr, ExprField, ExprPath, Member};

use crate::code::expression as code;
use crate::diagnostic::{Diagnostic, did_you_mean, nearest, quote, quote_all};
use crate::model::{EventId, Field, Scalar, Scope, Type as Declared, TypeId, TypeKind};

use super::checker::{Checker, plain};
use super::literal::range;
use super::node::{Code, Fact, Foreign, Kind, Node};
use super::ty::{TEXT, Type};

/// Every name that opens a path in some scope.
const OWNERS: &[&str] = &["state", "command", "context", "event", "row", "meta", "value"];

impl<'a> Checker<'a> {
    /// A path that is not called.
    pub(super) fn path(&mut self, path: &ExprPath, hint: Option<&Type>) -> Node {
        if path.qself.is_some() || path.path.leading_colon.is_some() {
            return Node::foreign(Foreign::Verbatim(Code::new(path)));
        }
        let segments: Vec<&syn::PathSegment> = path.path.segments.iter().collect();
        match segments.as_slice() {
            [name] => self.name(&name.ident, hint),
            [owner, _] if OWNERS.contains(&plain(&owner.ident).as_str()) => {
                let help =
                    format!("write a point: `{}`", path.to_token_stream().to_string().replace(" :: ", "."));
                self.report(
                    &code::UNKNOWN_NAME,
                    path.span(),
                    "fields are reached with a point, not with `::`",
                    help,
                )
            }
            [ty, name] => self.associated(path, &ty.ident, &name.ident),
            _ => Node::foreign(Foreign::Verbatim(Code::new(path))),
        }
    }

    /// A name that stands alone.
    fn name(&mut self, ident: &syn::Ident, hint: Option<&Type>) -> Node {
        let name = plain(ident);
        if let Some((local, ty)) = self.locals.iter().rev().find(|(local, _)| local.name == name) {
            return Node::new(Kind::Local(local.clone()), ty.clone());
        }
        if let Some(owner) = self.expression.scope.owners().iter().find(|owner| **owner == name) {
            let ty = match (&self.expression.scope, *owner) {
                (Scope::Value(ty), "value") => Type::of(ty),
                _ => Type::Unknown,
            };
            return Node::new(Kind::Owner(owner), ty);
        }
        if name == "None" {
            let ty = hint
                .filter(|ty| matches!(ty, Type::Optional(_)))
                .cloned()
                .unwrap_or(Type::optional(Type::Unknown));
            return Node::new(Kind::Nothing, ty);
        }
        if OWNERS.contains(&name.as_str()) {
            let here = quote_all(self.expression.scope.owners().iter().copied(), "and");
            let message = format!("there is no `{name}` {}", self.whereabouts());
            return self.report(&code::OUT_OF_SCOPE, ident.span(), message, format!("here there is {here}"));
        }
        // A constant of the user's own is written like this by everyone, and a field by no one.
        if name.len() > 1
            && name.chars().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || it == '_')
            && self.variant_named(&name).is_none()
        {
            return Node::foreign(Foreign::Verbatim(Code::new(ident)));
        }
        let help = self.what_a_name_could_be(&name);
        self.report(
            &code::UNKNOWN_NAME,
            ident.span(),
            format!("nothing here is called {}", quote(&name)),
            help,
        )
    }

    fn what_a_name_could_be(&self, name: &str) -> String {
        let owners = self.expression.scope.owners();
        if name == "self" || name == "this" {
            return format!("here there is {}", quote_all(owners.iter().copied(), "and"));
        }
        let mut fields: Vec<String> = Vec::new();
        for owner in owners {
            let names = self
                .fields_of_owner(owner)
                .into_iter()
                .flat_map(|(_, fields)| fields)
                .map(|field| field.name.as_str().to_owned());
            let known = facts(owner).iter().map(|(fact, _)| (*fact).to_owned());
            fields.extend(names.chain(known).map(|field| format!("{owner}.{field}")));
        }
        let exact = fields.iter().find(|field| field.split_once('.').is_some_and(|(_, field)| field == name));
        if let Some(field) = exact {
            return format!("did you mean {}?", quote(field));
        }
        if let Some(variant) = self.variant_named(name) {
            return format!("did you mean {}?", quote(&variant));
        }
        let bare = fields.iter().filter_map(|field| field.split_once('.'));
        let near_field = nearest(name, bare.map(|(_, field)| field)).and_then(|near| {
            fields.iter().find(|field| field.split_once('.').is_some_and(|(_, it)| it == near))
        });
        let near = nearest(name, owners.iter().copied().chain(["true", "false"]))
            .map(str::to_owned)
            .or_else(|| near_field.cloned());
        match near {
            Some(near) => format!("did you mean {}?", quote(&near)),
            None => {
                format!("a field is reached through its owner: {}", quote_all(owners.iter().copied(), "or"))
            }
        }
    }

    /// `Currency::EUR` for `EUR`, where an enum has a variant of this name.
    fn variant_named(&self, name: &str) -> Option<String> {
        self.domain.types.iter().find_map(|ty| match &ty.kind {
            TypeKind::Enum(variants) if variants.iter().any(|it| it.name.as_str() == name) => {
                Some(format!("{}::{name}", ty.name))
            }
            _ => None,
        })
    }

    /// A field, a fact, or what a newtype holds.
    pub(super) fn field(&mut self, access: &ExprField) -> Node {
        if let Expr::Path(path) = access.base.as_ref()
            && let Some(ident) = path.path.get_ident()
            && !self.locals.iter().any(|(local, _)| local.name == plain(ident))
        {
            let owner = plain(ident);
            if let Some(owner) =
                self.expression.scope.owners().iter().copied().find(|it| *it == owner && *it != "value")
            {
                return self.field_of_owner(owner, &access.member);
            }
        }
        let base = self.check(&access.base, None);
        self.field_of(base, access)
    }

    fn field_of_owner(&mut self, owner: &'static str, member: &Member) -> Node {
        let Member::Named(ident) = member else {
            let help = format!("name a field: `{owner}.…`");
            return self.report(
                &code::UNKNOWN_FIELD,
                member.span(),
                format!("`{owner}` has no numbered fields"),
                help,
            );
        };
        let name = plain(ident);
        if let Some((_, fact)) = facts(owner).iter().find(|(known, _)| *known == name) {
            return self.fact(*fact);
        }
        let found = self.fields_of_owner(owner);
        let described =
            found.iter().map(|(whole, _)| whole.clone()).next().unwrap_or_else(|| format!("`{owner}`"));
        for (place, (_, fields)) in found.iter().enumerate() {
            if let Some(field) = fields.iter().find(|field| field.name.as_str() == name) {
                // The second list of a row's fields is its key's.
                let base = if place == 1 { "key" } else { owner };
                let base = Node::new(Kind::Owner(base), Type::Unknown);
                return Node::new(
                    Kind::Field(base.boxed(), field.name.snake().to_owned()),
                    Type::of(&field.ty),
                );
            }
        }
        if owner == "row" && name == "window_start" && self.has_window() {
            let base = Node::new(Kind::Owner("key"), Type::Unknown);
            return Node::new(Kind::Field(base.boxed(), name), Type::Scalar(Scalar::Timestamp));
        }
        let known: Vec<&str> = found
            .iter()
            .flat_map(|(_, fields)| fields)
            .map(|field| field.name.as_str())
            .chain(facts(owner).iter().map(|(fact, _)| *fact))
            .collect();
        self.unknown_field(ident, &described, &known)
    }

    fn unknown_field(&mut self, ident: &syn::Ident, owner: &str, known: &[&str]) -> Node {
        let name = plain(ident);
        let help = did_you_mean(&name, known.iter().copied()).unwrap_or_else(|| match known {
            [] => format!("{owner} has no fields"),
            known => format!("it has {}", quote_all(known.iter().copied().take(12), "and")),
        });
        let message = format!("{owner} has no field {}", quote(&name));
        let span = self.place(ident.span());
        self.diagnostics
            .push(Diagnostic::new(&code::UNKNOWN_FIELD, span, message).label("no such field").help(help));
        Node::hole()
    }

    fn field_of(&mut self, base: Node, access: &ExprField) -> Node {
        let ty = base.ty.clone();
        match (&ty, &access.member) {
            (Type::Unknown, _) if matches!(base.kind, Kind::Hole) => base,
            (Type::Unknown, member) => Node::foreign(Foreign::Field(base.boxed(), Code::new(member))),
            (Type::Named(id), Member::Named(ident)) => {
                let declared = self.domain.ty(*id);
                match &declared.kind {
                    TypeKind::Struct(fields) => {
                        let name = plain(ident);
                        match fields.iter().find(|field| field.name.as_str() == name) {
                            Some(field) => Node::new(
                                Kind::Field(base.boxed(), field.name.snake().to_owned()),
                                Type::of(&field.ty),
                            ),
                            None => {
                                let known: Vec<&str> =
                                    fields.iter().map(|field| field.name.as_str()).collect();
                                let owner = format!("the type {}", quote(declared.name.as_str()));
                                self.unknown_field(ident, &owner, &known)
                            }
                        }
                    }
                    TypeKind::Extern(_) => {
                        Node::foreign(Foreign::Field(base.boxed(), Code::new(&access.member)))
                    }
                    TypeKind::Newtype { .. } | TypeKind::Enum(_) => self.no_fields(&ty, access),
                }
            }
            (Type::Named(_), Member::Unnamed(index)) if index.index == 0 => {
                match ty.newtype_inner(self.domain) {
                    Some(inner) => Node::new(Kind::Inner(base.boxed()), inner),
                    None if ty.is_extern(self.domain) => {
                        Node::foreign(Foreign::Field(base.boxed(), Code::new(quote!(0))))
                    }
                    None => self.no_fields(&ty, access),
                }
            }
            _ => self.no_fields(&ty, access),
        }
    }

    fn no_fields(&mut self, ty: &Type, access: &ExprField) -> Node {
        let member = access.member.to_token_stream().to_string();
        let message = format!("{} has no field {}", ty.describe(self.domain), quote(&member));
        let help = match ty {
            Type::Optional(_) => format!(
                "it may be absent: `….is_some_and(|it| it.{member} == …)`, or `….map(|it| it.{member})`"
            ),
            Type::Map(..) => String::from("an entry is reached by its key: `…[key]`"),
            Type::List(_) | Type::Set(_) => String::from("its items are reached with `.iter()`"),
            Type::Named(id) => match &self.domain.ty(*id).kind {
                TypeKind::Newtype { .. } => String::from("what it holds is `.0`"),
                _ => String::from("compare it: `… == Name::Variant`"),
            },
            _ if super::method::of(ty).0.iter().any(|method| method.name == member) => {
                format!("call it: `.{member}()`")
            }
            _ => String::from("only structs have fields"),
        };
        self.report(&code::NO_FIELDS, access.member.span(), message, help)
    }

    /// Something that is known beside the fields.
    fn fact(&self, fact: Fact) -> Node {
        let scalar = |scalar| Type::Scalar(scalar);
        let ty = match fact {
            Fact::Now | Fact::RecordedAt => scalar(Scalar::Timestamp),
            Fact::Actor | Fact::Tenant | Fact::RecordedBy | Fact::RecordedFor => Type::optional(TEXT),
            Fact::CommandId
            | Fact::CorrelationId
            | Fact::EventId
            | Fact::RecordedCorrelation
            | Fact::RecordedCausation => scalar(Scalar::Uuid),
            Fact::Roles => Type::List(Box::new(TEXT)),
            Fact::AggregateType | Fact::EventType => TEXT,
            Fact::Version | Fact::Position => scalar(Scalar::U64),
            Fact::EventVersion => scalar(Scalar::U32),
            // The id has the type of the ids of the event's aggregate; as a text it is wanted only where a text is.
            Fact::AggregateIdText | Fact::AggregateId(_) => {
                let aggregate = self.current_event().map(|event| (event, self.domain.event(event).aggregate));
                match aggregate
                    .map(|(event, aggregate)| (event, Type::of(&self.domain.aggregate(aggregate).id)))
                {
                    Some((event, ty)) if ty != TEXT => {
                        return Node::new(Kind::Fact(Fact::AggregateId(event)), ty);
                    }
                    _ => TEXT,
                }
            }
        };
        Node::new(Kind::Fact(fact), ty)
    }

    /// The event that `event` stands for.
    pub(super) fn current_event(&self) -> Option<EventId> {
        match &self.expression.scope {
            Scope::Apply(event)
            | Scope::Retirement(event)
            | Scope::Fold(_, event)
            | Scope::Upcast { event, .. }
            | Scope::Downcast { event, .. } => Some(*event),
            Scope::Row(..) => self.event,
            Scope::Value(_) | Scope::Decision(_) => None,
        }
    }

    /// The fields behind an owner, each list with the words for the whole; a row has its key's as a second list.
    fn fields_of_owner(&self, owner: &str) -> Vec<(String, Vec<&'a Field>)> {
        let (domain, scope) = (self.domain, &self.expression.scope);
        match (scope, owner) {
            (Scope::Decision(_) | Scope::Apply(_), "state") => {
                let Some(aggregate) = scope.state(domain).map(|id| domain.aggregate(id)) else {
                    return Vec::new();
                };
                vec![(
                    format!("the state of {}", quote(aggregate.name.as_str())),
                    aggregate.state.iter().collect(),
                )]
            }
            (Scope::Decision(command), "command") => {
                let command = domain.command(*command);
                vec![(
                    format!("the command {}", quote(command.name.as_str())),
                    command.fields.iter().collect(),
                )]
            }
            (Scope::Upcast { event, from: version }, "event") => self.fields_of_version(*event, *version),
            (Scope::Downcast { event, to }, "event") => self.fields_of_version(*event, *to + 1),
            (Scope::Apply(_) | Scope::Retirement(_) | Scope::Fold(..) | Scope::Row(..), "event") => {
                let Some(event) = self.current_event().map(|id| domain.event(id)) else { return Vec::new() };
                vec![(format!("the event {}", quote(event.name.as_str())), event.fields.iter().collect())]
            }
            (Scope::Fold(projection, _), "row") => {
                let projection = domain.projection(*projection);
                let words = format!("the row of {}", quote(projection.name.as_str()));
                let fields = projection.fields.iter().map(|row| &row.field).collect();
                vec![(words.clone(), fields), (words, projection.key.iter().collect())]
            }
            _ => Vec::new(),
        }
    }

    fn fields_of_version(&self, event: EventId, version: u32) -> Vec<(String, Vec<&'a Field>)> {
        let event = self.domain.event(event);
        let fields = event.shape(version).map(|(_, fields)| fields).unwrap_or_default();
        let words = format!("version {version} of the event {}", quote(event.name.as_str()));
        vec![(words, fields.iter().collect())]
    }

    fn has_window(&self) -> bool {
        matches!(self.expression.scope, Scope::Fold(projection, _) if self.domain.projection(projection).window.is_some())
    }

    /// Where the expression stands, in words.
    fn whereabouts(&self) -> &'static str {
        match self.expression.scope {
            Scope::Value(_) => "in a `check`",
            Scope::Decision(_) => "in a decision",
            Scope::Apply(_) => "in an `apply`",
            Scope::Upcast { .. } => "in an upcast",
            Scope::Downcast { .. } => "in a downcast",
            Scope::Retirement(_) => "in what a retired event is read as",
            Scope::Fold(..) => "in a fold",
            Scope::Row(..) => "in a key, a summary or a window",
        }
    }

    /// `Currency::EUR`, `u64::MAX`, or something of the user's own.
    fn associated(&mut self, path: &ExprPath, owner: &syn::Ident, name: &syn::Ident) -> Node {
        let (owner_name, text) = (plain(owner), plain(name));
        if let Some((id, declared)) = self.declared(&owner_name) {
            let TypeKind::Enum(variants) = &declared.kind else {
                return Node::foreign(Foreign::Verbatim(Code::new(self.associated_path(declared, path))));
            };
            let Some(index) = variants.iter().position(|variant| variant.name.as_str() == text) else {
                return self.unknown_variant(declared, name);
            };
            return match variants.get(index) {
                Some(variant) if variant.fields.is_empty() => {
                    Node::new(Kind::Variant(id, index, Vec::new()), Type::Named(id))
                }
                Some(variant) => {
                    let fields = variant.fields.iter().map(|field| field.name.as_str());
                    let message =
                        format!("the variant {} carries {}", quote(&text), quote_all(fields.clone(), "and"));
                    let fields: Vec<String> = fields.map(|field| format!("{field}: …")).collect();
                    let help = format!("write `{owner_name}::{text} {{ {} }}`", fields.join(", "));
                    self.report(&code::VARIANT_FIELDS, path.span(), message, help)
                }
                None => Node::hole(),
            };
        }
        if let Some(scalar) = Scalar::find(&owner_name)
            && let Some((is_signed, bits)) = scalar.integer()
        {
            let (least, greatest) = range(is_signed, bits);
            let text = match text.as_str() {
                "MIN" => least,
                "MAX" => greatest,
                _ => {
                    let message = format!("`{owner_name}` has no constant {}", quote(&text));
                    return self.report(&code::UNKNOWN_NAME, name.span(), message, "it has `MIN` and `MAX`");
                }
            };
            return Node::new(Kind::Literal(scalar, text), Type::Scalar(scalar));
        }
        if let Some(near) = self.misspelt_enum(&owner_name, &text) {
            let message = format!("no type is called {}", quote(&owner_name));
            return self.report(
                &code::UNKNOWN_NAME,
                owner.span(),
                message,
                format!("did you mean {}?", quote(&near)),
            );
        }
        Node::foreign(Foreign::Verbatim(Code::new(path)))
    }

    pub(super) fn unknown_variant(&mut self, declared: &Declared, name: &syn::Ident) -> Node {
        let TypeKind::Enum(variants) = &declared.kind else { return Node::hole() };
        let names = || variants.iter().map(|variant| variant.name.as_str());
        let help = did_you_mean(&plain(name), names())
            .unwrap_or_else(|| format!("it has {}", quote_all(names().take(12), "and")));
        let message = format!("{} has no variant {}", quote(declared.name.as_str()), quote(&plain(name)));
        self.report(&code::UNKNOWN_VARIANT, name.span(), message, help)
    }

    /// The declared type of a name.
    pub(super) fn declared(&self, name: &str) -> Option<(TypeId, &'a Declared)> {
        let domain = self.domain;
        domain.types().find(|(_, ty)| ty.name.as_str() == name)
    }

    /// The enum that was probably meant by a name that is no type's: a near name, with just this variant.
    pub(super) fn misspelt_enum(&self, owner: &str, variant: &str) -> Option<String> {
        let enums = self.domain.types.iter().filter(|ty| match &ty.kind {
            TypeKind::Enum(variants) => {
                nearest(variant, variants.iter().map(|it| it.name.as_str())).is_some()
            }
            _ => false,
        });
        nearest(owner, enums.map(|ty| ty.name.as_str())).map(str::to_owned)
    }

    /// A path into a declared type, by the type's name in Rust.
    pub(super) fn associated_path(&self, declared: &Declared, path: &ExprPath) -> proc_macro2::TokenStream {
        let ty = super::render::ident(declared.name.camel());
        let rest = path.path.segments.iter().skip(1);
        quote!(#ty #(::#rest)*)
    }
}

/// What is known beside the fields, by owner.
fn facts(owner: &str) -> &'static [(&'static str, Fact)] {
    match owner {
        "context" => &[
            ("now", Fact::Now),
            ("actor", Fact::Actor),
            ("tenant", Fact::Tenant),
            ("roles", Fact::Roles),
            ("command_id", Fact::CommandId),
            ("correlation_id", Fact::CorrelationId),
        ],
        "meta" => &[
            ("recorded_at", Fact::RecordedAt),
            ("aggregate_id", Fact::AggregateIdText),
            ("aggregate_type", Fact::AggregateType),
            ("version", Fact::Version),
            ("position", Fact::Position),
            ("event_id", Fact::EventId),
            ("event_type", Fact::EventType),
            ("event_version", Fact::EventVersion),
            ("actor", Fact::RecordedBy),
            ("tenant", Fact::RecordedFor),
            ("correlation_id", Fact::RecordedCorrelation),
            ("causation_id", Fact::RecordedCausation),
        ],
        _ => &[],
    }
}
