//! Lists and maps of a rendering. All of them end with it.

use std::sync::Arc;

use indexmap::IndexMap;

use super::budget::Budget;
use super::error::RenderError;
use super::item::Item;
use crate::value::{Kind, Value};

/// The bytes that an item of a list or a map takes, apart from its text.
const ITEM: usize = 48;

pub(super) type Members = IndexMap<Arc<str>, Item>;

/// How a list or a map prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    Json,
    Template,
    /// An entry of a map.
    Entry,
}

#[derive(Debug)]
pub(super) struct Container<T> {
    pub items: T,
    pub origin: Origin,
}

/// All lists and maps.
#[derive(Debug, Default)]
pub(super) struct Heap {
    lists: Vec<Container<Vec<Item>>>,
    maps: Vec<Container<Members>>,
}

// === impl Heap ===

impl Heap {
    pub(super) fn list(&mut self, items: Vec<Item>, origin: Origin, budget: &mut Budget) -> Result<Item, RenderError> {
        budget.hold(ITEM * (items.len() + 1))?;
        self.lists.push(Container { items, origin });
        Ok(Item::List(self.lists.len() - 1))
    }

    pub(super) fn map(&mut self, items: Members, origin: Origin, budget: &mut Budget) -> Result<Item, RenderError> {
        budget.hold(2 * ITEM * (items.len() + 1))?;
        self.maps.push(Container { items, origin });
        Ok(Item::Map(self.maps.len() - 1))
    }

    /// The item with its list or map in the heap.
    pub(super) fn opened(&mut self, item: Item, budget: &mut Budget) -> Result<Item, RenderError> {
        let Item::Json(value) = &item else { return Ok(item) };
        match value.kind() {
            Kind::List(list) => {
                budget.hold(ITEM * list.len())?;
                self.list(list.iter().map(Item::of_json).collect(), Origin::Json, budget)
            }
            Kind::Object(object) => {
                budget.hold(2 * ITEM * object.len())?;
                let members = object.iter().map(|(name, value)| (Arc::from(name), Item::of_json(value))).collect();
                self.map(members, Origin::Json, budget)
            }
            _ => Ok(item),
        }
    }

    pub(super) fn items(&self, list: usize) -> &[Item] {
        self.lists.get(list).map(|one| one.items.as_slice()).unwrap_or_default()
    }

    pub(super) fn members(&self, map: usize) -> Option<&Members> {
        self.maps.get(map).map(|one| &one.items)
    }

    pub(super) fn list_origin(&self, list: usize) -> Origin {
        self.lists.get(list).map_or(Origin::Template, |one| one.origin)
    }

    pub(super) fn map_origin(&self, map: usize) -> Origin {
        self.maps.get(map).map_or(Origin::Template, |one| one.origin)
    }

    pub(super) fn items_mut(&mut self, list: usize) -> Option<&mut Vec<Item>> {
        self.lists.get_mut(list).map(|one| &mut one.items)
    }

    pub(super) fn members_mut(&mut self, map: usize) -> Option<&mut Members> {
        self.maps.get_mut(map).map(|one| &mut one.items)
    }

    /// An item of a list, in the heap.
    pub(super) fn at(&mut self, list: usize, index: usize, budget: &mut Budget) -> Result<Item, RenderError> {
        let Some(item) = self.items(list).get(index).cloned() else { return Ok(Item::Null) };
        let is_json = matches!(item, Item::Json(_));
        let opened = self.opened(item, budget)?;
        if let (true, Some(place)) = (is_json, self.items_mut(list).and_then(|items| items.get_mut(index))) {
            *place = opened.clone();
        }
        Ok(opened)
    }

    /// A member of a map, in the heap.
    pub(super) fn member(&mut self, map: usize, name: &str, budget: &mut Budget) -> Result<Item, RenderError> {
        let Some(item) = self.members(map).and_then(|members| members.get(name)).cloned() else {
            return Ok(Item::Null);
        };
        let is_json = matches!(item, Item::Json(_));
        let opened = self.opened(item, budget)?;
        if let (true, Some(place)) = (is_json, self.members_mut(map).and_then(|members| members.get_mut(name))) {
            *place = opened.clone();
        }
        Ok(opened)
    }

    pub(super) fn put(
        &mut self,
        map: usize,
        name: Arc<str>,
        item: Item,
        budget: &mut Budget,
    ) -> Result<Item, RenderError> {
        budget.hold(2 * ITEM + name.len())?;
        let old = self.members_mut(map).and_then(|members| members.insert(name, item));
        Ok(old.unwrap_or(Item::Null))
    }

    pub(super) fn insert(
        &mut self,
        list: usize,
        index: usize,
        item: Item,
        budget: &mut Budget,
    ) -> Result<(), RenderError> {
        budget.hold(ITEM)?;
        let Some(items) = self.items_mut(list).filter(|items| index <= items.len()) else { return Ok(()) };
        budget.spend(1 + (items.len() - index) / 16)?;
        items.insert(index, item);
        Ok(())
    }

    /// An item as JSON, as far as it has a counterpart there.
    pub(super) fn json(&self, item: &Item, budget: &mut Budget) -> Result<Value, RenderError> {
        budget.spend(1)?;
        Ok(match item {
            Item::Null | Item::Block(_) | Item::Input | Item::Util => Value::NULL,
            Item::Bool(flag) => (*flag).into(),
            Item::Integer(number) => (*number).into(),
            Item::Double(number) => (*number).into(),
            Item::Digits(text) => Value::number(text).unwrap_or_default(),
            Item::Text(text) => {
                budget.hold(text.len())?;
                (&**text).into()
            }
            Item::Json(value) => value.clone(),
            Item::List(list) => {
                budget.enter()?;
                let items: Vec<Value> =
                    self.items(*list).iter().map(|item| self.json(item, budget)).collect::<Result<_, _>>()?;
                budget.leave();
                items.into()
            }
            Item::Map(map) => {
                budget.enter()?;
                let members = self.members(*map).into_iter().flatten();
                let members: Vec<(Arc<str>, Value)> = members
                    .map(|(name, item)| Ok((name.clone(), self.json(item, budget)?)))
                    .collect::<Result<_, RenderError>>()?;
                budget.leave();
                Value::object(members)
            }
        })
    }
}
