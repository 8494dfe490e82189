//! Keys that OpenAPI does not have, and references and names that do not fit.

use crate::test_support::{Ask, Setup};

const ROOT: &str = "
x-assembly:
  execute:
    - set-variable: {actions: [{set: message.body, value: root}]}
";

/// A document of OpenAPI 3.1 with these lines from the third one on.
fn document(lines: &str) -> String {
    format!("openapi: 3.1.0\ninfo: {{title: t, version: '1'}}\n{lines}{ROOT}")
}

fn findings(lines: &str) -> Vec<String> {
    let text = document(lines);
    Setup::default().load(&text).findings().iter().map(|line| line.trim_start_matches("api.yaml:").to_owned()).collect()
}

#[test]
fn a_mistyped_key_that_decides_who_may_call_is_an_error() {
    for (lines, expected) in [
        (
            "paths: {/a: {GET: {}}}",
            "3:14: error G0108 a path has no key `GET`, so this is ignored; did you mean `get`?",
        ),
        (
            "paths: {/a: {pots: {}}}",
            "3:14: error G0108 a path has no key `pots`, so this is ignored; did you mean `post`?",
        ),
        (
            "paths: {/a: {get: {}, deleet: {}}}",
            "3:23: error G0108 a path has no key `deleet`, so this is ignored; did you mean `delete`?",
        ),
        (
            "paths: {/a: {get: {securty: []}}}",
            "3:20: error G0108 an operation has no key `securty`, so this is ignored; did you mean `security`?",
        ),
        (
            "securtiy: []\npaths: {/a: {get: {}}}",
            "3:1: error G0108 a document has no key `securtiy`, so this is ignored; did you mean `security`?",
        ),
        (
            "paths: {/a: {get: {}, security: []}}",
            "3:23: error G0108 a path has no key `security`, so this protects nothing; \
             write it at the operations, or at the document for all of them",
        ),
        (
            "paths: {/a: {get: {x-asembly: {}}}}",
            "3:20: error G0108 an operation has no key `x-asembly`, so this is ignored; did you mean `x-assembly`?",
        ),
        (
            "paths: {/a: {x_assembly: {}, get: {}}}",
            "3:14: error G0108 a path has no key `x_assembly`, so this is ignored; did you mean `x-assembly`?",
        ),
        (
            "paths: {/a: {x-amazon-apigateway-any-methd: {}, get: {}}}",
            "3:14: error G0108 a path has no key `x-amazon-apigateway-any-methd`, so this is ignored; \
             did you mean `x-amazon-apigateway-any-method`?",
        ),
        (
            "components: {securitySchemes: {k: {type: apiKey, inn: header, name: k}}}\npaths: {/a: {get: {}}}",
            "3:50: error G0108 a security scheme has no key `inn`, so this is ignored; did you mean `in`?",
        ),
    ] {
        assert_eq!(findings(lines), [expected], "{lines}");
    }
}

#[test]
fn an_assembly_where_none_is_read_is_an_error() {
    let expected = "error G0108 `x-assembly` is not read here, so its steps never run; \
                    `x-assembly` belongs to an operation, a path or the document";
    for (lines, place) in [
        ("paths: {/a: {get: {responses: {'200': {description: d, x-assembly: {}}}}}}", "3:56"),
        ("paths: {/a: {get: {responses: {x-assembly: {}}}}}", "3:32"),
        ("paths: {x-assembly: {}, /a: {get: {}}}", "3:9"),
        ("tags: [{name: a, x-assembly: {}}]\npaths: {/a: {get: {}}}", "3:18"),
        ("paths: {/a: {get: {parameters: [{name: q, in: query, x-assembly: {}}]}}}", "3:54"),
    ] {
        assert_eq!(findings(lines), [format!("{place}: {expected}")], "{lines}");
    }
    let below_info =
        format!("openapi: 3.1.0\ninfo: {{title: t, version: '1', x-assembly: {{}}}}\npaths: {{/a: {{}}}}{ROOT}");
    assert_eq!(Setup::default().load(&below_info).findings(), [format!("api.yaml:2:32: {expected}")]);
}

