//! Literals: each takes the type that its place asks for, and is a constant in the Rust that comes out.
//!
//! A number becomes whatever number is wanted, newtypes included; a text becomes a text, or a date, instant, duration or
//! UUID where one of these is wanted. What cannot be written exactly is refused, never rounded.

use proc_macro2::{Literal as Token, Span as Part, TokenStream};
use quote::quote;
use rust_decimal::Decimal;
use syn::Lit;

use crate::code::expression as code;
use crate::diagnostic::quote;
use crate::model::{Scalar, TypeKind};

use super::checker::Checker;
use super::node::{Kind, Node};
use super::ty::{BOOL, TEXT, Type};

impl Checker<'_> {
    /// A literal, with the minus sign that stands before it.
    pub(super) fn literal(&mut self, literal: &Lit, negative: bool, hint: Option<&Type>) -> Node {
        let wanted = hint.map(required);
        match literal {
            Lit::Int(number) => {
                let digits = signed(negative, number.base10_digits());
                self.number(&digits, number.suffix(), number.span(), wanted)
            }
            Lit::Float(number) => {
                let digits = signed(negative, number.base10_digits());
                self.number(&digits, number.suffix(), number.span(), wanted)
            }
            Lit::Str(text) => self.text(&text.value(), text.span(), wanted),
            Lit::Bool(value) => {
                let literal = Node::new(Kind::Literal(Scalar::Bool, value.value.to_string()), BOOL);
                match wanted {
                    Some(ty) if ty.stored_scalar(self.domain) == Some(Scalar::Bool) => {
                        self.wrapped(ty, literal)
                    }
                    _ => literal,
                }
            }
            Lit::Char(character) => {
                let help = format!("write a text: `\"{}\"`", character.value());
                self.report(
                    &code::NOT_IN_THE_LANGUAGE,
                    character.span(),
                    "there are no single characters",
                    help,
                )
            }
            other => {
                let help = "bytes are written in a default or under `value`, as base64";
                self.report(&code::NOT_IN_THE_LANGUAGE, other.span(), "there is no such literal", help)
            }
        }
    }

    fn number(&mut self, digits: &str, suffix: &str, at: Part, wanted: Option<&Type>) -> Node {
        if !suffix.is_empty() {
            let Some(scalar) = Scalar::find(suffix).filter(|scalar| scalar.is_number()) else {
                let message = format!("{} is no type of numbers", quote(suffix));
                return self.report(
                    &code::LITERAL,
                    at,
                    message,
                    "leave it out: a number takes the type of its place",
                );
            };
            return self.number_of(digits, at, &Type::Scalar(scalar), scalar);
        }
        if wanted == Some(&Type::Length) {
            return match digits.parse::<u32>() {
                Ok(length) => Node::new(Kind::LengthLiteral(length.to_string()), Type::Length),
                Err(_) => self.out_of_range(digits, "a length", "0", &u32::MAX.to_string(), at),
            };
        }
        if let Some(ty) = wanted
            && let Some(scalar) = ty.stored_scalar(self.domain).filter(|scalar| scalar.is_number())
        {
            return self.number_of(digits, at, ty, scalar);
        }
        let is_whole = is_whole(digits);
        let scalar = if is_whole { Scalar::I64 } else { Scalar::Decimal };
        self.number_of(digits, at, &Type::Scalar(scalar), scalar)
    }

    /// A number of a type whose stored scalar is `scalar`.
    fn number_of(&mut self, digits: &str, at: Part, ty: &Type, scalar: Scalar) -> Node {
        match canonical_number(scalar, digits) {
            Ok(text) => self.wrapped(ty, Node::new(Kind::Literal(scalar, text), Type::Scalar(scalar))),
            Err(Unfit::Fraction) => {
                let message =
                    format!("{} is no whole number, as {} wants it", quote(digits), ty.describe(self.domain));
                self.report(
                    &code::LITERAL,
                    at,
                    message,
                    "write it without a fraction, or make the type a `decimal`",
                )
            }
            Err(Unfit::Precision) => {
                let message = format!("{} has more digits than a `decimal` can hold", quote(digits));
                self.report(&code::OUT_OF_RANGE, at, message, "a `decimal` holds 28 digits")
            }
            Err(Unfit::Range(least, greatest)) => {
                self.out_of_range(digits, &ty.describe(self.domain), &least, &greatest, at)
            }
        }
    }

    fn out_of_range(&mut self, digits: &str, ty: &str, least: &str, greatest: &str, at: Part) -> Node {
        let message = format!("{} is out of the range of {ty}", quote(digits));
        self.report(&code::OUT_OF_RANGE, at, message, format!("it goes from {least} to {greatest}"))
    }

    fn text(&mut self, text: &str, at: Part, wanted: Option<&Type>) -> Node {
        let stored = wanted.and_then(|ty| Some((ty, ty.stored_scalar(self.domain)?)));
        match stored {
            Some((ty, Scalar::String)) => {
                self.wrapped(ty, Node::new(Kind::Literal(Scalar::String, text.to_owned()), TEXT))
            }
            Some((ty, scalar)) if let Some(example) = example(scalar) => match canonical_text(scalar, text) {
                Some(text) => self.wrapped(ty, Node::new(Kind::Literal(scalar, text), Type::Scalar(scalar))),
                None => {
                    let message = format!("{} is no {}", quote(text), scalar.name());
                    self.report(&code::LITERAL, at, message, format!("write {example}"))
                }
            },
            _ => Node::new(Kind::Literal(Scalar::String, text.to_owned()), TEXT),
        }
    }

    /// A literal in the newtypes of its place.
    fn wrapped(&self, ty: &Type, literal: Node) -> Node {
        match ty {
            Type::Named(id) => match &self.domain.ty(*id).kind {
                TypeKind::Newtype { inner, .. } => {
                    let inner = self.wrapped(&Type::of(inner), literal);
                    Node::new(Kind::New(*id, inner.boxed()), ty.clone())
                }
                TypeKind::Struct(_) | TypeKind::Enum(_) | TypeKind::Extern(_) => literal,
            },
            _ => literal,
        }
    }
}

