//! Dialects, base paths, parameters and path items.

use crate::test_support::{Ask, Gateway, Setup};

const SAY: &str = "
x-assembly:
  execute:
    - set-variable:
        actions:
          - {set: message.body, value: '$(api.root) $(api.operation.path) $(request.parameters.id)'}
";

fn gateway(document: &str) -> Gateway {
    Setup::default().load(&format!("{}{SAY}", document.trim_start())).serve_cleanly()
}

async fn ask(gateway: &Gateway, verb: &str, path: &str) -> (u16, String) {
    let answer = gateway.ask(Ask::new(verb, path)).await;
    (answer.status, answer.text().to_owned())
}

#[tokio::test]
async fn a_swagger_document_has_a_base_path() {
    for base in ["/v1", "/v1/"] {
        let gateway = gateway(&format!(
            "swagger: '2.0'\ninfo: {{title: t, version: '1'}}\nbasePath: {base}\npaths:\n  /orders/{{id}}:\n    get: {{responses: {{}}}}"
        ));
        assert_eq!(ask(&gateway, "GET", "/v1/orders/7").await, (200, "/v1 /orders/{id} 7".to_owned()));
        assert_eq!(ask(&gateway, "GET", "/orders/7").await.0, 404);
        assert_eq!(ask(&gateway, "POST", "/v1/orders/7").await.0, 405);
    }
}

#[tokio::test]
async fn the_path_of_the_first_server_is_the_base_path() {
    for (version, servers, base) in [
        ("3.0.3", "[{url: 'https://h.test/v1/'}]", "/v1"),
        ("3.1.0", "[{url: 'https://h.test/a/b'}, {url: /other}]", "/a/b"),
        ("3.0.1", "[{url: /v2}]", "/v2"),
        ("3.1.1", "[{url: v3}]", "/v3"),
        ("3.0.0", "[{url: 'https://h.test'}]", ""),
        ("3.0.0", "[{url: /}]", ""),
        (
            "3.1.0",
            "[{url: 'https://{host}/{stage}', variables: {host: {default: h}, stage: {default: prod}}}]",
            "/prod",
        ),
        ("3.0.3", "[]", ""),
    ] {
        let document = format!(
            "openapi: {version}\ninfo: {{title: t, version: '1'}}\nservers: {servers}\npaths:\n  /orders/{{id}}:\n    get: {{responses: {{}}}}"
        );
        let answer = ask(&gateway(&document), "GET", &format!("{base}/orders/7")).await;
        assert_eq!(answer, (200, format!("{base} /orders/{{id}} 7")), "{version} {servers}");
    }
}

#[tokio::test]
async fn references_to_parameters_and_path_items_are_followed() {
    let gateway = gateway(
        "
openapi: 3.1.0
info: {title: t, version: '1'}
paths:
  /a: {$ref: '#/components/pathItems/shared'}
  /b:
    parameters: [{$ref: '#/components/parameters/key'}]
    get: {parameters: [{name: key, in: query}]}
    post: {}
components:
  parameters:
    key: {name: key, in: query, required: true}
  pathItems:
    shared:
      get: {parameters: [{$ref: '#/components/parameters/key'}]}",
    );
    for (verb, path, status) in [
        ("GET", "/a", 400),
        ("GET", "/a?key=1", 200),
        ("POST", "/a", 405),
        // An operation's parameter replaces that of its path.
        ("GET", "/b", 200),
        ("POST", "/b", 400),
        ("POST", "/b?key=1", 200),
    ] {
        assert_eq!(ask(&gateway, verb, path).await.0, status, "{verb} {path}");
    }
}

#[tokio::test]
async fn a_trailing_parameter_takes_the_rest_of_the_path() {
    let gateway = gateway(
        "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths:\n  /files/{id+}: {get: {}}\n  /other/{+id}: {get: {}}",
    );
    assert_eq!(ask(&gateway, "GET", "/files/a/b%2Fc").await.1, " /files/{id+} a/b/c");
    assert_eq!(ask(&gateway, "GET", "/other/a/").await.1, " /other/{+id} a/");
    assert_eq!(ask(&gateway, "GET", "/files/").await.0, 404);
}

