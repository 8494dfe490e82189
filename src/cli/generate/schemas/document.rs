//! `schemas/document.json`: a whole OpenAPI or Swagger document. It says little of OpenAPI, which other tools check, and all
//! that the loader refuses.

use serde_json::{Map, Value, json};

use super::assembly;
use super::cors::cors;
use super::publish::{Reading, quiet_enum, text};
use super::rooted::rooted;

/// The place of the definitions for IBM's carriers.
const IBM: &str = "ibm-";

/// A path, as `PathTemplate` reads it: parameters do not touch, and one that takes the rest is at the end.
const PATH: &str = concat!(
    r"^/(?:[^{}/]*(?:\{[^{}/+*]+\}[^{}/]+)*(?:\{[^{}/+*]+\})?/)*",
    r"(?:[^{}/]*(?:\{[^{}/+*]+\}[^{}/]+)*(?:\{[^{}/+*]+\})?|\{\+[^{}/+*]+\}|\{[^{}/+*]+\+\})$",
);

const VERBS: [(&str, &str); 8] = [
    ("get", "The operation of `GET`."),
    ("put", "The operation of `PUT`."),
    ("post", "The operation of `POST`."),
    ("delete", "The operation of `DELETE`."),
    ("options", "The operation of `OPTIONS`."),
    ("head", "The operation of `HEAD`."),
    ("patch", "The operation of `PATCH`."),
    ("trace", "The operation of `TRACE`."),
];

pub(super) fn schema() -> Value {
    let mut definitions = assembly::definitions("", true);
    definitions.insert("assembly".to_owned(), assembly::of_document());
    definitions.insert("operation-assembly".to_owned(), assembly::of_operation());
    definitions.extend(assembly::definitions(IBM, false));
    definitions.insert("ibm-configuration".to_owned(), ibm_configuration());
    definitions.insert("path-item".to_owned(), path_item());
    definitions.insert("operation".to_owned(), operation());
    definitions.insert("parameters".to_owned(), parameters());
    assembly::share(&mut definitions);
    let ibm = json!({ "$ref": "#/definitions/ibm-configuration" });
    rooted(json!({
        "title": "OpenAPI document with assemblies",
        "description": "An OpenAPI 3.0 or 3.1 or Swagger 2.0 document that the Gantry gateway serves.",
        "type": "object",
        "properties": root(),
        "allOf": [
            { "if": { "not": { "required": ["swagger"] } }, "then": { "required": ["openapi"] } },
            {
                "if": { "not": { "required": ["openapi"] } },
                "then": {
                    "properties": {
                        "basePath": {
                            "type": ["string", "null"],
                            "pattern": "^/",
                            "patternErrorMessage": "A base path starts with /.",
                        },
                    },
                },
            },
            // The first of the three carriers is read, and the others are not.
            {
                "if": { "not": { "required": ["x-assembly"] } },
                "then": {
                    "if": {
                        "required": ["x-gateway-configuration"],
                        "properties": { "x-gateway-configuration": { "type": "object", "required": ["assembly"] } },
                    },
                    "then": { "properties": { "x-gateway-configuration": ibm } },
                    "else": { "properties": { "x-ibm-configuration": ibm } },
                },
            },
        ],
        "definitions": definitions,
    }))
}

fn root() -> Map<String, Value> {
    let mut root = Map::from_iter([
        ("openapi".to_owned(), version("The version of OpenAPI: 3.0 or 3.1.", r"^\s*3\.[01]", &[json!(3), json!(3.1)])),
        ("swagger".to_owned(), version("The version of Swagger: 2.0.", r"^\s*2(?:\.0)?\s*$", &[json!(2)])),
        ("x-assembly".to_owned(), json!({ "$ref": "#/definitions/assembly" })),
        ("paths".to_owned(), paths()),
    ]);
    root.extend(described(&[
        ("info", "What the API is: its `title` and `version`."),
        ("servers", "Where the API is; the path of the first URL is its base path."),
        ("basePath", "Swagger 2.0: the path before every path. It starts with `/`."),
        ("components", "OpenAPI 3: what the document refers to."),
        ("definitions", "Swagger 2.0: schemas that the document refers to."),
        ("parameters", "Swagger 2.0: parameters that the document refers to."),
        ("responses", "Swagger 2.0: responses that the document refers to."),
        ("security", "What a caller has to show."),
        ("securityDefinitions", "Swagger 2.0: how callers say who they are."),
        ("host", "Swagger 2.0: the host of the API."),
        ("schemes", "Swagger 2.0: the schemes of the API."),
        ("consumes", "Swagger 2.0: the media types of requests."),
        ("produces", "Swagger 2.0: the media types of responses."),
        ("tags", "What groups operations."),
        ("externalDocs", "More to read."),
    ]));
    root
}

