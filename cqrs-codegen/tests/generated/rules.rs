//! Rules on values that enter by a command, and the errors of decisions.

use cqrs_core::rust_decimal::Decimal;
use cqrs_core::testing::given;
use cqrs_core::uuid::Uuid;
use cqrs_core::{Command, Existence};

use crate::banking::{self, Account, AccountError, AccountId, Deposit, Money, Withdraw};
use crate::obstacle_course::{self, Begin, MatchError, Some as Something};

fn begin() -> Begin {
    Begin {
        match_id: obstacle_course::Row(Uuid::nil()),
        r: obstacle_course::Result(1),
        boxes: Vec::new(),
        by_name: Default::default(),
        maybe: None,
        tag: obstacle_course::Option("t".to_owned()),
        camel_case: 9,
    }
}

#[test]
fn a_newtype_made_by_its_constructor_keeps_its_rule() {
    assert_eq!(Money::new(Decimal::ONE), Ok(Money(Decimal::ONE)));
    let error = Money::new(Decimal::NEGATIVE_ONE).unwrap_err();
    assert_eq!(error.to_string(), "must keep the rule `value >= 0`");
}

#[test]
fn a_command_names_the_field_whose_rule_is_broken() {
    let account_id = AccountId(Uuid::nil());
    let command = Deposit { account_id, amount: Money(Decimal::NEGATIVE_ONE), reference: "r".to_owned() };
    let error = command.validate().unwrap_err();
    assert_eq!(error.to_string(), "`amount` must keep the rule `value >= 0`");
    given::<Account>([]).when(command).then_invalid(Some("amount"));
}

#[test]
fn rules_hold_inside_of_lists_maps_optionals_and_variants() {
    let refused = |command: Begin| Command::validate(&command).unwrap_err().field.unwrap();
    let large = obstacle_course::Box(Decimal::from(1_000_000));
    assert_eq!(refused(Begin { boxes: vec![large], ..begin() }), "boxes");
    let guarded = Something::Guarded { amount: obstacle_course::Box(Decimal::ZERO) };
    assert_eq!(refused(Begin { by_name: [("x".to_owned(), guarded)].into(), ..begin() }), "by_name");
    let inner = obstacle_course::Error { message: "m".repeat(100), inner: Vec::new() };
    let outer = obstacle_course::Error { message: String::new(), inner: vec![inner] };
    assert_eq!(refused(Begin { maybe: Some(outer), ..begin() }), "maybe");
    let empty = obstacle_course::Option(String::new());
    assert_eq!(refused(Begin { tag: empty, ..begin() }), "tag");
    assert_eq!(refused(Begin { r: obstacle_course::Result(7), ..begin() }), "r");
    assert_eq!(Command::validate(&begin()), Ok(()));
}

#[test]
fn a_decision_that_overflows_is_refused_with_a_variant_of_its_own() {
    let history = [obstacle_course::MatchEvent::from(obstacle_course::Forgot { tag: begin().tag })];
    let amount = obstacle_course::Box(Decimal::MAX);
    let command = obstacle_course::FromBox { match_id: begin().match_id, amount };
    let error = cqrs_core::Decide::decide(
        &obstacle_course::Match::default(),
        &command,
        &cqrs_core::Context::at(cqrs_core::jiff::Timestamp::UNIX_EPOCH),
    )
    .unwrap_err();
    assert_eq!(error, MatchError::ArithmeticError(cqrs_core::ArithmeticError::Overflow));
    given::<obstacle_course::Match>(history).when(command).then_invalid(Some("amount"));
}

#[test]
fn errors_are_the_sentences_of_the_schema() {
    let error = AccountError::InsufficientFunds { balance: Money(Decimal::ONE), amount: Money(Decimal::TWO) };
    assert_eq!(error.to_string(), "the balance is 1, less than 2");
    let value = obstacle_course::Box(Decimal::ONE);
    let error = MatchError::Some { r#type: "t".to_owned(), value, list: Vec::new(), unused: true };
    assert_eq!(error.to_string(), "{braces}, t and 1");
}

#[test]
fn commands_say_whom_they_are_for_and_who_may_send_them() {
    assert_eq!(Withdraw::ROLES, [banking::Role::HOLDER, banking::Role::TELLER]);
    assert_eq!((Withdraw::EXISTENCE, banking::OpenAccount::EXISTENCE), (Existence::Any, Existence::New));
    assert_eq!(obstacle_course::FromBox::EXISTENCE, Existence::Existing);
    assert_eq!(Begin::ROLES, ["type", "HeadOfSales"]);
}
