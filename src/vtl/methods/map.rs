//! Methods of maps, and of their entries.

use std::sync::Arc;

use crate::vtl::error::RenderError;
use crate::vtl::heap::{Members, Origin};
use crate::vtl::item::Item;
use crate::vtl::render::Renderer;

// === impl Renderer ===

impl Renderer<'_> {
    pub(super) fn map_method(&mut self, map: usize, name: &str, arguments: &[Item]) -> Result<Item, RenderError> {
        let count = self.heap.members(map).map_or(0, Members::len);
        match (name, arguments) {
            ("size" | "count", []) => Ok(Item::count(count)),
            ("isEmpty", []) => Ok(Item::Bool(count == 0)),
            ("key" | "getKey", []) => self.heap.member(map, "key", &mut self.budget),
            ("value" | "getValue", []) => self.heap.member(map, "value", &mut self.budget),
            ("get" | "getOrDefault" | "containsKey" | "remove", [key, rest @ ..]) => {
                let key = self.text(key)?;
                self.keyed(map, name, &key, rest)
            }
            ("put" | "putIfAbsent", [key, value]) => {
                let key = self.text(key)?;
                let old = self.heap.member(map, &key, &mut self.budget)?;
                if name == "put" || old.is_null() {
                    self.heap.put(map, key.into(), value.clone(), &mut self.budget)?;
                }
                Ok(old)
            }
            ("putAll", [other]) => {
                let other = self.heap.opened(other.clone(), &mut self.budget)?;
                let Item::Map(other) = other else { return Ok(Item::Null) };
                let members = self.members_of(other)?;
                for (key, value) in members {
                    self.heap.put(map, key, value, &mut self.budget)?;
                }
                Ok(Item::Null)
            }
            ("clear", []) => {
                if let Some(members) = self.heap.members_mut(map) {
                    members.clear();
                }
                Ok(Item::Null)
            }
            ("containsValue", [value]) => {
                for (_, member) in self.members_of(map)? {
                    if self.are_equal(&member, value)? {
                        return Ok(Item::Bool(true));
                    }
                }
                Ok(Item::Bool(false))
            }
            ("keySet" | "values" | "entrySet", []) => self.view(map, name),
            _ => Ok(Item::Null),
        }
    }

    fn members_of(&mut self, map: usize) -> Result<Vec<(Arc<str>, Item)>, RenderError> {
        let count = self.heap.members(map).map_or(0, Members::len);
        self.budget.hold(count * size_of::<(Arc<str>, Item)>())?;
        let members = self.heap.members(map).into_iter().flatten();
        Ok(members.map(|(name, item)| (name.clone(), item.clone())).collect())
    }

    fn keyed(&mut self, map: usize, method: &str, key: &str, rest: &[Item]) -> Result<Item, RenderError> {
        let is_there = self.heap.members(map).is_some_and(|members| members.contains_key(key));
        match (method, rest) {
            ("containsKey", []) => Ok(Item::Bool(is_there)),
            ("getOrDefault", [default]) if !is_there => Ok(default.clone()),
            ("get", []) | ("getOrDefault", [_]) => self.heap.member(map, key, &mut self.budget),
            ("remove", []) => {
                let count = self.heap.members(map).map_or(0, Members::len);
                self.budget.spend(1 + count / 16)?;
                let removed = self.heap.members_mut(map).and_then(|members| members.shift_remove(key));
                Ok(removed.unwrap_or(Item::Null))
            }
            _ => Ok(Item::Null),
        }
    }

    fn view(&mut self, map: usize, name: &str) -> Result<Item, RenderError> {
        let mut items = Vec::new();
        for (key, _) in self.members_of(map)? {
            items.push(match name {
                "keySet" => Item::Text(key),
                "values" => self.heap.member(map, &key, &mut self.budget)?,
                _ => {
                    let value = self.heap.member(map, &key, &mut self.budget)?;
                    let entry = [("key".into(), Item::Text(key)), ("value".into(), value)];
                    self.heap.map(entry.into_iter().collect(), Origin::Entry, &mut self.budget)?
                }
            });
        }
        self.heap.list(items, Origin::Template, &mut self.budget)
    }
}
