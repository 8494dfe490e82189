//! Numbers, compared and divided exactly, however they are written.

use std::cmp::Ordering;

/// Beyond this a decimal is larger than every whole number that is kept as one.
const LARGE: f64 = 1e30;

/// A number of JSON.
#[derive(Debug, Clone, Copy)]
pub enum Number {
    Whole(i128),
    /// Written with a point or an exponent, or too large to be kept as a whole number.
    Decimal(f64),
}

/// A divisor: `coefficient` times ten to the power of `exponent`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decimal {
    coefficient: u128,
    exponent: i32,
}

impl Number {
    /// Whether there is nothing after the point; where it is strict, no point either.
    pub(super) fn is_integer(self, strict: bool) -> bool {
        match self {
            Number::Whole(_) => true,
            // A number that is too large to be kept as a whole one was written as one, for all that is known.
            Number::Decimal(decimal) => decimal.fract() == 0.0 && (!strict || decimal.abs() > 1e18),
        }
    }

    pub(super) fn compare(self, other: Number) -> Ordering {
        match (self, other) {
            (Number::Whole(one), Number::Whole(other)) => one.cmp(&other),
            (Number::Decimal(one), Number::Decimal(other)) => one.partial_cmp(&other).unwrap_or(Ordering::Equal),
            (Number::Whole(one), Number::Decimal(other)) => against(one, other),
            (Number::Decimal(one), Number::Whole(other)) => against(other, one).reverse(),
        }
    }

    /// The same for numbers that are equal.
    pub(super) fn canonical(self) -> (i128, u64) {
        match self {
            Number::Whole(whole) => (whole, 0),
            Number::Decimal(decimal) if decimal.fract() == 0.0 && decimal.abs() < LARGE => (decimal as i128, 0),
            Number::Decimal(decimal) => (0, decimal.to_bits()),
        }
    }

    /// Whether dividing leaves nothing.
    pub(super) fn is_multiple_of(self, divisor: Decimal) -> bool {
        let number = Decimal::of(self);
        if number.coefficient == 0 {
            return true;
        }
        let shift = number.exponent - divisor.exponent;
        if shift >= 0 {
            let power = power_of_ten(shift.unsigned_abs(), divisor.coefficient);
            let rest = number.coefficient % divisor.coefficient;
            return (rest * power).is_multiple_of(divisor.coefficient);
        }
        let power = 10_u128.checked_pow(shift.unsigned_abs());
        let whole = power.and_then(|power| power.checked_mul(divisor.coefficient));
        whole.is_some_and(|whole| number.coefficient.is_multiple_of(whole))
    }
}

impl Decimal {
    /// A number by its shortest decimal text: `0.1` is a tenth. Both parts of a product fit: a coefficient has at most
    /// 64 bits.
    fn of(number: Number) -> Self {
        let decimal = match number {
            Number::Whole(whole) => return Decimal { coefficient: whole.unsigned_abs(), exponent: 0 },
            Number::Decimal(decimal) => decimal,
        };
        let text = format!("{:e}", decimal.abs());
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let coefficient = format!("{whole}{fraction}").parse().unwrap_or(0);
        let exponent = exponent.parse::<i32>().unwrap_or(0) - i32::try_from(fraction.len()).unwrap_or(0);
        Decimal { coefficient, exponent }
    }

    /// `None` where nothing can be divided by it.
    pub(super) fn divisor(number: Number) -> Option<Self> {
        let divisor = Decimal::of(number);
        let positive = number.compare(Number::Whole(0)) == Ordering::Greater;
        (positive && divisor.coefficient > 0 && divisor.coefficient <= u128::from(u64::MAX)).then_some(divisor)
    }
}

fn against(whole: i128, decimal: f64) -> Ordering {
    if decimal.abs() >= LARGE {
        return if decimal > 0.0 { Ordering::Less } else { Ordering::Greater };
    }
    let below = decimal.floor();
    let rest = if decimal > below { Ordering::Less } else { Ordering::Equal };
    whole.cmp(&(below as i128)).then(rest)
}

/// Ten to a power, in the remainders of `modulus`, which has at most 64 bits.
fn power_of_ten(mut power: u32, modulus: u128) -> u128 {
    let (mut result, mut base) = (1 % modulus, 10 % modulus);
    while power > 0 {
        if power & 1 == 1 {
            result = result * base % modulus;
        }
        base = base * base % modulus;
        power >>= 1;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_divided_as_they_are_written() {
        let is_multiple = |number: Number, divisor: Number| number.is_multiple_of(Decimal::divisor(divisor).unwrap());
        for (number, divisor, expected) in [
            (Number::Decimal(0.3), Number::Decimal(0.1), true),
            (Number::Decimal(19.99), Number::Decimal(0.01), true),
            (Number::Decimal(0.0075), Number::Decimal(0.0001), true),
            (Number::Decimal(0.00751), Number::Decimal(0.0001), false),
            (Number::Decimal(1e308), Number::Decimal(0.5), true),
            (Number::Decimal(1e308), Number::Decimal(0.123_456_789), false),
            (Number::Decimal(1e-308), Number::Whole(1), false),
            (Number::Whole(12_391_239_123), Number::Decimal(1e-8), true),
            (Number::Whole(9_007_199_254_740_993), Number::Whole(2), false),
            (Number::Whole(0), Number::Decimal(0.7), true),
            (Number::Whole(-9), Number::Whole(3), true),
        ] {
            assert_eq!(is_multiple(number, divisor), expected, "{number:?} {divisor:?}");
        }
        assert!(Decimal::divisor(Number::Whole(0)).is_none() && Decimal::divisor(Number::Decimal(-1.0)).is_none());
    }

    #[test]
    fn whole_numbers_and_decimals_compare_exactly() {
        let (large, next) = (Number::Whole(9_007_199_254_740_993), Number::Decimal(9_007_199_254_740_992.0));
        assert_eq!(large.compare(next), Ordering::Greater);
        assert_eq!(next.compare(large), Ordering::Less);
        assert_eq!(Number::Whole(1).compare(Number::Decimal(1.0)), Ordering::Equal);
        assert_eq!(Number::Whole(-2).compare(Number::Decimal(-1.5)), Ordering::Less);
        assert_eq!(Number::Whole(1).compare(Number::Decimal(1e300)), Ordering::Less);
        assert_eq!(Number::Whole(1).canonical(), Number::Decimal(1.0).canonical());
    }
}
