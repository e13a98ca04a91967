//! The command side as a process of its own: it reads requests from standard input, one a line, and answers each with its position.

use std::error::Error;
use std::process::Stdio;

use cqrs_core::{App, Position, Refresh};
use cqrs_postgres::PostgresStore;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines, stdin, stdout};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::domain::{Add, Contents, Jar};

/// Runs the command side until its input ends. With `projects`, it keeps the read model too, on commit.
pub(crate) async fn serve(address: &str, projects: bool) -> Result<(), Box<dyn Error>> {
    let mut builder = App::builder(PostgresStore::connect(address).await?).aggregate::<Jar>();
    if projects {
        builder = builder.projection::<Contents>(Refresh::OnCommit);
    }
    let app = builder.build().await?;
    let (mut requests, mut answers) = (BufReader::new(stdin()).lines(), stdout());
    while let Some(request) = requests.next_line().await? {
        let (jar, coins) = request.split_once(' ').ok_or("a request is a jar and a number of coins")?;
        let receipt = app.execute(Add { jar: jar.to_owned(), coins: coins.parse()? }).await?;
        answers.write_all(format!("{}\n", receipt.position).as_bytes()).await?;
        answers.flush().await?;
    }
    Ok(app.shutdown().await?)
}

/// A command side that runs in another process.
pub(crate) struct CommandSide {
    process: Child,
    requests: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl CommandSide {
    /// Starts this program once more, as the command side.
    pub(crate) fn start(address: &str, projects: bool) -> Result<Self, Box<dyn Error>> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["command-side", address]).args(projects.then_some("--projects"));
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
        let requests = process.stdin.take().ok_or("the command side has no input")?;
        let answers = process.stdout.take().ok_or("the command side has no output")?;
        Ok(Self { process, requests, answers: BufReader::new(answers).lines() })
    }

    /// Has coins put into a jar; returns the position at which that is recorded.
    pub(crate) async fn add(&mut self, jar: &str, coins: u32) -> Result<Position, Box<dyn Error>> {
        self.requests.write_all(format!("{jar} {coins}\n").as_bytes()).await?;
        let answer = self.answers.next_line().await?.ok_or("the command side has ended")?;
        Ok(Position::new(answer.parse()?))
    }

    /// Lets it finish.
    pub(crate) async fn stop(mut self) -> Result<(), Box<dyn Error>> {
        drop(self.requests);
        let ended = self.process.wait().await?;
        if ended.success() { Ok(()) } else { Err(format!("the command side ended with {ended}").into()) }
    }
}
