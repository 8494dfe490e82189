//! The head of a schema that is a file of its own.

use serde_json::{Map, Value};

/// The first member of every schema.
const DRAFT: &str = "http://json-schema.org/draft-07/schema#";

/// A schema that is complete by itself.
pub(super) fn rooted(schema: Value) -> Value {
    let mut root = Map::from_iter([("$schema".to_owned(), DRAFT.into())]);
    if let Value::Object(schema) = schema {
        root.extend(schema);
    }
    Value::Object(root)
}
