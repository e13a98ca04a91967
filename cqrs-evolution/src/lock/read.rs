//! The text of a lock as a domain, each mistake with its place.

mod shape;

use std::collections::{BTreeMap, BTreeSet};

use super::tokens::Line;
use super::write::sum;
use super::{FORMAT, Lines, Lock, ReadError};
use crate::model::{Domain, Event, StoredAs, Version};
use shape::ShapeReader;

/// Reads the text of a lock.
///
/// # Errors
///
/// The first mistake: a line that is not of the format, a fact that is said twice, a type that is not defined, or a
/// version whose lines are not the ones that were written, so that one was lost or changed.
pub fn read(text: &str) -> Result<Lock, ReadError> {
    let mut reader = Reader::default();
    let mut last = 1;
    for (number, line) in (1..).zip(text.lines()) {
        let mut line = Line::new(line, number);
        last = number;
        if !line.is_done() {
            reader.line(&mut line)?;
        }
    }
    reader.finish(last)
}

#[derive(Default)]
struct Reader {
    format: Option<u32>,
    domain: Option<Domain>,
    lines: Lines,
    event: Option<OpenEvent>,
}

/// An event whose versions are being read.
struct OpenEvent {
    aggregate: String,
    name: String,
    /// How many versions its header promises.
    count: u32,
    line: usize,
    event: Event,
    version: Option<OpenVersion>,
}

/// A version whose parts are being read.
struct OpenVersion {
    stored: StoredAs,
    sum: u32,
    line: usize,
    shape: ShapeReader,
    step: BTreeSet<String>,
}

impl OpenVersion {
    /// The rest of a line that begins with `step`: the path of what is filled.
    fn step(&mut self, line: &mut Line<'_>) -> Result<(), ReadError> {
        let mut path = line.name()?.0;
        while line.take(".") {
            path.push('.');
            path.push_str(&line.name()?.0);
        }
        line.end()?;
        self.shape.place(line, format!("step {path}"));
        if self.step.insert(path.clone()) {
            Ok(())
        } else {
            Err(line.error(format!("`step {path}` is said for the second time")))
        }
    }
}

impl Reader {
    fn line(&mut self, line: &mut Line<'_>) -> Result<(), ReadError> {
        let start = line.error("");
        let (word, is_quoted) = line.name()?;
        let unexpected = |message: String| Err(ReadError { message, ..start });
        let part_of = self.event.as_mut().and_then(|event| event.version.as_mut());
        if line.take(":") {
            let Some(version) = part_of else {
                return unexpected("a field stands outside of any version".to_owned());
            };
            return version.shape.field(line, word);
        }
        match word.as_str() {
            _ if is_quoted => Err(line.error("expected `:` and the field's type")),
            "lock" if self.format.is_none() => self.format(line),
            _ if self.format.is_none() => {
                Err(line.error(format!("expected `lock {FORMAT}` before all else")))
            }
            "domain" if self.domain.is_none() => self.domain(line),
            _ if self.domain.is_none() => {
                unexpected("expected `domain` and its name after `lock`".to_owned())
            }
            "event" => self.event(line),
            "version" => self.version(line),
            "newtype" | "struct" | "enum" => {
                let Some(version) = part_of else {
                    return unexpected("a type stands outside of any version".to_owned());
                };
                version.shape.definition(line, &word)
            }
            "step" => {
                let Some(version) = part_of else {
                    return unexpected("a step stands outside of any version".to_owned());
                };
                version.step(line)
            }
            _ => unexpected(format!("`{word}` begins no line of a lock")),
        }
    }

    fn format(&mut self, line: &mut Line<'_>) -> Result<(), ReadError> {
        let format = line.count()?;
        if format != FORMAT {
            let message = format!("the lock is of format {format}, and this build reads format {FORMAT}");
            return Err(ReadError {
                help: "use a build as new as the lock".to_owned(),
                ..line.error(message)
            });
        }
        self.format = Some(format);
        line.end()
    }

