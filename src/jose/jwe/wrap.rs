//! AES key wrap (RFC 3394), over the cipher of aws-lc-rs: its own key wrap has no keys of 192 bits, which documents name.

use aws_lc_rs::cipher::{DecryptingKey, DecryptionContext, EncryptingKey, UnboundCipherKey};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::error::Unspecified;
use zeroize::Zeroizing;

use super::algorithm::Bits;
use super::content::aes;

const START: [u8; 8] = [0xa6; 8];
const HALF: usize = 8;

/// Wraps a key of at least 16 bytes, in steps of 8.
pub(super) fn wrap(bits: Bits, with: &[u8], key: &[u8]) -> Result<Vec<u8>, Unspecified> {
    let cipher = EncryptingKey::ecb(UnboundCipherKey::new(aes(bits), with)?)?;
    let mut parts = halves(key)?;
    let (mut check, count) = (START, parts.len());
    for round in 0..6 {
        for (step, part) in parts.iter_mut().enumerate() {
            let mut block = Zeroizing::new([check, *part].concat());
            // Without a vector in this mode.
            let _: DecryptionContext = cipher.encrypt(&mut block)?;
            (check, *part) = split(&block)?;
            mix(&mut check, count * round + step + 1);
        }
    }
    Ok([&check[..], parts.as_flattened()].concat())
}

/// Unwraps a key, if it was wrapped with this one.
pub(super) fn unwrap(bits: Bits, with: &[u8], wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unspecified> {
    let cipher = DecryptingKey::ecb(UnboundCipherKey::new(aes(bits), with)?)?;
    let (check, rest) = wrapped.split_first_chunk::<HALF>().ok_or(Unspecified)?;
    let (mut check, mut parts) = (*check, halves(rest)?);
    let count = parts.len();
    for round in (0..6).rev() {
        for (step, part) in parts.iter_mut().enumerate().rev() {
            mix(&mut check, count * round + step + 1);
            let mut block = Zeroizing::new([check, *part].concat());
            cipher.decrypt(&mut block, DecryptionContext::None)?;
            (check, *part) = split(&block)?;
        }
    }
    verify_slices_are_equal(&check, &START)?;
    Ok(Zeroizing::new(parts.as_flattened().to_vec()))
}

fn halves(key: &[u8]) -> Result<Zeroizing<Vec<[u8; HALF]>>, Unspecified> {
    let (parts, rest) = key.as_chunks::<HALF>();
    if parts.len() < 2 || !rest.is_empty() {
        return Err(Unspecified);
    }
    Ok(Zeroizing::new(parts.to_vec()))
}

fn split(block: &[u8]) -> Result<([u8; HALF], [u8; HALF]), Unspecified> {
    match block.as_chunks::<HALF>().0 {
        [check, part] => Ok((*check, *part)),
        _ => Err(Unspecified),
    }
}

fn mix(check: &mut [u8; HALF], counter: usize) {
    *check = (u64::from_be_bytes(*check) ^ counter as u64).to_be_bytes();
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::key_wrap::{AES_128, AES_256, AesKek, KeyWrap};

    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02X}")).collect()
    }

    /// RFC 3394, 4.1, 4.3 and 4.6.
    #[test]
    fn wrapped_keys_are_those_of_the_rfc() {
        let with: Vec<u8> = (0..32).collect();
        let key: Vec<u8> = (0..16).map(|digit| digit * 0x11).chain(0..16).collect();
        for (bits, length, expected) in [
            (Bits::B128, 16, "1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5"),
            (Bits::B192, 16, "96778B25AE6CA435F92B5B97C050AED2468AB8A17AD84E5D"),
            (Bits::B256, 32, "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21"),
        ] {
            let (with, key) = (&with[..bits.bytes()], &key[..length]);
            let wrapped = wrap(bits, with, key).unwrap();
            assert_eq!(hex(&wrapped), expected);
            assert_eq!(**unwrap(bits, with, &wrapped).unwrap(), *key);
        }
    }

    #[test]
    fn the_library_wraps_the_same() {
        let (with, key): (Vec<u8>, Vec<u8>) = ((7..39).collect(), (3..67).collect());
        for length in [16, 24, 32, 48, 64] {
            let mut out = [0; 72];
            let small = AesKek::new(&AES_128, &with[..16]).unwrap().wrap(&key[..length], &mut out).unwrap().to_vec();
            assert_eq!(wrap(Bits::B128, &with[..16], &key[..length]).unwrap(), small);
            let large = AesKek::new(&AES_256, &with).unwrap().wrap(&key[..length], &mut out).unwrap().to_vec();
            assert_eq!(wrap(Bits::B256, &with, &key[..length]).unwrap(), large);
        }
    }

    #[test]
    fn what_was_changed_or_is_too_short_is_not_unwrapped() {
        let with = [5; 24];
        let wrapped = wrap(Bits::B192, &with, &[9; 32]).unwrap();
        for at in 0..wrapped.len() {
            let mut changed = wrapped.clone();
            changed[at] ^= 1;
            assert!(unwrap(Bits::B192, &with, &changed).is_err(), "{at}");
        }
        for length in 0..wrapped.len() {
            assert!(unwrap(Bits::B192, &with, &wrapped[..length]).is_err(), "{length}");
        }
        assert!(unwrap(Bits::B192, &[5; 16], &wrapped).is_err());
        assert!(wrap(Bits::B128, &[5; 16], &[1; 8]).is_err());
    }
}
