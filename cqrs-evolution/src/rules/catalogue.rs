//! The list of rules: a code, a sentence, and an explanation of each.
//!
//! A code never changes its meaning and is never given out twice: people search for it, and waivers name it.

use std::fmt;

use super::Severity;

/// One rule of change.
#[derive(PartialEq, Eq)]
pub struct Rule {
    /// `E1011`; the first letter says how grave a breach is: `E` an error, `W` a warning, `N` a note.
    pub id: &'static str,
    /// What is found, as a sentence: `a released field is gone`.
    pub title: &'static str,
    /// Why it matters, whom it hurts and what to do, in a few sentences of Markdown.
    pub why: &'static str,
}

impl fmt::Debug for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.id, self.title)
    }
}

impl Rule {
    /// How grave a breach is, which the code's first letter says.
    #[must_use]
    pub fn severity(&self) -> Severity {
        match self.id.as_bytes().first() {
            Some(b'E') => Severity::Error,
            Some(b'W') => Severity::Warning,
            _ => Severity::Note,
        }
    }

    /// The whole explanation as Markdown.
    #[must_use]
    pub fn explanation(&self) -> String {
        let Self { id, title, why } = self;
        format!("# {id}: {title}\n\n{why}\n")
    }
}

/// The rule of a code, in any case: `e1011`.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.id.eq_ignore_ascii_case(id))
}

macro_rules! rules {
    ($($name:ident = $id:literal, $title:literal: $why:literal;)*) => {
        $(
            #[doc = concat!($id, ": ", $title, ".")]
            pub static $name: Rule = Rule { id: $id, title: $title, why: $why };
        )*

        /// Every rule, in the order of the codes.
        pub static ALL: &[&Rule] = &[$(&$name),*];
    };
}

