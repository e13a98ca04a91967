//! What the schema says to what it means: every name looked up, every text given its type.
//!
//! Resolving never fails. What a name does not lead to is reported with the nearest name that there is, and left out or
//! given a stand-in, so that one slip is reported once. Whether the result makes sense is for [`crate::check`].

mod command;
mod construction;
mod convert;
mod declare;
mod event;
mod expression;
mod infer;
mod names;
mod projection;
mod query;
mod scalar;
mod scenario;
mod types;
mod value;
mod write;

use crate::context::Context;
use crate::documents::Documents;
use crate::model::Domain;
use names::Names;

pub(crate) use convert::conversion;
pub(crate) use event::BLANK;

/// The domain that the documents describe.
pub(crate) fn resolve(documents: &Documents, ctx: &mut Context) -> Domain {
    let Documents { schema, imported, .. } = documents;
    let (domain, names) = declare::declare(documents, ctx);
    let mut work = Work { domain, names, ctx };
    types::resolve(&mut work, imported.iter().chain(&schema.types));
    types::resolve_members(&mut work, schema);
    event::resolve(&mut work, schema);
    command::resolve(&mut work, schema);
    projection::resolve(&mut work, schema);
    query::resolve(&mut work, schema);
    scenario::resolve(&mut work, schema);
    work.domain.waivers.clone_from(&schema.waivers);
    work.domain
}

/// A domain under construction, the names of its parts, and where problems go.
struct Work<'a> {
    domain: Domain,
    names: Names,
    ctx: &'a mut Context,
}
