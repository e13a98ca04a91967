//! Commands: decided upon the newest state, recorded as a whole, refused with a reason.

use cqrs_core::store::{EventStore as _, EventStoreExt as _, ReadStream};
use cqrs_core::{App, Caller, ExecuteError, MemoryStore, StreamId, StreamVersion};
use uuid::Uuid;

use crate::bank::{AccountError, WithdrawInParts, bank, deposit, id, open, withdraw};

async fn app() -> App {
    bank(MemoryStore::new()).build().await.unwrap()
}

#[tokio::test]
async fn a_receipt_says_what_was_recorded_and_where() {
    let app = app().await;
    app.execute(open("ada")).await.unwrap();
    let receipt = app.execute(deposit("ada", 500)).await.unwrap();
    assert_eq!((receipt.version.get(), receipt.events, receipt.duplicate), (2, 1, false));
    assert_eq!(receipt.position, app.store().head().await.unwrap());
    assert_eq!(receipt.stream, StreamId::new("Account", "ada"));
}

#[tokio::test]
async fn a_refusal_is_the_domains_own_error_and_records_nothing() {
    let app = app().await;
    app.execute(open("ada")).await.unwrap();
    let error = app.execute(withdraw("ada", 1)).await.unwrap_err();
    assert!(matches!(error, ExecuteError::Refused(AccountError::Insufficient { cents: 0 })), "{error}");
    assert_eq!(app.store().head().await.unwrap().get(), 1);
}

#[tokio::test]
async fn a_command_that_creates_is_refused_where_the_aggregate_exists() {
    let app = app().await;
    app.execute(open("ada")).await.unwrap();
    let error = app.execute(open("ada")).await.unwrap_err();
    assert_eq!(error.to_string(), "Account/ada already exists, so `Open` cannot create it");
}

#[tokio::test]
async fn a_command_that_creates_finds_out_what_another_application_recorded() {
    let store = std::sync::Arc::new(MemoryStore::new());
    let first = App::builder(store.clone()).aggregate::<crate::bank::Account>().build().await.unwrap();
    let second = App::builder(store).aggregate::<crate::bank::Account>().build().await.unwrap();
    first.execute(open("ada")).await.unwrap();
    let error = second.execute(open("ada")).await.unwrap_err();
    assert!(matches!(error, ExecuteError::AlreadyExists { .. }), "{error}");
}

#[tokio::test]
async fn a_command_for_an_existing_aggregate_is_not_found_where_there_is_none() {
    let app = app().await;
    let error = app.execute(withdraw("nobody", 1)).await.unwrap_err();
    assert_eq!(error.to_string(), "there is no Account/nobody for `Withdraw`");
}

#[tokio::test]
async fn a_command_that_breaks_a_rule_by_itself_is_refused_before_anything_is_loaded() {
    let app = app().await;
    let error = app.execute(deposit("ada", 0)).await.unwrap_err();
    assert_eq!(error.to_string(), "`Deposit` is not valid: `cents` must be above zero");
}

#[tokio::test]
async fn a_caller_without_the_role_is_refused_before_anything_is_loaded() {
    let app = app().await;
    let error = app.execute(WithdrawInParts { account_id: id("ada"), parts: 1 }).await.unwrap_err();
    assert_eq!(error.to_string(), "`WithdrawInParts` may be sent by `teller`");
    let teller = Caller::named("bob").with_role("teller");
    let receipt = app.execute(WithdrawInParts { account_id: id("ada"), parts: 0 }).by(teller).await.unwrap();
    assert_eq!((receipt.events, receipt.version), (0, StreamVersion::EMPTY));
}

#[tokio::test]
async fn an_event_that_cannot_be_applied_is_never_recorded() {
    let app = app().await;
    app.execute(open("ada")).await.unwrap();
    app.execute(deposit("ada", u32::MAX)).await.unwrap();
    let error = app.execute(deposit("ada", 1)).await.unwrap_err();
    assert_eq!(error.to_string(), "the decided event `Deposited` cannot be applied: the balance overflows");
    app.execute(withdraw("ada", 10)).await.unwrap();
    app.execute(deposit("ada", 10)).await.unwrap();
    assert_eq!(app.load::<crate::bank::Account>(&id("ada")).await.unwrap().state.cents, u32::MAX);
}

#[tokio::test]
async fn events_carry_who_caused_them_and_through_what() {
    let app = app().await;
    let (command, business) = (Uuid::now_v7(), Uuid::now_v7());
    let caller = Caller::named("ada").of_tenant("north");
    app.execute(open("ada"))
        .id(command)
        .correlation(business)
        .by(caller)
        .metadata("channel", "branch")
        .await
        .unwrap();
    let stream = ReadStream::forward(StreamId::new("Account", "ada"));
    let event = app.store().collect_stream(stream).await.unwrap().remove(0);
    let origin = event.meta.origin;
    assert_eq!((origin.correlation_id, origin.causation_id), (business, command));
    assert_eq!((origin.actor.as_deref(), origin.tenant.as_deref()), (Some("ada"), Some("north")));
    assert_eq!(origin.metadata["channel"], "branch");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_on_one_aggregate_are_decided_one_upon_the_other() {
    let app = app().await;
    app.execute(open("ada")).await.unwrap();
    let deposits = (1..=64).map(|_| {
        let app = app.clone();
        tokio::spawn(async move { app.execute(deposit("ada", 10)).await.unwrap().version.get() })
    });
    let mut versions = Vec::new();
    for task in deposits.collect::<Vec<_>>() {
        versions.push(task.await.unwrap());
    }
    versions.sort_unstable();
    assert_eq!(versions, (2..=65).collect::<Vec<_>>());
    assert_eq!(app.load::<crate::bank::Account>(&id("ada")).await.unwrap().state.cents, 640);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_applications_on_one_store_never_overdraw_an_account() {
    let store = std::sync::Arc::new(MemoryStore::new());
    let mut apps = Vec::new();
    for _ in 0..2 {
        let builder = App::builder(store.clone()).aggregate::<crate::bank::Account>();
        apps.push(builder.retries(1000).build().await.unwrap());
    }
    apps[0].execute(open("ada")).await.unwrap();
    apps[0].execute(deposit("ada", 50)).await.unwrap();
    let tasks: Vec<_> = (0..100)
        .map(|n| {
            let app = apps[n % 2].clone();
            tokio::spawn(async move { app.execute(withdraw("ada", 1)).await })
        })
        .collect();
    let mut accepted = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => accepted += 1,
            Err(ExecuteError::Refused(AccountError::Insufficient { cents: 0 })) => {}
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(accepted, 50);
    assert_eq!(apps[1].load::<crate::bank::Account>(&id("ada")).await.unwrap().state.cents, 0);
}

#[tokio::test]
async fn an_aggregate_that_was_not_named_is_refused_with_the_line_to_write() {
    let app = App::builder(MemoryStore::new()).build().await.unwrap();
    let error = app.execute(open("ada")).await.unwrap_err();
    assert!(error.to_string().contains("add .aggregate::<Account>() to its builder"), "{error}");
}

#[tokio::test]
async fn a_stopped_application_refuses_commands_and_can_be_stopped_again() {
    let app = app().await;
    app.execute(open("ada")).await.unwrap();
    app.shutdown().await.unwrap();
    let error = app.execute(deposit("ada", 1)).await.unwrap_err();
    assert_eq!(error.to_string(), "the application is shutting down");
    app.shutdown().await.unwrap();
}
