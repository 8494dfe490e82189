//! The shapes that real documents have, and what is refused at load.

use super::*;
use crate::settings::CryptoObject;
use crate::test_support::ibm_document;
use crate::test_support::keys::{RSA_CERTIFICATE, RSA_PUBLIC_PEM};
use crate::value::Secret;

fn findings(properties: &str) -> Vec<String> {
    Setup::default().load(&document(&format!("execute:\n- jwt-validate: {{{properties}}}\n"))).findings()
}

#[tokio::test]
async fn documents_of_both_gateways_run_with_all_that_editors_write() {
    for (gateway, version) in [("datapower-api-gateway", "2.0.0"), ("datapower-gateway", "1.0.0")] {
        let text = format!(
            "execute:
- set-variable:
    version: {version}
    actions:
    - set: hs256-key
      value: '{SECRET}'
- jwt-validate:
    version: {version}
    title: jwt-validate
    jwt: request.headers.authorization
    output-claims: decoded.claims
    iss-claim: .*
    aud-claim: '.*'
    jws-jwk: hs256-key
    jws-crypto: ''
    jwe-jwk: ''
    jwe-crypto: ''
- gatewayscript:
    version: {version}
    source: |
      var apim = require('apim');
      apim.setvariable('message.body', apim.getvariable('decoded.claims'));
"
        );
        let gateway = Setup::default().load(&ibm_document(gateway, &text)).serve_cleanly();
        let answer = ask(&gateway, &signed(&claims(), SECRET, "HS256")).await;
        assert_eq!(answer.json(), claims(), "{version}");
    }
}

#[tokio::test]
async fn a_crypto_object_of_the_settings_wins_over_the_variable() {
    let token = signed(&claims(), RSA, "RS256");
    let objects = [
        CryptoObject { pem: Some(Secret::new(RSA_CERTIFICATE)), ..CryptoObject::default() },
        CryptoObject { pem: Some(Secret::new(RSA_PUBLIC_PEM)), ..CryptoObject::default() },
        CryptoObject { jwk: Some(Secret::new(RSA_PUBLIC)), ..CryptoObject::default() },
    ];
    for object in objects {
        let setup = Setup::default().settings(|settings| {
            settings.crypto_objects.insert("issuer".to_owned(), object);
        });
        let text = "execute:\n- jwt-validate: {jws-crypto: issuer, jws-jwk: ''}\n";
        let gateway = setup.load(&document(text)).serve_cleanly();
        assert_eq!(refusal(&gateway, &token).await, None);
        let other = signed(&claims(), SECRET, "HS256");
        assert!(refusal(&gateway, &other).await.is_some());
    }
}

#[test]
fn a_crypto_object_that_is_not_there_is_a_warning_in_development_and_refused_where_it_is_served() {
    let text = document("execute:\n- jwt-validate: {jws-crypto: issuer}\n");
    let served = Setup::default().load(&text).findings();
    let in_development = Setup::default().check().load(&text).findings();
    let what = "the settings have no crypto object `issuer`";
    assert!(served.len() == 1 && served[0].contains("error") && served[0].contains(what), "{served:?}");
    assert!(
        in_development.len() == 1 && in_development[0].contains("warning") && in_development[0].contains(what),
        "{in_development:?}"
    );
}

#[test]
fn mistakes_are_found_at_load() {
    for (properties, words) in [
        ("", "error G0305 nothing says with which key the token must be signed"),
        ("jws-jwk: '', jws-crypto: ''", "error G0305 nothing says with which key the token must be signed"),
        (
            "jws-jwk: message.body, jwks-url: 'https://a.example/k'",
            "error G0308 `jwks-url` stands beside `jws-jwk` or `jws-crypto`",
        ),
        ("jwks-url: a.example/keys", "error G0701 `jwks-url` is not a URL that starts with"),
        ("jwks-url: 'https://$(request.headers.host)/keys'", "error G0401 `jwks-url` is used at load"),
        ("jwks-url: 'http://a.example/keys'", "warning G0607 `jwks-url` is plain `http`"),
        ("jwks-url: 'https://a.example/', iss-claim: '('", "error G0308 `iss-claim` is not a regular expression"),
        (
            "jwks-url: 'https://a.example/', algorithms: [RS256, none]",
            "error G0308 `none` is no algorithm for signatures",
        ),
        ("jwks-url: 'https://a.example/', clock-skew: 61", "error G0308 `clock-skew` is more than 60 seconds"),
        ("jwks-url: 'https://a.example/', output-claims: request.body", "error G0403 `request.body` cannot be set"),
        ("jwe-jwk: message.body", "warning G0308 nothing says with which key the token must be signed"),
        (
            "jwe-jwk: message.body, jws-jwk: message.body, jwe-algorithms: [RSA-OAEP, ECDH-ES]",
            "error G0308 `ECDH-ES` is no algorithm that encrypts the content's key",
        ),
        ("jwe-crypto: missing", "the settings have no crypto object `missing`"),
    ] {
        let found = findings(properties);
        assert!(found.len() == 1 && found[0].contains(words), "{properties}: {found:?}");
    }
    let bad = "properties: {key: secret}\nexecute:\n- jwt-validate: {jws-jwk: key}\n";
    let found = Setup::default().load(&document(bad)).findings();
    assert!(found[0].contains("error G0308 what `jws-jwk` names is no key: the JWK is not JSON"), "{found:?}");
}
