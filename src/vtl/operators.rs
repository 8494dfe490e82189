//! Operators.

use super::error::RenderError;
use super::item::Item;
use super::render::Renderer;
use super::tree::{Expression, Operator};

// === impl Renderer ===

impl Renderer<'_> {
    /// The value of operands from left to right.
    pub(super) fn chain(&mut self, first: &Expression, rest: &[(Operator, Expression)]) -> Result<Item, RenderError> {
        let mut left = self.value(first)?;
        let mut left_source = source(first);
        for (operator, right) in rest {
            left = match operator {
                Operator::Or if left.is_true() => Item::Bool(true),
                Operator::And if !left.is_true() => Item::Bool(false),
                Operator::Or | Operator::And => Item::Bool(self.value(right)?.is_true()),
                operator => {
                    let value = self.value(right)?;
                    self.combined(*operator, (&left, left_source), (&value, source(right)))?
                }
            };
            left_source = "";
        }
        Ok(left)
    }

    fn combined(
        &mut self,
        operator: Operator,
        (left, left_source): (&Item, &str),
        (right, right_source): (&Item, &str),
    ) -> Result<Item, RenderError> {
        Ok(match operator {
            Operator::Equal => Item::Bool(self.are_equal(left, right)?),
            Operator::Unequal => Item::Bool(!self.are_equal(left, right)?),
            Operator::Less => compared(left, right, |left, right| left < right),
            Operator::LessOrEqual => compared(left, right, |left, right| left <= right),
            Operator::Greater => compared(left, right, |left, right| left > right),
            Operator::GreaterOrEqual => compared(left, right, |left, right| left >= right),
            Operator::Add if matches!(left, Item::Text(_)) || matches!(right, Item::Text(_)) => {
                let mut joined = if left.is_null() { left_source.to_owned() } else { self.text(left)? };
                match right {
                    Item::Null => joined.push_str(right_source),
                    right => joined.push_str(&self.text(right)?),
                }
                self.made_text(joined)?
            }
            operator => computed(operator, left, right),
        })
    }

    /// Whether two values are equal: numbers by their value, others by their text. A value that is missing equals the empty text.
    pub(super) fn are_equal(&mut self, left: &Item, right: &Item) -> Result<bool, RenderError> {
        Ok(match (left, right) {
            (Item::Text(left), Item::Text(right)) => {
                self.budget.spend_bytes(left.len().min(right.len()))?;
                left == right
            }
            (Item::Integer(left), Item::Integer(right)) => left == right,
            (Item::Bool(left), Item::Bool(right)) => left == right,
            (Item::List(left), Item::List(right)) | (Item::Map(left), Item::Map(right)) if left == right => true,
            (Item::Null, Item::Null) => true,
            (Item::Null, Item::Text(text)) | (Item::Text(text), Item::Null) => text.is_empty(),
            (Item::Null, _) | (_, Item::Null) => false,
            (left, right) => match (left.number(), right.number()) {
                (Some(left), Some(right)) => left == right,
                _ => self.text(left)? == self.text(right)?,
            },
        })
    }
}

/// The text that an operand which is null gives to `+`.
fn source(expression: &Expression) -> &str {
    match expression {
        Expression::Reference(reference) => &reference.source,
        _ => "",
    }
}

/// Only numbers have an order.
fn compared(left: &Item, right: &Item, fits: impl Fn(f64, f64) -> bool) -> Item {
    Item::Bool(match (left.number(), right.number()) {
        (Some(left), Some(right)) => fits(left, right),
        _ => false,
    })
}

/// Arithmetic. Whole numbers stay whole; what has no result is null.
fn computed(operator: Operator, left: &Item, right: &Item) -> Item {
    if let (Item::Integer(left), Item::Integer(right)) = (left, right) {
        let result = match operator {
            Operator::Add => left.checked_add(*right),
            Operator::Subtract => left.checked_sub(*right),
            Operator::Multiply => left.checked_mul(*right),
            Operator::Divide => left.checked_div(*right),
            _ => left.checked_rem(*right),
        };
        return result.map_or(Item::Null, Item::Integer);
    }
    let (Some(left), Some(right)) = (left.number(), right.number()) else { return Item::Null };
    let result = match operator {
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => left * right,
        Operator::Divide if right != 0.0 => left / right,
        Operator::Remainder if right != 0.0 => left % right,
        _ => return Item::Null,
    };
    Item::Double(result)
}
