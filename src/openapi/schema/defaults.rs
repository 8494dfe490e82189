//! Defaults of members that are missing.

use serde_json::Value as Json;

use crate::json_schema::{Meter, TooCostly};

/// Levels of schemas; one that contains itself has no end.
const DEEPEST: usize = 64;

/// Fills what a schema says about a value; the schema holds what it refers to. Several parts of it may say something about the
/// same member, and about all it contains.
pub(super) fn fill(schema: &Json, value: &mut Json, meter: &mut Meter) -> Result<(), TooCostly> {
    Fill { root: schema, meter }.value(schema, value, 0)
}

struct Fill<'a> {
    root: &'a Json,
    meter: &'a mut Meter,
}

impl Fill<'_> {
    fn value(&mut self, schema: &Json, value: &mut Json, depth: usize) -> Result<(), TooCostly> {
        if depth > DEEPEST {
            return Ok(());
        }
        self.meter.charge(1)?;
        if let Some(target) = schema.get("$ref").and_then(Json::as_str).and_then(|name| target(self.root, name)) {
            self.value(target, value, depth + 1)?;
        }
        for part in schema.get("allOf").and_then(Json::as_array).into_iter().flatten() {
            self.value(part, value, depth + 1)?;
        }
        match value {
            Json::Object(members) => {
                for (name, property) in schema.get("properties").and_then(Json::as_object).into_iter().flatten() {
                    self.meter.charge(1)?;
                    if let Some(member) = members.get_mut(name) {
                        self.value(property, member, depth + 1)?;
                    } else if let Some(default) = default(self.root, property) {
                        members.insert(name.clone(), default.clone());
                    }
                }
            }
            Json::Array(items) => {
                if let Some(each) = schema.get("items").filter(|each| each.is_object()) {
                    items.iter_mut().try_for_each(|item| self.value(each, item, depth + 1))?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// The default of a schema, or of what it refers to.
fn default<'a>(root: &'a Json, schema: &'a Json) -> Option<&'a Json> {
    let referred = || target(root, schema.get("$ref")?.as_str()?)?.get("default");
    schema.get("default").or_else(referred)
}

/// What a reference of a converted schema points to.
pub(super) fn target<'a>(root: &'a Json, reference: &str) -> Option<&'a Json> {
    root.pointer(&reference.strip_prefix('#')?.replace("%23", "#"))
}
