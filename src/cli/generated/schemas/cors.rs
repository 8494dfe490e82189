//! The shape of a document's `cors`.

use serde_json::{Value, json};

/// `cors` in `x-assembly` (`strict`) or in IBM's extension, where keys of versions to come are left alone.
pub(super) fn cors(strict: bool) -> Value {
    let list = |description: &str| {
        json!({
            "description": description,
            "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }],
        })
    };
    let flag = |description: &str| json!({ "description": description, "anyOf": [{ "type": "boolean" }, { "enum": ["true", "false"] }] });
    let rule = json!({
        "description": "Origins, and what their pages may do. The first rule that names an origin decides.",
        "type": "object",
        "properties": {
            "allow-origin": list("Origins, such as `https://shop.example.com`; `https://*` and `*` are every such one."),
            "allow-credentials": flag("Pages may send cookies and credentials."),
            "expose-headers": list("Headers of answers that pages may read."),
            "allow-headers": list("Headers that pages may send. Default: those that they ask for."),
            "allow-methods": list("Verbs that pages may use. Default: those of the path."),
            "max-age": {
                "description": "Seconds for which a browser may remember what it was told.",
                "type": ["integer", "string"],
            },
        },
        "required": ["allow-origin"],
        "additionalProperties": !strict,
    });
    json!({
        "description": "Which pages of other origins may read the answers. Without `policy`, all may.",
        "anyOf": [
            { "type": "boolean" },
            { "enum": ["true", "false", null] },
            {
                "type": "object",
                "properties": {
                    "enabled": flag("Whether browsers of other origins are answered."),
                    "policy": { "description": "Rules.", "type": ["array", "null"], "items": rule },
                },
                "additionalProperties": !strict,
            },
        ],
    })
}
