//! One line of a lock as tokens: names, numbers, quoted names and marks, each with its column.

use super::ReadError;
use crate::model::text::is_plain;

/// A line and how far it was read.
pub(super) struct Line<'a> {
    text: &'a str,
    number: usize,
    at: usize,
}

impl<'a> Line<'a> {
    pub(super) const fn new(text: &'a str, number: usize) -> Self {
        Self { text, number, at: 0 }
    }

    pub(super) const fn number(&self) -> usize {
        self.number
    }

    /// Whether nothing but spaces or a comment is left.
    pub(super) fn is_done(&mut self) -> bool {
        self.skip_spaces();
        self.rest().is_empty() || self.rest().starts_with('#')
    }

    /// Takes a mark if it is next.
    pub(super) fn take(&mut self, mark: &str) -> bool {
        self.skip_spaces();
        let is_next = self.rest().starts_with(mark);
        if is_next {
            self.at += mark.len();
        }
        is_next
    }

    /// Takes a word if it is next, whole and without quotes.
    pub(super) fn take_word(&mut self, word: &str) -> bool {
        self.skip_spaces();
        let is_next = self.plain() == word;
        if is_next {
            self.at += word.len();
        }
        is_next
    }

    pub(super) fn expect(&mut self, mark: &str) -> Result<(), ReadError> {
        if self.take(mark) { Ok(()) } else { Err(self.error(format!("expected `{mark}`"))) }
    }

    pub(super) fn expect_word(&mut self, word: &str) -> Result<(), ReadError> {
        if self.take_word(word) { Ok(()) } else { Err(self.error(format!("expected `{word}`"))) }
    }

    /// A name, quoted or not, and whether it was quoted.
    pub(super) fn name(&mut self) -> Result<(String, bool), ReadError> {
        self.skip_spaces();
        if self.rest().starts_with('"') {
            let mut values = serde_json::Deserializer::from_str(self.rest()).into_iter::<String>();
            let Some(Ok(text)) = values.next() else {
                return Err(self.error("expected a name in quotes, with JSON's escapes"));
            };
            self.at += values.byte_offset();
            return Ok((text, true));
        }
        let word = self.plain();
        if !is_plain(word) {
            return Err(self.error("expected a name"));
        }
        self.at += word.len();
        Ok((word.to_owned(), false))
    }

    pub(super) fn count(&mut self) -> Result<u32, ReadError> {
        self.skip_spaces();
        let digits = self.plain();
        let count = digits.parse().map_err(|_| self.error("expected a number"))?;
        self.at += digits.len();
        Ok(count)
    }

    /// Eight hexadecimal digits.
    pub(super) fn sum(&mut self) -> Result<u32, ReadError> {
        self.skip_spaces();
        let digits = self.plain();
        let sum = u32::from_str_radix(digits, 16).ok().filter(|_| digits.len() == 8);
        let sum = sum.ok_or_else(|| self.error("expected a sum of eight hexadecimal digits"))?;
        self.at += digits.len();
        Ok(sum)
    }

    pub(super) fn end(&mut self) -> Result<(), ReadError> {
        if self.is_done() { Ok(()) } else { Err(self.error("expected the end of the line")) }
    }

    /// An error at the place that is next.
    pub(super) fn error(&self, message: impl Into<String>) -> ReadError {
        let rest = self.rest();
        let at = self.at + (rest.len() - rest.trim_start().len());
        let column = self.text[..at].chars().count() + 1;
        ReadError {
            line: self.number,
            column,
            message: message.into(),
            help: "take the file as it was committed, then write the lock again".to_owned(),
        }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip_spaces(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// The letters, digits, underscores and hyphens that are next.
    fn plain(&self) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|letter: char| !(letter.is_alphanumeric() || letter == '_' || letter == '-'));
        &rest[..end.unwrap_or(rest.len())]
    }
}
