//! The algorithms of encryption: how the key of the content travels (`alg`), and how the content is encrypted (`enc`).

/// The values of `alg`, as tokens and documents write them.
pub const MANAGEMENTS: [&str; 7] = ["RSA1_5", "RSA-OAEP", "RSA-OAEP-256", "A128KW", "A192KW", "A256KW", "dir"];

/// The values of `enc`.
pub const CONTENTS: [&str; 6] = ["A128CBC-HS256", "A192CBC-HS384", "A256CBC-HS512", "A128GCM", "A192GCM", "A256GCM"];

/// How the key of the content travels: RFC 7518, 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Management {
    /// RSAES-PKCS1-v1_5, whose padding has been an oracle again and again.
    Pkcs1,
    /// RSAES-OAEP with SHA-1.
    Oaep,
    /// RSAES-OAEP with SHA-256.
    Oaep256,
    /// AES key wrap.
    Wrap(Bits),
    /// It does not travel: both sides have it.
    Direct,
}

/// How the content is encrypted: RFC 7518, 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Content {
    /// AES in CBC mode with an HMAC. The bits are those of the AES key.
    CbcHmac(Bits),
    Gcm(Bits),
}

/// The length of an AES key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bits {
    B128,
    B192,
    B256,
}

/// `alg` and `enc` of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Method {
    pub management: Management,
    pub content: Content,
}

impl Management {
    const ALL: [Management; 7] = [
        Management::Pkcs1,
        Management::Oaep,
        Management::Oaep256,
        Management::Wrap(Bits::B128),
        Management::Wrap(Bits::B192),
        Management::Wrap(Bits::B256),
        Management::Direct,
    ];

    /// The algorithm of a name. Names are exact.
    pub fn named(name: &str) -> Option<Self> {
        MANAGEMENTS.iter().position(|known| *known == name).map(|at| Self::ALL[at])
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().position(|one| *one == self).map_or("", |at| MANAGEMENTS[at])
    }

    /// The type of key it needs, as `kty` names it.
    pub fn key_type(self) -> &'static str {
        if self.is_rsa() { "RSA" } else { "oct" }
    }

    pub(super) fn is_rsa(self) -> bool {
        matches!(self, Management::Pkcs1 | Management::Oaep | Management::Oaep256)
    }

    /// Whether decrypting takes so long (a millisecond or more) that it does not belong on the reactor.
    pub fn decrypts_slowly(self) -> bool {
        self.is_rsa()
    }
}

impl Content {
    const ALL: [Content; 6] = [
        Content::CbcHmac(Bits::B128),
        Content::CbcHmac(Bits::B192),
        Content::CbcHmac(Bits::B256),
        Content::Gcm(Bits::B128),
        Content::Gcm(Bits::B192),
        Content::Gcm(Bits::B256),
    ];

    /// The algorithm of a name. Names are exact.
    pub fn named(name: &str) -> Option<Self> {
        CONTENTS.iter().position(|known| *known == name).map(|at| Self::ALL[at])
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().position(|one| *one == self).map_or("", |at| CONTENTS[at])
    }

    /// Bytes of the key.
    pub fn key_bytes(self) -> usize {
        match self {
            Content::CbcHmac(bits) => 2 * bits.bytes(),
            Content::Gcm(bits) => bits.bytes(),
        }
    }

    /// Bytes of the initialization vector.
    pub(super) fn vector_bytes(self) -> usize {
        match self {
            Content::CbcHmac(_) => 16,
            Content::Gcm(_) => 12,
        }
    }

    /// Bytes of the authentication tag.
    pub(super) fn tag_bytes(self) -> usize {
        match self {
            Content::CbcHmac(bits) => bits.bytes(),
            Content::Gcm(_) => 16,
        }
    }
}

impl Bits {
    /// Bytes of the key.
    pub fn bytes(self) -> usize {
        match self {
            Bits::B128 => 16,
            Bits::B192 => 24,
            Bits::B256 => 32,
        }
    }
}
