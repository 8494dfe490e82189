//! The functions that expressions may call: JSONata's own, and the ones IBM's gateway adds.

/// JSONata's functions. IBM's gateway lacks some of them (`$map`, `$eval` and others); they work here all the same.
pub(super) const OWN: [&str; 64] = [
    "abs",
    "append",
    "assert",
    "average",
    "base64decode",
    "base64encode",
    "boolean",
    "ceil",
    "contains",
    "count",
    "decodeUrl",
    "decodeUrlComponent",
    "distinct",
    "each",
    "encodeUrl",
    "encodeUrlComponent",
    "error",
    "eval",
    "exists",
    "filter",
    "floor",
    "formatBase",
    "formatInteger",
    "formatNumber",
    "fromMillis",
    "join",
    "keys",
    "length",
    "lookup",
    "lowercase",
    "map",
    "match",
    "max",
    "merge",
    "millis",
    "min",
    "not",
    "now",
    "number",
    "pad",
    "parseInteger",
    "power",
    "random",
    "reduce",
    "replace",
    "reverse",
    "round",
    "shuffle",
    "sift",
    "single",
    "sort",
    "split",
    "spread",
    "sqrt",
    "string",
    "substring",
    "substringAfter",
    "substringBefore",
    "sum",
    "toMillis",
    "trim",
    "type",
    "uppercase",
    "zip",
];

/// The functions that IBM's gateway adds to JSONata, as its documentation lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::expression) enum Extension {
    /// The whole context.
    ApiCtx,
    /// A header of `message`; the case of its name does not count.
    Header,
    HttpVerb,
    OperationId,
    OperationPath,
    /// A parameter of the query, as written; a list where it is there more than once.
    QueryParameter,
    /// A parameter of the path, decoded, or of the query, as written.
    UrlParameter,
    StatusCode,
    /// The form of a message's body: `empty`, `stream`, `binary`, `json` or `xml`. IBM's gateway also answers `graphql`, which
    /// nothing here makes yet.
    StorageType,
    /// The result of an XPath expression on an XML body.
    Xpath,
}

impl Extension {
    /// All of them: name, fewest and most arguments.
    const ALL: [(Extension, &str, usize, usize); 10] = [
        (Extension::ApiCtx, "apiCtx", 0, 0),
        (Extension::Header, "header", 1, 1),
        (Extension::HttpVerb, "httpVerb", 0, 0),
        (Extension::OperationId, "operationID", 0, 0),
        (Extension::OperationPath, "operationPath", 0, 0),
        (Extension::QueryParameter, "queryParameter", 1, 1),
        (Extension::UrlParameter, "urlParameter", 1, 1),
        (Extension::StatusCode, "statusCode", 0, 0),
        (Extension::StorageType, "storageType", 0, 1),
        (Extension::Xpath, "xpath", 2, 2),
    ];

    pub(in crate::expression) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known, ..)| *known == name).map(|(extension, ..)| *extension)
    }

    /// The name without its `$`.
    pub(super) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(known, ..)| *known == self).map_or("", |(_, name, ..)| name)
    }

    /// How many arguments it takes.
    pub(super) fn takes(self, arguments: usize) -> bool {
        Self::ALL.iter().any(|(known, _, least, most)| *known == self && (*least..=*most).contains(&arguments))
    }

    /// The members of the context that it reads, if its argument does not state them more exactly.
    pub(in crate::expression) fn reads(self) -> &'static [&'static str] {
        match self {
            Extension::ApiCtx | Extension::StorageType | Extension::Xpath => &[],
            Extension::Header => &["message", "headers"],
            Extension::HttpVerb => &["request", "verb"],
            Extension::OperationId => &["api", "operation", "id"],
            Extension::OperationPath => &["api", "operation", "path"],
            Extension::QueryParameter => &["request", "querystring"],
            Extension::UrlParameter => &["request", "parameters"],
            Extension::StatusCode => &["message", "status", "code"],
        }
    }
}

/// Every name that may stand after `$` and before `(`.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    OWN.into_iter().chain(Extension::ALL.into_iter().map(|(_, name, ..)| name))
}

/// The values of a query parameter, as written.
pub(in crate::expression) fn query_values<'q>(query: &'q str, name: &str) -> impl Iterator<Item = &'q str> {
    crate::value::form::written_values(query, name)
}
