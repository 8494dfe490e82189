//! Methods of numbers and booleans, and the static ones that are reached through them.

use crate::vtl::error::RenderError;
use crate::vtl::item::Item;
use crate::vtl::render::Renderer;

// === impl Renderer ===

impl Renderer<'_> {
    pub(super) fn scalar_method(&mut self, item: &Item, name: &str, arguments: &[Item]) -> Result<Item, RenderError> {
        if let [argument] = arguments {
            let text = self.text(argument)?;
            return Ok(match name {
                "parseInt" | "parseLong" => integer(&text).map_or(Item::Null, Item::Integer),
                "parseDouble" | "parseFloat" => text.trim().parse().map_or(Item::Null, Item::Double),
                "parseBoolean" => Item::Bool(text.eq_ignore_ascii_case("true")),
                "valueOf" => match item {
                    Item::Bool(_) => Item::Bool(text.eq_ignore_ascii_case("true")),
                    Item::Double(_) => text.trim().parse().map_or(Item::Null, Item::Double),
                    _ => integer(&text).map_or(Item::Null, Item::Integer),
                },
                "compareTo" => match (item.number(), argument.number()) {
                    (Some(left), Some(right)) => Item::Integer(i64::from(left > right) - i64::from(left < right)),
                    _ => Item::Null,
                },
                _ => Item::Null,
            });
        }
        let Some(number) = item.number() else { return Ok(Item::Null) };
        Ok(match (name, item) {
            ("intValue" | "longValue", Item::Integer(_)) => item.clone(),
            // Java cuts the fraction off, and stops at the ends of the range.
            ("intValue" | "longValue", _) => Item::Integer(number as i64),
            ("doubleValue" | "floatValue", _) => Item::Double(number),
            _ => Item::Null,
        })
    }
}

/// Java takes a sign and digits, and no spaces.
fn integer(text: &str) -> Option<i64> {
    text.parse().ok()
}
