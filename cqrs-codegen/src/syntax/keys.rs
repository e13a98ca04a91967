//! The parts that every construct is read with: keys of a mapping, texts, switches, numbers and lists.
//!
//! Each function reports what does not fit and then says "nothing here", so that reading goes on. An empty value
//! counts as an empty list or mapping.

use crate::code::document as code;
use crate::context::Context;
use crate::diagnostic::{Diagnostic, did_you_mean, quote, quote_all};
use crate::source::{ScalarText, Span};
use crate::yaml::{Entry, Kind, Node};

/// The keys of one mapping. Those that are not known have been reported.
pub(super) struct Keys<'n> {
    owner: &'static str,
    head: Span,
    entries: &'n [Entry],
}

impl<'n> Keys<'n> {
    /// Reads `node` as a mapping whose keys are words of the language.
    ///
    /// `owner` names the construct in messages; `head` is what is underlined where a key is missing.
    pub(super) fn read(
        node: &'n Node,
        head: Span,
        owner: &'static str,
        known: &[&str],
        ctx: &mut Context,
    ) -> Option<Self> {
        let entries = entries(node, owner, ctx)?;
        for Entry { key, .. } in whole_entries(entries) {
            if !known.contains(&key.text()) {
                report_unknown_key(key, owner, known, ctx);
            }
        }
        Some(Self { owner, head, entries })
    }

    pub(super) fn get(&self, key: &str) -> Option<&'n Entry> {
        self.entries.iter().find(|entry| entry.key.text() == key)
    }

    pub(super) fn value(&self, key: &str) -> Option<&'n Node> {
        self.get(key).map(|entry| &entry.value)
    }

    /// The value of a key that must be there.
    pub(super) fn require(&self, key: &str, ctx: &mut Context) -> Option<&'n Node> {
        let value = self.value(key);
        if value.is_none() {
            let message = format!("{} has no {}", self.owner, quote(key));
            let help = format!("add `{key}: …`");
            ctx.report_absence(self.head, Diagnostic::new(&code::MISSING_KEY, self.head, message).help(help));
        }
        value
    }

    /// The one of `keys` that is there, where at most one may be.
    pub(super) fn one_of(
        &self,
        keys: &[&'static str],
        ctx: &mut Context,
    ) -> Option<(&'static str, &'n Entry)> {
        let mut there = keys.iter().filter_map(|key| self.get(key).map(|entry| (*key, entry)));
        let first = there.next();
        if let (Some((key, entry)), Some((other, second))) = (first, there.next()) {
            let message = format!("{} has both `{key}` and `{other}`", self.owner);
            ctx.report(
                Diagnostic::new(&code::EXCLUSIVE_KEYS, second.key.span(), message)
                    .also(entry.key.span(), format!("`{key}` says something else already"))
                    .help(format!("keep one of {}", quote_all(keys.iter().copied(), "and"))),
            );
        }
        first
    }

    pub(super) fn doc(&self, ctx: &mut Context) -> Option<String> {
        let node = self.value("doc")?;
        if node.is_null() {
            return None;
        }
        let doc = text(node, "a text", ctx)?;
        Some(doc.text().trim().to_owned()).filter(|doc| !doc.is_empty())
    }
}

pub(super) fn report_unknown_key(key: &ScalarText, owner: &str, known: &[&str], ctx: &mut Context) {
    let message = format!("{owner} has no key {}", quote(key.text()));
    let help = did_you_mean(key.text(), known.iter().copied())
        .unwrap_or_else(|| format!("it may have {}", quote_all(known.iter().copied(), "and")));
    ctx.report(Diagnostic::new(&code::UNKNOWN_KEY, key.span(), message).help(help));
}

/// Reports that `node` is something else than `expected`.
pub(super) fn report_wrong_kind(node: &Node, expected: &str, ctx: &mut Context) {
    if let Kind::Hole = node.kind {
        return;
    }
    let message = format!("expected {expected}, found {}", node.describe());
    let span = node.head(&ctx.sources);
    ctx.report(Diagnostic::new(&code::WRONG_KIND, span, message).label(format!("expected {expected}")));
}

/// The entries of a mapping.
pub(super) fn entries<'n>(node: &'n Node, expected: &str, ctx: &mut Context) -> Option<&'n [Entry]> {
    match &node.kind {
        Kind::Map(entries) => Some(entries),
        _ if node.is_null() => Some(&[]),
        _ => {
            report_wrong_kind(node, &format!("a mapping for {expected}"), ctx);
            None
        }
    }
}

/// The entries of a mapping, without the rests of texts that YAML has torn apart at a comma.
///
/// In `{ a: map<string, u32> }` the text ends at the comma, and `u32>` becomes a key without a value. The first part is
/// reported for the bracket that it never closes; the rest is nothing that anyone wrote.
pub(super) fn whole_entries(entries: &[Entry]) -> impl Iterator<Item = &Entry> {
    let before = std::iter::once(None).chain(entries.iter().map(Some));
    let is_torn_off = |entry: &Entry, before: Option<&Entry>| {
        let Some(Entry { value: Node { kind: Kind::Scalar(torn), .. }, .. }) = before else { return false };
        entry.value.is_null()
            && [('<', '>'), ('(', ')')].iter().any(|(open, close)| {
                let text = torn.text.text();
                text.matches(*open).count() > text.matches(*close).count()
                    && entry.key.text().contains(*close)
            })
    };
    entries
        .iter()
        .zip(before)
        .filter(move |(entry, before)| !is_torn_off(entry, *before))
        .map(|(entry, _)| entry)
}

