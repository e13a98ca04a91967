//! Dispatch: commands on the store in memory, where nothing but the engine itself takes time.

use std::time::Instant;

use cqrs_core::{App, MemoryStore};

use crate::Outcome;
use crate::domain::{Account, deposit};
use crate::figures::Figures;

const COMMANDS: usize = 200_000;

pub(crate) async fn measure(figures: &mut Figures) -> Outcome {
    for _ in 0..figures.rounds {
        let app = App::builder(MemoryStore::new()).aggregate::<Account>().build().await?;
        let accounts: Vec<_> = (0..64).map(|account| format!("account-{account}")).collect();
        let begun = Instant::now();
        for n in 0..COMMANDS {
            app.execute(deposit(&accounts[n % accounts.len()], n)).await?;
        }
        figures.add("commands in memory, one after the other", COMMANDS, begun.elapsed());
        app.shutdown().await?;
    }
    Ok(())
}
