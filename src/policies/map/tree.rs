//! Values on their way through a map: what stands at a place of an input, and what is put into an output.

use std::sync::Arc;

use super::config::EmptyElement;
use super::schema::{Kind, Shape};
use crate::value::Value;

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

/// What stands at the end of a path; `None` where nothing does.
pub(super) fn find(value: &Value, path: &[Arc<str>], reading: &Reading) -> Option<Value> {
    let Some((name, rest)) = path.split_first() else {
        return (*value != Value::Null || reading.nulls).then(|| value.clone());
    };
    match value {
        Value::Object(_) => member(value, name).and_then(|member| find(member, rest, reading)),
        Value::Array(items) => {
            if let Some(item) = name.parse::<usize>().ok().and_then(|index| items.get(index)) {
                return find(item, rest, reading);
            }
            let mut found = items.iter().filter_map(|item| find(item, path, reading));
            if reading.first {
                return found.next();
            }
            let all: Vec<Value> = found.collect();
            (!all.is_empty()).then(|| Value::Array(all.into()))
        }
        _ => None,
    }
}

/// A member, also one that is an attribute.
fn member<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    value.get(name).or_else(|| value.get(&format!("@{name}")))
}

/// What an element of an XML input is worth: its text, where it has no elements inside.
pub(super) fn element(value: Value, shape: Option<&Shape>, reading: &Reading, wants_map: bool) -> Option<Value> {
    match value {
        Value::Array(items) => {
            let all = items.iter().filter_map(|item| element(item.clone(), shape, reading, wants_map));
            Some(Value::Array(all.collect::<Vec<_>>().into()))
        }
        Value::Object(members) => {
            let is_leaf = members.keys().all(|name| &**name == "$" || name.starts_with('@'));
            match members.get("$") {
                Some(text) if is_leaf && !(wants_map && members.len() > 1) => Some(typed(text.clone(), shape, reading)),
                None if is_leaf && (members.is_empty() || !wants_map) => empty(reading.empty),
                _ => Some(Value::Object(members)),
            }
        }
        Value::String(_) => Some(typed(value, shape, reading)),
        other => Some(other),
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
        EmptyElement::Null => Some(Value::Null),
        EmptyElement::None => None,
        EmptyElement::StringBadgerfish => Some(Value::object([("$", "".into())])),
        EmptyElement::NullBadgerfish => Some(Value::object([("$", Value::Null)])),
    }
}

/// A step on the way to a place of an output.
#[derive(Debug, Clone)]
pub(super) struct Segment {
    pub name: Arc<str>,
    /// What stands under the name is a list.
    pub is_list: bool,
}

/// Puts a value at the end of a path. A list on the way has one item that is written into; one at the end takes a value as
/// its only item.
pub(super) fn put(value: &mut Value, path: &[Segment], is_list: bool, new: Value) {
    if is_list {
        if path.is_empty() {
            *value = if let Value::Array(_) = new { new } else { Value::Array(vec![new].into()) };
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

fn first_item(value: &mut Value) -> &mut Value {
    if !matches!(value, Value::Array(items) if !items.is_empty()) {
        *value = Value::Array(vec![Value::Null].into());
    }
    match value {
        // It has an item, as was just seen to.
        Value::Array(items) => &mut Arc::make_mut(items)[0],
        other => other,
    }
}

fn at<'v>(value: &'v mut Value, name: &Arc<str>) -> &'v mut Value {
    if !matches!(value, Value::Object(_)) {
        *value = Value::Object(Arc::default());
    }
    match value {
        Value::Object(members) => Arc::make_mut(members).entry(name.clone()).or_default(),
        other => other,
    }
}

/// Adds the items to the list at a place.
pub(super) fn append(place: &mut Value, new: Vec<Value>) {
    match place {
        Value::Array(items) => Arc::make_mut(items).extend(new),
        other => *other = Value::Array(new.into()),
    }
}

/// Gives what is written the types of its schema, and members that nothing set their defaults.
pub(super) fn finish(value: &mut Value, shape: &Shape, defaults: bool, types: bool) {
    match value {
        Value::Array(items) => {
            if let Some(items_shape) = shape.items.as_deref() {
                Arc::make_mut(items).iter_mut().for_each(|item| finish(item, items_shape, defaults, types));
            }
        }
        Value::Object(members) => {
            if types && members.len() == 1 && shape.kind != Kind::Map && members.contains_key("$") {
                *value = shape.cast(members.get("$").cloned().unwrap_or_default());
                return;
            }
            let members = Arc::make_mut(members);
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
        scalar if types => *scalar = shape.cast(std::mem::take(scalar)),
        _ => {}
    }
}
