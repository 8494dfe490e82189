//! Any bytes as an XML body: parsed, looked into, converted to JSON and back.
#![no_main]

use gantry_fuzz::{answer, quoted, split};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((path, body)) = split(data) else { return };
    let condition = quoted(&format!("$xpath(message.body, {})", quoted(path)));
    let steps = format!(
        "  execute:\n  - parse: {{version: 2.0.0}}\n  - switch: {{case: [{{condition: {condition}, execute: [{{throw: {{name: A}}}}]}}]}}\n  \
         - xml-to-json: {{version: 2.0.0}}\n  - json-to-xml: {{version: 2.0.0}}\n  catch:\n  - default:\n    - xml-to-json: {{version: 2.0.0}}\n    \
         - json-to-xml: {{version: 2.0.0}}\n"
    );
    answer(&steps, body);
});
