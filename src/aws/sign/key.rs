//! The key of a day: four rounds of HMAC over the secret, worth keeping until the day or the secret changes.

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use zeroize::Zeroizing;

use super::scope::Scope;

/// A key that is ready to sign.
pub(super) type Key = hmac::Key;

/// The key that was used last, shared by the clones of a signer.
#[derive(Clone, Default)]
pub(super) struct DayKeys(Arc<ArcSwapOption<DayKey>>);

pub(super) struct DayKey {
    secret: Zeroizing<String>,
    /// `20150830/us-east-1/lambda/aws4_request`.
    pub(super) scope: Box<str>,
    pub(super) key: Key,
}

impl DayKeys {
    /// The key of a day; the one that is kept, if it is of this day and this secret.
    pub(super) fn get(&self, scope: &Scope, secret: &str, day: &str) -> Arc<DayKey> {
        let kept = self.0.load();
        // The region and the service are the signer's and do not change.
        if let Some(kept) = kept.as_ref().filter(|kept| kept.scope.starts_with(day) && *kept.secret == *secret) {
            return kept.clone();
        }
        let key = derive(scope, secret, day);
        let Scope { region, service } = scope;
        let scope = format!("{day}/{region}/{service}/aws4_request").into();
        let new = Arc::new(DayKey { secret: Zeroizing::new(secret.to_owned()), scope, key });
        self.0.store(Some(new.clone()));
        new
    }
}

fn derive(scope: &Scope, secret: &str, day: &str) -> Key {
    let first = Zeroizing::new(format!("AWS4{secret}"));
    [day, &scope.region, &scope.service, "aws4_request"].into_iter().fold(key(first.as_bytes()), |key, part| {
        let next = Zeroizing::new(mac(&key, part.as_bytes()));
        self::key(&*next)
    })
}

fn key(bytes: &[u8]) -> Key {
    Key::new(HMAC_SHA256, bytes)
}

/// The HMAC of a text.
#[expect(clippy::expect_used, reason = "a tag of HMAC-SHA-256 has 32 bytes")]
pub(super) fn mac(key: &Key, text: &[u8]) -> [u8; 32] {
    hmac::sign(key, text).as_ref().try_into().expect("32 bytes")
}

impl fmt::Debug for DayKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DayKeys")
    }
}
