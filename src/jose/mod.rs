//! JSON Web Tokens: keys (RFC 7517), signatures (RFC 7515, 7518), encryption (RFC 7516) and the compact form of a token
//! (RFC 7519).
//!
//! A key has a type, and an algorithm belongs to one type, so a public RSA key can never be taken for an HMAC secret. What a
//! token says about keys in its own header (`jwk`, `jku`, `x5u`, `x5c`) is never read.

mod algorithm;
pub mod jwe;
mod key;
mod key_error;
mod material;
mod members;
mod pem;
mod rsa;
mod times;
mod token;

#[cfg(test)]
mod tests;

pub use algorithm::{Algorithm, NAMES as ALGORITHMS};
pub use key::{Key, KeySet, Use};
pub use key_error::KeyError;
pub use times::check_times;
pub use token::{Header, Token, TokenError, compact, unsigned};
