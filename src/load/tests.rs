//! Documents in the shapes that public ones have: what each of them answers.

use crate::test_support::{Ask, Loaded, Setup};

/// A Swagger document of the v10 gateway with this assembly; `more` are further lines of its root.
fn swagger(paths: &str, more: &str, assembly: &str) -> String {
    let head = "swagger: '2.0'\ninfo: {title: t, version: 1.0.0, x-ibm-name: t}\nbasePath: /base\n";
    let extension = "x-ibm-configuration:\n  gateway: datapower-api-gateway\n  assembly:\n";
    let assembly: String = assembly.lines().map(|line| format!("    {line}\n")).collect();
    format!("{head}{paths}\n{more}{extension}{assembly}")
}

/// An assembly that answers this text.
fn say(text: &str) -> String {
    format!(
        "execute:\n  - set-variable:\n      version: 2.0.0\n      actions: [{{set: message.body, value: '{text}'}}]"
    )
}

const GET: &str = "paths: {/x: {get: {responses: {}}}}";

async fn answer(loaded: Loaded, path: &str) -> (u16, String) {
    let answer = loaded.serve().ask(Ask::new("GET", path)).await;
    (answer.status, answer.text().to_owned())
}

#[tokio::test]
async fn shapes_of_public_documents_are_served() {
    let otherwise =
        "execute:\n  - switch:\n      version: 2.0.0\n      case:\n        - {condition: 'false', execute: []}\n";
    let rows: &[(&str, String)] = &[
        (
            "response codes without quotes",
            swagger("paths:\n  /x:\n    get:\n      responses:\n        200: {description: OK}\n        404: {description: no}", "", &say("ok")),
        ),
        ("Windows line ends", swagger(GET, "", &say("ok")).replace('\n', "\r\n")),
        ("a byte order mark", format!("\u{feff}{}", swagger(GET, "", &say("ok")))),
        ("no operation says its responses", swagger("paths: {/x: {get: {}}}", "", &say("ok"))),
        (
            "a schema that holds itself",
            swagger(
                "paths: {/x: {get: {responses: {'200': {description: OK, schema: {$ref: '#/definitions/Node'}}}}}}",
                "definitions: {Node: {type: object, properties: {next: {$ref: '#/definitions/Node'}}}}\n",
                &say("ok"),
            ),
        ),
        ("no version on a step", swagger(GET, "", &say("ok").replace("      version: 2.0.0\n", ""))),
        ("empty handlers", swagger(GET, "", &format!("{}\ncatch: []\nfinally: []", say("ok")))),
        ("a title and a description", swagger(GET, "", &say("ok").replace("version: 2.0.0", "version: 2.0.0\n      title: a\n      description: b"))),
        (
            "otherwise as a case",
            swagger(GET, "", &format!("{otherwise}        - otherwise:\n            - set-variable: {{actions: [{{set: message.body, value: ok}}]}}")),
        ),
        (
            "otherwise beside the cases",
            swagger(GET, "", &format!("{otherwise}      otherwise:\n        - set-variable: {{actions: [{{set: message.body, value: ok}}]}}")),
        ),
        (
            "operations as objects and as names",
            swagger(
                "paths: {/x: {get: {operationId: getX, responses: {}}}}",
                "",
                "execute:\n  - operation-switch:\n      version: 2.0.0\n      case:\n        - {operations: [other, {verb: post, path: /x}], execute: []}\n        - operations: [getX]\n          execute:\n            - set-variable: {actions: [{set: message.body, value: ok}]}\n      otherwise: []",
            ),
        ),
        (
            "a handler for everything by its name",
            swagger(GET, "", "execute:\n  - throw: {version: 2.0.0, name: A}\ncatch:\n  - errors: []\n    execute: []\n  - errors: [default]\n    execute:\n      - set-variable: {actions: [{set: message.body, value: ok}, {set: message.status.code, value: '200'}]}"),
        ),
        (
            "steps of the engine before, under the gateway's name",
            swagger(GET, "", &format!("execute:\n  - activity-log: {{title: log, content: payload, error-content: none}}\n{}", &say("ok")["execute:\n".len()..])),
        ),
        (
            "targets, certificates, endpoints and other keys for other tools",
            swagger(GET, "x-ibm-endpoints: [{endpointUrl: 'https://h.test', type: [production]}]\n", &say("ok")).replace(
                "  gateway:",
                "  phase: realized\n  enforced: true\n  testable: true\n  type: rest\n  catalogs: {}\n  targets: {a.wsdl: {swagger: '2.0'}}\n  application-authentication: {certificate: false}\n  gateway:",
            ),
        ),
    ];
    for (name, document) in rows {
        assert_eq!(
            answer(Setup::default().load(document), "/base/x").await,
            (200, "ok".to_owned()),
            "{name}\n{document}"
        );
    }
}

#[tokio::test]
async fn a_document_without_paths_answers_at_its_base_path() {
    let document = swagger("paths: {}", "", &say("$(request.path)"));
    for path in ["/base", "/base/a/b"] {
        assert_eq!(answer(Setup::default().load(&document), path).await, (200, path.to_owned()));
    }
    assert_eq!(answer(Setup::default().load(&document), "/other").await.0, 404);
}

#[tokio::test]
async fn a_json_document_with_tabs_is_one() {
    let document = "{\n\t\"openapi\": \"3.0.3\",\n\t\"info\": {\"title\": \"t\", \"version\": \"1\"},\n\t\"paths\": {\"/x\": {\"get\": {\"responses\": {}}}},\n\t\"x-assembly\": {\"execute\": [{\"set-variable\": {\"actions\": [{\"set\": \"message.body\", \"value\": \"ok\"}]}}]}\n}\n";
    let loaded = Setup::default().load_files(&[("api.json", document)]);
    assert_eq!(answer(loaded, "/x").await, (200, "ok".to_owned()));
}

#[tokio::test]
async fn a_schema_that_goes_in_circles_through_files_is_read_and_a_bare_circle_is_refused() {
    let document = |parameter: &str| {
        format!(
            "openapi: 3.0.3\ninfo: {{title: t, version: '1'}}\npaths:\n  /x:\n    get:\n      parameters: [{{$ref: '{parameter}'}}]\n      responses: {{}}\nx-assembly:\n  execute: [{{set-variable: {{actions: [{{set: message.body, value: ok}}]}}}}]\n"
        )
    };
    let parts = "list: {name: q, in: query, schema: {type: array, items: {$ref: '#/node'}}}\nnode: {type: object, properties: {next: {$ref: 'parts.yaml#/node'}}}\none: {$ref: '#/two'}\ntwo: {$ref: 'parts.yaml#/one'}\n";
    let read =
        |parameter: &str| Setup::default().load_beside(&[("api.yaml", &document(parameter))], &[("parts.yaml", parts)]);
    assert_eq!(answer(read("parts.yaml#/list"), "/x").await, (200, "ok".to_owned()));
    let findings = read("parts.yaml#/one").findings();
    assert_eq!(
        findings,
        [
            "api.yaml:6:20: error G0105 this `$ref` leads back to itself; let one of the references in the circle be replaced by what it should stand for"
        ]
    );
}

#[test]
fn a_path_that_stands_twice_is_found_at_its_second_place() {
    let document = swagger("paths:\n  /x: {get: {}}\n  /x: {post: {}}", "", &say("ok"));
    let findings = Setup::default().load(&document).findings();
    assert!(findings.len() == 1 && findings[0].starts_with("api.yaml:6:3: error G0006 "), "{findings:?}");
}
