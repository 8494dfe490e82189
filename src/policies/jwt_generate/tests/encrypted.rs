//! Encrypted tokens, taken apart again with the keys of their receivers.

use serde_json::{Value, json};

use crate::jose::jwe::{CONTENTS, Encrypted, MANAGEMENTS};
use crate::jose::{KeySet, Token};
use crate::settings::CryptoObject;
use crate::test_support::keys::{NOW, RSA, RSA_CERTIFICATE, RSA_PUBLIC, SECRET, SECRET_32};
use crate::test_support::{Gateway, Setup, document, ibm_document};
use crate::value::Secret;

fn load(key: &str, properties: &str) -> Gateway {
    let text = format!(
        "properties: {{key: '{}', signing: '{SECRET}', issuer: me, alg: A256KW, enc: A192GCM}}
execute:
- jwt-generate: {{jwt: message.body, iss-claim: issuer, jwe-jwk: key, {properties}}}
",
        key.trim()
    );
    Setup::default().load(&document(&text)).serve_cleanly()
}

/// A secret of so many bytes.
fn secret(bytes: usize) -> String {
    use base64::Engine;
    let key = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(vec![7; bytes]);
    json!({ "kty": "oct", "k": key }).to_string()
}

fn open(token: &str, key: &str) -> String {
    let keys = KeySet::read(key.as_bytes()).unwrap();
    let text = Encrypted::read(token).unwrap().decrypt(&keys).unwrap();
    String::from_utf8(text).unwrap()
}

fn header(token: &str) -> Value {
    use base64::Engine;
    let part = token.split('.').next().unwrap();
    serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[tokio::test]
async fn every_algorithm_makes_tokens_that_decrypt_to_signed_ones() {
    for alg in MANAGEMENTS {
        for enc in CONTENTS {
            let (public, private) = match alg {
                "dir" => {
                    let bytes = crate::jose::jwe::Content::named(enc).unwrap().key_bytes();
                    (secret(bytes), secret(bytes))
                }
                "A128KW" => (secret(16), secret(16)),
                "A192KW" => (secret(24), secret(24)),
                "A256KW" => (secret(32), secret(32)),
                _ => (RSA_PUBLIC.to_owned(), RSA.to_owned()),
            };
            let more = format!("jws-jwk: signing, jws-alg: HS256, jwe-alg: {alg}, jwe-enc: {enc}");
            let answer = load(&public, &more).get().await;
            let inner = open(answer.text(), &private);
            let claims = Token::read(&inner).unwrap().verify(&KeySet::read(SECRET.as_bytes()).unwrap()).unwrap();
            assert_eq!(Value::Object(claims), json!({"iss": "me", "iat": NOW, "exp": NOW + 3600}), "{alg} {enc}");
            let header = header(answer.text());
            assert_eq!((&header["alg"], &header["enc"]), (&json!(alg), &json!(enc)));
            assert_eq!((&header["typ"], &header["cty"]), (&json!("JWT"), &json!("JWT")));
        }
    }
}

#[tokio::test]
async fn a_token_without_a_signature_holds_its_claims() {
    for more in ["title: x", "jws-alg: none", "jws-alg: '', jws-jwk: '', jws-crypto: ''"] {
        let more = format!("{more}, jwe-alg: dir, jwe-enc: A256GCM, custom-kid-value-jwe: $(issuer)-1");
        let answer = load(SECRET_32, &more).get().await;
        let claims: Value = serde_json::from_str(&open(answer.text(), &secret_without_id())).unwrap();
        assert_eq!(claims, json!({"iss": "me", "iat": NOW, "exp": NOW + 3600}));
        let header = header(answer.text());
        assert_eq!((&header["kid"], header.get("cty")), (&json!("me-1"), None));
    }
}

fn secret_without_id() -> String {
    SECRET_32.replace("enc-1", "me-1")
}

#[tokio::test]
async fn algorithms_may_come_from_variables_or_from_the_key() {
    for (key, properties, expected) in [
        (SECRET_32.to_owned(), "jwe-alg: $(alg), jwe-enc: $(enc)", Ok(("A256KW", "A192GCM"))),
        (
            SECRET_32.replace("\"kty\"", "\"alg\":\"A256KW\",\"kty\""),
            "jwe-enc: A128CBC-HS256",
            Ok(("A256KW", "A128CBC-HS256")),
        ),
        (
            SECRET_32.to_owned(),
            "jwe-enc: A128GCM",
            Err("neither the step nor the key says how to encrypt the content's key"),
        ),
        (SECRET_32.to_owned(), "jwe-enc: $(request.headers.x)", Err("`jwe-enc` became nothing")),
        (
            SECRET_32.to_owned(),
            "jwe-enc: $(request.path)",
            Err("`jwe-enc` became something that is no algorithm for it"),
        ),
        (
            SECRET_32.to_owned(),
            "jwe-enc: A128GCM, jwe-alg: dir",
            Err("the key is not for dir with A128GCM, which needs one of 16 bytes"),
        ),
        (
            RSA_PUBLIC.to_owned(),
            "jwe-enc: A128GCM, jwe-alg: A128KW",
            Err("the key is not for A128KW, which needs one of the type oct"),
        ),
    ] {
        let answer = load(&key, &format!("jws-jwk: signing, jws-alg: HS256, {properties}")).get().await;
        match expected {
            Ok((alg, enc)) => {
                let header = header(answer.text());
                assert_eq!((&header["alg"], &header["enc"]), (&json!(alg), &json!(enc)));
            }
            Err(reason) => assert_eq!(answer.json()["moreInformation"], reason, "{properties}"),
        }
    }
}

#[tokio::test]
async fn crypto_objects_encrypt_and_documents_of_both_gateways_run() {
    let setup = Setup::default().settings(|settings| {
        let object = CryptoObject { pem: Some(Secret::new(RSA_CERTIFICATE)), ..CryptoObject::default() };
        settings.crypto_objects.insert("partner-cert".to_owned(), object);
    });
    for (gateway, version) in [("datapower-api-gateway", "2.1.0"), ("datapower-gateway", "1.0.0")] {
        let text = format!(
            "execute:
- set-variable:
    actions:
    - {{set: iss.claim, value: apic}}
    - {{set: hs256-key, value: '{SECRET}'}}
- jwt-generate:
    version: {version}
    title: jwt-generate
    jwt: generated.jwt
    iss-claim: iss.claim
    exp-claim: 3600
    jws-alg: HS256
    jws-jwk: hs256-key
    jwe-alg: RSA-OAEP-256
    jwe-enc: A256CBC-HS512
    jwe-crypto: partner-cert
    jwe-jwk: ''
    custom-kid-value-jws: one
    custom-kid-value-jwe: two
- set-variable:
    actions:
    - {{set: message.body, value: $(generated.jwt)}}
"
        );
        let answer = setup.load(&ibm_document(gateway, &text)).serve_cleanly().get().await;
        assert_eq!(header(answer.text())["kid"], "two");
        let inner = open(answer.text(), &RSA.replace("rsa-1", "two"));
        assert_eq!(Token::read(&inner).unwrap().header.key_id.as_deref(), Some("one"), "{version}");
    }
}
