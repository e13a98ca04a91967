//! The check of a build: its event sets against a lock, its code against a corpus.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};
use std::io;
use std::path::{Path, PathBuf};

use cqrs_core::{Aggregate, DecodeError, EventSet};
use jiff::civil::Date;

use crate::corpus::{self, Sample};
use crate::lock::{self, Lock};
use crate::model::{Domain, StoredAs};
use crate::rules::{Finding, Severity, Subject, compare};
use crate::waiver::{self, Judged, Waiver};

/// Decodes a payload through today's chain.
type Decode = fn(&StoredAs, &[u8]) -> Result<(), DecodeError>;

/// Aggregates that are held against a lock and its corpus. See [`assert_locked!`](crate::assert_locked).
pub struct Check {
    lock: PathBuf,
    today: Domain,
    decoders: BTreeMap<&'static str, Decode>,
    waivers: Vec<Waiver>,
    date: Date,
}

/// What is done where something is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It is an error: the files are to be written first.
    Verify,
    /// The lock and the corpus are written.
    Update,
}

/// Why a build does not agree with its lock or its corpus.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The lock is not one, or a line of it was lost.
    #[error("{}:{source}\n  help: {}", path.display(), source.help)]
    Lock {
        /// The lock.
        path: PathBuf,
        /// What is wrong with it, and where.
        source: lock::ReadError,
    },
    /// The corpus is not one.
    #[error("{}:{source}", path.display())]
    Corpus {
        /// The corpus.
        path: PathBuf,
        /// What is wrong with it, and where.
        source: corpus::ReadError,
    },
    /// Released shapes are contradicted, or the lock lacks something.
    #[error("{text}{}", ways_out(findings))]
    Changed {
        /// What was found.
        findings: Vec<Finding>,
        /// The same for people, each with the lock's line.
        text: String,
    },
    /// The corpus lacks samples of these versions.
    #[error(
        "{}: lacks samples of {}; write it with `cqrs lock` where there is a schema, with CQRS_LOCK=update where there is none",
        path.display(),
        list(missing)
    )]
    Unsampled {
        /// The corpus.
        path: PathBuf,
        /// The versions.
        missing: Vec<StoredAs>,
    },
    /// Samples of the corpus cannot be decoded.
    #[error("{}: {} of the samples cannot be read any more:\n{}", path.display(), failures.len(), lines(failures))]
    Unreadable {
        /// The corpus.
        path: PathBuf,
        /// Each sample with the reason.
        failures: Vec<(Sample, String)>,
    },
    /// A sample could not be written.
    #[error("a sample is not JSON: {0}")]
    Sample(#[from] serde_json::Error),
}

impl Check {
    /// A check against this lock. The domain is named as the file is, and the corpus stands beside it.
    #[must_use]
    pub fn new(lock: impl Into<PathBuf>) -> Self {
        let lock = lock.into();
        let name = lock.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        let today = Domain::new(name);
        Self { lock, today, decoders: BTreeMap::new(), waivers: Vec::new(), date: Date::MAX }
    }

    /// Holds this aggregate too.
    #[must_use]
    pub fn with<A: Aggregate>(mut self) -> Self {
        self.today = self.today.with::<A>();
        self.decoders.insert(A::TYPE, decode::<A::Event>);
        self
    }

    /// Lets these changes through, as far as they have not expired on this day.
    #[must_use]
    pub fn waive(mut self, waivers: impl IntoIterator<Item = Waiver>, today: Date) -> Self {
        self.waivers.extend(waivers);
        self.date = today;
        self
    }

    /// Runs the check, writing the files where the environment says `CQRS_LOCK=update`.
    ///
    /// # Panics
    ///
    /// With the report, where the build does not agree with them: this is for tests.
    #[track_caller]
    #[expect(clippy::panic, reason = "it is an assertion")]
    pub fn assert(&self) {
        let mode = match std::env::var_os("CQRS_LOCK") {
            Some(word) if word == "update" => Mode::Update,
            _ => Mode::Verify,
        };
        if let Err(error) = self.run(mode) {
            panic!("{error}");
        }
    }

