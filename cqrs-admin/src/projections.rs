//! How projections are doing, and having them catch up, rebuilt, paused and resumed.

use std::time::Duration;

use cqrs_core::store::FoldError;
use cqrs_core::{AppBuilder, Building, Position, ProjectionHandle, ProjectionStatus};
use serde_json::{Value, json};

use crate::output::{Format, bar, say};
use crate::{AdminError, Outcome, named, these};

/// How often a bar looks how far the work is.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// How the projections are shown.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit codes: 0 nothing is wrong, 1 a projection has dead letters, 2 it could not be found out."
)]
pub struct Projections {
    /// Who reads the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Projections {
    pub(crate) async fn run(self, builder: AppBuilder) -> Result<Outcome, AdminError> {
        let mut all = Vec::new();
        for handle in builder.projection_handles()? {
            all.push(handle.status().await?);
        }
        match self.format {
            Format::Json => say(Value::from_iter(all.iter().map(as_json)))?,
            Format::Text => {
                let width = all.iter().map(|status| status.table.len()).max().unwrap_or(0).max(10);
                say(format!(
                    "{:width$}  {:<12}  {:>12}  {:>12}  state",
                    "projection", "refresh", "up to", "behind"
                ))?;
                for status in &all {
                    let (table, refresh) = (&status.table, status.refresh);
                    let (at, lag) = (status.checkpoint.get(), status.lag);
                    say(format!("{table:width$}  {refresh:<12}  {at:>12}  {lag:>12}  {}", state(status)))?;
                }
            }
        }
        Ok(Outcome::well_if(all.iter().all(|status| status.trouble().is_none())))
    }
}

fn state(status: &ProjectionStatus) -> String {
    let mut states = Vec::new();
    if let Some(Building { position, head }) = status.building {
        states.push(format!("being built: {position} of {head}"));
    }
    if status.is_paused {
        states.push("paused".to_owned());
    }
    if status.lag > 0 && !status.lag_time.is_zero() {
        states.push(format!("behind for {:#}", status.lag_time));
    }
    states.extend(status.trouble());
    if states.is_empty() { "well".to_owned() } else { states.join("; ") }
}

fn as_json(status: &ProjectionStatus) -> Value {
    json!({
        "projection": status.table,
        "refresh": status.refresh.to_string(),
        "checkpoint": status.checkpoint,
        "lag_events": status.lag,
        "lag_seconds": status.lag_time.as_secs_f64(),
        "building": status.building.map(|Building { position, head }| json!({ "position": position, "head": head })),
        "paused": status.is_paused,
        "dead_letters": { "failed": status.dead_letters.failed, "waiting": status.dead_letters.waiting },
        "trouble": status.trouble(),
    })
}

/// Which projections fold what has been recorded until now.
#[derive(Debug, clap::Args)]
pub struct CatchUp {
    /// The projection's table; all of them when left out
    projection: Option<String>,
}

impl CatchUp {
    pub(crate) async fn run(self, builder: AppBuilder) -> Result<Outcome, AdminError> {
        for handle in these(builder, self.projection.as_deref())? {
            let position = watched(&handle, handle.catch_up()).await?;
            say(format!("`{}` has taken in everything up to position {position}", handle.table()))?;
        }
        Ok(Outcome::Well)
    }
}

/// Which projection's rows are built anew.
#[derive(Debug, clap::Args)]
pub struct Rebuild {
    /// The projection's table
    projection: String,
}

impl Rebuild {
    pub(crate) async fn run(self, builder: AppBuilder) -> Result<Outcome, AdminError> {
        let handle = named(builder, &self.projection)?;
        watched(&handle, handle.rebuild()).await?;
        let status = handle.status().await?;
        say(format!("`{}` was built anew, up to position {}", handle.table(), status.checkpoint))?;
        Ok(Outcome::Well)
    }
}

/// Does long work while a bar shows how far it is.
async fn watched<T>(
    handle: &ProjectionHandle,
    work: impl Future<Output = Result<T, FoldError>>,
) -> Result<T, AdminError> {
    let bar = bar(handle.table());
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => {
                bar.finish_and_clear();
                return Ok(done?);
            }
            () = tokio::time::sleep(LOOK_AGAIN) => {}
        }
        // That it cannot be looked at is told by the work itself.
        if let Ok(status) = handle.status().await {
            let live = Building {
                position: status.checkpoint,
                head: Position::new(status.checkpoint.get() + status.lag),
            };
            let Building { position, head } = status.building.unwrap_or(live);
            bar.set_length(head.get());
            bar.set_position(position.get());
        }
    }
}

/// Which projection is paused.
#[derive(Debug, clap::Args)]
pub struct Pause {
    /// The projection's table
    projection: String,
}

impl Pause {
    pub(crate) async fn run(self, builder: AppBuilder) -> Result<Outcome, AdminError> {
        let handle = named(builder, &self.projection)?;
        handle.pause().await?;
        say(format!("`{}` is paused", handle.table()))?;
        Ok(Outcome::Well)
    }
}

/// Which projection goes on.
#[derive(Debug, clap::Args)]
pub struct Resume {
    /// The projection's table
    projection: String,
}

impl Resume {
    pub(crate) async fn run(self, builder: AppBuilder) -> Result<Outcome, AdminError> {
        let handle = named(builder, &self.projection)?;
        handle.resume().await?;
        say(format!("`{}` goes on", handle.table()))?;
        Ok(Outcome::Well)
    }
}
