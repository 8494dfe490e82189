//! Tokens that the step makes, read by the verifier.

mod encrypted;

use serde_json::{Value, json};

use crate::jose::{ALGORITHMS, KeySet, Token};
use crate::settings::CryptoObject;
use crate::test_support::keys::{EC, NOW, RSA, RSA_PEM, RSA_PUBLIC, SECRET};
use crate::test_support::{Answer, Gateway, Setup, document, ibm_document};
use crate::value::Secret;

fn load(key: &str, properties: &str) -> Gateway {
    let text = format!(
        "properties: {{key: '{}', iss.claim: me, issuer: me, who: ann, algorithm: HS512}}
execute:
- jwt-generate: {{jwt: message.body, iss-claim: issuer, {properties}}}
",
        key.trim()
    );
    Setup::default().load(&document(&text)).serve_cleanly()
}

/// The claims of the body's token, and its `kid`.
fn read(answer: &Answer, key: &str) -> (Value, Option<String>) {
    let token = Token::read(answer.text()).unwrap_or_else(|error| panic!("{error}: {answer}"));
    let claims = token.verify(&KeySet::read(key.as_bytes()).unwrap()).unwrap();
    (Value::Object(claims), token.header.key_id)
}

#[tokio::test]
async fn every_algorithm_makes_tokens_that_verify() {
    for algorithm in ALGORITHMS {
        let key = match algorithm {
            "ES256" => EC[0][0],
            "ES384" => EC[1][0],
            "ES512" => EC[2][0],
            other if other.starts_with("HS") => SECRET,
            _ => RSA,
        };
        let answer = load(key, &format!("jws-jwk: key, jws-alg: {algorithm}")).get().await;
        let (claims, id) = read(&answer, key);
        assert_eq!(claims, json!({"iss": "me", "iat": NOW, "exp": NOW + 3600}), "{algorithm}");
        assert!(id.is_some());
    }
}

#[tokio::test]
async fn claims_come_from_variables() {
    let more = r#"{"role": "clerk", "iss": "somebody else", "exp": 9999999999, "nested": {"a": [1]}}"#;
    for (properties, expected) in [
        ("sub-claim: who", json!({"sub": "ann"})),
        ("sub-claim: nothing", json!({})),
        ("sub-claim: request.parameters.id, aud-claim: who", json!({"sub": "7", "aud": "ann"})),
        ("aud-claim: list", json!({"aud": ["a", "b"]})),
        ("aud-claim: commas", json!({"aud": ["a", "b"]})),
        ("private-claims: more", json!({"role": "clerk", "nested": {"a": [1]}})),
        ("private-claims: object", json!({"role": "clerk", "nested": {"a": [1]}})),
    ] {
        let text = format!(
            "properties: {{key: '{SECRET}', issuer: me, who: ann}}
execute:
- set-variable:
    actions:
    - {{set: commas, value: 'a, b,'}}
    - {{set: list, value: [a, b]}}
    - {{set: more, value: '{more}'}}
    - {{set: object, value: {more}}}
    - {{set: nothing, value: ''}}
- jwt-generate: {{jwt: message.body, iss-claim: issuer, jws-jwk: key, jws-alg: HS256, {properties}}}
"
        );
        let answer = Setup::default().load(&document(&text)).serve_cleanly().get().await;
        let mut all = json!({"iss": "me", "iat": NOW, "exp": NOW + 3600});
        expected.as_object().unwrap().iter().for_each(|(name, value)| all[name] = value.clone());
        assert_eq!(read(&answer, SECRET).0, all, "{properties}");
    }
}

#[tokio::test]
async fn ids_are_random_and_key_ids_can_be_chosen() {
    let gateway = load(SECRET, "jws-jwk: key, jws-alg: HS256, jti-claim: true, custom-kid-value-jws: $(who)-1");
    let (first, id) = read(&gateway.get().await, SECRET);
    let (second, _) = read(&gateway.get().await, SECRET);
    assert_eq!(id.as_deref(), Some("ann-1"));
    assert_eq!(first["jti"].as_str().unwrap().len(), 36);
    assert_ne!(first["jti"], second["jti"]);
}

#[tokio::test]
async fn the_algorithm_may_come_from_a_variable_or_from_the_key() {
    for (key, properties, expected) in [
        (SECRET.to_owned(), "jws-alg: $(algorithm)", Some("HS512")),
        (SECRET.replace("\"kty\"", "\"alg\":\"HS384\",\"kty\""), "title: x", Some("HS384")),
        (SECRET.to_owned(), "jws-alg: $(request.headers.x-alg)", None),
        (SECRET.to_owned(), "jws-alg: ''", None),
    ] {
        let answer = load(&key, &format!("jws-jwk: key, {properties}")).get().await;
        match expected {
            Some(name) => assert_eq!(Token::read(answer.text()).unwrap().header.algorithm.name(), name),
            None => {
                let reason = "neither the step nor the key says which algorithm to sign with";
                assert_eq!(answer.json()["moreInformation"], reason);
            }
        }
    }
}

