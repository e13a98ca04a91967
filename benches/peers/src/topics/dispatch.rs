//! Dispatch: commands on stores in memory, one after the other, where nothing but the framework itself takes time.

use cqrs_core::MemoryStore;

use crate::account::Outcome;
use crate::account::commands_a_second;
use crate::banks::cqrs_es::CqrsEs;
use crate::banks::ours::Ours;
use crate::figures::{Better, Figures, Measure, OURS};
use crate::{CQRS_ES, DISINTEGRATE, ESRS, EVENTO, OURS_RELOADING, Run};

pub(crate) const COMMANDS: Measure = Measure { name: "commands a second in memory", better: Better::Higher };

pub(crate) async fn measure(figures: &mut Figures, run: &Run) -> Outcome {
    for _ in 0..run.rounds {
        let ours = Ours::on(MemoryStore::new()).await?;
        figures.add(COMMANDS, OURS, commands_a_second(&ours, 1, run.span).await?);
        ours.close().await?;
        let ours = Ours::reloading(MemoryStore::new()).await?;
        figures.add(COMMANDS, OURS_RELOADING, commands_a_second(&ours, 1, run.span).await?);
        ours.close().await?;
        figures.add(COMMANDS, CQRS_ES, commands_a_second(&CqrsEs::in_memory(), 1, run.span).await?);
    }
    figures.absent(COMMANDS, EVENTO, "it has no store in memory");
    figures.absent(COMMANDS, ESRS, "it has no store in memory");
    figures.absent(COMMANDS, DISINTEGRATE, "it has no store in memory");
    Ok(())
}
