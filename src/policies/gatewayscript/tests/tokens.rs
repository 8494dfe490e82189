//! `require('jose')` and `require('jwt')`: signed and encrypted tokens.

use super::Setup;
use crate::settings::CryptoObject;
use crate::test_support::{document, keys};
use crate::value::Secret;

/// The value with which a script calls `done`; a failure is answered too.
async fn answer(script: &str) -> String {
    let head = "var jose = require('jose'), jwt = require('jwt');\n\
                var key = {kty: 'oct', k: 'c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0', alg: 'HS256'};\n\
                var done = function (e, v) { context.message.body.write(e ? 'no: ' + e.errorMessage : v); };\n";
    let text = format!("{head}{script}");
    let steps =
        format!("execute:\n- gatewayscript:\n    version: 2.0.0\n    source: {}\n", serde_json::Value::from(text));
    Setup::default().load(&document(&steps)).serve().post("{}").await.text().to_owned()
}

/// Signs claims and gives the token to the next script.
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
        (decode("'a.b.c.d.e'"), "no: the token is encrypted; add the operation `decrypt`"),
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

/// A header that encrypts with this key.
fn sealed(enc: &str, alg: &str, key: &str, then: &str) -> String {
    format!(
        "var head = jose.createJWEHeader('{enc}').setProtected('alg', '{alg}').setKey({key});\n\
         jose.createJWEEncrypter(head).update('the ').update(Buffer.from('text')).encrypt('compact', function (e, token) {{ if (e) return done(e); {then} }});"
    )
}

fn opened(key: &str) -> String {
    format!("jose.createJWEDecrypter(jose.parse(token).setKey({key})).decrypt(done);")
}

const SEALING: &str = "{kty: 'oct', k: 'YSBzaGFyZWQgc2VjcmV0IG9mIHRoaXJ0eS10d28gYnk'}";

