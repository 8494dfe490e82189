//! Requests and responses against what operations declare, in every dialect.

use serde_json::{Value, json};

use crate::test_support::{Answer, Ask, Gateway, Setup, TestServer, json_reply};

const ORDER: &str = "{type: object, required: [id, at], properties: {id: {type: integer, maximum: 9}, \
                     at: {type: string, readOnly: true}, pin: {type: string, writeOnly: true}, note: {type: string}}}";

fn swagger(steps: &str) -> String {
    format!(
        "swagger: '2.0'
info: {{title: example, version: 1.0.0}}
consumes: [application/json]
definitions:
  Order: {ORDER}
  Tree: {{type: object, properties: {{next: {{$ref: '#/definitions/Tree'}}, n: {{type: number, exclusiveMinimum: true, minimum: 0}}, o: {{type: string, x-nullable: true}}}}}}
parameters:
  Body: {{name: b, in: body, required: true, schema: {{$ref: '#/definitions/Order'}}}}
paths:
  /orders:
    post:
      parameters: [{{$ref: '#/parameters/Body'}}]
      responses: {{'200': {{description: ok, schema: {{$ref: '#/definitions/Order'}}}}, default: {{description: no, schema: {{type: array}}}}, '204': {{description: none}}}}
    get: {{responses: {{'200': {{description: ok}}}}}}
x-ibm-configuration:
  gateway: datapower-api-gateway
  assembly:
    execute:
{steps}"
    )
}

