//! Verification: every stored event is read through today's code, before that code serves anybody.
//!
//! Nothing is written, and nothing is started. Memory does not grow with the log.

mod report;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::aggregate::{Aggregate, Snapshots};
use crate::app::load_stream;
use crate::batch::{EventBatch, EventRef};
use crate::envelope::{Position, StreamId};
use crate::event::DecodeError;
use crate::event_set::EventSet;
use crate::projector::Projector;
use crate::shape::Fingerprint;
use crate::store::{BoxFuture, ReadAll, RowQuery, Store, StoreError, StoreErrorKind};

pub use report::{Fingerprints, ReadFailure, ReadType, Verification};

/// How many failures a report names; it counts all.
const NAMED: usize = 1000;

/// The rows of one page.
const PAGE: usize = 1000;

/// An aggregate whose events are read.
pub(crate) trait Verifies: Send + Sync {
    fn aggregate_type(&self) -> &'static str;

    /// Reads a record as today's events; returns the upcasts that it took, and a fingerprint of what it is today.
    fn read(&self, event: EventRef<'_>) -> Result<(u16, Fingerprint), DecodeError>;

    /// A fingerprint of a stream's folded state; `None` when states of this aggregate have no stored form.
    fn state<'a>(
        &'a self,
        store: &'a dyn Store,
        stream: StreamId,
    ) -> Option<BoxFuture<'a, Result<Fingerprint, String>>>;
}

/// The events of an aggregate's set.
pub(crate) struct Reads<A>(pub(crate) std::marker::PhantomData<fn() -> A>);

impl<A: Aggregate> Verifies for Reads<A> {
    fn aggregate_type(&self) -> &'static str {
        A::TYPE
    }

    fn read(&self, event: EventRef<'_>) -> Result<(u16, Fingerprint), DecodeError> {
        let stored = event.stored_type();
        let route = A::Event::locate(&stored.name, stored.version)?;
        let decoded = A::Event::decode(route, event.payload())?;
        let mut today = format!("{} {} ", event.stream(), event.version()).into_bytes();
        for event in decoded.as_slice() {
            today.extend_from_slice(event.descriptor().name.as_bytes());
            event.encode(&mut today).map_err(|error| DecodeError::Upcast(Box::new(error)))?;
        }
        Ok((route.depth, Fingerprint::of(&String::from_utf8_lossy(&today))))
    }

    fn state<'a>(
        &'a self,
        store: &'a dyn Store,
        stream: StreamId,
    ) -> Option<BoxFuture<'a, Result<Fingerprint, String>>> {
        let Snapshots { encode, .. } = A::snapshots()?;
        Some(Box::pin(async move {
            let loaded = load_stream::<A>(store, stream.clone()).await.map_err(|error| error.to_string())?;
            let state = encode(&loaded.state).map_err(|error| error.to_string())?;
            Ok(Fingerprint::of(&format!("{stream} {}", String::from_utf8_lossy(&state))))
        }))
    }
}

/// Reads a whole store through today's code; `progress` is told how far it is, and how far it goes.
pub(crate) async fn verify(
    store: &dyn Store,
    aggregates: &[Box<dyn Verifies>],
    projectors: &[Arc<dyn Projector>],
    progress: &mut (dyn FnMut(Position, Position) + Send),
) -> Result<Verification, StoreError> {
    let head = store.head().await?;
    let mut report = Verification { head, ..Verification::default() };
    let mut types = BTreeMap::<(String, String, u32), ReadType>::new();
    let mut after = Position::START;
    while after < head {
        let page = store.read_all(ReadAll { until: head, ..ReadAll::after(after) }).await?;
        if page.end() <= after {
            break;
        }
        for event in page.iter() {
            read(aggregates, event, &mut types, &mut report);
        }
        states(store, aggregates, &page, &mut report).await;
        after = page.end();
        progress(after, head);
    }
    report.types = types.into_values().collect();
    for projector in projectors {
        rows(store, &**projector, &mut report).await?;
    }
    Ok(report)
}

fn read(
    aggregates: &[Box<dyn Verifies>],
    event: EventRef<'_>,
    types: &mut BTreeMap<(String, String, u32), ReadType>,
    report: &mut Verification,
) {
    report.events += 1;
    let (stored, aggregate_type) = (event.stored_type(), &event.stream().aggregate_type);
    let key = (aggregate_type.to_string(), stored.name.clone(), stored.version);
    let counted = types.entry(key).or_insert_with(|| ReadType {
        aggregate_type: aggregate_type.to_string(),
        name: stored.name.clone(),
        version: stored.version,
        ..ReadType::default()
    });
    counted.events += 1;
    let aggregate = aggregates.iter().find(|known| known.aggregate_type() == &**aggregate_type);
    let outcome = match aggregate {
        Some(aggregate) => aggregate.read(event).map_err(|error| error.to_string()),
        None => Err(format!("no aggregate `{aggregate_type}` is part of this application")),
    };
    match outcome {
        Ok((upcasts, today)) => {
            counted.upcasts = upcasts;
            report.fingerprints.add(&format!("events of {aggregate_type}"), today);
        }
        Err(reason) => {
            counted.failed += 1;
            report.fail(event, reason);
        }
    }
}

/// Folds the state of each stream that begins in a page.
async fn states(
    store: &dyn Store,
    aggregates: &[Box<dyn Verifies>],
    page: &EventBatch,
    report: &mut Verification,
) {
    for event in page.iter().filter(|event| event.version().get() == 1) {
        let stream = event.stream();
        let aggregate = aggregates.iter().find(|known| known.aggregate_type() == &*stream.aggregate_type);
        let Some(state) = aggregate.and_then(|known| known.state(store, stream.clone())) else { continue };
        let name = format!("states of {}", stream.aggregate_type);
        match state.await {
            Ok(state) => report.fingerprints.add(&name, state),
            // An event that cannot be read is told of where it is; here its state only has no fingerprint of its own.
            Err(reason) => report.fingerprints.add(&name, Fingerprint::of(&format!("{stream} {reason}"))),
        }
    }
}

/// Takes the fingerprint of a projection's rows as they are.
async fn rows(
    store: &dyn Store,
    projector: &dyn Projector,
    report: &mut Verification,
) -> Result<(), StoreError> {
    let table = projector.table();
    let status = store.table_status(Arc::clone(&table)).await?;
    if !status.is_current {
        report.to_build.push(table.name.clone());
        return Ok(());
    }
    let name = format!("rows of {}", table.name);
    let mut after = None;
    loop {
        let (table, filters, order) = (Arc::clone(&table), Vec::new(), Vec::new());
        let page = match store.rows(RowQuery { table, filters, order, after, limit: PAGE }).await {
            Err(error) if error.kind() == StoreErrorKind::Superseded => return Ok(()),
            page => page?,
        };
        for row in &page.rows {
            let cells: Vec<_> = row.iter().map(crate::Value::to_json).collect();
            report.fingerprints.add(&name, Fingerprint::of(&serde_json::Value::from(cells).to_string()));
        }
        let last = page.rows.last().filter(|_| page.more);
        let Some(last) = last else { return Ok(()) };
        after = Some(last[..projector.table().key_columns].to_vec());
    }
}
