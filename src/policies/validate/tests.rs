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
        // A read-only member may be missing.
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
            (" <a/>", format!("{fits}\"id\" is a required property")),
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
        ("application/xml", "<a/>", None),
        ("application/xml", "<a>1</a>", Some("the body does not fit the schema: value is not of type \"object\"")),
        (
            "application/pdf",
            "x",
            Some("a body of the type `application/pdf` cannot be validated, only JSON and XML can"),
        ),
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

/// Alternatives that overlap and contain themselves, and ones that a member tells apart.
const RECURSIVE: &str = "
    Any: {anyOf: [{type: array, items: {$ref: '#/components/schemas/Any'}},
                  {type: array, items: {$ref: '#/components/schemas/Any'}}, {type: string}]}
    Shape: {oneOf: [{$ref: '#/components/schemas/Circle'}, {$ref: '#/components/schemas/Group'}],
            discriminator: {propertyName: kind, mapping: {all: Group}}}
    Circle: {type: object, required: [kind, r], properties: {kind: {type: string}, r: {type: number}}}
    Group: {type: object, required: [kind, of], properties: {kind: {type: string}, of: {type: array, items: {$ref: '#/components/schemas/Shape'}}}}
";

fn recursive(name: &str) -> Gateway {
    let text = open_api("3.0.3", &format!("    - validate: {{definition: {name}}}\n"));
    load(&text.replacen("    Maybe:", &format!("{}    Maybe:", RECURSIVE.trim_start_matches('\n')), 1))
}

#[tokio::test]
async fn a_small_body_costs_little_whatever_it_is() {
    let gateway = recursive("Any");
    let nested = |depth: usize, inner: &str| format!("{}{inner}{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(refusal(&gateway, &nested(100, "\"a\"")).await, None);
    let none =
        "the body does not fit the schema: value is not valid under any of the schemas listed in the 'anyOf' keyword";
    assert_eq!(refusal(&gateway, &nested(100, "1")).await, Some(none.to_owned()));
    assert_eq!(refusal(&gateway, &nested(200, "1")).await, Some("the body is not JSON".to_owned()));
    let wide = format!("[{}1]", "\"a\",".repeat(20_000));
    assert_eq!(refusal(&gateway, &wide).await, Some(none.to_owned()));
}