    fn domain(&mut self, line: &mut Line<'_>) -> Result<(), ReadError> {
        self.domain = Some(Domain::new(line.name()?.0));
        line.end()
    }

    fn event(&mut self, line: &mut Line<'_>) -> Result<(), ReadError> {
        self.close_event()?;
        let (aggregate, _) = line.name()?;
        line.expect(".")?;
        let (name, _) = line.name()?;
        line.expect("[")?;
        let count = line.count()?;
        line.expect("]")?;
        let retired = line.take_word("retired");
        let published = line.take_word("published");
        line.end()?;
        if self.domain.as_ref().is_some_and(|domain| domain.event(&aggregate, &name).is_some()) {
            return Err(line.error(format!("event `{aggregate}.{name}` stands here for the second time")));
        }
        self.lines.place_event(&aggregate, &name, line.number());
        let event = Event { retired, published, versions: BTreeMap::new() };
        let line = line.number();
        self.event = Some(OpenEvent { aggregate, name, count, line, event, version: None });
        Ok(())
    }

    fn version(&mut self, line: &mut Line<'_>) -> Result<(), ReadError> {
        self.close_version()?;
        let Some(event) = self.event.as_mut() else {
            return Err(line.error("a version stands outside of any event"));
        };
        let number = line.count()?;
        let name = if line.take_word("as") { line.name()?.0 } else { event.name.clone() };
        line.expect("[")?;
        let sum = line.sum()?;
        line.expect("]")?;
        line.end()?;
        let before = event.event.newest();
        if number <= before {
            return Err(line.error(format!("version {number} stands after version {before}")));
        }
        let stored = StoredAs { aggregate: event.aggregate.clone(), name, version: number };
        if self.lines.version(&stored).is_some() {
            return Err(line.error(format!("{stored} stands here for the second time")));
        }
        self.lines.place_version(stored.clone(), line.number());
        let shape = ShapeReader::default();
        event.version = Some(OpenVersion { stored, sum, line: line.number(), shape, step: BTreeSet::new() });
        Ok(())
    }

    fn close_version(&mut self) -> Result<(), ReadError> {
        let Some(event) = self.event.as_mut() else { return Ok(()) };
        let Some(OpenVersion { stored, sum: written, line, shape, step }) = event.version.take() else {
            return Ok(());
        };
        let (shape, parts) = shape.finish()?;
        let version = Version { name: stored.name.clone(), shape, step: Some(step) };
        let found = sum(&stored, &version);
        if found != written {
            return Err(ReadError {
                line,
                column: 1,
                message: format!("the lines of {stored} are not the ones that were written"),
                help: format!(
                    "put back the line that was lost or changed; where the change is meant, write `[{found:08x}]`"
                ),
            });
        }
        self.lines.place_parts(stored.clone(), parts);
        event.event.versions.insert(stored.version, version);
        Ok(())
    }

    fn close_event(&mut self) -> Result<(), ReadError> {
        self.close_version()?;
        let Some(OpenEvent { aggregate, name, count, line, event, .. }) = self.event.take() else {
            return Ok(());
        };
        let found = event.versions.len();
        if u32::try_from(found) != Ok(count) || found == 0 {
            return Err(ReadError {
                line,
                column: 1,
                message: format!(
                    "`{aggregate}.{name}` had {count} versions when it was written, and has {found}"
                ),
                help: format!(
                    "put back the line that was lost or changed; where the change is meant, write `[{found}]`"
                ),
            });
        }
        if let Some(domain) = self.domain.as_mut() {
            domain.aggregates.entry(aggregate).or_default().events.insert(name, event);
        }
        Ok(())
    }

    fn finish(mut self, last: usize) -> Result<Lock, ReadError> {
        self.close_event()?;
        let Some(domain) = self.domain else {
            return Err(Line::new("", last).error("the lock ends before `lock` and `domain` were said"));
        };
        Ok(Lock { domain, lines: self.lines })
    }
}
