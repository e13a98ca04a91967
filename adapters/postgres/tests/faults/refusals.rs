//! What the server refuses: each refusal is named as what it is, and what passes by itself is tried again.

use cqrs_core::store::{AppendError, EventStore, StoreErrorKind};
use cqrs_core::{ExpectedVersion, Origin};
use cqrs_postgres::PostgresStore;
use cqrs_postgres_testserver::Server;

use crate::samples::{Place, all_events, append, deposit, record};

/// Has the next events be refused with an error code, so often.
fn refuse(code: &str, times: u32) -> String {
    format!(
        "CREATE SEQUENCE refusals; CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
         IF nextval('refusals') <= {times} THEN RAISE EXCEPTION 'by force' USING ERRCODE = '{code}'; END IF; RETURN NULL; END $$; \
         CREATE TRIGGER refuse AFTER INSERT ON cqrs_events FOR EACH STATEMENT EXECUTE FUNCTION refuse()"
    )
}

#[tokio::test]
async fn a_serialization_failure_and_a_deadlock_are_tried_again() {
    for code in ["40001", "40P01"] {
        let place = Place::new();
        let store = place.open().await;
        record(&store, "ada", &[1]).await;
        place.sql().await.batch_execute(&refuse(code, 3)).await.unwrap();
        assert_eq!(record(&store, "ada", &[2]).await.version.get(), 2);
        assert_eq!(all_events(&store).await.len(), 2);
    }
}

#[tokio::test]
async fn a_refusal_of_the_database_fails_the_append_and_leaves_nothing_behind() {
    for (code, kind) in [
        ("53100", StoreErrorKind::Full),
        ("XX001", StoreErrorKind::Corrupt),
        ("P0001", StoreErrorKind::Other),
    ] {
        let place = Place::new();
        let store = place.open().await;
        record(&store, "ada", &[1]).await;
        place.sql().await.batch_execute(&refuse(code, 1)).await.unwrap();
        let Err(AppendError::Store(error)) = store.append(deposit("ada", 2)).await else {
            panic!("it is refused")
        };
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains("by force") && !error.outcome_unknown(), "{error}");
        assert_eq!(record(&store, "ada", &[3]).await.version.get(), 2);
    }
}

#[tokio::test]
async fn a_value_that_the_database_cannot_hold_fails_its_own_append_alone() {
    let place = Place::new();
    let store = place.open().await;
    let calls: Vec<_> = (0..20)
        .map(|number| {
            let origin = Origin { actor: (number % 5 == 0).then(|| "a\0b".to_owned()), ..Origin::default() };
            store.append(cqrs_core::store::Append {
                origin,
                ..append(&number.to_string(), ExpectedVersion::NoStream, &[number])
            })
        })
        .collect();
    for (number, call) in calls.into_iter().enumerate() {
        match call.await {
            Ok(_) => assert_ne!(number % 5, 0),
            Err(AppendError::Store(error)) => {
                assert_eq!((number % 5, error.kind()), (0, StoreErrorKind::Invalid))
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(all_events(&store).await.len(), 16);
}

#[tokio::test]
async fn too_many_connections_are_reported_as_busy() {
    let server = Server::of_this_process();
    server.sql("CREATE ROLE crowded LOGIN CONNECTION LIMIT 0").unwrap();
    let opened = PostgresStore::connect(server.address_of("crowded", "postgres")).await;
    let error = opened.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Busy, "{error}");
    assert!(error.to_string().contains("no connection left"), "{error}");
}

#[tokio::test]
async fn neither_an_error_nor_a_debug_text_tells_the_password() {
    let server = Server::of_this_process();
    let address = format!("postgres://nobody:secret@127.0.0.1:{}/nowhere", server.port());
    let builder = PostgresStore::builder(&address);
    assert!(!format!("{builder:?}").contains("secret"));
    let error = builder.open().await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Other, "{error}");
    assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
    let error = PostgresStore::connect("postgres://nobody:secret@localhost:port/x").await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Invalid, "{error}");
    assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
    let store =
        PostgresStore::connect(server.address().replace("postgres@", "postgres:secret@")).await.unwrap();
    assert!(!format!("{store:?}").contains("secret"));
    store.close().await.unwrap();
}