    /// Runs the check.
    ///
    /// # Errors
    ///
    /// Where a released shape is contradicted; where the lock or the corpus lacks something and is not to be written;
    /// where a sample of the corpus cannot be decoded; where a file cannot be read or written. A released shape that is
    /// contradicted keeps both files from being written; a sample that cannot be decoded does not.
    pub fn run(&self, mode: Mode) -> Result<(), CheckError> {
        let lock = self.read_lock(mode)?;
        let judged = waiver::apply(compare(&lock.domain, &self.today), &self.waivers, self.date);
        let is_refused = |finding: &Finding| mode == Mode::Verify || finding.severity() == Severity::Error;
        let findings: Vec<_> = judged.findings().filter(|finding| is_refused(finding)).cloned().collect();
        if !findings.is_empty() {
            return Err(CheckError::Changed { text: self.report(&findings, &lock), findings });
        }
        let released = match mode {
            Mode::Verify => lock.domain,
            Mode::Update => lock::merge(&lock.domain, &self.today),
        };
        let samples = self.samples(&released, mode)?;
        if mode == Mode::Update {
            write(&self.lock, &lock::write(&released))?;
            write(&self.corpus(), &corpus::write(&samples)?)?;
        }
        self.decode(&samples, &released, &judged)
    }

    /// Decodes the corpus, for event sets that a schema's lock describes and `cqrs check` holds against it.
    ///
    /// # Panics
    ///
    /// With the report, where a sample cannot be decoded or is missing: this is for tests.
    #[track_caller]
    #[expect(clippy::panic, reason = "it is an assertion")]
    pub fn assert_readable(&self) {
        if let Err(error) = self.run_corpus() {
            panic!("{error}");
        }
    }

    /// Decodes the corpus, and nothing else.
    ///
    /// # Errors
    ///
    /// Where a sample cannot be decoded, where one of a version of the lock is missing, where a file cannot be read.
    pub fn run_corpus(&self) -> Result<(), CheckError> {
        let lock = self.read_lock(Mode::Verify)?;
        let samples = self.samples(&lock.domain, Mode::Verify)?;
        self.decode(&samples, &lock.domain, &Judged::default())
    }

    /// The lock; an empty one where there is none yet and one is to be written.
    fn read_lock(&self, mode: Mode) -> Result<Lock, CheckError> {
        let path = || self.lock.clone();
        match std::fs::read_to_string(&self.lock) {
            Ok(text) => lock::read(&text).map_err(|source| CheckError::Lock { path: path(), source }),
            Err(error) if error.kind() == io::ErrorKind::NotFound && mode == Mode::Update => {
                Ok(Lock { domain: Domain::new(&self.today.name), lines: lock::Lines::default() })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let source = io::Error::new(
                    error.kind(),
                    "there is no lock yet; write it with CQRS_LOCK=update, and commit it",
                );
                Err(CheckError::File { path: path(), source })
            }
            Err(source) => Err(CheckError::File { path: path(), source }),
        }
    }

