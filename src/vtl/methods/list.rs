//! Methods of lists.

use crate::vtl::error::RenderError;
use crate::vtl::heap::Origin;
use crate::vtl::item::Item;
use crate::vtl::render::Renderer;

// === impl Renderer ===

impl Renderer<'_> {
    pub(super) fn list_method(&mut self, list: usize, name: &str, arguments: &[Item]) -> Result<Item, RenderError> {
        let count = self.heap.items(list).len();
        match (name, arguments) {
            ("size" | "count" | "length", []) => Ok(Item::count(count)),
            ("isEmpty", []) => Ok(Item::Bool(count == 0)),
            ("iterator" | "toArray", []) => Ok(Item::List(list)),
            ("get", [index]) => match index.index() {
                Some(index) => self.heap.at(list, index, &mut self.budget),
                None => Ok(Item::Null),
            },
            ("contains", [item]) => Ok(Item::Bool(self.position(list, item)?.is_some())),
            ("indexOf", [item]) => Ok(self.position(list, item)?.map_or(Item::Integer(-1), Item::count)),
            ("add", [item]) => {
                self.heap.insert(list, count, item.clone(), &mut self.budget)?;
                Ok(Item::Bool(true))
            }
            ("add", [index, item]) => {
                if let Some(index) = index.index() {
                    self.heap.insert(list, index, item.clone(), &mut self.budget)?;
                }
                Ok(Item::Null)
            }
            ("addAll", [other]) => self.add_all(list, other),
            ("set", [index, item]) => {
                let place = index.index().and_then(|index| self.heap.items_mut(list)?.get_mut(index));
                Ok(place.map_or(Item::Null, |place| std::mem::replace(place, item.clone())))
            }
            ("remove", [index]) => self.remove(list, index),
            ("clear", []) => {
                if let Some(items) = self.heap.items_mut(list) {
                    items.clear();
                }
                Ok(Item::Null)
            }
            ("subList", [first, end]) => {
                let (Some(first), Some(end)) = (first.index(), end.index()) else { return Ok(Item::Null) };
                let Some(part) = self.heap.items(list).get(first..end).map(<[Item]>::to_vec) else {
                    return Ok(Item::Null);
                };
                let origin = self.heap.list_origin(list);
                self.heap.list(part, origin, &mut self.budget)
            }
            _ => Ok(Item::Null),
        }
    }

    fn position(&mut self, list: usize, item: &Item) -> Result<Option<usize>, RenderError> {
        for index in 0..self.heap.items(list).len() {
            self.budget.spend(1)?;
            let other = self.heap.items(list).get(index).cloned().unwrap_or(Item::Null);
            if self.are_equal(&other, item)? {
                return Ok(Some(index));
            }
        }
        Ok(None)
    }

    fn add_all(&mut self, list: usize, other: &Item) -> Result<Item, RenderError> {
        let Item::List(other) = self.heap.opened(other.clone(), &mut self.budget)? else { return Ok(Item::Null) };
        let copy = self.heap.items(other).to_vec();
        let is_changed = !copy.is_empty();
        // A list of the budget's own accounts for the copy.
        self.heap.list(Vec::new(), Origin::Template, &mut self.budget)?;
        for item in copy {
            let count = self.heap.items(list).len();
            self.heap.insert(list, count, item, &mut self.budget)?;
        }
        Ok(Item::Bool(is_changed))
    }

    /// A number removes the item at this index, another value itself.
    fn remove(&mut self, list: usize, index: &Item) -> Result<Item, RenderError> {
        let by_number = matches!(index, Item::Integer(_));
        let place = if by_number { index.index() } else { self.position(list, index)? };
        let count = self.heap.items(list).len();
        let place = place.filter(|place| *place < count);
        self.budget.spend(1 + count / 16)?;
        let removed = match (place, self.heap.items_mut(list)) {
            (Some(place), Some(items)) => Some(items.remove(place)),
            _ => None,
        };
        Ok(match by_number {
            true => removed.unwrap_or(Item::Null),
            false => Item::Bool(removed.is_some()),
        })
    }
}