fn open_api(version: &str, steps: &str) -> String {
    // Only 3.1 has lists of types.
    let both = if version == "3.1.0" { "    Both: {type: [string, 'null']}\n" } else { "" };
    format!(
        "openapi: {version}
info: {{title: example, version: 1.0.0}}
components:
  schemas:
    Order: {ORDER}
    Maybe: {{type: string, nullable: true}}
{both}paths:
  /orders:
    post:
      requestBody:
        required: true
        content:
          application/json; charset=utf-8: {{schema: {{$ref: '#/components/schemas/Order'}}}}
          application/*: {{schema: {{type: array}}}}
          text/plain: {{}}
          application/xml: {{schema: {{type: object}}}}
      responses:
        2XX: {{description: ok, content: {{application/json: {{schema: {{$ref: '#/components/schemas/Order'}}}}}}}}
x-assembly:
  execute:
{steps}"
    )
}

fn load(text: &str) -> Gateway {
    Setup::default().load(text).serve_cleanly()
}

async fn post(gateway: &Gateway, body: &str) -> Answer {
    gateway.ask(Ask::post("/orders", body.to_owned()).header("content-type", "application/json")).await
}

/// Why a body is refused; `None` where it fits.
async fn refusal(gateway: &Gateway, body: &str) -> Option<String> {
    let answer = post(gateway, body).await;
    if answer.status == 200 {
        return None;
    }
    assert_eq!(answer.fault_name(), Some("ValidateError"), "{answer}");
    Some(answer.fault.unwrap().message.clone())
}

#[tokio::test]
async fn a_request_is_held_against_what_its_operation_declares() {
    let swagger = |step: &str| load(&swagger(&format!("      - validate: {{version: 2.0.0, {step}}}\n")));
    let open = |version: &str| load(&open_api(version, "    - validate: {definition: request}\n"));
    for gateway in
        [swagger("validate-against: body-param"), swagger("definition: request"), open("3.0.3"), open("3.1.0")]
    {
        // What is read-only need not be there.
        assert_eq!(refusal(&gateway, r#"{"id": 7}"#).await, None);
        let fits = "the body does not fit the schema: ";
        for (body, reason) in [
            ("{}", format!("{fits}\"id\" is a required property")),
            (r#"{"id": "canary"}"#, format!("{fits}at /id: value is not of type \"integer\"")),
            (r#"{"id": 10}"#, format!("{fits}at /id: value is greater than the maximum of 9")),
            (
                r#"{"id": 10, "note": 1}"#,
                format!(
                    "{fits}at /id: value is greater than the maximum of 9; at /note: value is not of type \"string\""
                ),
            ),
            (r#"{"id": 1, "id": 2}"#, "the body has a member twice".to_owned()),
            ("{", "the body is not JSON".to_owned()),
            (" <a/>", "the body is XML, which is known but not validated yet".to_owned()),
            ("", "there is no body to validate".to_owned()),
        ] {
            assert_eq!(refusal(&gateway, body).await, Some(reason), "{body}");
        }
        assert_eq!(post(&gateway, "{}").await.status, 422);
    }
}

#[tokio::test]
async fn an_operation_that_declares_nothing_takes_everything() {
    let gateway = load(&swagger("      - validate: {definition: request}\n"));
    assert_eq!(gateway.ask(Ask::get("/orders")).await.status, 200);
}

#[tokio::test]
async fn the_v5_engine_answers_400_to_a_bad_request() {
    let text = swagger("      - validate: {version: 1.0.0, definition: request}\n");
    assert_eq!(post(&load(&text), "{}").await.status, 400);
    let text = swagger("      - validate: {version: 1.0.0, definition: '#/definitions/Order'}\n");
    assert_eq!(post(&load(&text), "{}").await.status, 422);
}

#[tokio::test]
async fn the_type_of_content_chooses_the_schema() {
    let gateway = load(&open_api("3.0.3", "    - validate: {definition: request}\n"));
    for (content_type, body, expected) in [
        ("application/json", r#"{"id": 1}"#, None),
        ("APPLICATION/JSON;charset=x", r#"{"id": 1}"#, None),
        ("application/vnd.x+json", "[]", None),
        ("application/vnd.x+json", "{}", Some("the body does not fit the schema: value is not of type \"array\"")),
        ("text/plain", "anything", None),
        ("application/xml", "<a/>", Some("a body of the type `application/xml` cannot be validated, only JSON can")),
        ("image/png", "x", Some("the Content-Type `image/png` is none of those that are declared")),
        ("", r#"{"id": 1}"#, None),
        ("", "[]", Some("the body does not fit the schema: value is not of type \"object\"")),
    ] {
        let ask = Ask::post("/orders", body.to_owned());
        let ask = if content_type.is_empty() { ask } else { ask.header("content-type", content_type) };
        let answer = gateway.ask(ask).await;
        assert_eq!(answer.fault.as_ref().map(|fault| fault.message.as_str()), expected, "{content_type} {body}");
    }
}

#[tokio::test]
async fn a_response_is_held_against_its_status() {
    for (text, status, body, fits) in [
        ("swagger", 200, r#"{"id": 1, "at": "x"}"#, true),
        ("swagger", 200, r#"{"id": 1}"#, false),
        ("swagger", 500, "[]", true),
        ("swagger", 500, "{}", false),
        ("swagger", 204, "", true),
        ("openapi", 201, r#"{"id": 1, "at": "x"}"#, true),
        ("openapi", 201, "{}", false),
        ("openapi", 404, "{}", true),
    ] {
        let service = TestServer::start(move |_| json_reply(status, body));
        let (url, response) = (service.url("/"), "definition: response");
        let text = match text {
            "swagger" => swagger(&format!(
                "      - invoke: {{version: 2.0.0, target-url: {url}}}\n      - validate: {{{response}}}\n"
            )),
            _ => open_api("3.0.3", &format!("    - invoke: {{target-url: {url}}}\n    - validate: {{{response}}}\n")),
        };
        let answer = post(&load(&text), "{}").await;
        assert_eq!(answer.fault_name().is_none(), fits, "{status} {body} {answer}");
    }
}

#[tokio::test]
async fn a_schema_is_found_by_its_place_or_its_name() {
    for definition in ["'#/definitions/Tree'", "Tree", "'#/components/schemas/Tree'"] {
        let gateway =
            load(&swagger(&format!("      - validate: {{validate-against: definition, definition: {definition}}}\n")));
        assert_eq!(refusal(&gateway, r#"{"next": {"next": {"n": 1, "o": null}}}"#).await, None);
        for wrong in [r#"{"next": {"next": {"n": 0}}}"#, r#"{"next": 1}"#, r#"{"next": null}"#] {
            assert!(refusal(&gateway, wrong).await.is_some(), "{wrong}");
        }
    }
    for (version, name, body, fits) in [
        ("3.0.3", "Maybe", "null", true),
        ("3.0.3", "Maybe", "1", false),
        ("3.1.0", "Maybe", "null", false),
        ("3.1.0", "Both", "null", true),
    ] {
        let gateway =
            Setup::default().load(&open_api(version, &format!("    - validate: {{definition: {name}}}\n"))).serve();
        assert_eq!(refusal(&gateway, body).await.is_none(), fits, "{version} {name} {body}");
    }
}

#[tokio::test]
async fn any_variable_can_be_held_and_another_receives_it() {
    let steps = "      - set-variable: {version: 2.0.0, actions: [{set: order, value: '{\"id\": 1}', type: string}]}
      - validate: {definition: Order2, input: order, output: checked}
      - set-variable: {version: 2.0.0, actions: [{set: message.body, value: $(checked.body)}]}
";
    let text = swagger(steps).replace(
        "definitions:\n",
        "definitions:\n  Order2: {allOf: [{$ref: '#/definitions/Base'}, {properties: {list: {default: [1]}}}]}
  Base: {type: object, properties: {kind: {$ref: '#/definitions/Kind'}, id: {default: 9}}}
  Kind: {type: string, default: wine}\n",
    );
    let answer = post(&load(&text), "{}").await;
    assert_eq!(answer.json(), json!({"id": 1, "kind": "wine", "list": [1]}));
}

#[tokio::test]
async fn handlers_read_what_is_wrong_and_where() {
    let text = open_api(
        "3.0.3",
        "    - validate: {definition: request}
  catch:
    - errors: [ValidateError]
      execute:
        - set-variable: {actions: [{set: message.body, value: $(error.violations)}]}
",
    );
    let answer = post(&load(&text), r#"{"id": "x"}"#).await;
    assert_eq!(answer.json(), json!([{"at": "/id", "message": "value is not of type \"integer\""}]));
}

#[tokio::test]
async fn a_large_body_is_checked_too() {
    let gateway = load(&swagger("      - validate: {definition: request, output: message}\n"));
    let large = |id: Value| json!({"id": id, "note": "x".repeat(100_000)}).to_string();
    assert_eq!(refusal(&gateway, &large(json!(1))).await, None);
    assert!(refusal(&gateway, &large(json!("1"))).await.is_some());
}

#[tokio::test]
async fn a_pattern_that_runs_away_ends() {
    let text = swagger("      - validate: {definition: P}\n")
        .replace("definitions:\n", "definitions:\n  P: {type: string, pattern: '^(?=a)(a+)+$'}\n");
    let gateway = load(&text);
    assert_eq!(refusal(&gateway, "\"aaa\"").await, None);
    assert!(refusal(&gateway, &format!("\"{}!\"", "a".repeat(5_000))).await.is_some());
}

#[test]
fn mistakes_are_found_at_load() {
    let findings = |text: String| Setup::default().load(&text).findings();
    for (step, words) in [
        ("{title: x}", "error G0305 nothing says what the body is held against: `definition` is missing"),
        ("{validate-against: url}", "error G0305 nothing says what the body is held against: `json-schema` is missing"),
        ("{validate-against: definition}", "error G0305"),
        ("{definition: Ordre}", "error G0105 the document has no schema `Ordre`; did you mean `Order`?"),
        ("{definition: '#/definitions/Ordre'}", "did you mean `Order`?"),
        ("{definition: $(message.body)}", "error G0401"),
        (
            "{validate-against: url, json-schema: 'https://a.example/x.json'}",
            "error G0308 schemas are read from the document",
        ),
        ("{validate-against: wsdl}", "error G0307"),
        ("{validate-against: graphql}", "error G0307"),
        ("{definition: request, xml-schema: a.xsd}", "error G0307"),
        ("{definition: request, validate-request: true}", "error G0307"),
    ] {
        let found = findings(swagger(&format!("      - validate: {step}\n")));
        assert!(found.len() == 1 && found[0].contains(words), "{step}: {found:?}");
    }
    let step = "      - validate: {definition: request}\n";
    let broken = swagger(step).replace("maximum: 9", "maximum: nine");
    let found = findings(broken);
    assert!(found.len() == 1 && found[0].contains("error G0308 the schema cannot be used: at `"), "{found:?}");
    let elsewhere = swagger(step).replace("{type: integer, maximum: 9}", "{$ref: 'other.yaml#/A'}");
    let found = findings(elsewhere);
    assert!(found.len() == 1 && found[0].contains("`other.yaml#/A` is not in this document"), "{found:?}");
    let nowhere = swagger(step).replace("{type: integer, maximum: 9}", "{$ref: '#/definitions/A'}");
    assert!(findings(nowhere)[0].contains("`#/definitions/A` points nowhere"));
    let nothing = open_api("3.0.3", "    - validate: {definition: response}\n")
        .replace("content: {application/json", "x: {application/json");
    let found = findings(nothing);
    assert!(found.iter().any(|one| one.contains("so this step checks nothing")), "{found:?}");
}
