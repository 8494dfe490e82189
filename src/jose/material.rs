//! The material of a key.

use aws_lc_rs::signature::EcdsaKeyPair;
use zeroize::Zeroizing;

use super::algorithm::Size;
use super::rsa;

/// The key itself.
pub(super) enum Material {
    Secret(Zeroizing<Vec<u8>>),
    Rsa(rsa::RsaKey),
    Ec {
        curve: Size,
        /// A point, or a whole `SubjectPublicKeyInfo`.
        public: Vec<u8>,
        pair: Option<Box<EcdsaKeyPair>>,
    },
}
