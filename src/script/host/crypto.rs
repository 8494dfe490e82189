//! Hashes and random numbers.

use std::rc::Rc;

use aws_lc_rs::{digest, hmac, rand};
use bytes::Bytes;
use gantry_allocator::Setup;
use md5::{Digest, Md5};
use rquickjs::{Ctx, Exception, Object, Result, Value};

use super::{Seat, native};
use crate::script::values;

/// Random bytes that one call may ask for.
const MOST_RANDOM: usize = 1 << 16;

pub(super) fn install<'js>(setup: &Setup<'js>, host: &Rc<Seat>, native: &Object<'js>) -> Result<()> {
    native!(native, setup, "digest", |ctx, algorithm: String, bytes: Value<'js>| {
        let bytes = bytes_of(&ctx, &bytes)?;
        match hash(&algorithm, &bytes) {
            Some(digest) => values::to_bytes(&ctx, &digest),
            None => Err(unknown(&ctx, &algorithm)),
        }
    });
    native!(native, setup, "hmac", |ctx, algorithm: String, key: Value<'js>, bytes: Value<'js>| {
        let (key, bytes) = (bytes_of(&ctx, &key)?, bytes_of(&ctx, &bytes)?);
        match mac(&algorithm, &key, &bytes) {
            Some(tag) => values::to_bytes(&ctx, &tag),
            None => Err(unknown(&ctx, &algorithm)),
        }
    });
    native!(native, setup, host, "number", |_ctx| Ok::<_, rquickjs::Error>(host.generator.borrow_mut().f64()));
    native!(native, setup, host, "random", |ctx, count: f64| {
        if !(0.0..=MOST_RANDOM as f64).contains(&count) {
            return Err(Exception::throw_range(&ctx, &format!("`randomBytes` gives at most {MOST_RANDOM} bytes")));
        }
        let mut bytes = vec![0; count as usize];
        if host.cx.borrow().state.fixed.random.is_some() {
            host.generator.borrow_mut().fill(&mut bytes);
            return values::to_bytes(&ctx, &bytes);
        }
        match rand::fill(&mut bytes) {
            Ok(()) => values::to_bytes(&ctx, &bytes),
            Err(_) => Err(Exception::throw_message(&ctx, "there are no random bytes")),
        }
    });
    Ok(())
}

pub(super) fn bytes_of(ctx: &Ctx<'_>, value: &Value<'_>) -> Result<Bytes> {
    values::bytes_of(value).ok_or_else(|| Exception::throw_type(ctx, "bytes were expected"))
}

fn unknown(ctx: &Ctx<'_>, algorithm: &str) -> rquickjs::Error {
    let short: String = algorithm.chars().take(40).collect();
    let message = format!("`{short}` is no hash here; there are md5, sha1, sha224, sha256, sha384 and sha512");
    Exception::throw_type(ctx, &message)
}

/// Node's names and those of DataPower, such as `hmac-sha256` and `SHA-256`.
fn plain(algorithm: &str) -> String {
    let lower = algorithm.to_ascii_lowercase();
    lower.strip_prefix("hmac-").or(lower.strip_prefix("rsa-")).unwrap_or(&lower).replace('-', "")
}

fn hash(algorithm: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    let algorithm = match plain(algorithm).as_str() {
        "md5" => return Some(Md5::digest(bytes).to_vec()),
        "sha1" => &digest::SHA1_FOR_LEGACY_USE_ONLY,
        "sha224" => &digest::SHA224,
        "sha256" => &digest::SHA256,
        "sha384" => &digest::SHA384,
        "sha512" => &digest::SHA512,
        _ => return None,
    };
    Some(digest::digest(algorithm, bytes).as_ref().to_vec())
}

fn mac(algorithm: &str, key: &[u8], bytes: &[u8]) -> Option<Vec<u8>> {
    let algorithm = match plain(algorithm).as_str() {
        "sha1" => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        "sha224" => hmac::HMAC_SHA224,
        "sha256" => hmac::HMAC_SHA256,
        "sha384" => hmac::HMAC_SHA384,
        "sha512" => hmac::HMAC_SHA512,
        _ => return None,
    };
    Some(hmac::sign(&hmac::Key::new(algorithm, key), bytes).as_ref().to_vec())
}
