//! The steps from each release to the next, and the steps that are refused, as changes of the schema's text.

/// Texts of a schema and what they become.
pub(crate) type Edits = &'static [(&'static str, &'static str)];

/// A schema with these changes, each of which has one place.
#[track_caller]
pub(crate) fn edited(schema: &str, edits: Edits) -> String {
    let mut text = schema.to_owned();
    for (old, new) in edits {
        assert_eq!(text.matches(old).count(), 1, "`{old}` in:\n{text}");
        text = text.replacen(old, new, 1);
    }
    text
}

/// The steps to the second release and those after it.
pub(crate) const STEPS: &[(&str, Edits)] = &[
    (
        "a field and an event are added",
        &[
            (
                "cents: i32, payer: string }\n        apply",
                "cents: i32, payer: string, note: string? }\n        apply",
            ),
            ("      Viewed:", "      Closed: {}\n      Viewed:"),
            ("      View:", "      Close: { emit: Closed }\n      View:"),
        ],
    ),
    (
        "an event and its field are renamed",
        &[
            (
                "      Deposit:
        fields: { cents: i32, payer: string, note: string? }
        apply: { cents: { add: i64::from(event.cents) }, references: { push: event.payer } }
",
                "      MoneyDeposited:
        version: 2
        fields: { cents: i32, reference: string, note: string? }
        apply: { cents: { add: i64::from(event.cents) }, references: { push: event.reference } }
        history:
          1:
            name: Deposit
            fields: { cents: i32, payer: string, note: string? }
            upcast: { reference: event.payer }
",
            ),
            ("payer: string }, emit: Deposit", "reference: string }, emit: MoneyDeposited"),
            ("      Deposit: {", "      MoneyDeposited: {"),
        ],
    ),
    (
        "a field is split",
        &[
            (
                "        fields: { cents: i64, channel: Channel }
        apply: { charged: { add: event.cents }, channel: event.channel }
",
                "        version: 2
        fields: { units: i64, rest: i64, channel: Channel }
        apply: { charged: { add: event.units * 100 + event.rest }, channel: event.channel }
        history:
          1:
            fields: { cents: i64, channel: Channel }
            upcast: { units: event.cents / 100, rest: event.cents % 100 }
",
            ),
            (
                "fields: { cents: i64, channel: Channel }, emit",
                "fields: { units: i64, rest: i64, channel: Channel }, emit",
            ),
        ],
    ),
    (
        "a type is widened",
        &[
            (
                "        version: 2
        fields: { cents: i32, reference: string, note: string? }
        apply: { cents: { add: i64::from(event.cents) },",
                "        version: 3
        fields: { cents: i64, reference: string, note: string? }
        apply: { cents: { add: event.cents },",
            ),
            (
                "            upcast: { reference: event.payer }\n",
                "            upcast: { reference: event.payer }
          2:
            fields: { cents: i32, reference: string, note: string? }
",
            ),
            ("Pay: { fields: { cents: i32", "Pay: { fields: { cents: i64"),
            (
                "MoneyDeposited: { set: { cents: { add: i64::from(event.cents) } } }",
                "MoneyDeposited: { set: { cents: { add: event.cents } } }",
            ),
        ],
    ),
    (
        "a nested struct is changed",
        &[
            (
                "  Holder: { fields: { name: string, email: string? } }\n",
                "  Holder: { fields: { full_name: string, email: string? } }
  HolderV1: { fields: { name: string, email: string? } }
",
            ),
            (
                "        fields: { holder: Holder, branch: Point? }
        apply: { holder: event.holder.name, email: event.holder.email }
",
                "        version: 2
        fields: { holder: Holder, branch: Point? }
        apply: { holder: event.holder.full_name, email: event.holder.email }
        history:
          1:
            fields: { holder: HolderV1, branch: Point? }
            upcast: { holder: { full_name: event.holder.name, email: event.holder.email } }
",
            ),
        ],
    ),
    (
        "an event is split in two",
        &[
            (
                "        apply: { cents: { subtract: event.cents }, sent_to: { push: event.to } }\n",
                "        retired: { MoneyWithdrawn: { cents: event.cents }, MoneySent: { to: event.to } }
      MoneyWithdrawn:
        fields: { cents: i64 }
        apply: { cents: { subtract: event.cents } }
      MoneySent:
        fields: { to: string }
        apply: { sent_to: { push: event.to } }
",
            ),
            ("emit: Moved", "emit: [MoneyWithdrawn, MoneySent]"),
            ("      Moved: { set", "      MoneyWithdrawn: { set"),
        ],
    ),
    ("a variant is added", &[("[Branch, Online]", "[Branch, Online, Phone]")]),
    (
        "two fields are merged",
        &[
            ("charged: { type: i64,", "charged: { type: i128,"),
            (
                "        version: 2
        fields: { units: i64, rest: i64, channel: Channel }
        apply: { charged: { add: event.units * 100 + event.rest }, channel",
                "        version: 3
        fields: { cents: i128, channel: Channel }
        apply: { charged: { add: event.cents }, channel",
            ),
            (
                "            upcast: { units: event.cents / 100, rest: event.cents % 100 }\n",
                "            upcast: { units: event.cents / 100, rest: event.cents % 100 }
          2:
            fields: { units: i64, rest: i64, channel: Channel }
            upcast: { cents: \"i128::from(event.units) * 100 + i128::from(event.rest)\" }
",
            ),
            (
                "fields: { units: i64, rest: i64, channel: Channel }, emit",
                "fields: { cents: i128, channel: Channel }, emit",
            ),
        ],
    ),
    (
        "an event is retired and two swap their names",
        &[
            (
                "{ times: { type: u32, default: 1 } } }\n",
                "{ times: { type: u32, default: 1 } }, retired: drop }\n",
            ),
            ("      View: { emit: Viewed }\n", ""),
            (
                "      Frozen:
        fields: { by: string }
        apply: { frozen_by: event.by }
      Blocked:
        fields: { reason: string }
        apply: { blocked_for: event.reason }
",
                "      Blocked:
        version: 2
        fields: { by: string }
        apply: { frozen_by: event.by }
        history: { 1: { name: Frozen, fields: { by: string } } }
      Frozen:
        version: 2
        fields: { reason: string }
        apply: { blocked_for: event.reason }
        history: { 1: { name: Blocked, fields: { reason: string } } }
",
            ),
            ("emit: Frozen", "emit: Blocked"),
            (
                "Block: { fields: { reason: string }, emit: Blocked",
                "Block: { fields: { reason: string }, emit: Frozen",
            ),
        ],
    ),
];

/// Steps that contradict what was released: the rule's code, the release after which it is tried, and the change.
pub(crate) const FORBIDDEN: &[(&str, &str, Edits)] = &[
    ("E1001", "first", &[("  Account:\n", "  BankAccount:\n")]),
    (
        "E1002",
        "a type is widened",
        &[
            ("      Viewed: { fields: { times: { type: u32, default: 1 } } }\n", ""),
            ("      View: { emit: Viewed }\n", ""),
        ],
    ),
    (
        "E1003",
        "two fields are merged",
        &[
            (
                "        version: 3\n        fields: { cents: i128, channel: Channel }\n",
                "        version: 2\n        fields: { cents: i128, channel: Channel }\n",
            ),
            (
                "          2:\n            fields: { units: i64, rest: i64, channel: Channel }\n            upcast: { cents: \"i128::from(event.units) * 100 + i128::from(event.rest)\" }\n",
                "",
            ),
            ("            upcast: { units: event.cents / 100, rest: event.cents % 100 }\n", ""),
        ],
    ),
    ("E1004", "a type is widened", &[("            name: Deposit\n", "            name: Paid\n")]),
    (
        "E1005",
        "a type is widened",
        &[
            ("            name: Deposit\n", ""),
            (
                "      Charged:\n",
                "      Deposit: { fields: { cents: i32, payer: string, note: string? }, retired: drop }\n      Charged:\n",
            ),
        ],
    ),
    (
        "E1006",
        "an event is retired and two swap their names",
        &[(
            "{ times: { type: u32, default: 1 } }, retired: drop }",
            "{ times: { type: u32, default: 1 } } }",
        )],
    ),
    (
        "E1011",
        "a field is split",
        &[
            ("fields: { cents: i64, to: string }\n", "fields: { cents: i64 }\n"),
            ("}, sent_to: { push: event.to } }\n", "} }\n"),
        ],
    ),
    (
        "E1012",
        "first",
        &[
            ("cents: i32, payer: string }\n", "cents: i32, payer: string, note: string }\n"),
            ("cents: i32, payer: string }, emit", "cents: i32, payer: string, note: string }, emit"),
        ],
    ),
    (
        "E1013",
        "first",
        &[
            ("fields: { by: string }\n        apply: { frozen_by: event.by }", "fields: { by: bool }"),
            ("{ by: string }, emit", "{ by: bool }, emit"),
        ],
    ),
    ("E1014", "first", &[("times: { type: u32,", "times: { type: u16,")]),
    ("E1015", "first", &[("times: { type: u32,", "times: { type: u64,")]),
    (
        "E1016",
        "a nested struct is changed",
        &[(
            "HolderV1: { fields: { name: string, email: string? } }",
            "HolderV1: { fields: { name: string, email: string } }",
        )],
    ),
    (
        "E1017",
        "first",
        &[("fields: { by: string }\n        apply", "fields: { by: string? }\n        apply")],
    ),
    (
        "E1018",
        "first",
        &[
            ("times: { type: u32, default: 1 }", "times: u32"),
            ("View: { emit", "View: { fields: { times: u32 }, emit"),
        ],
    ),
    ("E1021", "a variant is added", &[("[Branch, Online, Phone]", "[Branch, Phone]")]),
    ("E1022", "first", &[("enum: [Branch, Online] }", "enum: { Branch: { city: string }, Online: {} } }")]),
    ("E1023", "first", &[("crate::geo::Point", "crate::geo::Place")]),
    (
        "E1025",
        "an event is split in two",
        &[("name, email: event.holder.email } }", "name } }"), (", MoneySent: { to: event.to } }", " }")],
    ),
    (
        "E1024",
        "a type is widened",
        &[(
            "          2:\n            fields: { cents: i32, reference: string, note: string? }\n",
            "          2:\n            fields: { cents: i32, reference: string, note: string?, memo: string? }\n",
        )],
    ),
];
