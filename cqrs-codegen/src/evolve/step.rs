//! The step from the released shape to today's: what carries over is left out, what nobody knows is left blank.

use crate::diagnostic::quote;
use crate::model::{Conversion, Event, Field, Shape};
use crate::resolve::{BLANK, conversion};
use crate::source::SourceMap;
use crate::syntax::ast;
use crate::yaml::{self, Kind};

use super::edit::{Edits, Place};
use super::text::{Yaml, quoted};
use super::{Refusal, Request, Schema, entry, senseless};

impl Schema {
    /// The text with the step, and the fields that are left blank in it.
    pub(super) fn with_step(
        &self,
        event: &Event,
        shape: &Shape,
        request: &Request,
    ) -> Result<(String, Vec<String>), Refusal> {
        self.check_request(event, shape, request)?;
        let place = self.node(event).and_then(|it| entry(&it.value, "history"));
        let place = place.and_then(|it| entry(&it.value, &shape.version.to_string()));
        let Some(place) = place else {
            return Err(senseless(format!("version {} could not be found under `history`", shape.version)));
        };
        let text = self.sources.file(place.key.span().file).text();
        let Some(given) = self.given(event, shape.version) else { return Ok((text.to_owned(), Vec::new())) };
        let (mut fills, mut blanks) = (Vec::new(), Vec::new());
        for field in event.fields.iter().filter(|field| !given.contains(&field.name.as_str())) {
            let Some(fill) = self.fill(field, shape, request) else { continue };
            if fill == BLANK {
                blanks.push(field.name.to_string());
            }
            fills.push((field.name.to_string(), Yaml::Text(fill)));
        }
        let mut edits = Edits::new(text);
        match entry(&place.value, "upcast") {
            _ if fills.is_empty() => {}
            Some(upcast) => edits.add(upcast, Place::Last, fills),
            None => edits.add(place, Place::Last, vec![("upcast".to_owned(), Yaml::Map(fills))]),
        }
        Ok((edits.apply(), blanks))
    }

    /// The fields that the step already fills; nothing where it is written in Rust.
    fn given(&self, event: &Event, version: u32) -> Option<Vec<&str>> {
        let mut events = self.document.aggregates.iter().flat_map(|aggregate| &aggregate.events);
        let declared = events.find(|it| it.name.text() == event.name.as_str())?;
        let step = declared.history.iter().find(|step| step.version == version)?;
        match &step.upcast {
            ast::Upcast::Custom => None,
            ast::Upcast::Fields(given) => Some(given.iter().map(|it| it.name.text()).collect()),
        }
    }

    /// What a field of today is for records of the older shape; nothing where the compiler sees to it.
    fn fill(&self, field: &Field, shape: &Shape, request: &Request) -> Option<String> {
        let name = field.name.as_str();
        let older = |name: &str| shape.fields.iter().find(|it| it.name.as_str() == name);
        let carried = |older: &Field| conversion(&self.domain, &older.ty, &field.ty);
        if let Some((_, text)) = request.defaults.iter().find(|(it, _)| it == name)
            && older(name).is_none()
        {
            return Some(format!("{{ value: {} }}", plain(text)));
        }
        if let Some((old, _)) = request.renames.iter().find(|(_, new)| new == name) {
            let converted = older(old).and_then(carried);
            return Some(match converted {
                Some(Conversion::Same | Conversion::Wrap) => format!("event.{old}"),
                _ => BLANK.to_owned(),
            });
        }
        match older(name).map(carried) {
            Some(Some(_)) => None,
            Some(None) => Some(BLANK.to_owned()),
            None if field.may_be_absent() => None,
            None => Some(BLANK.to_owned()),
        }
    }

    fn check_request(&self, event: &Event, shape: &Shape, request: &Request) -> Result<(), Refusal> {
        let has = |fields: &[Field], name: &str| fields.iter().any(|it| it.name.as_str() == name);
        for (old, new) in &request.renames {
            if !has(&shape.fields, old) {
                let text = format!("version {} has no field {} to be renamed to", shape.version, quote(old));
                return Err(senseless(format!("{text} {}", quote(new))));
            }
        }
        for (name, _) in &request.defaults {
            if !has(&event.fields, name) && !has(&shape.fields, name) {
                return Err(senseless(format!(
                    "{} has no field {}: add it to `fields` first",
                    quote(event.name.as_str()),
                    quote(name)
                )));
            }
            let is_given_a_default =
                shape.fields.iter().any(|it| it.name.as_str() == name && it.default.is_some());
            if has(&shape.fields, name) && has(&event.fields, name) && !is_given_a_default {
                return Err(senseless(format!(
                    "{} is a field of version {} already, so `--default` would throw away what records say: \
                     write the step yourself, such as `{name}: \"event.{name}.unwrap_or(…)\"`",
                    quote(name),
                    shape.version
                )));
            }
        }
        Ok(())
    }
}

/// A value of the command line as it is written in brackets: as it stands where YAML takes it for one value, in quotes
/// otherwise.
pub(super) fn plain(text: &str) -> String {
    let text = text.trim();
    let mut sources = SourceMap::default();
    let file = sources.add("value", format!("{{ value: {text} }}"));
    let mut found = crate::diagnostic::Diagnostics::default();
    let root = yaml::parse(&sources, file, &mut found).filter(|_| !found.has_errors());
    let is_one_value = root.is_some_and(|root| match root.kind {
        Kind::Map(entries) => matches!(entries.as_slice(), [one] if !one.value.is_null()),
        _ => false,
    });
    if is_one_value && !text.contains(['\n', '#']) { text.to_owned() } else { quoted(text) }
}
