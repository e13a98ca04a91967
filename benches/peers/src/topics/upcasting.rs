//! Upcasting: rehydrating an account of 10,000 events from SQLite of which every second one is stored in an older version. The versions
//! differ in the names of their fields alone, so that what is left is the upcast.

use cqrs_es::persist::{EventUpcaster, SemanticVersionEventUpcaster};
use cqrs_sqlite::SqliteStore;
use serde_json::Value;
use sqlite_es::SqliteEventRepository;

use crate::account::{Bank, Outcome, fill};
use crate::banks::cqrs_es::CqrsEs;
use crate::banks::ours::{self, Ours};
use crate::figures::{Better, Figures, Measure, OURS};
use crate::topics::rehydration::{EVENTS, events_a_second};
use crate::{CQRS_ES, DISINTEGRATE, ESRS, EVENTO, NOT_ON_SQLITE, Run, databases};

const HALF_OLD: Measure =
    Measure { name: "events a second, rehydrating from SQLite, half of them old", better: Better::Higher };
const SHARE: Measure = Measure { name: "the same beside all events new, in percent", better: Better::Higher };

pub(crate) async fn measure(figures: &mut Figures, run: &Run) -> Outcome {
    let folder = tempfile::tempdir_in(&run.dir)?;
    let path = |name: &str| folder.path().join(name);

    let store = SqliteStore::open(path("ours.db")).await?;
    ours::fill_half_old(&store, "half-old", EVENTS).await?;
    let ours = Ours::on(store).await?;
    let new = fill(&ours, 1, EVENTS).await?.remove(0);

    let pool = databases::cqrs_es_on_sqlite(&path("cqrs-es.db")).await?;
    let repository = || SqliteEventRepository::new(pool.clone());
    let cqrs_es = CqrsEs::upcasting(repository, upcasters);
    let mut cqrs_es_accounts = fill(&cqrs_es, 2, EVENTS).await?;
    let age = "UPDATE events SET event_version = '0.9', \
               payload = replace(replace(payload, '\"cents\"', '\"sum\"'), '\"purpose\"', '\"memo\"') \
               WHERE aggregate_id = ?1 AND event_type = 'Deposited' AND sequence % 2 = 0";
    let aged = sqlx08::query(age).bind(&cqrs_es_accounts[0]).execute(&pool).await?;
    assert_eq!(aged.rows_affected(), EVENTS as u64 / 2, "every second deposit is old");

    let (evento, _) = databases::evento_on_sqlite(&path("evento.db")).await?;
    let evento_new = fill(&evento, 1, EVENTS).await?.remove(0);
    let evento_old = evento.fill_half_old(EVENTS).await?;
    let (cqrs_es_old, cqrs_es_new) = (cqrs_es_accounts.remove(0), cqrs_es_accounts.remove(0));

    for _ in 0..run.rounds {
        one(figures, OURS, &ours, &"half-old".to_owned(), &new, run).await?;
        one(figures, CQRS_ES, &cqrs_es, &cqrs_es_old, &cqrs_es_new, run).await?;
        one(figures, EVENTO, &evento, &evento_old, &evento_new, run).await?;
    }
    for measure in [HALF_OLD, SHARE] {
        figures.absent(measure, ESRS, NOT_ON_SQLITE);
        figures.absent(measure, DISINTEGRATE, NOT_ON_SQLITE);
    }
    ours.close().await
}

async fn one<B: Bank>(
    figures: &mut Figures,
    who: &'static str,
    bank: &B,
    old: &B::Id,
    new: &B::Id,
    run: &Run,
) -> Outcome {
    let half_old = events_a_second(bank, old, run).await?;
    let all_new = events_a_second(bank, new, run).await?;
    figures.add(HALF_OLD, who, half_old);
    figures.add(SHARE, who, 100.0 * half_old / all_new);
    Ok(())
}

/// Renames the fields of a deposit.
fn upcasters() -> Vec<Box<dyn EventUpcaster>> {
    let rename = |mut payload: Value| {
        if let Some(deposit) = payload.get_mut("Deposited").and_then(Value::as_object_mut) {
            for (old, new) in [("sum", "cents"), ("memo", "purpose")] {
                if let Some(value) = deposit.remove(old) {
                    deposit.insert(new.to_owned(), value);
                }
            }
        }
        payload
    };
    vec![Box::new(SemanticVersionEventUpcaster::new("Deposited", "1.0", Box::new(rename)))]
}
