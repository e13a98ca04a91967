//! A disk that is full, and one that may only be read, as real file systems of their own.
//!
//! Mounting one takes rights that not every user has. Who lacks them is told so, and has the same promises shown by
//! the tests of files: a bound on the file's size for a full disk, the file's own permissions here for one that is read-only.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]
#![cfg(target_os = "linux")]

mod samples;

use std::path::PathBuf;
use std::process::{Command, Stdio};

use cqrs_core::store::{EventStore, StoreErrorKind};
use cqrs_sqlite::SqliteStore;
use rusqlite::Connection;
use samples::{all_events, fill, record};
use tempfile::TempDir;

/// A file system of its own.
struct Disk(TempDir);

impl Disk {
    /// `None` where the user may not mount one.
    fn of(kibibytes: usize) -> Option<Self> {
        let disk = Self(TempDir::new().unwrap());
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={kibibytes}k"), "tmpfs"]).arg(disk.0.path());
        let is_mounted = mount.stderr(Stdio::null()).status().is_ok_and(|status| status.success());
        if !is_mounted {
            eprintln!("this user may not mount a file system of a fixed size; nothing is shown here");
        }
        is_mounted.then_some(disk)
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("store.db")
    }

    fn remount(&self, options: &str) {
        let mut mount = Command::new("mount");
        mount.args(["-o", &format!("remount,{options}")]).arg(self.0.path());
        assert!(mount.status().unwrap().success(), "the disk cannot be remounted as {options}");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).stderr(Stdio::null()).status();
    }
}

#[tokio::test]
async fn a_full_disk_refuses_whole_appends_and_goes_on_once_there_is_room() {
    let Some(disk) = Disk::of(2048) else { return };
    let store = SqliteStore::open(disk.path()).await.unwrap();
    let payload = "x".repeat(5000);
    let (acknowledged, error) = fill(&store, &payload).await;
    assert_eq!(error.kind(), StoreErrorKind::Full, "{error}");
    assert!(!error.outcome_unknown());
    assert!(acknowledged > 10);
    assert_eq!(all_events(&store).await.len(), 2 * acknowledged, "no half append, nothing lost");
    disk.remount("size=8192k");
    record(&store, "ada", &[&payload]).await;
    assert_eq!(all_events(&store).await.len(), 2 * acknowledged + 1);
    store.close().await.unwrap();
    let check = "PRAGMA integrity_check";
    let check: String =
        Connection::open(disk.path()).unwrap().query_row(check, [], |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
}

#[tokio::test]
async fn a_disk_without_room_for_a_store_is_reported_as_full() {
    let Some(disk) = Disk::of(40) else { return };
    let error = SqliteStore::open(disk.path()).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Full, "{error}");
}

#[tokio::test]
async fn a_store_on_a_disk_that_may_only_be_read_is_refused_as_read_only() {
    let Some(disk) = Disk::of(2048) else { return };
    let store = SqliteStore::open(disk.path()).await.unwrap();
    record(&store, "ada", &["{}"]).await;
    store.close().await.unwrap();
    disk.remount("ro");
    let error = SqliteStore::open(disk.path()).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::ReadOnly, "{error}");
    assert!(error.to_string().contains("store.db` may only be read"), "{error}");
}

#[tokio::test]
async fn a_file_whose_permissions_forbid_writing_is_refused_as_read_only() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store.db");
    let store = SqliteStore::open(&path).await.unwrap();
    record(&store, "ada", &["{}"]).await;
    store.close().await.unwrap();
    let mut permissions = std::fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&path, permissions).unwrap();
    let opened = SqliteStore::open(&path).await;
    if std::fs::File::options().write(true).open(&path).is_ok() {
        // Permissions do not bind this user, so they must not bind the store either.
        assert_eq!(all_events(&opened.unwrap()).await.len(), 1);
    } else {
        assert_eq!(opened.unwrap_err().kind(), StoreErrorKind::ReadOnly);
    }
}