#[tokio::test]
async fn a_discriminator_chooses_the_schema() {
    let gateway = recursive("Shape");
    let fits = "the body does not fit the schema: ";
    for (body, reason) in [
        (r#"{"kind": "Circle", "r": 1}"#, None),
        (r#"{"kind": "all", "of": [{"kind": "Circle", "r": 1}, {"kind": "Group", "of": []}]}"#, None),
        (r#"{"kind": "all", "of": [{"kind": "Circle"}]}"#, Some("at /of/0: \"r\" is a required property")),
        (r#"{"kind": "Circle", "r": "x"}"#, Some("at /r: value is not of type \"number\"")),
        (r#"{"kind": "Square"}"#, Some("\"kind\" names none of the schemas that there are")),
        (r#"{"r": 1}"#, Some("\"kind\" is a required property")),
        ("1", Some("value is not valid under any of the schemas listed in the 'oneOf' keyword")),
    ] {
        assert_eq!(refusal(&gateway, body).await, reason.map(|reason| format!("{fits}{reason}")), "{body}");
    }
}

#[tokio::test]
async fn a_body_that_takes_too_long_is_refused() {
    let text = swagger("      - validate: {definition: P}\n")
        .replace("definitions:\n", "definitions:\n  P: {type: string, pattern: '^(?=a).*b$'}\n");
    let gateway = load(&text);
    assert_eq!(refusal(&gateway, "\"aab\"").await, None);
    // A pattern with look-around may read a text to its end from each of its places.
    let refused = refusal(&gateway, &format!("\"{}\"", "a".repeat(200_000))).await;
    assert_eq!(refused.as_deref(), Some("the body takes more than 100000000 steps to validate"));
}

#[tokio::test]
async fn xml_is_read_as_the_schema_names_it() {
    let order = "
  Order:
    type: object
    required: [id]
    additionalProperties: false
    xml: {name: order, namespace: 'urn:o'}
    properties:
      id: {type: integer, xml: {attribute: true}}
      paid: {type: boolean}
      note: {type: string, maxLength: 3, x-nullable: true}
      bottle: {type: array, maxItems: 2, items: {$ref: '#/definitions/Bottle'}}
      tags: {type: array, xml: {wrapped: true}, items: {type: string, enum: [a, b], xml: {name: tag}}}
      ship: {allOf: [{$ref: '#/definitions/Ship'}], xml: {name: to}}
  Bottle: {type: object, required: [year], properties: {year: {type: integer, minimum: 1900}}}
  Ship: {type: object, properties: {zip: {type: string, pattern: '^[0-9]+$'}}}
";
    let text = swagger("      - validate: {definition: request, output: message}\n");
    let (before, after) = (text.find("  Order:").unwrap(), text.find("  Tree:").unwrap());
    let gateway = load(&format!("{}{}{}", &text[..before], order.trim_start_matches('\n'), &text[after..]));
    let fits = "the body does not fit the schema: ";
    for (inside, reason) in [
        ("<order xmlns='urn:o' id='1'/>", ""),
        ("<o:order xmlns:o='urn:o' id=' 7 '><o:paid>true</o:paid><o:to><o:zip>00501</o:zip></o:to></o:order>", ""),
        ("<order xmlns='urn:o' id='1'><bottle><year>1999</year></bottle></order>", ""),
        ("<order xmlns='urn:o' id='1'><tags><tag>a</tag><tag>b</tag></tags><tags/></order>", "at /tags"),
        ("<order xmlns='urn:o' id='1'><tags><tag>a</tag></tags><note>ab</note></order>", ""),
        (
            "<order xmlns='urn:o' xmlns:i='http://www.w3.org/2001/XMLSchema-instance' id='1'><note i:nil='true'/></order>",
            "",
        ),
        ("<order xmlns='urn:o' id='x'/>", "at /id: value is not of type \"integer\""),
        ("<order xmlns='urn:o'/>", "\"id\" is a required property"),
        ("<order id='1'/>", "the element is not `order`"),
        ("<orders xmlns='urn:o' id='1'/>", "the element is not `order`"),
        ("<order xmlns='urn:o' id='1'><note>long</note></order>", "at /note: value is longer than 3 characters"),
        ("<order xmlns='urn:o' id='1'><paid>maybe</paid></order>", "at /paid: value is not of type \"boolean\""),
        ("<order xmlns='urn:o' id='1'><id>1</id></order>", "at /id"),
        ("<order xmlns='urn:o' id='1'><tags><tag>c</tag></tags></order>", "at /tags/0"),
        ("<order xmlns='urn:o' id='1'><bottle><year>7</year></bottle></order>", "at /bottle/0/year"),
        ("<order xmlns='urn:o' id='1'><paid>true</paid><paid>true</paid></order>", "at /paid"),
        ("<order xmlns='urn:o' id='1'><extra/></order>", "Additional properties are not allowed"),
    ] {
        let ask = Ask::post("/orders", inside.to_owned()).header("content-type", "application/xml");
        let answer = gateway.ask(ask).await;
        let said = answer.fault.as_ref().map_or("", |fault| fault.message.strip_prefix(fits).unwrap_or(&fault.message));
        assert!(if reason.is_empty() { said.is_empty() } else { said.starts_with(reason) }, "{inside}: {said}");
        if reason.is_empty() {
            assert!(answer.text().starts_with(&inside[..6]), "{inside}: {answer}");
        }
    }
}

#[tokio::test]
async fn parameters_are_held_against_what_is_declared() {
    let document = |version: &str, parameters: &str| {
        format!(
            "{version}\ninfo: {{title: t, version: '1'}}\npaths:\n  /a/{{id}}:\n    get:\n      parameters:\n{parameters}      \
             responses: {{}}\nx-assembly:\n  execute:\n    - validate: {{parameters: true}}\n"
        )
    };
    let swagger = "      - {name: id, in: path, required: true, type: integer, minimum: 1}
      - {name: n, in: query, type: number, maximum: 9.5}
      - {name: kind, in: query, type: string, enum: [a b, c]}
      - {name: list, in: query, type: array, collectionFormat: pipes, items: {type: integer}, maxItems: 2}
      - {name: X-On, in: header, type: boolean}
";
    let open_api = "      - {name: id, in: path, required: true, schema: {type: integer, minimum: 1}}
      - {name: n, in: query, schema: {type: number, maximum: 9.5}}
      - {name: kind, in: query, schema: {type: string, enum: [a b, c]}}
      - {name: list, in: query, style: pipeDelimited, explode: false, schema: {type: array, items: {type: integer}, maxItems: 2}}
      - {name: X-On, in: header, schema: {type: boolean}}
      - {name: tint, in: cookie, schema: {type: string, maxLength: 2}}
";
    for (version, parameters) in
        [("swagger: '2.0'", swagger), ("openapi: 3.0.3", open_api), ("openapi: 3.1.0", open_api)]
    {
        let gateway = load(&document(version, parameters));
        for (path, header, expected) in [
            ("/a/1", "true", None),
            ("/a/1?n=9.5&kind=a+b&list=1|2&other=1", "false", None),
            ("/a/0", "true", Some("at /path/id: value is less than the minimum of 1")),
            ("/a/0x1", "true", Some("at /path/id: value is not of type \"integer\"")),
            ("/a/1?n=10", "true", Some("at /query/n: value is greater than the maximum of 9.5")),
            ("/a/1?n=1&n=2", "true", Some("at /query/n: value is not of type \"number\"")),
            ("/a/1?kind=d", "true", Some("at /query/kind")),
            ("/a/1?list=1|2|3", "true", Some("at /query/list: value has more than 2 items")),
            ("/a/1?list=1|x", "true", Some("at /query/list/1: value is not of type \"integer\"")),
            ("/a/1", "yes", Some("at /header/X-On: value is not of type \"boolean\"")),
        ] {
            let answer = gateway.ask(Ask::get(path).header("x-on", header)).await;
            let said = answer.fault.as_ref().map(|fault| fault.message.clone());
            match expected {
                None => assert_eq!(said, None, "{version} {path}"),
                Some(words) => {
                    let said = said.unwrap_or_default();
                    let rest = said.strip_prefix("the request does not fit its operation: ").unwrap_or_default();
                    assert!(rest.starts_with(words), "{version} {path}: {said}");
                    assert_eq!(answer.status, 422);
                }
            }
        }
        let cookie = gateway.ask(Ask::get("/a/1").header("cookie", "a=b; tint=red")).await;
        assert_eq!(cookie.status, if version.starts_with("swagger") { 200 } else { 422 }, "{version}");
    }
}

#[tokio::test]
async fn schemas_may_stand_in_other_files() {
    let steps = "      - validate: {definition: request}\n      - validate: {json-schema: './extra.json#/$defs/one'}\n";
    let text = swagger(steps).replace("{type: integer, maximum: 9}", "{$ref: 'types.yaml#/small'}");
    let types = "small: {$ref: '#/number'}\nnumber: {type: integer, maximum: 3}\n";
    let extra = r#"{"$schema": "http://json-schema.org/draft-07/schema#", "$id": "https://a.example/extra.json",
        "$defs": {"one": {"if": {"required": ["gift"]}, "then": {"$ref": "other.json"}}}}"#;
    let other = r#"{"$schema": "http://json-schema.org/draft-07/schema#", "properties": {"gift": {"const": "wine"}}}"#;
    let others = [("types.yaml", types), ("extra.json", extra), ("other.json", other)];
    let gateway = Setup::default().load_beside(&[("api.yaml", &text)], &others).serve_cleanly();
    for (body, fits) in [
        (r#"{"id": 3}"#, true),
        (r#"{"id": 4}"#, false),
        (r#"{"id": 3, "gift": "wine"}"#, true),
        (r#"{"id": 3, "gift": "soap"}"#, false),
    ] {
        assert_eq!(refusal(&gateway, body).await.is_none(), fits, "{body}");
    }
}

#[test]
fn mistakes_are_found_at_load() {
    let findings = |text: String| Setup::default().load(&text).findings();
    for (step, words) in [
        ("{title: x}", "warning G0305 nothing says what the body is held against: `definition` is missing"),
        (
            "{validate-against: url}",
            "warning G0305 nothing says what the body is held against: `json-schema` is missing",
        ),
        ("{validate-against: definition}", "warning G0305"),
        ("{definition: Ordre}", "error G0105 the document has no schema `Ordre`; did you mean `Order`?"),
        ("{definition: '#/definitions/Ordre'}", "did you mean `Order`?"),
        ("{definition: $(message.body)}", "warning G0401"),
        (
            "{validate-against: url, json-schema: 'https://a.example/x.json'}",
            "error G0308 schemas are read from files, and nothing is fetched while loading",
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
    assert!(found.len() == 1 && found[0].contains("there is no file `other.yaml`"), "{found:?}");
    let nowhere = swagger(step).replace("{type: integer, maximum: 9}", "{$ref: '#/definitions/A'}");
    assert!(findings(nowhere)[0].contains("`#/definitions/A` points nowhere"));
    let nothing = open_api("3.0.3", "    - validate: {definition: response}\n")
        .replace("content: {application/json", "x: {application/json");
    let found = findings(nothing);
    assert!(found.iter().any(|one| one.contains("so this step checks nothing")), "{found:?}");
}
