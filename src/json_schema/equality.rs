//! Whether values are the same, as JSON Schema means it: `1` is `1.0`, and the order of members does not count.

use std::hash::{BuildHasher, Hasher, RandomState};

use super::budget::{Meter, TooCostly};
use super::instance::{Instance, View};

/// Bytes of text that are compared in a step.
const BYTES_PER_STEP: usize = 64;

/// Whether two values are the same.
pub(super) fn same<'a, 'b, A: Instance<'a>, B: Instance<'b>>(
    one: A,
    other: B,
    meter: &mut Meter,
) -> Result<bool, TooCostly> {
    meter.charge(1)?;
    match (one.view(), other.view()) {
        (View::Null, View::Null) => Ok(true),
        (View::Bool(one), View::Bool(other)) => Ok(one == other),
        (View::Number(one), View::Number(other)) => Ok(one.compare(other).is_eq()),
        (View::Text(one), View::Text(other)) => {
            meter.charge_size(one.len().min(other.len()), BYTES_PER_STEP)?;
            Ok(one == other)
        }
        (View::Items(ones), View::Items(others)) if ones == others => {
            deeper(meter, |meter| all(one.items().zip(other.items()), |(one, other)| same(one, other, meter)))
        }
        (View::Members(ones), View::Members(others)) if ones == others => deeper(meter, |meter| {
            all(one.members(), |(name, value)| match other.member(name) {
                Some(other) => same(value, other, meter),
                None => Ok(false),
            })
        }),
        _ => Ok(false),
    }
}

/// Whether no item is there twice.
pub(super) fn unique<'v, I: Instance<'v>>(list: I, count: usize, meter: &mut Meter) -> Result<bool, TooCostly> {
    // Seeded, so that a client cannot choose values that fall together.
    let seed = RandomState::new();
    let mut hashes = Vec::with_capacity(count);
    for item in list.items() {
        let mut hasher = seed.build_hasher();
        hash(item, &seed, &mut hasher, meter)?;
        hashes.push((hasher.finish(), item));
    }
    hashes.sort_unstable_by_key(|(hash, _)| *hash);
    for equals in hashes.chunk_by(|(one, _), (other, _)| one == other) {
        for (at, (_, one)) in equals.iter().enumerate() {
            if !all(&equals[..at], |(_, other)| same(*one, *other, meter).map(|same| !same))? {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// The same for values that are the same.
fn hash<'v, I: Instance<'v>>(
    value: I,
    seed: &RandomState,
    hasher: &mut impl Hasher,
    meter: &mut Meter,
) -> Result<(), TooCostly> {
    meter.charge(1)?;
    match value.view() {
        View::Null | View::Other => hasher.write_u8(0),
        View::Bool(bool) => hasher.write_u8(1 + u8::from(bool)),
        View::Number(number) => {
            let (whole, bits) = number.canonical();
            hasher.write_i128(whole);
            hasher.write_u64(bits);
        }
        View::Text(text) => {
            meter.charge_size(text.len(), BYTES_PER_STEP)?;
            hasher.write(text.as_bytes());
            hasher.write_u8(0xff);
        }
        View::Items(count) => {
            hasher.write_usize(count);
            deeper(meter, |meter| value.items().try_for_each(|item| hash(item, seed, hasher, meter)))?;
        }
        View::Members(count) => {
            // The order of members does not count, so their hashes are added.
            let mut sum = count as u64;
            deeper(meter, |meter| {
                value.members().try_for_each(|(name, value)| {
                    meter.charge_size(name.len(), BYTES_PER_STEP)?;
                    let mut member = seed.build_hasher();
                    member.write(name.as_bytes());
                    hash(value, seed, &mut member, meter)?;
                    sum = sum.wrapping_add(member.finish());
                    Ok(())
                })
            })?;
            hasher.write_u64(sum);
        }
    }
    Ok(())
}

fn deeper<T>(meter: &mut Meter, work: impl FnOnce(&mut Meter) -> Result<T, TooCostly>) -> Result<T, TooCostly> {
    meter.descend()?;
    let result = work(meter);
    meter.ascend();
    result
}

/// Whether something is true of all, up to the first of which it is not.
fn all<T>(
    items: impl IntoIterator<Item = T>,
    mut test: impl FnMut(T) -> Result<bool, TooCostly>,
) -> Result<bool, TooCostly> {
    for item in items {
        if !test(item)? {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::json_schema::Budget;

    #[test]
    fn values_are_the_same_however_they_are_written() {
        let mut meter = Meter::new(Budget::steps(10_000));
        let mut twice = |list: Value| !unique(&list, list.as_array().unwrap().len(), &mut meter).unwrap();
        for list in [
            json!([1, 1.0]),
            json!([{"a": 1, "b": [2]}, {"b": [2.0], "a": 1}]),
            json!([[], {}, "", null, false, 0, []]),
            json!([-0.0, 0]),
            json!([1e20, 100_000_000_000_000_000_000_f64]),
        ] {
            assert!(twice(list.clone()), "{list}");
        }
        for list in
            [json!([1, true, "1", [1]]), json!([{"a": 1}, {"a": 1, "b": 1}]), json!([[1, 2], [2, 1]]), json!([])]
        {
            assert!(!twice(list.clone()), "{list}");
        }
    }

    #[test]
    fn large_values_cost_steps() {
        let mut meter = Meter::new(Budget::steps(100));
        let large: Value = (0..200).collect();
        assert_eq!(unique(&large, 200, &mut meter), Err(TooCostly::Steps(100)));
        let text = json!("x".repeat(100_000));
        assert!(same(&text, &text.clone(), &mut Meter::new(Budget::steps(100))).is_err());
    }
}
