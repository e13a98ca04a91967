//! The import: each purchase is a command, many of them under way at once, none recorded twice.
//!
//! A purchase that cannot be recorded is reported with its place, and the others go on. When the database fails, or
//! somebody stops the run, what is under way is waited for, and the same command later goes on from there.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cqrs_core::store::StoreErrorKind;
use cqrs_core::{App, ExecuteError, Receipt};
use indicatif::ProgressBar;
use shop::domain::{CustomerError, RecordPurchase};
use tokio::task::{JoinError, JoinSet};

use crate::ids::CommandIds;
use crate::line::LineError;

/// The most commands under way at once: enough to share each commit among many.
const MOST_UNDER_WAY: usize = 256;

/// The most bad lines that are shown; the others are counted.
const MOST_SHOWN: u64 = 20;

/// What a source of purchases gives.
pub(crate) struct Entry {
    /// The line, or the purchase, counted from 1.
    pub(crate) number: u64,
    pub(crate) purchase: Result<RecordPurchase, LineError>,
    /// How much of the source lies behind this entry, in the units of the progress bar.
    pub(crate) behind: u64,
}

/// What an import came to.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Imported {
    pub(crate) recorded: u64,
    pub(crate) known: u64,
    pub(crate) bad: u64,
    pub(crate) stopped: bool,
}

/// Why an import ended early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ImportError {
    #[error("{name} cannot be read: {source}")]
    Read { name: String, source: io::Error },
    #[error("{name}:{number}: {source}")]
    Execute { name: String, number: u64, source: ExecuteError<CustomerError> },
    #[error("a command was given up: {0}")]
    GivenUp(#[from] JoinError),
}

type Answer = (u64, Result<Receipt, ExecuteError<CustomerError>>);

/// One run of an import.
pub(crate) struct Import<'a> {
    app: &'a App,
    /// What the source is called in messages.
    name: &'a str,
    bar: ProgressBar,
    stop: Arc<AtomicBool>,
    ids: CommandIds,
    under_way: JoinSet<Answer>,
    imported: Imported,
}

impl<'a> Import<'a> {
    pub(crate) fn new(app: &'a App, name: &'a str, bar: ProgressBar, stop: Arc<AtomicBool>) -> Self {
        let (ids, under_way, imported) = Default::default();
        Self { app, name, bar, stop, ids, under_way, imported }
    }

    /// Records every purchase that is not there yet.
    ///
    /// # Errors
    ///
    /// When the source cannot be read or the database fails; whatever was acknowledged stays recorded.
    pub(crate) async fn run(
        mut self,
        entries: impl Iterator<Item = io::Result<Entry>>,
    ) -> Result<Imported, ImportError> {
        let outcome = self.record_all(entries).await;
        // What is under way is waited for in any case, so that the store can be closed.
        let rest = self.settle_down_to(0).await;
        self.bar.finish_and_clear();
        if self.imported.bad > MOST_SHOWN {
            eprintln!("… and {} more", self.imported.bad - MOST_SHOWN);
        }
        outcome.and(rest)?;
        Ok(self.imported)
    }

    async fn record_all(
        &mut self,
        entries: impl Iterator<Item = io::Result<Entry>>,
    ) -> Result<(), ImportError> {
        for entry in entries {
            if self.stop.load(Ordering::Relaxed) {
                self.imported.stopped = true;
                break;
            }
            let name = || self.name.to_owned();
            let entry = entry.map_err(|source| ImportError::Read { name: name(), source })?;
            self.bar.set_position(entry.behind);
            match entry.purchase {
                Ok(purchase) => {
                    self.settle_down_to(MOST_UNDER_WAY - 1).await?;
                    self.start(entry.number, purchase);
                }
                Err(error) => self.report(entry.number, &error),
            }
        }
        Ok(())
    }

    fn start(&mut self, number: u64, purchase: RecordPurchase) {
        let (app, id) = (self.app.clone(), self.ids.of(&purchase));
        self.under_way.spawn(async move { (number, app.execute(purchase).id(id).await) });
    }

    /// Takes answers until at most so many commands are under way.
    async fn settle_down_to(&mut self, most: usize) -> Result<(), ImportError> {
        let mut outcome = Ok(());
        while self.under_way.len() > most
            && let Some(answer) = self.under_way.join_next().await
        {
            outcome = outcome.and(answer.map_err(ImportError::from).and_then(|answer| self.settle(answer)));
        }
        outcome
    }

    fn settle(&mut self, (number, answer): Answer) -> Result<(), ImportError> {
        match answer {
            Ok(receipt) if receipt.duplicate => self.imported.known += 1,
            Ok(_) => self.imported.recorded += 1,
            Err(error) if is_about_the_purchase(&error) => self.report(number, &error),
            Err(source) => {
                let name = self.name.to_owned();
                return Err(ImportError::Execute { name, number, source });
            }
        }
        Ok(())
    }

    fn report(&mut self, number: u64, reason: &dyn std::fmt::Display) {
        self.imported.bad += 1;
        if self.imported.bad <= MOST_SHOWN {
            self.bar.suspend(|| eprintln!("{}:{number}: {reason}", self.name));
        }
    }
}

/// Whether another purchase may succeed where this one failed.
fn is_about_the_purchase(error: &ExecuteError<CustomerError>) -> bool {
    match error {
        ExecuteError::Refused(_)
        | ExecuteError::Invalid { .. }
        | ExecuteError::Inapplicable { .. }
        | ExecuteError::Projection(_) => true,
        ExecuteError::Store(error) => error.kind() == StoreErrorKind::Invalid,
        _ => false,
    }
}
