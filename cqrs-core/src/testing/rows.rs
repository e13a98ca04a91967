//! Given events, then the rows of a projection.

use std::collections::BTreeMap;
use std::fmt::Debug;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::diff::assert_same;
use crate::aggregate::{Aggregate, AggregateId};
use crate::app::{ReplayedRows, keyed};
use crate::batch::{BatchBuilder, BatchRow};
use crate::envelope::{Origin, Position, StreamId, StreamVersion};
use crate::projection::{Keyed, Projection, RecordedBy, TypedProjector};

/// A projection with events folded into it.
pub struct RowsOf<P: Projection> {
    projector: TypedProjector<P>,
    rows: ReplayedRows,
    versions: BTreeMap<StreamId, StreamVersion>,
    position: Position,
    now: Timestamp,
    origin: Origin,
}

/// A projection without rows, to fold events into.
///
/// Events are recorded one second apart, from the start of 1970 unless [`at`](RowsOf::at) says otherwise.
#[must_use = "nothing is checked until `then` is called"]
pub fn rows_of<P: Projection>() -> RowsOf<P> {
    RowsOf {
        projector: TypedProjector::new(),
        rows: ReplayedRows::default(),
        versions: BTreeMap::new(),
        position: Position::START,
        now: Timestamp::UNIX_EPOCH,
        origin: Origin::default(),
    }
}

impl<P: Projection> RowsOf<P> {
    /// The instant at which the next event is recorded.
    #[must_use = "nothing is checked until `then` is called"]
    pub fn at(mut self, now: Timestamp) -> Self {
        self.now = now;
        self
    }

    /// Who causes the next events.
    #[must_use = "nothing is checked until `then` is called"]
    pub fn caused_by(mut self, origin: Origin) -> Self {
        self.origin = origin;
        self
    }

    /// Folds events of one aggregate, in order.
    ///
    /// # Panics
    ///
    /// When an event cannot be folded.
    #[track_caller]
    #[must_use = "nothing is checked until `then` is called"]
    pub fn given<S: RecordedBy>(
        mut self,
        id: &<S::Aggregate as Aggregate>::Id,
        events: impl IntoIterator<Item = S>,
    ) -> Self {
        for event in events {
            let mut payload = Vec::new();
            if let Err(error) = event.encode(&mut payload) {
                panicked(&error);
            }
            let descriptor = event.descriptor();
            let stream = StreamId::new(S::Aggregate::TYPE, id.to_stream_id());
            self.fold(&stream, descriptor.name, descriptor.version, &payload);
        }
        self
    }

    /// Folds an event as it was stored: name, version and JSON payload, older versions too.
    ///
    /// # Panics
    ///
    /// When it cannot be decoded or folded.
    #[track_caller]
    #[must_use = "nothing is checked until `then` is called"]
    pub fn given_stored(mut self, stream: StreamId, name: &str, version: u32, payload: &str) -> Self {
        self.fold(&stream, name, version, payload.as_bytes());
        self
    }

    /// The rows, ordered by key.
    ///
    /// # Panics
    ///
    /// When a row cannot be read back, which a derived projection's always can.
    #[track_caller]
    pub fn rows(&self) -> Vec<Keyed<P>> {
        let rows = self.rows.cells().map(|cells| keyed::<P>(cells.clone()));
        rows.collect::<Result<_, _>>().unwrap_or_else(|error| panicked(&error))
    }

    /// These are all the rows, ordered by key.
    ///
    /// # Panics
    ///
    /// When the rows differ.
    #[track_caller]
    pub fn then(self, expected: impl IntoIterator<Item = (P::Key, P)>) -> Self
    where
        P: Debug + PartialEq,
    {
        let expected: Vec<_> = expected.into_iter().map(|(key, row)| Keyed { key, row }).collect();
        assert_same("the read model", &expected, &self.rows());
        self
    }

    #[track_caller]
    fn fold(&mut self, stream: &StreamId, name: &str, version: u32, payload: &[u8]) {
        let last = self.versions.entry(stream.clone()).or_default();
        *last = last.plus(1);
        self.position = self.position.plus(1);
        let mut batch = BatchBuilder::with_capacity(1);
        let row = BatchRow {
            position: self.position,
            version: *last,
            recorded_at_micros: self.now.as_microsecond(),
            event_id: Uuid::nil(),
            type_index: batch.stored_type(name, version),
            stream_index: batch.stream(stream),
            origin_index: batch.origin(self.origin.clone()),
        };
        batch.push(row, payload);
        let batch = batch.finish(self.position);
        self.rows.fold(&self.projector, &batch).unwrap_or_else(|failure| panicked(&failure));
        self.now = self.now.saturating_add(SignedDuration::from_secs(1)).unwrap_or(self.now);
    }
}

#[track_caller]
#[expect(clippy::panic, reason = "a failed expectation is reported as a test's panic")]
fn panicked(error: &dyn std::error::Error) -> ! {
    panic!("{error}");
}
