//! Functions at the end of a path.

use super::path::{Found, Function};
use crate::value::{Kind, Value, ValueRef};

/// The result of a function. It works on the one list that a definite path names, or on all values of another path.
pub(super) fn apply(function: Function, is_definite: bool, values: &[ValueRef<'_>]) -> Found {
    let all: Vec<ValueRef<'_>> = match (is_definite, values) {
        (true, [one]) => match one.kind() {
            Kind::List(list) => list.iter().collect(),
            Kind::Object(object) if function == Function::Length => return count(object.len()),
            Kind::Object(object) if function == Function::Keys => {
                return Found::One(Value::list(object.iter().map(|(name, _)| Value::from(name))));
            }
            _ => return Found::Nothing,
        },
        (true, _) => return Found::Nothing,
        (false, all) => all.to_vec(),
    };
    let numbers: Vec<f64> = all.iter().filter_map(|value| number(*value)).collect();
    let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
    match function {
        Function::Length => count(all.len()),
        Function::Keys => Found::Nothing,
        Function::First => found(all.first()),
        Function::Last => found(all.last()),
        Function::Index(index) => {
            let place = usize::try_from(index).ok();
            let place = place.or_else(|| all.len().checked_sub(usize::try_from(index.unsigned_abs()).ok()?));
            found(place.and_then(|place| all.get(place)))
        }
        _ if numbers.is_empty() => Found::Nothing,
        Function::Sum => Found::One(numbers.iter().sum::<f64>().into()),
        Function::Min => Found::One(numbers.iter().copied().fold(f64::INFINITY, f64::min).into()),
        Function::Max => Found::One(numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max).into()),
        Function::Average => Found::One(mean.into()),
        Function::Deviation => {
            let squares = numbers.iter().map(|number| (number - mean).powi(2)).sum::<f64>();
            Found::One((squares / numbers.len() as f64).sqrt().into())
        }
    }
}

fn count(count: usize) -> Found {
    Found::One(i64::try_from(count).unwrap_or(i64::MAX).into())
}

fn found(value: Option<&ValueRef<'_>>) -> Found {
    value.map_or(Found::Nothing, |value| Found::One(value.to_value()))
}

fn number(value: ValueRef<'_>) -> Option<f64> {
    match value.kind() {
        Kind::Number(number) => Some(number.as_f64()),
        _ => None,
    }
}
