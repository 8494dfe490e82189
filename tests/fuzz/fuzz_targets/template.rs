//! A template over a body.
#![no_main]

use gantry_fuzz::{answer, in_proportion, quoted, split};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((template, body)) = split(data) else { return };
    let template = quoted(template);
    let actions = format!("[{{set: message.body, value: {template}}}, {{set: x, value: {template}}}]");
    in_proportion(data, || answer(&format!("  execute: [{{set-variable: {{actions: {actions}}}}}]\n"), body));
});
