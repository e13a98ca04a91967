//! The types of the made-up schema as somebody writes them who has serde alone: declarations with derives, no behaviour.

use crate::made_up::EVENTS;

/// What stands before the types; `@` is the derives.
const HEAD: &str = "
use std::collections::BTreeMap;
use cqrs_core::jiff::Timestamp;
use cqrs_core::rust_decimal::Decimal;
use cqrs_core::uuid::Uuid;
use serde::{Deserialize, Serialize};

@ pub struct Money(pub Decimal);
@ pub enum Currency { EUR, USD, GBP }
@ pub struct Holder { pub name: String, pub email: Option<String> }
";

/// The types of one aggregate with its projection and query; `#` is its number.
const AGGREGATE: &str = "
@ pub struct Account# {
    pub holder: Option<Holder>, pub balance: Money, pub open: bool, pub items: BTreeMap<String, u32>,
}
@ pub struct Account#Opened { pub holder: Holder, pub currency: Currency }
@ pub struct Account#Closed {}
@ pub enum Account#Error { NotOpen, InsufficientFunds { balance: Money, amount: Money } }
@ pub struct Open# { pub account_id: Uuid, pub holder: Holder, pub currency: Currency }
@ pub struct Change# { pub account_id: Uuid, pub amount: Money, pub reference: String, pub quantity: u32 }
@ pub struct Close# { pub account_id: Uuid }
@ pub struct Account#Summary {
    pub holder: String, pub balance: Money, pub movements: u64, pub updated_at: Timestamp,
}
@ pub struct Accounts#Of { pub holder: String }
";

/// One of the events that are alike.
const CHANGED: &str = "@ pub struct {event} { pub amount: Money, pub reference: String, pub quantity: u32, pub at: Timestamp }\n";

/// Every type of the schema of so many aggregates, laid out as rustfmt does it.
pub(crate) fn types(aggregates: usize) -> String {
    let mut text = String::from(HEAD);
    for index in 0..aggregates {
        text.push_str(&AGGREGATE.replace('#', &index.to_string()));
        let changed: Vec<String> = (0..EVENTS - 2).map(|it| format!("Account{index}Changed{it}")).collect();
        let opened_and_closed = ["Opened", "Closed"].map(|it| format!("Account{index}{it}"));
        text.extend(changed.iter().map(|event| CHANGED.replace("{event}", event)));
        let variants: String =
            opened_and_closed.iter().chain(&changed).map(|event| format!("{event}({event}),")).collect();
        text.push_str(&format!("@ pub enum Account{index}Event {{ {variants} }}\n"));
    }
    let text = text.replace('@', "#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]");
    prettyplease::unparse(&syn::parse_file(&text).expect("the types by hand are Rust"))
}

/// The types with what the least of programs does with them: each struct is written as JSON and read again.
pub(crate) fn with_json(types: &str) -> String {
    let names = types.lines().filter_map(|line| line.strip_prefix("pub struct "));
    let functions = names.map(|rest| {
        let name: String = rest.chars().take_while(|it| it.is_alphanumeric()).collect();
        format!(
            "impl {name} {{
    pub fn to_json(&self) -> serde_json::Result<Vec<u8>> {{
        serde_json::to_vec(self)
    }}
    pub fn from_json(json: &[u8]) -> serde_json::Result<Self> {{
        serde_json::from_slice(json)
    }}
}}
"
        )
    });
    let functions: String = functions.collect();
    format!("use cqrs_core::serde_json;\n{types}{functions}")
}
