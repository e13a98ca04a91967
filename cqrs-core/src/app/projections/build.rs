//! Building a table anew beside the live one, and putting it in its place.
//!
//! One engine builds, under a lease; others that want the same table watch it, and take over when the builder dies. That two build at
//! once would be no harm: each batch is folded from the checkpoint that it follows, by one of them.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::Building;
use super::pages::Pages;
use super::runner::Runner;
use crate::envelope::Position;
use crate::store::{FoldError, Generation, ReadAll, StoreError};

/// How often an engine looks at a table that another one builds.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Builds the next generation of a table up to the head, and swaps it in; done when the live table is of this definition and none is
/// being built under it.
///
/// # Errors
///
/// [`FoldError::Superseded`] when another definition has the table built meanwhile; further when the store fails.
pub(super) async fn build_anew(runner: &Runner) -> Result<(), FoldError> {
    let table = runner.projector.table();
    let lease = format!("build {}", table.name);
    let mut is_told = false;
    loop {
        let status = runner.store.table_status(Arc::clone(&table)).await?;
        let Some(checkpoint) = status.next else {
            runner.report(|progress| progress.building = None);
            if status.is_current {
                return Ok(());
            }
            let (table, expected) = (table.name.clone(), Position::START);
            return Err(FoldError::Superseded { table, expected, actual: None });
        };
        if runner.store.lease(lease.clone(), runner.holder, runner.lease).await? {
            if !std::mem::replace(&mut is_told, true) {
                tracing::info!(table = table.name, "the projection's rows are built anew");
            }
            build(runner, &lease, checkpoint).await?;
            // Whoever builds next, as a rebuild by hand from another process, need not wait for the lease to end.
            runner.store.lease(lease.clone(), runner.holder, Duration::ZERO).await?;
        } else {
            let head = runner.store.head().await?;
            runner.report(|progress| progress.building = Some(Building { position: checkpoint, head }));
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }
}

/// Builds for as long as the table is there, and swaps it in once it has caught up.
async fn build(runner: &Runner, lease: &str, from: Position) -> Result<(), FoldError> {
    let table = runner.projector.table();
    let (mut checkpoint, mut renewed) = (from, Instant::now());
    let mut pages = Pages::new(runner);
    loop {
        if renewed.elapsed() > runner.lease / 4 {
            if !runner.store.lease(lease.to_owned(), runner.holder, runner.lease).await? {
                return Ok(());
            }
            renewed = Instant::now();
        }
        let head = runner.store.head().await?;
        runner.report(|progress| progress.building = Some(Building { position: checkpoint, head }));
        // The rest is folded while nobody records: a log that grows as fast as it is read is caught up with all the same.
        if head.since(checkpoint) < ReadAll::PAGE as u64 {
            break;
        }
        let batch = pages.after(checkpoint).await?;
        let end = batch.end();
        let folded = runner.store.fold(Arc::clone(&runner.projector), Generation::Next, checkpoint, batch);
        checkpoint = match pages.read_beside(end, folded).await {
            Ok(failed) => {
                super::tell(&table.name, &failed);
                end
            }
            // Another engine builds too; this one goes on from where it is.
            Err(FoldError::Superseded { actual: Some(actual), .. }) => actual,
            Err(FoldError::Superseded { actual: None, .. }) => return Ok(()),
            Err(error) => return Err(error),
        };
    }
    match runner.store.promote(Arc::clone(&runner.projector)).await {
        // Another engine built and swapped the same definition first.
        Err(FoldError::Superseded { actual: None, .. }) => return Ok(()),
        outcome => outcome?,
    }
    tracing::info!(table = table.name, "the new rows serve");
    Ok(())
}

/// Begins a table beside the live one, whatever its definition.
pub(super) async fn begin(runner: &Runner) -> Result<(), StoreError> {
    let table = runner.projector.table();
    if runner.store.open_table(Arc::clone(&table)).await?.generation == Generation::Live {
        runner.store.begin_rebuild(table).await?;
    }
    Ok(())
}
