//! Encrypted connections, to a server with a certificate of its own: verified where that is asked for.

use cqrs_core::store::{EventStore, StoreErrorKind};
use cqrs_postgres::PostgresStore;
use cqrs_postgres_testserver::Server;

use crate::samples::{Place, record};

/// Signed by [`ROOT`], for `localhost` and 127.0.0.1, until the year 2126. Nothing else uses its key.
const CERTIFICATE: &str = include_str!("tls/server.crt");
const KEY: &str = include_str!("tls/server.key");
const ROOT: &str = include_str!("tls/root.crt");

#[tokio::test]
async fn a_connection_is_encrypted_and_the_certificate_verified_where_that_is_asked_for() {
    let (server, place) = (Server::start().unwrap(), Place::new());
    server.add_file("server.crt", CERTIFICATE).unwrap();
    server.add_file("server.key", KEY).unwrap();
    server.configure("ssl = on\nlog_connections = on\n").unwrap();
    server.stop().unwrap();
    server.start().unwrap();
    let builder = |mode: &str| {
        PostgresStore::builder(format!("{}?sslmode={mode}", server.address())).schema(&place.schema)
    };
    for builder in [
        builder("require").root_certificates(ROOT),
        builder("verify-full").root_certificates(ROOT),
        builder("prefer"),
    ] {
        let store = builder.open().await.unwrap();
        record(&store, "ada", &[1]).await;
        store.close().await.unwrap();
    }
    let encrypted = server.log().matches("SSL enabled").count();
    assert!(encrypted >= 3, "{}", server.log());
    builder("disable").open().await.unwrap().close().await.unwrap();
    // The system does not know who signed it.
    let error = builder("require").open().await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error}");
    assert!(error.to_string().contains("certificate"), "{error}");
    // It is for another host.
    let address = server.address().replace("127.0.0.1", "localhost.localdomain");
    let another = PostgresStore::builder(format!("{address}?hostaddr=127.0.0.1"));
    let error = another.root_certificates(ROOT).open().await.unwrap_err();
    assert!(error.to_string().contains("certificate"), "{error}");
}

#[tokio::test]
async fn a_server_without_encryption_is_refused_by_who_asks_for_it() {
    let server = Server::of_this_process();
    let address = format!("{}?sslmode=require", server.address());
    let error = PostgresStore::builder(address).root_certificates(ROOT).open().await.unwrap_err();
    assert!(error.to_string().contains("TLS"), "{error}");
    let error = PostgresStore::builder(server.address()).root_certificates("none").open().await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Invalid, "{error}");
}
