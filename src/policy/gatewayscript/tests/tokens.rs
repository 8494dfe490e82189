//! `require('jose')` and `require('jwt')`: signatures of tokens.

use super::Setup;
use crate::test_support::document;

/// What a script answers whose `done` was called with something; a failure is answered too.
async fn answer(script: &str) -> String {
    let head = "var jose = require('jose'), jwt = require('jwt');\n\
                var key = {kty: 'oct', k: 'c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0', alg: 'HS256'};\n\
                var done = function (e, v) { context.message.body.write(e ? 'no: ' + e.errorMessage : v); };\n";
    let text = format!("{head}{script}");
    let steps =
        format!("execute:\n- gatewayscript:\n    version: 2.0.0\n    source: {}\n", serde_json::Value::from(text));
    Setup::default().load(&document(&steps)).serve_cleanly().post("{}").await.text().to_owned()
}

/// Signs claims and gives the token to the script behind.
fn signed(claims: &str, then: &str) -> String {
    format!(
        "new jwt.Encoder({claims}).addOperation('sign', jose.createJWSHeader(key, 'HS256')).encode(function (e, token) {{ if (e) return done(e); {then} }});"
    )
}

#[tokio::test]
async fn a_token_is_signed_and_verified() {
    let then = "new jwt.Decoder(token).addOperation('verify', key).addOperation('validate', {aud: 'me', iss: /^i/}).decode(done);";
    let claims = "{aud: ['you', 'me'], iss: 'it', exp: Math.floor(Date.now() / 1000) + 60}";
    assert!(answer(&signed(claims, then)).await.contains("\"iss\":\"it\""));
    let header = "done(null, JSON.parse(Buffer.from(token.split('.')[0], 'base64').toString()))";
    assert_eq!(answer(&signed("{}", header)).await, r#"{"alg":"HS256","typ":"JWT"}"#);
    // The token of RFC 7515, A.1, under its own key.
    let rfc = "var key = {kty: 'oct', k: 'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow'};\n\
        var object = jose.parse('eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk');\n\
        object.getSignatures().forEach(function (one) { one.setKey(key); });\n\
        jose.createJWSVerifier(object).validate(function (e) { done(e, e || JSON.parse(object.getPayload()).iss); });";
    assert_eq!(answer(rfc).await, "joe");
}

#[tokio::test]
async fn what_is_no_token_of_the_key_is_refused() {
    let decode = |with: &str| format!("new jwt.Decoder({with}).addOperation('verify', key).decode(done);");
    for (script, expected) in [
        (signed("{}", &decode("token.slice(0, -2) + 'AA'")), "no: the signature of the token does not verify"),
        (signed("{}", "new jwt.Decoder(token).decode(done);"), "no: the token needs the operation `verify`"),
        (
            signed(
                "{exp: 1}",
                "new jwt.Decoder(token).addOperation('verify', key).addOperation('validate', {}).decode(done);",
            ),
            "no: the token has expired",
        ),
        (
            signed(
                "{exp: 1}",
                "new jwt.Decoder(token).addOperation('verify', key).addOperation({validateExpiration: false}, 'validate', {}).decode(function (e, c) { done(e, String(c && c.exp)); });",
            ),
            "1",
        ),
        (
            signed(
                "{aud: 'a'}",
                "new jwt.Decoder(token).addOperation('verify', key).addOperation('validate', {aud: 'b'}).decode(done);",
            ),
            "no: the claim `aud` is not what is asked for",
        ),
        (decode("'eyJhbGciOiJub25lIn0.e30.'"), "no: `none` is no algorithm of signatures here; there are HS256"),
        (decode("'eyJhbGciOiJIUzI1NiIsImNyaXQiOlsiYiJdfQ.e30.AA'"), "no: the token asks for extensions in `crit`"),
        (decode("'a.b.c.d.e'"), "no: the token is encrypted (JWE)"),
        (decode("'a.b'"), "no: the token is not of the form header.claims.signature"),
        // A key of one type never verifies for another.
        (
            signed(
                "{}",
                "new jwt.Decoder(token).addOperation('verify', {kty: 'oct', k: 'AAAA', alg: 'HS512'}).decode(done);",
            ),
            "no: the signature of the token does not verify",
        ),
        (
            "jose.createJWSSigner(jose.createJWSHeader('Alice', 'HS256')).update('x').sign('compact', done);"
                .to_owned(),
            "no: the key is no JWK, PEM or Buffer",
        ),
        (
            "try { jose.createJWEHeader('A128CBC-HS256'); } catch (e) { done(e); }".to_owned(),
            "no: encryption (JWE) is not built yet",
        ),
    ] {
        let found = answer(&script).await;
        assert!(found.starts_with(expected), "{script}: {found}");
    }
}

#[tokio::test]
async fn a_payload_that_is_no_claims_is_signed_in_every_form() {
    let sign = |form: &str| {
        format!(
            "jose.createJWSSigner(jose.createJWSHeader(Buffer.from('k'), 'HS512')).update('a').update('b').sign('{form}', done);"
        )
    };
    assert_eq!(answer(&sign("compact")).await.split('.').count(), 3);
    assert!(answer(&sign("json_flat")).await.contains(r#""payload":"YWI""#));
    assert!(answer(&sign("json_general")).await.contains(r#""signatures":[{"#));
    assert!(answer(&sign("other")).await.starts_with("no: there is no form `other`"));
}
