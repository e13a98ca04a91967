//! The way out of a misspelt name: the nearest right one, or all of them when none is near.

/// The end of a message about `wrong`: a question for the nearest of `known`, or the list of them.
pub(crate) fn among<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<_> = known.into_iter().collect();
    if let Some(nearest) = nearest(wrong, &known) {
        return format!("; did you mean `{nearest}`?");
    }
    match known.as_slice() {
        [] => String::new(),
        [only] => format!("; there is only `{only}`"),
        [first @ .., last] => {
            let first: Vec<_> = first.iter().map(|name| format!("`{name}`")).collect();
            format!("; there are {} and `{last}`", first.join(", "))
        }
    }
}

/// The name that `wrong` was meant to be, where one is near enough.
pub(crate) fn nearest<'a>(wrong: &str, known: &[&'a str]) -> Option<&'a str> {
    let distance = |name: &&str| strsim::damerau_levenshtein(wrong, name);
    let near = |name: &&str| distance(name) <= name.len().max(wrong.len()).div_ceil(3);
    known.iter().copied().filter(near).min_by_key(distance)
}

#[cfg(test)]
mod tests {
    use super::among;

    #[test]
    fn a_misspelt_name_is_answered_with_the_nearest() {
        assert_eq!(among("verison", ["name", "version"]), "; did you mean `version`?");
    }

    #[test]
    fn a_name_near_to_none_is_answered_with_all() {
        assert_eq!(among("colour", ["name", "version"]), "; there are `name` and `version`");
    }
}