fn described(all: &[(&str, &str)]) -> Map<String, Value> {
    // Anything goes; without any form an editor would not even write the colon.
    let form = |description: &str| json!({ "description": description, "anyOf": [{}] });
    all.iter().map(|(name, description)| ((*name).to_owned(), form(description))).collect()
}

fn version(description: &str, pattern: &str, numbers: &[Value]) -> Value {
    json!({
        "description": description,
        "anyOf": [
            {
                "type": "string",
                "pattern": pattern,
                "patternErrorMessage": "Gantry reads openapi 3.0 and 3.1, and swagger 2.0.",
            },
            quiet_enum(numbers),
        ],
    })
}

fn paths() -> Value {
    json!({
        "description": "The paths of the API, each with its operations.",
        "type": ["object", "null"],
        "patternProperties": { PATH: { "$ref": "#/definitions/path-item" }, "^x-": {} },
        "additionalProperties": false,
    })
}

fn path_item() -> Value {
    let mut properties = described(&[
        ("$ref", "Another place where this path is written."),
        ("summary", "The path in a few words."),
        ("description", "More about the path."),
        ("servers", "Where these operations are."),
    ]);
    properties.insert("parameters".to_owned(), json!({ "$ref": "#/definitions/parameters" }));
    properties.insert("x-assembly".to_owned(), json!({ "$ref": "#/definitions/operation-assembly" }));
    let any = "AWS API Gateway: the operation of every verb that has none of its own here.";
    let operation = json!({ "description": any, "type": "object", "allOf": [{ "$ref": "#/definitions/operation" }] });
    properties.insert("x-amazon-apigateway-any-method".to_owned(), operation);
    for (verb, description) in VERBS {
        let operation =
            json!({ "description": description, "type": "object", "allOf": [{ "$ref": "#/definitions/operation" }] });
        properties.insert(verb.to_owned(), operation);
    }
    json!({
        "description": "A path with its operations. Without any it takes every verb.",
        "type": ["object", "null"],
        "properties": properties,
    })
}

fn operation() -> Value {
    let mut properties = described(&[
        ("operationId", "A name of its own, which `operation-switch` names."),
        ("summary", "The operation in a few words."),
        ("description", "More about the operation."),
        ("tags", "The groups it belongs to."),
        ("requestBody", "OpenAPI 3: what a request carries."),
        ("consumes", "Swagger 2.0: the media types of its requests."),
        ("produces", "Swagger 2.0: the media types of its responses."),
        ("responses", "What it answers."),
        ("security", "What a caller has to show."),
        ("deprecated", "Whether it is about to go."),
        ("x-amazon-apigateway-integration", "AWS API Gateway: what the operation calls. `x-assembly` wins over it."),
    ]);
    properties.insert("parameters".to_owned(), json!({ "$ref": "#/definitions/parameters" }));
    properties.insert("x-assembly".to_owned(), json!({ "$ref": "#/definitions/operation-assembly" }));
    json!({ "type": "object", "properties": properties })
}

fn parameters() -> Value {
    json!({
        "description": "The parameters of a request.",
        "type": ["array", "null"],
        "items": {
            "description": "A parameter, or a `$ref` to one.",
            "type": "object",
            "if": { "not": { "required": ["$ref"] } },
            "then": {
                "properties": {
                    "name": text("Its name."),
                    "in": {
                        "description": "Where it is sent.",
                        "enum": ["path", "query", "header", "cookie", "formData", "body"],
                    },
                },
                "required": ["name", "in"],
            },
        },
    })
}

