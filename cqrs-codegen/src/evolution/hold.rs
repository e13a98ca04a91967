//! Holds a schema against the lock beside it.

use std::path::Path;

use cqrs_evolution::lock::{self, Lock, ReadError};
use cqrs_evolution::{rules, waiver};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::Outcome;
use crate::code::{evolution as code, file as file_code};
use crate::diagnostic::{Diagnostic, Severity, quote};
use crate::load::{Load, LoadError};
use crate::source::{FileId, Span};

use super::findings::Places;
use super::{lock_path, model};

/// What stands beside a schema.
#[derive(Debug)]
pub enum Released {
    /// There is no lock yet.
    Nothing,
    /// The lock.
    Lock(Lock),
    /// Nothing is known: the schema has errors, or the lock cannot be read, which was reported.
    Unknown,
}

/// Reads the lock beside a schema without errors, and adds to what was found what it contradicts, and what is new.
///
/// A schema that contradicts its lock is no longer checked. The lock is one of the files that were read. What is new, and
/// that there is no lock, is said in notes. Waivers count up to `today`.
pub fn hold(outcome: &mut Outcome, load: &dyn Load, schema: &Path, today: Date) -> Released {
    let released = against_lock(outcome, load, schema, today);
    if outcome.diagnostics.has_errors() {
        outcome.checked = None;
    }
    outcome.diagnostics.sort();
    released
}

/// The day up to which waivers count: that of `SOURCE_DATE_EPOCH` where it is set, so that an old release can be built
/// again; else the day of the clock, in UTC.
#[must_use]
pub fn today() -> Date {
    let epoch = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.trim().parse().ok());
    let given = epoch.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    given.unwrap_or_else(jiff::Timestamp::now).to_zoned(TimeZone::UTC).date()
}

fn against_lock(outcome: &mut Outcome, load: &dyn Load, schema: &Path, today: Date) -> Released {
    let Some(checked) = outcome.checked.take() else { return Released::Unknown };
    let domain = checked.domain();
    let path = lock_path(schema, domain.name.as_str());
    let lock = match read(outcome, load, &path, domain.origin.span()) {
        Ok(lock) => lock,
        Err(found) => {
            outcome.diagnostics.push(found);
            return Released::Unknown;
        }
    };
    if lock.is_none() {
        let message = format!("nothing says which events of {} were released", quote(domain.name.as_str()));
        let help = format!("before the first release write and commit {}: `cqrs lock`", quote(&shown(&path)));
        let unlocked = Diagnostic::new(&code::UNLOCKED, domain.origin.span(), message);
        outcome.diagnostics.push(unlocked.help(help));
    }
    let compared = lock.as_ref().map(|(lock, _)| rules::compare(&lock.domain, &model(&checked)));
    let terms: Vec<_> = domain.waivers.iter().map(|waiver| waiver.terms.clone()).collect();
    let judged = waiver::apply(compared.unwrap_or_default(), &terms, today);
    let lines = lock.as_ref().map(|(lock, file)| (lock, *file));
    let places = Places { domain, lock: lines, sources: &outcome.sources };
    let standing = judged.standing.iter().filter_map(|finding| places.diagnostic(finding));
    let problems = judged
        .problems
        .iter()
        .filter_map(|(finding, index)| places.waiver_problem(finding, domain.waivers.get(*index)?));
    for diagnostic in standing.chain(problems).collect::<Vec<_>>() {
        outcome.diagnostics.push(diagnostic);
    }
    outcome.checked = Some(checked);
    lock.map_or(Released::Nothing, |(lock, _)| Released::Lock(lock))
}

/// The lock, where there is one; it becomes one of the files that were read.
fn read(
    outcome: &mut Outcome,
    load: &dyn Load,
    path: &Path,
    domain: Span,
) -> Result<Option<(Lock, FileId)>, Diagnostic> {
    let text = match load.load(path) {
        Ok(text) => text,
        Err(LoadError::Missing) => return Ok(None),
        Err(error) => {
            let message = format!("cannot read {}: {error}", quote(&shown(path)));
            let found = Diagnostic::new(&file_code::UNREADABLE, domain, message);
            return Err(found.help("see that the file can be read"));
        }
    };
    let read = lock::read(&text);
    let file = outcome.sources.add(shown(path), text);
    match read {
        Ok(lock) => Ok(Some((lock, file))),
        Err(error) => {
            let message = format!("the lock cannot be read: {}", error.message);
            let found = Diagnostic::new(&code::UNREADABLE_LOCK, place(outcome, file, &error), message);
            Err(found.also(domain, "the lock of this domain").help(error.help))
        }
    }
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// The place that a lock cannot be read at.
fn place(outcome: &Outcome, file: FileId, error: &ReadError) -> Span {
    let line = outcome.sources.file(file).line(error.line);
    let skipped = outcome.sources.text(Span::new(file, line.clone()));
    let column =
        skipped.char_indices().nth(error.column.saturating_sub(1)).map_or(skipped.len(), |(at, _)| at);
    Span::new(file, (line.start + column).min(line.end)..line.end)
}

impl Outcome {
    /// Whether an error or a warning was found.
    pub(crate) fn has_problems(&self) -> bool {
        self.diagnostics.iter().any(|it| it.severity() != Severity::Note)
    }
}
