//! Names of headers and parameters.

/// Whether a name can stand in a reference.
pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#%&*+-.^_|~".contains(&byte))
}

/// Headers of answers that go out under another name: mapped ones.
const REMAPPED: [&str; 14] = [
    "authorization",
    "connection",
    "content-length",
    "content-md5",
    "date",
    "expect",
    "host",
    "max-forwards",
    "proxy-authenticate",
    "server",
    "trailer",
    "upgrade",
    "user-agent",
    "www-authenticate",
];

/// The name under which a mapped header of an answer goes out.
pub(super) fn remapped(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    if REMAPPED.contains(&&*lower) { format!("x-amzn-remapped-{lower}") } else { name.to_owned() }
}
