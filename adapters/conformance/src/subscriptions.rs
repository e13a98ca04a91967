//! Subscriptions: catch up, then follow live, at once and without a gap.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cqrs_core::store::{EventFilter, EventStore, EventStoreExt as _, StoreErrorKind, Subscription};
use cqrs_core::{ExpectedVersion, Position, RecordedEvent};
use tokio::time::timeout;

use crate::StoreFactory;
use crate::domain::{account, append, at_once, deposit, deposited, event, record, versions, whole_log};

/// The next `count` events of a subscription.
async fn take<S: EventStore>(subscription: &mut Subscription<'_, S>, count: usize) -> Vec<RecordedEvent> {
    let mut events = Vec::new();
    while events.len() < count {
        let batch = subscription.next().await.unwrap();
        assert!(!batch.is_empty());
        events.extend(batch.to_vec());
    }
    events
}

/// A subscription gives what was there before it, then what comes, once each and in order.
pub async fn a_subscription_catches_up_and_then_follows<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    record(&store, "ada", 1..=3).await;
    let mut subscription = store.subscribe(Position::START, EventFilter::default());
    assert_eq!(versions(&take(&mut subscription, 3).await), [1, 2, 3]);
    for version in 4..=6 {
        record(&store, "ada", [version]).await;
        assert_eq!(versions(&take(&mut subscription, 1).await), [version as u64]);
    }
}

/// A subscription begins after the position that it is given.
pub async fn a_subscription_goes_on_where_an_earlier_one_left_off<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    record(&store, "ada", 1..=5).await;
    let mut first = store.subscribe(Position::START, EventFilter::default()).with_page(2);
    assert_eq!(versions(&take(&mut first, 2).await), [1, 2]);
    let mut second = store.subscribe(first.position(), EventFilter::default());
    assert_eq!(versions(&take(&mut second, 3).await), [3, 4, 5]);
}

/// A subscription waits while there is nothing for it, and is woken by the first event that there is.
pub async fn a_subscription_waits_until_there_is_an_event<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let mut subscription = store.subscribe(Position::START, EventFilter::default());
    let waiting = timeout(Duration::from_millis(50), subscription.next()).await;
    assert!(waiting.is_err(), "there is no event to return, but {waiting:?} was");
    let (batch, appended) = tokio::join!(subscription.next(), store.append(deposit(&account("ada"), 1)));
    assert_eq!(batch.unwrap().last().unwrap().position(), appended.unwrap().position);
}

/// A live event arrives without a polling delay: the usual one within 40 milliseconds of its acknowledgement.
pub async fn a_live_event_arrives_without_a_polling_delay<F: StoreFactory>(factory: F) {
    let store = Arc::new(factory.open().await);
    let (acknowledge, acknowledged) = tokio::sync::oneshot::channel::<()>();
    let follower = {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let mut subscription = store.subscribe(Position::START, EventFilter::default());
            acknowledge.send(()).unwrap();
            let mut arrivals = Vec::new();
            while arrivals.len() < 41 {
                let batch = subscription.next().await.unwrap();
                arrivals.extend(batch.iter().map(|_| Instant::now()));
            }
            arrivals
        })
    };
    acknowledged.await.unwrap();
    let mut acknowledgements = Vec::new();
    for amount in 0..41 {
        record(&*store, "ada", [amount]).await;
        acknowledgements.push(Instant::now());
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
    let arrivals = follower.await.unwrap();
    let mut delays: Vec<_> = arrivals
        .iter()
        .zip(&acknowledgements)
        .map(|(at, told)| at.saturating_duration_since(*told))
        .collect();
    delays.sort_unstable();
    assert!(delays[20] < Duration::from_millis(40), "half of the events took longer than {:?}", delays[20]);
}

