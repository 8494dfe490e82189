//! Encrypted tokens: what is opened, and what attackers send.

use super::*;
use crate::jose::jwe::{CONTENTS, MANAGEMENTS};
use crate::settings::CryptoObject;
use crate::test_support::ibm_document;
use crate::test_support::keys::{RSA_PEM, SECRET_32, encrypted};
use crate::value::Secret;

/// A step with a key to decrypt with.
fn opening(key: &str, properties: &str) -> Gateway {
    let text = format!(
        "properties: {{key: '{}', signing: '{SECRET}'}}\nexecute:\n- jwt-validate: {{jwe-jwk: key, output-claims: message.body, {properties}}}\n",
        key.trim()
    );
    Setup::default().load(&document(&text)).serve()
}

fn inner() -> String {
    signed(&claims(), SECRET, "HS256")
}

#[tokio::test]
async fn tokens_of_every_algorithm_are_opened() {
    for (key, private) in [(RSA_PUBLIC, RSA), (SECRET_32, SECRET_32)] {
        let gateway = opening(private, "jws-jwk: signing");
        for alg in MANAGEMENTS {
            for enc in CONTENTS {
                let is_for_it = match alg {
                    "dir" => key == SECRET_32 && ["A128CBC-HS256", "A256GCM"].contains(&enc),
                    "A256KW" => key == SECRET_32,
                    _ => key == RSA_PUBLIC && alg.starts_with("RSA"),
                };
                if is_for_it {
                    assert_eq!(
                        ask(&gateway, &encrypted(&inner(), key, alg, enc)).await.json(),
                        claims(),
                        "{alg} {enc}"
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn claims_without_a_signature_do_where_the_step_asks_for_none() {
    let gateway = opening(SECRET_32, "iss-claim: https://issuer.example");
    let token = |claims: &Value| encrypted(&claims.to_string(), SECRET_32, "dir", "A256GCM");
    assert_eq!(ask(&gateway, &token(&claims())).await.json(), claims());
    let says = |claims: Value| {
        let (gateway, token) = (&gateway, token(&claims));
        async move { refusal(gateway, &token).await.unwrap_or_default() }
    };
    assert_eq!(says(json!({"iss": "https://issuer.example", "exp": NOW - 1})).await, "the token has expired");
    assert_eq!(says(json!({"iss": "me"})).await, "the token's claim `iss` is not the one that is expected");
    assert_eq!(says(json!([])).await, "the token's content is not a JSON object");
    let nested = encrypted(&inner(), SECRET_32, "dir", "A256GCM");
    let reason = "the encrypted token is signed too, and nothing says with which key";
    assert_eq!(refusal(&gateway, &nested).await.as_deref(), Some(reason));
    let twice = encrypted(r#"{"sub":"a","sub":"b"}"#, SECRET_32, "dir", "A256GCM");
    assert_eq!(refusal(&gateway, &twice).await.as_deref(), Some("the token's content has a member twice"));
}

#[tokio::test]
async fn what_is_inside_is_verified_like_any_token() {
    let gateway = opening(SECRET_32, "jws-jwk: signing");
    let seal = |text: &str| encrypted(text, SECRET_32, "A256KW", "A256GCM");
    let unsigned = crate::jose::unsigned(claims().as_object().unwrap());
    for (token, reason) in [
        (seal(&claims().to_string()), "the token is not of the form header.claims.signature"),
        (seal(&unsigned), "the token is not signed"),
        (seal(&signed(&claims(), SECRET_32, "HS256")), "the token's signature does not verify"),
        (seal(&seal(&inner())), "the token is encrypted, and nothing says with which key to decrypt it"),
        (seal(""), "there is no token"),
        (inner(), "the token is not encrypted"),
        (unsigned.clone(), "the token is not encrypted"),
    ] {
        assert_eq!(refusal(&gateway, &token).await.as_deref(), Some(reason));
    }
}

#[tokio::test]
async fn what_is_inside_may_be_signed_by_an_issuer_with_an_address() {
    let issuer = TestServer::start(|_| json_reply(200, &format!("{{\"keys\":[{RSA_PUBLIC}]}}")));
    let gateway = opening(SECRET_32, &format!("jwks-url: {}", issuer.url("/keys")));
    let seal = |text: &str| encrypted(text, SECRET_32, "dir", "A256GCM");
    assert_eq!(ask(&gateway, &seal(&signed(&claims(), RSA, "RS256"))).await.json(), claims());
    let reason = "no key fits the token's algorithm and key id";
    assert_eq!(refusal(&gateway, &seal(&inner())).await.as_deref(), Some(reason));
    assert_eq!(refusal(&gateway, &inner()).await.as_deref(), Some("the token is not encrypted"));
}

#[tokio::test]
async fn only_the_listed_algorithms_are_accepted() {
    let gateway = opening(RSA, "jws-jwk: signing, jwe-algorithms: [RSA-OAEP-256]");
    assert_eq!(refusal(&gateway, &encrypted(&inner(), RSA_PUBLIC, "RSA-OAEP-256", "A128GCM")).await, None);
    let token = encrypted(&inner(), RSA_PUBLIC, "RSA1_5", "A128GCM");
    let reason = "the token's algorithm RSA1_5 is not one of those that are accepted";
    assert_eq!(refusal(&gateway, &token).await.as_deref(), Some(reason));
}

#[tokio::test]
async fn what_cannot_be_opened_has_one_reason() {
    let gateway = opening(RSA, "jws-jwk: signing");
    let token = encrypted(&inner(), RSA_PUBLIC, "RSA1_5", "A128CBC-HS256");
    let parts: Vec<&str> = token.split('.').collect();
    let other = encrypted(&inner(), RSA_PUBLIC, "RSA1_5", "A128CBC-HS256");
    let other: Vec<&str> = other.split('.').collect();
    for at in 1..5 {
        let mut mixed = parts.clone();
        mixed[at] = other[at];
        assert_eq!(refusal(&gateway, &mixed.join(".")).await.as_deref(), Some("the token cannot be decrypted"), "{at}");
    }
    let secret = encrypted(&inner(), SECRET_32, "dir", "A256GCM");
    let reason = "no key fits the token's algorithm and key id";
    assert_eq!(refusal(&gateway, &secret).await.as_deref(), Some(reason));
}

#[tokio::test]
async fn a_crypto_object_decrypts_and_ibms_documents_run() {
    let setup = Setup::default().settings(|settings| {
        let object = CryptoObject { pem: Some(Secret::new(RSA_PEM)), ..CryptoObject::default() };
        settings.crypto_objects.insert("our-key".to_owned(), object);
    });
    let text = format!(
        "execute:
- set-variable: {{actions: [{{set: hs256-key, value: '{SECRET}'}}]}}
- jwt-validate:
    version: 2.0.0
    title: jwt-validate
    jwt: request.headers.authorization
    output-claims: message.body
    jws-jwk: hs256-key
    jwe-crypto: our-key
    jwe-jwk: ''
"
    );
    let gateway = setup.load(&ibm_document("datapower-api-gateway", &text)).serve_cleanly();
    assert_eq!(ask(&gateway, &encrypted(&inner(), RSA_PUBLIC, "RSA-OAEP", "A256GCM")).await.json(), claims());
}

#[tokio::test]
async fn no_message_quotes_the_content_or_the_key() {
    let gateway = opening(SECRET_32, "jws-jwk: signing");
    let token = encrypted("canary", SECRET_32, "dir", "A256GCM");
    let answer = ask(&gateway, &token).await;
    let shown = format!("{answer} {:?}", answer.fault);
    for secret in ["canary", &token, "YSBzaGFyZWQ", "a shared secret"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
