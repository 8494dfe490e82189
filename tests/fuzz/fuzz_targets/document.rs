//! Any bytes as a document: findings or a snapshot, never a panic.
#![no_main]

use gantry_fuzz::{in_proportion, loaded};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    in_proportion(data, || drop(loaded(data)));
});
