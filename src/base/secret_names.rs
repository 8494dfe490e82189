//! Names that say that their value is a secret.

/// Words that make a name secret wherever they are in it.
const WORDS: [&str; 42] = [
    "apikey",
    "apikeys",
    "assertion",
    "assertions",
    "authentication",
    "authorization",
    "cookie",
    "cookies",
    "credential",
    "credentials",
    "csrf",
    "cvc",
    "cvv",
    "dpop",
    "jwt",
    "jwts",
    "otp",
    "passcode",
    "passcodes",
    "passphrase",
    "passphrases",
    "passwd",
    "password",
    "passwords",
    "pin",
    "pwd",
    "secret",
    "secrets",
    "session",
    "sessionid",
    "sig",
    "signature",
    "signatures",
    "subscriptionkey",
    "token",
    "tokens",
    "totp",
    "xsrf",
    "accesskey",
    "privatekey",
    "secretkey",
    "signingkey",
];

/// Words that make a name secret where they follow each other.
const PAIRS: [(&str, &str); 23] = [
    ("access", "key"),
    ("api", "key"),
    ("api", "keys"),
    ("auth", "key"),
    ("client", "cert"),
    ("code", "verifier"),
    ("decryption", "key"),
    ("encryption", "key"),
    ("function", "key"),
    ("functions", "key"),
    ("gantry", "trace"),
    ("hmac", "key"),
    ("master", "key"),
    ("pass", "code"),
    ("pass", "phrase"),
    ("pass", "word"),
    ("private", "key"),
    ("saml", "response"),
    ("shared", "key"),
    ("signing", "key"),
    ("storage", "key"),
    ("subscription", "key"),
    ("symmetric", "key"),
];

/// Ends of names that are written as one word, such as `accesstoken`.
const ENDS: [&str; 8] = ["apikey", "credential", "credentials", "passphrase", "passwd", "password", "secret", "token"];

/// Last words of names that are about a secret and hold none: `token_type`, `password-policy`.
const ABOUT: [&str; 26] = [
    "alg",
    "algorithm",
    "at",
    "count",
    "enabled",
    "endpoint",
    "expiration",
    "expires",
    "expiry",
    "in",
    "issuer",
    "length",
    "limit",
    "method",
    "methods",
    "name",
    "policy",
    "required",
    "status",
    "timeout",
    "ttl",
    "type",
    "types",
    "uri",
    "url",
    "version",
];

/// Words in front of `tokens` that count those of a language model.
const COUNTED: [&str; 9] = ["cached", "completion", "input", "max", "output", "prompt", "reasoning", "total", "used"];

/// Whether what is sent under this name is a secret. Names are compared word by word, in every spelling: `dbPassword`, `db_password`
/// and `DB-PASSWORD` are one, and `tokenization` is a word of its own.
pub fn is_secret_name(name: &str) -> bool {
    let words = words(name);
    let has = |list: &[&str], word: &str| list.contains(&word);
    if words.last().is_some_and(|last| words.len() > 1 && has(&ABOUT, last)) {
        return false;
    }
    if let [before, last] = words.as_slice()
        && last == "tokens"
        && has(&COUNTED, before)
    {
        return false;
    }
    let joined = words.concat();
    words.iter().any(|word| has(&WORDS, word))
        || words.windows(2).any(|pair| PAIRS.iter().any(|(one, two)| pair[0] == *one && pair[1] == *two))
        || has(&WORDS, &joined)
        || words.last().is_some_and(|last| ENDS.iter().any(|end| last.ends_with(end)))
}

/// The words of a name, in lower case: `userID-token2` has `user`, `id`, `token` and `2`.
fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| letters.get(at)).copied().unwrap_or(' ');
        let after = letters.get(at + 1).copied().unwrap_or(' ');
        let begins = match letter {
            letter if letter.is_uppercase() => before.is_lowercase() || (before.is_uppercase() && after.is_lowercase()),
            letter if letter.is_numeric() => before.is_alphabetic(),
            _ => before.is_numeric(),
        };
        if begins || !letter.is_alphanumeric() {
            words.push(String::new());
        }
        if letter.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_known_in_every_spelling() {
        for name in [
            "SecretAccessKey aws_secret_access_key userPassword newPassword dbPassword currentPassword passwordHash apiSecret",
            "webhookSecret signingSecret authToken bearerToken tokens secrets credentials otp PIN cvv encryptionKey awsSecretKey",
            "X-Goog-Api-Key X-Vault-Token X-Gitlab-Token Ocp-Apim-Subscription-Key X-Functions-Key X-Access-Key X-Session",
            "X-Session-Id X-Passwd X-Pwd X-OTP X-JWT-Assertion DPoP X-Forwarded-Client-Cert X-Hub-Signature-256 X-Credentials",
            "Authentication authorization Proxy-Authorization Set-Cookie cookie subscription-key sessionid assertion SAMLResponse",
            "client_secret clientSecret accesstoken access-token APIKey api_key X-API-KEY x-amz-security-token X-Amz-Credential",
            "private_key privateKey signingKey sig code_verifier x-gantry-trace x-csrf-token password2 PASSWORD userpassword",
            "passWord pin_code id_token refreshToken x-ibm-client-secret session-token apikey cvc cvv2 passphrase",
        ]
        .iter()
        .flat_map(|line| line.split(' '))
        {
            assert!(is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn other_names_are_not() {
        for name in [
            "tokenization monkey pinned keyboard secretary key public_key name id sort_key accept content-type user-agent",
            "author authors opinion shipping pinterest cookiecutter sessions_attended signal sign passenger compass code",
            "token_type tokenType token-endpoint token_url passwordPolicy password-length session-timeout max_tokens",
            "total_tokens promptTokens client-id x-ibm-client-id access keys primaryKey signature_method expires_in ",
        ]
        .iter()
        .flat_map(|line| line.split(' '))
        {
            assert!(!is_secret_name(name), "{name}");
        }
    }
}
