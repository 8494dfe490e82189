//! Any bytes as a document: findings or a snapshot, never a panic.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = gantry_fuzz::loaded(data);
});
