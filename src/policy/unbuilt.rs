//! Policies that IBM API Connect has and Gantry has not yet. A document that uses one is refused by name: a step that
//! silently did nothing would be worse.

/// Their keys.
pub const UNBUILT: [&str; 19] = [
    "client-security",
    "cors",
    "extract",
    "graphql-execute",
    "graphql-introspect",
    "html-page",
    "json-to-xml",
    "log",
    "map",
    "oauth",
    "redact",
    "security",
    "client-identification",
    "user-security",
    "validate-usernametoken",
    "websocket-upgrade",
    "wsdl",
    "xml-to-json",
    "xslt",
];
