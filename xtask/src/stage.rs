//! Stages: steps of a chore that are run one after the other, timed, and summed up.
//!
//! A stage that fails does not stop the later ones, so that one run shows everything that is wrong.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use crate::failure::Failure;

/// One step of a chore.
pub(crate) struct Stage<'a> {
    /// The name, by which it can be asked for alone.
    pub(crate) name: &'static str,
    /// What it shows, as half a sentence.
    pub(crate) shows: &'static str,
    /// The step itself.
    pub(crate) work: Box<dyn Fn() -> Result<(), Failure> + 'a>,
}

/// Runs all stages and prints how each went; true when all succeeded.
pub(crate) fn run_all(stages: &[Stage<'_>]) -> bool {
    let begun = Instant::now();
    let mut results = Vec::with_capacity(stages.len());
    for (number, stage) in (1..).zip(stages) {
        println!("\n{}", bold(&format!("[{number}/{}] {}: {}", stages.len(), stage.name, stage.shows)));
        let started = Instant::now();
        let outcome = (stage.work)();
        let took = started.elapsed();
        match &outcome {
            Ok(()) => println!("[{number}/{}] {} passed in {}", stages.len(), stage.name, seconds(took)),
            Err(failure) => {
                println!("[{number}/{}] {} FAILED in {}: {failure}", stages.len(), stage.name, seconds(took));
            }
        }
        results.push((stage.name, outcome, took));
    }
    println!("\n{}", bold("Summary"));
    for (name, outcome, took) in &results {
        let word = if outcome.is_ok() { "passed" } else { "FAILED" };
        println!("  {name:<12} {word}  {:>9}", seconds(*took));
    }
    let failed: Vec<_> =
        results.iter().filter(|(_, outcome, _)| outcome.is_err()).map(|(name, ..)| *name).collect();
    let (count, took) = (results.len(), seconds(begun.elapsed()));
    if failed.is_empty() {
        println!("all {count} stages passed in {took}");
    } else {
        println!("{} of {count} stages failed in {took}: {}", failed.len(), failed.join(", "));
    }
    failed.is_empty()
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

fn bold(text: &str) -> String {
    if std::io::stdout().is_terminal() { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::failure::Count;

    #[test]
    fn a_stage_that_fails_does_not_stop_the_later_ones() {
        let later_ran = Cell::new(false);
        let stages = [
            Stage { name: "first", shows: "", work: Box::new(|| Err(Failure::Rules(Count(1)))) },
            Stage {
                name: "second",
                shows: "",
                work: Box::new(|| {
                    later_ran.set(true);
                    Ok(())
                }),
            },
        ];
        assert!(!run_all(&stages));
        assert!(later_ran.get());
    }

    #[test]
    fn stages_that_all_pass_are_a_success() {
        assert!(run_all(&[Stage { name: "only", shows: "", work: Box::new(|| Ok(())) }]));
    }
}
