//! `cqrs evolve`: the edit that gives a released event a new version.

use super::Folder;

/// A domain of one event, which is written like this below `events:`.
fn schema(event: &str) -> String {
    format!("cqrs: 1\ndomain: door\naggregates:\n  Door:\n    events:\n{event}    errors: {{}}\n")
}

/// A folder in which `released` was locked, and `today` stands.
fn folder(released: &str, today: &str) -> Folder {
    let folder = Folder::with(&[("door.yaml", released)]);
    folder.run(&["lock"]).exits_with(0);
    folder.write("door.yaml", today);
    folder
}

/// What the schema becomes.
#[track_caller]
fn evolved(released: &str, today: &str, arguments: &[&str]) -> String {
    let folder = folder(released, today);
    folder.run(&[&["evolve", "Opened"], arguments].concat()).exits_with(0);
    folder.read("door.yaml")
}

/// Why it does not.
#[track_caller]
fn refused(released: &str, today: &str, arguments: &[&str]) -> String {
    let folder = folder(released, today);
    let run = folder.run(&[&["evolve", "Opened"], arguments].concat()).exits_with(2);
    assert_eq!(folder.read("door.yaml"), today);
    run.err()
}

const OPENED: &str = "      Opened:\n        fields: { by: string, at: u32 }\n";

#[test]
fn an_event_that_has_not_changed_yet_keeps_its_fields() {
    let released = schema(OPENED);
    let wanted = schema(
        "      Opened:
        version: 2
        fields: { by: string, at: u32 }
        history:
          1:
            fields: { by: string, at: u32 }
",
    );
    let folder = folder(&released, &released);
    let run = folder.run(&["evolve", "Opened"]).exits_with(0);
    assert_eq!(folder.read("door.yaml"), wanted);
    assert!(run.err().contains("change them, and run the same command again"), "{}", run.err());
    assert!(run.out().contains("+        version: 2\n"), "{}", run.out());
}

#[test]
fn the_released_shape_comes_from_the_lock_where_the_fields_have_changed() {
    let today = schema(
        "      Opened:   # by whom
        doc: It was opened.   # a sentence
        # why these
        fields:
          by: string   # a name
          at: u64
          door: string
          note: string?
        apply: {}      # nothing
      Closed: {}
",
    );
    let wanted = schema(
        "      Opened:   # by whom
        doc: It was opened.   # a sentence
        version: 2
        # why these
        fields:
          by: string   # a name
          at: u64
          door: string
          note: string?
        apply: {}      # nothing
        history:
          1:
            fields: { by: string, at: u32 }
            upcast: { door: TODO }
      Closed: {}
",
    );
    assert_eq!(evolved(&schema(OPENED), &today, &[]), wanted);
}

#[test]
fn the_blank_is_refused_until_it_is_filled() {
    let folder =
        folder(&schema(OPENED), &schema("      Opened: { fields: { by: string, at: u32, door: u8 } }\n"));
    let run = folder.run(&["evolve", "Opened"]).exits_with(0);
    assert!(run.err().contains("1 blank to fill in `upcast`: say what `door` is"), "{}", run.err());
    let run = folder.run(&["check"]).exits_with(1);
    assert!(run.err().contains("error[E0608]: nobody has said yet what `door` is"), "{}", run.err());
    assert!(run.err().contains("`door: { value: … }`"), "{}", run.err());
    folder.write("door.yaml", &folder.read("door.yaml").replace("TODO", "{ value: 7 }"));
    folder.run(&["check"]).exits_with(0);
    folder.run(&["lock"]).exits_with(0);
}

