//! The texts of types: `map<string, list<Money>>?`.

use crate::code::types as code;
use crate::context::Context;
use crate::diagnostic::{Diagnostic, did_you_mean, quote};
use crate::source::{ScalarText, Span};

use super::ast::{TypeText, TypeTextKind};

/// How deeply types may stand in each other.
const DEEPEST: usize = 16;

/// The generic words, with how many types each takes.
const GENERIC: [(&str, usize); 3] = [("list", 1), ("set", 1), ("map", 2)];

/// Reads a type; what cannot be read has been reported and is a hole.
pub(super) fn read(text: &ScalarText, ctx: &mut Context) -> TypeText {
    let mut reader = Reader { text, at: 0, depth: 0, ctx };
    let ty = reader.ty();
    reader.skip_white_space();
    match ty {
        Ok(ty) if reader.at == text.text().len() => ty,
        Ok(_) => {
            let rest = reader.at..text.text().len();
            let message = format!("{} is not a type", quote(text.text()));
            reader.report(rest, &message, "a type ends before this");
            hole(text.span())
        }
        Err(Refused) => hole(text.span()),
    }
}

fn hole(span: Span) -> TypeText {
    TypeText { span, kind: TypeTextKind::Hole }
}

/// The type was reported and is left out.
struct Refused;

struct Reader<'a> {
    text: &'a ScalarText,
    at: usize,
    depth: usize,
    ctx: &'a mut Context,
}

impl<'a> Reader<'a> {
    fn ty(&mut self) -> Result<TypeText, Refused> {
        self.depth += 1;
        if self.depth > DEEPEST {
            let at = self.at..self.text.text().len();
            return Err(self.report(
                at,
                &format!("a type is nested more than {DEEPEST} levels deep"),
                "too deep",
            ));
        }
        self.skip_white_space();
        let start = self.at;
        let name = self.name()?;
        let kind = match self.generic_arguments()? {
            None => TypeTextKind::Name(name.clone()),
            Some(arguments) => self.generic(&name, arguments, start)?,
        };
        if matches!(kind, TypeTextKind::Name(_)) && GENERIC.iter().any(|(word, _)| *word == name) {
            return Err(self.report_arguments(&name, 0, start..self.at));
        }
        let mut ty = TypeText { span: self.text.place(start..self.at), kind };
        while self.eat('?') {
            if let TypeTextKind::Optional(_) = ty.kind {
                let place = self.text.place(self.at - 1..self.at);
                let message = format!("{} is optional twice", quote(self.text.text()));
                self.ctx
                    .report(Diagnostic::new(&code::OPTIONAL_TWICE, place, message).help("remove one `?`"));
                return Err(Refused);
            }
            ty = TypeText {
                span: self.text.place(start..self.at),
                kind: TypeTextKind::Optional(Box::new(ty)),
            };
        }
        self.depth -= 1;
        Ok(ty)
    }

    fn name(&mut self) -> Result<String, Refused> {
        let rest = self.rest();
        let length = rest.find(|it: char| !(it.is_alphanumeric() || it == '_')).unwrap_or(rest.len());
        if length == 0 {
            let end = self.at + rest.chars().next().map_or(0, char::len_utf8);
            let message = format!("{} is not a type", quote(self.text.text()));
            return Err(self.report(self.at..end, &message, "a type's name is expected here"));
        }
        let name = rest.get(..length).unwrap_or("").to_owned();
        self.at += length;
        Ok(name)
    }

    fn generic_arguments(&mut self) -> Result<Option<Vec<TypeText>>, Refused> {
        if !self.eat('<') {
            return Ok(None);
        }
        let mut arguments = vec![self.ty()?];
        while self.eat(',') {
            arguments.push(self.ty()?);
        }
        if self.eat('>') {
            return Ok(Some(arguments));
        }
        let message = format!("the `<` of {} is not closed", quote(self.text.text()));
        let help =
            "close it with `>`; inside `{ }` or `[ ]` a type with a comma needs quotes: \"map<string, u32>\"";
        let span = self.text.place(self.at..self.at.max(self.text.text().len()));
        let span = if span.start == span.end { self.text.span() } else { span };
        self.ctx.report(
            Diagnostic::new(&code::TYPE_TEXT, span, message).label("`>` is expected here").help(help),
        );
        Err(Refused)
    }

    fn generic(
        &mut self,
        name: &str,
        arguments: Vec<TypeText>,
        start: usize,
    ) -> Result<TypeTextKind, Refused> {
        let count = arguments.len();
        let mut arguments = arguments.into_iter().map(Box::new);
        match (name, count, arguments.next(), arguments.next()) {
            ("list", 1, Some(item), _) => Ok(TypeTextKind::List(item)),
            ("set", 1, Some(item), _) => Ok(TypeTextKind::Set(item)),
            ("map", 2, Some(key), Some(value)) => Ok(TypeTextKind::Map(key, value)),
            _ => Err(self.report_arguments(name, count, start..self.at)),
        }
    }

    fn report_arguments(&mut self, name: &str, found: usize, range: std::ops::Range<usize>) -> Refused {
        let takes = GENERIC.iter().find(|(word, _)| *word == name).map(|(_, count)| *count);
        let (message, help) = match takes {
            Some(takes) => {
                let types = if takes == 1 { "one type" } else { "two types" };
                let form = if takes == 1 { format!("`{name}<T>`") } else { format!("`{name}<K, V>`") };
                (format!("`{name}` takes {types}, not {found}"), format!("write {form}"))
            }
            None => {
                let help = did_you_mean(name, GENERIC.iter().map(|(word, _)| *word))
                    .unwrap_or_else(|| String::from("only `list`, `set` and `map` take types"));
                (format!("{} takes no types", quote(name)), help)
            }
        };
        let place = self.text.place(range);
        self.ctx.report(Diagnostic::new(&code::TYPE_ARGUMENTS, place, message).help(help));
        Refused
    }

    fn report(&mut self, range: std::ops::Range<usize>, message: &str, label: &str) -> Refused {
        let place = self.text.place(range);
        let span = if place.start == place.end { self.text.span() } else { place };
        self.ctx.report(
            Diagnostic::new(&code::TYPE_TEXT, span, message)
                .label(label)
                .help("a type is a name, `T?`, `list<T>`, `set<T>` or `map<K, V>`"),
        );
        Refused
    }

    fn eat(&mut self, expected: char) -> bool {
        self.skip_white_space();
        let found = self.rest().starts_with(expected);
        if found {
            self.at += expected.len_utf8();
        }
        found
    }

    fn skip_white_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn rest(&self) -> &'a str {
        self.text.text().get(self.at..).unwrap_or("")
    }
}
