//! Defaults of members that are missing.

use serde_json::Value as Json;

/// Levels of schemas; one that contains itself has no end.
const DEEPEST: usize = 64;

/// Fills what `schema` says about `value`; `root` holds what it refers to.
pub(super) fn fill(root: &Json, schema: &Json, value: &mut Json, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    if let Some(target) = schema.get("$ref").and_then(Json::as_str).and_then(|reference| target(root, reference)) {
        fill(root, target, value, depth + 1);
    }
    for part in schema.get("allOf").and_then(Json::as_array).into_iter().flatten() {
        fill(root, part, value, depth + 1);
    }
    match value {
        Json::Object(members) => {
            for (name, property) in schema.get("properties").and_then(Json::as_object).into_iter().flatten() {
                if let Some(member) = members.get_mut(name) {
                    fill(root, property, member, depth + 1);
                } else if let Some(default) = default(root, property) {
                    members.insert(name.clone(), default.clone());
                }
            }
        }
        Json::Array(items) => {
            if let Some(each) = schema.get("items").filter(|each| each.is_object()) {
                items.iter_mut().for_each(|item| fill(root, each, item, depth + 1));
            }
        }
        _ => {}
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
