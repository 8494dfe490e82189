//! Answers to yes-or-no questions where one may be unknown: `None`.

/// Whether all of them hold. One that does not is enough to know.
pub(super) fn all(parts: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    let mut result = Some(true);
    for part in parts {
        match part {
            Some(true) => {}
            Some(false) => return Some(false),
            None => result = None,
        }
    }
    result
}

/// Whether one of them holds. One that does is enough to know.
pub(super) fn any(parts: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    not(all(parts.into_iter().map(not)))
}

/// The contrary.
pub(super) fn not(part: Option<bool>) -> Option<bool> {
    part.map(|part| !part)
}
