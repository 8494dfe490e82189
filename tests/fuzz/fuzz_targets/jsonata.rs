//! The JSONata bridge: an expression as the condition of a switch, over a body. It takes no more memory than its limit allows.
#![no_main]

use gantry_allocator::counting::{Counting, peak, reset_peak};
use gantry_fuzz::{answer, quoted, split};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What an evaluation may take, twice: buffers double. The gateway that is made for each input is in it too.
const MOST: usize = 2 * gantry::expression::MAX_BYTES as usize + (64 << 20);

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Some((expression, body)) = split(data) {
        let case = format!("{{condition: {}, execute: [{{throw: {{name: Yes}}}}]}}", quoted(expression));
        let before = reset_peak();
        answer(&format!("  execute: [{{switch: {{case: [{case}]}}}}]\n"), body);
        let more = peak() - before;
        assert!(more < MOST, "an expression of {} bytes took {more}", expression.len());
    }
});
