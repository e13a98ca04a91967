//! The schema's own file and every file that it imports, each read once.
//!
//! Files are read depth first in the order in which they are named, so that the first mention of a file decides where
//! its types stand. A circle of imports is refused; two ways to one file are not a circle.

use std::path::{Path, PathBuf};

use crate::code::{document as code, file as file_code};
use crate::context::Context;
use crate::diagnostic::{Diagnostic, quote};
use crate::load::{Load, LoadError, beside};
use crate::source::{FileId, ScalarText, Span};
use crate::syntax::ast::{Document, TypeDeclaration};
use crate::syntax::{self, Role};
use crate::yaml;

/// What all files of a schema say together.
#[derive(Debug)]
pub(crate) struct Documents {
    /// The first byte of the schema itself.
    pub(crate) start: Span,
    /// The schema itself.
    pub(crate) schema: Document,
    /// The types of imported files, those that others build on first.
    pub(crate) imported: Vec<TypeDeclaration>,
}

/// Reads the schema at `path` with its imports, or nothing where the schema itself is no YAML.
pub(crate) fn read(load: &dyn Load, path: &Path, ctx: &mut Context) -> Option<Documents> {
    let mut reader = Reader { load, open: Vec::new(), done: Vec::new(), imported: Vec::new() };
    let schema = reader.file(path, None, ctx)?;
    let start = ctx.sources.files().next().map(|(file, _)| Span::new(file, 0..0))?;
    Some(Documents { start, schema, imported: reader.imported })
}

struct Reader<'a> {
    load: &'a dyn Load,
    /// The files that wait for their imports, the schema first.
    open: Vec<PathBuf>,
    done: Vec<PathBuf>,
    imported: Vec<TypeDeclaration>,
}

impl Reader<'_> {
    fn file(&mut self, path: &Path, mention: Option<&ScalarText>, ctx: &mut Context) -> Option<Document> {
        let role = if mention.is_some() { Role::Import } else { Role::Schema };
        let file = self.source(path, mention.map(ScalarText::span), ctx)?;
        let root = yaml::parse(&ctx.sources, file, &mut ctx.diagnostics)?;
        let document = syntax::read(&root, role, ctx);
        if let (Role::Import, Some(first), Some(mention)) = (role, document.beyond_types.first(), mention) {
            let message = format!("an imported file declares {}", quote(first.text()));
            ctx.report(
                Diagnostic::new(&code::IMPORT_BEYOND_TYPES, first.span(), message)
                    .also(mention.span(), "imported here")
                    .help("an imported file may have `cqrs`, `doc`, `imports` and `types`; move the types into a file of their own"),
            );
        }
        self.open.push(path.to_owned());
        self.imports(path, &document.imports, ctx);
        self.open.pop();
        Some(document)
    }

    fn imports(&mut self, from: &Path, mentions: &[ScalarText], ctx: &mut Context) {
        let mut seen: Vec<(PathBuf, Span)> = Vec::new();
        for mention in mentions {
            let path = beside(from, mention.text());
            if let Some((_, first)) = seen.iter().find(|(other, _)| *other == path) {
                let message = format!("{} is imported twice", quote(mention.text()));
                ctx.report(
                    Diagnostic::new(&code::IMPORT_TWICE, mention.span(), message)
                        .also(*first, "first imported here")
                        .help("remove one of them"),
                );
                continue;
            }
            seen.push((path.clone(), mention.span()));
            if let Some(at) = self.open.iter().position(|open| *open == path) {
                self.report_cycle(at, mention, ctx);
            } else if !self.done.contains(&path) {
                let document = self.file(&path, Some(mention), ctx);
                self.imported.extend(document.map(|it| it.types).unwrap_or_default());
                self.done.push(path);
            }
        }
    }

    fn report_cycle(&self, at: usize, mention: &ScalarText, ctx: &mut Context) {
        let circle: Vec<String> =
            self.open.iter().skip(at).map(|path| quote(&path.to_string_lossy())).collect();
        let message = match circle.as_slice() {
            [one] => format!("{one} imports itself"),
            circle => format!("{} import each other in a circle", circle.join(" and ")),
        };
        ctx.report(
            Diagnostic::new(&code::IMPORT_CYCLE, mention.span(), message)
                .label("this leads back to a file that waits for it")
                .help("move what they share into a file that imports none of them"),
        );
    }

    fn source(&self, path: &Path, mention: Option<Span>, ctx: &mut Context) -> Option<FileId> {
        let shown = path.to_string_lossy().replace('\\', "/");
        let error = match self.load.load(path) {
            Ok(text) => return Some(ctx.sources.add(shown, text)),
            Err(error) => error,
        };
        let (code, text, at) = match &error {
            LoadError::TooLarge => (&file_code::TOO_LARGE, "", 0),
            LoadError::NotText { offset, before } => (&file_code::NOT_TEXT, before.as_str(), *offset),
            LoadError::Missing | LoadError::Io(_) => (&file_code::UNREADABLE, "", 0),
        };
        // Registered all the same: a build script watches for it to come, and a report can name it.
        let file = ctx.sources.add(shown.clone(), text);
        let span = match (&error, mention) {
            (LoadError::NotText { .. }, _) | (_, None) => Span::new(file, at..at),
            (_, Some(mention)) => mention,
        };
        let help = match error {
            LoadError::Missing if mention.is_some() => {
                "an import is looked for beside the file that names it"
            }
            LoadError::Missing => "give the path of a schema",
            LoadError::TooLarge => "move parts into files of their own and name them under `imports`",
            LoadError::NotText { .. } => "save the file as UTF-8",
            LoadError::Io(_) => "see that the file can be read",
        };
        let message = format!("cannot read {}: {error}", quote(&shown));
        ctx.report(Diagnostic::new(code, span, message).help(help));
        None
    }
}