#[tokio::test]
async fn a_message_is_encrypted_and_decrypted() {
    for (enc, alg, public, private) in [
        ("A256GCM", "dir", SEALING, SEALING),
        ("A128CBC-HS256", "dir", "Buffer.from('a shared secret of thirty-two by')", SEALING),
        ("A192CBC-HS384", "A256KW", SEALING, SEALING),
        ("A256CBC-HS512", "RSA-OAEP-256", keys::RSA_PUBLIC, keys::RSA),
        ("A192GCM", "RSA-OAEP", keys::RSA_PUBLIC, keys::RSA),
        ("A128CBC-HS256", "RSA1_5", keys::RSA_PUBLIC, keys::RSA),
    ] {
        assert_eq!(answer(&sealed(enc, alg, public, &opened(private))).await, "the text", "{enc} {alg}");
    }
    let pem = |text: &str| serde_json::Value::from(text).to_string();
    let then = opened(&pem(keys::RSA_PEM));
    assert_eq!(answer(&sealed("A128GCM", "RSA-OAEP", &pem(keys::RSA_CERTIFICATE), &then)).await, "the text");
    let header = "done(null, JSON.stringify([jose.parse(token).getProtected(), jose.parse(token).get('alg')]));";
    let found = answer(&sealed("A256GCM", "dir", SEALING, header)).await;
    assert_eq!(found, r#"[{"enc":"A256GCM","alg":"dir"},"dir"]"#);
    // Bytes that are no text come as bytes.
    let bytes = format!(
        "jose.createJWEEncrypter(jose.createJWEHeader('A256GCM').setProtected({{alg: 'dir'}}).setKey({SEALING})).update(Buffer.from([255, 0])).encrypt('compact', function (e, token) {{ jose.createJWEDecrypter(jose.parse(token).setKey({SEALING})).decrypt(function (e, v) {{ done(e, JSON.stringify([Buffer.isBuffer(v), v[0], v.length])); }}); }});"
    );
    assert_eq!(answer(&bytes).await, "[true,255,2]");
}

#[tokio::test]
async fn several_recipients_read_one_message() {
    let public = keys::RSA_PUBLIC.trim();
    let private = keys::RSA.trim();
    let seal = |form: &str, then: &str| {
        format!(
            "var head = jose.createJWEHeader('A128GCM').setUnprotected('jku', 'x').addRecipient({public}, {{alg: 'RSA-OAEP', kid: 'rsa-1'}}).addRecipient({SEALING}, {{alg: 'A256KW', kid: 'enc-1'}});\n\
             jose.createJWEEncrypter(head).update('text').encrypt('{form}', function (e, message) {{ if (e) return done(e); {then} }});"
        )
    };
    for (kid, key) in [("rsa-1", private), ("enc-1", SEALING)] {
        let open = format!(
            "var object = jose.parse(JSON.stringify(message)); object.getRecipients().forEach(function (one) {{ if (one.get('kid') === '{kid}') one.setKey({key}); }});\n\
             if (message.recipients.length !== 2 || object.getUnprotected('jku') !== 'x') return done(new Error());\n\
             jose.createJWEDecrypter(object).decrypt(done);"
        );
        assert_eq!(answer(&seal("json", &open)).await, "text", "{kid}");
    }
    assert_eq!(answer(&seal("compact", "done(null, '');")).await, "no: several recipients need the form json");
    let flat = format!(
        "jose.createJWEEncrypter(jose.createJWEHeader('A256GCM').setProtected('alg', 'dir').setKey({SEALING}).addRecipient({{kid: 'me'}})).update('text').encrypt('json_flat', function (e, message) {{ if (e) return done(e); if (message.header.kid !== 'me') return done(new Error()); jose.createJWEDecrypter(jose.parse(message).setKey({SEALING})).decrypt(done); }});"
    );
    assert_eq!(answer(&flat).await, "text");
}

#[tokio::test]
async fn a_nested_token_is_made_and_opened() {
    let encode = |more: &str, then: &str| {
        format!(
            "var head = jose.createJWEHeader('A256GCM').setProtected('alg', 'dir').setKey({SEALING});\n\
             new jwt.Encoder({{iss: 'it'}}){more}.addOperation('encrypt', head.setProtected('cty', 'JWT')).encode(function (e, token) {{ if (e) return done(e); {then} }});"
        )
    };
    let sign = ".addOperation('sign', jose.createJWSHeader(key, 'HS256'))";
    let decrypt = format!(".addOperation('decrypt', {SEALING})");
    let decode = |operations: &str| format!("new jwt.Decoder(token){operations}.decode(done);");
    let verify = ".addOperation('verify', key).addOperation('validate', {iss: 'it'})";
    for (script, expected) in [
        (encode(sign, &decode(&format!("{decrypt}{verify}"))), r#"{"iss":"it"}"#),
        (encode(sign, &decode(&decrypt)), "no: the token needs the operation `verify`"),
        (encode(sign, &decode(verify)), "no: the token is encrypted; add the operation `decrypt`"),
        (encode("", &decode(&decrypt)), r#"{"iss":"it"}"#),
        (encode("", &decode(&format!("{decrypt}{verify}"))), "no: the encrypted token is not signed"),
        (signed("{}", &decode(&format!("{decrypt}{verify}"))), "no: the token is not encrypted"),
        (
            encode(sign, "new jwt.Decoder(token).addOperation('decrypt', 'x').decode(done);"),
            "no: the key is no JWK, PEM or Buffer, and no crypto object has this name",
        ),
        ("new jwt.Encoder({}).encode(done);".to_owned(), "no: the token needs the operation `sign` or `encrypt`"),
    ] {
        let found = answer(&script).await;
        assert!(found.starts_with(expected), "{script}: {found}");
    }
}

#[tokio::test]
async fn what_cannot_be_encrypted_or_opened_says_why() {
    let open = |key: &str, message: &str| {
        format!("jose.createJWEDecrypter(jose.parse({message}).setKey({key})).decrypt(done);")
    };
    let encode = |json: &str| {
        use base64::Engine;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(json)
    };
    let compact = |header: &str| format!("'{}....'", encode(header));
    for (script, expected) in [
        (sealed("A256GCM", "ECDH-ES", SEALING, ""), "no: `ECDH-ES` is no algorithm that encrypts the content's key here"),
        (sealed("A256", "dir", SEALING, ""), "no: `A256` is no encryption of a content here; there are A128CBC-HS256"),
        (sealed("A128GCM", "dir", SEALING, ""), "no: the key is not for dir with A128GCM, which needs one of 16 bytes"),
        (sealed("A128GCM", "dir", "undefined", ""), "no: there is no key"),
        (
            "jose.createJWEEncrypter(jose.createJWEHeader('A128GCM').setKey(key)).update('x').encrypt('compact', done);".to_owned(),
            "no: the header has no `alg`",
        ),
        (
            "jose.createJWEEncrypter(jose.createJWEHeader('A128GCM').setProtected('zip', 'DEF').setKey(key)).update('x').encrypt('compact', done);".to_owned(),
            "no: `zip` is refused",
        ),
        (
            sealed("A256GCM", "dir", SEALING, &open(SEALING, "token.slice(0, -4) + 'AAAA'")),
            "no: the token cannot be decrypted",
        ),
        (sealed("A256GCM", "dir", SEALING, "jose.createJWEDecrypter(jose.parse(token)).decrypt(done);"), "no: there is no key"),
        (open(SEALING, &compact(r#"{"alg":"dir","enc":"A256GCM","zip":"DEF"}"#)), "no: the token's content is compressed"),
        (
            open(SEALING, &compact(r#"{"alg":"PBES2-HS256+A128KW","enc":"A256GCM","p2c":9999999}"#)),
            "no: the token's `alg` is none of RSA1_5",
        ),
        (open(SEALING, &compact(r#"{"alg":"dir","alg":"dir","enc":"A256GCM"}"#)), "no: the message's `protected` has a member twice"),
        (
            open(SEALING, &format!("{{protected: '{}', header: {{alg: 'A256KW'}}, ciphertext: ''}}", encode(r#"{"alg":"dir"}"#))),
            "no: the headers of the message have a member twice",
        ),
        (open(SEALING, "{protected: '', ciphertext: ''}"), "no: the header of the token is not JSON"),
        (open(SEALING, "{unprotected: {alg: 'dir'}, ciphertext: '!'}"), "no: the token's header has no `enc`"),
        (
            open(SEALING, "{unprotected: {alg: 'dir', enc: 'A256GCM'}, ciphertext: '!'}"),
            "no: the message's `ciphertext` is not base64url",
        ),
    ] {
        let found = answer(&format!("try {{ {script} }} catch (e) {{ done(e); }}")).await;
        assert!(found.starts_with(expected), "{script}: {found}");
    }
}

/// The response of a script if the settings have crypto objects.
async fn with_objects(script: &str) -> String {
    let setup = Setup::default().settings(|settings| {
        let secret =
            CryptoObject { secret: Some(Secret::new("a shared secret of thirty-two by")), ..CryptoObject::default() };
        let pem = |text: &str| CryptoObject { pem: Some(Secret::new(text)), ..CryptoObject::default() };
        settings.crypto_objects.insert("Alice".to_owned(), pem(keys::RSA_PEM));
        settings.crypto_objects.insert("AliceCert".to_owned(), pem(keys::RSA_CERTIFICATE));
        settings.crypto_objects.insert("32bytes".to_owned(), secret);
    });
    let head = "var jose = require('jose'), jwt = require('jwt'), jwk = require('jwk');\n\
                var done = function (e, v) { context.message.body.write(e ? 'no: ' + e.errorMessage : v); };\n";
    let steps = format!(
        "execute:\n- gatewayscript:\n    version: 2.0.0\n    source: {}\n",
        serde_json::Value::from(format!("{head}{script}"))
    );
    setup.load(&document(&steps)).serve().post("{}").await.text().to_owned()
}

#[tokio::test]
async fn keys_are_named_as_the_settings_name_them() {
    let nested = "var head = jose.createJWEHeader('A128CBC-HS256').setProtected('alg', 'dir').setKey('32bytes');\n\
         new jwt.Encoder({iss: 'it'}).addOperation('sign', jose.createJWSHeader('Alice', 'RS256')).addOperation('encrypt', head.setProtected('cty', 'JWT')).encode(function (e, token) {\n\
           if (e) return done(e);\n\
           new jwt.Decoder(token).addOperation('decrypt', 'sskey:32bytes').addOperation('verify', 'name:AliceCert').decode(done);\n\
         });";
    assert_eq!(with_objects(nested).await, r#"{"iss":"it"}"#);
    let public = "jose.createJWSSigner(jose.createJWSHeader('AliceCert', 'RS256')).update('x').sign('compact', done);";
    assert_eq!(with_objects(public).await, "no: the key is public; signing needs the private one");
    let unknown = "jose.createJWSSigner(jose.createJWSHeader('a-canary', 'RS256')).update('x').sign('compact', done);";
    let found = with_objects(unknown).await;
    let reason = "no: the key is no JWK, PEM or Buffer, and no crypto object has this name; `crypto-objects` of the \
                  settings has `Alice`, `AliceCert` or `32bytes`";
    assert_eq!(found, reason);
    let nothing = "try { jwk.create('x'); } catch (e) { done(e); }";
    assert!(with_objects(nothing).await.starts_with("no: `jwk.create` is not there"));
}

#[test]
fn a_name_that_the_settings_do_not_have_is_a_warning() {
    let setup = Setup::default().settings(|settings| {
        let object = CryptoObject { pem: Some(Secret::new(keys::RSA_PEM)), ..CryptoObject::default() };
        settings.crypto_objects.insert("Alice".to_owned(), object);
    });
    let script = "var jose = require('jose'); jose.createJWSHeader('Alice', 'RS256'); jose.createJWSHeader(\\\"Alise\\\", 'RS256');";
    let steps = format!("execute:\n- gatewayscript: {{version: 2.0.0, source: \"{script}\"}}\n");
    let found = setup.load(&document(&steps)).findings();
    let words = "the settings have no crypto object `Alise`; add `Alise` under `crypto-objects` in the settings file, or did you mean `Alice`?";
    assert!(found.len() == 1 && found[0].contains("warning") && found[0].ends_with(words), "{found:?}");
}
