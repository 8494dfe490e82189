//! Names in actions: `input.order.id`, `$item.id`, and names inside of an item.

use std::sync::Arc;

use super::plan::{Base, Input, Output, Read, Target};
use super::schema::{Kind, Shape};
use super::tree::Segment;
use crate::base::{nearest, quoted_list};
use crate::expression::split_path;

/// A place in an input or an output, by the number of that.
pub(super) type PortPath = (usize, Vec<Arc<str>>);

/// A `create` around an action.
pub(super) struct Level {
    /// The source of its items, as a path of an input.
    pub over: Option<PortPath>,
    /// The list for its items, as a path of an output.
    pub into: Option<PortPath>,
}

/// The place that a name of a target means, or why it means none.
pub(super) struct Found {
    pub target: Target,
    /// The whole path in its output.
    pub whole: Option<PortPath>,
    /// The schema has no such member: the name, and the ones it has.
    pub stranger: Option<(Arc<str>, Vec<String>)>,
}

/// A name as its segments.
pub(super) fn segments(name: &str) -> Result<Vec<Arc<str>>, String> {
    // Attributes are members that start with `@`, and items may be written with brackets.
    split_path(name.trim())
}

/// The place in an input that a name of `from`, `foreach` or `value` stands for; `None` where no input has the name.
pub(super) fn read(name: &str, inputs: &[Input], levels: &[Level]) -> Result<Option<Read>, String> {
    let path = segments(name)?;
    let item = |up: usize, below: &[Arc<str>]| {
        let level = &levels[levels.len() - 1 - up];
        let (input, whole) = match &level.over {
            Some((input, over)) => (*input, over.iter().chain(below).cloned().collect::<Vec<_>>()),
            None => (usize::MAX, below.to_vec()),
        };
        let kind = kind(inputs, input, &whole);
        Read::Input { base: Base::Item(up), path: below.into(), input, below: whole.into_boxed_slice(), kind }
    };
    if matches!(&*path[0], "$item" | "$this") {
        return match levels.is_empty() {
            true => Err("`$item` stands outside of a `foreach`".to_owned()),
            false => Ok(Some(item(0, &path[1..]))),
        };
    }
    let Some(input) = inputs.iter().position(|input| input.name == path[0]) else {
        return Ok((!levels.is_empty()).then(|| item(0, &path)));
    };
    // A path below the list that is being taken is a path of the item.
    for up in 0..levels.len() {
        if let Some((over, list)) = &levels[levels.len() - 1 - up].over
            && *over == input
            && path[1..].starts_with(list)
        {
            return Ok(Some(item(up, &path[1 + list.len()..])));
        }
    }
    let below: Box<[Arc<str>]> = path[1..].into();
    let kind = kind(inputs, input, &below);
    Ok(Some(Read::Input { base: Base::Port(input), path: below.clone(), input, below, kind }))
}

/// The kind of the value at a path, by the schema of an input.
fn kind(inputs: &[Input], input: usize, path: &[Arc<str>]) -> Kind {
    inputs.get(input).and_then(|input| input.shape.at(path)).map(Shape::single).unwrap_or_default()
}

/// The place in an output that a name of `set` or `create` stands for.
pub(super) fn target(name: &str, outputs: &[Output], levels: &[Level]) -> Result<Found, String> {
    let path = segments(name)?;
    let (base, below, start) = if matches!(&*path[0], "$item" | "$this") && !levels.is_empty() {
        (Base::Item(0), path[1..].to_vec(), levels[levels.len() - 1].into.clone())
    } else {
        match outputs.iter().position(|output| output.name == path[0]) {
            Some(output) => absolute(output, &path[1..], levels),
            None if !levels.is_empty() => (Base::Item(0), path, levels[levels.len() - 1].into.clone()),
            None => {
                let names: Vec<&str> = outputs.iter().map(|output| &*output.name).collect();
                let near = nearest(&path[0], names.iter().copied());
                let hint = match near.is_empty() {
                    true => format!("the outputs are {}", quoted_list(&names)),
                    false => format!("did you mean {}?", quoted_list(&near)),
                };
                return Err(format!("there is no output `{}`: {hint}", path[0]));
            }
        }
    };
    let whole = start.map(|(output, start)| (output, start.into_iter().chain(below.iter().cloned()).collect()));
    Ok(walk(base, &below, whole, outputs))
}

/// A name that begins with an output: in an item, where the item is of that place.
fn absolute(output: usize, path: &[Arc<str>], levels: &[Level]) -> (Base, Vec<Arc<str>>, Option<PortPath>) {
    for up in 0..levels.len() {
        if let Some((into, list)) = &levels[levels.len() - 1 - up].into
            && *into == output
            && path.starts_with(list)
        {
            return (Base::Item(up), path[list.len()..].to_vec(), Some((output, list.clone())));
        }
    }
    (Base::Port(output), path.to_vec(), Some((output, Vec::new())))
}

fn walk(base: Base, below: &[Arc<str>], whole: Option<PortPath>, outputs: &[Output]) -> Found {
    let is_list = |shape: Option<&Shape>| shape.is_some_and(|shape| shape.kind == Kind::List);
    let top = whole.as_ref().and_then(|(output, path)| {
        let shape = &outputs.get(*output)?.shape;
        shape.at(&path[..path.len() - below.len()])
    });
    // An item of a list is not the list.
    let base_is_list = matches!(base, Base::Port(_)) && is_list(top);
    let mut shape = top;
    let mut stranger = None;
    let mut path = Vec::new();
    for name in below {
        let here = shape;
        shape = here.and_then(|here| here.member(name));
        if let (Some(here), None, None) = (here, shape, &stranger)
            && !here.is_open()
        {
            stranger = Some((name.clone(), here.names().into_iter().map(str::to_owned).collect()));
        }
        let name = named(name, here);
        path.push(Segment { name, is_list: is_list(shape) });
    }
    let wants_map = shape.is_some_and(|shape| shape.kind == Kind::Map);
    let kind = shape.map(Shape::single).unwrap_or_default();
    Found { target: Target { base, path, is_list: base_is_list, wants_map, kind }, whole, stranger }
}

/// The member's own name: a schema may name an attribute without its `@`.
fn named(name: &Arc<str>, shape: Option<&Shape>) -> Arc<str> {
    let plain = name.strip_prefix('@');
    match (plain, shape) {
        (Some(plain), Some(shape)) if shape.names().contains(&plain) => plain.into(),
        _ => name.clone(),
    }
}
