//! What is found wrong with expressions, and where.

use super::{error, outcome};

/// The one error of a guard.
#[track_caller]
fn assert_refused(guard: &str, code: &str, underlined: &str, said: &str) {
    let found = error(&outcome(guard, "bool", "true", "total: 0"));
    assert_eq!((found.0, found.1.as_str()), (code, underlined), "{}", found.2);
    assert!(found.2.contains(said), "{}", found.2);
}

#[test]
fn every_part_that_is_misspelt_is_underlined_by_itself() {
    assert_refused("state.opne", "E0519", "opne", "did you mean `open`");
    assert_refused(r#"state.owner.nam == "x""#, "E0519", "nam", "did you mean `name`");
    assert_refused("sate.open", "E0517", "sate", "did you mean `state`");
    assert_refused("context.noww > state.opened", "E0519", "noww", "did you mean `now`");
    assert_refused("state.currency == Some(Currency::ERU)", "E0522", "ERU", "did you mean `EUR`");
    assert_refused("state.currency == Some(Curency::EUR)", "E0517", "Curency", "did you mean `Currency`");
    assert_refused("state.currency == Some(EUR)", "E0517", "EUR", "did you mean `Currency::EUR`");
    assert_refused("state.skus.lenn() > 3", "E0525", "lenn", "did you mean `len`");
    assert_refused("state.stock.contains(command.sku)", "E0525", "contains", "did you mean `contains_key`");
    assert_refused("balance > 3", "E0517", "balance", "did you mean `state.balance`");
    assert_refused(
        r#"state.lines.iter().any(|line| line.skuu == "x")"#,
        "E0519",
        "skuu",
        "did you mean `sku`",
    );
    assert_refused(
        r##"command.holder == Holder { nam: "x", r#type: "x" }"##,
        "E0519",
        "nam",
        "did you mean `name`",
    );
}

#[test]
fn an_optional_is_never_taken_for_what_it_may_hold() {
    assert_refused("state.maybe > 3", "E0532", "3", "Some(3)");
    assert_refused("state.maybe + 1 > 3", "E0536", "state.maybe", "unwrap_or(0)");
    assert_refused(r#"state.holder.name == "x""#, "E0520", "name", "is_some_and");
    assert_refused("state.nickname.len() > 3", "E0525", "len", "is_some_and");
    assert_refused(r#"state.nickname.unwrap() == "x""#, "E0525", "unwrap", "unwrap_or");
    assert_refused("state.nickname", "E0529", "state.nickname", ".is_some()");
    assert_refused("Some(state.nickname) == None", "E0527", "state.nickname", "leave out");
}

#[test]
fn types_that_do_not_fit_are_named_with_a_way_out() {
    assert_refused("state.name > 3", "E0531", "3", r#"write a text: `"3"`"#);
    assert_refused("state.balance > command.total", "E0531", "command.total", "`….0`");
    assert_refused(r#"state.currency.is_some_and(|it| it == "EUR")"#, "E0531", r#""EUR""#, "Currency::EUR");
    assert_refused("state.balance + command.total > 3", "E0537", "command.total", "Money(…)");
    assert_refused("state.balance + state.cents > 3", "E0537", "state.cents", "`….0`");
    assert_refused("state.wide + state.huge > 3", "E0537", "state.huge", "one type");
    assert_refused("state.small - 300 > 1", "E0538", "300", "0 to 255");
    assert_refused("state.count > 1.5", "E0539", "1.5", "without a fraction");
    assert_refused(
        "state.total > 1.00000000000000000000000000000001",
        "E0538",
        "1.00000000000000000000000000000001",
        "28 digits",
    );
    assert_refused(r#"state.day > "2024-02-30""#, "E0539", r#""2024-02-30""#, "2024-02-29");
    assert_refused("state.span > 15", "E0531", "15", r#""15m""#);
    assert_refused("context.now + 15 > context.now", "E0536", "context.now", r#""15m""#);
    assert_refused("-state.count > 1", "E0536", "-state.count", "a sign");
    assert_refused(r#"state.name + "x" == "y""#, "E0536", "state.name", "function of your own");
    assert_refused("state.owner > command.holder", "E0533", "state.owner", "fields");
    assert_refused("state.stock[3] > 1", "E0542", "3", "write a text");
    assert_refused(
        r#"state.point.unwrap_or_default() == command.point && state.levels["x"] == Currency::EUR"#,
        "E0543",
        r#"state.levels["x"]"#,
        ".get(…)",
    );
    assert_refused("state.open && state.count", "E0530", "state.count", "compare it");
    assert_refused("state.lines.iter().map(|line| line.sku).sum() > 3", "E0536", "sum", "name a number");
    assert_refused(
        "state.numbers.iter().filter(|it| it + 1 > 3).count() > 1",
        "E0516",
        "it + 1 > 3",
        "function of your own",
    );
    assert_refused("Money(command.name) > state.balance", "E0527", "command.name", "");
    assert_refused("crate::rules::check(state) && state.open", "E0521", "state", "name a field");
}

#[test]
fn what_is_not_pure_is_refused_by_its_own_name() {
    assert_refused("state.open = true", "E0503", "=", "==");
    assert_refused("state.count += 1", "E0503", "+=", "becomes");
    assert_refused("{ let a = 1; a > 1 }", "E0504", "{ let a = 1; a > 1 }", "function");
    assert_refused("while state.open { }", "E0505", "while", "any");
    assert_refused("return true", "E0506", "return true", "");
    assert_refused("state.name?", "E0507", "?", "unwrap_or");
    assert_refused("lookup().await", "E0508", "await", "");
    assert_refused(r#"println!("x")"#, "E0509", "println", "crate::rules");
    assert_refused("state.count as i64 > 3", "E0510", "as", "widen");
    assert_refused("unsafe { true }", "E0511", "unsafe { true }", "");
    assert_refused("match state.open { _ => true }", "E0512", "match", "==");
    assert_refused("if let Some(x) = state.maybe { x > 1 } else { false }", "E0512", "let", "is_some_and");
    assert_refused("if state.open { true }", "E0513", "if state.open { true }", "else");
    assert_refused("(1, 2) == state.count", "E0514", "(1, 2)", "");
    assert_refused("*state.open", "E0514", "*state.open", "");
    assert_refused("state.open & command.flag", "E0514", "&", "&&");
    assert_refused("&mut state.open", "E0503", "&mut state.open", "");
    assert_refused("#[cfg(x)] state.open", "E0514", "#", "");
    assert_refused("|it| it", "E0515", "|it| it", "");
    assert_refused("state.numbers.iter().any(|event| event > 1)", "E0515", "event", "another name");
    assert_refused("state.name == 'x'", "E0514", "''x''", r#""x""#);
    assert_refused("async { true }", "E0508", "async { true }", "");
}
