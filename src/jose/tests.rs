//! Signatures of every algorithm, the examples of RFC 7515, keys in every form, and tokens that attack.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::*;
use crate::test_support::keys::{self, EC, RSA, RSA_PUBLIC, SECRET, signed};

fn set(text: &str) -> KeySet {
    KeySet::read(text.as_bytes()).unwrap()
}

fn verify(token: &str, keys: &KeySet) -> Result<Map<String, Value>, TokenError> {
    Token::read(token)?.verify(keys)
}

fn encode(text: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

/// The key of every algorithm.
fn key_of(algorithm: &str) -> &'static str {
    match algorithm {
        "ES256" => EC[0][0],
        "ES384" => EC[1][0],
        "ES512" => EC[2][0],
        other if other.starts_with("HS") => SECRET,
        _ => RSA,
    }
}

#[test]
fn every_algorithm_signs_and_verifies_and_is_only_itself() {
    for name in ALGORITHMS {
        assert_eq!(Algorithm::named(name).unwrap().name(), name);
        let token = signed(&json!({"sub": "ann"}), key_of(name), name);
        assert_eq!(verify(&token, &set(key_of(name))).unwrap()["sub"], "ann", "{name}");
        for other in ALGORITHMS.into_iter().filter(|other| *other != name) {
            // The same signature under another name.
            let header = encode(format!(r#"{{"alg":"{other}"}}"#));
            let rest = token.split_once('.').unwrap().1;
            assert!(verify(&format!("{header}.{rest}"), &set(key_of(name))).is_err(), "{name} as {other}");
        }
    }
    for wrong in ["", "none", "hs256", "HS1", "RS2566", "EdDSA", "ES256K", "RSA-OAEP"] {
        assert_eq!(Algorithm::named(wrong), None, "{wrong}");
    }
}

#[test]
fn the_examples_of_rfc_7515_verify() {
    let claims = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    let secret = r#"{"kty":"oct",
        "k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}"#;
    let curve = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
    for (key, header, signature) in [
        (secret, "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
        (
            curve,
            "eyJhbGciOiJFUzI1NiJ9",
            "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
        ),
    ] {
        let token = format!("{header}.{claims}.{signature}");
        assert_eq!(verify(&token, &set(key)).unwrap()["iss"], "joe");
        for at in 0..token.len() {
            let mut broken = token.clone().into_bytes();
            broken[at] = if broken[at] == b'A' { b'B' } else { b'A' };
            assert!(verify(std::str::from_utf8(&broken).unwrap(), &set(key)).is_err(), "a change at {at}");
        }
    }
}

#[test]
fn keys_in_pem_are_the_same_keys() {
    let pem = |text: &str| KeySet::one(Key::pem(text).unwrap());
    let token = signed(&json!({}), RSA, "PS384");
    for text in [keys::RSA_PEM, keys::RSA_PKCS1_PEM, keys::RSA_PUBLIC_PEM, keys::RSA_CERTIFICATE] {
        assert!(verify(&token, &pem(text)).is_ok(), "{text}");
    }
    for ([jwk, pkcs8, sec1, public], algorithm) in EC.into_iter().zip(["ES256", "ES384", "ES512"]) {
        let token = signed(&json!({}), jwk, algorithm);
        for text in [pkcs8, sec1, public] {
            assert!(verify(&token, &pem(text)).is_ok(), "{text}");
        }
        let key = Key::pem(sec1).unwrap();
        let again = compact(&Map::new(), &key, Algorithm::named(algorithm).unwrap(), None).unwrap();
        assert!(verify(&again, &set(jwk)).is_ok());
    }
    let algorithm = Algorithm::named("RS256").unwrap();
    let again = compact(&Map::new(), &Key::pem(keys::RSA_PEM).unwrap(), algorithm, Some("mine")).unwrap();
    assert!(verify(&again, &set(RSA_PUBLIC)).is_ok());
    assert_eq!(Token::read(&again).unwrap().header.key_id.as_deref(), Some("mine"));
    for wrong in ["", "x", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        assert!(Key::pem(wrong).is_err());
    }
}

#[test]
fn a_public_key_is_no_secret_and_signs_nothing() {
    // The oldest trick: an HMAC whose secret is the text of the public key.
    for text in [keys::RSA_PUBLIC_PEM, RSA_PUBLIC] {
        let secret = KeySet::one(Key::secret(text.as_bytes()).unwrap());
        let (key, algorithm) = secret.signer(Algorithm::named("HS256")).unwrap();
        let token = compact(&Map::new(), &key, algorithm, Some("rsa-1")).unwrap();
        assert_eq!(verify(&token, &set(RSA_PUBLIC)), Err(TokenError::NoKey));
        assert_eq!(verify(&token, &KeySet::one(Key::pem(keys::RSA_PUBLIC_PEM).unwrap())), Err(TokenError::NoKey));
    }
    let (key, algorithm) = set(RSA_PUBLIC).signer(Algorithm::named("RS256")).unwrap();
    let error = compact(&Map::new(), &key, algorithm, None).unwrap_err();
    assert_eq!(error.to_string(), "the key is public; signing needs the private one");
}

#[test]
fn signatures_of_zeros_and_of_other_forms_do_not_verify() {
    let good = signed(&json!({}), EC[0][0], "ES256");
    let (body, _) = good.rsplit_once('.').unwrap();
    let mut one = [0; 64];
    (one[31], one[63]) = (1, 1);
    let der = [0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01];
    for signature in [&[0; 64][..], &one, &[0xff; 64], &[], &[0; 63], &[0; 65], &der] {
        let token = format!("{body}.{}", encode(signature));
        assert_eq!(verify(&token, &set(EC[0][0])), Err(TokenError::BadSignature), "{signature:?}");
    }
}

#[test]
fn what_is_no_signed_token_is_refused_with_its_reason() {
    let good = signed(&json!({"a": 1}), SECRET, "HS256");
    let [header, claims, signature] = good.split('.').collect::<Vec<_>>().try_into().unwrap();
    let head = |json: &str| format!("{}.{claims}.{signature}", encode(json));
    let part = |part, what| TokenError::BadPart { part, what };
    for (token, expected) in [
        (String::new(), TokenError::Missing),
        ("a".repeat(65_537), TokenError::TooLong),
        (format!("{header}.{claims}"), TokenError::NotCompact),
        (format!("{good}.x"), TokenError::NotCompact),
        (format!("{good}.x.y"), TokenError::Encrypted),
        (".".repeat(60_000), TokenError::NotCompact),
        (format!("{header}.{claims}."), TokenError::BadSignature),
        (format!("{header}.{claims}.{signature}="), part("signature", "is not base64url")),
        (format!("{header}.{claims}.{signature} "), part("signature", "is not base64url")),
        (format!(" {good}"), part("header", "is not base64url")),
        (head(r#"{"alg":"none"}"#), TokenError::Unsigned),
        (head(r#"{"alg":"NoNe"}"#), TokenError::Unsigned),
        (head(r#"{"alg":"HS1"}"#), TokenError::UnknownAlgorithm),
        (head(r#"{"alg":["HS256"]}"#), part("header", "has no `alg`")),
        (head("{}"), part("header", "has no `alg`")),
        (head("[]"), part("header", "is not a JSON object")),
        (head("{"), part("header", "is not JSON")),
        (head(r#"{"alg":"none","alg":"HS256"}"#), part("header", "has a member twice")),
        (head(r#"{"alg":"HS256","kid":7}"#), part("header", "has a `kid` that is no text")),
        (head(r#"{"alg":"HS256","crit":["b64"],"b64":false}"#), TokenError::Critical),
        (head(r#"{"alg":"HS256","crit":[]}"#), TokenError::Critical),
        (head(r#"{"alg":"HS256"}"#), TokenError::BadSignature),
        (format!("{}.{claims}.", encode(r#"{"alg":"none"}"#)), TokenError::Unsigned),
    ] {
        assert_eq!(verify(&token, &set(SECRET)), Err(expected), "{}", &token[..token.len().min(200)]);
    }
}

#[test]
fn claims_with_a_member_twice_are_refused_although_they_are_signed() {
    let key = set(SECRET).signer(Algorithm::named("HS256")).unwrap().0;
    let signed = |claims: &str| {
        let body = format!("{}.{}", encode(r#"{"alg":"HS256"}"#), encode(claims));
        let signature = key.sign(Algorithm::named("HS256").unwrap(), body.as_bytes()).unwrap();
        format!("{body}.{}", encode(signature))
    };
    let bad = |what| Err(TokenError::BadPart { part: "claims", what });
    assert_eq!(verify(&signed(r#"{"sub":"a","sub":"b"}"#), &set(SECRET)), bad("has a member twice"));
    assert_eq!(verify(&signed(r#"{"a":[{"b":1,"b":1}]}"#), &set(SECRET)), bad("has a member twice"));
    assert_eq!(verify(&signed("[]"), &set(SECRET)), bad("is not a JSON object"));
    assert_eq!(verify(&signed("x"), &set(SECRET)), bad("is not JSON"));
    assert_eq!(verify(&signed(&"[".repeat(30_000)), &set(SECRET)), bad("is not JSON"));
    assert_eq!(verify(&signed(r#"{"exp":1e400}"#), &set(SECRET)), bad("is not JSON"));
}

#[test]
fn of_a_set_only_the_key_that_the_token_names_is_tried() {
    let keys = format!("{{\"keys\":[{RSA_PUBLIC},{},{SECRET},{{\"kty\":\"OKP\",\"crv\":\"Ed25519\"}},7]}}", EC[0][0]);
    let keys = set(&keys);
    assert!(verify(&signed(&json!({}), EC[0][0], "ES256"), &keys).is_ok());
    assert!(verify(&signed(&json!({}), RSA, "RS256"), &keys).is_ok());
    let key = set(SECRET).signer(Algorithm::named("HS256")).unwrap().0;
    for id in ["rsa-1", "../../etc/passwd", "' or 1=1", ""] {
        let token = compact(&Map::new(), &key, Algorithm::named("HS256").unwrap(), Some(id)).unwrap();
        assert_eq!(verify(&token, &keys), Err(TokenError::NoKey), "{id}");
        // A key on its own is not looked up.
        assert!(verify(&token, &set(SECRET)).is_ok());
    }
    // A token that names no key is tried with all that fit.
    let nameless = SECRET.replace(r#""kid":"hs-1","#, "");
    assert!(verify(&signed(&json!({}), &nameless, "HS256"), &keys).is_ok());
}

#[test]
fn a_key_for_something_else_is_not_used() {
    for (change, verifies) in [
        (r#""use":"sig""#, true),
        (r#""use":"enc""#, false),
        (r#""alg":"HS256""#, true),
        (r#""alg":"HS512""#, false),
        (r#""alg":"A256KW""#, false),
        (r#""key_ops":["verify"]"#, true),
        (r#""key_ops":["encrypt"]"#, false),
    ] {
        let token = signed(&json!({}), SECRET, "HS256");
        let key = SECRET.replace(r#""kid":"hs-1""#, change);
        assert_eq!(verify(&token, &set(&key)).is_ok(), verifies, "{change}");
    }
}

#[test]
fn what_is_no_key_is_refused_with_its_reason() {
    for (text, reason) in [
        ("", "the JWK is not JSON"),
        ("[]", "the JWK is not a JSON object"),
        ("{}", "the key has no `kty`"),
        (r#"{"kty":"oct","kty":"RSA"}"#, "the JWK has a member twice"),
        (r#"{"kty":"OKP"}"#, "the key's type is none of oct, RSA and EC"),
        (r#"{"kty":"oct"}"#, "the key has no `k`"),
        (r#"{"kty":"oct","k":""}"#, "the key's `k` is empty"),
        (r#"{"kty":"oct","k":"a b"}"#, "the key's `k` is not base64url"),
        (r#"{"kty":"oct","k":"YQ","alg":"ECDH-ES"}"#, "the key's `alg` is not known"),
        (r#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#, "an RSA key has 2048 to 8192 bits"),
        (r#"{"kty":"EC","crv":"P-192"}"#, "the key's curve is none of P-256, P-384 and P-521"),
        (r#"{"kty":"EC","crv":"P-256","x":"AQ","y":"AQ"}"#, "the key's `x` has not 32 bytes"),
        (r#"{"keys":7}"#, "the set's `keys` is not a list"),
        (r#"{"keys":[]}"#, "the set has no key that can be used"),
    ] {
        assert_eq!(KeySet::read(text.as_bytes()).unwrap_err().to_string(), reason, "{text}");
    }
    let mut half: Value = serde_json::from_str(RSA).unwrap();
    half.as_object_mut().unwrap().remove("p");
    assert_eq!(KeySet::read(half.to_string().as_bytes()).unwrap_err().to_string(), "the key has no `p`");
    let mut other: Value = serde_json::from_str(EC[0][0]).unwrap();
    other["d"] = encode([1; 32]).into();
    let reason = "the key's private part does not belong to its public one";
    assert_eq!(KeySet::read(other.to_string().as_bytes()).unwrap_err().to_string(), reason);
}

#[test]
fn no_key_shows_itself() {
    let shown = format!("{:?} {:?}", set(SECRET), Key::pem(keys::RSA_PEM).unwrap());
    assert!(!shown.contains("c2Vj") && !shown.contains("secret"), "{shown}");
}
