//! Defaults of members that are missing.

use serde_json::Value as Json;

use crate::json_schema::{Meter, TooCostly};
use crate::value::Value;

/// Levels of schemas; one that contains itself has no end.
const DEEPEST: usize = 64;

/// Fills what a schema says about a value; the schema holds what it refers to. Several parts of it may say something about the
/// same member, and about all it contains.
pub(super) fn fill(schema: &Json, value: &mut Value, meter: &mut Meter) -> Result<(), TooCostly> {
    Fill { root: schema, meter }.value(schema, value, 0).map(drop)
}

struct Fill<'a> {
    root: &'a Json,
    meter: &'a mut Meter,
}

impl Fill<'_> {
    /// Says whether the value has changed: one that was read stays as it is where nothing is missing in it.
    fn value(&mut self, schema: &Json, value: &mut Value, depth: usize) -> Result<bool, TooCostly> {
        if depth > DEEPEST {
            return Ok(false);
        }
        self.meter.charge(1)?;
        let mut changed = false;
        if let Some(target) = schema.get("$ref").and_then(Json::as_str).and_then(|name| target(self.root, name)) {
            changed |= self.value(target, value, depth + 1)?;
        }
        for part in schema.get("allOf").and_then(Json::as_array).into_iter().flatten() {
            changed |= self.value(part, value, depth + 1)?;
        }
        if value.as_object().is_some() {
            for (name, property) in schema.get("properties").and_then(Json::as_object).into_iter().flatten() {
                changed |= self.member(name, property, value, depth)?;
            }
        } else if let Some(each) = schema.get("items").filter(|each| each.is_object()) {
            changed |= self.items(each, value, depth)?;
        }
        Ok(changed)
    }

    fn member(&mut self, name: &str, property: &Json, value: &mut Value, depth: usize) -> Result<bool, TooCostly> {
        self.meter.charge(1)?;
        let new = match value.get(name) {
            Some(member) => {
                let mut member = member.to_value();
                self.value(property, &mut member, depth + 1)?.then_some(member)
            }
            None => default(self.root, property).map(Value::from),
        };
        let Some(new) = new else { return Ok(false) };
        value.to_object_mut().insert(name.into(), new);
        Ok(true)
    }

    fn items(&mut self, each: &Json, value: &mut Value, depth: usize) -> Result<bool, TooCostly> {
        let Some(items) = value.as_list() else { return Ok(false) };
        let mut filled = Vec::new();
        for (at, item) in items.iter().enumerate() {
            let mut item = item.to_value();
            if self.value(each, &mut item, depth + 1)? {
                filled.push((at, item));
            }
        }
        if filled.is_empty() {
            return Ok(false);
        }
        if let Some(items) = value.list_mut() {
            filled.into_iter().for_each(|(at, item)| items[at] = item);
        }
        Ok(true)
    }
}

/// The default of a schema, or of what it refers to.
fn default<'a>(root: &'a Json, schema: &'a Json) -> Option<&'a Json> {
    let referred = || target(root, schema.get("$ref")?.as_str()?)?.get("default");
    schema.get("default").or_else(referred)
}

/// The target of a reference of a converted schema.
pub(super) fn target<'a>(root: &'a Json, reference: &str) -> Option<&'a Json> {
    root.pointer(&reference.strip_prefix('#')?.replace("%23", "#"))
}
