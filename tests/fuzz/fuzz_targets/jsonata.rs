//! The JSONata bridge: an expression as the condition of a switch, over a body. It takes no more memory than its limit allows.
#![no_main]

use gantry_fuzz::{answer, quoted, split, within};

/// What an evaluation may take, twice: buffers double. The gateway that is made for each input is in it too.
const MOST: usize = 2 * gantry::expression::MAX_BYTES as usize + (64 << 20);

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((expression, body)) = split(data) else { return };
    let case = format!("{{condition: {}, execute: [{{throw: {{name: Yes}}}}]}}", quoted(expression));
    within(MOST, data, || answer(&format!("  execute: [{{switch: {{case: [{case}]}}}}]\n"), body));
});
