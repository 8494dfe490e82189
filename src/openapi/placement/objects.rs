//! The objects of OpenAPI and their keys: those of all dialects together, as documents mix them.

use super::object::Holds::{Each, Named, One};
use super::object::{Keys, Object};

/// The methods of a path.
pub(crate) const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// On a path: an operation for every method that has none of its own there.
pub(crate) const ANY_METHOD: &str = "x-amazon-apigateway-any-method";

pub(super) static DOCUMENT: Object = Object {
    name: "a document",
    keys: &Keys {
        plain: &[
            "openapi",
            "swagger",
            "security",
            "jsonSchemaDialect",
            "host",
            "basePath",
            "schemes",
            "consumes",
            "produces",
        ],
        holding: &[
            ("info", One(&INFO)),
            ("paths", Named(&PATH)),
            ("servers", Each(&SERVER)),
            ("components", One(&COMPONENTS)),
            ("tags", Each(&TAG)),
            ("externalDocs", One(&EXTERNAL_DOCS)),
            ("webhooks", Named(&PATH)),
            ("definitions", Named(&SCHEMA)),
            ("parameters", Named(&PARAMETER)),
            ("responses", Named(&RESPONSE)),
            ("securityDefinitions", Named(&SECURITY_SCHEME)),
        ],
    },
    required: &["info"],
    takes_assembly: true,
};

static INFO: Object = Object {
    name: "`info`",
    keys: &Keys {
        plain: &["title", "version", "summary", "description", "termsOfService"],
        holding: &[("contact", One(&CONTACT)), ("license", One(&LICENSE))],
    },
    required: &["title", "version"],
    takes_assembly: false,
};

static CONTACT: Object = plain("a contact", &Keys { plain: &["name", "url", "email"], holding: &[] }, &[]);

static LICENSE: Object = plain("a license", &Keys { plain: &["name", "url", "identifier"], holding: &[] }, &["name"]);

static EXTERNAL_DOCS: Object =
    plain("`externalDocs`", &Keys { plain: &["url", "description"], holding: &[] }, &["url"]);

static TAG: Object = plain(
    "a tag",
    &Keys {
        plain: &["name", "description", "summary", "parent", "kind"],
        holding: &[("externalDocs", One(&EXTERNAL_DOCS))],
    },
    &["name"],
);

static SERVER: Object = plain(
    "a server",
    &Keys { plain: &["url", "description", "name"], holding: &[("variables", Named(&SERVER_VARIABLE))] },
    &["url"],
);

static SERVER_VARIABLE: Object =
    plain("a server variable", &Keys { plain: &["default", "enum", "description"], holding: &[] }, &["default"]);

static COMPONENTS: Object = plain(
    "`components`",
    &Keys {
        plain: &["examples", "callbacks"],
        holding: &[
            ("schemas", Named(&SCHEMA)),
            ("responses", Named(&RESPONSE)),
            ("parameters", Named(&PARAMETER)),
            ("requestBodies", Named(&REQUEST_BODY)),
            ("headers", Named(&HEADER)),
            ("securitySchemes", Named(&SECURITY_SCHEME)),
            ("links", Named(&LINK)),
            ("pathItems", Named(&PATH)),
            ("mediaTypes", Named(&MEDIA)),
        ],
    },
    &[],
);

pub(super) static PATH: Object = Object {
    name: "a path",
    keys: &Keys {
        plain: &["$ref", "summary", "description"],
        holding: &[
            ("get", One(&OPERATION)),
            ("put", One(&OPERATION)),
            ("post", One(&OPERATION)),
            ("delete", One(&OPERATION)),
            ("options", One(&OPERATION)),
            ("head", One(&OPERATION)),
            ("patch", One(&OPERATION)),
            ("trace", One(&OPERATION)),
            ("servers", Each(&SERVER)),
            ("parameters", Each(&PARAMETER)),
            (ANY_METHOD, One(&OPERATION)),
        ],
    },
    required: &[],
    takes_assembly: true,
};

pub(super) static OPERATION: Object = Object {
    name: "an operation",
    keys: &Keys {
        plain: &[
            "tags",
            "summary",
            "description",
            "operationId",
            "callbacks",
            "deprecated",
            "security",
            "consumes",
            "produces",
            "schemes",
        ],
        holding: &[
            ("externalDocs", One(&EXTERNAL_DOCS)),
            ("parameters", Each(&PARAMETER)),
            ("requestBody", One(&REQUEST_BODY)),
            ("responses", Named(&RESPONSE)),
            ("servers", Each(&SERVER)),
        ],
    },
    required: &["responses"],
    takes_assembly: true,
};

