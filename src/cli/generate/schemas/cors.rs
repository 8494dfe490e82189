//! The shape of a document's `cors`.

use serde_json::{Value, json};

use super::publish::{Reading, quiet};
use crate::assembly::cors_shape;

/// `true`, or who may read.
pub(super) fn cors(reading: &Reading<'_>) -> Value {
    let mut rules = reading.publish(cors_shape().annotated());
    if let Some(rules) = rules.as_object_mut() {
        rules.shift_remove("description");
    }
    json!({
        "description": "Which pages of other origins may read the answers. Without `policy`, all may.",
        "anyOf": [{ "enum": [true, false, "true", "false"] }, rules, quiet(&["null"])],
    })
}
