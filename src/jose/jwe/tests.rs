//! The examples of RFC 7516, every algorithm with every other, and tokens that attack.

use serde_json::json;

use super::*;
use crate::test_support::keys::{self, EC, RFC7516, RSA, RSA_PUBLIC, SECRET, encrypted, signed};

fn set(text: &str) -> KeySet {
    KeySet::read(text.as_bytes()).unwrap()
}

fn encode(text: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

fn decrypt(token: &str, keys: &KeySet) -> Result<String, TokenError> {
    Encrypted::read(token)?.decrypt(keys).map(|text| String::from_utf8(text).unwrap())
}

/// A secret of so many bytes.
fn secret(bytes: usize) -> String {
    json!({ "kty": "oct", "k": encode(vec![7; bytes]) }).to_string()
}

/// The key of an algorithm, and what its receiver has.
fn keys_of(method: Method) -> (String, String) {
    match method.management {
        Management::Wrap(bits) => (secret(bits.bytes()), secret(bits.bytes())),
        Management::Direct => (secret(method.content.key_bytes()), secret(method.content.key_bytes())),
        _ => (RSA_PUBLIC.to_owned(), RSA.to_owned()),
    }
}

fn methods() -> impl Iterator<Item = Method> {
    let managements = MANAGEMENTS.iter().map(|name| Management::named(name).unwrap());
    managements.flat_map(|management| {
        let contents = CONTENTS.iter().map(|name| Content::named(name).unwrap());
        contents.map(move |content| Method { management, content })
    })
}

fn token(text: &str, key: &str, method: Method) -> String {
    encrypted(text, key, method.management.name(), method.content.name())
}

#[test]
fn the_examples_of_the_rfc_decrypt() {
    let a1 = "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.OKOawDo13gRp2ojaHV7LFpZcgV7T6DVZKTyKOMTYUmKoTCVJRgckCL9kiMT03JGeipsEdY3mx_etLbbWSrFr05kLzcSr4qKAq7YN7e9jwQRb23nfa6c9d-StnImGyFDbSv04uVuxIp5Zms1gNxKKK2Da14B8S4rzVRltdYwam_lDp5XnZAYpQdb76FdIKLaVmqgfwX7XWRxv2322i-vDxRfqNzo_tETKzpVLzfiwQyeyPGLBIO56YJ7eObdv0je81860ppamavo35UgoRdbYaBcoh9QcfylQr66oc6vFWXRcZ_ZT2LawVCWTIy3brGPi6UklfCpIMfIjf7iGdXKHzg.48V1_ALb6US04U3b.5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9tX_EFShS8iB7j6jiSdiwkIr3ajwQzaBtQD_A.XFBoMYUZodetZdvTiFvSkQ";
    let a2 = "eyJhbGciOiJSU0ExXzUiLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0.UGhIOguC7IuEvf_NPVaXsGMoLOmwvc1GyqlIKOK1nN94nHPoltGRhWhw7Zx0-kFm1NJn8LE9XShH59_i8J0PH5ZZyNfGy2xGdULU7sHNF6Gp2vPLgNZ__deLKxGHZ7PcHALUzoOegEI-8E66jX2E4zyJKx-YxzZIItRzC5hlRirb6Y5Cl_p-ko3YvkkysZIFNPccxRU7qve1WYPxqbb2Yw8kZqa2rMWI5ng8OtvzlV7elprCbuPhcCdZ6XDP0_F8rkXds2vE4X-ncOIM8hAYHHi29NX0mcKiRaD0-D-ljQTP-cFPgwCp6X-nZZd9OHBv-B3oWh2TbqmScqXMR4gp_A.AxY8DCtDaGlsbGljb3RoZQ.KDlTtXchhZTGufMYmOYGS4HffxPSUrfmqCHXaI9wOGY.9hH0vgRfYgPnAHOd8stkvw";
    let a3 = "eyJhbGciOiJBMTI4S1ciLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0.6KB707dM9YTIgHtLvtgWQ8mKwboJW3of9locizkDTHzBC2IlrT1oOQ.AxY8DCtDaGlsbGljb3RoZQ.KDlTtXchhZTGufMYmOYGS4HffxPSUrfmqCHXaI9wOGY.U0m_YmjN04DJvceFICbCVQ";
    let wrapped = r#"{"kty":"oct","k":"GawgguFyGrWKav7AX4VKUg"}"#;
    let imagination = "The true sign of intelligence is not knowledge but imagination.";
    for (token, key, text) in [
        (a1, RFC7516[0], imagination),
        (a2, RFC7516[1], "Live long and prosper."),
        (a3, wrapped, "Live long and prosper."),
    ] {
        assert_eq!(decrypt(token, &set(key)).unwrap(), text);
        // Every letter counts, but for bits that base64 does not use.
        for at in (0..token.len()).step_by(7) {
            let mut broken = token.as_bytes().to_vec();
            broken[at] = if broken[at] == b'A' { b'Q' } else { b'A' };
            assert!(decrypt(std::str::from_utf8(&broken).unwrap(), &set(key)).is_err(), "a change at {at}");
        }
    }
}

#[test]
fn every_algorithm_encrypts_and_decrypts_and_is_only_itself() {
    for method in methods() {
        let (public, private) = keys_of(method);
        let token = token("the text", &public, method);
        assert_eq!(decrypt(&token, &set(&private)).unwrap(), "the text", "{method:?}");
        let read = Encrypted::read(&token).unwrap();
        assert_eq!((read.method, Encrypted::is_likely(&token)), (method, true));
        // The same parts under another name.
        for other in methods().filter(|other| *other != method) {
            let (_, rest) = token.split_once('.').unwrap();
            let header =
                json!({ "alg": other.management.name(), "enc": other.content.name(), "kid": "rsa-1" }).to_string();
            assert!(decrypt(&format!("{}.{rest}", encode(header)), &set(&private)).is_err(), "{method:?} as {other:?}");
        }
    }
}

#[test]
fn keys_in_pem_and_secrets_as_they_are_encrypt_too() {
    let content = Content::named("A128GCM").unwrap();
    for name in ["RSA1_5", "RSA-OAEP", "RSA-OAEP-256"] {
        for text in [keys::RSA_PEM, keys::RSA_PKCS1_PEM, keys::RSA_PUBLIC_PEM, keys::RSA_CERTIFICATE] {
            let keys = KeySet::one(Key::pem(text).unwrap());
            let (key, method) = keys.encrypter(Management::named(name), content).unwrap();
            let token = encrypt(b"x", Map::new(), &key, method, Some("rsa-1")).unwrap();
            assert_eq!(decrypt(&token, &set(RSA)).unwrap(), "x");
            assert_eq!(decrypt(&token, &KeySet::one(Key::pem(keys::RSA_PKCS1_PEM).unwrap())).unwrap(), "x");
        }
    }
    let keys = KeySet::one(Key::secret("sixteen bytes ok").unwrap());
    let (key, method) = keys.encrypter(Some(Management::Direct), content).unwrap();
    let token = encrypt(b"x", Map::new(), &key, method, None).unwrap();
    assert_eq!(decrypt(&token, &keys).unwrap(), "x");
}

#[test]
fn two_texts_never_share_a_key_or_a_vector() {
    let method = Method { management: Management::Oaep, content: Content::Gcm(Bits::B256) };
    let (one, two) = (token("x", RSA_PUBLIC, method), token("x", RSA_PUBLIC, method));
    for (one, two) in one.split('.').zip(two.split('.')).skip(1) {
        assert_ne!(one, two);
    }
}

#[test]
fn several_recipients_share_one_content() {
    let content = Content::CbcHmac(Bits::B192);
    let (rsa, oct) = (set(RSA_PUBLIC), set(&secret(24)));
    let rsa = rsa.encrypter(Some(Management::Oaep256), content).unwrap();
    let oct = oct.encrypter(Some(Management::Wrap(Bits::B192)), content).unwrap();
    let both = [(rsa.1.management, &*rsa.0), (oct.1.management, &*oct.0)];
    let Sealed { keys, vector, ciphertext, tag } = seal(content, &both, b"aad", b"text").unwrap();
    for (encrypted, (key, method)) in keys.into_iter().zip([(RSA.to_owned(), rsa.1), (secret(24), oct.1)]) {
        let one =
            Sealed { keys: vec![encrypted], vector: vector.clone(), ciphertext: ciphertext.clone(), tag: tag.clone() };
        assert_eq!(open(method, &set(&key), None, b"aad", &one).unwrap(), b"text");
        assert_eq!(open(method, &set(&key), None, b"AAD", &one), Err(TokenError::NotDecrypted));
    }
    let direct = Key::secret([1; 48]).unwrap();
    assert!(seal(content, &[both[0], (Management::Direct, &direct)], b"", b"").is_err());
    assert!(seal(content, &[], b"", b"").is_err());
}

#[test]
fn parts_of_the_wrong_length_do_not_decrypt() {
    for method in methods() {
        let (public, private) = keys_of(method);
        let token = token("the text", &public, method);
        let parts: Vec<&str> = token.split('.').collect();
        let changed = |at: usize, change: &dyn Fn(&mut Vec<u8>)| {
            let mut bytes = URL_SAFE_NO_PAD.decode(parts[at]).unwrap();
            change(&mut bytes);
            let mut parts = parts.clone();
            let text = encode(bytes);
            parts[at] = &text;
            decrypt(&parts.join("."), &set(&private))
        };
        for at in 1..5 {
            let shorter: &dyn Fn(&mut Vec<u8>) = &|bytes| bytes.truncate(bytes.len().saturating_sub(1));
            for change in [shorter, &|bytes| bytes.push(0)] {
                let nothing = at == 1 && parts[1].is_empty();
                let result = changed(at, change);
                let refused = result == Err(TokenError::NotDecrypted);
                assert!(refused || nothing && result.is_ok(), "{method:?} {at} {result:?}");
            }
            assert!(at == 1 && parts[1].is_empty() || changed(at, &|bytes| bytes.clear()).is_err(), "{method:?} {at}");
        }
        for length in 0..4 {
            assert_eq!(changed(4, &|tag| tag.truncate(length)), Err(TokenError::NotDecrypted), "a tag of {length}");
        }
    }
}

/// Whatever is wrong after the padding, it looks the same: RFC 7516, 11.5.
#[test]
fn no_answer_tells_a_bad_padding_from_a_bad_content() {
    let content = Content::CbcHmac(Bits::B128);
    for management in [Management::Pkcs1, Management::Oaep, Management::Oaep256] {
        let method = Method { management, content };
        let good = token("text", RSA_PUBLIC, method);
        let parts: Vec<&str> = good.split('.').collect();
        let rsa = set(RSA_PUBLIC);
        let rsa = rsa.encrypter(Some(management), content).unwrap().0;
        let Material::Rsa(rsa) = &rsa.material else { panic!("it is an RSA key") };
        let keys = [
            // Another key of the right length, keys of wrong lengths, no padding at all.
            rsa.encrypt(management, &[1; 32]).unwrap(),
            rsa.encrypt(management, &[1; 16]).unwrap(),
            rsa.encrypt(management, &[1; 64]).unwrap(),
            rsa.encrypt(management, &[]).unwrap(),
            vec![1; 256],
            vec![0; 256],
            vec![0xff; 256],
            vec![1; 255],
            vec![1; 257],
        ];
        for key in keys {
            let token = [parts[0], &encode(&key), parts[2], parts[3], parts[4]].join(".");
            assert_eq!(decrypt(&token, &set(RSA)), Err(TokenError::NotDecrypted), "{management:?} {}", key.len());
        }
    }
}

#[test]
fn what_is_no_encrypted_token_is_refused_with_its_reason() {
    let method = Method { management: Management::Direct, content: Content::Gcm(Bits::B128) };
    let good = token("text", &secret(16), method);
    let rest = good.split_once('.').unwrap().1;
    let head = |json: &str| format!("{}.{rest}", encode(json));
    let part = |part, what| TokenError::BadPart { part, what };
    for (token, expected) in [
        (String::new(), TokenError::Missing),
        ("a".repeat(65_537), TokenError::TooLong),
        (".".repeat(65_537), TokenError::TooLong),
        (".".repeat(60_000), TokenError::NotEncrypted),
        (signed(&json!({}), SECRET, "HS256"), TokenError::NotEncrypted),
        (format!("{good}.x"), TokenError::NotEncrypted),
        (format!("{good}="), part("authentication tag", "is not base64url")),
        (format!(" {good}"), part("header", "is not base64url")),
        (head("[]"), part("header", "is not a JSON object")),
        (head(r#"{"alg":"dir","alg":"dir","enc":"A128GCM"}"#), part("header", "has a member twice")),
        (head(r#"{"enc":"A128GCM"}"#), part("header", "has no `alg`")),
        (head(r#"{"alg":"dir"}"#), part("header", "has no `enc`")),
        (head(r#"{"alg":"dir","enc":7}"#), part("header", "has no `enc`")),
        (head(r#"{"alg":"none","enc":"A128GCM"}"#), TokenError::UnknownManagement),
        (head(r#"{"alg":"DIR","enc":"A128GCM"}"#), TokenError::UnknownManagement),
        (head(r#"{"alg":"dir","enc":"none"}"#), TokenError::UnknownContent),
        (head(r#"{"alg":"dir","enc":"A128CBC"}"#), TokenError::UnknownContent),
        (head(r#"{"alg":"dir","enc":"A128GCM","crit":["exp"]}"#), TokenError::Critical),
        (head(r#"{"alg":"dir","enc":"A128GCM","zip":"DEF"}"#), TokenError::Compressed),
        (head(r#"{"alg":"dir","enc":"A128GCM","zip":null}"#), TokenError::Compressed),
        (head(r#"{"alg":"dir","enc":"A128GCM","kid":7}"#), part("header", "has a `kid` that is no text")),
        // Work that the token asks for, and keys that it brings along.
        (
            head(r#"{"alg":"PBES2-HS256+A128KW","enc":"A128GCM","p2c":2147483647,"p2s":"AA"}"#),
            TokenError::UnknownManagement,
        ),
        (
            head(r#"{"alg":"ECDH-ES","enc":"A128GCM","epk":{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}}"#),
            TokenError::UnknownManagement,
        ),
        (head(r#"{"alg":"A128GCMKW","enc":"A128GCM","iv":"AA","tag":"AA"}"#), TokenError::UnknownManagement),
        // The header is authenticated.
        (head(r#"{"alg":"dir","enc":"A128GCM","x":1}"#), TokenError::NotDecrypted),
        // The wrong kind of key, or the wrong length.
        (head(r#"{"alg":"A128KW","enc":"A128GCM"}"#), TokenError::NotDecrypted),
        (head(r#"{"alg":"A192KW","enc":"A128GCM"}"#), TokenError::NoKey),
        (head(r#"{"alg":"dir","enc":"A256GCM"}"#), TokenError::NoKey),
        (head(r#"{"alg":"RSA-OAEP","enc":"A128GCM"}"#), TokenError::NoKey),
    ] {
        assert_eq!(decrypt(&token, &set(&secret(16))), Err(expected), "{}", &token[..token.len().min(200)]);
    }
    assert!(decrypt(&good, &set(&secret(16))).is_ok());
}

#[test]
fn a_public_key_decrypts_nothing_and_is_no_secret() {
    let method = Method { management: Management::Oaep, content: Content::Gcm(Bits::B128) };
    let good = token("text", RSA_PUBLIC, method);
    assert_eq!(decrypt(&good, &set(RSA_PUBLIC)), Err(TokenError::NoKey));
    // A token under the text of a public key, for a service that has the private one.
    let text: String = RSA_PUBLIC.chars().take(32).collect();
    let key = Key::secret(text).unwrap();
    for management in [Management::Direct, Management::Wrap(Bits::B256)] {
        let method = Method { management, content: Content::Gcm(Bits::B256) };
        let token = encrypt(b"{}", Map::new(), &key, method, None).unwrap();
        assert_eq!(decrypt(&token, &set(RSA)), Err(TokenError::NoKey));
        assert_eq!(decrypt(&token, &set(EC[0][0])), Err(TokenError::NoKey));
    }
}

#[test]
fn a_key_for_something_else_is_not_used() {
    let method = Method { management: Management::Wrap(Bits::B128), content: Content::Gcm(Bits::B128) };
    let plain = secret(16);
    let good = token("text", &plain, method);
    for (change, encrypts, decrypts) in [
        (r#""use":"enc""#, true, true),
        (r#""use":"sig""#, false, false),
        (r#""alg":"A128KW""#, true, true),
        (r#""alg":"A256KW""#, false, false),
        (r#""alg":"HS256""#, false, false),
        (r#""alg":"A128GCM""#, false, false),
        (r#""key_ops":["wrapKey"]"#, true, false),
        (r#""key_ops":["unwrapKey"]"#, false, true),
        (r#""key_ops":["decrypt"]"#, false, true),
        (r#""key_ops":["sign"]"#, false, false),
    ] {
        let key = set(&plain.replace(r#""kty""#, &format!(r#"{change},"kty""#)));
        assert_eq!(decrypt(&good, &key).is_ok(), decrypts, "{change}");
        assert_eq!(key.encrypter(Some(method.management), method.content).is_ok(), encrypts, "{change}");
    }
}

#[test]
fn the_algorithm_may_be_the_keys_own_and_what_does_not_fit_says_why() {
    let content = Content::Gcm(Bits::B128);
    let own = |alg: &str, bytes| secret(bytes).replace(r#""kty""#, &format!(r#""alg":"{alg}","kty""#));
    for (key, expected) in [(own("A128KW", 16), "A128KW"), (own("A128GCM", 16), "dir"), (own("dir", 16), "dir")] {
        assert_eq!(set(&key).encrypter(None, content).unwrap().1.management.name(), expected);
    }
    for (key, name, reason) in [
        (secret(16), None, "neither the step nor the key says how to encrypt the content's key"),
        (secret(16), Some("A256KW"), "the key is not for A256KW, which needs one of 32 bytes"),
        (secret(17), Some("dir"), "the key is not for dir with A128GCM, which needs one of 16 bytes"),
        (secret(16), Some("RSA-OAEP"), "the key is not for RSA-OAEP, which needs one of the type RSA"),
        (RSA.to_owned(), Some("A128KW"), "the key is not for A128KW, which needs one of the type oct"),
        (EC[0][0].to_owned(), Some("dir"), "the key is not for dir, which needs one of the type oct"),
        (own("A128KW", 16), Some("dir"), "the key's `alg`, `use` or `key_ops` rules dir out"),
    ] {
        let refused = set(&key).encrypter(name.and_then(Management::named), content).map(drop);
        assert_eq!(refused.unwrap_err().to_string(), reason, "{name:?}");
    }
    assert!(KeySet::none().encrypter(Some(Management::Direct), content).is_err());
}

#[test]
fn of_a_set_only_the_key_that_the_token_names_is_tried() {
    let with_id = |id: &str, byte: u8| json!({ "kty": "oct", "kid": id, "k": encode([byte; 16]) });
    let keys = json!({ "keys": [with_id("a", 1), with_id("b", 2), { "kty": "OKP" }] }).to_string();
    let method = Method { management: Management::Direct, content: Content::Gcm(Bits::B128) };
    assert_eq!(decrypt(&token("x", &with_id("b", 2).to_string(), method), &set(&keys)).unwrap(), "x");
    assert_eq!(decrypt(&token("x", &with_id("a", 2).to_string(), method), &set(&keys)), Err(TokenError::NotDecrypted));
    assert_eq!(decrypt(&token("x", &with_id("c", 2).to_string(), method), &set(&keys)), Err(TokenError::NoKey));
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_reader_panic_or_decrypts(
        header in "[ -~]{0,60}",
        parts in proptest::collection::vec(proptest::collection::vec(0_u8..=255, 0..40), 4),
        named in 0_usize..42,
    ) {
        let method = methods().nth(named).unwrap();
        let fair = json!({ "alg": method.management.name(), "enc": method.content.name() }).to_string();
        let keys = [set(&keys_of(method).1), set(RSA)];
        for header in [header, fair] {
            let parts = parts.iter().map(encode);
            let token = std::iter::once(encode(header)).chain(parts).collect::<Vec<_>>().join(".");
            for keys in &keys {
                proptest::prop_assert!(decrypt(&token, keys).is_err());
            }
        }
    }
}
