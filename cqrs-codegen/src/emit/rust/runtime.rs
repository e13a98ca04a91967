//! The names that generated code borrows: the prelude's, std's, serde's and cqrs-core's.
//!
//! Each is written short and imported where it is used, unless the domain has something of that name; then it is
//! written as a path from its crate's root. No name of the domain is ever changed for the sake of a borrowed one.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt as _, quote};

/// A borrowed name; writing it into tokens marks it as used.
#[derive(Debug)]
pub(super) struct Import {
    /// The path of the module, `std::collections`; empty for the prelude.
    module: &'static str,
    /// The last segment.
    name: &'static str,
    /// Where the name is found whether it is imported or not.
    path: &'static str,
    taken: bool,
    used: Cell<bool>,
}

impl ToTokens for Import {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        if self.taken {
            tokens.append_all(absolute(self.path));
        } else {
            self.used.set(true);
            tokens.append(Ident::new(self.name, Span::call_site()));
        }
    }
}

fn absolute(path: &str) -> TokenStream {
    let segments = path.split("::").map(|segment| Ident::new(segment, Span::call_site()));
    quote!(#(::#segments)*)
}

macro_rules! runtime {
    ($($module:literal: { $($field:ident = $name:literal $(at $path:literal)?,)* })*) => {
        /// Every name that generated code borrows.
        #[derive(Debug)]
        pub(super) struct Runtime {
            $($(pub(super) $field: Import,)*)*
        }

        impl Runtime {
            /// The borrowed names, given the names of the domain's own types.
            pub(super) fn new(is_taken: impl Fn(&str) -> bool) -> Self {
                Self {
                    $($($field: Import {
                        module: $module,
                        name: $name,
                        path: runtime!(@path $module, $name $(, $path)?),
                        taken: is_taken($name),
                        used: Cell::new(false),
                    },)*)*
                }
            }

            fn all(&self) -> impl Iterator<Item = &Import> {
                [$($(&self.$field,)*)*].into_iter()
            }
        }
    };
    (@path $module:literal, $name:literal, $path:literal) => { $path };
    (@path $module:literal, $name:literal) => { concat!($module, "::", $name) };
}

runtime! {
    "": {
        option = "Option" at "std::option::Option",
        some = "Some" at "std::option::Option::Some",
        none = "None" at "std::option::Option::None",
        result = "Result" at "std::result::Result",
        ok = "Ok" at "std::result::Result::Ok",
        err = "Err" at "std::result::Result::Err",
        vec = "Vec" at "std::vec::Vec",
        string = "String" at "std::string::String",
        default = "Default" at "std::default::Default",
        from = "From" at "std::convert::From",
    }
    "std::collections": {
        btree_map = "BTreeMap",
        btree_set = "BTreeSet",
    }
    "std::error": {
        error = "Error",
    }
    "std": {
        fmt = "fmt",
    }
    "serde": {
        deserialize = "Deserialize",
        serialize = "Serialize",
    }
    "cqrs_core": {
        arithmetic = "arithmetic",
        window = "window",
        aggregate = "Aggregate",
        aggregate_id = "AggregateId",
        app_builder = "AppBuilder",
        apply = "Apply",
        apply_error = "ApplyError",
        arithmetic_error = "ArithmeticError",
        bytes = "Bytes",
        command = "Command",
        context = "Context",
        data_type = "DataType",
        decide = "Decide",
        downcast = "Downcast",
        event = "Event",
        event_descriptor = "EventDescriptor",
        event_set = "EventSet",
        fingerprint = "Fingerprint",
        invalid = "Invalid",
        meta = "Meta",
        project = "Project",
        projection = "Projection",
        projection_descriptor = "ProjectionDescriptor",
        query = "Query",
        refresh = "Refresh",
        row = "Row",
        try_apply = "TryApply",
        try_downcast = "TryDowncast",
        try_project = "TryProject",
        try_upcast = "TryUpcast",
        upcast = "Upcast",
    }
    "cqrs_core::jiff": {
        signed_duration = "SignedDuration",
        timestamp = "Timestamp",
    }
    "cqrs_core::jiff::civil": {
        date = "Date",
        time = "Time",
    }
    "cqrs_core::rust_decimal": {
        decimal = "Decimal",
    }
    "cqrs_core::serde_json": {
        json = "Value",
    }
    "cqrs_core::testing": {
        given = "given",
        rows_of = "rows_of",
    }
    "cqrs_core::uuid": {
        uuid = "Uuid",
    }
}

impl Runtime {
    /// The names that were used since the last call, each by its place among all.
    pub(super) fn take_used(&self) -> Vec<usize> {
        let all = self.all().enumerate();
        all.filter(|(_, import)| import.used.replace(false)).map(|(place, _)| place).collect()
    }

    /// Counts names as used that another thread has used.
    pub(super) fn mark_used(&self, places: &[usize]) {
        for (place, import) in self.all().enumerate() {
            if places.contains(&place) {
                import.used.set(true);
            }
        }
    }

    /// The `use` declarations for what was used since the last call, without what `earlier` calls have imported.
    pub(super) fn take_imports(&self, earlier: &mut BTreeSet<&'static str>) -> TokenStream {
        let mut modules: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for import in self.all() {
            if import.used.replace(false) && !import.module.is_empty() && earlier.insert(import.path) {
                modules.entry(import.module).or_default().push(import.name);
            }
        }
        let mut modules: Vec<(&str, Vec<&str>)> = modules.into_iter().collect();
        for (_, names) in &mut modules {
            names.sort_unstable();
        }
        modules
            .sort_by_key(|(module, names)| (!module.starts_with("std"), format!("{module}::{}", names[0])));
        let uses = modules.into_iter().map(|(module, names)| {
            let path = relative(module);
            let names = names.into_iter().map(|name| Ident::new(name, Span::call_site()));
            match names.len() {
                1 => quote!(use #path::#(#names)*;),
                _ => quote!(use #path::{#(#names),*};),
            }
        });
        quote!(#(#uses)*)
    }
}

impl Runtime {
    /// The same code with the paths of borrowed names written short.
    pub(super) fn shorten(&self, tokens: TokenStream) -> TokenStream {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut short = TokenStream::new();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            if let Some((import, length)) = self.path_at(&tokens, at) {
                import.to_tokens(&mut short);
                at += length;
                continue;
            }
            match token {
                TokenTree::Group(group) => {
                    short.append(Group::new(group.delimiter(), self.shorten(group.stream())));
                }
                other => short.append(other.clone()),
            }
            at += 1;
        }
        short
    }

    /// The borrowed name whose absolute path begins at a token, and how many tokens the path has.
    fn path_at(&self, tokens: &[TokenTree], at: usize) -> Option<(&Import, usize)> {
        let (mut path, mut found) = (String::new(), None);
        for step in tokens.get(at..)?.chunks_exact(3) {
            let [TokenTree::Punct(first), TokenTree::Punct(second), TokenTree::Ident(segment)] = step else {
                break;
            };
            if first.as_char() != ':' || second.as_char() != ':' {
                break;
            }
            if !path.is_empty() {
                path.push_str("::");
            }
            path.push_str(&segment.to_string());
            let length = 3 * path.split("::").count();
            if let Some(import) = self.all().find(|import| import.path == path && !import.taken) {
                found = Some((import, length));
            }
        }
        found
    }
}

fn relative(path: &str) -> TokenStream {
    let segments = path.split("::").map(|segment| Ident::new(segment, Span::call_site()));
    quote!(#(#segments)::*)
}
