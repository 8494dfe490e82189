//! Policies that IBM API Connect has and Gantry has not yet. A document that uses one is refused by name: a step that
//! silently did nothing would be worse.

/// Their keys.
pub const UNBUILT: [&str; 14] = [
    "azure-openai-invoke",
    "gemini-invoke",
    "graphql-execute",
    "graphql-introspect",
    "ibm-cloud-authentication",
    "ltpa-generate",
    "message-template",
    "openai-invoke",
    "token-mediation",
    "validate-usernametoken",
    "watsonx-ai-invoke",
    "websocket-upgrade",
    "wsdl",
    "xslt",
];

/// The alternative to a policy that is not built, if there is one.
pub fn instead(name: &str) -> Option<&'static str> {
    match name {
        "xslt" => Some(
            "XSLT waits for an issue of its own; until then write the change as a `map`, as a `gatewayscript`, or as a \
             function behind `lambda`",
        ),
        "ltpa-generate" => Some(
            "the form of an LTPA token is not public, and IBM's gateways after v5 have no such step; let the target take a \
             token of `jwt-generate`",
        ),
        "message-template" => Some("write the message with `set-variable` or `gatewayscript`"),
        "azure-openai-invoke" | "gemini-invoke" | "openai-invoke" | "watsonx-ai-invoke" => {
            Some("call the service with `invoke`, with its key in a header")
        }
        "ibm-cloud-authentication" => Some("fetch the token with `invoke`, and cache the answer there"),
        _ => None,
    }
}
