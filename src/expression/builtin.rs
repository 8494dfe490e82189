//! The roots that the gateway provides.

use std::sync::Arc;

use crate::base::Generation;

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
    /// All of them, with their names.
    pub const ALL: [(Builtin, &str); 9] = [
        (Builtin::Request, "request"),
        (Builtin::Message, "message"),
        (Builtin::Api, "api"),
        (Builtin::Client, "client"),
        (Builtin::Plan, "plan"),
        (Builtin::Env, "env"),
        (Builtin::System, "system"),
        (Builtin::Session, "session"),
        (Builtin::Error, "error"),
    ];

    /// The root of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(builtin, _)| *builtin)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(known, _)| *known == self).map_or("", |(_, name)| name)
    }

    /// Whether steps may set what stands at `path` below it, in assemblies of this generation.
    pub fn is_writable(self, path: &[Arc<str>], generation: Generation) -> bool {
        let mut names = path.iter().map(|name| &**name);
        let below = (names.next(), names.next(), names.next());
        match (self, below) {
            (Builtin::Message, (Some("body" | "attributes"), ..)) => true,
            (Builtin::Message, (Some("headers"), name, _)) => name.is_some(),
            (Builtin::Message, (Some("status"), part, below)) => {
                part.is_none_or(|part| matches!(part, "code" | "reason")) && below.is_none()
            }
            (Builtin::Message, (Some("statusCode" | "statuscode"), below, _)) => below.is_none(),
            // Properties are constants, folded into the text around them at load.
            (Builtin::Api, (Some("properties"), ..)) => false,
            (Builtin::Api, (Some("compatibility"), Some("security"), Some("return-v5-responses"))) => false,
            (Builtin::Api, (member, ..)) => member.is_some(),
            (Builtin::Client | Builtin::Plan, (member, ..)) => member.is_some() && generation == Generation::V10,
            (Builtin::Request, (Some("parameters"), ..)) => generation == Generation::V5,
            (Builtin::Error, _) => true,
            _ => false,
        }
    }
}
