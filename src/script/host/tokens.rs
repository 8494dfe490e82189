//! Signatures of tokens, for the modules `jose` and `jwt`.

use rquickjs::{Ctx, Exception, Object, Result, Value};

use super::crypto::bytes_of;
use super::native;
use crate::jose::{Algorithm, Key, KeyError, KeySet};
use crate::script::values;

pub(super) fn install<'js>(ctx: &Ctx<'js>, native: &Object<'js>) -> Result<()> {
    native!(native, ctx, "jwsSign", |ctx, algorithm: String, key: Value<'js>, input: Value<'js>| {
        let (algorithm, keys) = (named(&ctx, &algorithm)?, keys(&ctx, &key)?);
        let input = bytes_of(&ctx, &input)?;
        let signed = keys.signer(Some(algorithm)).and_then(|(key, algorithm)| key.sign(algorithm, &input));
        let signature = signed.map_err(|error| refused(&ctx, &error))?;
        values::to_bytes(&ctx, &signature)
    });
    native!(native, ctx, "jwsVerify", |ctx,
                                       algorithm: String,
                                       key: Value<'js>,
                                       input: Value<'js>,
                                       signature: Value<'js>| {
        let (algorithm, keys) = (named(&ctx, &algorithm)?, keys(&ctx, &key)?);
        let (input, signature) = (bytes_of(&ctx, &input)?, bytes_of(&ctx, &signature)?);
        let good = keys.candidates(algorithm, None).any(|key| key.verify(algorithm, &input, &signature));
        Result::Ok(good)
    });
    Ok(())
}

/// `none` is no algorithm.
fn named(ctx: &Ctx<'_>, name: &str) -> Result<Algorithm> {
    Algorithm::named(name).ok_or_else(|| {
        let short: String = name.chars().take(20).collect();
        let names = crate::jose::ALGORITHMS.join(", ");
        Exception::throw_message(ctx, &format!("`{short}` is no algorithm of signatures here; there are {names}"))
    })
}

/// A JWK or a set of them, PEM, or the bytes of a shared secret.
fn keys(ctx: &Ctx<'_>, value: &Value<'_>) -> Result<KeySet> {
    let read = match value.as_string() {
        Some(text) => {
            let text = text.to_string()?;
            match text.trim_start() {
                json if json.starts_with('{') => KeySet::read(json.as_bytes()),
                pem if pem.starts_with("-----BEGIN") => Key::pem(pem).map(KeySet::one),
                _ => {
                    let message =
                        "the key is no JWK, PEM or Buffer; names of crypto objects are not read by scripts yet";
                    return Err(Exception::throw_message(ctx, message));
                }
            }
        }
        None => Key::secret(bytes_of(ctx, value)?.to_vec()).map(KeySet::one),
    };
    read.map_err(|error| refused(ctx, &error))
}

fn refused(ctx: &Ctx<'_>, error: &KeyError) -> rquickjs::Error {
    Exception::throw_message(ctx, &error.to_string())
}
