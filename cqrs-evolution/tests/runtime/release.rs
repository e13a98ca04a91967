//! Three releases of an account in one folder: what its lock lets through and what it refuses.

use std::convert::Infallible;
use std::fs;
use std::path::PathBuf;

use cqrs_evolution::runtime::{Check, CheckError, Mode};
use cqrs_evolution::waiver::Waiver;
use jiff::civil::date;

/// An account whose events are these; what they do to it is nothing.
macro_rules! account {
    ($set:ident) => {
        #[derive(cqrs_core::Aggregate, Default)]
        #[aggregate(id = String, events = $set, error = super::Infallible)]
        pub(super) struct Account {}

        impl<E: cqrs_core::Event> cqrs_core::Apply<E> for Account {
            fn apply(&mut self, _: &E) {}
        }
    };
}

/// Events as they were first released.
mod first {
    use cqrs_core::{Event, EventSet};
    use serde::{Deserialize, Serialize};

    #[derive(Event, Debug, Serialize, Deserialize)]
    #[event(name = "Deposit")]
    pub(super) struct Deposited {
        pub(super) cents: i64,
    }

    #[derive(Event, Debug, Serialize, Deserialize)]
    pub(super) struct Transferred {
        pub(super) from: String,
        pub(super) cents: i64,
    }

    #[derive(EventSet, Debug)]
    pub(super) enum AccountEvent {
        Deposited(Deposited),
        Transferred(Transferred),
    }

    account!(AccountEvent);
}

/// The second release: an event with another name and a new version, one retired.
mod second {
    use cqrs_core::{Event, EventSet, Upcast};
    use serde::{Deserialize, Serialize};

    #[derive(Event, Debug, Serialize, Deserialize)]
    #[event(name = "Deposit")]
    pub(super) struct DepositedV1 {
        cents: i64,
    }

    #[derive(Event, Debug, Serialize, Deserialize)]
    #[event(version = 2, upcast_from = DepositedV1)]
    pub(super) struct Deposited {
        cents: i128,
        #[serde(default)]
        note: String,
    }

    impl Upcast<Deposited> for DepositedV1 {
        fn upcast(self) -> Deposited {
            Deposited { cents: self.cents.into(), note: String::new() }
        }
    }

    #[derive(Event, Debug, Serialize, Deserialize)]
    pub(super) struct Transferred {
        from: String,
        cents: i64,
    }

    impl Upcast<Vec<AccountEvent>> for Transferred {
        fn upcast(self) -> Vec<AccountEvent> {
            vec![Deposited { cents: self.cents.into(), note: self.from }.into()]
        }
    }

    #[derive(EventSet, Debug)]
    #[event_set(retired(Transferred))]
    pub(super) enum AccountEvent {
        Deposited(Deposited),
    }

    account!(AccountEvent);
}

/// A release that retires the first version of an event and begins anew under its name.
mod anew {
    use cqrs_core::{Event, EventSet, Upcast};
    use serde::{Deserialize, Serialize};

    #[derive(Event, Debug, Serialize, Deserialize)]
    #[event(name = "Deposit")]
    pub(super) struct OldDeposit {
        cents: i64,
    }

    impl Upcast<Vec<AccountEvent>> for OldDeposit {
        fn upcast(self) -> Vec<AccountEvent> {
            Vec::new()
        }
    }

    #[derive(Event, Debug, Serialize, Deserialize)]
    #[event(version = 2, oldest)]
    pub(super) struct Deposit {
        euros: String,
    }

    #[derive(Event, Debug, Serialize, Deserialize)]
    pub(super) struct Transferred {
        from: String,
        cents: i64,
    }

    #[derive(EventSet, Debug)]
    #[event_set(retired(OldDeposit))]
    pub(super) enum AccountEvent {
        Deposit(Deposit),
        Transferred(Transferred),
    }

    account!(AccountEvent);
}

/// A careless release: the shape changed in place, the retired event gone.
mod careless {
    use cqrs_core::{Event, EventSet};
    use serde::{Deserialize, Serialize};

    #[derive(Event, Debug, Serialize, Deserialize)]
    #[event(name = "Deposit")]
    pub(super) struct Deposited {
        amount: i64,
    }

    #[derive(EventSet, Debug)]
    pub(super) enum AccountEvent {
        Deposited(Deposited),
    }

    account!(AccountEvent);
}

/// A release whose shape is the released one, but whose code reads it otherwise.
mod misread {
    use cqrs_core::{Event, EventSet};
    use serde::{Deserialize, Deserializer, Serialize};

    #[derive(Event, Debug, Serialize)]
    #[event(name = "Deposit")]
    pub(super) struct Deposited {
        cents: i64,
    }

    impl<'de> Deserialize<'de> for Deposited {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            #[derive(Deserialize)]
            struct Positive {
                cents: u64,
            }
            let Positive { cents } = Positive::deserialize(deserializer)?;
            Ok(Self { cents: cents.try_into().map_err(serde::de::Error::custom)? })
        }
    }

    #[derive(Event, Debug, Serialize, Deserialize)]
    pub(super) struct Transferred {
        from: String,
        cents: i64,
    }

    #[derive(EventSet, Debug)]
    pub(super) enum AccountEvent {
        Deposited(Deposited),
        Transferred(Transferred),
    }

    account!(AccountEvent);
}

struct Folder(tempfile::TempDir);

