//! What expressions read as in Rust.

use super::{fold, guard, value};

#[test]
fn owners_are_locals_and_the_state_is_self() {
    assert_eq!(guard("state.open"), "self.open");
    assert_eq!(guard("command.flag"), "command.flag");
    assert_eq!(guard("context.now < command.until"), "context.now < command.until");
    assert_eq!(guard("state.balance >= command.amount"), "self.balance >= command.amount");
    assert_eq!(guard("state.owner.name == command.name"), "self.owner.name == command.name");
    assert_eq!(
        guard(r##"state.holder.is_some_and(|it| it.r#type == "x")"##),
        r##"self.holder.as_ref().is_some_and(|it| it.r#type == "x")"##
    );
    assert_eq!(
        guard(r#"crate::rules::is_valid(command.name, &state.skus, 3, -1, "x")"#),
        r#"crate::rules::is_valid(command.name.clone(), &self.skus, 3, -1, "x")"#
    );
    assert_eq!(
        guard("command.point.distance(state.point) < 3.5"),
        "command.point.distance(self.point.clone()) < 3.5"
    );
    assert_eq!(guard("MAX_SEATS > command.count"), "MAX_SEATS > command.count");
    assert_eq!(guard("u32::MAX - 1 > command.count"), "sub(4294967295_u32, 1)? > command.count");
}

#[test]
fn arithmetic_is_called_and_literals_take_the_type_of_the_other_side() {
    assert_eq!(
        guard("state.balance + command.amount >= 0"),
        "add(self.balance, command.amount)? >= Money(Decimal::ZERO)"
    );
    assert_eq!(
        guard("state.balance * command.count > 10.5"),
        "mul(self.balance, Decimal::from(command.count))? > Money(Decimal::new(105, 1))"
    );
    assert_eq!(
        guard("state.price * 2 > 3"),
        "mul(self.price, Money(Decimal::new(2, 0)))? > Price(Money(Decimal::new(3, 0)))"
    );
    assert_eq!(
        guard("state.cents * command.signed > 3"),
        "mul(self.cents, i64::from(command.signed))? > Cents(3)"
    );
    assert_eq!(guard("100 - state.wide > 3"), "sub(100_i64, self.wide)? > 3");
    assert_eq!(guard("1.5 < state.ratio * 2.0"), "1.5 < mul(self.ratio, 2.0)?");
    assert_eq!(guard("1.5 * state.ratio < -2"), "mul(1.5_f64, self.ratio)? < -2.0");
    assert_eq!(guard("-command.signed > 3"), "neg(command.signed)? > 3");
    assert_eq!(guard("command.signed > -5"), "command.signed > -5");
    assert_eq!(
        guard("state.signed + command.wide > state.count"),
        "add(i64::from(self.signed), command.wide)? > i64::from(self.count)"
    );
    assert_eq!(
        guard("state.total * 3 / 2 % 7 >= 0.10"),
        "rem(div(mul(self.total, Decimal::new(3, 0))?, Decimal::new(2, 0))?, Decimal::new(7, 0))? >= Decimal::new(10, 2)"
    );
    assert_eq!(
        guard("state.ratio + command.signed > 1.0"),
        "add(self.ratio, f64::from(command.signed))? > 1.0"
    );
    assert_eq!(guard("state.skus.len() + 1 > 2"), "add(self.skus.len() as u64, 1)? > 2");
    assert_eq!(guard("state.balance.0 > command.total"), "self.balance.0 > command.total");
    assert_eq!(guard("Money(command.total) > state.balance"), "Money(command.total) > self.balance");
}

#[test]
fn numbers_of_different_width_are_compared_in_one_that_holds_both() {
    assert_eq!(guard("state.count < command.wide"), "i64::from(self.count) < command.wide");
    assert_eq!(
        guard("state.wide < state.stock.len()"),
        "i128::from(self.wide) < i128::from(self.stock.len() as u64)"
    );
    assert_eq!(
        guard("state.skus.len() < command.count"),
        "(self.skus.len() as u64) < u64::from(command.count)"
    );
    assert_eq!(guard("state.skus.len() < 10"), "self.skus.len() < 10");
    assert_eq!(guard("state.small <= 0"), "self.small == 0");
    assert_eq!(guard("state.small >= 255"), "self.small == 255");
}

#[test]
fn texts_are_compared_without_making_new_ones() {
    assert_eq!(guard(r#"state.name == "x""#), r#"self.name == "x""#);
    assert_eq!(guard(r#"state.name < "x""#), r#"self.name.as_str() < "x""#);
    assert_eq!(guard(r#"command.sku == "x""#), r#"command.sku.0 == "x""#);
    assert_eq!(guard(r#"state.owner.name == """#), "self.owner.name.is_empty()");
    assert_eq!(guard(r#"state.nickname == Some("x")"#), r#"self.nickname.as_deref() == Some("x")"#);
    assert_eq!(
        guard("state.nickname == Some(command.name)"),
        "self.nickname.as_deref() == Some(command.name.as_str())"
    );
    assert_eq!(guard("state.nickname == command.nick"), "self.nickname == command.nick");
    assert_eq!(guard(r#"context.actor == Some("x")"#), r#"context.actor() == Some("x")"#);
    assert_eq!(guard("context.actor == state.nickname"), "context.actor() == self.nickname.as_deref()");
    assert_eq!(
        guard(r#"command.name.strip_prefix("x") == Some("y")"#),
        r#"command.name.strip_prefix("x") == Some("y")"#
    );
    assert_eq!(guard("command.name.trim().len() > 3"), "command.name.trim().len() > 3");
    assert_eq!(guard(r#"command.name.starts_with("x")"#), r#"command.name.starts_with("x")"#);
}

#[test]
fn optionals_are_compared_by_reference() {
    assert_eq!(guard("state.nickname == None"), "self.nickname.is_none()");
    assert_eq!(guard("state.nickname != None && state.open"), "self.nickname.is_some() && self.open");
    assert_eq!(guard("state.currency == Some(Currency::EUR)"), "self.currency == Some(Currency::Eur)");
    assert_eq!(
        guard("state.holder == Some(command.holder)"),
        "self.holder.as_ref() == Some(&command.holder)"
    );
    assert_eq!(guard("state.maybe == Some(command.wide)"), "self.maybe == Some(command.wide)");
    assert_eq!(
        guard("state.contact == Some(Contact::Nowhere)"),
        "self.contact.as_ref() == Some(&Contact::Nowhere)"
    );
    assert_eq!(guard("state.maybe.unwrap_or(0) < 3"), "self.maybe.unwrap_or(0) < 3");
    assert_eq!(
        guard(r#"state.nickname.unwrap_or("x") == "y""#),
        r#"self.nickname.as_deref().unwrap_or("x") == "y""#
    );
    assert_eq!(
        guard("state.nickname.unwrap_or_default().is_empty()"),
        "self.nickname.as_deref().unwrap_or_default().is_empty()"
    );
    assert_eq!(
        guard("state.nickname.is_some_and(|it| it == command.name)"),
        "self.nickname.as_deref().is_some_and(|it| it == command.name)"
    );
    assert_eq!(
        guard(r#"state.holder.is_none_or(|it| it.name == "x")"#),
        r#"self.holder.as_ref().is_none_or(|it| it.name == "x")"#
    );
    assert_eq!(guard("state.maybe.is_some_and(|it| it > 3)"), "self.maybe.is_some_and(|it| it > 3)");
}

#[test]
fn collections_answer_as_those_of_rust_do() {
    assert_eq!(guard(r#"context.roles.contains("x")"#), r#"context.roles.iter().any(|item| item == "x")"#);
    assert_eq!(guard("state.skus.contains(command.name)"), "self.skus.contains(&command.name)");
    assert_eq!(guard(r#"state.tags.contains("x")"#), r#"self.tags.contains(&Sku("x".to_owned()))"#);
    assert_eq!(guard("state.tags.is_subset(state.tags.clone())"), "self.tags.is_subset(&self.tags)");
    assert_eq!(guard("state.skus.len() == 0"), "self.skus.is_empty()");
    assert_eq!(guard("state.skus.len() > 0"), "!self.skus.is_empty()");
    assert_eq!(
        guard("state.stock[command.sku] >= command.count"),
        "self.stock.get(&command.sku).copied().unwrap_or_default() >= command.count"
    );
    assert_eq!(
        guard(r#"state.names["x"] == "y""#),
        r#"self.names.get("x").map_or("", ::std::string::String::as_str) == "y""#
    );
    assert_eq!(guard("state.stock.contains_key(command.sku)"), "self.stock.contains_key(&command.sku)");
    assert_eq!(
        guard("state.stock.get(command.sku) == Some(3)"),
        "self.stock.get(&command.sku).copied() == Some(3)"
    );
    assert_eq!(
        guard(r#"state.levels.get("x") == Some(Currency::EUR)"#),
        r#"self.levels.get("x").copied() == Some(Currency::Eur)"#
    );
}

#[test]
fn closures_see_items_without_a_star() {
    assert_eq!(
        guard("state.lines.iter().any(|line| line.sku == command.sku)"),
        "self.lines.iter().any(|line| line.sku == command.sku)"
    );
    assert_eq!(guard("state.skus.iter().any(|it| it == command.name)"), "self.skus.contains(&command.name)");
    assert_eq!(guard("state.numbers.iter().any(|it| it > 3)"), "self.numbers.iter().any(|it| *it > 3)");
    assert_eq!(
        guard("state.numbers.iter().filter(|it| it > 3).count() < 2"),
        "self.numbers.iter().filter(|it| **it > 3).count() < 2"
    );
    assert_eq!(
        guard(r#"state.lines.iter().filter(|line| line.quantity > 3).any(|line| line.sku == "x")"#),
        r#"self.lines.iter().filter(|line| line.quantity > 3).any(|line| line.sku.0 == "x")"#
    );
    assert_eq!(guard("state.lines.iter().count() < 2"), "self.lines.len() < 2");
    assert_eq!(
        guard("state.lines.iter().map(|line| line.price * line.quantity).sum() < 100"),
        "try_sum(self.lines.iter().map(|line| mul(line.price, Decimal::from(line.quantity))))? < Money(Decimal::new(100, 0))"
    );
    assert_eq!(guard("state.numbers.iter().sum() < 3"), "sum(self.numbers.iter().copied())? < 3");
    assert_eq!(
        guard("state.lines.iter().map(|line| line.quantity).sum() < 3"),
        "sum(self.lines.iter().map(|line| line.quantity))? < 3"
    );
    assert_eq!(
        guard("state.numbers.iter().max() == Some(3)"),
        "self.numbers.iter().max().copied() == Some(3)"
    );
    assert_eq!(
        guard(r#"state.stock.keys().any(|it| it == "x")"#),
        r#"self.stock.keys().any(|it| it.0 == "x")"#
    );
    assert_eq!(guard("state.skus.iter().all(|it| state.open)"), "self.skus.iter().all(|_| self.open)");
    assert_eq!(
        guard("command.name.chars().all(|c| c.is_ascii_digit())"),
        "command.name.chars().all(|c| c.is_ascii_digit())"
    );
}

#[test]
fn points_in_time_move_by_durations() {
    assert_eq!(
        guard(r#"context.now - state.opened > "15m""#),
        "sub(context.now, self.opened)? > ::cqrs_core::jiff::SignedDuration::from_secs(900)"
    );
    assert_eq!(
        guard(r#"context.now > state.opened + "1h" * 2"#),
        "context.now > add(self.opened, mul(::cqrs_core::jiff::SignedDuration::from_secs(3600), 2)?)?"
    );
    assert_eq!(
        guard("context.now >= state.opened + command.signed * state.span"),
        "context.now >= add(self.opened, mul(self.span, i64::from(command.signed))?)?"
    );
    assert_eq!(
        guard(r#"state.day == "2024-02-29""#),
        "self.day == ::cqrs_core::jiff::civil::Date::constant(2024, 2, 29)"
    );
    assert_eq!(
        guard(r#"state.day + "2d" > "2024-03-01""#),
        "add(self.day, ::cqrs_core::jiff::SignedDuration::from_secs(172800))? > ::cqrs_core::jiff::civil::Date::constant(2024, 3, 1)"
    );
}

#[test]
fn brackets_stand_where_rust_needs_them_and_nowhere_else() {
    assert_eq!(
        guard("(state.open || command.flag) && (state.small > 1)"),
        "(self.open || command.flag) && self.small > 1"
    );
    assert_eq!(
        guard("state.open || command.flag && state.small > 1"),
        "self.open || command.flag && self.small > 1"
    );
    assert_eq!(
        guard("state.open && !(command.flag || state.small > 1)"),
        "self.open && !(command.flag || self.small > 1)"
    );
    assert_eq!(
        guard("if state.open { command.count > 3 } else { state.small > 2 }"),
        "if self.open { command.count > 3 } else { self.small > 2 }"
    );
    assert_eq!(
        guard("if state.open { 1 } else if state.small > 2 { 2 } else { 3 } == state.wide"),
        "(if self.open { 1 } else if self.small > 2 { 2 } else { 3 }) == self.wide"
    );
    assert_eq!(
        guard(r##"command.holder == Holder { name: command.name, r#type: "x" }"##),
        r##"command.holder == (Holder { name: command.name.clone(), email: None, r#type: "x".to_owned(), })"##
    );
}

#[test]
fn conditions_are_written_as_a_person_would() {
    assert_eq!(guard("!state.nickname.is_some()"), "self.nickname.is_none()");
    assert_eq!(guard("!(state.small == 3)"), "self.small != 3");
    assert_eq!(guard("!(state.small < 3)"), "!(self.small < 3)");
    assert_eq!(guard("state.open == false"), "!self.open");
    assert_eq!(guard("state.open != false"), "self.open");
    assert_eq!(guard("!!state.open"), "self.open");
}

#[test]
fn a_value_has_exactly_the_type_of_its_place() {
    assert_eq!(value("Money", "command.amount"), "command.amount");
    assert_eq!(value("Money?", "command.amount"), "Some(command.amount)");
    assert_eq!(value("Money", "3"), "Money(Decimal::new(3, 0))");
    assert_eq!(value("Money?", "3.50"), "Some(Money(Decimal::new(350, 2)))");
    assert_eq!(value("f64", "1"), "1.0");
    assert_eq!(value("Sku", r#""x""#), r#"Sku("x".to_owned())"#);
    assert_eq!(value("Currency", "Currency::EUR"), "Currency::Eur");
    assert_eq!(value("duration", r#""1h 30m""#), "::cqrs_core::jiff::SignedDuration::from_secs(5400)");
    assert_eq!(value("i64", "command.count"), "i64::from(command.count)");
    assert_eq!(value("i64?", "command.count"), "Some(i64::from(command.count))");
    assert_eq!(
        value("i64?", "state.stock.get(command.sku)"),
        "self.stock.get(&command.sku).copied().map(i64::from)"
    );
    assert_eq!(value("decimal", "command.count + 1"), "Decimal::from(add(command.count, 1)?)");
    assert_eq!(value("u64", "state.skus.len()"), "self.skus.len() as u64");
    assert_eq!(
        value("Price", "state.price * command.count"),
        "mul(self.price, Money(Decimal::from(command.count)))?"
    );
    assert_eq!(value("timestamp", "context.now + command.hold"), "add(context.now, command.hold)?");
    assert_eq!(value("uuid", "command.store_id.0"), "command.store_id.0");
    assert_eq!(
        value("i64", "if state.open { 1 } else { command.count }"),
        "if self.open { 1 } else { i64::from(command.count) }"
    );
    assert_eq!(
        value("i64?", "if state.open { None } else { state.maybe }"),
        "if self.open { None } else { self.maybe }"
    );
    assert_eq!(value("Money", "Money::from_minor(command.wide)"), "Money::from_minor(command.wide)");
    assert_eq!(value("string", "command.count.to_string()"), "command.count.to_string()");
}

#[test]
fn what_is_kept_is_cloned_once_and_what_is_copied_never() {
    assert_eq!(value("string", "command.name"), "command.name.clone()");
    assert_eq!(
        value("string", "state.nickname.unwrap_or(command.name)"),
        "self.nickname.as_deref().unwrap_or(&command.name).to_owned()"
    );
    assert_eq!(
        value("string", "state.names[command.name]"),
        r#"self.names.get(&command.name).map_or("", ::std::string::String::as_str).to_owned()"#
    );
    assert_eq!(value("Holder", "state.owner"), "self.owner.clone()");
    assert_eq!(
        value("Holder", "state.holder.unwrap_or(command.holder)"),
        "self.holder.as_ref().unwrap_or(&command.holder).clone()"
    );
    assert_eq!(value("string?", "context.actor"), "context.actor().map(str::to_owned)");
    assert_eq!(
        value("string", r#"context.actor.unwrap_or("x")"#),
        r#"context.actor().unwrap_or("x").to_owned()"#
    );
    assert_eq!(
        value("string?", "state.holder.map(|it| it.name)"),
        "self.holder.as_ref().map(|it| it.name.clone())"
    );
    assert_eq!(value("string?", "state.names.get(command.name)"), "self.names.get(&command.name).cloned()");
    assert_eq!(
        value("list<string>", r#"[command.name, "x"]"#),
        r#"vec![command.name.clone(), "x".to_owned()]"#
    );
    assert_eq!(value("set<string>", "[]"), "::std::collections::BTreeSet::new()");
    assert_eq!(value("GeoPoint", "command.point"), "command.point.clone()");
    assert_eq!(value("StoreId", "command.store_id"), "command.store_id");
    assert_eq!(
        value("Contact", "Contact::Phone { number: command.name }"),
        "Contact::Phone { number: command.name.clone(), extension: None, }"
    );
}

#[test]
fn a_fold_sees_the_row_its_key_and_what_is_known_of_the_event() {
    assert_eq!(fold("total: row.total + event.amount"), "add(row.total, event.amount)?");
    assert_eq!(fold("last: meta.recorded_at"), "Some(meta.recorded_at)");
    assert_eq!(fold("text: meta.aggregate_id"), "Some(meta.aggregate_id.clone())");
    assert_eq!(fold("by: meta.actor"), "meta.origin.actor.clone()");
    assert_eq!(fold("number: meta.version"), "Some(meta.version.get())");
    assert_eq!(
        fold("total: 'if row.store_id == meta.aggregate_id { row.total } else { event.amount }'"),
        "if key.store_id == ::cqrs_core::private::aggregate_id::<Moved>(meta)? { row.total } else { event.amount }"
    );
}
