//! `map`: a configuration over a body; where the text is no configuration, a fixed one over any body.
#![no_main]

use gantry_fuzz::{answer, in_proportion, split};

/// Every kind of action over JSON and XML.
const FIXED: [&str; 2] = [
    r#"{"inputs": {"in": {"variable": "message.body"}}, "outputs": {"out": {"variable": "message.body"}}, "actions": [
        {"set": "out.a", "from": "in.a", "default": 1}, {"set": "out.b", "from": ["in.b", "in.c"], "value": "String($(in.b)) + $(in.c)"},
        {"create": "out.list", "foreach": "in.list", "from": "in.list", "actions": [{"set": "x", "from": "in.list.x"}]}]}"#,
    r#"{"inputs": {"in": {"variable": "message.body", "content": "application/xml"}}, "outputs": {"out": {"variable": "message.body",
        "content": "application/xml"}}, "actions": [{"set": "out.root.a", "from": "in.root.a"}, {"set": "out.root.@b", "from": "in.root.@b"}]}"#,
];

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((text, body)) = split(data) else { return };
    in_proportion(data, || match serde_json::from_str::<serde_json::Value>(text) {
        Ok(config) if config.is_object() => answer(&format!("  execute: [{{map: {config}}}]\n"), body),
        _ => FIXED.iter().for_each(|config| {
            let config = config.replace('\n', " ");
            answer(&format!("  execute: [{{map: {config}}}]\n"), body);
        }),
    });
});
