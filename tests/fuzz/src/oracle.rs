//! What one input may take of memory, counted by the allocator: a small input that costs much is a finding.

use std::sync::atomic::{AtomicUsize, Ordering};

use gantry_allocator::counting::{Counting, peak, reset_peak};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The most that an input has taken so far.
static HIGHEST: AtomicUsize = AtomicUsize::new(0);

/// Bytes that reading a document, compiling it and making a request may take for each byte of an input, and without any.
const FOR_A_BYTE: usize = 1 << 10;
const FOR_NONE: usize = 8 << 20;

/// Runs one input, which fails where it has more than `most` bytes in use at a time.
pub fn within(most: usize, data: &[u8], run: impl FnOnce()) {
    let before = reset_peak();
    run();
    let took = peak().saturating_sub(before);
    if took > HIGHEST.fetch_max(took, Ordering::Relaxed) {
        // `tests/fuzz/run` reads this line.
        eprintln!("peak: {took} bytes for an input of {}", data.len());
    }
    assert!(took <= most, "an input of {} bytes took {took} bytes, more than {most}", data.len());
}

/// Runs one input, which may take memory in proportion to its length.
pub fn in_proportion(data: &[u8], run: impl FnOnce()) {
    within(FOR_NONE + FOR_A_BYTE * data.len(), data, run);
}
