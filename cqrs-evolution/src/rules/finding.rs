//! What a rule found: where, whom it hurts, and what to do.

use std::fmt;

use super::Rule;
use crate::lock::Lines;
use crate::model::StoredAs;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// An addition that nobody stumbles over who is prepared for events to come.
    Note,
    /// Somebody may stumble over it.
    Warning,
    /// It contradicts what was released.
    Error,
}

/// Who is hurt by a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// The log: today's code cannot read, or misreads, what was stored.
    StoredLog,
    /// An older build that still runs while the new one already writes.
    RunningBinary,
    /// Others who read the events that this domain publishes.
    Consumers,
    /// Read models, which have to be rebuilt.
    ReadModels,
    /// Callers of the domain crate, whose code no longer compiles.
    Api,
}

/// A change in the words of compatibility.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Nobody is hurt.
    Safe,
    /// A read model has to be rebuilt; nothing is lost.
    Rebuild,
    /// Code that calls the domain crate has to be changed.
    BreakingForCallers,
    /// What the new code writes cannot be read by older code or by others.
    BreakingForReaders,
    /// What older code has written, or still writes, cannot be read by the new code.
    BreakingForWriters,
}

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Subject {
    /// The aggregate; of a read model or an item of the API nothing.
    pub aggregate: Option<String>,
    /// The event by its name of today, or of the older state where today has none; or the read model or the item.
    pub item: String,
    /// The stored shape, where the finding is about one.
    pub stored: Option<StoredAs>,
    /// The way from the payload to the place: `holder.contact.Phone.number`.
    pub path: Option<String>,
    /// The part of the lock that stands for the place: a field, or a part of a named type as `Holder.email`.
    pub part: Option<String>,
}

/// What a rule found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// Who is hurt.
    pub hurts: Vec<Tier>,
    /// What it is about.
    pub subject: Subject,
    /// What has changed, in a sentence.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl Tier {
    /// Every tier.
    pub const ALL: &[Self] =
        &[Self::StoredLog, Self::RunningBinary, Self::Consumers, Self::ReadModels, Self::Api];

    /// The tier as one word, for machines.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::StoredLog => "stored_log",
            Self::RunningBinary => "running_binary",
            Self::Consumers => "consumers",
            Self::ReadModels => "read_models",
            Self::Api => "api",
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::StoredLog => "the stored log",
            Self::RunningBinary => "an older build that still runs",
            Self::Consumers => "consumers of published events",
            Self::ReadModels => "read models",
            Self::Api => "callers of the domain crate",
        })
    }
}

impl Severity {
    /// The severity as one word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Class {
    /// The class as one word, for machines.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Rebuild => "rebuild",
            Self::BreakingForCallers => "breaking_for_callers",
            Self::BreakingForReaders => "breaking_for_readers",
            Self::BreakingForWriters => "breaking_for_writers",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.word().replace('_', " "))
    }
}

impl Finding {
    /// How grave it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.rule.severity()
    }

    /// The gravest class that the tiers make.
    #[must_use]
    pub fn class(&self) -> Class {
        let class = |tier: &Tier| match tier {
            Tier::StoredLog => Class::BreakingForWriters,
            Tier::RunningBinary | Tier::Consumers => Class::BreakingForReaders,
            Tier::Api => Class::BreakingForCallers,
            Tier::ReadModels => Class::Rebuild,
        };
        self.hurts.iter().map(class).max().unwrap_or(Class::Safe)
    }

    /// The line of a lock that it contradicts or adds to, where the lock has one.
    #[must_use]
    pub fn lock_line(&self, lines: &Lines) -> Option<usize> {
        let stored = self.subject.stored.as_ref();
        let version = stored.and_then(|stored| match &self.subject.part {
            Some(part) => lines.part(stored, part),
            None => lines.version(stored),
        });
        version.or_else(|| lines.event(self.subject.aggregate.as_deref()?, &self.subject.item))
    }

    /// Gravest first, then by what it is about.
    pub(super) fn order(&self) -> impl Ord + '_ {
        let Subject { aggregate, item, stored, path, .. } = &self.subject;
        (std::cmp::Reverse(self.severity()), aggregate, item, stored, path, self.rule.id)
    }
}

impl fmt::Display for Subject {
    /// `Account.MoneyDeposited version 2, amount`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(aggregate) = &self.aggregate {
            write!(formatter, "{aggregate}.")?;
        }
        formatter.write_str(&self.item)?;
        if let Some(stored) = &self.stored {
            write!(formatter, " version {}", stored.version)?;
        }
        match &self.path {
            Some(path) => write!(formatter, ", {path}"),
            None => Ok(()),
        }
    }
}
