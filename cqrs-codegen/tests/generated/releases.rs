//! What the code of a bank's first release has stored is read by the code of its tenth. `tests/releases` has the releases
//! between them.

use std::path::Path;

use cqrs_core::{App, Decoded, EventSet, MemoryStore};
use cqrs_evolution::runtime::{Check, CheckError};

use crate::first_release as first;
use crate::geo::Point;
use crate::last_release::{self as last, Account, AccountEvent as Event};

const ID: &str = "A-1";

/// A store that the first release has written every kind of its events to.
async fn written_by_the_first_release() -> MemoryStore {
    let store = MemoryStore::new();
    let app = first::register(App::builder(store.clone())).build().await.unwrap();
    let id = || ID.to_owned();
    let holder = first::Holder { name: "Ada".to_owned(), email: Some("ada@example.org".to_owned()) };
    app.execute(first::Open { account_id: id(), holder }).await.unwrap();
    app.execute(first::Pay { account_id: id(), cents: 1000, payer: "Bob".to_owned() }).await.unwrap();
    let channel = first::Channel::Online;
    app.execute(first::Charge { account_id: id(), cents: 250, channel }).await.unwrap();
    app.execute(first::Move { account_id: id(), cents: 300, to: "Eve".to_owned() }).await.unwrap();
    app.execute(first::View { account_id: id() }).await.unwrap();
    app.execute(first::Freeze { account_id: id(), by: "the clerk".to_owned() }).await.unwrap();
    app.execute(first::Block { account_id: id(), reason: "a doubt".to_owned() }).await.unwrap();
    store
}

#[tokio::test]
async fn a_store_written_by_the_first_release_is_read_by_the_tenth() {
    let store = written_by_the_first_release().await;
    let app = last::register(App::builder(store)).build().await.unwrap();
    let loaded = app.load::<Account>(&ID.to_owned()).await.unwrap();
    let account = &loaded.state;
    assert_eq!((account.holder.as_str(), account.email.as_deref()), ("Ada", Some("ada@example.org")));
    assert_eq!((account.cents, account.charged), (700, 250));
    assert_eq!(
        (&account.references[..], &account.sent_to[..]),
        (&["Bob".to_owned()][..], &["Eve".to_owned()][..])
    );
    assert_eq!(account.channel, Some(last::Channel::Online));
    // Two events have swapped their names since; what each says is still what it said.
    assert_eq!(account.frozen_by.as_deref(), Some("the clerk"));
    assert_eq!(account.blocked_for.as_deref(), Some("a doubt"));
    let page = app.query(last::AllBalances {}).await.unwrap();
    assert_eq!(page.rows.iter().map(|row| row.cents).collect::<Vec<_>>(), [700]);
}

/// What a stored record is read as.
#[track_caller]
fn read(name: &str, version: u32, payload: &str) -> Vec<Event> {
    let route = Event::locate(name, version).unwrap();
    match Event::decode(route, payload.as_bytes()).unwrap() {
        Decoded::One(event) => vec![event],
        Decoded::Many(events) => events,
    }
}

#[test]
fn a_record_of_every_released_version_is_read_as_what_it_said() {
    let text = str::to_owned;
    let opened = |branch| {
        let holder = last::Holder { full_name: text("Ada"), email: None };
        vec![Event::Opened(last::Opened { holder, branch })]
    };
    let place = Some(Point { latitude: 1.5, longitude: 2.5 });
    let paid = |note: Option<&str>| {
        let note = note.map(text);
        vec![Event::MoneyDeposited(last::MoneyDeposited { cents: 5, reference: text("Bob"), note })]
    };
    let charged = |channel| vec![Event::Charged(last::Charged { cents: 250, channel })];
    let sent = vec![
        Event::MoneyWithdrawn(last::MoneyWithdrawn { cents: 7 }),
        Event::MoneySent(last::MoneySent { to: text("Eve") }),
    ];
    let blocked = vec![Event::Blocked(last::Blocked { by: text("x") })];
    let frozen = vec![Event::Frozen(last::Frozen { reason: text("x") })];
    for (name, version, payload, wanted) in [
        ("Opened", 1, r#"{"holder": {"name": "Ada"}}"#, opened(None)),
        (
            "Opened",
            2,
            r#"{"holder": {"full_name": "Ada"}, "branch": {"latitude": 1.5, "longitude": 2.5}}"#,
            opened(place),
        ),
        ("Deposit", 1, r#"{"cents": 5, "payer": "Bob"}"#, paid(None)),
        ("Deposit", 1, r#"{"cents": 5, "payer": "Bob", "note": "n"}"#, paid(Some("n"))),
        ("MoneyDeposited", 2, r#"{"cents": 5, "reference": "Bob", "note": "n"}"#, paid(Some("n"))),
        ("MoneyDeposited", 3, r#"{"cents": 5, "reference": "Bob"}"#, paid(None)),
        ("Charged", 1, r#"{"cents": 250, "channel": "Branch"}"#, charged(last::Channel::Branch)),
        ("Charged", 2, r#"{"units": 2, "rest": 50, "channel": "Branch"}"#, charged(last::Channel::Branch)),
        ("Charged", 3, r#"{"cents": 250, "channel": "Phone"}"#, charged(last::Channel::Phone)),
        ("Moved", 1, r#"{"cents": 7, "to": "Eve"}"#, sent),
        (
            "MoneyWithdrawn",
            1,
            r#"{"cents": 7}"#,
            vec![Event::MoneyWithdrawn(last::MoneyWithdrawn { cents: 7 })],
        ),
        ("MoneySent", 1, r#"{"to": "Eve"}"#, vec![Event::MoneySent(last::MoneySent { to: text("Eve") })]),
        ("Viewed", 1, "{}", Vec::new()),
        ("Closed", 1, "{}", vec![Event::Closed(last::Closed {})]),
        ("Frozen", 1, r#"{"by": "x"}"#, blocked.clone()),
        ("Blocked", 2, r#"{"by": "x"}"#, blocked),
        ("Blocked", 1, r#"{"reason": "x"}"#, frozen.clone()),
        ("Frozen", 2, r#"{"reason": "x"}"#, frozen),
    ] {
        assert_eq!(read(name, version, payload), wanted, "{name} version {version}: {payload}");
    }
}

#[test]
fn every_sample_of_every_release_can_be_read() {
    cqrs_evolution::assert_readable!("tests/releases/bank.lock", [Account]);
}

#[test]
fn each_line_of_the_corpus_that_is_deleted_is_missed() {
    let released = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/releases");
    let folder = tempfile::tempdir().unwrap();
    let lock = folder.path().join("bank.lock");
    std::fs::copy(released.join("bank.lock"), &lock).unwrap();
    let corpus = std::fs::read_to_string(released.join("bank.corpus.jsonl")).unwrap();
    let lines: Vec<&str> = corpus.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        let mut rest = lines.clone();
        rest.remove(at);
        std::fs::write(folder.path().join("bank.corpus.jsonl"), rest.join("\n")).unwrap();
        let found = Check::new(&lock).with::<Account>().run_corpus();
        assert!(matches!(found, Err(CheckError::Unsampled { .. })), "{line}");
    }
}
