//! Which bytes of the file each character of a decoded scalar came from.
//!
//! The YAML crate decodes; here its result is laid beside the text that it came from. Where the two cannot be matched
//! the whole scalar is one stretch: an underline is then too long, but never wrong.

use crate::source::Run;

/// The stretches of `text`, which was decoded from `source`; `offset` is where `source` begins in the file.
///
/// Nothing where both are the same, or where they cannot be matched.
pub(super) fn align(source: &str, text: &str, offset: usize, quote: Option<char>) -> Option<Vec<Run>> {
    if source == text {
        return None;
    }
    let (inner, skipped) = match quote {
        Some(mark) => (source.strip_prefix(mark)?.strip_suffix(mark)?, mark.len_utf8()),
        None => (source, 0),
    };
    let mut walk = Walk { source: inner, text, at: 0, done: 0, offset: offset + skipped, runs: Vec::new() };
    walk.run(quote)?;
    Some(walk.runs)
}

/// How far both texts have been matched.
struct Walk<'a> {
    source: &'a str,
    text: &'a str,
    at: usize,
    done: usize,
    offset: usize,
    runs: Vec<Run>,
}

impl Walk<'_> {
    /// Matches both texts to their ends; nothing where they do not belong together.
    fn run(&mut self, quote: Option<char>) -> Option<()> {
        while let Some(next) = self.rest().chars().next() {
            let break_length = line_break(self.rest());
            if break_length > 0 {
                let decoded = white_space(self.text.get(self.done..)?);
                self.push(break_length, decoded);
            } else if quote == Some('\'') && self.rest().starts_with("''") {
                self.expect(next)?;
                self.push(2, 1);
            } else if quote == Some('"') && next == '\\' {
                let escape = escape_length(self.rest())?;
                let continues_line = matches!(self.rest().as_bytes().get(1), Some(b'\n' | b'\r'));
                let decoded =
                    if continues_line { 0 } else { self.text.get(self.done..)?.chars().next()?.len_utf8() };
                self.push(escape, decoded);
            } else {
                self.expect(next)?;
                self.push(next.len_utf8(), next.len_utf8());
            }
        }
        // A block scalar ends in line breaks that its span leaves out.
        let last = self.text.get(self.done..)?;
        if !last.trim().is_empty() {
            return None;
        }
        if !last.is_empty() {
            self.push(0, last.len());
        }
        Some(())
    }

    fn rest(&self) -> &str {
        self.source.get(self.at..).unwrap_or("")
    }

    fn expect(&self, expected: char) -> Option<()> {
        (self.text.get(self.done..)?.chars().next()? == expected).then_some(())
    }

    fn push(&mut self, source_length: usize, text_length: usize) {
        let source = self.offset + self.at..self.offset + self.at + source_length;
        let text = self.done..self.done + text_length;
        self.at += source_length;
        self.done += text_length;
        match self.runs.last_mut() {
            Some(last) if last.text.len() == last.source.len() && source.len() == text.len() => {
                last.text.end = text.end;
                last.source.end = source.end;
            }
            _ => self.runs.push(Run { text, source }),
        }
    }
}

/// The length of the white space at the start of `rest`, where it holds a line break.
fn line_break(rest: &str) -> usize {
    let length = white_space(rest);
    if rest.get(..length).is_some_and(|it| it.contains(['\n', '\r'])) { length } else { 0 }
}

fn white_space(rest: &str) -> usize {
    rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len()
}

/// The length of the escape at the start of `rest`, a line continuation with its indentation included.
fn escape_length(rest: &str) -> Option<usize> {
    let kind = rest.chars().nth(1)?;
    let length = match kind {
        'x' => 4,
        'u' => {
            let digits = rest.get(2..6)?;
            let opens_pair = matches!(u32::from_str_radix(digits, 16), Ok(0xD800..=0xDBFF));
            if opens_pair { 12 } else { 6 }
        }
        'U' => 10,
        '\n' | '\r' => 1 + white_space(rest.get(1..)?),
        other => 1 + other.len_utf8(),
    };
    rest.is_char_boundary(length).then_some(length)
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Diagnostics;
    use crate::source::SourceMap;
    use crate::yaml::{Kind, Node, parse};

    /// The text of the file under `part` of the one scalar in `yaml`.
    fn under(yaml: &str, part: &str) -> String {
        let mut sources = SourceMap::default();
        let file = sources.add("a.yaml", yaml);
        let node = parse(&sources, file, &mut Diagnostics::default()).unwrap();
        let Kind::Map(entries) = node.kind else { panic!("no mapping") };
        let Node { kind: Kind::Scalar(scalar), .. } = &entries[0].value else { panic!("no scalar") };
        let at = scalar.text.text().find(part).unwrap();
        sources.text(scalar.text.place(at..at + part.len())).to_owned()
    }

    #[test]
    fn each_style_of_scalar_finds_its_characters_again() {
        assert_eq!(under("a: é + balance - x", "balance"), "balance");
        assert_eq!(under("a: 'it''s + balance'", "balance"), "balance");
        assert_eq!(under("a: 'it''s'", "'s"), "''s");
        assert_eq!(under(r#"a: "\u00e9\t + balance""#, "balance"), "balance");
        assert_eq!(under(r#"a: "x\u00e9y""#, "é"), r"\u00e9");
        assert_eq!(under(r#"a: "\ud83e\udd80 crab""#, "crab"), "crab");
        assert_eq!(under("a: |\n  one +\n  balance\n\n", "balance"), "balance");
        assert_eq!(under("a: >-\n  one +\n  balance\n", "balance"), "balance");
        assert_eq!(under("a: one +\n  balance\n", "balance"), "balance");
        assert_eq!(under("a: \"one \\\n   + balance\"\n", "balance"), "balance");
        assert_eq!(under("a: |\r\n  one +\r\n  balance\r\n", "balance"), "balance");
        assert_eq!(under("a: |2\n    one +\n  balance\n", "balance"), "balance");
        assert_eq!(under("a: \"one\n\n  two balance\"", "balance"), "balance");
    }
}
