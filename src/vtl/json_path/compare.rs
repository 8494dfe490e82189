//! Comparisons in filters.

use super::path::{Comparison, Found};
use crate::value::{Kind, Value, ValueRef};
use crate::vtl::budget::Budget;
use crate::vtl::error::RenderError;

/// Whether a comparison holds. A place that is not there is less than nothing and equal to nothing, also not to null.
pub(super) fn compare(
    left: Found,
    comparison: Comparison,
    right: Found,
    budget: &mut Budget,
) -> Result<bool, RenderError> {
    let (left, right) = match (single(left), single(right)) {
        (Some(left), Some(right)) => (left, right),
        (left, right) => return Ok(comparison == Comparison::Unequal && left.is_some() != right.is_some()),
    };
    budget.spend(1 + size(left.view()) * size(right.view()))?;
    let (left, right) = (left.view(), right.view());
    Ok(match comparison {
        Comparison::Equal => are_equal(left, right),
        Comparison::Unequal => !are_equal(left, right),
        Comparison::Less => order(left, right).is_some_and(std::cmp::Ordering::is_lt),
        Comparison::LessOrEqual => order(left, right).is_some_and(std::cmp::Ordering::is_le),
        Comparison::Greater => order(left, right).is_some_and(std::cmp::Ordering::is_gt),
        Comparison::GreaterOrEqual => order(left, right).is_some_and(std::cmp::Ordering::is_ge),
        Comparison::In => has(right, left),
        Comparison::NotIn => !has(right, left),
        Comparison::SubsetOf => items(left).iter().all(|item| has(right, *item)),
        Comparison::AnyOf => items(left).iter().any(|item| has(right, *item)),
        Comparison::NoneOf => !items(left).iter().any(|item| has(right, *item)),
        Comparison::Size => length(left).is_some_and(|length| right.as_integer().is_some_and(|size| size == length)),
        Comparison::Empty => match (length(left), right.kind()) {
            (Some(length), Kind::Bool(is_empty)) => (length == 0) == is_empty,
            _ => false,
        },
    })
}

fn single(found: Found) -> Option<Value> {
    match found {
        Found::Nothing => None,
        Found::One(value) => Some(value),
        Found::Many(values) => Some(values.into()),
    }
}

fn size(value: ValueRef<'_>) -> usize {
    match value.kind() {
        Kind::List(list) => list.len().max(1),
        Kind::Object(object) => object.len().max(1),
        Kind::String(text) => 1 + text.len() / 64,
        _ => 1,
    }
}

/// A number is never equal to a text.
fn are_equal(left: ValueRef<'_>, right: ValueRef<'_>) -> bool {
    match (left.kind(), right.kind()) {
        (Kind::Number(left), Kind::Number(right)) => left.as_f64() == right.as_f64(),
        _ => left.to_value() == right.to_value(),
    }
}

fn order(left: ValueRef<'_>, right: ValueRef<'_>) -> Option<std::cmp::Ordering> {
    match (left.kind(), right.kind()) {
        (Kind::Number(left), Kind::Number(right)) => left.as_f64().partial_cmp(&right.as_f64()),
        (Kind::String(left), Kind::String(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

fn items(value: ValueRef<'_>) -> Vec<ValueRef<'_>> {
    value.as_list().map(|list| list.iter().collect()).unwrap_or_default()
}

fn has(list: ValueRef<'_>, item: ValueRef<'_>) -> bool {
    items(list).iter().any(|one| are_equal(*one, item))
}

fn length(value: ValueRef<'_>) -> Option<i64> {
    let length = match value.kind() {
        Kind::List(list) => list.len(),
        Kind::Object(object) => object.len(),
        Kind::String(text) => text.chars().count(),
        _ => return None,
    };
    i64::try_from(length).ok()
}
