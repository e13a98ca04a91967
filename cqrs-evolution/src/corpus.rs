//! The corpus: sample payloads of each released version, which every later build must decode.
//!
//! Samples are made from shapes alone, so they are what any build of those days could have stored, edge values included:
//! the same for the same shape on every machine. The file has one JSON object a line, in a stable order, and is only ever
//! added to.

mod candidates;
mod scalars;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::model::{Domain, Located, Shape, StoredAs};

/// One payload as it could be stored.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sample {
    /// What its record says of itself.
    pub stored: StoredAs,
    /// The payload: JSON text on one line.
    pub payload: String,
}

/// The samples of every version of a domain.
///
/// A version that cannot do without a value of the user's own type has none, because nothing is known of such a value but
/// its name; see [`unsampled`].
#[must_use]
pub fn generate(domain: &Domain) -> Vec<Sample> {
    let of = |version: Located<'_>| {
        let stored = version.stored_as();
        payloads(&version.version.shape)
            .into_iter()
            .map(move |payload| Sample { stored: stored.clone(), payload })
    };
    domain.versions().flat_map(of).collect()
}

/// The versions that no sample can be made for.
#[must_use]
pub fn unsampled(domain: &Domain) -> Vec<StoredAs> {
    let without = domain.versions().filter(|version| payloads(&version.version.shape).is_empty());
    without.map(|version| version.stored_as()).collect()
}

/// Sample payloads of one shape, the plainest first: together they have every variant, every edge value of every scalar,
/// each optional value there, null and lacking, and each collection empty and filled.
#[must_use]
pub fn payloads(shape: &Shape) -> Vec<String> {
    candidates::of_payload(shape)
}

/// What a corpus says once these samples are added: all that was there, and after it, version by version, what is new.
#[must_use]
pub fn merge(kept: &[Sample], more: &[Sample]) -> Vec<Sample> {
    let mut seen = BTreeSet::new();
    let mut merged: Vec<_> = kept.iter().chain(more).filter(|sample| seen.insert(*sample)).cloned().collect();
    merged.sort_by(|one, other| one.stored.cmp(&other.stored));
    merged
}

/// A line of the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    aggregate: String,
    event: String,
    version: u32,
    #[serde(borrow)]
    payload: &'a RawValue,
}

/// The text of a corpus.
///
/// # Errors
///
/// When a payload is not JSON.
pub fn write(samples: &[Sample]) -> Result<String, serde_json::Error> {
    let mut text = String::new();
    for Sample { stored, payload } in samples {
        let line = Line {
            aggregate: stored.aggregate.clone(),
            event: stored.name.clone(),
            version: stored.version,
            payload: serde_json::from_str(payload)?,
        };
        text.push_str(&serde_json::to_string(&line)?);
        text.push('\n');
    }
    Ok(text)
}

/// Why a corpus cannot be read, and where.
#[derive(Debug, thiserror::Error)]
#[error("{line}: {source}")]
pub struct ReadError {
    /// The line, from one.
    pub line: usize,
    /// What is wrong with it.
    pub source: serde_json::Error,
}

/// Reads the text of a corpus.
///
/// # Errors
///
/// At the first line that is not a sample.
pub fn read(text: &str) -> Result<Vec<Sample>, ReadError> {
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| {
            let Line { aggregate, event, version, payload } =
                serde_json::from_str(line).map_err(|source| ReadError { line: number, source })?;
            let stored = StoredAs { aggregate, name: event, version };
            Ok(Sample { stored, payload: payload.get().to_owned() })
        })
        .collect()
}
