//! A private PostgreSQL server for tests, benchmarks and examples: in a folder of its own, on a free port, and gone with its owner.
//!
//! ```no_run
//! let server = cqrs_postgres_testserver::Server::start()?;
//! println!("psql {}", server.address());
//! # Ok::<(), cqrs_postgres_testserver::Problem>(())
//! ```
//!
//! It syncs its disk as a server in production does. It can be stopped, killed and started again, and have a standby that follows it.
//! Whichever way its owner ends, a panic and a signal included, a small watchdog stops it and removes its folder. What is missing on the
//! machine is an error that says how to get it.

#![forbid(unsafe_code)]

mod cluster;
mod programs;

use std::ops::Deref;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::OnceLock;

pub use cluster::Cluster;
pub use programs::Problem;

use crate::programs::Programs;

/// A server of its owner's alone.
#[derive(Debug)]
pub struct Server {
    primary: Cluster,
    folder: PathBuf,
    watchdog: Child,
}

/// Waits until its owner has ended, which closes its input; then nothing is left behind.
const WATCHDOG: &str = "read -r _; cd /; for cluster in \"$1\"/*/; do \
     \"$2\" stop --silent --mode immediate --pgdata \"$cluster\"; done; rm -rf \"$1\"";

impl Server {
    /// Makes a database cluster in a temporary folder and starts a server on a free port.
    ///
    /// # Errors
    ///
    /// [`Problem::Missing`] when PostgreSQL is not installed, with the way to install it; [`Problem::Failed`] when one of its
    /// programs fails, with what it says.
    pub fn start() -> Result<Self, Problem> {
        let programs = Programs::find()?;
        let folder = tempfile::Builder::new().prefix("cqrs-postgres-").tempdir()?.keep();
        let programs = programs.for_owner_of(&folder)?;
        // From here on the folder is the watchdog's to remove.
        let watchdog = programs
            .command("sh")
            .args(["-c", WATCHDOG, "watchdog"])
            .arg(&folder)
            .arg(programs.path("pg_ctl"))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // A Ctrl-C at the terminal ends the owner and not the watchdog.
            .process_group(0)
            .spawn()?;
        let primary = Cluster::init(programs, &folder.join("primary"))?;
        primary.start()?;
        Ok(Self { primary, folder, watchdog })
    }

    /// The one server of this process, which is started by whoever asks first.
    ///
    /// # Panics
    ///
    /// When it cannot be started, as a test without its database fails.
    #[allow(clippy::panic, reason = "a missing database fails a test")]
    pub fn of_this_process() -> &'static Self {
        static SERVER: OnceLock<Server> = OnceLock::new();
        SERVER.get_or_init(|| Self::start().unwrap_or_else(|problem| panic!("{problem}")))
    }

    /// Starts a standby that follows the server by streaming its log.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start).
    pub fn standby(&self, name: &str) -> Result<Cluster, Problem> {
        let standby = self.primary.copy(&self.folder.join(name))?;
        standby.start()?;
        Ok(standby)
    }
}

impl Deref for Server {
    type Target = Cluster;

    fn deref(&self) -> &Cluster {
        &self.primary
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.watchdog.stdin.take());
        // An error says that it is gone already.
        let _ = self.watchdog.wait();
    }
}
