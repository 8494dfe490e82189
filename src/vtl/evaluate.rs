//! Values of expressions.

use super::error::RenderError;
use super::heap::{Members, Origin};
use super::item::Item;
use super::render::Renderer;
use super::tree::Expression;

// === impl Renderer ===

impl Renderer<'_> {
    /// The value of an expression.
    pub(super) fn value(&mut self, expression: &Expression) -> Result<Item, RenderError> {
        self.budget.spend(1)?;
        self.budget.enter()?;
        let item = self.value_of(expression)?;
        self.budget.leave();
        Ok(item)
    }

    fn value_of(&mut self, expression: &Expression) -> Result<Item, RenderError> {
        Ok(match expression {
            Expression::Null => Item::Null,
            Expression::Bool(flag) => Item::Bool(*flag),
            Expression::Integer(number) => Item::Integer(*number),
            Expression::Double(number) => Item::Double(*number),
            Expression::Text(text) => Item::Text(text.clone()),
            Expression::Interpolated(block) => {
                let text = self.block_text(block)?;
                self.made_text(text)?
            }
            Expression::List(items) => {
                let items = self.values(items)?;
                self.heap.list(items, Origin::Template, &mut self.budget)?
            }
            Expression::Map(members) => {
                let mut all = Members::new();
                for (name, value) in members {
                    let name = self.value(name)?;
                    all.insert(self.text(&name)?.into(), self.value(value)?);
                }
                self.heap.map(all, Origin::Template, &mut self.budget)?
            }
            Expression::Range(ends) => self.range(&ends.0, &ends.1)?,
            Expression::Reference(reference) => self.reference(reference)?,
            Expression::Not(inner) => Item::Bool(!self.value(inner)?.is_true()),
            Expression::Chain(first, rest) => self.chain(first, rest)?,
        })
    }

    pub(super) fn values(&mut self, expressions: &[Expression]) -> Result<Vec<Item>, RenderError> {
        expressions.iter().map(|one| self.value(one)).collect()
    }

    /// Whole numbers, both ends included; they may count down.
    fn range(&mut self, first: &Expression, last: &Expression) -> Result<Item, RenderError> {
        let (Item::Integer(first), Item::Integer(last)) = (self.value(first)?, self.value(last)?) else {
            return Ok(Item::Null);
        };
        let count = usize::try_from(first.abs_diff(last)).unwrap_or(usize::MAX);
        self.budget.hold(count.saturating_mul(size_of::<Item>()))?;
        let items = match first <= last {
            true => (first..=last).map(Item::Integer).collect(),
            false => (last..=first).rev().map(Item::Integer).collect(),
        };
        self.heap.list(items, Origin::Template, &mut self.budget)
    }
}