#[test]
fn documents_that_are_none_are_refused() {
    let help = "write `openapi: 3.0.3`, `openapi: 3.1.0` or `swagger: '2.0'`";
    for (text, expected) in [
        ("openapi: 2.5.0\npaths: {}", format!("1:10: error G0101 Gantry does not read `openapi: 2.5.0`; {help}")),
        ("openapi: 4.0.0\npaths: {}", format!("1:10: error G0101 Gantry does not read `openapi: 4.0.0`; {help}")),
        ("swagger: 1.2\npaths: {}", format!("1:10: error G0101 Gantry does not read `swagger: 1.2`; {help}")),
        (
            "info: {}\npaths: {}",
            "1:1: error G0101 the document says neither `openapi` nor `swagger`; start it with `openapi: 3.0.3`"
                .to_owned(),
        ),
        (
            "- a",
            "1:1: error G0101 the document is a list, expected a map that starts with `openapi` or `swagger`"
                .to_owned(),
        ),
    ] {
        assert_eq!(Setup::default().load(text).findings(), [format!("api.yaml:{expected}")], "{text}");
    }
}

#[test]
fn mistakes_in_paths_and_parameters_are_found_at_their_places() {
    let text = format!(
        "openapi: 3.1.0
info: {{title: t, version: '1'}}
paths:
  orders: {{get: {{}}}}
  /a/{{id}}/{{id}}: {{get: {{}}}}
  /b: []
  /c: {{get: text}}
  /d: {{$ref: '#/nowhere'}}
  /e: {{$ref: 'other.yaml#/x'}}
  /f: {{get: {{parameters: [{{name: x}}, {{name: y, in: body-part}}, {{$ref: '#/paths/~1f/get/parameters/2'}}]}}}}
  /g: {{get: {{parameters: {{}}}}}}
{SAY}"
    );
    let expected = [
        "4:3: error G0103 the path `orders` does not start with `/`; write `/orders`",
        "5:3: error G0103 the parameter `id` stands twice in `/a/{id}/{id}`",
        "6:7: error G0102 the path `/b` is a list, expected a map of operations",
        "7:13: error G0102 the operation `get /c` is text, expected a map",
        "8:14: error G0105 `#/nowhere` points nowhere: there is no `/nowhere`",
        "9:14: error G0105 there is no file `other.yaml`",
        "10:27: error G0102 a parameter needs `name` and `in`",
        "10:52: error G0102 a parameter cannot be in `body-part`; \
         write `path`, `query`, `header` or `cookie`; in Swagger 2.0 also `formData` or `body`",
        "10:64: error G0105 this `$ref` leads back to itself; let one of the references in the circle be replaced by what it should stand for",
        "11:26: error G0102 `parameters` is a map, expected a list",
    ];
    let expected: Vec<String> = expected.iter().map(|line| format!("api.yaml:{line}")).collect();
    assert_eq!(Setup::default().load(&text).findings(), expected);
}

#[test]
fn base_paths_that_cannot_be_are_refused() {
    let swagger = format!("swagger: '2.0'\ninfo: {{title: t, version: '1'}}\nbasePath: v1\npaths: {{/x: {{}}}}{SAY}");
    assert_eq!(
        Setup::default().load(&swagger).findings()[0],
        "api.yaml:3:11: error G0102 the base path `v1` does not start with `/`; write `basePath: /v1`"
    );
    let servers = format!(
        "openapi: 3.1.0\ninfo: {{title: t, version: '1'}}\nservers: [{{url: '/{{stage}}'}}]\npaths: {{/x: {{}}}}{SAY}"
    );
    assert_eq!(
        Setup::default().load(&servers).findings()[0],
        "api.yaml:3:17: error G0102 the path of the first server's URL has a variable without a default"
    );
}
