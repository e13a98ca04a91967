//! One database cluster: a folder with a server over it, which can be stopped, killed and started again on the same port.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::programs::{Problem, Programs, run};

/// A database cluster.
#[derive(Debug)]
pub struct Cluster {
    programs: Programs,
    folder: PathBuf,
    port: u16,
}

/// What every server runs with; all that concerns durability is as PostgreSQL ships it.
const SETTINGS: &str = "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\nmax_connections = 300\n\
                        max_wal_senders = 10\nlogging_collector = off\nlog_min_messages = warning\n";

impl Cluster {
    /// Makes a cluster in a folder that is not there yet.
    pub(crate) fn init(programs: Programs, folder: &Path) -> Result<Self, Problem> {
        let place = folder.to_string_lossy();
        let options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"];
        programs.run("initdb", &[&["--pgdata", &place][..], &options].concat())?;
        Self::configured(programs, folder)
    }

    /// Makes a copy that follows this cluster.
    pub(crate) fn copy(&self, folder: &Path) -> Result<Self, Problem> {
        let (place, port) = (folder.to_string_lossy(), self.port.to_string());
        let from =
            ["--host=127.0.0.1", "--username=postgres", "--port", &port, "--checkpoint=fast", "--no-sync"];
        let arguments = [&["--pgdata", &place, "--write-recovery-conf"][..], &from].concat();
        self.programs.run("pg_basebackup", &arguments)?;
        Self::configured(self.programs.clone(), folder)
    }

    fn configured(programs: Programs, folder: &Path) -> Result<Self, Problem> {
        // Nobody else takes the port in the meantime, or the start fails.
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let cluster = Self { programs, folder: folder.to_owned(), port };
        cluster.configure(&format!("{SETTINGS}port = {port}\n"))?;
        Ok(cluster)
    }

    /// Adds lines to the server's settings, which hold from the next start on.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn configure(&self, lines: &str) -> Result<(), Problem> {
        use std::io::Write as _;
        let mut file = std::fs::File::options().append(true).open(self.folder.join("postgresql.conf"))?;
        Ok(file.write_all(lines.as_bytes())?)
    }

    /// Puts a file into the cluster's folder, such as a key, which the server alone may read.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn add_file(&self, name: &str, text: &str) -> Result<(), Problem> {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.folder.join(name);
        std::fs::write(&path, text)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
        self.programs.hand_over(&path)
    }

    /// Starts the server and waits until it answers.
    ///
    /// # Errors
    ///
    /// When it does not start, with what it says.
    pub fn start(&self) -> Result<(), Problem> {
        let log = self.folder.join("server.log");
        let (place, log) = (self.folder.to_string_lossy(), log.to_string_lossy());
        self.programs.run("pg_ctl", &["start", "--silent", "--wait", "--pgdata", &place, "--log", &log])
    }

    /// Stops the server as one does before a restart: sessions are ended, what is committed is flushed.
    ///
    /// # Errors
    ///
    /// When it does not run.
    pub fn stop(&self) -> Result<(), Problem> {
        let place = self.folder.to_string_lossy();
        self.programs.run("pg_ctl", &["stop", "--silent", "--wait", "--mode=fast", "--pgdata", &place])
    }

    /// Kills all processes of the server at once, as a loss of power would.
    ///
    /// # Errors
    ///
    /// When it does not run.
    pub fn kill(&self) -> Result<(), Problem> {
        let file = std::fs::read_to_string(self.folder.join("postmaster.pid"))?;
        let pid = file.lines().next().unwrap_or_default().to_owned();
        let script = "pids=\"$1 $(ps -o pid= --ppid \"$1\")\"; kill -9 $pids; \
                      while kill -0 $pids 2>/dev/null; do sleep 0.01; done; true";
        run(self.programs.command("sh").args(["-c", script, "kill", &pid]))?;
        Ok(std::fs::remove_file(self.folder.join("postmaster.pid"))?)
    }

    /// Has a standby take writes.
    ///
    /// # Errors
    ///
    /// When it is none.
    pub fn promote(&self) -> Result<(), Problem> {
        let place = self.folder.to_string_lossy();
        self.programs.run("pg_ctl", &["promote", "--silent", "--wait", "--pgdata", &place])
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where to connect to as the superuser.
    pub fn address(&self) -> String {
        self.address_of("postgres", "postgres")
    }

    /// Where to connect to a database as a role; none needs a password.
    pub fn address_of(&self, role: &str, database: &str) -> String {
        format!("postgres://{role}@127.0.0.1:{}/{database}", self.port)
    }

    /// Makes a folder outside the cluster that the server may keep tables in.
    ///
    /// # Errors
    ///
    /// When the folder cannot be made.
    pub fn folder_for_tables(&self, folder: &Path) -> Result<(), Problem> {
        std::fs::create_dir(folder)?;
        self.programs.hand_over(folder)
    }

    /// Runs SQL with `psql` as the superuser, and waits for its end.
    ///
    /// # Errors
    ///
    /// When the server refuses it, with what it says.
    pub fn sql(&self, sql: &str) -> Result<(), Problem> {
        let address = self.address();
        self.programs
            .run("psql", &["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--command", sql, &address])
    }

    /// What the server has logged so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("server.log")).unwrap_or_default()
    }

    /// Waits until something holds, as long as `patience` lasts; says whether it does.
    pub fn wait_until(patience: Duration, mut holds: impl FnMut() -> bool) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < patience {
            if holds() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        holds()
    }
}
