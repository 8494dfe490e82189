//! Tests of tokens that attackers send.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::*;
use crate::test_support::keys::EC;

fn forged(header: &str, claims: &str, signature: &[u8]) -> String {
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    format!("{}.{}.{}", encode(header.as_bytes()), encode(claims.as_bytes()), encode(signature))
}

#[tokio::test]
async fn a_token_without_a_signature_or_with_somebody_elses_is_refused() {
    let gateway = gateway("");
    let claims = claims().to_string();
    let good = signed(&super::claims(), SECRET, "HS256");
    let stolen = URL_SAFE_NO_PAD.decode(good.rsplit('.').next().unwrap()).unwrap();
    for (header, signature, reason) in [
        (r#"{"alg":"none"}"#, &b""[..], "the token is not signed"),
        (r#"{"alg":"None"}"#, b"", "the token is not signed"),
        (r#"{"alg":"nOnE"}"#, &stolen, "the token is not signed"),
        (r#"{"alg":""}"#, b"", "the token's algorithm is not known"),
        (r#"{"alg":null}"#, b"", "the token's header has no `alg`"),
        (r#"{"typ":"JWT"}"#, b"", "the token's header has no `alg`"),
        (r#"{"alg":"HS256"}"#, b"", "the token's signature does not verify"),
        (r#"{"alg":"HS256"}"#, &stolen, "the token's signature does not verify"),
        (r#"{"alg":"RS256"}"#, &stolen, "no key fits the token's algorithm and key id"),
        (r#"{"alg":"ES256"}"#, &[0; 64], "no key fits the token's algorithm and key id"),
        (
            r#"{"alg":"HS256","crit":["exp"]}"#,
            &stolen,
            "the token asks for extensions in `crit`, and none is supported",
        ),
        (
            r#"{"alg":"HS256","b64":false,"crit":["b64"]}"#,
            &stolen,
            "the token asks for extensions in `crit`, and none is supported",
        ),
        (r#"{"alg":"HS256","alg":"none"}"#, &stolen, "the token's header has a member twice"),
        (r#"{"alg":"dir","enc":"A128GCM"}"#, &stolen, "the token's algorithm is not known"),
    ] {
        let refused = refusal(&gateway, &forged(header, &claims, signature)).await;
        assert_eq!(refused.as_deref(), Some(reason), "{header}");
    }
    assert_eq!(
        refusal(&gateway, &format!("{good}.a.b")).await.as_deref(),
        Some("the token is encrypted, and nothing says with which key to decrypt it")
    );
}

#[tokio::test]
async fn keys_that_a_token_brings_along_are_not_looked_at() {
    let gateway = gateway("");
    let own = r#"{"kty":"oct","k":"bXkgb3duIHNlY3JldA"}"#;
    let key = crate::jose::KeySet::read(own.as_bytes()).unwrap();
    let (key, algorithm) = key.signer(crate::jose::Algorithm::named("HS256")).unwrap();
    for extra in [
        format!(r#""jwk":{own}"#),
        r#""jku":"http://127.0.0.1:9/keys""#.to_owned(),
        r#""x5u":"http://127.0.0.1:9/cert""#.to_owned(),
        r#""x5c":["MIIB"]"#.to_owned(),
        r#""kid":"../../dev/null""#.to_owned(),
        r#""kid":"' union select 'bXkgb3duIHNlY3JldA"#.to_owned() + r#"'""#,
    ] {
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let body = format!("{}.{}", encode(&format!(r#"{{"alg":"HS256",{extra}}}"#)), encode(&claims().to_string()));
        let signature = key.sign(algorithm, body.as_bytes()).unwrap();
        let token = format!("{body}.{}", URL_SAFE_NO_PAD.encode(signature));
        assert_eq!(
            refusal(&gateway, &token).await.as_deref(),
            Some("the token's signature does not verify"),
            "{extra}"
        );
    }
}

#[tokio::test]
async fn a_public_key_is_no_secret() {
    for key in [RSA_PUBLIC, EC[0][0]] {
        let text = format!("properties: {{key: '{}'}}\nexecute:\n- jwt-validate: {{jws-jwk: key}}\n", key.trim());
        let gateway = Setup::default().load(&document(&text)).serve_cleanly();
        let secret = json!({"kty": "oct", "k": URL_SAFE_NO_PAD.encode(key)}).to_string();
        for algorithm in ["HS256", "HS384", "HS512"] {
            let token = signed(&claims(), &secret, algorithm);
            let reason = "no key fits the token's algorithm and key id";
            assert_eq!(refusal(&gateway, &token).await.as_deref(), Some(reason));
        }
    }
}

#[tokio::test]
async fn only_the_listed_algorithms_are_accepted() {
    let gateway = gateway("algorithms: [HS384, RS256]");
    assert_eq!(refusal(&gateway, &signed(&claims(), SECRET, "HS384")).await, None);
    let reason = "the token's algorithm HS256 is not one of those that are accepted";
    assert_eq!(refusal(&gateway, &signed(&claims(), SECRET, "HS256")).await.as_deref(), Some(reason));
}

#[tokio::test]
async fn a_huge_or_strange_token_is_refused_before_anything_is_decoded() {
    let gateway = gateway("jwt: message.body");
    let large = "a".repeat(70_000);
    let deep = format!("{}.e30.e30", URL_SAFE_NO_PAD.encode("[".repeat(40_000)));
    for (token, reason) in [
        (&*large, "the token is longer than 65536 bytes"),
        (&*deep, "the token's header is not JSON"),
        ("..", "the token's header is not JSON"),
        ("é.e30.e30", "the token's header is not base64url"),
        ("e30=.e30.e30", "the token's header is not base64url"),
        ("e30.e30", "the token is not of the form header.claims.signature"),
    ] {
        let answer = gateway.post(token).await;
        assert_eq!(answer.json()["moreInformation"], reason);
    }
}

#[tokio::test]
async fn no_message_quotes_the_token_or_the_key() {
    let gateway = gateway("");
    let token = forged(r#"{"alg":"HS256"}"#, r#"{"password":"canary"}"#, b"canary");
    let answer = ask(&gateway, &token).await;
    let shown = format!("{answer} {:?}", answer.fault);
    for secret in ["canary", &token, "c2VjcmV0", "secret"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
