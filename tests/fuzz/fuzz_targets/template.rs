//! A template over a body.
#![no_main]

use gantry_fuzz::{answer, quoted, split};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Some((template, body)) = split(data) {
        let template = quoted(template);
        let steps = format!("  execute: [{{set-variable: {{actions: [{{set: message.body, value: {template}}}, {{set: x, value: {template}}}]}}}}]\n");
        answer(&steps, body);
    }
});
