//! `cqrs evolve`: gives a released event a new version, and writes what can be known of the step to it.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::report::{Report, counted};
use super::terminal::Terminal;
use super::{Fault, Format, Verdict, files, patch};
use crate::diagnostic::quote_all;
use crate::evolve::{Evolved, Refusal, Request, evolve};
use crate::load::{Disk, Load};

const EXAMPLES: &str = "Examples:
  cqrs evolve MoneyDeposited                             before or after its fields were changed
  cqrs evolve MoneyDeposited --rename amount=sum         a field that only has another name
  cqrs evolve MoneyDeposited --default channel=branch    what a new field is for older records
  cqrs evolve FundsDeposited --was MoneyDeposited        the event itself has another name
  cqrs evolve Account.MoneyDeposited schemas/banking.yaml --dry-run

The released shape is taken from the lock beside the schema and moved into the history.
Fields that carry over need no word; where only you can know what a field is for older
records, `TODO` is left, which `cqrs check` refuses. Run it again after changing the fields,
and the step is completed. Nothing is touched but the lines that say these things.

Exit codes: 0 the diff was shown, and written unless --dry-run is given; 1 the schema has
errors that stand in the way; 2 the event cannot have a new version, or a file cannot be read
or written";

/// Give a released event a new version: the edit of its schema, with the released shape in its history
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Evolve {
    /// The event, alone or with its aggregate: `Account.MoneyDeposited`
    event: String,
    /// The schema, or a folder with it
    #[arg(default_value = ".", value_name = "FILE|FOLDER")]
    path: PathBuf,
    /// A field that only has another name
    #[arg(long, value_name = "OLD=NEW", value_parser = pair)]
    rename: Vec<(String, String)>,
    /// What a new field is for older records, as a plain value
    #[arg(long, value_name = "FIELD=VALUE", value_parser = pair)]
    default: Vec<(String, String)>,
    /// The name under which the event was released, where it has another one today
    #[arg(long, value_name = "NAME")]
    was: Option<String>,
    /// Show the diff, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// What is shown: a diff for people, or one JSON object
    #[arg(long, value_enum, default_value_t = Format::Human, value_name = "FORMAT")]
    format: Format,
}

/// What was done, for machines.
#[derive(Serialize)]
struct Told<'a> {
    schema: String,
    event: &'a str,
    version: u32,
    blanks: &'a [String],
    written: bool,
    diff: String,
}

pub(super) fn run(args: &Evolve, terminal: &mut Terminal) -> Result<Verdict, Fault> {
    let request = Request {
        event: args.event.clone(),
        was: args.was.clone(),
        renames: args.rename.clone(),
        defaults: args.default.clone(),
    };
    let (path, evolved) = match find(&args.path, &request)? {
        Ok(found) => found,
        Err(Refusal::Schema(sources, diagnostics)) => {
            Report::default().diagnostics(&diagnostics, &sources, args.format, terminal)?;
            return Ok(Verdict::Problems);
        }
        Err(refusal) => return Err(Fault::Usage(refusal.to_string())),
    };
    let there = Disk.load(&path).map_err(|error| Fault::Usage(format!("`{}`: {error}", path.display())))?;
    let diff = patch::unified(&path, &there, &evolved.text, terminal);
    if args.format == Format::Human {
        terminal.print(&diff)?;
    }
    let written = !args.dry_run && files::write_if_changed(&path, &evolved.text)?;
    if args.format == Format::Json {
        let schema = path.display().to_string();
        let Evolved { event, version, blanks, .. } = &evolved;
        let told = Told { schema, event, version: *version, blanks, written, diff };
        let json = serde_json::to_string(&told).map_err(|error| Fault::Print(error.into()))?;
        terminal.print(&format!("{json}\n"))?;
    } else {
        terminal.say(&told(&path, &evolved, there != evolved.text, args.dry_run))?;
    }
    Ok(Verdict::Clean)
}

/// What to do next.
fn told(path: &Path, evolved: &Evolved, is_changed: bool, dry_run: bool) -> String {
    let (shown, event, version) = (path.display(), &evolved.event, evolved.version);
    let mut text = match (is_changed, dry_run) {
        (false, _) => {
            format!("{shown}: `{event}` is at version {version} already, and its step is complete\n")
        }
        (true, false) => format!("{shown}: `{event}` is at version {version} now\n"),
        (true, true) => format!("{shown}: `{event}` would be at version {version}; nothing was written\n"),
    };
    if evolved.is_unchanged {
        text.push_str("its fields are as they were released: change them, and run the same command again\n");
    } else if evolved.blanks.is_empty() {
        text.push_str("`cqrs check` tells what else the change asks for; `cqrs lock` records the release\n");
    } else {
        let names = quote_all(evolved.blanks.iter().map(String::as_str), "and");
        let blanks = counted(evolved.blanks.len(), "blank");
        text.push_str(&format!("{blanks} to fill in `upcast`: say what {names} is for older records\n"));
    }
    text
}

/// The schema that has the event, with the new version, or why there is none.
fn find(path: &Path, request: &Request) -> Result<Result<(PathBuf, Evolved), Refusal>, Fault> {
    let mut schemas = files::schemas(&[path.to_owned()])?;
    schemas.retain(|asked| !asked.is_found || files::says(&asked.path, "domain:"));
    let (mut found, mut refused) = (Vec::new(), None);
    for asked in schemas {
        match evolve(&Disk, &asked.path, request) {
            Ok(evolved) => found.push((asked.path, evolved)),
            // The closest refusal: that of a schema that has the event.
            Err(refusal) => match refused {
                Some(ref earlier) if !matches!(earlier, Refusal::NoEvent { .. }) => {}
                _ => refused = Some(refusal),
            },
        }
    }
    let several = found.len() > 1;
    match (found.pop(), refused) {
        (Some(_), _) if several => {
            Err(Fault::Usage(format!("several schemas have an event `{}`: name the file", request.event)))
        }
        (Some(found), _) => Ok(Ok(found)),
        (None, Some(refusal)) => Ok(Err(refusal)),
        (None, None) => {
            Err(Fault::Usage(String::from("there is no schema here: name a file that begins with `cqrs: 1`")))
        }
    }
}

/// `name=text`.
fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, rest)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), rest.trim().to_owned())),
        _ => Err(String::from("write a name, `=`, and what belongs to it")),
    }
}
