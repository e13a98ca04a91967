//! Where text goes: results to standard output, everything said about them to standard error.

use std::io::{IsTerminal, Write, stderr, stdout};

use anstream::{AutoStream, ColorChoice};

use super::{Fault, When};
use crate::render::Colour;

/// Standard output and standard error, each with its own choice of colours.
#[derive(Debug)]
pub(super) struct Terminal {
    when: When,
}

impl Terminal {
    pub(super) fn new(when: When) -> Self {
        Self { when }
    }

    /// Whether what is said on standard error carries colours.
    pub(super) fn colour(&self) -> Colour {
        let is_coloured = match self.when {
            When::Always => true,
            When::Never => false,
            When::Auto => AutoStream::choice(&stderr()) != ColorChoice::Never,
        };
        if is_coloured { Colour::Ansi } else { Colour::Plain }
    }

    /// Prints a result as it is.
    pub(super) fn print(&mut self, text: &str) -> Result<(), Fault> {
        let mut stdout = stdout().lock();
        stdout.write_all(text.as_bytes())?;
        Ok(stdout.flush()?)
    }

    /// Says something about what is done.
    pub(super) fn say(&mut self, text: &str) -> Result<(), Fault> {
        let mut stderr = stderr().lock();
        stderr.write_all(text.as_bytes())?;
        Ok(stderr.flush()?)
    }

    /// Says why the command could not be carried out.
    pub(super) fn fault(&mut self, fault: &Fault) {
        let (open, close) = match self.colour() {
            Colour::Ansi => ("\x1b[1;31m", "\x1b[0m"),
            Colour::Plain => ("", ""),
        };
        // Where even standard error is gone, the exit code is all that can be said.
        let _ = self.say(&format!("{open}error{close}: {fault}\n"));
    }

    /// Clears the screen, where there is one.
    pub(super) fn clear(&mut self) -> Result<(), Fault> {
        if stderr().is_terminal() { self.say("\x1b[2J\x1b[3J\x1b[H") } else { Ok(()) }
    }
}
