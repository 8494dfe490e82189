//! Signatures and encryption, for the modules `jose` and `jwt`.

use std::rc::Rc;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gantry_allocator::Setup;
use rquickjs::{Array, Ctx, Exception, Object, Result, Value};
use serde_json::{Map, Value as Json};

use super::crypto::bytes_of;
use super::{Host, Seat, native};
use crate::base::quoted_list;
use crate::jose::jwe::{self, CONTENTS, Content, MANAGEMENTS, Management, Sealed};
use crate::jose::{ALGORITHMS, Algorithm, Key, KeySet};
use crate::script::{Keys, values};
use crate::value::parse_unique_object;

/// Receivers of one encrypted message.
const MOST_RECIPIENTS: usize = 16;

pub(super) fn install<'js>(setup: &Setup<'js>, host: &Rc<Seat>, native: &Object<'js>) -> Result<()> {
    native!(native, setup, host, "jwsSign", |ctx, algorithm: String, key: Value<'js>, input: Value<'js>| {
        let (algorithm, keys) = (signature(&ctx, &algorithm)?, keys(&ctx, &host, &key)?);
        let input = bytes_of(&ctx, &input)?;
        let signed = keys.signer(Some(algorithm)).and_then(|(key, algorithm)| key.sign(algorithm, &input));
        let signature = signed.map_err(|error| refused(&ctx, error))?;
        values::to_bytes(&ctx, &signature)
    });
    native!(native, setup, host, "jwsVerify", |ctx,
                                               algorithm: String,
                                               key: Value<'js>,
                                               input: Value<'js>,
                                               signature: Value<'js>| {
        let (algorithm, keys) = (self::signature(&ctx, &algorithm)?, keys(&ctx, &host, &key)?);
        let (input, signature) = (bytes_of(&ctx, &input)?, bytes_of(&ctx, &signature)?);
        let good = keys.candidates(algorithm, None).any(|key| key.verify(algorithm, &input, &signature));
        Result::Ok(good)
    });
    native!(native, setup, host, "jweEncrypt", |ctx,
                                                enc: String,
                                                recipients: Array<'js>,
                                                aad: String,
                                                text: Value<'js>| {
        let recipients = recipients.iter::<Array<'js>>().collect::<Result<Vec<_>>>()?;
        let text = bytes_of(&ctx, &text)?;
        encrypt(&ctx, &host, &enc, &recipients, &aad, &text)
    });
    native!(native, setup, host, "jweDecrypt", |ctx, key: Value<'js>, parts: Object<'js>| {
        let keys = keys(&ctx, &host, &key)?;
        let text = decrypt(&keys, &parts).map_err(|message| refused(&ctx, message))?;
        values::to_bytes(&ctx, &text)
    });
    Ok(())
}

/// Encrypts for pairs of an algorithm and a key. What comes of it is base64url, as messages write it.
fn encrypt<'js>(
    ctx: &Ctx<'js>,
    host: &Host,
    enc: &str,
    recipients: &[Array<'js>],
    aad: &str,
    text: &[u8],
) -> Result<Object<'js>> {
    let content = Content::named(enc).ok_or_else(|| unknown(ctx, enc, "encryption of a content", &CONTENTS))?;
    if recipients.len() > MOST_RECIPIENTS {
        return Err(refused(ctx, format!("there are more than {MOST_RECIPIENTS} recipients")));
    }
    let mut chosen = Vec::new();
    for recipient in recipients {
        let (name, key): (String, Value<'js>) = (recipient.get(0)?, recipient.get(1)?);
        let management = Management::named(&name)
            .ok_or_else(|| unknown(ctx, &name, "algorithm that encrypts the content's key", &MANAGEMENTS))?;
        let found = keys(ctx, host, &key)?.encrypter(Some(management), content);
        chosen.push((management, found.map_err(|error| refused(ctx, error))?.0));
    }
    let pairs: Vec<(Management, &Key)> = chosen.iter().map(|(management, key)| (*management, &**key)).collect();
    let sealed = jwe::seal(content, &pairs, aad.as_bytes(), text).map_err(|error| refused(ctx, error))?;
    let out = Object::new(ctx.clone())?;
    let encode = |bytes: &Vec<u8>| URL_SAFE_NO_PAD.encode(bytes);
    out.set("keys", sealed.keys.iter().map(encode).collect::<Vec<String>>())?;
    out.set("iv", encode(&sealed.vector))?;
    out.set("ciphertext", encode(&sealed.ciphertext))?;
    out.set("tag", encode(&sealed.tag))?;
    Ok(out)
}

