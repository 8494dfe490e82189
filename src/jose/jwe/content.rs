//! The encryption of the content: RFC 7518, 5.

use aws_lc_rs::aead::{self, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{
    self, DecryptionContext, EncryptionContext, PaddedBlockDecryptingKey, PaddedBlockEncryptingKey, UnboundCipherKey,
};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::{constant_time, hmac};

use super::algorithm::{Bits, Content};

/// Encrypts; answers with the ciphertext and its tag. `key` and `vector` have the lengths that the algorithm asks for.
pub(super) fn encrypt(
    content: Content,
    key: &[u8],
    vector: &[u8],
    aad: &[u8],
    plaintext: &[u8],
) -> Result<(Vec<u8>, Vec<u8>), Unspecified> {
    let mut text = plaintext.to_vec();
    match content {
        Content::Gcm(bits) => {
            let key = LessSafeKey::new(UnboundKey::new(gcm(bits), key)?);
            let nonce = Nonce::try_assume_unique_for_key(vector)?;
            let tag = key.seal_in_place_separate_tag(nonce, Aad::from(aad), &mut text)?;
            Ok((text, tag.as_ref().to_vec()))
        }
        Content::CbcHmac(bits) => {
            let (mac, key) = halves(bits, key)?;
            let cipher = PaddedBlockEncryptingKey::cbc_pkcs7(UnboundCipherKey::new(aes(bits), key)?)?;
            let context = EncryptionContext::Iv128(FixedLength::try_from(vector)?);
            cipher.less_safe_encrypt(&mut text, context)?;
            let tag = tag(bits, mac, vector, aad, &text);
            Ok((text, tag))
        }
    }
}

/// Decrypts what is authentic. Nothing of the ciphertext is looked at before the tag has been compared.
pub(super) fn decrypt(
    content: Content,
    key: &[u8],
    vector: &[u8],
    aad: &[u8],
    ciphertext: &[u8],
    given: &[u8],
) -> Result<Vec<u8>, Unspecified> {
    if key.len() != content.key_bytes() || vector.len() != content.vector_bytes() || given.len() != content.tag_bytes()
    {
        return Err(Unspecified);
    }
    let mut text = ciphertext.to_vec();
    let length = match content {
        Content::Gcm(bits) => {
            let key = LessSafeKey::new(UnboundKey::new(gcm(bits), key)?);
            let nonce = Nonce::try_assume_unique_for_key(vector)?;
            key.open_in_place_separate_tag(nonce, Aad::from(aad), given, &mut text)?.len()
        }
        Content::CbcHmac(bits) => {
            let (mac, key) = halves(bits, key)?;
            constant_time::verify_slices_are_equal(&tag(bits, mac, vector, aad, ciphertext), given)?;
            let cipher = PaddedBlockDecryptingKey::cbc_pkcs7(UnboundCipherKey::new(aes(bits), key)?)?;
            let context = DecryptionContext::Iv128(FixedLength::try_from(vector)?);
            cipher.decrypt(&mut text, context)?.len()
        }
    };
    text.truncate(length);
    Ok(text)
}

/// The first half of the key is the HMAC's, the second the cipher's.
fn halves(bits: Bits, key: &[u8]) -> Result<(&[u8], &[u8]), Unspecified> {
    key.split_at_checked(bits.bytes()).ok_or(Unspecified)
}

/// RFC 7518, 5.2.2.1: the HMAC over the additional data, the vector, the ciphertext and the bits of the additional data; its
/// first half.
fn tag(bits: Bits, key: &[u8], vector: &[u8], aad: &[u8], ciphertext: &[u8]) -> Vec<u8> {
    let algorithm = match bits {
        Bits::B128 => hmac::HMAC_SHA256,
        Bits::B192 => hmac::HMAC_SHA384,
        Bits::B256 => hmac::HMAC_SHA512,
    };
    let mut context = hmac::Context::with_key(&hmac::Key::new(algorithm, key));
    for part in [aad, vector, ciphertext, &(aad.len() as u64 * 8).to_be_bytes()] {
        context.update(part);
    }
    let whole = context.sign();
    whole.as_ref().get(..bits.bytes()).unwrap_or_default().to_vec()
}

fn gcm(bits: Bits) -> &'static aead::Algorithm {
    match bits {
        Bits::B128 => &aead::AES_128_GCM,
        Bits::B192 => &aead::AES_192_GCM,
        Bits::B256 => &aead::AES_256_GCM,
    }
}

/// The cipher of a key of this length.
pub(super) fn aes(bits: Bits) -> &'static cipher::Algorithm {
    match bits {
        Bits::B128 => &cipher::AES_128,
        Bits::B192 => &cipher::AES_192,
        Bits::B256 => &cipher::AES_256,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
    }

    /// RFC 7518, B.1 to B.3.
    #[test]
    fn the_tags_are_those_of_the_rfc() {
        let text: &[u8] =
            b"A cipher system must not be required to be secret, and it must be able to fall into the hands \
                            of the enemy without inconvenience";
        let aad: &[u8] = b"The second principle of Auguste Kerckhoffs";
        let vector = bytes("1af38c2dc2b96ffdd86694092341bc04");
        let key: Vec<u8> = (0..64).collect();
        for (bits, expected) in [
            (Bits::B128, "652c3fa36b0a7c5b3219fab3a30bc1c4"),
            (Bits::B192, "8490ac0e58949bfe51875d733f93ac2075168039ccc733d7"),
            (Bits::B256, "4dd3b4c088a7f45c216839645b2012bf2e6269a8c56a816dbc1b267761955bc5"),
        ] {
            let content = Content::CbcHmac(bits);
            let key = &key[..content.key_bytes()];
            let (ciphertext, tag) = encrypt(content, key, &vector, aad, text).unwrap();
            assert_eq!(tag, bytes(expected));
            assert_eq!(ciphertext.len(), 144);
            assert_eq!(decrypt(content, key, &vector, aad, &ciphertext, &tag).unwrap(), text);
        }
    }
}
