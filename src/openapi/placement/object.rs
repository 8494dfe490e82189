//! The keys of OpenAPI's objects.

/// An object of OpenAPI.
pub(crate) struct Object {
    /// With its article, for messages.
    pub name: &'static str,
    pub keys: &'static Keys,
    /// Keys that OpenAPI 3.0 asks for.
    pub required: &'static [&'static str],
    /// Whether `x-assembly` may be here.
    pub takes_assembly: bool,
}

/// The keys of an object.
pub(crate) struct Keys {
    /// Those whose values are not looked into.
    pub plain: &'static [&'static str],
    pub holding: &'static [(&'static str, Holds)],
}

/// The objects in the value of a key.
pub(crate) enum Holds {
    /// An object; where lists are allowed as well, one of them.
    One(&'static Object),
    /// A list of objects.
    Each(&'static Object),
    /// A map of objects by names that the author chooses.
    Named(&'static Object),
}

impl Object {
    /// The objects in the value of a key.
    pub(super) fn holds(&self, key: &str) -> Option<&Holds> {
        self.keys.holding.iter().find(|(name, _)| *name == key).map(|(_, holds)| holds)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.keys.plain.iter().copied().chain(self.keys.holding.iter().map(|(name, _)| *name))
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.names().any(|name| name == key)
    }
}
