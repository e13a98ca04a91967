//! Recorded events in the form that other systems read: CloudEvents 1.0, in its JSON format.
//!
//! See <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md>. Nothing is sent from here.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::envelope::{Position, RecordedEvent, StreamVersion};

/// A recorded event as a CloudEvent; serialize it to have its JSON.
///
/// Besides the attributes of the specification it carries, as extensions in lower case, what an event-sourced consumer
/// needs: the event's version in its stream, its position, the version of its shape, correlation and causation.
#[derive(Debug, Clone, Serialize)]
pub struct CloudEvent {
    /// The version of the specification: `1.0`.
    pub specversion: &'static str,
    /// The event's id.
    pub id: String,
    /// What the event is about: the source that was given, and the aggregate's type.
    pub source: String,
    /// The event's stored name.
    #[serde(rename = "type")]
    pub event_type: String,
    /// The aggregate's id.
    pub subject: String,
    /// When it was recorded, by RFC 3339.
    pub time: String,
    /// Always `application/json`.
    pub datacontenttype: &'static str,
    /// The version of the payload's shape.
    pub dataversion: u32,
    /// The stream's version with this event.
    pub streamversion: StreamVersion,
    /// The event's position in its store.
    pub position: Position,
    /// The business transaction that it is part of.
    pub correlationid: String,
    /// What directly caused it.
    pub causationid: String,
    /// Who asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// On whose behalf.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// The payload, as it is stored.
    pub data: Box<RawValue>,
}

impl RecordedEvent {
    /// This event as a CloudEvent from a source, which is a URI such as `https://bank.example`.
    ///
    /// # Errors
    ///
    /// When the payload is not JSON, which no engine stores.
    pub fn to_cloud_event(&self, source: &str) -> Result<CloudEvent, serde_json::Error> {
        let meta = &self.meta;
        Ok(CloudEvent {
            specversion: "1.0",
            id: meta.event_id.to_string(),
            source: format!("{}/{}", source.trim_end_matches('/'), meta.aggregate_type),
            event_type: meta.event_type.clone(),
            subject: meta.aggregate_id.clone(),
            time: meta.recorded_at.to_string(),
            datacontenttype: "application/json",
            dataversion: meta.event_version,
            streamversion: meta.version,
            position: meta.position,
            correlationid: meta.origin.correlation_id.to_string(),
            causationid: meta.origin.causation_id.to_string(),
            actor: meta.origin.actor.clone(),
            tenant: meta.origin.tenant.clone(),
            data: serde_json::from_slice(&self.payload)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::envelope::Meta;

    #[test]
    fn a_recorded_event_becomes_a_cloud_event_with_its_payload_untouched() {
        let meta = Meta {
            aggregate_type: "Account".into(),
            aggregate_id: "a-1".into(),
            event_type: "Opened".into(),
            event_version: 2,
            ..Meta::default()
        };
        let event = RecordedEvent { meta, payload: br#"{"amount": 1.50}"#.to_vec() };
        let json = serde_json::to_string(&event.to_cloud_event("https://bank.example/").unwrap()).unwrap();
        assert!(
            json.contains(r#""source":"https://bank.example/Account","type":"Opened","subject":"a-1""#),
            "{json}"
        );
        assert!(json.ends_with(r#""data":{"amount": 1.50}}"#), "{json}");
    }
}
