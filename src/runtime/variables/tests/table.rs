//! Every row of the table of variables, read by a compiled assembly, in both generations.

use serde_json::{Value as Json, json};

use super::cases::Expected::{ANumber, AText, AnObject, Is};
use super::cases::cases;
use crate::base::Generation;
use crate::runtime::variables::table::{Known, VARIABLES};
use crate::test_support::{Ask, Setup, client_certificate};

const BOTH: [Generation; 2] = [Generation::V10, Generation::V5];

/// Steps before the reading, and the reading in a handler, so that there is a fault.
fn document(generation: Generation, references: &[&str]) -> String {
    let (gateway, version, throw) = match generation {
        Generation::V10 => ("datapower-api-gateway", "2.0.0", "2.1.0"),
        Generation::V5 => ("datapower-gateway", "1.0.0", "1.0.0"),
    };
    let read: String = references
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let name = name.replace('"', "\\\"");
            format!(
                "            - {{set: out.alone{index}, value: \"$({name})\"}}\n            \
                 - {{set: out.text{index}, value: \"[$({name})]\"}}\n"
            )
        })
        .collect();
    format!(
        "swagger: '2.0'
info: {{title: Orders of all kinds, x-ibm-name: orders, version: 1.2.0}}
basePath: /v1
paths:
  /orders/{{id}}/{{+rest}}:
    post:
      operationId: placeOrder
      parameters:
        - {{name: id, in: path, type: integer, required: true}}
        - {{name: rest, in: path, type: string, required: true}}
        - {{name: q, in: query, type: array, collectionFormat: multi, items: {{type: string}}}}
        - {{name: n, in: query, type: number}}
        - {{name: X-Count, in: header, type: integer}}
      responses: {{}}
x-ibm-configuration:
  gateway: {gateway}
  type: rest
  compatibility: {{enforce-required-params: true, security: {{return-v5-responses: false}}}}
  properties: {{limit: {{value: 7}}, hosts: {{value: [a, b]}}}}
  catalogs: {{Sandbox: {{properties: {{limit: 8}}}}}}
  assembly:
    execute:
      - set-variable:
          version: {version}
          actions:
          - {{set: message.status.code, value: 202}}
          - {{set: message.attributes.note, value: noted}}
          - {{set: api.security.bearer_token, value: t}}
          - {{set: api.security.bearer_validation_response.active, value: true}}
      - throw: {{version: {throw}, title: give up, name: NotToday, message: come back later}}
    catch:
      - default:
        - set-variable:
            version: {version}
            actions:
{read}        - set-variable:
            version: {version}
            actions: [{{set: message.body, value: $(out)}}]
",
    )
}

/// Reads the references in one request; alone and inside of text.
async fn read(setup: &Setup, generation: Generation, references: &[&str], ask: Ask) -> Vec<(Json, String)> {
    let gateway = setup.load(&document(generation, references)).serve();
    let answer = gateway.ask(ask).await;
    assert_eq!(answer.fault_name(), None, "{answer}");
    let out = answer.json();
    let text = |index: usize| out[format!("text{index}")].as_str().unwrap().to_owned();
    (0..references.len()).map(|index| (out[format!("alone{index}")].clone(), text(index))).collect()
}

fn setup() -> Setup {
    Setup::default().settings(|settings| {
        settings.catalog = Some("Sandbox".to_owned());
        settings.organization.id = Some("o-1".to_owned());
        settings.organization.name = Some("acme".to_owned());
    })
}

