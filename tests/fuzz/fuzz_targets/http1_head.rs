//! The framing of HTTP/1: what is ambiguous does not depend on how the bytes are cut into reads.
#![no_main]

use gantry::server::ambiguous_in;
use gantry_fuzz::within;

/// Bytes that one input may take.
const MOST: usize = 1 << 20;

fn check(data: &[u8]) {
    let whole = ambiguous_in([data]);
    assert_eq!(whole, ambiguous_in(data.chunks(1)), "byte by byte");
    // The first byte decides where else it is cut.
    let step = data.first().map_or(1, |byte| usize::from(*byte) + 1);
    assert_eq!(whole, ambiguous_in(data.chunks(step)), "in chunks of {step}");
    // What is ambiguous at the end of a request is so with any bytes after it.
    if whole.is_some() {
        let longer = [data, b"\r\n\r\n"].concat();
        assert_eq!(whole, ambiguous_in([longer.as_slice()]), "with more after it");
    }
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    within(MOST, data, || check(data));
});
