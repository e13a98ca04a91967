//! The order of keys: words of the language as the reference lists them, names of the writer's as they stand.

use crate::vocabulary::Form;
use crate::yaml::Entry;

/// The entries of a mapping in canonical order, each with the form that its value has.
///
/// A word that the reference does not know comes last, so that a half-written schema can be formatted too.
pub(super) fn entries<'n>(
    entries: &'n [Entry],
    form: Option<&'static Form>,
) -> Vec<(&'n Entry, Option<&'static Form>)> {
    match form.and_then(mapping_form) {
        Some(Form::Keys(construct)) => {
            let mut ordered: Vec<_> = entries
                .iter()
                .map(|entry| (entry, construct.key(entry.key.text()).map(|key| &key.takes)))
                .collect();
            ordered.sort_by_key(|(entry, _)| construct.rank(entry.key.text()).unwrap_or(usize::MAX));
            ordered
        }
        Some(Form::Names { each, beside }) => entries
            .iter()
            .map(|entry| {
                let word = beside.iter().find(|key| key.word == entry.key.text());
                (entry, Some(word.map_or(*each, |key| &key.takes)))
            })
            .collect(),
        _ => entries.iter().map(|entry| (entry, None)).collect(),
    }
}

/// The form of the items of a list.
pub(super) fn item_form(form: Option<&'static Form>) -> Option<&'static Form> {
    match form? {
        Form::List(item) => Some(item),
        Form::Either(forms) => forms.iter().find_map(|form| item_form(Some(form))),
        Form::Shared(shared) => item_form(Some(&shared.form)),
        _ => None,
    }
}

/// The one of several forms that is a mapping.
fn mapping_form(form: &'static Form) -> Option<&'static Form> {
    match form {
        Form::Keys(_) | Form::Names { .. } => Some(form),
        Form::Either(forms) => forms.iter().find_map(mapping_form),
        Form::Shared(shared) => mapping_form(&shared.form),
        _ => None,
    }
}
