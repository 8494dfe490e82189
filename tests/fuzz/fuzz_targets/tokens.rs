//! `jose`: a set of keys, or a PEM, and a token in its compact form, signed or encrypted. A token is never good under a key
//! that no input knows, and reading takes a small multiple of its size.
#![no_main]

use gantry::jose::jwe::Encrypted;
use gantry::jose::{Key, KeySet, Token};
use gantry_fuzz::{split, within};

/// Bytes that one input may take: numbers of RSA keys are computed with, and tokens are decoded.
const MOST: usize = 8 << 20;

fn tried(token: &str, keys: &KeySet) -> bool {
    let signed = Token::read(token).is_ok_and(|token| token.verify(keys).is_ok());
    let opened = Encrypted::read(token).is_ok_and(|token| token.decrypt(keys).is_ok());
    signed || opened
}

fn read(keys: &str, token: &str) {
    if let Ok(keys) = KeySet::read(keys.as_bytes()) {
        tried(token, &keys);
    }
    if let Ok(key) = Key::pem(keys) {
        tried(token, &KeySet::one(key));
    }
    if let Ok(key) = Key::secret(std::process::id().to_be_bytes().repeat(16)) {
        assert!(!tried(token, &KeySet::one(key)), "a token is good under a key that did not make it");
    }
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((keys, token)) = split(data) else { return };
    let Ok(token) = std::str::from_utf8(token) else { return };
    within(MOST, data, || read(keys, token));
});
