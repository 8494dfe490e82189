//! The roots that the gateway provides.

use super::Variable;

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

    /// The variable that holds everything below it.
    pub const fn whole(self) -> Variable {
        match self {
            Builtin::Request => Variable::Request,
            Builtin::Message => Variable::Message,
            Builtin::Api => Variable::Api,
            Builtin::Client => Variable::Client,
            Builtin::Plan => Variable::Plan,
            Builtin::Env => Variable::Env,
            Builtin::System => Variable::System,
            Builtin::Session => Variable::Session,
            Builtin::Error => Variable::Error,
        }
    }
}
