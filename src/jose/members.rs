//! Members of a JWK.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::key_error::KeyError;

pub(super) fn text<'a>(jwk: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    jwk.get(name).and_then(Value::as_str)
}

/// A member that is bytes in base64url.
pub(super) fn bytes(jwk: &Map<String, Value>, name: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let text = text(jwk, name).ok_or_else(|| KeyError(format!("the key has no `{name}`")))?;
    // Some tools pad.
    let decoded = URL_SAFE_NO_PAD.decode(text.trim_end_matches('='));
    decoded.map(Zeroizing::new).map_err(|_| KeyError(format!("the key's `{name}` is not base64url")))
}
