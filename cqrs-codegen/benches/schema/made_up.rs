//! A schema of any size: so many aggregates, each with ten events and three commands, and perhaps a projection and a query.

use std::fmt::Write as _;

/// How many events each aggregate has.
pub(crate) const EVENTS: usize = 10;

/// How many commands each aggregate has.
pub(crate) const COMMANDS: usize = 3;

/// A valid schema of so many aggregates; `is_read` gives each a projection and a query.
pub(crate) fn schema(aggregates: usize, is_read: bool) -> String {
    let mut text = String::from(
        "cqrs: 1\ndomain: made_up\ntypes:\n  Money: { type: decimal, check: value >= 0 }\n  Currency: { enum: [EUR, USD, GBP] }\n  \
         Holder: { fields: { name: string, email: string? } }\naggregates:\n",
    );
    for index in 0..aggregates {
        aggregate(&mut text, index);
    }
    if !is_read {
        return text;
    }
    text.push_str("projections:\n");
    for index in 0..aggregates {
        projection(&mut text, index);
    }
    text.push_str("queries:\n");
    for index in 0..aggregates {
        let query = format!(
            "  Accounts{index}Of: {{ from: Account{index}Summary, where: {{ holder: equals }}, order_by: [balance desc] }}\n"
        );
        text.push_str(&query);
    }
    text
}

fn aggregate(text: &mut String, index: usize) {
    let written = write!(
        text,
        "  Account{index}:
    doc: One customer's account.
    state:
      holder: Holder?
      balance: {{ type: Money, default: 0 }}
      open: {{ type: bool, default: false }}
      items: \"map<string, u32>\"
    events:
      Account{index}Opened:
        fields: {{ holder: Holder, currency: Currency }}
        apply: {{ holder: event.holder, open: true }}
      Account{index}Closed:
        apply: {{ open: false }}
"
    );
    written.expect("a text takes whatever is written to it");
    for event in 0..EVENTS - 2 {
        let written = write!(
            text,
            "      Account{index}Changed{event}:
        fields: {{ amount: Money, reference: string, quantity: u32, at: timestamp }}
        apply:
          balance: state.balance + event.amount
          items[event.reference]: {{ add: event.quantity }}
"
        );
        written.expect("a text takes whatever is written to it");
    }
    let written = write!(
        text,
        "    errors:
      NotOpen: the account is not open
      InsufficientFunds:
        fields: {{ balance: Money, amount: Money }}
        message: the balance is {{balance}}, less than {{amount}}
    commands:
      Open{index}:
        creates: true
        fields: {{ holder: Holder, currency: Currency }}
        emit: Account{index}Opened
      Change{index}:
        fields: {{ amount: Money, reference: string, quantity: {{ type: u32, check: value > 0 }} }}
        require:
          - {{ that: state.open, else: NotOpen }}
          - that: state.balance >= command.amount
            else: {{ InsufficientFunds: {{ balance: state.balance, amount: command.amount }} }}
        emit:
"
    );
    written.expect("a text takes whatever is written to it");
    for event in 0..EVENTS - 2 {
        let written = writeln!(
            text,
            "          - {{ Account{index}Changed{event}: {{ at: context.now }}, if: command.quantity > {event} }}"
        );
        written.expect("a text takes whatever is written to it");
    }
    let written = write!(
        text,
        "      Close{index}:
        require: [{{ that: state.open, else: NotOpen }}]
        emit: Account{index}Closed
"
    );
    written.expect("a text takes whatever is written to it");
}

fn projection(text: &mut String, index: usize) {
    let written = write!(
        text,
        "  Account{index}Summary:
    fields:
      holder: string
      balance: {{ type: Money, default: 0 }}
      movements: {{ type: u64, default: 0 }}
      updated_at: timestamp
    index: [holder]
    on:
      Account{index}Opened: {{ set: {{ holder: event.holder.name, updated_at: meta.recorded_at }} }}
      Account{index}Changed0: {{ set: {{ balance: row.balance + event.amount, movements: row.movements + 1 }} }}
      Account{index}Closed: delete
"
    );
    written.expect("a text takes whatever is written to it");
}
