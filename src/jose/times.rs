//! Whether a token is good at some time: `exp`, `nbf` and `iat`.

use serde_json::{Map, Value as Json};

/// How far in the future a token may have been issued, whatever the step says of clocks: `iat` is not exact to the second.
const ISSUED_AHEAD: i64 = 60;

/// Whether the token is good at this time: `exp`, `nbf` and `iat`, as far as it has them. The error is one sentence.
pub fn check_times(claims: &Map<String, Json>, now: i64, skew: i64) -> Result<(), String> {
    let time = |name: &str| match claims.get(name) {
        None => Ok(None),
        Some(Json::Number(number)) => Ok(number.as_f64()),
        Some(_) => Err(format!("the token's claim `{name}` is not a number")),
    };
    let (now, skew) = (now as f64, skew as f64);
    if time("exp")?.is_some_and(|end| now >= end + skew) {
        return Err("the token has expired".to_owned());
    }
    if time("nbf")?.is_some_and(|start| now < start - skew) {
        return Err("the token is not valid yet".to_owned());
    }
    if time("iat")?.is_some_and(|issued| issued > now + skew.max(ISSUED_AHEAD as f64)) {
        return Err("the token was issued in the future".to_owned());
    }
    Ok(())
}