/// The items of a list.
pub(super) fn items<'n>(node: &'n Node, expected: &str, ctx: &mut Context) -> &'n [Node] {
    match &node.kind {
        Kind::List(items) => items,
        _ if node.is_null() => &[],
        _ => {
            report_wrong_kind(node, &format!("a list of {expected}"), ctx);
            &[]
        }
    }
}

/// A text that says something.
pub(super) fn text(node: &Node, expected: &str, ctx: &mut Context) -> Option<ScalarText> {
    match &node.kind {
        Kind::Scalar(scalar) if !scalar.is_null() => Some(scalar.text.clone()),
        _ => {
            report_wrong_kind(node, expected, ctx);
            None
        }
    }
}

/// Texts in a list, or one text alone.
pub(super) fn texts(node: &Node, expected: &str, ctx: &mut Context) -> Vec<ScalarText> {
    match &node.kind {
        Kind::Scalar(scalar) if !scalar.is_null() => vec![scalar.text.clone()],
        _ => items(node, expected, ctx).iter().filter_map(|item| text(item, "a name", ctx)).collect(),
    }
}

/// `true` or `false`.
pub(super) fn switch(node: &Node, ctx: &mut Context) -> Option<bool> {
    let Kind::Scalar(scalar) = &node.kind else {
        report_wrong_kind(node, "`true` or `false`", ctx);
        return None;
    };
    match scalar.text.text() {
        "true" => Some(true),
        "false" => Some(false),
        other => {
            let message = format!("{} is neither `true` nor `false`", quote(other));
            let help = did_you_mean(other, ["true", "false"])
                .unwrap_or_else(|| String::from("write `true` or `false`"));
            let span = node.span;
            ctx.report(Diagnostic::new(&code::NOT_A_SWITCH, span, message).help(help));
            None
        }
    }
}

/// A whole number, at least `least`.
pub(super) fn whole_number(node: &Node, least: u32, ctx: &mut Context) -> Option<u32> {
    let text = text(node, "a whole number", ctx)?;
    let number = text.text().replace('_', "").parse::<u32>().ok().filter(|number| *number >= least);
    if number.is_none() {
        let message = format!("{} is not a whole number from {least}", quote(text.text()));
        ctx.report(
            Diagnostic::new(&code::NOT_A_COUNT, text.span(), message)
                .help(format!("write a whole number from {least} to {}", u32::MAX)),
        );
    }
    number
}

/// One of a few words.
pub(super) fn choice<T: Copy>(
    word: &ScalarText,
    words: &[(&str, T)],
    what: &str,
    ctx: &mut Context,
) -> Option<T> {
    let found = words.iter().find(|(name, _)| *name == word.text()).map(|(_, value)| *value);
    if found.is_none() {
        let names = words.iter().map(|(name, _)| *name);
        let help = did_you_mean(word.text(), names.clone())
            .unwrap_or_else(|| format!("it is one of {}", quote_all(names, "and")));
        let message = format!("{} is not {what}", quote(word.text()));
        ctx.report(Diagnostic::new(&code::UNKNOWN_CHOICE, word.span(), message).help(help));
    }
    found
}

/// A length of time in seconds: `30s`, `5m`, `12h`, `7d`, `2w`, or several of them together.
pub(super) fn seconds(text: &ScalarText, ctx: &mut Context) -> Option<u64> {
    let seconds = parse_seconds(text.text()).filter(|seconds| *seconds > 0);
    if seconds.is_none() {
        let message = format!("{} is not a length of time", quote(text.text()));
        ctx.report(
            Diagnostic::new(&code::NOT_A_LENGTH, text.span(), message)
                .help("write a number and a unit, such as `30s`, `5m`, `12h`, `7d` or `2w`"),
        );
    }
    seconds
}

fn parse_seconds(text: &str) -> Option<u64> {
    let mut rest = text.trim();
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let digits = rest.find(|it: char| !it.is_ascii_digit())?;
        let (number, unit_and_rest) = rest.split_at(digits);
        let unit = match unit_and_rest.chars().next()? {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            'w' => 604_800,
            _ => return None,
        };
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(unit)?)?;
        rest = unit_and_rest.get(1..)?.trim_start();
    }
    Some(total)
}

/// Reports an item that names none or several things, where it names one and may have the keys in `beside`.
pub(super) fn report_not_one_name(
    node: &Node,
    named: &[&Entry],
    what: &str,
    beside: &[&str],
    ctx: &mut Context,
) {
    let message = match named.first() {
        None => format!("{what} is not named"),
        Some(_) => format!("one item names {}", quote_all(named.iter().map(|it| it.key.text()), "and")),
    };
    let misspelt =
        named.iter().find_map(|it| Some((it, did_you_mean(it.key.text(), beside.iter().copied())?)));
    let (span, help) = match misspelt {
        Some((entry, help)) => (entry.key.span(), help),
        None => {
            let help = format!("name one, as in `- {{ Name: {{ … }} }}`; give {what} an item of its own");
            (node.head(&ctx.sources), help)
        }
    };
    ctx.report(Diagnostic::new(&code::ONE_NAME, span, message).help(help));
}

/// Reports that a list or mapping says nothing where it must.
pub(super) fn report_empty(span: Span, message: &str, help: &str, ctx: &mut Context) {
    ctx.report(Diagnostic::new(&code::NOTHING_SAID, span, message).help(help));
}

#[cfg(test)]
mod tests {
    use super::parse_seconds;

    #[test]
    fn lengths_of_time_add_up() {
        assert_eq!(parse_seconds("1h30m"), Some(5_400));
        assert_eq!(parse_seconds("30"), None);
        assert_eq!(parse_seconds("h"), None);
        assert_eq!(parse_seconds("99999999999999999999s"), None);
    }
}