/// The value of `x-ibm-configuration`. API Connect has more keys here than anybody lists, so others are left alone.
fn ibm_configuration() -> Value {
    let at = format!("#/definitions/{IBM}");
    let reading = Reading { environment: false, definitions: Some(&at) };
    let mut properties = described(&[
        ("gateway", "The gateway whose rules the assembly follows, such as `datapower-api-gateway`."),
        ("properties", "The API's properties, each with `value`, `description` and `encoded`."),
        ("catalogs", "Other values of the properties, by catalog."),
        ("type", "The kind of API."),
        ("phase", "How far the API is."),
    ]);
    properties.insert("error-format".to_owned(), assembly::error_format());
    properties.insert("cors".to_owned(), cors(&reading));
    properties.insert(
        "assembly".to_owned(),
        json!({
            "description": "The assembly of every operation.",
            "properties": assembly::blocks(&reading),
        }),
    );
    json!({ "description": "API Connect's configuration, with its `assembly`.", "properties": properties })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openapi::PathTemplate;

    #[test]
    fn paths_are_those_that_the_loader_reads() {
        let pattern = jsonschema::draft7::new(&json!({ "pattern": PATH })).unwrap();
        for path in [
            "/",
            "/a",
            "/a/",
            "//",
            "/{id}",
            "/a/{id}/b",
            "/{id}.json",
            "/{a}-{b}",
            "/v{a}",
            "/{+rest}",
            "/a/{rest+}",
            "/{proxy+}",
            "a",
            "",
            "/{a",
            "/a}",
            "/{}",
            "/{a}{b}",
            "/{+a}/b",
            "/{a+}/",
            "/{*}",
            "/{a*}",
            "/x{+a}",
            "/{{a}}",
            "/{++a}",
            "/{a b}",
        ] {
            assert_eq!(pattern.is_valid(&json!(path)), PathTemplate::parse(path).is_ok(), "{path}");
        }
    }

    #[test]
    fn every_property_says_what_it_is() {
        for schema in [schema(), assembly::schema(), crate::cli::generate::schemas::settings()] {
            let mut silent = Vec::new();
            silent_properties(&schema, &schema, "", &mut silent);
            assert_eq!(silent, [""; 0]);
        }
    }

    fn silent_properties(root: &Value, schema: &Value, at: &str, silent: &mut Vec<String>) {
        // A condition describes nothing, and a property may be called `properties`.
        let is_shape = !["/if", "/not", "/properties"].iter().any(|end| at.ends_with(end)) && !at.contains("/if/");
        let properties = schema.get("properties").and_then(Value::as_object).filter(|_| is_shape);
        for (name, property) in properties.into_iter().flatten() {
            let target = property.get("$ref").and_then(Value::as_str).map(|reference| &reference[1..]);
            let property = target.map_or(property, |pointer| root.pointer(pointer).unwrap());
            // `basePath` is described at the root, and meets a pattern further down; `true` says that a name is known.
            if property.get("description").is_none() && name != "basePath" && *property != Value::Bool(true) {
                silent.push(format!("{at}/{name}"));
            }
        }
        match schema {
            Value::Object(map) => {
                map.iter().for_each(|(key, child)| silent_properties(root, child, &format!("{at}/{key}"), silent));
            }
            Value::Array(items) => {
                let each = items.iter().enumerate();
                each.for_each(|(index, child)| silent_properties(root, child, &format!("{at}/{index}"), silent));
            }
            _ => {}
        }
    }

    #[test]
    fn the_file_stays_small_and_refers_to_nothing_outside() {
        let text = crate::cli::generate::schemas::layout::text(&schema());
        assert!(text.len() < 400_000, "{} bytes", text.len());
        assert!(text.split("\"$ref\": \"").skip(1).all(|rest| rest.starts_with("#/")));
    }

    #[test]
    fn nothing_is_left_of_what_only_findings_use() {
        let text = schema().to_string();
        for word in ["\"x-expected\"", "\"x-steps\"", "\"x-unbuilt\"", "\"x-rules\"", "\"format\""] {
            assert!(!text.contains(word), "{word}");
        }
    }
}
