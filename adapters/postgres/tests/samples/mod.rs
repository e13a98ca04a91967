//! What the tests of this crate share: a schema of its own for each test, on the one server of the test run.

#![allow(dead_code, reason = "each test file uses its part")]

use std::sync::atomic::{AtomicU32, Ordering};

use cqrs_core::store::{Append, Appended, EventStore, EventStoreExt as _, NewEvent, ReadAll, ReadStream};
use cqrs_core::{ExpectedVersion, Origin, Position, RecordedEvent, StreamId};
use cqrs_postgres::{PostgresStore, PostgresStoreBuilder};
use cqrs_postgres_testserver::Server;
use uuid::Uuid;

/// A schema that no other test uses.
pub(crate) struct Place {
    pub(crate) schema: String,
}

impl Place {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        Self { schema: format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed)) }
    }

    pub(crate) fn builder(&self) -> PostgresStoreBuilder {
        PostgresStore::builder(Server::of_this_process().address()).schema(&self.schema)
    }

    pub(crate) async fn open(&self) -> PostgresStore {
        self.builder().open().await.expect("the store opens")
    }

    /// A connection of another program, in the same schema.
    pub(crate) async fn sql(&self) -> tokio_postgres::Client {
        sql(&Server::of_this_process().address(), &self.schema).await
    }
}

/// A connection of another program.
pub(crate) async fn sql(address: &str, schema: &str) -> tokio_postgres::Client {
    let (client, connection) =
        tokio_postgres::connect(address, tokio_postgres::NoTls).await.expect("a connection");
    tokio::spawn(connection);
    client.batch_execute(&format!("SET search_path TO {schema}")).await.expect("the schema");
    client
}

pub(crate) fn account(id: &str) -> StreamId {
    StreamId::new("Account", id.to_owned())
}

pub(crate) fn deposited(amount: i64) -> NewEvent {
    NewEvent {
        event_id: Uuid::now_v7(),
        name: "Deposited".into(),
        version: 1,
        payload: format!(r#"{{"amount":{amount}}}"#).into_bytes(),
    }
}

pub(crate) fn append(id: &str, expected: ExpectedVersion, amounts: &[i64]) -> Append {
    Append {
        stream: account(id),
        expected,
        events: amounts.iter().copied().map(deposited).collect(),
        origin: Origin::default(),
        command_id: None,
        chain: None,
    }
}

pub(crate) fn deposit(id: &str, amount: i64) -> Append {
    append(id, ExpectedVersion::Any, &[amount])
}

pub(crate) async fn record(store: &PostgresStore, id: &str, amounts: &[i64]) -> Appended {
    store.append(append(id, ExpectedVersion::Any, amounts)).await.expect("the append is recorded")
}

pub(crate) async fn all_events(store: &PostgresStore) -> Vec<RecordedEvent> {
    let mut read = ReadAll::after(Position::START);
    let mut events = Vec::new();
    loop {
        let page = store.read_all(read.clone()).await.expect("a page");
        if page.end() <= read.after {
            return events;
        }
        read.after = page.end();
        events.extend(page.to_vec());
    }
}

pub(crate) async fn stream_of(store: &PostgresStore, id: &str) -> Vec<RecordedEvent> {
    store.collect_stream(ReadStream::forward(account(id))).await.expect("the stream")
}
