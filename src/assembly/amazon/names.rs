//! Names of headers and parameters.

/// Whether a name can stand in a reference.
pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#%&*+-.^_|~".contains(&byte))
}