#[test]
fn other_unknown_keys_are_warnings() {
    for (lines, expected) in [
        (
            "paths: {/a: {get: {respones: {}}}}",
            "3:20: warning G0108 an operation has no key `respones`, so this is ignored; did you mean `responses`?",
        ),
        (
            "paths: {/a: {get: {paramters: []}}}",
            "3:20: warning G0108 an operation has no key `paramters`, so this is ignored; did you mean `parameters`?",
        ),
        (
            "paths: {/a: {get: {parameters: [{name: q, in: query, requred: true}]}}}",
            "3:54: warning G0108 a parameter has no key `requred`, so this is ignored; did you mean `required`?",
        ),
        (
            "components: {schemas: {S: {propertes: {}}}}\npaths: {/a: {get: {}}}",
            "3:28: warning G0108 a schema has no key `propertes`, so this is ignored; did you mean `properties`?",
        ),
        (
            "paths: {/a: {get: {fold: 1}}}",
            "3:20: warning G0108 an operation has no key `fold`, so this is ignored; remove it, or let its name start with `x-`",
        ),
        ("tags: nothing\npaths: {/a: {get: {}}}", "3:7: warning G0106 `tags` is text, expected a list"),
    ] {
        assert_eq!(findings(lines), [expected], "{lines}");
    }
    // Keys of the author's own.
    for lines in [
        "paths: {/a: {get: {x-mine: {security: []}}}}",
        "components: {schemas: {S: {mine: 1, properties: {requred: {type: string}, security: {type: string}}}}}\npaths: {/a: {get: {}}}",
        "paths: {/a: {get: {responses: {'200': {description: d, examples: {x-assembly: {}}}}}}}",
    ] {
        assert_eq!(findings(lines), [""; 0], "{lines}");
    }
}

#[tokio::test]
async fn a_path_with_an_unknown_key_serves_no_other_methods() {
    let gateway = Setup::default().load(&document("paths: {/a: {get: {}}, /b: {search: {}}, /c: {}}")).serve();
    for (method, path, status) in
        [("GET", "/a", 200), ("DELETE", "/a", 405), ("GET", "/b", 404), ("SEARCH", "/b", 404), ("DELETE", "/c", 200)]
    {
        assert_eq!(gateway.ask(Ask::new(method, path)).await.status, status, "{method} {path}");
    }
    // Nor does a document in which no other path is served.
    let gateway = Setup::default().load(&document("paths: {/b: {search: {}}}")).serve();
    assert_eq!(gateway.ask(Ask::new("GET", "/b")).await.status, 404);
}

#[tokio::test]
async fn a_document_of_ibms_with_security_at_a_path_is_served() {
    let text = "swagger: '2.0'\ninfo: {title: t, version: '1'}\npaths: {/a: {get: {}, security: []}}
x-ibm-configuration: {gateway: datapower-api-gateway, assembly: {execute: [{set-variable: {actions: [{set: message.body, value: a}]}}]}}";
    let loaded = Setup::default().load(text);
    assert_eq!(loaded.findings().len(), 1, "{:?}", loaded.findings());
    assert_eq!(loaded.serve().ask(Ask::new("GET", "/a")).await.status, 200);
}

#[test]
fn names_and_references_that_do_not_fit_are_warnings() {
    for (lines, expected) in [
        (
            "paths: {'/a/{orderId}': {get: {parameters: [{name: orderid, in: path, required: true}]}}}",
            "3:52: warning G0106 the path `/a/{orderId}` has no parameter `orderid`; did you mean `orderId`?",
        ),
        (
            "paths: {/a: {get: {operationId: one}, post: {operationId: one}}}",
            "3:59: warning G0106 two operations have the id `one`, and an id is for one (first here: api.yaml:3:33)",
        ),
        (
            "components: {schemas: {S: {type: strng}}}\npaths: {/a: {get: {}}}",
            "3:34: warning G0106 there is no type `strng` of values, so no value fits it; did you mean `string`?",
        ),
        (
            "components: {schemas: {S: {properties: {p: {$ref: '#/components/schemas/T'}}}}}\npaths: {/a: {get: {}}}",
            "3:51: warning G0105 `#/components/schemas/T` points nowhere: there is no `/components/schemas/T`; \
             what needs it has nothing to go by",
        ),
        (
            "components: {schemas: {S: {$ref: '#/components/schemas/S'}}}\npaths: {/a: {get: {}}}",
            "3:27: warning G0105 this `$ref` leads back to itself; what needs it has nothing to go by; \
             let one of the references in the circle be replaced by what it should stand for",
        ),
    ] {
        assert_eq!(findings(lines), [expected], "{lines}");
    }
}

#[test]
fn what_openapi_asks_for_is_named_at_its_place() {
    let text = format!(
        "openapi: 3.0.3\ninfo: {{title: t}}\npaths:\n  /x:\n    get: {{}}\n    put: {{responses: {{'200': {{}}}}}}{ROOT}"
    );
    let asks = |what: &str, of: &str| {
        format!("warning G0106 OpenAPI asks for `{what}` in {of}, and other tools may refuse this; add `{what}`")
    };
    assert_eq!(
        Setup::default().load(&text).findings(),
        [
            format!("api.yaml:2:1: {}", asks("version", "`info`")),
            format!("api.yaml:5:5: {}", asks("responses", "an operation")),
            format!("api.yaml:6:23: {}", asks("description", "a response")),
        ]
    );
}

