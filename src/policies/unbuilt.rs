//! Policies that IBM API Connect has and Gantry has not yet. A document that uses one is refused by name: a step that
//! silently did nothing would be worse.

/// Their keys.
pub const UNBUILT: [&str; 6] =
    ["graphql-execute", "graphql-introspect", "validate-usernametoken", "websocket-upgrade", "wsdl", "xslt"];

/// What to do instead of a policy that is not built, where there is something.
pub fn instead(name: &str) -> Option<&'static str> {
    match name {
        "xslt" => Some(
            "XSLT waits for an issue of its own; until then write the change as a `map`, as a `gatewayscript`, or as a \
             function behind `lambda`",
        ),
        _ => None,
    }
}
