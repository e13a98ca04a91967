//! The envelope: everything that is known of an event comes back as it was written.

use cqrs_core::store::{Append, EventStore, NewEvent, ReadAll};
use cqrs_core::{ExpectedVersion, Metadata, Origin, Position, StreamId};
use serde_json::json;
use uuid::Uuid;

use crate::StoreFactory;
use crate::domain::{account, append, deposited, whole_log, whole_stream};

fn metadata(value: serde_json::Value) -> Metadata {
    match value {
        serde_json::Value::Object(map) => map,
        other => panic!("expected an object, found {other}"),
    }
}

/// Every field of the envelope comes back from the stream and from the log, nested metadata included.
pub async fn every_field_of_the_envelope_comes_back<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let origin = Origin {
        correlation_id: Uuid::now_v7(),
        causation_id: Uuid::now_v7(),
        actor: Some("Ada Lovelace <ada@example.org>".to_owned()),
        tenant: Some("north".to_owned()),
        metadata: metadata(json!({
            "ip": "::1",
            "count": 18_446_744_073_709_551_615_u64,
            "ratio": -0.5,
            "nested": { "list": [1, null, true, { "deep": ["x"] }], "empty": {} },
            "": "no name",
        })),
    };
    let opened = NewEvent {
        event_id: Uuid::now_v7(),
        name: "opened".into(),
        version: u32::MAX,
        payload: br#"{"holder":"Ada"}"#.to_vec(),
    };
    let second = NewEvent { event_id: Uuid::now_v7(), version: 2, ..opened.clone() };
    let stream = account("ada");
    let both = append(&stream, ExpectedVersion::NoStream, vec![opened.clone(), second.clone()]);
    let appended = store.append(Append { origin: origin.clone(), ..both }).await.unwrap();

    let recorded = whole_stream(&store, &stream).await;
    assert_eq!(recorded.len(), 2);
    for (event, new) in recorded.iter().zip([&opened, &second]) {
        assert_eq!(event.meta.event_id, new.event_id);
        assert_eq!(event.meta.aggregate_type, "account");
        assert_eq!(event.meta.aggregate_id, "ada");
        assert_eq!(event.meta.event_type, "opened");
        assert_eq!(event.meta.event_version, new.version);
        assert_eq!(event.meta.recorded_at, appended.recorded_at);
        assert_eq!(event.meta.origin, origin);
        assert_eq!(event.payload, new.payload);
    }
    assert_eq!((recorded[0].meta.version.get(), recorded[1].meta.version.get()), (1, 2));
    assert_eq!(recorded[1].meta.position, appended.position);
    assert_eq!(whole_log(&store).await, recorded);
}

/// An event without actor, tenant, metadata or ids of its causes comes back without them.
pub async fn what_was_not_given_comes_back_absent<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    store.append(append(&account("ada"), ExpectedVersion::Any, vec![deposited(1)])).await.unwrap();
    let event = whole_log(&store).await.remove(0);
    assert_eq!(event.meta.origin, Origin::default());
}

/// An actor or a tenant that is the empty text is not the same as none.
pub async fn an_empty_actor_is_not_an_absent_one<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let origin = Origin { actor: Some(String::new()), tenant: Some(String::new()), ..Origin::default() };
    let appended = append(&account("ada"), ExpectedVersion::Any, vec![deposited(1)]);
    store.append(Append { origin: origin.clone(), ..appended }).await.unwrap();
    assert_eq!(whole_log(&store).await[0].meta.origin, origin);
}

/// The events of different decisions keep their own origins, also where they are read in one page.
pub async fn each_decision_keeps_its_own_origin<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let by = |actor: &str| Origin { actor: Some(actor.to_owned()), ..Origin::default() };
    for actor in ["ada", "grace", "ada"] {
        let events = vec![deposited(1), deposited(2)];
        let decision = append(&account("shared"), ExpectedVersion::Any, events);
        store.append(Append { origin: by(actor), ..decision }).await.unwrap();
    }
    let page = store.read_all(ReadAll::after(Position::START)).await.unwrap();
    let actors: Vec<_> = page.iter().map(|event| event.origin().unwrap().actor.clone().unwrap()).collect();
    assert_eq!(actors, ["ada", "ada", "grace", "grace", "ada", "ada"]);
}

/// Text of any script, with quotes, newlines and emoji, comes back from ids, names, actors, tenants and metadata.
pub async fn text_of_any_script_comes_back<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let texts = [
        "Übermut",
        "日本語の口座",
        "حساب",
        "👩‍👩‍👧‍👦",
        "e\u{301}\u{327}",
        "'; DROP TABLE events; --",
        "\"quoted\" \\ %_*?[a]",
        "line\nbreak\ttab\u{7f}\u{1}",
        "\u{feff}mark",
        "\u{10ffff}",
        " ",
    ];
    for text in texts {
        let stream = StreamId::new(text, text);
        let origin = Origin {
            actor: Some(text.to_owned()),
            tenant: Some(text.to_owned()),
            metadata: metadata(json!({ text: text })),
            ..Origin::default()
        };
        let noted = NewEvent { name: text.to_owned().into(), ..deposited(1) };
        let payload = serde_json::to_vec(&json!({ "text": text })).unwrap();
        let noted = NewEvent { payload, ..noted };
        let written = append(&stream, ExpectedVersion::NoStream, vec![noted.clone()]);
        store.append(Append { origin: origin.clone(), ..written }).await.unwrap();
        let event = whole_stream(&store, &stream).await.remove(0);
        assert_eq!((event.meta.aggregate_type.as_str(), event.meta.aggregate_id.as_str()), (text, text));
        assert_eq!(event.meta.event_type, text);
        assert_eq!(event.meta.origin, origin);
        assert_eq!(event.payload, noted.payload);
    }
    assert_eq!(whole_log(&store).await.len(), texts.len());
}

/// A payload comes back byte for byte: its spaces, the order of its keys and the form of its numbers are the writer's.
pub async fn a_payload_comes_back_byte_for_byte<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let payloads = [
        "{}",
        "null",
        "[]",
        "\"\"",
        "  { \"b\" : 1.10 , \"a\" : 1e2, \"a\" : 12345678901234567890123456789 }\n",
        "{\"text\":\"\\u00e9 é \\n \\\" 日本 👋\"}",
        "-0.0",
    ];
    for payload in payloads {
        let noted = NewEvent { payload: payload.into(), ..deposited(1) };
        store.append(append(&account("ada"), ExpectedVersion::Any, vec![noted])).await.unwrap();
    }
    let recorded = whole_stream(&store, &account("ada")).await;
    assert_eq!(crate::domain::payloads(&recorded), payloads);
}
