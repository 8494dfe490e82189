//! Names under which secrets are sent: of headers, parameters, members of JSON and elements of XML.

/// In lower case, with `-` for `_`.
const NAMES: [&str; 33] = [
    "access-key",
    "access-token",
    "api-key",
    "apikey",
    "authorization",
    "client-assertion",
    "client-secret",
    "code-verifier",
    "cookie",
    "id-token",
    "passphrase",
    "passwd",
    "password",
    "private-key",
    "proxy-authorization",
    "pwd",
    "refresh-token",
    "secret",
    "secret-key",
    "session-token",
    "set-cookie",
    "sig",
    "signature",
    "token",
    "x-amz-credential",
    "x-amz-security-token",
    "x-amz-signature",
    "x-api-key",
    "x-auth-token",
    "x-csrf-token",
    "x-gantry-trace",
    "x-goog-signature",
    "x-ibm-client-secret",
];

/// Whether what is sent under this name is a secret. Case, `_` for `-` and the parts of `accessToken` make no difference.
pub fn is_secret_name(name: &str) -> bool {
    let name = spelled(name);
    NAMES.binary_search(&name.as_str()).is_ok() || NAMES.iter().any(|known| known.replace('-', "") == name)
}

/// A name in lower case, with `-` for `_`.
pub fn spelled(name: &str) -> String {
    name.to_ascii_lowercase().replace('_', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_make_no_difference() {
        assert!(NAMES.is_sorted());
        for name in ["Authorization", "client_secret", "X-API-Key", "accessToken", "PASSWORD", "x-ibm-client-secret"] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in ["", "accept", "tokens-used", "x-request-id", "keyboard"] {
            assert!(!is_secret_name(name), "{name}");
        }
    }
}
