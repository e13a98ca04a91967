//! PostgreSQL's programs: where they are, and as whom they are run.

use std::fmt;
use std::io;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Why there is no server.
#[derive(Debug)]
pub enum Problem {
    /// PostgreSQL is not installed.
    Missing,
    /// A program failed.
    Failed {
        /// What was run.
        command: String,
        /// What it said.
        output: String,
    },
    /// The system failed.
    Io(io::Error),
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => formatter.write_str(
                "PostgreSQL's `initdb` and `pg_ctl` are neither on the PATH nor in /usr/lib/postgresql; install version 15 or newer, \
                 as by `apt-get install postgresql` or `brew install postgresql`",
            ),
            Self::Failed { command, output } => write!(formatter, "`{command}` failed: {output}"),
            Self::Io(error) => write!(formatter, "the PostgreSQL server cannot be started: {error}"),
        }
    }
}

impl std::error::Error for Problem {}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// PostgreSQL's programs, and the account that runs them.
#[derive(Debug, Clone)]
pub(crate) struct Programs {
    folder: PathBuf,
    account: Option<(u32, u32)>,
}

impl Programs {
    /// Finds the programs: on the PATH, or the newest where Debian keeps them.
    pub(crate) fn find() -> Result<Self, Problem> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut folders: Vec<_> = std::env::split_paths(&path).collect();
        let mut packaged: Vec<_> = std::fs::read_dir("/usr/lib/postgresql")
            .map(|versions| versions.flatten().map(|version| version.path().join("bin")).collect())
            .unwrap_or_default();
        packaged.sort();
        folders.extend(packaged.into_iter().rev());
        let has_all = |folder: &PathBuf| ["initdb", "pg_ctl"].iter().all(|name| folder.join(name).is_file());
        let folder = folders.into_iter().find(has_all).ok_or(Problem::Missing)?;
        Ok(Self { folder, account: None })
    }

    /// The same programs, to be run as somebody who may: PostgreSQL refuses to be run by the superuser, whose folder is then handed over.
    pub(crate) fn for_owner_of(mut self, folder: &Path) -> Result<Self, Problem> {
        if std::fs::metadata(folder)?.uid() == 0 {
            let accounts = std::fs::read_to_string("/etc/passwd")?;
            let found = ["postgres", "nobody"].iter().find_map(|name| account(&accounts, name));
            let (user, group) = found.ok_or_else(|| Problem::Failed {
                command: "postgres".to_owned(),
                output: "it does not run as root, and there is neither a user `postgres` nor `nobody`"
                    .to_owned(),
            })?;
            self.account = Some((user, group));
        }
        self.hand_over(folder)?;
        Ok(self)
    }

    /// Has a folder belong to the account.
    pub(crate) fn hand_over(&self, folder: &Path) -> Result<(), Problem> {
        match self.account {
            Some((user, group)) => Ok(chown(folder, Some(user), Some(group))?),
            None => Ok(()),
        }
    }

    /// Where a program is.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        // Debian links a few of them elsewhere; their neighbours are where the link leads.
        let linked = self.folder.join("initdb").canonicalize().unwrap_or_default();
        let real = linked.parent().map(|folder| folder.join(name)).filter(|path| path.is_file());
        real.unwrap_or_else(|| self.folder.join(name))
    }

    /// A program of the system, run by the account.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir("/").env("LC_ALL", "C");
        if let Some((user, group)) = self.account {
            command.uid(user).gid(group);
        }
        command
    }

    /// Runs one of PostgreSQL's programs to its end.
    pub(crate) fn run(&self, name: &str, arguments: &[&str]) -> Result<(), Problem> {
        run(self.command(self.path(name)).args(arguments))
    }
}

/// Runs a command to its end; what it starts in turn keeps none of its outputs.
pub(crate) fn run(command: &mut Command) -> Result<(), Problem> {
    let said = tempfile::tempfile()?;
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command
        .stdin(std::process::Stdio::null())
        .stdout(said.try_clone()?)
        .stderr(said.try_clone()?)
        .status()
        .map_err(|error| Problem::Failed { command: name.clone(), output: error.to_string() })?;
    if status.success() {
        return Ok(());
    }
    let mut output = String::new();
    io::Seek::rewind(&mut &said)?;
    io::Read::read_to_string(&mut &said, &mut output)?;
    Err(Problem::Failed { command: name, output: output.trim().to_owned() })
}

fn account(accounts: &str, name: &str) -> Option<(u32, u32)> {
    let mut fields = accounts
        .lines()
        .map(|line| line.split(':'))
        .find_map(|mut line| (line.next()? == name).then_some(line))?;
    fields.next();
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_found_by_its_whole_name() {
        let accounts = "postgresql:x:7:8::/:/bin/sh\npostgres:x:101:104:,,,:/var:/bin/bash\n";
        assert_eq!(account(accounts, "postgres"), Some((101, 104)));
        assert_eq!(account(accounts, "nobody"), None);
    }

    #[test]
    fn what_is_missing_says_how_to_get_it() {
        assert!(Problem::Missing.to_string().contains("apt-get install postgresql"));
    }
}
