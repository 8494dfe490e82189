//! Values on their way through a map: what stands at a place of an input, and what is put into an output.

use std::sync::Arc;

use super::config::EmptyElement;
use super::schema::{self, Shape};
use crate::value::{Kind, List, Object, Value, ValueRef};

/// How inputs are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    /// Of a list on the way, the first item alone.
    pub first: bool,
    /// A null is a value.
    pub nulls: bool,
    pub empty: EmptyElement,
    /// Elements become numbers and booleans as their schema says.
    pub typed: bool,
}

/// The value at the end of a path; `None` if there is none.
pub(super) fn find(mut value: ValueRef<'_>, mut path: &[Arc<str>], reading: &Reading) -> Option<Value> {
    while let Some((name, rest)) = path.split_first() {
        value = match value.kind() {
            Kind::Object(members) => member(members, name)?,
            Kind::List(items) => return in_list(items, name, path, reading),
            _ => return None,
        };
        path = rest;
    }
    (reading.nulls || !value.is_null()).then(|| value.to_value())
}

/// The value below the item that a name is the number of, or those below all items.
fn in_list(items: List<'_>, name: &str, path: &[Arc<str>], reading: &Reading) -> Option<Value> {
    if let Some(item) = name.parse::<usize>().ok().and_then(|index| items.get(index)) {
        return find(item, &path[1..], reading);
    }
    let mut found = items.iter().filter_map(|item| find(item, path, reading));
    if reading.first {
        return found.next();
    }
    let all: Vec<Value> = found.collect();
    (!all.is_empty()).then(|| all.into())
}

/// A member, also one that is an attribute.
fn member<'v>(members: Object<'v>, name: &str) -> Option<ValueRef<'v>> {
    members.get(name).or_else(|| members.get(&format!("@{name}")))
}

/// The value of an element of an XML input: its text, if it has no elements inside.
pub(super) fn element(value: ValueRef<'_>, shape: Option<&Shape>, reading: &Reading, wants_map: bool) -> Option<Value> {
    match value.kind() {
        Kind::List(items) => {
            let all = items.iter().filter_map(|item| element(item, shape, reading, wants_map));
            Some(Value::list(all))
        }
        Kind::Object(members) => {
            let is_leaf = members.iter().all(|(name, _)| name == "$" || name.starts_with('@'));
            match members.get("$") {
                Some(text) if is_leaf && !(wants_map && members.len() > 1) => {
                    Some(typed(text.to_value(), shape, reading))
                }
                None if is_leaf && (members.is_empty() || !wants_map) => empty(reading.empty),
                _ => Some(value.to_value()),
            }
        }
        Kind::String(_) => Some(typed(value.to_value(), shape, reading)),
        _ => Some(value.to_value()),
    }
}

fn typed(value: Value, shape: Option<&Shape>, reading: &Reading) -> Value {
    match shape {
        Some(shape) if reading.typed => shape.cast(value),
        _ => value,
    }
}

fn empty(empty: EmptyElement) -> Option<Value> {
    match empty {
        EmptyElement::String => Some("".into()),
        EmptyElement::Null => Some(Value::NULL),
        EmptyElement::None => None,
        EmptyElement::StringBadgerfish => Some(Value::object([("$", "".into())])),
        EmptyElement::NullBadgerfish => Some(Value::object([("$", Value::NULL)])),
    }
}

/// A step on the way to a place of an output.
#[derive(Debug, Clone)]
pub(super) struct Segment {
    pub name: Arc<str>,
    /// Whether the value under the name is a list.
    pub is_list: bool,
}

/// Puts a value at the end of a path. A list on the way has one item that is written into; one at the end takes a value as
/// its only item.
pub(super) fn put(value: &mut Value, path: &[Segment], is_list: bool, new: Value) {
    if is_list {
        if path.is_empty() {
            *value = if new.as_list().is_some() { new } else { Value::list([new]) };
            return;
        }
        put(first_item(value), path, false, new);
        return;
    }
    let Some((segment, rest)) = path.split_first() else {
        *value = new;
        return;
    };
    put(at(value, &segment.name), rest, segment.is_list, new);
}

/// The place at the end of a path, for a list to be put there.
pub(super) fn place<'v>(value: &'v mut Value, path: &[Segment], is_list: bool) -> &'v mut Value {
    let Some((segment, rest)) = path.split_first() else { return value };
    let value = if is_list { first_item(value) } else { value };
    place(at(value, &segment.name), rest, segment.is_list)
}

#[expect(clippy::expect_used, reason = "it is a list, and has an item, as was just seen to")]
fn first_item(value: &mut Value) -> &mut Value {
    if value.as_list().is_none_or(List::is_empty) {
        *value = Value::list([Value::NULL]);
    }
    value.list_mut().and_then(|items| items.first_mut()).expect("an item")
}

fn at<'v>(value: &'v mut Value, name: &Arc<str>) -> &'v mut Value {
    value.to_object_mut().entry(name.clone()).or_default()
}

/// Adds the items to the list at a place.
pub(super) fn append(place: &mut Value, new: Vec<Value>) {
    match place.list_mut() {
        Some(items) => items.extend(new),
        None => *place = new.into(),
    }
}

/// Gives what is written the types of its schema, and members that nothing set their defaults.
pub(super) fn finish(value: &mut Value, shape: &Shape, defaults: bool, types: bool) {
    match value.kind() {
        Kind::List(_) => {
            if let (Some(items_shape), Some(items)) = (shape.items.as_deref(), value.list_mut()) {
                items.iter_mut().for_each(|item| finish(item, items_shape, defaults, types));
            }
        }
        Kind::Object(members) => {
            let text = members.get("$").filter(|_| types && members.len() == 1 && shape.kind != schema::Kind::Map);
            if let Some(text) = text {
                *value = shape.cast(text.to_value());
                return;
            }
            let Some(members) = value.object_mut() else { return };
            for (name, member) in &shape.members {
                match members.get_mut(name) {
                    Some(value) => finish(value, &member.shape, defaults, types),
                    None => {
                        if let Some(default) = member.shape.default.clone().filter(|_| defaults && member.required) {
                            members.insert(name.clone(), default);
                        }
                    }
                }
            }
        }
        _ if types => *value = shape.cast(std::mem::take(value)),
        _ => {}
    }
}
