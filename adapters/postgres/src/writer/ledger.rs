//! What a group makes of the log: each append is judged against what was there and what the group has added so far.
//!
//! Nothing here waits or touches the database; a ledger is thrown away when the group could not be written.

use std::collections::HashMap;

use cqrs_core::store::{Append, AppendError, Appended};
use cqrs_core::{ExpectedVersion, StreamId, StreamVersion};
use uuid::Uuid;

use super::jobs::Recorded;
use super::known::{KnownStreams, KnownTypes, Stream};

/// The newest rows of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    /// The position of the newest event.
    pub(super) position: i64,
    /// When it was recorded, in microseconds since 1970.
    pub(super) recorded_at: i64,
    /// The newest row of `cqrs_streams`.
    pub(super) stream: i64,
    /// The newest row of `cqrs_event_types`.
    pub(super) event_type: i64,
}

/// What is to become of an append.
pub(super) enum Verdict {
    /// Its events follow what the stream has.
    Record(Stream),
    /// Its command was recorded before.
    Known(Appended),
    /// It is refused.
    Refuse(AppendError),
    /// The ledger does not know enough.
    LookUp,
}

/// A new event type: its aggregate's type, its name and the version of its shape.
pub(super) type NewType = (String, String, u32);

/// What a group makes of the log. A clone of it is a place to go back to.
#[derive(Clone)]
pub(super) struct Ledger<'w> {
    /// What was there.
    pub(super) before: Head,
    /// What is there with what the group has added.
    pub(super) head: Head,
    /// What is known of streams that are not in `streams`; `None` where all that matters was looked up.
    known: Option<&'w KnownStreams>,
    types: &'w KnownTypes,
    /// The streams as they were looked up, or as the group has left them.
    pub(super) streams: HashMap<StreamId, Stream>,
    /// The outcomes of commands that were looked up, or which the group has added.
    commands: HashMap<Uuid, Appended>,
    pub(super) new_streams: Vec<StreamId>,
    pub(super) new_types: Vec<NewType>,
}

impl<'w> Ledger<'w> {
    /// A ledger of what is remembered, for as long as it suffices.
    pub(super) fn remembered(head: Head, known: &'w KnownStreams, types: &'w KnownTypes) -> Self {
        Self { known: Some(known), ..Self::looked_up(head, types, HashMap::new(), HashMap::new()) }
    }

    /// A ledger of what was looked up: streams and commands that are not there do not exist.
    pub(super) fn looked_up(
        head: Head,
        types: &'w KnownTypes,
        streams: HashMap<StreamId, Stream>,
        commands: HashMap<Uuid, Appended>,
    ) -> Self {
        let (new_streams, new_types) = (Vec::new(), Vec::new());
        Self { before: head, head, known: None, types, streams, commands, new_streams, new_types }
    }

    pub(super) fn judge(&self, append: &Append) -> Verdict {
        if let Some(first) = append.command_id.and_then(|id| self.commands.get(&id)) {
            return Verdict::Known(Appended { duplicate: true, ..first.clone() });
        }
        if append.chain.as_ref().is_some_and(|chain| chain.is_broken()) {
            return Verdict::Refuse(AppendError::Unfounded { stream: append.stream.clone() });
        }
        let Some(stream) = self.stream(&append.stream, append.expected) else { return Verdict::LookUp };
        let actual = StreamVersion::from_i64(stream.version);
        if !append.expected.allows(actual) {
            let (stream, expected) = (append.stream.clone(), append.expected);
            return Verdict::Refuse(AppendError::Conflict { stream, expected, actual });
        }
        Verdict::Record(stream)
    }

    fn stream(&self, stream: &StreamId, expected: ExpectedVersion) -> Option<Stream> {
        let absent = Stream { id: None, version: 0 };
        if let Some(found) = self.streams.get(stream) {
            return Some(*found);
        }
        let Some(known) = self.known else { return Some(absent) };
        known.get(stream).or_else(|| {
            // What its writer expects to be new most likely is; the database refuses it otherwise.
            expected
                .allows(StreamVersion::EMPTY)
                .then_some(absent)
                .filter(|_| expected != ExpectedVersion::Any)
        })
    }

