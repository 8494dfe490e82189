//! Keys of stored responses. They are hashes, so that no key holds a secret.

use std::hash::{Hash, Hasher};

use aws_lc_rs::digest::{Context, SHA256};

use crate::aws::credentials::{Base, CredentialSource};
use crate::http_client::TlsOptions;
use crate::value::Secret;

/// A digest of everything that tells one stored response from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key([u8; 32]);

impl Key {
    /// One of so many parts that keys spread over.
    pub fn shard(&self, parts: usize) -> usize {
        usize::from(self.0[0]) % parts
    }
}

/// A key in the making. What is added one after the other never runs together: every part says how long it is.
pub struct Fingerprint(Feed);

struct Feed(Context);

impl Hasher for Feed {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// No caller asks for it: a key takes the whole digest.
    fn finish(&self) -> u64 {
        0
    }
}

impl Fingerprint {
    /// Keys that start with different words are different.
    pub fn new(word: &str) -> Self {
        Fingerprint(Feed(Context::new(&SHA256))).with(word)
    }

    /// Adds a part.
    pub fn with<T: Hash + ?Sized>(mut self, part: &T) -> Self {
        part.hash(&mut self.0);
        self
    }

    /// Adds whom a TLS profile trusts and who it says it is.
    pub fn with_tls(self, tls: &TlsOptions) -> Self {
        self.with(tls).with_secret(tls.client_key.as_ref())
    }

    /// Adds as whom AWS is called.
    pub fn with_credentials(self, source: &CredentialSource) -> Self {
        let all = self.with(source);
        match &source.base {
            Base::Static(keys) => {
                all.with_secret(Some(&keys.secret_access_key)).with_secret(keys.session_token.as_ref())
            }
            Base::Chain | Base::Profile(_) => all,
        }
    }

    /// The `Hash` of a secret leaves the secret out; here only its digest stays behind.
    pub fn with_secret(self, secret: Option<&Secret>) -> Self {
        self.with(&secret.map(Secret::expose))
    }

    /// The key of all parts.
    #[expect(clippy::expect_used, reason = "a SHA-256 digest has 32 bytes")]
    pub fn key(self) -> Key {
        Key(self.0.0.finish().as_ref().try_into().expect("32 bytes"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_together() {
        let key = |parts: &[&str]| parts.iter().fold(Fingerprint::new("x"), |all, part| all.with(*part)).key();
        assert_eq!(key(&["a", "b"]), key(&["a", "b"]));
        let keys = [key(&["ab"]), key(&["a", "b"]), key(&["", "ab"]), key(&["ab", ""]), key(&[])];
        let different: std::collections::HashSet<Key> = keys.into_iter().collect();
        assert_eq!(different.len(), keys.len());
    }

    #[test]
    fn secrets_count_and_do_not_show() {
        let key = |client_key: Option<&str>| {
            let client_key = client_key.map(Secret::new);
            Fingerprint::new("x").with_tls(&TlsOptions { client_key, ..TlsOptions::default() }).key()
        };
        assert_ne!(key(Some("one")), key(Some("two")));
        assert_ne!(key(Some("one")), key(None));
        assert!(!format!("{:?}", key(Some("canary"))).contains("canary"));
    }
}
