//! Dead letters: listed, folded again, skipped.

use cqrs_core::store::{DeadLetter, Retried};
use cqrs_core::{AppBuilder, Position};
use serde_json::{Value, json};

use crate::output::{Format, say};
use crate::{AdminError, Outcome, named, these};

/// How many events' letters are read at a time.
const PAGE: usize = 1000;

/// Which dead letters are listed, and how.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 there are none, 1 there are some, 2 it could not be found out.")]
pub struct DeadLetters {
    /// The projection's table; all of them when left out
    projection: Option<String>,
    /// Show the waiting events too
    #[arg(long)]
    waiting: bool,
    /// Who reads the list; `json` writes one object a line
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl DeadLetters {
    pub(crate) async fn run(self, builder: AppBuilder) -> Result<Outcome, AdminError> {
        let mut any = false;
        for handle in these(builder, self.projection.as_deref())? {
            if handle.status().await?.dead_letters.failed == 0 {
                continue;
            }
            any = true;
            let mut after = Position::START;
            loop {
                let page = handle.dead_letters(after, PAGE).await?;
                let Some(last) = page.last() else { break };
                after = last.position;
                for letter in page.iter().filter(|letter| self.waiting || letter.reason.is_some()) {
                    match self.format {
                        Format::Json => say(as_json(handle.table(), letter))?,
                        Format::Text => say(as_text(handle.table(), letter))?,
                    }
                }
            }
        }
        if !any && self.format == Format::Text {
            say("no dead letters")?;
        }
        Ok(Outcome::well_if(!any))
    }
}

fn as_text(table: &str, letter: &DeadLetter) -> String {
    let DeadLetter { position, lane, event_type, event_version, stream, version, attempts, since, .. } =
        letter;
    let event = format!(
        "{table}: position {position}, {event_type} v{event_version} of {stream} (version {version})"
    );
    match &letter.reason {
        Some(reason) => format!("{event}, {lane}, tried {attempts} times since {since:.0}: {reason}"),
        None => format!("{event}, {lane}: waits"),
    }
}

fn as_json(table: &str, letter: &DeadLetter) -> Value {
    json!({
        "projection": table,
        "position": letter.position,
        "lane": letter.lane.as_str(),
        "reason": letter.reason,
        "attempts": letter.attempts,
        "since": letter.since,
        "event_type": letter.event_type,
        "event_version": letter.event_version,
        "stream": letter.stream.to_string(),
        "version": letter.version,
    })
}

/// Which dead letters are folded again.
#[derive(Debug, clap::Args)]
pub struct Retry {
    /// The projection's table; all of them when left out
    projection: Option<String>,
}

impl Retry {
    pub(crate) async fn run(self, builder: AppBuilder) -> Result<Outcome, AdminError> {
        let mut well = true;
        for handle in these(builder, self.projection.as_deref())? {
            if handle.status().await?.dead_letters.failed > 0 {
                let retried = handle.retry_dead_letters().await?;
                well &= retried.left == 0;
                say(format!("{}: {}", handle.table(), what_came_of(retried)))?;
            }
        }
        Ok(Outcome::well_if(well))
    }
}

/// Which event is skipped, and why.
#[derive(Debug, clap::Args)]
pub struct Skip {
    /// The projection's table
    projection: String,
    /// The event's position
    position: u64,
    /// Why it may be skipped; kept in the database
    #[arg(long)]
    reason: String,
}

impl Skip {
    pub(crate) async fn run(self, builder: AppBuilder) -> Result<Outcome, AdminError> {
        let handle = named(builder, &self.projection)?;
        let retried = handle.skip_dead_letter(Position::new(self.position), self.reason).await?;
        say(format!("skipped; {}", what_came_of(retried)))?;
        Ok(Outcome::well_if(retried.left == 0))
    }
}

fn what_came_of(Retried { taken_in, left, .. }: Retried) -> String {
    format!("{taken_in} taken in, {left} left")
}