    /// Adds what an append that was judged fit records at this time.
    pub(super) fn record(&mut self, append: &Append, stream: Stream, now: i64) -> Recorded {
        self.head.recorded_at = self.head.recorded_at.max(now);
        let id = match stream.id {
            Some(id) => id,
            None if append.events.is_empty() && append.command_id.is_none() => 0,
            None => {
                self.head.stream += 1;
                self.new_streams.push(append.stream.clone());
                self.head.stream
            }
        };
        let count = append.events.len() as i64;
        let version = stream.version + count;
        self.head.position += count;
        if id != 0 {
            self.streams.insert(append.stream.clone(), Stream { id: Some(id), version });
        }
        Recorded { stream: id, version, position: self.head.position, recorded_at: self.head.recorded_at }
    }

    /// Remembers what a command led to, for the same id again within the group.
    pub(super) fn note_command(&mut self, id: Uuid, appended: Appended) {
        self.commands.insert(id, appended);
    }

    /// The row of an event type, which is added where there is none yet.
    pub(super) fn event_type(&mut self, aggregate_type: &str, name: &str, version: u32) -> i64 {
        if let Some(id) = self.types.get(aggregate_type, name, version) {
            return id;
        }
        let is_it = |new: &NewType| new.0 == aggregate_type && new.1 == name && new.2 == version;
        let index = self.new_types.iter().position(is_it).unwrap_or_else(|| {
            self.new_types.push((aggregate_type.to_owned(), name.to_owned(), version));
            self.head.event_type += 1;
            self.new_types.len() - 1
        });
        self.before.event_type + 1 + index as i64
    }
}

#[cfg(test)]
mod tests {
    use cqrs_core::Origin;

    use super::*;

    const HEAD: Head = Head { position: 7, recorded_at: 50, stream: 3, event_type: 2 };

    fn append(id: &str, expected: ExpectedVersion, events: usize) -> Append {
        let event = cqrs_core::store::NewEvent {
            event_id: Uuid::nil(),
            name: "Opened".into(),
            version: 1,
            payload: b"{}".to_vec(),
        };
        Append {
            stream: StreamId::new("Door", id.to_owned()),
            expected,
            events: vec![event; events],
            origin: Origin::default(),
            command_id: None,
            chain: None,
        }
    }

    #[test]
    fn an_append_is_judged_upon_what_the_group_has_added() {
        let types = KnownTypes::default();
        let mut ledger = Ledger::looked_up(HEAD, &types, HashMap::new(), HashMap::new());
        let first = append("a", ExpectedVersion::NoStream, 2);
        let Verdict::Record(stream) = ledger.judge(&first) else { panic!("the stream is new") };
        let recorded = ledger.record(&first, stream, 40);
        assert_eq!((recorded.stream, recorded.version, recorded.position), (4, 2, 9));
        assert_eq!(recorded.recorded_at, 50, "time went back");
        let again = ledger.judge(&first);
        assert!(matches!(again, Verdict::Refuse(AppendError::Conflict { actual, .. }) if actual.get() == 2));
    }

    #[test]
    fn what_is_not_remembered_is_looked_up_unless_it_is_expected_to_be_new() {
        let (known, types) = (KnownStreams::default(), KnownTypes::default());
        let ledger = Ledger::remembered(HEAD, &known, &types);
        let verdict = |expected| ledger.judge(&append("a", expected, 1));
        assert!(matches!(
            verdict(ExpectedVersion::NoStream),
            Verdict::Record(Stream { id: None, version: 0 })
        ));
        assert!(matches!(verdict(ExpectedVersion::Any), Verdict::LookUp));
        assert!(matches!(verdict(ExpectedVersion::Exact(StreamVersion::new(1))), Verdict::LookUp));
    }

    #[test]
    fn a_new_event_type_gets_one_row_however_often_it_is_used() {
        let mut types = KnownTypes::default();
        types.set("Door", "Opened", 1, 2);
        let mut ledger = Ledger::looked_up(HEAD, &types, HashMap::new(), HashMap::new());
        let rows = [("Opened", 1), ("Opened", 2), ("Shut", 1), ("Opened", 2)]
            .map(|(name, version)| ledger.event_type("Door", name, version));
        assert_eq!(rows, [2, 3, 4, 3]);
        assert_eq!(ledger.head.event_type, 4);
    }
}
