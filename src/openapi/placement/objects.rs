//! The objects of OpenAPI and their keys: those of all dialects together, as documents mix them.

use super::object::Holds::{Anything, Each, Named, One};
use super::object::{Keys, Object};

/// The methods of a path.
pub(crate) const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// On a path: an operation for every method that has none of its own there.
pub(crate) const ANY_METHOD: &str = "x-amazon-apigateway-any-method";

pub(super) static DOCUMENT: Object = Object {
    name: "a document",
    keys: &[
        ("openapi", Anything),
        ("swagger", Anything),
        ("info", One(&INFO)),
        ("paths", Named(&PATH)),
        ("servers", Each(&SERVER)),
        ("components", One(&COMPONENTS)),
        ("security", Anything),
        ("tags", Each(&TAG)),
        ("externalDocs", One(&EXTERNAL_DOCS)),
        ("webhooks", Named(&PATH)),
        ("jsonSchemaDialect", Anything),
        ("host", Anything),
        ("basePath", Anything),
        ("schemes", Anything),
        ("consumes", Anything),
        ("produces", Anything),
        ("definitions", Named(&SCHEMA)),
        ("parameters", Named(&PARAMETER)),
        ("responses", Named(&RESPONSE)),
        ("securityDefinitions", Named(&SECURITY_SCHEME)),
    ],
    required: &["info"],
    takes_assembly: true,
};

static INFO: Object = Object {
    name: "`info`",
    keys: &[
        ("title", Anything),
        ("version", Anything),
        ("summary", Anything),
        ("description", Anything),
        ("termsOfService", Anything),
        ("contact", One(&CONTACT)),
        ("license", One(&LICENSE)),
    ],
    required: &["title", "version"],
    takes_assembly: false,
};

static CONTACT: Object = plain("a contact", &[("name", Anything), ("url", Anything), ("email", Anything)], &[]);

static LICENSE: Object =
    plain("a license", &[("name", Anything), ("url", Anything), ("identifier", Anything)], &["name"]);

static EXTERNAL_DOCS: Object = plain("`externalDocs`", &[("url", Anything), ("description", Anything)], &["url"]);

static TAG: Object = plain(
    "a tag",
    &[
        ("name", Anything),
        ("description", Anything),
        ("externalDocs", One(&EXTERNAL_DOCS)),
        ("summary", Anything),
        ("parent", Anything),
        ("kind", Anything),
    ],
    &["name"],
);

static SERVER: Object = plain(
    "a server",
    &[("url", Anything), ("description", Anything), ("variables", Named(&SERVER_VARIABLE)), ("name", Anything)],
    &["url"],
);

static SERVER_VARIABLE: Object =
    plain("a server variable", &[("default", Anything), ("enum", Anything), ("description", Anything)], &["default"]);

static COMPONENTS: Object = plain(
    "`components`",
    &[
        ("schemas", Named(&SCHEMA)),
        ("responses", Named(&RESPONSE)),
        ("parameters", Named(&PARAMETER)),
        ("examples", Anything),
        ("requestBodies", Named(&REQUEST_BODY)),
        ("headers", Named(&HEADER)),
        ("securitySchemes", Named(&SECURITY_SCHEME)),
        ("links", Named(&LINK)),
        ("callbacks", Anything),
        ("pathItems", Named(&PATH)),
        ("mediaTypes", Named(&MEDIA)),
    ],
    &[],
);

pub(super) static PATH: Object = Object {
    name: "a path",
    keys: &[
        ("get", One(&OPERATION)),
        ("put", One(&OPERATION)),
        ("post", One(&OPERATION)),
        ("delete", One(&OPERATION)),
        ("options", One(&OPERATION)),
        ("head", One(&OPERATION)),
        ("patch", One(&OPERATION)),
        ("trace", One(&OPERATION)),
        ("$ref", Anything),
        ("summary", Anything),
        ("description", Anything),
        ("servers", Each(&SERVER)),
        ("parameters", Each(&PARAMETER)),
        (ANY_METHOD, One(&OPERATION)),
    ],
    required: &[],
    takes_assembly: true,
};

pub(super) static OPERATION: Object = Object {
    name: "an operation",
    keys: &[
        ("tags", Anything),
        ("summary", Anything),
        ("description", Anything),
        ("externalDocs", One(&EXTERNAL_DOCS)),
        ("operationId", Anything),
        ("parameters", Each(&PARAMETER)),
        ("requestBody", One(&REQUEST_BODY)),
        ("responses", Named(&RESPONSE)),
        ("callbacks", Anything),
        ("deprecated", Anything),
        ("security", Anything),
        ("servers", Each(&SERVER)),
        ("consumes", Anything),
        ("produces", Anything),
        ("schemes", Anything),
    ],
    required: &["responses"],
    takes_assembly: true,
};

// Our own reading of parameters asks for `name` and `in`.
static PARAMETER: Object = plain("a parameter", PARAMETER_KEYS, &[]);

const PARAMETER_KEYS: Keys = &[
    ("name", Anything),
    ("in", Anything),
    ("description", Anything),
    ("required", Anything),
    ("deprecated", Anything),
    ("allowEmptyValue", Anything),
    ("style", Anything),
    ("explode", Anything),
    ("allowReserved", Anything),
    ("schema", One(&SCHEMA)),
    ("content", Named(&MEDIA)),
    ("example", Anything),
    ("examples", Anything),
    ("type", Anything),
    ("format", Anything),
    ("items", One(&SCHEMA)),
    ("collectionFormat", Anything),
    ("default", Anything),
    ("maximum", Anything),
    ("exclusiveMaximum", Anything),
    ("minimum", Anything),
    ("exclusiveMinimum", Anything),
    ("maxLength", Anything),
    ("minLength", Anything),
    ("pattern", Anything),
    ("maxItems", Anything),
    ("minItems", Anything),
    ("uniqueItems", Anything),
    ("enum", Anything),
    ("multipleOf", Anything),
    ("$ref", Anything),
];

