//! A role that may not make tables: it is told what is missing, and works once somebody else has made them.

use cqrs_core::store::StoreErrorKind;
use cqrs_postgres::{PostgresStore, migrations};
use cqrs_postgres_testserver::Server;

use crate::samples::{Place, all_events, record};

#[tokio::test]
async fn a_role_that_may_not_make_tables_uses_those_that_the_printed_migrations_made() {
    let (server, place) = (Server::of_this_process(), Place::new());
    let schema = &place.schema;
    server.sql("CREATE ROLE clerk LOGIN").unwrap();
    let builder = || PostgresStore::builder(server.address_of("clerk", "postgres")).schema(schema);
    for builder in [builder(), builder().migrate(false)] {
        let error = builder.open().await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Incompatible, "{error}");
        assert!(error.to_string().contains("cqrs_postgres::migrations"), "{error}");
    }
    for step in migrations(schema) {
        server.sql(&step.sql).unwrap();
    }
    server
        .sql(&format!(
            "GRANT USAGE ON SCHEMA {schema} TO clerk; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO clerk"
        ))
        .unwrap();
    let store = builder().migrate(false).open().await.unwrap();
    record(&store, "ada", &[1, 2]).await;
    assert_eq!(all_events(&store).await.len(), 2);
    let refused =
        server.sql(&format!("SET ROLE clerk; TRUNCATE {schema}.cqrs_events")).unwrap_err().to_string();
    assert!(refused.contains("permission denied"), "{refused}");
    builder().open().await.unwrap();
}

#[tokio::test]
async fn many_stores_that_open_an_empty_schema_at_once_make_its_tables_once() {
    let place = Place::new();
    let opening: Vec<_> = (0..8).map(|_| tokio::spawn(place.builder().open())).collect();
    for opened in opening {
        opened.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn what_is_acknowledged_is_on_the_disk_even_where_the_role_would_not_wait_for_it() {
    let (server, place) = (Server::of_this_process(), Place::new());
    server.sql("CREATE ROLE hasty LOGIN SUPERUSER; ALTER ROLE hasty SET synchronous_commit TO off").unwrap();
    let builder = PostgresStore::builder(server.address_of("hasty", "postgres")).schema(&place.schema);
    let store = builder.open().await.unwrap();
    // The writer's own session says how it commits.
    let told = "CREATE TABLE told (setting text); CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                INSERT INTO told VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$; \
                CREATE TRIGGER tell AFTER INSERT ON cqrs_events FOR EACH STATEMENT EXECUTE FUNCTION tell()";
    let sql = place.sql().await;
    sql.batch_execute(told).await.unwrap();
    record(&store, "ada", &[1]).await;
    let setting: String = sql.query_one("SELECT setting FROM told", &[]).await.unwrap().get(0);
    assert_eq!(setting, "on");
}