#[tokio::test]
async fn an_empty_target_is_the_authorization_header() {
    let text = format!(
        "properties: {{key: '{SECRET}', iss.claim: me}}\nexecute:\n- jwt-generate: {{jwt: '', iss-claim: $(api.name), jws-jwk: key, jws-alg: HS256}}\n"
    );
    let answer = Setup::default().load(&document(&text)).serve_cleanly().get().await;
    let header = answer.header("authorization").unwrap();
    let token = Token::read(header.strip_prefix("Bearer ").unwrap()).unwrap();
    assert_eq!(token.verify(&KeySet::read(SECRET.as_bytes()).unwrap()).unwrap()["iss"], "example");
}

#[tokio::test]
async fn what_it_cannot_do_is_a_runtime_error_with_its_reason() {
    let public = "the key is public; signing needs the private one";
    for (key, properties, reason) in [
        (RSA_PUBLIC, "jws-alg: RS256", public),
        (RSA_PUBLIC, "jws-alg: PS512", public),
        (RSA, "jws-alg: HS256", "the key is not for HS256, which needs one of the type oct"),
        (EC[0][0], "jws-alg: ES384", "the key is not for ES384, which needs one of the type EC"),
        (
            SECRET,
            "jws-alg: HS256, private-claims: who",
            "the variable that `private-claims` names holds no JSON object",
        ),
        (
            SECRET,
            "jws-alg: HS256, exp-claim: $(request.path)",
            "`exp-claim` became something that is not from 1 to 31622400 seconds",
        ),
        (SECRET, "jws-alg: $(request.path)", "`jws-alg` became something that is no algorithm for it"),
    ] {
        let answer = load(key, &format!("jws-jwk: key, {properties}")).get().await;
        assert_eq!(answer.fault_name(), Some("RuntimeError"), "{answer}");
        assert_eq!(answer.json()["moreInformation"], reason, "{properties}");
    }
    let text = format!(
        "properties: {{key: '{SECRET}'}}\nexecute:\n- set-variable: {{actions: [{{set: issuer, value: ''}}]}}\n- jwt-generate: {{iss-claim: issuer, jws-jwk: key, jws-alg: HS256}}\n"
    );
    let answer = Setup::default().load(&document(&text)).serve_cleanly().get().await;
    assert_eq!(answer.json()["moreInformation"], "the variable that `iss-claim` names holds no issuer");
}

#[tokio::test]
async fn crypto_objects_sign_and_documents_of_both_gateways_run() {
    let setup = Setup::default().settings(|settings| {
        let object = CryptoObject { pem: Some(Secret::new(RSA_PEM)), ..CryptoObject::default() };
        settings.crypto_objects.insert("signing-key".to_owned(), object);
    });
    for (gateway, version) in [("datapower-api-gateway", "2.1.0"), ("datapower-gateway", "1.0.0")] {
        let text = format!(
            "execute:
- set-variable:
    actions:
    - set: iss.claim
      value: apic
- jwt-generate:
    version: {version}
    title: jwt-generate
    jwt: generated.jwt
    iss-claim: iss.claim
    aud-claim: ''
    sub-claim: ''
    exp-claim: 3600
    jti-claim: true
    jws-alg: RS256
    jws-crypto: signing-key
    jws-jwk: ''
    jwe-alg: ''
    jwe-enc: ''
    private-claims: ''
- set-variable:
    actions:
    - set: message.body
      value: $(generated.jwt)
"
        );
        let answer = setup.load(&ibm_document(gateway, &text)).serve_cleanly().get().await;
        assert_eq!(read(&answer, RSA_PUBLIC).0["iss"], "apic", "{version}");
    }
}

#[test]
fn mistakes_are_found_at_load() {
    for (properties, words) in [
        ("jws-alg: RS256", "error G0305 nothing says with which key to sign"),
        ("jws-alg: rs256, jws-jwk: message.body", "error G0308 `rs256` is no algorithm for signatures"),
        ("jws-alg: none", "warning G0308 `none` makes a token that nobody has signed"),
        ("jws-jwk: message.body, exp-claim: 0", "error G0308 `exp-claim` is not from 1 to 31622400 seconds"),
        ("jws-jwk: message.body, exp-claim: 31622401", "error G0308 `exp-claim` is not from 1 to 31622400 seconds"),
        ("jws-jwk: message.body, jwe-alg: dir", "error G0305 nothing says with which key to encrypt"),
        ("jws-jwk: message.body, jwe-enc: A128GCM", "error G0305 nothing says with which key to encrypt"),
        (
            "jws-jwk: message.body, jwe-jwk: message.body, jwe-alg: dir",
            "error G0305 nothing says how the token's content is encrypted",
        ),
        (
            "jwe-jwk: message.body, jwe-enc: A128GCM, jwe-alg: ECDH-ES",
            "error G0308 `ECDH-ES` is no algorithm that encrypts the content's key",
        ),
        ("jwe-jwk: message.body, jwe-enc: A128CBC", "error G0308 `A128CBC` is no encryption of a content"),
        ("jwe-crypto: missing, jwe-enc: A128GCM", "the settings have no crypto object `missing`"),
        ("jws-jwk: message.body, jwt: request.body", "error G0403 `request.body` cannot be set"),
    ] {
        let text = format!("execute:\n- jwt-generate: {{iss-claim: api.name, {properties}}}\n");
        let found = Setup::default().load(&document(&text)).findings();
        assert!(found.len() == 1 && found[0].contains(words), "{properties}: {found:?}");
    }
}