fn signed(negative: bool, digits: &str) -> String {
    if negative { format!("-{digits}") } else { digits.to_owned() }
}

fn is_whole(digits: &str) -> bool {
    digits.bytes().all(|it| it.is_ascii_digit() || it == b'-')
}

/// The type inside `T?`: a literal may stand for what an optional holds.
fn required(ty: &Type) -> &Type {
    match ty {
        Type::Optional(inner) => inner,
        other => other,
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Unfit {
    Fraction,
    Precision,
    Range(String, String),
}

/// The canonical text of a number of this scalar.
fn canonical_number(scalar: Scalar, digits: &str) -> Result<String, Unfit> {
    if let Some((is_signed, bits)) = scalar.integer() {
        return if is_whole(digits) { integer(digits, is_signed, bits) } else { Err(Unfit::Fraction) };
    }
    if scalar == Scalar::Decimal {
        let parsed = match digits.contains(['e', 'E']) {
            true => Decimal::from_scientific(digits),
            false => Decimal::from_str_exact(digits),
        };
        return parsed.map(|it| it.to_string()).map_err(|_| Unfit::Precision);
    }
    let greatest = if scalar == Scalar::F32 { f64::from(f32::MAX) } else { f64::MAX };
    match digits.parse::<f64>() {
        Ok(number) if number.abs() <= greatest => Ok(digits.to_owned()),
        _ => Err(Unfit::Range(format!("-{greatest:e}"), format!("{greatest:e}"))),
    }
}

fn integer(digits: &str, is_signed: bool, bits: u32) -> Result<String, Unfit> {
    let (least, greatest) = range(is_signed, bits);
    let fits = match is_signed {
        true => digits
            .parse::<i128>()
            .is_ok_and(|it| it >= i128::MIN >> (128 - bits) && it <= i128::MAX >> (128 - bits)),
        false => digits
            .strip_prefix('-')
            .map_or(digits, |it| if is_zero(it) { it } else { digits })
            .parse::<u128>()
            .is_ok_and(|it| it <= u128::MAX >> (128 - bits)),
    };
    let without_sign = if is_zero(digits.trim_start_matches('-')) { "0" } else { digits };
    if fits { Ok(without_sign.to_owned()) } else { Err(Unfit::Range(least, greatest)) }
}

fn is_zero(digits: &str) -> bool {
    !digits.is_empty() && digits.bytes().all(|it| it == b'0')
}

/// The least and the greatest integer of so many bits.
pub(super) fn range(is_signed: bool, bits: u32) -> (String, String) {
    match is_signed {
        true => ((i128::MIN >> (128 - bits)).to_string(), (i128::MAX >> (128 - bits)).to_string()),
        false => (String::from("0"), (u128::MAX >> (128 - bits)).to_string()),
    }
}

/// The canonical text of what is written as a text.
fn canonical_text(scalar: Scalar, text: &str) -> Option<String> {
    match scalar {
        Scalar::Date => text.parse::<jiff::civil::Date>().ok().map(|it| it.to_string()),
        Scalar::Time => text.parse::<jiff::civil::Time>().ok().map(|it| it.to_string()),
        Scalar::Timestamp => text.parse::<jiff::Timestamp>().ok().map(|it| it.to_string()),
        Scalar::Duration => duration(text).map(|it| it.to_string()),
        Scalar::Uuid => uuid::Uuid::try_parse(text).ok().map(|it| it.to_string()),
        _ => None,
    }
}

/// A length of time; its days are of 24 hours and its weeks of seven days.
pub(crate) fn duration(text: &str) -> Option<jiff::SignedDuration> {
    let days_of_24_hours =
        |span: jiff::Span| span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok();
    text.parse().ok().or_else(|| text.parse().ok().and_then(days_of_24_hours))
}

/// How a value that is written as a text looks, for scalars other than texts.
pub(super) fn example(scalar: Scalar) -> Option<&'static str> {
    Some(match scalar {
        Scalar::Date => "`\"2024-02-29\"`",
        Scalar::Time => "`\"13:30:00\"`",
        Scalar::Timestamp => "`\"2024-02-29T13:30:00Z\"`",
        Scalar::Duration => "`\"15m\"`, `\"1h 30m\"` or `\"2d\"`",
        Scalar::Uuid => "`\"0190a0c0-0000-7000-8000-000000000000\"`",
        _ => return None,
    })
}

/// A scalar's value as Rust that needs no parser when it runs, given the text that the scalar's own parser accepts.
///
/// A text that it does not accept, which no domain without errors has, becomes the scalar's default.
#[must_use]
pub fn literal(scalar: Scalar, text: &str) -> TokenStream {
    match scalar {
        Scalar::String if text.is_empty() => quote!(::std::string::String::new()),
        Scalar::String => quote!(#text.to_owned()),
        Scalar::Bool => match text {
            "true" => quote!(true),
            _ => quote!(false),
        },
        Scalar::F32 | Scalar::F64 => float(text.parse().unwrap_or_default(), scalar == Scalar::F32),
        Scalar::Decimal => decimal(text),
        Scalar::Uuid => {
            let number = uuid::Uuid::try_parse(text).unwrap_or_default().as_u128();
            let number = hexadecimal(number);
            quote!(::cqrs_core::uuid::Uuid::from_u128(#number))
        }
        Scalar::Date => {
            let date = text.parse::<jiff::civil::Date>().unwrap_or_default();
            let (year, month, day) =
                (signed_token(date.year()), signed_token(date.month()), signed_token(date.day()));
            quote!(::cqrs_core::jiff::civil::Date::constant(#year, #month, #day))
        }
        Scalar::Time => {
            let time = text.parse::<jiff::civil::Time>().unwrap_or_default();
            let (hour, minute, second) =
                (signed_token(time.hour()), signed_token(time.minute()), signed_token(time.second()));
            let nanosecond = signed_token(time.subsec_nanosecond());
            quote!(::cqrs_core::jiff::civil::Time::constant(#hour, #minute, #second, #nanosecond))
        }
        Scalar::Timestamp => {
            let instant = text.parse::<jiff::Timestamp>().unwrap_or_default();
            let (second, nanosecond) =
                (signed_token(instant.as_second()), signed_token(instant.subsec_nanosecond()));
            quote!(::cqrs_core::jiff::Timestamp::constant(#second, #nanosecond))
        }
        Scalar::Duration => {
            let duration = duration(text).unwrap_or_default();
            let (seconds, nanoseconds) =
                (signed_token(duration.as_secs()), signed_token(duration.subsec_nanos()));
            match duration.subsec_nanos() {
                0 => quote!(::cqrs_core::jiff::SignedDuration::from_secs(#seconds)),
                _ => quote!(::cqrs_core::jiff::SignedDuration::new(#seconds, #nanoseconds)),
            }
        }
        Scalar::Bytes => {
            use base64::Engine as _;
            let bytes = base64::engine::general_purpose::STANDARD.decode(text).unwrap_or_default();
            let bytes = bytes.into_iter().map(Token::u8_unsuffixed);
            quote!(::cqrs_core::Bytes(::std::vec![#(#bytes),*]))
        }
        Scalar::Json => json(&serde_json::from_str(text).unwrap_or_default()),
        _ => integer_token(text),
    }
}

fn signed_token(number: impl Into<i64>) -> TokenStream {
    integer_token(&number.into().to_string())
}

fn integer_token(text: &str) -> TokenStream {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (quote!(-), digits),
        None => (TokenStream::new(), text),
    };
    let digits = Token::u128_unsuffixed(digits.parse().unwrap_or_default());
    quote!(#sign #digits)
}

/// A floating-point literal in the fewest digits that give the number back.
fn float(number: f64, is_single: bool) -> TokenStream {
    let sign = if number.is_sign_negative() { quote!(-) } else { TokenStream::new() };
    // A number that was checked is finite; what was not becomes the default.
    let number = if number.is_finite() { number.abs() } else { 0.0 };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range was checked, and `f32` rounds as its parser does"
    )]
    let digits = if is_single { Token::f32_unsuffixed(number as f32) } else { Token::f64_unsuffixed(number) };
    quote!(#sign #digits)
}

fn decimal(text: &str) -> TokenStream {
    let number = Decimal::from_str_exact(text).unwrap_or_default();
    let (mantissa, scale) = (number.mantissa(), number.scale());
    let path = quote!(::cqrs_core::rust_decimal::Decimal);
    match (mantissa, scale) {
        (0, 0) => quote!(#path::ZERO),
        (1, 0) => quote!(#path::ONE),
        _ => {
            let scale = Token::u32_unsuffixed(scale);
            match i64::try_from(mantissa) {
                Ok(mantissa) => {
                    let mantissa = signed_token(mantissa);
                    quote!(#path::new(#mantissa, #scale))
                }
                Err(_) => {
                    let parts = number.unpack();
                    let (lo, mid, hi) = (
                        Token::u32_unsuffixed(parts.lo),
                        Token::u32_unsuffixed(parts.mid),
                        Token::u32_unsuffixed(parts.hi),
                    );
                    let is_negative = parts.negative;
                    quote!(#path::from_parts(#lo, #mid, #hi, #is_negative, #scale))
                }
            }
        }
    }
}

fn hexadecimal(number: u128) -> TokenStream {
    format!("0x{number:032x}").parse::<Token>().map_or_else(|_| quote!(0), |token| quote!(#token))
}

fn json(value: &serde_json::Value) -> TokenStream {
    use serde_json::Value;
    let path = quote!(::cqrs_core::serde_json::Value);
    match value {
        Value::Null => quote!(#path::Null),
        Value::Bool(value) => quote!(#path::Bool(#value)),
        Value::String(text) => {
            let text = literal(Scalar::String, text);
            quote!(#path::String(#text))
        }
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => {
                let number = Token::i64_suffixed(number);
                quote!(#path::from(#number))
            }
            (_, Some(number)) => {
                let number = Token::u64_suffixed(number);
                quote!(#path::from(#number))
            }
            _ => {
                let number = float(number.as_f64().unwrap_or_default(), false);
                quote!(#path::from(#number))
            }
        },
        Value::Array(items) => {
            let items = items.iter().map(json);
            quote!(#path::Array(::std::vec![#(#items),*]))
        }
        Value::Object(entries) => {
            let entries = entries.iter().map(|(key, value)| {
                let (key, value) = (literal(Scalar::String, key), json(value));
                quote!((#key, #value))
            });
            quote!(#path::Object(::std::iter::FromIterator::from_iter([#(#entries),*])))
        }
    }
}
