//! The JSONata bridge: an expression as the condition of a switch, over a body.
#![no_main]

use gantry_fuzz::{answer, quoted, split};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Some((expression, body)) = split(data) {
        let case = format!("{{condition: {}, execute: [{{throw: {{name: Yes}}}}]}}", quoted(expression));
        answer(&format!("  execute: [{{switch: {{case: [{case}]}}}}]\n"), body);
    }
});
