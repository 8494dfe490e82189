//! Keys made for the tests, and tokens signed with them.

use serde_json::{Value, json};

use crate::jose::jwe::{self, Content, Management};
use crate::jose::{Algorithm, KeySet, compact};

macro_rules! key {
    ($file:literal) => {
        include_str!(concat!("../../tests/fixtures/keys/", $file))
    };
}

pub(crate) const RSA: &str = key!("rsa.json");
pub(crate) const RSA_PUBLIC: &str = key!("rsa-public.json");
pub(crate) const RSA_PEM: &str = key!("rsa.pem");
pub(crate) const RSA_PKCS1_PEM: &str = key!("rsa-pkcs1.pem");
pub(crate) const RSA_PUBLIC_PEM: &str = key!("rsa-public.pem");
pub(crate) const RSA_CERTIFICATE: &str = key!("rsa-certificate.pem");
/// Private keys of the three curves: as a JWK, in PKCS#8 and in SEC 1; and the public key.
pub(crate) const EC: [[&str; 4]; 3] = [
    [key!("ec256.json"), key!("ec256.pem"), key!("ec256-sec1.pem"), key!("ec256-public.pem")],
    [key!("ec384.json"), key!("ec384.pem"), key!("ec384-sec1.pem"), key!("ec384-public.pem")],
    [key!("ec521.json"), key!("ec521.pem"), key!("ec521-sec1.pem"), key!("ec521-public.pem")],
];
/// A shared secret: `k` is `secret` in base64url, many times.
pub(crate) const SECRET: &str = r#"{"kty":"oct","kid":"hs-1","k":"c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2Vj"}"#;

/// The keys of RFC 7516, A.1 and A.2.
pub(crate) const RFC7516: [&str; 2] = [key!("rfc7516-a1.json"), key!("rfc7516-a2.json")];
/// A shared secret of 32 bytes.
pub(crate) const SECRET_32: &str = r#"{"kty":"oct","kid":"enc-1","k":"YSBzaGFyZWQgc2VjcmV0IG9mIHRoaXJ0eS10d28gYnk"}"#;

/// When requests of tests arrive: [`super::Ask`].
pub(crate) const NOW: i64 = 1_700_000_000;

/// Claims signed with a key.
pub(crate) fn signed(claims: &Value, jwk: &str, algorithm: &str) -> String {
    let keys = KeySet::read(jwk.as_bytes()).unwrap();
    let (key, algorithm) = keys.signer(Algorithm::named(algorithm)).unwrap();
    compact(claims.as_object().unwrap(), &key, algorithm, None).unwrap()
}

/// A text encrypted for a key.
pub(crate) fn encrypted(text: &str, jwk: &str, alg: &str, enc: &str) -> String {
    let keys = KeySet::read(jwk.as_bytes()).unwrap();
    let (key, method) = keys.encrypter(Management::named(alg), Content::named(enc).unwrap()).unwrap();
    jwe::encrypt(text.as_bytes(), serde_json::Map::new(), &key, method, None).unwrap()
}

/// Claims that are good now.
pub(crate) fn claims() -> Value {
    json!({"iss": "https://issuer.example", "aud": "orders", "sub": "ann", "iat": NOW, "exp": NOW + 300})
}
