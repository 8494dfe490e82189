//! Tests that converting keeps the meaning of a schema.

use std::path::Path;

use serde_json::{Value as Json, json};

use super::convert::{Language, convert};
use super::*;
use crate::base::{Findings, Sources};
use crate::openapi::Dialect;
use crate::source::{References, Tree};

fn converted(document: &str, dialect: Dialect, direction: Direction) -> Json {
    let (mut sources, mut findings) = (Sources::default(), Findings::default());
    let source = sources.add("api.yaml", document);
    let root = crate::source::parse(source, document, &mut findings).unwrap();
    let tree = Tree { source, path: Path::new("api.yaml").into(), root };
    let references = References::read(&tree, &crate::source::Roots::default(), &mut sources, &mut findings);
    let language = Language { dialect, is_plain: false };
    convert(&references, tree.root.get("start").unwrap(), language, direction).unwrap()
}

#[test]
fn only_what_says_something_is_kept() {
    let text = "start:
  type: object
  x-internal: 1
  example: {nullable: true}
  properties:
    example: {type: string, nullable: true, example: a}
    file: {type: file}
    kind: {enum: [{nullable: true, x-y: 1}]}
  required: [example, kind]
  discriminator: {propertyName: kind}
  dependencies: {a: [b], c: {required: [d], xml: {}}}
  additionalProperties: false
";
    let expected = json!({
        "type": "object",
        "properties": {"example": {"type": ["string", "null"]}, "file": {}, "kind": {"enum": [{"nullable": true, "x-y": 1}]}},
        "required": ["example", "kind"],
        "dependencies": {"a": ["b"], "c": {"required": ["d"], "xml": {}}},
        "additionalProperties": false,
    });
    assert_eq!(converted(text, Dialect::OpenApi30, Direction::Either), expected);
}

#[test]
fn references_go_along_once_and_may_go_in_circles() {
    let text = "start: {$ref: '#/a/b~1c'}
a:
  b/c: {properties: {next: {$ref: '#/a/b~1c'}, other: {$ref: '#/a/d%20e', description: ignored}}}
  d e: {type: string}
";
    let expected = json!({
        "allOf": [{"$ref": "#/definitions/%230"}],
        "definitions": {
            "#0": {"properties": {"next": {"$ref": "#/definitions/%230"}, "other": {"$ref": "#/definitions/%231"}}},
            "#1": {"type": "string"},
        },
    });
    assert_eq!(converted(text, Dialect::Swagger20, Direction::Either), expected);
}

#[test]
fn what_goes_the_other_way_is_not_required() {
    let text = "start: {required: [a, b, c], properties: {a: {readOnly: true}, b: {writeOnly: true}, c: {}}}\n";
    for (direction, expected) in [
        (Direction::Request, json!(["b", "c"])),
        (Direction::Response, json!(["a", "c"])),
        (Direction::Either, json!(["a", "b", "c"])),
    ] {
        assert_eq!(converted(text, Dialect::OpenApi30, direction)["required"], expected);
    }
    let all = "start: {required: [a], properties: {a: {readOnly: true}}}\n";
    assert_eq!(converted(all, Dialect::OpenApi30, Direction::Request).get("required"), None);
}

#[test]
fn a_discriminator_leads_from_texts_to_schemas() {
    let text = "start:
  oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Big~1Dog'}]
  discriminator: {propertyName: kind, mapping: {miau: Cat, wau: '#/components/schemas/Big~1Dog', bear: Bear}}
components:
  schemas: {Cat: {type: string}, Big/Dog: {type: number}, Bear: {type: 'null'}}
";
    let expected = json!({
        "propertyName": "kind",
        "mapping": {
            "Cat": "#/definitions/%230",
            "Big/Dog": "#/definitions/%231",
            "miau": "#/definitions/%230",
            "wau": "#/definitions/%231",
            "bear": "#/definitions/%232",
        },
    });
    assert_eq!(converted(text, Dialect::OpenApi30, Direction::Either)["discriminator"], expected);
    let swagger = "start: {discriminator: kind, oneOf: [{$ref: '#/definitions/A'}]}\ndefinitions: {A: {}}\n";
    let expected = json!({ "propertyName": "kind", "mapping": { "A": "#/definitions/%230" } });
    assert_eq!(converted(swagger, Dialect::Swagger20, Direction::Either)["discriminator"], expected);
    // A discriminator without alternatives is dropped.
    let base = "start: {discriminator: {propertyName: kind}, properties: {kind: {type: string}}}\n";
    assert_eq!(converted(base, Dialect::OpenApi30, Direction::Either).get("discriminator"), None);
}