impl Folder {
    /// A folder in which the first release is locked.
    fn released() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.first().run(Mode::Update).unwrap();
        folder
    }

    fn lock(&self) -> PathBuf {
        self.0.path().join("bank.lock")
    }

    fn corpus(&self) -> PathBuf {
        self.0.path().join("bank.corpus.jsonl")
    }

    fn check(&self) -> Check {
        Check::new(self.lock())
    }

    fn first(&self) -> Check {
        self.check().with::<first::Account>()
    }

    fn second(&self) -> Check {
        self.check().with::<second::Account>()
    }
}

fn codes(error: &CheckError) -> Vec<&'static str> {
    match error {
        CheckError::Changed { findings, .. } => findings.iter().map(|finding| finding.rule.id).collect(),
        other => panic!("{other}"),
    }
}

#[test]
fn without_a_lock_the_way_to_one_is_named() {
    let folder = Folder(tempfile::tempdir().unwrap());
    let error = folder.first().run(Mode::Verify).unwrap_err().to_string();
    assert!(error.contains("there is no lock yet; write it with CQRS_LOCK=update"), "{error}");
}

#[test]
fn what_was_locked_holds() {
    let folder = Folder::released();
    folder.first().run(Mode::Verify).unwrap();
    let text = fs::read_to_string(folder.lock()).unwrap();
    assert!(text.contains("event Account.Deposit [1]\n"), "{text}");
}

#[test]
fn what_is_new_asks_for_the_lock_and_then_holds_with_every_older_sample() {
    let folder = Folder::released();
    let samples = fs::read_to_string(folder.corpus()).unwrap();
    let error = folder.second().run(Mode::Verify).unwrap_err();
    assert_eq!(codes(&error), ["N1046", "N1042", "N1045"]);
    assert!(error.to_string().contains("run the test with CQRS_LOCK=update"), "{error}");
    folder.second().run(Mode::Update).unwrap();
    folder.second().run(Mode::Verify).unwrap();
    let text = fs::read_to_string(folder.lock()).unwrap();
    assert!(text.contains("event Account.Deposited [2]\n  version 1 as Deposit ["), "{text}");
    assert!(text.contains("event Account.Transferred [1] retired\n"), "{text}");
    let more = fs::read_to_string(folder.corpus()).unwrap();
    assert!(samples.lines().all(|line| more.contains(line)), "{more}");
}

#[test]
fn a_retired_version_may_share_its_name_with_an_event_of_today() {
    let folder = Folder::released();
    let check = folder.check().with::<anew::Account>();
    assert_eq!(codes(&check.run(Mode::Verify).unwrap_err()), ["W1032", "N1041", "N1045", "N1046"]);
    check.run(Mode::Update).unwrap();
    check.run(Mode::Verify).unwrap();
    let text = fs::read_to_string(folder.lock()).unwrap();
    assert!(
        text.contains("event Account.\"Deposit (retired)\" [1] retired\n  version 1 as Deposit ["),
        "{text}"
    );
}

#[test]
fn a_contradiction_is_refused_with_its_line_and_nothing_is_written() {
    let folder = Folder::released();
    let before = fs::read_to_string(folder.lock()).unwrap();
    for mode in [Mode::Verify, Mode::Update] {
        let error = folder.check().with::<careless::Account>().run(mode).unwrap_err();
        assert_eq!(codes(&error), ["E1012", "E1011", "E1002"]);
        assert!(error.to_string().contains("bank.lock:9\n  help: give `Deposit` version 2"), "{error}");
    }
    assert_eq!(fs::read_to_string(folder.lock()).unwrap(), before);
}

#[test]
fn code_that_cannot_read_a_sample_is_refused_though_its_shape_is_right() {
    let folder = Folder::released();
    let error = folder.check().with::<misread::Account>().run(Mode::Verify).unwrap_err().to_string();
    assert!(error.contains("2 of the samples cannot be read any more"), "{error}");
    assert!(error.contains("invalid value: integer `-1`, expected u64"), "{error}");
}

#[test]
fn the_corpus_alone_asks_nothing_of_shapes_and_all_of_the_code() {
    let folder = Folder::released();
    folder.second().run_corpus().unwrap();
    let error = folder.check().with::<misread::Account>().run_corpus().unwrap_err().to_string();
    assert!(error.contains("2 of the samples cannot be read any more"), "{error}");
}

#[test]
fn a_lost_corpus_is_noticed() {
    let folder = Folder::released();
    fs::remove_file(folder.corpus()).unwrap();
    let error = folder.first().run(Mode::Verify).unwrap_err().to_string();
    assert!(
        error.contains("lacks samples of Account.Deposit version 1, Account.Transferred version 1"),
        "{error}"
    );
}

#[test]
fn a_waived_change_passes_until_its_day() {
    let folder = Folder::released();
    let waiver = |code: &str, event: &str| Waiver {
        code: code.to_owned(),
        event: event.to_owned(),
        version: None,
        field: None,
        reason: "never written in production".to_owned(),
        until: date(2030, 6, 1),
    };
    let waivers =
        [waiver("E1011", "Deposit"), waiver("E1012", "Deposit"), waiver("E1002", "Account.Transferred")];
    let check = |day| folder.check().with::<careless::Account>().waive(waivers.clone(), day);
    check(date(2030, 6, 1)).run(Mode::Verify).unwrap();
    let error = check(date(2030, 6, 2)).run(Mode::Verify).unwrap_err();
    assert!(codes(&error).contains(&"E1071"));
}

#[test]
fn an_aggregate_that_is_not_held_against_the_lock_is_noticed() {
    let folder = Folder::released();
    assert_eq!(codes(&folder.check().run(Mode::Verify).unwrap_err()), ["E1001"]);
}