    /// The corpus, with every sample of every released version.
    fn samples(&self, released: &Domain, mode: Mode) -> Result<Vec<Sample>, CheckError> {
        let path = self.corpus();
        let kept = match std::fs::read_to_string(&path) {
            Ok(text) => {
                corpus::read(&text).map_err(|source| CheckError::Corpus { path: path.clone(), source })?
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(source) => return Err(CheckError::File { path, source }),
        };
        let wanted = corpus::generate(released);
        if mode == Mode::Update {
            return Ok(corpus::merge(&kept, &wanted));
        }
        // Each edge counts: a version whose plainest sample alone is left would be read, and its variants not.
        let there: BTreeSet<_> = kept.iter().collect();
        let mut missing: Vec<_> =
            wanted.into_iter().filter(|it| !there.contains(it)).map(|it| it.stored).collect();
        missing.dedup();
        if missing.is_empty() { Ok(kept) } else { Err(CheckError::Unsampled { path, missing }) }
    }

    /// Decodes every sample but those of versions that a waiver is about.
    fn decode(&self, samples: &[Sample], released: &Domain, judged: &Judged) -> Result<(), CheckError> {
        let is_waived =
            |stored: &StoredAs| judged.waived.iter().any(|(it, _)| is_about(&it.subject, stored, released));
        let mut failures = Vec::new();
        for sample in samples.iter().filter(|sample| !is_waived(&sample.stored)) {
            let result = match self.decoders.get(sample.stored.aggregate.as_str()) {
                Some(decode) => {
                    decode(&sample.stored, sample.payload.as_bytes()).map_err(|it| it.to_string())
                }
                None => Err("its aggregate is not held against the lock".to_owned()),
            };
            failures.extend(result.err().map(|reason| (sample.clone(), reason)));
        }
        let path = self.corpus();
        if failures.is_empty() { Ok(()) } else { Err(CheckError::Unreadable { path, failures }) }
    }

    fn corpus(&self) -> PathBuf {
        self.lock.with_extension("corpus.jsonl")
    }

    fn report(&self, findings: &[Finding], lock: &Lock) -> String {
        let mut text = String::new();
        for finding in findings {
            let line = finding.lock_line(&lock.lines).map_or_else(String::new, |line| format!(":{line}"));
            let (severity, id) = (finding.severity().word(), finding.rule.id);
            let _ = writeln!(text, "{severity}[{id}]: {}", finding.message);
            let _ = writeln!(text, "  lock: {}{line}\n  help: {}", self.lock.display(), finding.help);
        }
        text
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Check").field("lock", &self.lock).finish_non_exhaustive()
    }
}

/// Whether a finding is about a version, its whole event or its whole aggregate.
fn is_about(subject: &Subject, version: &StoredAs, released: &Domain) -> bool {
    match (&subject.stored, &subject.aggregate) {
        (Some(stored), _) => stored == version,
        (None, Some(aggregate)) => {
            *aggregate == version.aggregate
                && released.find(version).is_some_and(|located| located.event_name == subject.item)
        }
        (None, None) => subject.item == version.aggregate,
    }
}

fn decode<S: EventSet>(stored: &StoredAs, payload: &[u8]) -> Result<(), DecodeError> {
    let route = S::locate(&stored.name, stored.version)?;
    S::decode(route, payload).map(drop)
}

/// Writes beside the file and renames, so that it is never half written.
fn write(path: &Path, text: &str) -> Result<(), CheckError> {
    let failed = |source| CheckError::File { path: path.to_path_buf(), source };
    if std::fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    let beside = path.with_extension("new");
    std::fs::write(&beside, text).map_err(failed)?;
    std::fs::rename(&beside, path).map_err(failed)
}

/// What to do about findings as a whole.
fn ways_out(findings: &[Finding]) -> &'static str {
    if findings.iter().any(|finding| finding.severity() == Severity::Error) {
        "the build contradicts what was released"
    } else {
        "the lock lacks what is new: run the test with CQRS_LOCK=update, review what it added, and commit it"
    }
}

fn list(versions: &[StoredAs]) -> String {
    versions.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn lines(failures: &[(Sample, String)]) -> String {
    const SHOWN: usize = 10;
    let mut lines: Vec<_> = failures
        .iter()
        .take(SHOWN)
        .map(|(sample, reason)| format!("  {}: {reason}\n    {}", sample.stored, sample.payload))
        .collect();
    if failures.len() > SHOWN {
        lines.push(format!("  and {} more", failures.len() - SHOWN));
    }
    lines.join("\n")
}