fn ask() -> Ask {
    Ask::post("/v1/orders/7/a%20b/c?q=x%20y&q=z&n=1.50&other=o", r#"{"a": [1, {"b": "c"}]}"#)
        .header("content-type", "application/vnd.orders+json; charset=utf-8")
        .header("authorization", "Bearer abc.def")
        .header("X-Twice", "1")
        .header("x-twice", "2")
        .header("x-count", "12")
        .header("sec-websocket-key", "k")
        .certificate(client_certificate())
}

#[test]
fn every_row_has_a_case() {
    let cases = cases();
    for row in &VARIABLES {
        assert!(cases.iter().any(|(name, ..)| *name == row.name()), "{} is not tested", row.name());
    }
    for (name, ..) in &cases {
        assert!(VARIABLES.iter().any(|row| row.name() == *name), "{name} is not in the table");
    }
}

#[tokio::test]
async fn every_variable_holds_what_the_table_says() {
    let cases = cases();
    let references: Vec<&str> = cases.iter().map(|(_, reference, ..)| *reference).collect();
    for generation in BOTH {
        let found = read(&setup(), generation, &references, ask()).await;
        for ((_, reference, v10, v5), (alone, text)) in cases.iter().zip(found) {
            let expected = if generation == Generation::V10 { v10 } else { v5 };
            match expected {
                Is(value) => assert_eq!(alone, *value, "{reference} in {generation:?}"),
                ANumber => assert!(alone.is_number(), "{reference}: {alone}"),
                AText => assert!(alone.as_str().is_some_and(|text| !text.is_empty()), "{reference}: {alone}"),
                AnObject => assert!(alone.as_object().is_some_and(|map| !map.is_empty()), "{reference}: {alone}"),
            }
            // Inside a text, nothing is empty text and a map is JSON; the clock may have moved on.
            match (&alone, expected) {
                (Json::Null, _) => assert_eq!(text, "[]", "{reference}"),
                (Json::String(alone), Is(_)) => assert_eq!(text, format!("[{alone}]"), "{reference}"),
                (alone, Is(_) | AnObject)
                    if !reference.starts_with("system")
                        && !reference.starts_with("session")
                        && *reference != "request" =>
                {
                    assert_eq!(text, format!("[{alone}]"), "{reference}");
                }
                _ => {}
            }
        }
    }
}

#[tokio::test]
async fn what_is_missing_is_null_alone_and_empty_in_a_text() {
    // Those that the document or the request around the test always sets are missing nowhere here.
    let set = [
        "message.attributes",
        "message.status",
        "message.body",
        "api.operation.id",
        "api.endpoint",
        "api.security",
        "error.",
    ];
    for generation in BOTH {
        let rows: Vec<_> = VARIABLES
            .iter()
            .filter(|row| !row.missing.is_empty() && !set.iter().any(|start| row.name().starts_with(start)))
            .filter(|row| !matches!(row.name(), "api.state" | "error" | "api.compatibility"))
            .filter(|row| !row.name().ends_with("return-v5-responses"))
            .collect();
        let names: Vec<String> = rows.iter().map(|row| row.name().replace("NAME", "never-there")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let found = read(&Setup::default(), generation, &names, Ask::new("POST", "/v1/orders/7/a")).await;
        for (row, (alone, text)) in rows.iter().zip(found) {
            // Objects of these are objects of empty texts there.
            if generation == Generation::V5 && matches!(row.name(), "client" | "client.app" | "client.org" | "plan") {
                continue;
            }
            let empty_text = generation == Generation::V5
                && row.known != Known::V10
                && (row.name().starts_with("client.") || row.name().starts_with("plan."));
            let expected = if empty_text { json!("") } else { Json::Null };
            assert_eq!((alone, text.as_str()), (expected, "[]"), "{} in {generation:?}", row.name());
        }
    }
    let bare = "execute:\n- set-variable: {actions: [\
        {set: out.code, value: $(message.status.code)}, {set: out.reason, value: $(message.status.reason)},\
        {set: out.body, value: $(message.body)}, {set: out.error, value: $(error.name)}, {set: out.api, value: $(api.security)},\
        {set: out.operation, value: $(api.operation.id)}, {set: out.notes, value: $(message.attributes.x)},\
        {set: message.body, value: $(out)}]}";
    let answer = crate::test_support::assembly(bare).serve_cleanly().get().await;
    let none = json!({"code": null, "reason": null, "body": null, "error": null, "api": null, "operation": null, "notes": null});
    assert_eq!(answer.json(), none);
}

#[tokio::test]
async fn headers_of_an_output_compare_without_case() {
    let assembly = "execute:\n- parse: {output: order}\n- set-variable: {actions: [\
        {set: message.headers.x-seen, value: \"$(order.headers.CONTENT-type) $(order.headers['Content-Type'])\"}]}";
    let ask = Ask::post("/example/7", "{}").header("content-type", "a/b");
    let answer = crate::test_support::assembly(assembly).serve_cleanly().ask(ask).await;
    assert_eq!(answer.header("x-seen"), Some("a/b a/b"));
}

#[tokio::test]
async fn a_preflight_is_told_from_other_requests() {
    let assembly = "execute:\n- set-variable: {actions: [\
        {set: message.body, value: $(request.attributes.isCORSPreflight)}]}";
    let gateway = crate::test_support::assembly(assembly).serve_cleanly();
    let ask = || Ask::new("OPTIONS", "/example/7").header("origin", "https://a.test");
    assert_eq!(gateway.ask(ask()).await.text(), "false");
    assert_eq!(gateway.ask(ask().header("access-control-request-method", "PUT")).await.text(), "true");
}

#[tokio::test]
async fn conditions_read_what_texts_read() {
    for condition in [
        "request.parameters.id.values[0] = '7' and request.parameters.id.locations[0] = 'path'",
        "request.parameters.id = '7'",
        "request.authorization = 'Bearer t' and request.authorization.scheme = 'Bearer'",
        "$contains(request.authorization.token, 't') and $count(request.parameters.q.values) = 2",
        "api.endpoint.hostname = 'gateway.test' and api.document.info.title = 'example'",
        "message.statuscode = 201 and $statusCode() = 201 and message.attributes.x.y = 1",
        "client.app.id = 'me' and api.name = 'other' and api.operation.path = '/o' and $operationPath() = '/o'",
        "request.attributes.isCORSPreflight = false and $not(request.websocket)",
        "system.date.year > 2000 and system.date.month in [1..12]",
    ] {
        let assembly = format!(
            "execute:\n- set-variable: {{actions: [\
             {{set: message.statuscode, value: 201}}, {{set: message.attributes.x.y, value: 1}}, \
             {{set: client.app.id, value: me}}, {{set: api.name, value: other}}, \
             {{set: api.operation.path, value: /o}}]}}\n\
             - switch: {{case: [{{condition: \"{condition}\", execute: [set-variable: {{actions: [{{set: message.body, value: held}}]}}]}}]}}"
        );
        let ask = Ask::get("/example/7?q=1&q=2").header("authorization", "Bearer t");
        let answer = crate::test_support::assembly(&assembly).serve().ask(ask).await;
        assert_eq!((answer.status, answer.text()), (201, "held"), "{condition}");
    }
}