#[tokio::test]
async fn merge_keys_apply_in_operations_and_steps() {
    let text = "openapi: 3.1.0
info: {title: t, version: '1'}
x-secured: &secured {parameters: [{name: q, in: query, required: true}]}
x-step: &step {actions: [{set: message.body, value: merged}]}
paths:
  /a: {get: {<<: *secured}}
  /b: {<<: {get: *secured}, post: {}}
x-assembly: {execute: [{set-variable: {<<: *step}}]}";
    let gateway = Setup::default().load(text).serve_cleanly();
    for (method, path, status) in
        [("GET", "/a", 400), ("GET", "/a?q=1", 200), ("GET", "/b", 400), ("POST", "/b", 200), ("PUT", "/b", 405)]
    {
        assert_eq!(gateway.ask(Ask::new(method, path)).await.status, status, "{method} {path}");
    }
    assert_eq!(gateway.ask(Ask::new("POST", "/b")).await.text(), "merged");
    // A security requirement without a scheme is found at the operation that merges it.
    let secured = text.replace("parameters: [{name: q, in: query, required: true}]", "security: [{k: []}]");
    let found = Setup::default().load(&secured).findings();
    assert!(found.len() == 1 && found[0].contains("3:34: error G0102 there is no security scheme `k`"), "{found:?}");
}

#[tokio::test]
async fn keys_next_to_the_reference_of_a_path_count() {
    let text = document(
        "paths: {/a: {$ref: '#/components/pathItems/p', post: {}, put: {}}}\ncomponents: {pathItems: {p: {get: {}, put: {parameters: [{name: q, in: query, required: true}]}}}}",
    );
    let gateway = Setup::default().load(&text).serve_cleanly();
    for (method, status) in [("GET", 200), ("POST", 200), ("PUT", 200), ("DELETE", 405)] {
        assert_eq!(gateway.ask(Ask::new(method, "/a")).await.status, status, "{method}");
    }
}

#[test]
fn servers_and_paths_that_serve_otherwise_than_they_look_are_warnings() {
    let moved =
        "is served below the base path of the document, `/v1`; write it into a document of its own, with these servers";
    for (lines, expected) in [
        (
            "servers: [{url: /v1}]\npaths: {/a: {servers: [{url: 'https://h/v2'}], get: {}}}",
            format!("4:14: warning G0207 `servers` of a path are not read: it {moved}"),
        ),
        (
            "servers: [{url: /v1}]\npaths: {/a: {get: {servers: [{url: /}]}}}",
            format!("4:20: warning G0207 `servers` of an operation are not read: it {moved}"),
        ),
        (
            "paths: {'/a?b={b}': {get: {}}}",
            "3:9: warning G0103 a path has no query, so no request matches this one; \
             declare what is after `?` as query parameters"
                .to_owned(),
        ),
        (
            "paths: {'/a#b': {get: {}}}",
            "3:9: warning G0103 a path has no fragment, so no request matches this one; remove what is after `#`"
                .to_owned(),
        ),
        (
            "paths: {/files/*: {get: {}}}",
            "3:9: warning G0103 `*` in a path is the character itself; \
             write `{rest+}` at the end for the rest of the path"
                .to_owned(),
        ),
    ] {
        assert_eq!(findings(lines), [expected], "{lines}");
    }
    assert_eq!(
        findings("servers: [{url: /v1}]\npaths: {/a: {servers: [{url: 'https://other/v1/'}], get: {}}}"),
        [""; 0]
    );
}

#[test]
fn a_schema_that_only_refers_back_to_itself_is_refused_where_it_is_needed() {
    let body = |schemas: &str| {
        let text = format!(
            "openapi: 3.1.0\ninfo: {{title: t, version: '1'}}\npaths: {{/a: {{post: {{requestBody: {{content: {{application/json: \
             {{schema: {{$ref: '#/components/schemas/A'}}}}}}}}}}}}}}\ncomponents: {{schemas: {{{schemas}}}}}\n\
             x-assembly: {{execute: [{{validate: {{definition: request}}}}]}}"
        );
        Setup::default().load(&text).findings()
    };
    for schemas in [
        "A: {$ref: '#/components/schemas/A'}",
        "A: {$ref: '#/components/schemas/B'}, B: {$ref: '#/components/schemas/A'}",
        "A: {allOf: [{$ref: '#/components/schemas/B'}]}, B: {allOf: [{type: object}, {$ref: '#/components/schemas/A'}]}",
        "A: {$ref: '#/components/schemas/B'}, B: {$ref: '#/components/schemas/B'}",
    ] {
        assert!(body(schemas).iter().any(|one| one.contains("error G0105")), "{schemas}: {:?}", body(schemas));
    }
    for schemas in [
        "A: {properties: {a: {$ref: '#/components/schemas/A'}}}",
        "A: {oneOf: [{$ref: '#/components/schemas/B'}, {type: string}]}, B: {allOf: [{$ref: '#/components/schemas/A'}]}",
        "A: {allOf: [{$ref: '#/components/schemas/B'}, {$ref: '#/components/schemas/B'}]}, B: {type: object}",
    ] {
        assert_eq!(body(schemas), [""; 0], "{schemas}");
    }
}
