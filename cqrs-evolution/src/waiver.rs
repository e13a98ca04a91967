//! Waivers: one change let through, for a reason and until a date.
//!
//! The date of today comes from the caller.

use jiff::civil::Date;

use crate::rules::catalogue as rule;
use crate::rules::{Finding, Rule, Severity, Subject, Tier};

/// One change that is let through.
///
/// It covers findings of one code, about one event, and where it says so about one version and one field of it. Notes
/// need no waiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// The rule's code: `E1011`.
    pub code: String,
    /// The event, or the aggregate, read model or item that the finding is about: `Account.MoneyDeposited`, or
    /// `MoneyDeposited` alone.
    pub event: String,
    /// The version; nothing covers each.
    pub version: Option<u32>,
    /// The path of the field or variant; nothing covers each.
    pub field: Option<String>,
    /// Why the change hurts nobody.
    pub reason: String,
    /// The last day on which it counts.
    pub until: Date,
}

/// What is left of findings once waivers were looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Judged {
    /// The findings that no waiver covers.
    pub standing: Vec<Finding>,
    /// The findings that one covers, each with its place among the waivers.
    pub waived: Vec<(Finding, usize)>,
    /// What is wrong with waivers themselves, each with its place among them.
    pub problems: Vec<(Finding, usize)>,
}

/// Looks for a waiver for each finding.
///
/// An expired waiver and one without a reason cover nothing and are errors; one that has nothing to cover is a warning.
#[must_use]
pub fn apply(findings: Vec<Finding>, waivers: &[Waiver], today: Date) -> Judged {
    let mut judged = Judged::default();
    let mut is_used = vec![false; waivers.len()];
    for finding in findings {
        let covering = waivers.iter().enumerate().filter(|(_, waiver)| waiver.covers(&finding));
        let mut holding = None;
        for (index, waiver) in covering {
            is_used[index] = true;
            if waiver.problem(today).is_none() {
                holding = holding.or(Some(index));
            }
        }
        match holding {
            Some(index) => judged.waived.push((finding, index)),
            None => judged.standing.push(finding),
        }
    }
    for (index, (waiver, is_used)) in waivers.iter().zip(is_used).enumerate() {
        let problem = if is_used { waiver.problem(today) } else { Some(waiver.unused()) };
        judged.problems.extend(problem.map(|problem| (problem, index)));
    }
    judged
}

impl Judged {
    /// The gravest of what stands, problems of waivers included.
    #[must_use]
    pub fn severity(&self) -> Option<Severity> {
        self.findings().map(Finding::severity).max()
    }

    /// What stands, problems of waivers included.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.standing.iter().chain(self.problems.iter().map(|(problem, _)| problem))
    }
}

impl Waiver {
    /// Whether it is meant for this finding, expired or not.
    #[must_use]
    pub fn covers(&self, finding: &Finding) -> bool {
        let Subject { aggregate, item, stored, path, .. } = &finding.subject;
        let full = aggregate.as_ref().map(|aggregate| format!("{aggregate}.{item}"));
        finding.severity() > Severity::Note
            && finding.rule.id.eq_ignore_ascii_case(&self.code)
            && (&self.event == item || Some(&self.event) == full.as_ref())
            && self.version.is_none_or(|version| stored.as_ref().is_some_and(|it| it.version == version))
            && self.field.as_ref().is_none_or(|field| Some(field) == path.as_ref())
    }

    fn problem(&self, today: Date) -> Option<Finding> {
        if self.reason.trim().is_empty() {
            let message = format!("the waiver of {} for `{}` has no reason", self.code, self.event);
            let help = "say why the change hurts nobody";
            return Some(self.finding(&rule::WAIVER_WITHOUT_REASON, message, help));
        }
        (today > self.until).then(|| {
            let message =
                format!("the waiver of {} for `{}` has expired on {}", self.code, self.event, self.until);
            let help = "decide again: put the released shape back, write a new version, or give the waiver a later date and a \
                        reason that still holds";
            self.finding(&rule::WAIVER_EXPIRED, message, help)
        })
    }

    fn unused(&self) -> Finding {
        let message = format!("the waiver of {} for `{}` waives nothing", self.code, self.event);
        self.finding(&rule::WAIVER_UNUSED, message, "remove it, before it lets something else through")
    }

    fn finding(&self, rule: &'static Rule, message: String, help: &str) -> Finding {
        let subject = Subject { item: self.event.clone(), path: self.field.clone(), ..Subject::default() };
        Finding { rule, hurts: Vec::<Tier>::new(), subject, message, help: help.to_owned() }
    }
}