/// A subscription says how many positions it is behind: all at first, none when it has caught up.
pub async fn a_subscription_says_how_far_it_is_behind<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    record(&store, "ada", 1..=4).await;
    let head = store.head().await.unwrap();
    let mut subscription = store.subscribe(Position::START, EventFilter::default()).with_page(2);
    assert_eq!(subscription.lag(), head.get());
    take(&mut subscription, 2).await;
    assert_eq!(subscription.lag(), head.since(subscription.position()));
    assert!(subscription.lag() > 0);
    take(&mut subscription, 2).await;
    assert_eq!((subscription.lag(), subscription.position()), (0, head));
    record(&store, "ada", [5]).await;
    assert_eq!(subscription.lag(), store.head().await.unwrap().since(head));
}

/// A filtered subscription gives only what passes, and is not held up by what does not.
pub async fn a_filtered_subscription_gives_only_what_passes<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let note = |id: &str| append(&account(id), ExpectedVersion::Any, vec![event("noted", "{}")]);
    let event_types = vec![("account".to_owned(), "deposited".to_owned())];
    let filter = EventFilter { event_types, ..EventFilter::default() };
    let mut subscription = store.subscribe(Position::START, filter);
    for round in 0..5 {
        store.append(note("ada")).await.unwrap();
        let wanted = store.append(deposit(&account("ada"), round)).await.unwrap();
        store.append(note("grace")).await.unwrap();
        let events = take(&mut subscription, 1).await;
        assert_eq!(events.len(), 1);
        assert_eq!(events[0].meta.position, wanted.position);
    }
    assert!(timeout(Duration::from_millis(50), subscription.next()).await.is_err());
    assert_eq!(subscription.lag(), 0, "events that do not pass count as read");
}

/// A call that is given up half way, as in a `select`, loses no event.
pub async fn a_call_that_is_given_up_loses_no_event<F: StoreFactory>(factory: F) {
    let store = Arc::new(factory.open().await);
    let writer = {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            for amount in 0..200 {
                record(&*store, "ada", [amount]).await;
            }
        })
    };
    let mut subscription = store.subscribe(Position::START, EventFilter::default()).with_page(3);
    let mut seen = Vec::new();
    let mut patience = 0;
    while seen.len() < 200 {
        patience = (patience + 37) % 400;
        if let Ok(batch) = timeout(Duration::from_micros(patience), subscription.next()).await {
            seen.extend(versions(&batch.unwrap().to_vec()));
        }
    }
    writer.await.unwrap();
    assert_eq!(seen, (1..=200).collect::<Vec<_>>());
}

/// Many subscriptions with pages of their own all see the whole log while many writers append.
pub async fn many_subscriptions_see_the_whole_log<F: StoreFactory>(factory: F) {
    let store = Arc::new(factory.open().await);
    let followers: Vec<_> = [1, 3, 100, 4096]
        .into_iter()
        .map(|page| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let subscription = store.subscribe(Position::START, EventFilter::default());
                take(&mut subscription.with_page(page), 480).await
            })
        })
        .collect();
    at_once(&store, 8, |store, writer| async move {
        for round in 0..30 {
            let events = (0..=round % 3).map(deposited).collect();
            let stream = account(&format!("account-{writer}"));
            store.append(append(&stream, ExpectedVersion::Any, events)).await.unwrap();
        }
    })
    .await;
    let log = whole_log(&*store).await;
    assert_eq!(log.len(), 480);
    for follower in followers {
        assert_eq!(follower.await.unwrap(), log);
    }
}

/// A subscription that waits when the store closes ends with an error that says so.
pub async fn a_waiting_subscription_ends_when_the_store_closes<F: StoreFactory>(factory: F) {
    let store = Arc::new(factory.open().await);
    record(&*store, "ada", [1]).await;
    let follower = {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let mut subscription = store.subscribe(Position::START, EventFilter::default());
            take(&mut subscription, 1).await;
            subscription.next().await.unwrap_err()
        })
    };
    tokio::time::sleep(Duration::from_millis(20)).await;
    store.close().await.unwrap();
    let ended = timeout(Duration::from_secs(10), follower).await;
    let error = ended.expect("the subscription still waits").unwrap();
    assert_eq!(error.kind(), StoreErrorKind::Closed, "{error}");
}
