//! Serde's `rename_all`: the stored name of a field or a variant under each of its rules.
//!
//! The rules are serde's own, down to their treatment of odd names, because the shape must say what serde stores.

/// One of serde's rules, by its name.
#[derive(Clone, Copy)]
pub(super) enum Case {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

impl Case {
    /// The rule of this name; serde itself reports a name that is none.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "lowercase" => Self::Lower,
            "UPPERCASE" => Self::Upper,
            "PascalCase" => Self::Pascal,
            "camelCase" => Self::Camel,
            "snake_case" => Self::Snake,
            "SCREAMING_SNAKE_CASE" => Self::ScreamingSnake,
            "kebab-case" => Self::Kebab,
            "SCREAMING-KEBAB-CASE" => Self::ScreamingKebab,
            _ => return None,
        })
    }

    /// The stored name of a field, which is snake case in Rust.
    pub(super) fn field(self, name: &str) -> String {
        match self {
            Self::Lower | Self::Snake => name.to_owned(),
            Self::Upper | Self::ScreamingSnake => name.to_ascii_uppercase(),
            Self::Pascal => name.split('_').map(|word| first(word, |c| c.to_ascii_uppercase())).collect(),
            Self::Camel => first(&Self::Pascal.field(name), |c| c.to_ascii_lowercase()),
            Self::Kebab => name.replace('_', "-"),
            Self::ScreamingKebab => name.to_ascii_uppercase().replace('_', "-"),
        }
    }

    /// The stored name of a variant, which is Pascal case in Rust.
    pub(super) fn variant(self, name: &str) -> String {
        match self {
            Self::Pascal => name.to_owned(),
            Self::Lower => name.to_ascii_lowercase(),
            Self::Upper => name.to_ascii_uppercase(),
            Self::Camel => first(name, |c| c.to_ascii_lowercase()),
            Self::Snake => {
                let mut snake = String::new();
                for (index, letter) in name.char_indices() {
                    if index > 0 && letter.is_uppercase() {
                        snake.push('_');
                    }
                    snake.push(letter.to_ascii_lowercase());
                }
                snake
            }
            Self::ScreamingSnake => Self::Snake.variant(name).to_ascii_uppercase(),
            Self::Kebab => Self::Snake.variant(name).replace('_', "-"),
            Self::ScreamingKebab => Self::ScreamingSnake.variant(name).replace('_', "-"),
        }
    }
}

fn first(word: &str, change: impl Fn(char) -> char) -> String {
    let mut letters = word.chars();
    letters.next().map(change).into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::Case;

    #[test]
    fn each_rule_renames_as_serde_does() {
        let all = [
            ("lowercase", "opened_at", "inreview"),
            ("UPPERCASE", "OPENED_AT", "INREVIEW"),
            ("PascalCase", "OpenedAt", "InReview"),
            ("camelCase", "openedAt", "inReview"),
            ("snake_case", "opened_at", "in_review"),
            ("SCREAMING_SNAKE_CASE", "OPENED_AT", "IN_REVIEW"),
            ("kebab-case", "opened-at", "in-review"),
            ("SCREAMING-KEBAB-CASE", "OPENED-AT", "IN-REVIEW"),
        ];
        for (rule, field, variant) in all {
            let case = Case::named(rule).unwrap();
            assert_eq!((case.field("opened_at"), case.variant("InReview")), (field.into(), variant.into()));
        }
    }
}
