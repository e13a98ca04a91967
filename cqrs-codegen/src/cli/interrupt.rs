//! Ctrl-C: what is half done is removed, and whoever waits is woken.
//!
//! A command that watches ends well with it; any other ends with 130, as shells expect.

use std::path::{Path, PathBuf};
use std::process::exit;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Fault;

#[derive(Debug, Default)]
struct State {
    /// A file or folder that is being written under a name for the time being.
    unfinished: Option<PathBuf>,
    is_watching: bool,
    is_interrupted: bool,
}

static STATE: Mutex<State> =
    Mutex::new(State { unfinished: None, is_watching: false, is_interrupted: false });
static WAKE: Condvar = Condvar::new();

/// Starts to listen for Ctrl-C.
pub(super) fn listen() -> Result<(), Fault> {
    ctrlc::set_handler(|| {
        let mut state = state();
        if let Some(path) = state.unfinished.take() {
            remove(&path);
        }
        if !state.is_watching {
            exit(130);
        }
        state.is_interrupted = true;
        WAKE.notify_all();
    })?;
    Ok(())
}

/// Makes a thing under a name for the time being; it is removed on Ctrl-C, and where `make` fails.
///
/// # Errors
///
/// What `make` gives.
pub(super) fn unfinished<T>(path: &Path, make: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    state().unfinished = Some(path.to_owned());
    let made = make();
    state().unfinished = None;
    if made.is_err() {
        remove(path);
    }
    made
}

/// From now on Ctrl-C ends a wait and not the process.
pub(super) fn watch() {
    state().is_watching = true;
}

/// Waits for a while; `true` once Ctrl-C was pressed.
pub(super) fn wait(time: Duration) -> bool {
    let waited = WAKE.wait_timeout_while(state(), time, |state| !state.is_interrupted);
    waited.unwrap_or_else(PoisonError::into_inner).0.is_interrupted
}

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn remove(path: &Path) {
    // It may be gone already, or never have been begun.
    let _ = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
}
