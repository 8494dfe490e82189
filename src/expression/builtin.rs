//! The roots that the gateway provides.

/// A root that the gateway provides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Builtin {
    Request,
    Message,
    Api,
    Client,
    Plan,
    Env,
    System,
    Session,
    Error,
}

impl Builtin {
    /// All of them.
    pub const ALL: [Builtin; 9] = [
        Builtin::Request,
        Builtin::Message,
        Builtin::Api,
        Builtin::Client,
        Builtin::Plan,
        Builtin::Env,
        Builtin::System,
        Builtin::Session,
        Builtin::Error,
    ];

    /// The root of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|root| root.name() == name)
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Builtin::Request => "request",
            Builtin::Message => "message",
            Builtin::Api => "api",
            Builtin::Client => "client",
            Builtin::Plan => "plan",
            Builtin::Env => "env",
            Builtin::System => "system",
            Builtin::Session => "session",
            Builtin::Error => "error",
        }
    }
}
