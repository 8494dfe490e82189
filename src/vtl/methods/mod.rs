//! Members and methods of values.

mod list;
mod map;
mod scalar;
mod text;

use super::error::RenderError;
use super::item::Item;
use super::render::Renderer;

/// Every method that some value has.
const METHODS: &[&str] = &[
    "length",
    "isEmpty",
    "contains",
    "startsWith",
    "endsWith",
    "indexOf",
    "lastIndexOf",
    "charAt",
    "substring",
    "replace",
    "replaceAll",
    "replaceFirst",
    "matches",
    "split",
    "toLowerCase",
    "toUpperCase",
    "trim",
    "equals",
    "equalsIgnoreCase",
    "compareTo",
    "concat",
    "toString",
    "hashCode",
    "size",
    "count",
    "get",
    "add",
    "addAll",
    "set",
    "remove",
    "clear",
    "subList",
    "iterator",
    "toArray",
    "put",
    "putAll",
    "putIfAbsent",
    "containsKey",
    "containsValue",
    "keySet",
    "values",
    "entrySet",
    "getOrDefault",
    "key",
    "value",
    "getKey",
    "getValue",
    "intValue",
    "longValue",
    "doubleValue",
    "floatValue",
    "parseInt",
    "parseLong",
    "parseDouble",
    "parseFloat",
    "parseBoolean",
    "valueOf",
    "json",
    "path",
    "params",
    "escapeJavaScript",
    "parseJson",
    "urlEncode",
    "urlDecode",
    "base64Encode",
    "base64Decode",
];

/// Whether a value may have a method of this name.
pub(super) fn is_method(name: &str) -> bool {
    METHODS.contains(&name)
}

/// Whether the first argument of a method is a pattern.
pub(super) fn is_pattern_method(name: &str) -> bool {
    matches!(name, "replaceAll" | "replaceFirst" | "matches" | "split")
}

// === impl Renderer ===

impl Renderer<'_> {
    /// A member of a value; null where it has none of this name.
    pub(super) fn member(&mut self, item: &Item, name: &str) -> Result<Item, RenderError> {
        let item = self.heap.opened(item.clone(), &mut self.budget)?;
        match item {
            Item::Map(map) => self.heap.member(map, name, &mut self.budget),
            Item::Input => self.input_member(name),
            Item::List(_) | Item::Text(_) if matches!(name, "empty" | "isEmpty") => self.method(&item, "isEmpty", &[]),
            _ => Ok(Item::Null),
        }
    }

    /// An item of a list by its number, or a member of a map by its name.
    pub(super) fn indexed(&mut self, item: &Item, index: &Item) -> Result<Item, RenderError> {
        let item = self.heap.opened(item.clone(), &mut self.budget)?;
        match (item, index) {
            (Item::List(list), Item::Integer(number)) => {
                // In Velocity a negative index counts from the end.
                let count = self.heap.items(list).len();
                let index = usize::try_from(*number)
                    .ok()
                    .or_else(|| count.checked_sub(usize::try_from(number.unsigned_abs()).unwrap_or(usize::MAX)));
                match index {
                    Some(index) => self.heap.at(list, index, &mut self.budget),
                    None => Ok(Item::Null),
                }
            }
            (Item::Map(map), index) => {
                let name = self.text(index)?;
                self.heap.member(map, &name, &mut self.budget)
            }
            _ => Ok(Item::Null),
        }
    }

    /// The result of a method; null where the value has no such method, or it fails in Java.
    pub(super) fn method(&mut self, item: &Item, name: &str, arguments: &[Item]) -> Result<Item, RenderError> {
        let item = self.heap.opened(item.clone(), &mut self.budget)?;
        match (name, arguments) {
            ("toString", []) if !matches!(item, Item::Input | Item::Util | Item::Null) => {
                let text = self.text(&item)?;
                return self.made_text(text);
            }
            ("equals", [other]) if !matches!(item, Item::Null) => {
                let is_equal = std::mem::discriminant(&item) == std::mem::discriminant(other);
                return Ok(Item::Bool(is_equal && self.are_equal(&item, other)?));
            }
            _ => {}
        }
        match &item {
            Item::Input => self.input(name, arguments),
            Item::Util => self.util(name, arguments),
            Item::Text(text) => self.text_method(text, name, arguments),
            Item::List(list) => self.list_method(*list, name, arguments),
            Item::Map(map) => self.map_method(*map, name, arguments),
            item => self.scalar_method(item, name, arguments),
        }
    }
}
