//! `verify`: every stored event is read through this program's code.

use std::fs;
use std::path::{Path, PathBuf};

use cqrs_core::{AppBuilder, Verification};
use serde_json::json;

use crate::output::{Format, bar, say};
use crate::{AdminError, Outcome};

/// What is kept of a verification, and what it is compared with.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit codes: 0 every event can be read and nothing differs, 1 otherwise, 2 it could not be found out."
)]
pub struct Verify {
    /// Save what was found, to be compared with after a release
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Compare with what an earlier verification saved
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// Who reads the report
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Verify {
    pub(crate) async fn run(self, builder: AppBuilder) -> Result<Outcome, AdminError> {
        // Before the long work, so that a name that was mistyped is told at once.
        let before = self.against.as_deref().map(saved).transpose()?;
        let bar = bar("events");
        let verified = builder
            .verify(|position, head| {
                bar.set_length(head.get());
                bar.set_position(position.get());
            })
            .await;
        bar.finish_and_clear();
        let found = verified?;
        if let Some(path) = &self.save {
            save(path, &found)?;
        }
        let differences = before.map(|before| found.differences(&before)).unwrap_or_default();
        match self.format {
            Format::Json => say(json!({ "verification": found, "differences": differences }))?,
            Format::Text => {
                say(&found)?;
                for difference in &differences {
                    say(difference)?;
                }
                if self.against.is_some() && differences.is_empty() {
                    say("nothing differs from the earlier verification")?;
                }
            }
        }
        Ok(Outcome::well_if(found.is_readable() && differences.is_empty()))
    }
}

fn saved(path: &Path) -> Result<Verification, AdminError> {
    let text = fs::read_to_string(path).map_err(|source| of_file(path, "read", source))?;
    serde_json::from_str(&text)
        .map_err(|source| AdminError::NotSaved { path: path.display().to_string(), source })
}

/// Writes the whole file or none of it.
fn save(path: &Path, found: &Verification) -> Result<(), AdminError> {
    let mut text = json!(found).to_string();
    text.push('\n');
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    let written = fs::write(&beside, text).and_then(|()| fs::rename(&beside, path));
    written.map_err(|source| {
        // What is half written is of no use; that it cannot be removed would say nothing new.
        let _ = fs::remove_file(&beside);
        of_file(path, "written", source)
    })
}

fn of_file(path: &Path, what: &'static str, source: std::io::Error) -> AdminError {
    AdminError::File { path: path.display().to_string(), what, source }
}