/// Decrypts one recipient's message: its parts have the names of RFC 7516, 7.2.2. The error is one sentence.
fn decrypt(keys: &KeySet, parts: &Object<'_>) -> std::result::Result<Vec<u8>, String> {
    let text = |name: &str| match parts.get::<_, Option<String>>(name) {
        Ok(text) => Ok(text.unwrap_or_default()),
        Err(_) => Err(format!("the message's `{name}` is no text")),
    };
    let bytes = |name: &str| {
        URL_SAFE_NO_PAD.decode(text(name)?).map_err(|_| format!("the message's `{name}` is not base64url"))
    };
    let mut header = Map::new();
    for (name, members) in [
        ("protected", bytes("protected")?),
        ("unprotected", text("unprotected")?.into_bytes()),
        ("header", text("header")?.into_bytes()),
    ] {
        if members.is_empty() {
            continue;
        }
        let members = parse_unique_object(&members).map_err(|what| format!("the message's `{name}` {what}"))?;
        for (name, value) in members {
            if header.insert(name, value).is_some() {
                return Err("the headers of the message have a member twice".to_owned());
            }
        }
    }
    let method = jwe::method(&header).map_err(|error| error.to_string())?;
    let aad = match text("aad")?.as_str() {
        "" => text("protected")?,
        aad => format!("{}.{aad}", text("protected")?),
    };
    let sealed = Sealed {
        keys: vec![bytes("encrypted_key")?],
        vector: bytes("iv")?,
        ciphertext: bytes("ciphertext")?,
        tag: bytes("tag")?,
    };
    let id = header.get("kid").and_then(Json::as_str);
    jwe::open(method, keys, id, aad.as_bytes(), &sealed).map_err(|error| error.to_string())
}

/// `none` is no algorithm.
fn signature(ctx: &Ctx<'_>, name: &str) -> Result<Algorithm> {
    Algorithm::named(name).ok_or_else(|| unknown(ctx, name, "algorithm of signatures", &ALGORITHMS))
}

fn unknown(ctx: &Ctx<'_>, name: &str, what: &str, known: &[&str]) -> rquickjs::Error {
    let short: String = name.chars().take(20).collect();
    refused(ctx, format!("`{short}` is no {what} here; there are {}", known.join(", ")))
}

/// A JWK or a set of them, PEM, the bytes of a shared secret, or the name of a crypto object.
fn keys(ctx: &Ctx<'_>, host: &Host, value: &Value<'_>) -> Result<Arc<KeySet>> {
    let read = match value.as_string() {
        Some(text) => {
            let text = text.to_string()?;
            match text.trim_start() {
                json if json.starts_with('{') => KeySet::read(json.as_bytes()),
                pem if pem.starts_with("-----BEGIN") => Key::pem(pem).map(KeySet::one),
                name => return named(&host.script.reach.keys, name).map_err(|message| refused(ctx, message)),
            }
        }
        None => Key::secret(bytes_of(ctx, value)?.to_vec()).map(KeySet::one),
    };
    read.map(Arc::new).map_err(|error| refused(ctx, error))
}

/// The keys of a crypto object. What is no name may be a secret, so it is not quoted.
fn named(objects: &Keys, name: &str) -> std::result::Result<Arc<KeySet>, String> {
    if let Some(keys) = objects.get(object_name(name)) {
        return Ok(keys.clone());
    }
    let known: Vec<&str> = objects.keys().map(String::as_str).collect();
    let known = match known.as_slice() {
        [] => "has none for scripts".to_owned(),
        known => format!("has {}", quoted_list(known)),
    };
    Err(format!(
        "the key is no JWK, PEM or Buffer, and no crypto object has this name; `crypto-objects` of the settings {known}"
    ))
}

/// A name without DataPower's word in front that says what kind of object it is.
pub fn object_name(name: &str) -> &str {
    let name = name.trim();
    name.strip_prefix("name:").or_else(|| name.strip_prefix("sskey:")).unwrap_or(name)
}

fn refused(ctx: &Ctx<'_>, message: impl ToString) -> rquickjs::Error {
    Exception::throw_message(ctx, &message.to_string())
}