#[test]
fn what_is_said_on_the_command_line_fills_the_step() {
    let today = schema("      Opened:\n        fields: { who: string, at: u32, door: string, floor: u8? }\n");
    let wanted = "        version: 2
        fields: { who: string, at: u32, door: string, floor: u8? }
        history:
          1:
            fields: { by: string, at: u32 }
            upcast: { who: event.by, door: { value: \"main, north\" } }
";
    let arguments = ["--rename", "by=who", "--default", "door=main, north"];
    let text = evolved(&schema(OPENED), &today, &arguments);
    assert_eq!(text, schema(&format!("      Opened:\n{wanted}")));
    // A field that still has its older name is given the new one.
    let before = schema("      Opened:\n        fields: { by: string, at: u32, door: string, floor: u8? }\n");
    assert_eq!(evolved(&schema(OPENED), &before, &arguments), text);
}

#[test]
fn what_is_written_passes_the_check_and_can_be_locked() {
    let today = schema("      Opened:\n        fields: { who: string?, at: i64?, door: string }\n");
    let folder = folder(&schema(OPENED), &today);
    folder.run(&["fmt", "door.yaml"]).exits_with(0);
    folder.run(&["evolve", "Opened", "--rename", "by=who", "--default", "door=main"]).exits_with(0);
    folder.run(&["check", "--deny-warnings"]).exits_with(0);
    folder.run(&["fmt", "--check", "door.yaml"]).exits_with(0);
    folder.run(&["lock"]).exits_with(0);
    folder.run(&["lock", "--check"]).exits_with(0);
}

#[test]
fn the_step_is_completed_when_the_command_is_run_again() {
    let folder = folder(&schema(OPENED), &schema(OPENED));
    folder.run(&["evolve", "Opened"]).exits_with(0);
    let text = folder.read("door.yaml").replace(
        "version: 2\n        fields: { by: string, at: u32 }",
        "version: 2\n        fields: { by: string, door: string }",
    );
    folder.write("door.yaml", &text);
    folder.run(&["evolve", "Opened"]).exits_with(0);
    let once = folder.read("door.yaml");
    assert!(
        once.contains("            fields: { by: string, at: u32 }\n            upcast: { door: TODO }\n"),
        "{once}"
    );
    let run = folder.run(&["evolve", "Opened"]).exits_with(0);
    assert_eq!(folder.read("door.yaml"), once);
    assert!(run.err().contains("at version 2 already"), "{}", run.err());
}

#[test]
fn a_version_that_was_raised_by_hand_gets_its_history() {
    let today = schema("      Opened: { version: 2, fields: { by: string } }\n");
    let wanted = schema(
        "      Opened: { version: 2, fields: { by: string }, history: { 1: { fields: { by: string, at: u32 } } } }\n",
    );
    assert_eq!(evolved(&schema(OPENED), &today, &[]), wanted);
}

#[test]
fn an_event_in_brackets_stays_in_brackets() {
    let released = schema("      Opened: { fields: { tags: \"map<string, u8>\" } } # short\n");
    let today = schema("      Opened: { fields: { tags: \"map<string, u8>\", by: string } } # short\n");
    let wanted = schema(
        "      Opened: { version: 2, fields: { tags: \"map<string, u8>\", by: string }, history: { 1: { fields: { tags: \"map<string, u8>\" }, upcast: { by: TODO } } } } # short\n",
    );
    assert_eq!(evolved(&released, &today, &[]), wanted);
}

#[test]
fn an_event_without_fields_has_a_past_without_fields() {
    for (before, after) in [
        ("      Opened: {}\n", "      Opened: { version: 2, history: { 1: {} } }\n"),
        ("      Opened:\n", "      Opened: { version: 2, history: { 1: {} } }\n"),
        ("      Opened: # why\n", "      Opened: { version: 2, history: { 1: {} } } # why\n"),
        ("      Opened: ~\n", "      Opened: { version: 2, history: { 1: {} } }\n"),
        ("      \"Opened\" : {}\n", "      \"Opened\" : { version: 2, history: { 1: {} } }\n"),
    ] {
        assert_eq!(evolved(&schema(before), &schema(before), &[]), schema(after));
    }
}

#[test]
fn a_history_grows_in_the_style_in_which_it_is_written() {
    let flow = "      Opened: { version: 2, history: { 1: {} } }\n";
    let wanted = "      Opened: { version: 3, history: { 1: {}, 2: {} } }\n";
    assert_eq!(evolved(&schema(flow), &schema(flow), &[]), schema(wanted));
    let block =
        "      Opened:\n        history:   # the past\n            1: {}   # the first\n        version: 2\n";
    let wanted = "      Opened:\n        history:   # the past\n            1: {}   # the first\n            2: {}\n        version: 3\n";
    assert_eq!(evolved(&schema(block), &schema(block), &[]), schema(wanted));
}

#[test]
fn line_breaks_of_windows_and_letters_of_all_kinds_stay() {
    let windows = |text: &str| schema(text).replace('\n', "\r\n");
    let released = windows("      Opened: # geöffnet 🚪\n        fields: { by: string } # é\n");
    let today = windows("      Opened: # geöffnet 🚪\n        fields: { by: string, size: u8 } # é\n");
    let wanted = windows(
        "      Opened: # geöffnet 🚪\n        version: 2\n        fields: { by: string, size: u8 } # é\n        history:\n          1:\n            fields: { by: string }\n            upcast: { size: TODO }\n",
    );
    assert_eq!(evolved(&released, &today, &[]), wanted);
}

#[test]
fn a_file_may_end_without_a_line_break() {
    let start = "cqrs: 1\ndomain: door\naggregates:\n  Door:\n    events:\n      Opened:\n        fields: { by: string }";
    let wanted = format!(
        "{}\n        history:\n          1:\n            fields: {{ by: string }}",
        start.replace("Opened:\n", "Opened:\n        version: 2\n")
    );
    assert_eq!(evolved(start, start, &[]), wanted);
}

#[test]
fn a_nested_type_of_those_days_is_declared_under_another_name() {
    let types = |holder: &str| {
        let event = schema("      Opened:\n        fields: { holder: Holder, kinds: list<Kind> }\n");
        format!(
            "{event}types:\n  Kind: {{ enum: [Main, Side] }}\n  Holder: {{ fields: {{ {holder} }} }} # who\n"
        )
    };
    let text = evolved(&types("name: string, kind: Kind?"), &types("first: string, last: string"), &[]);
    let declared = "  Holder: { fields: { first: string, last: string } } # who\n  HolderV1: { fields: { kind: Kind?, name: string } }\n";
    assert!(text.ends_with(declared), "{text}");
    assert!(text.contains("            fields: { holder: HolderV1, kinds: list<Kind> }\n            upcast: { holder: TODO }\n"), "{text}");
}

#[test]
fn a_renamed_event_keeps_its_older_names() {
    let released = "      Opened:\n        version: 2\n        fields: { by: string }\n        history:\n          1: {upcast: { by: { value: x } }}\n";
    let today = released.replace("Opened:", "Begun:");
    let folder = folder(&schema(released), &schema(&today));
    folder.run(&["evolve", "Begun"]).exits_with(2);
    folder.run(&["evolve", "Begun", "--was", "Opened"]).exits_with(0);
    let wanted = "      Begun:
        version: 3
        fields: { by: string }
        history:
          1: { name: Opened,upcast: { by: { value: x } }}
          2:
            name: Opened
            fields: { by: string }
";
    assert_eq!(folder.read("door.yaml"), schema(wanted));
    folder.run(&["check"]).exits_with(0);
}

#[test]
fn defaults_and_personal_fields_stay_what_they_are() {
    let event = "      Opened:\n        fields:\n          by: { type: string, doc: who, personal: true }\n          at: { type: u8, default: 7 }\n";
    let text = evolved(&schema(event), &schema(event), &[]);
    assert!(
        text.contains(
            "            fields: { by: { type: string, personal: true }, at: { type: u8, default: 7 } }\n"
        ),
        "{text}"
    );
    let without = event.replace(", default: 7", "");
    assert!(refused(&schema(event), &schema(&without), &[]).contains("`--default at=…`"));
    let text = evolved(&schema(event), &schema(&without), &["--default", "at=9"]);
    assert!(text.contains("at: { type: u8, default: 9 } }\n"), "{text}");
}

#[test]
fn a_dry_run_shows_the_diff_and_writes_nothing() {
    let folder = folder(&schema(OPENED), &schema(OPENED));
    let run = folder.run(&["evolve", "Opened", "--dry-run"]).exits_with(0);
    assert!(run.out().contains("+        version: 2\n"), "{}", run.out());
    assert!(run.err().contains("nothing was written"), "{}", run.err());
    assert_eq!(folder.read("door.yaml"), schema(OPENED));
    let run = folder.run(&["evolve", "Door.Opened", "--format", "json"]).exits_with(0);
    let json: serde_json::Value = serde_json::from_str(&run.out()).unwrap();
    assert_eq!((&json["version"], &json["written"]), (&2.into(), &true.into()));
    assert!(json["diff"].as_str().unwrap().contains("+        version: 2\n"));
}

#[test]
fn what_makes_no_sense_is_refused_and_nothing_is_written() {
    let released = schema(OPENED);
    let refused = |today: &str, arguments: &[&str]| refused(&released, today, arguments);
    assert!(refused(&released, &["--rename", "no=who"]).contains("neither a field `who` nor a field `no`"));
    assert!(
        refused(&released, &["--default", "door=1"]).contains("no field `door`: add it to `fields` first")
    );
    assert!(refused(&released, &["--default", "at=1"]).contains("would throw away what records say"));
    assert!(refused(&released, &["--default", "at"]).contains("write a name"));
    let later = schema("      Opened: { version: 3, fields: { by: string } }\n");
    assert!(refused(&later, &[]).contains("the last that was released is 1: it is at most 2"));
    let wrong = schema(
        "      Opened: { version: 2, fields: { by: string }, history: { 1: { fields: { by: u8 } } } }\n",
    );
    assert!(refused(&wrong, &[]).contains("is not what was released"));
}

#[test]
fn a_default_of_another_type_is_told_at_its_place() {
    let folder =
        folder(&schema(OPENED), &schema("      Opened: { fields: { by: string, at: u32, n: u8 } }\n"));
    let before = folder.read("door.yaml");
    let run = folder.run(&["evolve", "Opened", "--default", "n=many"]).exits_with(1);
    assert!(run.err().contains("many"), "{}", run.err());
    assert_eq!(folder.read("door.yaml"), before);
}

#[test]
fn a_retired_or_unknown_event_has_no_new_version() {
    let folder = folder(
        &schema("      Opened: { retired: drop }\n"),
        &schema("      Opened: { retired: drop }\n      Closed: {}\n"),
    );
    assert!(folder.run(&["evolve", "Opened"]).exits_with(2).err().contains("`Opened` is retired"));
    assert!(folder.run(&["evolve", "Closed"]).exits_with(2).err().contains("`Closed` was never released"));
    assert!(folder.run(&["evolve", "Openned"]).exits_with(2).err().contains("did you mean `Opened`?"));
    assert!(
        Folder::with(&[("door.yaml", &schema(OPENED))])
            .run(&["evolve", "Opened"])
            .exits_with(2)
            .err()
            .contains("`cqrs lock`")
    );
}

#[test]
fn errors_that_leave_the_fields_open_are_told_first() {
    let today = schema("      Opened: { fields: { by: Nobody } }\n");
    let folder = folder(&schema(OPENED), &today);
    let run = folder.run(&["evolve", "Opened"]).exits_with(1);
    assert!(run.err().contains("`Nobody`"), "{}", run.err());
    assert_eq!(folder.read("door.yaml"), today);
    folder.write("door.yaml", "cqrs: 1\ndomain: [");
    folder.run(&["evolve", "Opened", "door.yaml"]).exits_with(1);
    folder.run(&["evolve", "Opened", "none.yaml"]).exits_with(1);
}