rules! {
    AGGREGATE_GONE = "E1001", "a released aggregate is gone":
        "Streams are stored under their aggregate's name. Without the aggregate, or under another name of it, none of its records is found. Put it back; where its events are no longer written, retire them.";
    EVENT_GONE = "E1002", "a released event is gone and not retired":
        "Records of a released event may be stored, and a build that does not know the event stops at the first of them. Keep the event as retired, with all its shapes, and say what its records are read as: nothing, or events of today.";
    VERSION_GONE = "E1003", "a released version is gone":
        "Records of every released version may be stored. Each is read by going from its version to the next until today's, so each version stays in the history, with its fields and the step to the next one.";
    STORED_NAME_CHANGED = "E1004", "a released version has another stored name":
        "A record says its event's name and version, and is found by both. So a new name begins with a new version: the versions before it stay in the history under the name that they were stored under.";
    VERSIONS_PARTED = "E1005", "the released versions of one event belong to several events":
        "What a stored record means is decided by the event whose history has its version. Versions that were released as one event are read as one event. To make two events of one, retire it and say which events its records are read as.";
    WRITTEN_AGAIN = "E1006", "a retired event is not retired any more":
        "Its records were read as nothing or as other events while it was retired, and would be applied a second time, or to what was made without them; a build of that time still reads new ones as before. An event that means something else now should have a name of its own.";
    FIELD_REMOVED = "E1011", "a released field is gone":
        "Stored records have the field, and what it says would be lost without a word; an older build that still runs cannot read records without it. Write a new version without the field. A field that only has another name is carried over in the step between both versions.";
    FIELD_REQUIRED = "E1012", "a required field was added to a released shape":
        "Records that are stored lack the field, so today's code cannot read them. Make the field optional, give it a default, or write a new version, whose step from the released one says what the field is for older records.";
    FIELD_RETYPED = "E1013", "a released field has another type":
        "What is stored is of the released type and cannot be read as the new one, or would be misread. Write a new version whose step converts the one into the other.";
    FIELD_NARROWED = "E1014", "a released field has a narrower type":
        "A stored value may lie outside the new type, and then its record cannot be read. Write a new version whose step says what becomes of such values.";
    FIELD_WIDENED = "E1015", "a released field has a wider type":
        "Today's code reads every stored value, but an older build that still runs, and whoever else reads the events, fails at a value that only the wider type has. A new version, whose step is written by itself, lets them tell such records apart.";
    FIELD_NO_LONGER_OPTIONAL = "E1016", "a released field is no longer optional":
        "A stored record may have null in the field, or lack it, and then it cannot be read. Write a new version whose step says what stands there instead.";
    FIELD_OPTIONAL = "E1017", "a released field has become optional":
        "Today's code reads every stored value, but an older build that still runs, and whoever else reads the events, fails at a null. A new version, whose step is written by itself, lets them tell such records apart.";
    DEFAULT_REMOVED = "E1018", "a released field has no default any more":
        "A field with a default may have been added after records were stored that lack it. Those cannot be read without the default. Keep it: it concerns reading alone.";
    VARIANT_REMOVED = "E1021", "a released variant is gone":
        "A stored record may have the variant, and then it cannot be read. Keep the variant, or write a new version with an enum that lacks it, whose step says what it becomes.";
    PAYLOAD_CHANGED = "E1022", "a released variant carries something else":
        "What a variant carries is part of the payload: a variant that is only a name is stored as a text, one with fields as an object. Add a variant of another name, or write a new version with an enum of its own.";
    EXTERN_CHANGED = "E1023", "a type whose stored form is unknown was exchanged":
        "Of a type written by hand nothing is known but its name, so whether both are stored alike is for you to say. Write a new version, or waive the change with the reason why both are stored alike.";
    HISTORY_EDITED = "E1024", "a field was added to a shape of the past":
        "A version in the history says what records of those days look like, and those do not change. The new field belongs into today's shape.";
    STEP_SHORTENED = "E1025", "a released step says less than it said":
        "The step from a version to the next says what becomes of older records, or as which events those of a retired one are read. What it no longer says is lost without a word: a field that may be absent is then absent, one of the same name is carried as it is. Say it again; what it says may change.";
    VARIANT_ADDED = "W1031", "a variant was added to a released enum":
        "Today's code reads every stored record. An older build that still runs cannot read a record with the new variant, and stops there. Deploy all readers before anything writes the variant, or give the event a new version, which older builds can tell apart.";
    NAME_REUSED = "W1032", "a stored name was given to another event":
        "Records are found by name and version, so both events can be told apart by this library. Whoever reads the log by names alone, as in SQL, mixes both.";
    NOT_PUBLISHED = "W1034", "an event is no longer published":
        "Its consumers hear nothing any more, and no error tells them. Tell them before.";
    EVENT_ADDED = "N1041", "an event is new":
        "Nothing stored is concerned. A build without it stops at such a record, or skips it where its policy says so. It is released once the lock has it.";
    VERSION_ADDED = "N1042", "a version is new":
        "Stored records are read through the step from the version before. A build without it stops at such a record, or skips it where its policy says so. It is released once the lock has it.";
    FIELD_ADDED = "N1043", "a field that may be absent is new":
        "Stored records are read without it, and older builds pass over it. From the moment that the lock has it, it stays.";
    DEFAULT_ADDED = "N1044", "a released field may be absent now":
        "Stored records are read as before. New ones still have the field.";
    EVENT_RETIRED = "N1045", "an event is retired":
        "It is no longer written. Its shapes stay, so that its records are read as what it was retired into.";
    EVENT_RENAMED = "N1046", "an event has another name":
        "Older versions keep the name that they were stored under. Code that names the event has to be changed.";
    PROJECTION_CHANGED = "W1051", "a read model has to be rebuilt":
        "Its columns or its folds are not the ones that made its rows. It is rebuilt from the log, which takes time and loses nothing.";
    PROJECTION_REMOVED = "W1052", "a read model is gone":
        "Its table stays until somebody drops it, and no longer follows the log.";
    PROJECTION_ADDED = "N1053", "a read model is new":
        "It is built from the log when it is first started.";
    ITEM_REMOVED = "W1061", "an item of the domain crate is gone":
        "Code that names it does not compile any more.";
    ITEM_CHANGED = "W1062", "an item of the domain crate is of another type":
        "Code that names it may not compile any more.";
    ITEM_ADDED = "N1063", "an item of the domain crate is new":
        "Code that matches on every variant, or writes out every field, has to name it.";
    WAIVER_EXPIRED = "E1071", "a waiver has expired":
        "A waiver lets a change through until a date, so that somebody decides again. Put the released shape back, write a new version, or give the waiver a later date and a reason that still holds. When it is certain that no record of the shape was ever stored, take it out of the lock in a commit of its own.";
    WAIVER_WITHOUT_REASON = "E1072", "a waiver has no reason":
        "A waiver is read in a review and long after. Say why the change hurts nobody.";
    WAIVER_UNUSED = "W1073", "a waiver waives nothing":
        "What it was written for is not there any more, or it names another place. Remove it, before it lets something else through.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_in_order() {
        let numbers: Vec<_> = ALL.iter().map(|rule| rule.id[1..].parse::<u32>().unwrap()).collect();
        assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
        assert!(ALL.iter().all(|rule| rule.id.len() == 5 && rule.id.starts_with(['E', 'W', 'N'])));
    }

    #[test]
    fn every_rule_explains_itself() {
        for rule in ALL {
            assert!(rule.why.split_whitespace().count() > 6, "{rule:?} says too little");
            assert!(!rule.title.ends_with('.'), "{rule:?} has a full stop");
            assert_eq!(find(&rule.id.to_lowercase()), Some(*rule));
        }
    }
}
