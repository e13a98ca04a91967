//! A disk that is full, as a real file system of its own under the tables of a database.
//!
//! Mounting one takes rights that not every user has. Who lacks them is told so, and has the same promise shown by a server that says that it
//! has no room.

use std::process::{Command, Stdio};

use cqrs_core::store::{AppendError, EventStore, StoreErrorKind};
use cqrs_postgres::PostgresStore;
use cqrs_postgres_testserver::Server;
use tempfile::TempDir;

use crate::samples::{all_events, append, record};

/// A file system of its own.
struct Disk(TempDir);

impl Disk {
    /// `None` where the user may not mount one.
    fn of(mebibytes: usize) -> Option<Self> {
        let disk = Self(TempDir::new().unwrap());
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={mebibytes}m,mode=777"), "tmpfs"]).arg(disk.0.path());
        let is_mounted = mount.stderr(Stdio::null()).status().is_ok_and(|status| status.success());
        if !is_mounted {
            eprintln!("this user may not mount a file system of a fixed size; nothing is shown here");
        }
        is_mounted.then_some(disk)
    }

    fn grow(&self, mebibytes: usize) {
        let mut mount = Command::new("mount");
        mount.args(["-o", &format!("remount,size={mebibytes}m")]).arg(self.0.path());
        assert!(mount.status().unwrap().success(), "the disk cannot be made larger");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).stderr(Stdio::null()).status();
    }
}

#[tokio::test]
async fn a_full_disk_refuses_whole_appends_and_goes_on_once_there_is_room() {
    let Some(disk) = Disk::of(20) else { return };
    let server = Server::start().unwrap();
    let place = disk.0.path().display();
    let folder = disk.0.path().join("space");
    server.folder_for_tables(&folder).unwrap();
    server.sql(&format!("CREATE TABLESPACE small LOCATION '{place}/space'")).unwrap();
    server.sql("CREATE DATABASE small TABLESPACE small").unwrap();
    let store = PostgresStore::connect(server.address_of("postgres", "small")).await.unwrap();
    let mut acknowledged = 0;
    let error = loop {
        // Too little order in it to be compressed.
        let noise: String = (0..200).map(|_| uuid::Uuid::now_v7().simple().to_string()).collect();
        let mut large = append("ada", cqrs_core::ExpectedVersion::Any, &[1, 2]);
        large.events.iter_mut().for_each(|event| event.payload = format!("\"{noise}\"").into_bytes());
        match store.append(large).await {
            Ok(_) => acknowledged += 2,
            Err(AppendError::Store(error)) => break error,
            Err(error) => panic!("{error}"),
        }
    };
    assert_eq!(error.kind(), StoreErrorKind::Full, "{error}");
    assert!(!error.outcome_unknown(), "{error}");
    assert!(acknowledged > 10);
    assert_eq!(all_events(&store).await.len(), acknowledged, "no half append, nothing lost");
    disk.grow(80);
    record(&store, "ada", &[3]).await;
    assert_eq!(all_events(&store).await.len(), acknowledged + 1);
    store.close().await.unwrap();
    server.stop().unwrap();
}
