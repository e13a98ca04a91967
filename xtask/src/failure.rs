//! Why a chore, or one of its stages, did not succeed.

use std::path::PathBuf;
use std::process::ExitStatus;

/// Why a chore, or one of its stages, did not succeed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A command ran and did not succeed.
    #[error("`{command}` ended with {status}")]
    Command { command: String, status: ExitStatus },
    /// A command could not be run at all.
    #[error("`{command}` cannot be run: {source}")]
    Unavailable { command: String, source: std::io::Error },
    /// A command's output is not what it should be.
    #[error("the output of `{command}` cannot be read: {source}")]
    Output { command: String, source: serde_json::Error },
    /// A file or folder cannot be read.
    #[error("`{}` cannot be read: {source}", path.display())]
    File { path: PathBuf, source: std::io::Error },
    /// A TOML file does not have the expected form.
    #[error("`{}` is not as expected: {source}", path.display())]
    Toml { path: PathBuf, source: Box<toml::de::Error> },
    /// The tests' servers cannot be started.
    #[error(
        "PostgreSQL's `initdb` is neither on the PATH nor in /usr/lib/postgresql, and tests start servers of their own; \
         install version 15 or newer, as by `apt-get install postgresql` or `brew install postgresql`"
    )]
    NoPostgres,
    /// Rules of the house are broken; each sentence was printed.
    #[error("{0} broken")]
    Rules(Count),
}

/// How many rules are broken, in words.
#[derive(Debug)]
pub(crate) struct Count(pub(crate) usize);

impl std::fmt::Display for Count {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            1 => formatter.write_str("a rule is"),
            many => write!(formatter, "{many} rules are"),
        }
    }
}
