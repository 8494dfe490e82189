//! Conditions of statements.

use std::cmp::Ordering;
use std::net::IpAddr;

use ipnet::IpNet;
use time::format_description::well_known::{Iso8601, Rfc3339};
use time::{Date, OffsetDateTime};

use super::facts::Facts;
use super::known::{all, any, not};
use super::pattern::{Budget, fits};
use crate::value::{Kind, ValueRef};

/// Whether a condition holds: operators and keys are all needed, of the values of a key one is enough.
pub(super) fn holds(condition: ValueRef<'_>, facts: &Facts<'_>, budget: &Budget) -> Option<bool> {
    let operators = condition.as_object()?;
    all(operators.iter().map(|(operator, keys)| {
        let keys = keys.as_object()?;
        all(keys.iter().map(|(key, values)| one(operator, key, values, facts, budget)))
    }))
}

/// Whether one key fits; `None` if the operator or the key is not known.
fn one(operator: &str, key: &str, values: ValueRef<'_>, facts: &Facts<'_>, budget: &Budget) -> Option<bool> {
    let found = facts.value(key)?;
    let texts: Vec<_> = match values.kind() {
        Kind::List(list) => list.iter().collect(),
        _ => vec![values],
    };
    let texts: Option<Vec<_>> = texts.into_iter().map(|one| (!one.is_compound()).then(|| one.to_text())).collect();
    let texts = texts?;
    if operator == "Null" {
        let is_null = found.is_none().to_string();
        return Some(texts.iter().any(|text| text.eq_ignore_ascii_case(&is_null)));
    }
    let (name, if_exists) = match operator.strip_suffix("IfExists") {
        Some(name) => (name, true),
        None => (operator, false),
    };
    let (is_negated, compare) = comparison(name)?;
    let Some(found) = found else { return Some(is_negated || if_exists) };
    let compared = any(texts.iter().map(|text| {
        let is_known = !text.contains("${");
        is_known.then(|| compare(&found, text, budget)).flatten()
    }));
    if is_negated { not(compared) } else { compared }
}

/// Compares the value of the request with one of the document.
type Compare = fn(&str, &str, &Budget) -> Option<bool>;

/// An operator: whether it is the contrary of its comparison, and that.
fn comparison(name: &str) -> Option<(bool, Compare)> {
    Some(match name {
        "StringEquals" => (false, |found, text, _| Some(found == text)),
        "StringNotEquals" => (true, |found, text, _| Some(found == text)),
        "StringEqualsIgnoreCase" => (false, |found, text, _| Some(found.eq_ignore_ascii_case(text))),
        "StringNotEqualsIgnoreCase" => (true, |found, text, _| Some(found.eq_ignore_ascii_case(text))),
        "StringLike" => (false, |found, text, budget| fits(text, found, budget)),
        "StringNotLike" => (true, |found, text, budget| fits(text, found, budget)),
        "Bool" => (false, |found, text, _| Some(found.eq_ignore_ascii_case(text))),
        "IpAddress" => (false, |found, text, _| is_in(found, text)),
        "NotIpAddress" => (true, |found, text, _| is_in(found, text)),
        "NumericEquals" => (false, |found, text, _| numbers(found, text).map(Ordering::is_eq)),
        "NumericNotEquals" => (true, |found, text, _| numbers(found, text).map(Ordering::is_eq)),
        "NumericLessThan" => (false, |found, text, _| numbers(found, text).map(Ordering::is_lt)),
        "NumericLessThanEquals" => (false, |found, text, _| numbers(found, text).map(Ordering::is_le)),
        "NumericGreaterThan" => (false, |found, text, _| numbers(found, text).map(Ordering::is_gt)),
        "NumericGreaterThanEquals" => (false, |found, text, _| numbers(found, text).map(Ordering::is_ge)),
        "DateEquals" => (false, |found, text, _| dates(found, text).map(Ordering::is_eq)),
        "DateNotEquals" => (true, |found, text, _| dates(found, text).map(Ordering::is_eq)),
        "DateLessThan" => (false, |found, text, _| dates(found, text).map(Ordering::is_lt)),
        "DateLessThanEquals" => (false, |found, text, _| dates(found, text).map(Ordering::is_le)),
        "DateGreaterThan" => (false, |found, text, _| dates(found, text).map(Ordering::is_gt)),
        "DateGreaterThanEquals" => (false, |found, text, _| dates(found, text).map(Ordering::is_ge)),
        _ => return None,
    })
}

/// Whether an address is in a range, or is the one that is written.
fn is_in(found: &str, range: &str) -> Option<bool> {
    let found: IpAddr = found.parse().ok()?;
    let range: IpNet = range.parse().or_else(|_| range.parse::<IpAddr>().map(IpNet::from)).ok()?;
    Some(range.contains(&found))
}

fn numbers(found: &str, text: &str) -> Option<Ordering> {
    let number = |text: &str| text.trim().parse::<f64>().ok();
    number(found)?.partial_cmp(&number(text)?)
}

fn dates(found: &str, text: &str) -> Option<Ordering> {
    Some(seconds(found)?.cmp(&seconds(text)?))
}

/// A time as seconds since 1970: a number, a date, or a date with a time.
fn seconds(text: &str) -> Option<i64> {
    let text = text.trim();
    let time =
        || OffsetDateTime::parse(text, &Rfc3339).or_else(|_| OffsetDateTime::parse(text, &Iso8601::DEFAULT)).ok();
    let date = || Some(Date::parse(text, &Iso8601::DATE).ok()?.midnight().assume_utc());
    text.parse().ok().or_else(|| Some(time().or_else(date)?.unix_timestamp()))
}