static REQUEST_BODY: Object = plain(
    "a request body",
    &[("description", Anything), ("content", Named(&MEDIA)), ("required", Anything), ("$ref", Anything)],
    &["content"],
);

static RESPONSE: Object = plain(
    "a response",
    &[
        ("description", Anything),
        ("headers", Named(&HEADER)),
        ("content", Named(&MEDIA)),
        ("links", Named(&LINK)),
        ("schema", One(&SCHEMA)),
        ("examples", Anything),
        ("summary", Anything),
        ("$ref", Anything),
    ],
    &["description"],
);

static HEADER: Object = plain("a header", PARAMETER_KEYS, &[]);

static LINK: Object = plain(
    "a link",
    &[
        ("operationRef", Anything),
        ("operationId", Anything),
        ("parameters", Anything),
        ("requestBody", Anything),
        ("description", Anything),
        ("server", One(&SERVER)),
        ("$ref", Anything),
    ],
    &[],
);

static MEDIA: Object = plain(
    "a media type",
    &[
        ("schema", One(&SCHEMA)),
        ("example", Anything),
        ("examples", Anything),
        ("encoding", Anything),
        ("itemSchema", One(&SCHEMA)),
        ("$ref", Anything),
    ],
    &[],
);

pub(super) static SECURITY_SCHEME: Object = plain(
    "a security scheme",
    &[
        ("type", Anything),
        ("description", Anything),
        ("name", Anything),
        ("in", Anything),
        ("scheme", Anything),
        ("bearerFormat", Anything),
        ("flows", Anything),
        ("flow", Anything),
        ("openIdConnectUrl", Anything),
        ("authorizationUrl", Anything),
        ("tokenUrl", Anything),
        ("refreshUrl", Anything),
        ("oauth2MetadataUrl", Anything),
        ("deprecated", Anything),
        ("scopes", Anything),
        ("$ref", Anything),
    ],
    &["type"],
);

pub(super) static SCHEMA: Object = plain(
    "a schema",
    &[
        ("$ref", Anything),
        ("title", Anything),
        ("type", Anything),
        ("format", Anything),
        ("description", Anything),
        ("default", Anything),
        ("example", Anything),
        ("examples", Anything),
        ("enum", Anything),
        ("const", Anything),
        ("multipleOf", Anything),
        ("maximum", Anything),
        ("exclusiveMaximum", Anything),
        ("minimum", Anything),
        ("exclusiveMinimum", Anything),
        ("maxLength", Anything),
        ("minLength", Anything),
        ("pattern", Anything),
        ("maxItems", Anything),
        ("minItems", Anything),
        ("uniqueItems", Anything),
        ("maxContains", Anything),
        ("minContains", Anything),
        ("maxProperties", Anything),
        ("minProperties", Anything),
        ("required", Anything),
        ("properties", Named(&SCHEMA)),
        ("patternProperties", Named(&SCHEMA)),
        ("additionalProperties", One(&SCHEMA)),
        ("unevaluatedProperties", One(&SCHEMA)),
        ("propertyNames", One(&SCHEMA)),
        ("items", One(&SCHEMA)),
        ("prefixItems", Each(&SCHEMA)),
        ("additionalItems", One(&SCHEMA)),
        ("unevaluatedItems", One(&SCHEMA)),
        ("contains", One(&SCHEMA)),
        ("allOf", Each(&SCHEMA)),
        ("anyOf", Each(&SCHEMA)),
        ("oneOf", Each(&SCHEMA)),
        ("not", One(&SCHEMA)),
        ("if", One(&SCHEMA)),
        ("then", One(&SCHEMA)),
        ("else", One(&SCHEMA)),
        ("dependentRequired", Anything),
        ("dependentSchemas", Named(&SCHEMA)),
        ("dependencies", Anything),
        ("definitions", Named(&SCHEMA)),
        ("$defs", Named(&SCHEMA)),
        ("$id", Anything),
        ("id", Anything),
        ("$schema", Anything),
        ("$anchor", Anything),
        ("$dynamicRef", Anything),
        ("$dynamicAnchor", Anything),
        ("$vocabulary", Anything),
        ("$comment", Anything),
        ("contentEncoding", Anything),
        ("contentMediaType", Anything),
        ("contentSchema", Anything),
        ("discriminator", Anything),
        ("xml", Anything),
        ("externalDocs", Anything),
        ("nullable", Anything),
        ("readOnly", Anything),
        ("writeOnly", Anything),
        ("deprecated", Anything),
        // Of parameters of Swagger 2.0, in their `items`.
        ("collectionFormat", Anything),
        // Of older drafts and of editors, in many documents.
        ("name", Anything),
        ("in", Anything),
        ("extends", Anything),
        ("disallow", Anything),
        ("divisibleBy", Anything),
    ],
    &[],
);

const fn plain(name: &'static str, keys: Keys, required: &'static [&'static str]) -> Object {
    Object { name, keys, required, takes_assembly: false }
}