// Our own reading of parameters asks for `name` and `in`.
static PARAMETER: Object = plain("a parameter", &PARAMETER_KEYS, &[]);

static PARAMETER_KEYS: Keys = Keys {
    plain: &[
        "name",
        "in",
        "description",
        "required",
        "deprecated",
        "allowEmptyValue",
        "style",
        "explode",
        "allowReserved",
        "example",
        "examples",
        "type",
        "format",
        "collectionFormat",
        "default",
        "maximum",
        "exclusiveMaximum",
        "minimum",
        "exclusiveMinimum",
        "maxLength",
        "minLength",
        "pattern",
        "maxItems",
        "minItems",
        "uniqueItems",
        "enum",
        "multipleOf",
        "$ref",
    ],
    holding: &[("schema", One(&SCHEMA)), ("content", Named(&MEDIA)), ("items", One(&SCHEMA))],
};

static REQUEST_BODY: Object = plain(
    "a request body",
    &Keys { plain: &["description", "required", "$ref"], holding: &[("content", Named(&MEDIA))] },
    &["content"],
);

static RESPONSE: Object = plain(
    "a response",
    &Keys {
        plain: &["description", "examples", "summary", "$ref"],
        holding: &[
            ("headers", Named(&HEADER)),
            ("content", Named(&MEDIA)),
            ("links", Named(&LINK)),
            ("schema", One(&SCHEMA)),
        ],
    },
    &["description"],
);

static HEADER: Object = plain("a header", &PARAMETER_KEYS, &[]);

static LINK: Object = plain(
    "a link",
    &Keys {
        plain: &["operationRef", "operationId", "parameters", "requestBody", "description", "$ref"],
        holding: &[("server", One(&SERVER))],
    },
    &[],
);

static MEDIA: Object = plain(
    "a media type",
    &Keys {
        plain: &["example", "examples", "encoding", "$ref"],
        holding: &[("schema", One(&SCHEMA)), ("itemSchema", One(&SCHEMA))],
    },
    &[],
);

pub(super) static SECURITY_SCHEME: Object = plain(
    "a security scheme",
    &Keys {
        plain: &[
            "type",
            "description",
            "name",
            "in",
            "scheme",
            "bearerFormat",
            "flows",
            "flow",
            "openIdConnectUrl",
            "authorizationUrl",
            "tokenUrl",
            "refreshUrl",
            "oauth2MetadataUrl",
            "deprecated",
            "scopes",
            "$ref",
        ],
        holding: &[],
    },
    &["type"],
);

// With keys of older drafts and of editors, and of parameters of Swagger 2.0 in their `items`, as documents have them.
pub(super) static SCHEMA: Object = plain(
    "a schema",
    &Keys {
        plain: &[
            "$ref",
            "title",
            "type",
            "format",
            "description",
            "default",
            "example",
            "examples",
            "enum",
            "const",
            "multipleOf",
            "maximum",
            "exclusiveMaximum",
            "minimum",
            "exclusiveMinimum",
            "maxLength",
            "minLength",
            "pattern",
            "maxItems",
            "minItems",
            "uniqueItems",
            "maxContains",
            "minContains",
            "maxProperties",
            "minProperties",
            "required",
            "dependentRequired",
            "dependencies",
            "$id",
            "id",
            "$schema",
            "$anchor",
            "$dynamicRef",
            "$dynamicAnchor",
            "$vocabulary",
            "$comment",
            "contentEncoding",
            "contentMediaType",
            "contentSchema",
            "discriminator",
            "xml",
            "externalDocs",
            "nullable",
            "readOnly",
            "writeOnly",
            "deprecated",
            "collectionFormat",
            "name",
            "in",
            "extends",
            "disallow",
            "divisibleBy",
        ],
        holding: &[
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
            ("dependentSchemas", Named(&SCHEMA)),
            ("definitions", Named(&SCHEMA)),
            ("$defs", Named(&SCHEMA)),
        ],
    },
    &[],
);

const fn plain(name: &'static str, keys: &'static Keys, required: &'static [&'static str]) -> Object {
    Object { name, keys, required, takes_assembly: false }
}
