//! What is known of an object of OpenAPI.

/// An object of OpenAPI.
pub(crate) struct Object {
    /// With its article, for messages.
    pub name: &'static str,
    pub keys: Keys,
    /// Keys that OpenAPI 3.0 asks for.
    pub required: &'static [&'static str],
    /// Whether `x-assembly` may be here.
    pub takes_assembly: bool,
}

/// Keys, and what their values are.
pub(super) type Keys = &'static [(&'static str, Holds)];

/// What the value of a key is.
pub(super) enum Holds {
    /// It is not looked into.
    Anything,
    /// An object; where lists are allowed as well, one of them.
    One(&'static Object),
    /// A list of objects.
    Each(&'static Object),
    /// A map of objects by names that the author chooses.
    Named(&'static Object),
}

impl Object {
    /// What the value of a key is.
    pub(super) fn holds(&self, key: &str) -> Option<&Holds> {
        self.keys.iter().find(|(name, _)| *name == key).map(|(_, holds)| holds)
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.holds(key).is_some()
    }
}
