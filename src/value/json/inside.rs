//! The items of lists and the members of objects.

use std::sync::Arc;

use super::repr::Value;
use super::tape::{self, Json};
use super::view::{Items, List, Object, Pairs, Place, ValueRef};

impl<'a> List<'a> {
    pub fn len(self) -> usize {
        match self.0 {
            Items::Made(items) => items.len(),
            Items::Read(json, node) => json.word(node).size(),
        }
    }

    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    pub fn get(self, index: usize) -> Option<ValueRef<'a>> {
        match self.0 {
            Items::Made(items) => items.get(index).map(ValueRef::from),
            Items::Read(json, node) => json.item(node, index).map(|item| ValueRef(Place::Read(json, item))),
        }
    }

    pub fn iter(self) -> ListIter<'a> {
        match self.0 {
            Items::Made(items) => ListIter(Walk::Made(items.iter())),
            Items::Read(json, node) => ListIter(Walk::Read(json, json.items(node))),
        }
    }
}

impl<'a> Object<'a> {
    pub fn len(self) -> usize {
        match self.0 {
            Pairs::Made(members) => members.len(),
            Pairs::Read(json, node) => json.word(node).size(),
        }
    }

    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    pub fn get(self, name: &str) -> Option<ValueRef<'a>> {
        match self.0 {
            Pairs::Made(members) => members.get(name).map(ValueRef::from),
            Pairs::Read(json, node) => json.member(node, name).map(|value| ValueRef(Place::Read(json, value))),
        }
    }

    /// The values of the members, one after the other.
    pub fn values(self) -> impl Iterator<Item = ValueRef<'a>> {
        let (made, read) = match self.0 {
            Pairs::Made(members) => (Some(members.values().map(ValueRef::from)), None),
            Pairs::Read(json, node) => {
                let members = json.members(node);
                (None, Some(members.map(move |(_, value)| ValueRef(Place::Read(json, value)))))
            }
        };
        made.into_iter().flatten().chain(read.into_iter().flatten())
    }

    pub fn iter(self) -> ObjectIter<'a> {
        match self.0 {
            Pairs::Made(members) => ObjectIter(Walk::Made(members.iter())),
            Pairs::Read(json, node) => ObjectIter(Walk::Read(json, json.members(node))),
        }
    }
}

impl Default for ListIter<'_> {
    /// Of no list.
    fn default() -> Self {
        ListIter(Walk::Made([].iter()))
    }
}

impl Default for ObjectIter<'_> {
    /// Of no object.
    fn default() -> Self {
        ObjectIter(Walk::Made(indexmap::map::Iter::default()))
    }
}

/// A walk through what was made, or through a text.
#[derive(Clone)]
enum Walk<'a, M, R> {
    Made(M),
    Read(&'a Arc<Json>, R),
}

/// The items of a list, one after the other.
#[derive(Clone)]
pub struct ListIter<'a>(Walk<'a, std::slice::Iter<'a, Value>, tape::Items<'a>>);

impl<'a> Iterator for ListIter<'a> {
    type Item = ValueRef<'a>;

    #[inline]
    fn next(&mut self) -> Option<ValueRef<'a>> {
        match &mut self.0 {
            Walk::Made(items) => items.next().map(ValueRef::from),
            Walk::Read(json, items) => items.next().map(|item| ValueRef(Place::Read(json, item))),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.0 {
            Walk::Made(items) => items.size_hint(),
            Walk::Read(_, items) => items.size_hint(),
        }
    }
}

/// The members of an object, one after the other.
#[derive(Clone)]
pub struct ObjectIter<'a>(Walk<'a, indexmap::map::Iter<'a, Arc<str>, Value>, tape::Pairs<'a>>);

impl<'a> Iterator for ObjectIter<'a> {
    type Item = (&'a str, ValueRef<'a>);

    #[inline]
    fn next(&mut self) -> Option<(&'a str, ValueRef<'a>)> {
        match &mut self.0 {
            Walk::Made(members) => members.next().map(|(name, value)| (&**name, value.into())),
            Walk::Read(json, members) => {
                let (name, value) = members.next()?;
                Some((json.text(name), ValueRef(Place::Read(json, value))))
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.0 {
            Walk::Made(members) => members.size_hint(),
            Walk::Read(_, members) => members.size_hint(),
        }
    }
}
