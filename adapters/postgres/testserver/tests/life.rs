//! The life of a server: it starts, survives its own death, is followed, and leaves nothing behind.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]

use cqrs_postgres_testserver::Server;

#[test]
fn a_server_that_was_killed_has_kept_what_it_committed_and_so_has_its_standby() {
    let server = Server::start().unwrap();
    server.sql("CREATE TABLE kept (number int); INSERT INTO kept VALUES (7)").unwrap();
    server.kill().unwrap();
    server.sql("SELECT 1").unwrap_err();
    server.start().unwrap();
    server.sql("INSERT INTO kept SELECT 1 / (number - 6) FROM kept").unwrap();
    let standby = server.standby("standby").unwrap();
    standby.sql("SELECT 1 / count(*) FROM kept").unwrap();
    let refused = standby.sql("INSERT INTO kept VALUES (8)").unwrap_err().to_string();
    assert!(refused.contains("read-only"), "{refused}");
}

#[test]
fn a_server_is_gone_with_its_owner() {
    let server = Server::start().unwrap();
    let port = server.port();
    drop(server);
    std::net::TcpStream::connect(("127.0.0.1", port)).unwrap_err();
}
