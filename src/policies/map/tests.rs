//! Every shape of an action that real documents have, every option, JSON and XML.

use serde_json::json;

use crate::test_support::{Answer, Ask, Loaded, Setup, document, ibm_document};

mod refused;
mod types;
mod xml;

/// A map with one input and one output, both bodies.
fn body_map(output: &str, actions: &str, options: &str) -> Loaded {
    let text = format!(
        "execute:\n- map:\n    inputs:\n      in: {{schema: {{type: object}}, variable: message.body}}\n    outputs:\n      \
         out: {{schema: {output}, variable: message.body}}\n    actions: {actions}\n    options: {options}\n"
    );
    Setup::default().load(&document(&text))
}

async fn mapped(actions: &str, options: &str, body: &str) -> Answer {
    body_map("{type: object}", actions, options).serve_cleanly().post(body).await
}

#[tokio::test]
async fn values_are_copied_computed_and_defaulted() {
    let body = r#"{"a": "x", "b": {"c": [1, {"d": true}]}, "n": 2, "none": null, "l": [{"v": 1}, {"v": 2}]}"#;
    for (actions, expected) in [
        ("[{set: out.p, from: in.a}]", json!({"p": "x"})),
        ("[{set: out.p.q.r, from: in.b.c.1.d}]", json!({"p": {"q": {"r": true}}})),
        ("[{set: out, from: in.b}]", json!({"c": [1, {"d": true}]})),
        ("[{set: out.p, from: [in.gone, in.a]}]", json!({"p": "x"})),
        ("[{set: out.p, from: [in.a, in.n], value: $(in.a) + $(in.n)}]", json!({"p": "x2"})),
        ("[{set: out.p, value: $(in.a)}]", json!({"p": "x"})),
        ("[{set: out.p, value: $(in.n) * 2 + 0.5}]", json!({"p": 4.5})),
        ("[{set: out.p, value: \"var twice = $(in.n) * 2; twice + 1\"}]", json!({"p": 5})),
        ("[{set: out.p, value: \"if ($(in.n) > 1) { return 'many' } return 'one'\"}]", json!({"p": "many"})),
        (
            "[{set: out.p, value: text/xml}, {set: out.q, value: 7}, {set: out.r, value: \"'a b'\"}]",
            json!({"p": "text/xml", "q": 7, "r": "a b"}),
        ),
        ("[{set: out.p, default: Not Found}, {set: out.q, default: true}]", json!({"p": "Not Found", "q": true})),
        (
            "[{set: out.p, from: in.gone, default: none}, {set: out.q, from: in.a, default: none}]",
            json!({"p": "none", "q": "x"}),
        ),
        ("[{set: out.p, from: in.gone, value: $(in.gone) + '!', default: '$(request.verb)'}]", json!({"p": "POST"})),
        ("[{set: out.p, from: in.none, default: d}, {set: out.q, from: in.none}]", json!({"p": "d"})),
        ("[{set: out.p, from: in.l.v}]", json!({"p": [1, 2]})),
        ("[{set: out.p, from: 'in.l[1].v'}]", json!({"p": 2})),
        ("[{set: out.p, value: $(in.l).length}]", json!({"p": 2})),
        ("[{set: out.p, value: $(request.verb) + '-' + $(request.parameters.id)}]", json!({"p": "POST-7"})),
        ("[{set: out.p}]", json!({})),
        ("[]", json!({})),
    ] {
        let answer = mapped(actions, "{}", body).await;
        assert_eq!(answer.json(), expected, "{actions}");
    }
}

const ROWS: &str =
    r#"{"rows": [{"id": 1, "tags": [{"t": "a"}, {"t": "b"}]}, {"id": 2, "tags": []}], "who": "me", "scalars": [3, 4]}"#;
const LISTS: &str = "{type: object, properties: {who: {type: string}, items: {type: array, items: {type: object, properties: \
    {id: {type: integer}, by: {type: string}, tags: {type: array, items: {type: string}}, labels: {type: array, items: \
    {type: object, properties: {text: {type: string}, of: {type: integer}}}}}}}, numbers: {type: array, items: {type: number}}}}";

#[tokio::test]
async fn lists_are_made_item_by_item() {
    for (actions, expected) in [
        (
            "[{create: out.items, foreach: in.rows, from: in.rows, actions: [{set: id, from: id}, {set: by, from: in.who}]}]",
            json!({"items": [{"id": 1, "by": "me"}, {"id": 2, "by": "me"}]}),
        ),
        (
            "[{create: out.items, foreach: in.rows, actions: [{set: out.items.id, from: in.rows.id}]}]",
            json!({"items": [{"id": 1}, {"id": 2}]}),
        ),
        (
            "[{create: out.items, foreach: in.rows, actions: [{set: $item.id, from: $item.id, value: $(id) * 10}]}]",
            json!({"items": [{"id": 10}, {"id": 20}]}),
        ),
        (
            "[{create: out.items, foreach: in.rows, actions: [{set: id, from: id}, {create: labels, foreach: in.rows.tags, \
             actions: [{set: text, from: t}, {set: of, from: in.rows.id}]}]}]",
            json!({"items": [
                {"id": 1, "labels": [{"text": "a", "of": 1}, {"text": "b", "of": 1}]}, {"id": 2, "labels": []}]}),
        ),
        (
            "[{create: out.items, foreach: in.rows, actions: [{set: tags, from: tags.t}]}, {set: out.who, from: in.who}]",
            json!({"items": [{"tags": ["a", "b"]}], "who": "me"}),
        ),
        (
            "[{create: out.numbers, foreach: in.scalars, actions: [{set: $item, from: $item}]}]",
            json!({"numbers": [3, 4]}),
        ),
        ("[{create: out.items, foreach: in.gone, actions: [{set: id, from: id}]}]", json!({"items": []})),
        ("[{create: out.items, foreach: in.who, actions: [{set: by, from: $item}]}]", json!({"items": [{"by": "me"}]})),
        (
            "[{set: out.items.by, from: in.who}, {set: out.numbers, value: 1}]",
            json!({"items": [{"by": "me"}], "numbers": [1]}),
        ),
    ] {
        let answer = body_map(LISTS, actions, "{}").serve_cleanly().post(ROWS).await;
        assert_eq!(answer.json(), expected, "{actions}");
    }
}

#[tokio::test]
async fn a_list_may_be_the_whole_output() {
    let actions = "[{create: out, foreach: in.rows, actions: [{set: id, from: id}]}]";
    let loaded = body_map("{type: array, items: {type: object, properties: {id: {type: integer}}}}", actions, "{}");
    assert_eq!(loaded.serve_cleanly().post(ROWS).await.json(), json!([{"id": 1}, {"id": 2}]));
}

#[tokio::test]
async fn options_change_what_is_missing_empty_and_null() {
    let nested = "[{create: out.items, foreach: in.rows, actions: [{set: id, from: id}, {create: labels, foreach: tags, \
        actions: [{set: text, from: t}]}]}, {create: out.numbers, foreach: in.gone, actions: []}]";
    let full = json!([{"text": "a"}, {"text": "b"}]);
    for (options, expected) in [
        (
            "{mapCreateEmptyArray: all}",
            json!({"items": [{"id": 1, "labels": full}, {"id": 2, "labels": []}], "numbers": []}),
        ),
        ("{mapCreateEmptyArray: parent}", json!({"items": [{"id": 1, "labels": full}, {"id": 2}], "numbers": []})),
        ("{mapCreateEmptyArray: none}", json!({"items": [{"id": 1, "labels": full}, {"id": 2}]})),
    ] {
        let answer = body_map(LISTS, nested, options).serve_cleanly().post(ROWS).await;
        assert_eq!(answer.json(), expected, "{options}");
    }
    let body = r#"{"none": null, "l": [{"v": 1}, {"v": 2}], "n": "5", "b": "true"}"#;
    for (actions, options, expected) in [
        ("[{set: out.p, from: in.none}]", "{mapNullValue: true}", json!({"p": null})),
        ("[{set: out.p, from: in.l.v}]", "{mapArrayFirstElementValue: true}", json!({"p": 1})),
        ("[{set: out.p.q, from: in.gone}]", "{mapEmulateV4EmptyJSONObject: true}", json!({"p": {}})),
        (
            "[{set: out.p, default: $(request.verb)}]",
            "{mapResolveApicVariables: false}",
            json!({"p": "$(request.verb)"}),
        ),
        (
            "[{set: out.p, from: in.n}]",
            "{mapReferenceLimit: 1, mapOptimizeSchemaDefinition: true, messagesInputData: warn, \
             mapEnablePostProcessingJSON: false, mapEmulateV4DefaultRequiredProps: false, mapEmulateV4EmptyJSONObject: false}",
            json!({"p": "5"}),
        ),
    ] {
        assert_eq!(mapped(actions, options, body).await.json(), expected, "{options}");
    }
    let typed = "{type: object, required: [p, d], properties: {p: {type: number}, f: {type: boolean}, d: {type: string, default: x}}}";
    let actions = "[{set: out.p, from: in.n}, {set: out.f, from: in.b}]";
    let plain = body_map(typed, actions, "{}").serve_cleanly().post(body).await;
    assert_eq!(plain.json(), json!({"p": "5", "f": "true"}));
    let options = "{mapEnablePostProcessingJSON: true, mapEmulateV4DefaultRequiredProps: true}";
    let finished = body_map(typed, actions, options).serve_cleanly().post(body).await;
    assert_eq!(finished.json(), json!({"p": 5, "f": true, "d": "x"}));
}

#[tokio::test]
async fn outputs_may_be_headers_statuses_and_variables() {
    let text = document(
        "execute:\n- map:\n    inputs:\n      in: {schema: {type: object}, variable: message.body}\n      \
         verb: {schema: {type: string}, variable: request.verb}\n    outputs:\n      \
         type: {schema: {type: string}, variable: message.headers.Content-Type}\n      \
         code: {schema: {type: integer}, variable: message.status.code}\n      \
         own: {schema: {type: object}, variable: own}\n      body: {schema: {type: object}}\n    actions:\n    \
         - {set: type, default: application/vnd.x+json}\n    - {set: code, value: 201}\n    - {set: own.verb, from: verb}\n    \
         - {set: body.a, from: in.a}\n- set-variable: {actions: [{set: message.headers.x-verb, value: $(own.verb)}]}\n",
    );
    let answer = Setup::default().load(&text).serve_cleanly().post(r#"{"a": 1}"#).await;
    assert_eq!((answer.status, answer.json()), (201, json!({"a": 1})));
    assert_eq!(answer.header("content-type"), Some("application/vnd.x+json"));
    assert_eq!(answer.header("x-verb"), Some("POST"));
}

#[tokio::test]
async fn the_media_type_is_that_of_the_output() {
    for (output, expected) in [("{type: object}", Some("application/json")), ("{type: string}", None)] {
        let answer = body_map(output, "[{set: out, value: 1}]", "{}").serve_cleanly().post("{}").await;
        assert_eq!(answer.header("content-type"), expected, "{output}");
    }
}

#[tokio::test]
async fn inputs_are_held_against_parse_settings() {
    let text = |variable: &str, content: &str| {
        document(&format!(
            "execute:\n- map:\n    version: 2.1.0\n    parse-settings-reference: {{parse-settings: {{max_nesting_depth: 2, \
             max_value_length: 3, max_doc_size: 60}}}}\n    inputs: {{in: {{variable: {variable}, content: {content}}}}}\n    \
             outputs: {{out: {{schema: {{type: object}}}}}}\n    actions: [{{set: out.a, from: in.a}}]\n"
        ))
    };
    let json = Setup::default().load(&text("message.body", "application/json")).serve_cleanly();
    assert_eq!(json.post(r#"{"a": "abc"}"#).await.json(), json!({"a": "abc"}));
    let xml = Setup::default().load(&text("message.body", "application/xml")).serve_cleanly();
    assert_eq!(xml.post("<a>abc</a>").await.json(), json!({"a": "abc"}));
    for (gateway, body, words) in [
        (&json, r#"{"a": "abcd"}"#.to_owned(), "a string is too long"),
        (&json, r#"{"a": [[1]]}"#.to_owned(), "too many levels"),
        (&json, format!("[{}]", " ".repeat(60)), "the body has 62 bytes, more than 60"),
        (&xml, "<a>abcd</a>".to_owned(), "a text is too long"),
        (&xml, "<a><b><c/></b></a>".to_owned(), "too many elements inside each other"),
    ] {
        let answer = gateway.post(&body).await;
        assert_eq!(answer.fault_name(), Some("TransformError"), "{body}");
        assert!(answer.text().contains(words), "{body}: {answer}");
    }
}

#[tokio::test]
async fn definitions_of_the_document_and_options_in_properties_hold_in_v5() {
    let head = "swagger: '2.0'\ninfo: {title: example, version: 1.0.0}\npaths: {'/example/{id}': {}}\n\
        definitions:\n  out:\n    type: object\n    properties:\n      name: {type: string}\n      kids: {type: array, items: {$ref: '#/definitions/out'}}\n";
    let extension = "x-ibm-configuration:\n  gateway: datapower-gateway\n  properties:\n    \
        x-ibm-gateway-map-array-first-element-value: {value: 'true'}\n  assembly:\n    execute:\n    - map:\n        version: 1.0.0\n        \
        title: map\n        inputs:\n          input:\n            schema: {type: object}\n            variable: request.body\n        \
        outputs:\n          output:\n            schema: {$ref: '#/definitions/out'}\n            variable: message.body\n        \
        actions:\n        - {set: output.name, from: input.l.v}\n        - {set: output.kids.name, value: '$(input.l.0.v) + 1'}\n";
    let gateway = Setup::default().load(&format!("{head}{extension}")).serve_cleanly();
    let answer = gateway.post(r#"{"l": [{"v": 1}, {"v": 2}]}"#).await;
    assert_eq!(answer.json(), json!({"name": 1, "kids": [{"name": 2}]}));
}

#[tokio::test]
async fn a_script_that_fails_is_a_javascript_error() {
    let answer = mapped("[{set: out.p, value: $(in.a).b.c}]", "{}", r#"{"a": 1}"#).await;
    assert_eq!((answer.status, answer.fault_name()), (500, Some("JavaScriptError")));
    let cause = answer.fault.and_then(|fault| fault.cause.clone()).unwrap_or_default();
    assert!(cause.contains("/actions/0/value"), "{cause}");
}

#[tokio::test]
async fn data_never_becomes_source_and_scripts_do_not_see_each_other() {
    let actions = "[{set: out.p, value: \"'<$(in.a)>'\"}, {set: out.q, value: \"var p = $(in.a); p\"}, {set: out.r, value: typeof p}]";
    let answer = mapped(actions, "{}", r#"{"a": "'+(1+1)+'"}"#).await;
    assert_eq!(answer.json(), json!({"p": "<'+(1+1)+'>", "q": "'+(1+1)+'", "r": "typeof p"}));
}

#[tokio::test]
async fn large_inputs_and_many_scripts_are_mapped() {
    let rows: Vec<String> = (0..5000).map(|at| format!("{{\"id\": {at}}}")).collect();
    let body = format!("{{\"rows\": [{}]}}", rows.join(","));
    let actions = "[{create: out.items, foreach: in.rows, actions: [{set: id, value: $(id) + 1}]}]";
    let answer = body_map(LISTS, actions, "{}").serve_cleanly().post(&body).await.json();
    assert_eq!((answer["items"][0]["id"].as_i64(), answer["items"][4999]["id"].as_i64()), (Some(1), Some(5000)));
}

#[tokio::test]
async fn an_input_that_is_not_there_sets_nothing() {
    let text = ibm_document(
        "datapower-api-gateway",
        "execute:\n- map:\n    version: 2.0.0\n    inputs:\n      q: {schema: {type: string}, variable: request.parameters.q}\n    \
         outputs:\n      out: {schema: {type: object}, variable: message.body}\n    actions:\n    - {set: out.q, from: q}\n    \
         - {set: out.id, default: none, from: q}\n",
    );
    let gateway = Setup::default().load(&text).serve();
    assert_eq!(gateway.get().await.json(), json!({"id": "none"}));
    assert_eq!(gateway.ask(Ask::get("/example/7?q=1")).await.json(), json!({"q": "1", "id": "1"}));
}

#[tokio::test]
async fn numbers_that_are_copied_keep_their_texts() {
    let body = r#"{"price":10.00,"far":1e400,"all":[{"n":123456789012345678901234567890},{"n":1E2}]}"#;
    for (actions, expected) in [
        ("[{set: out, from: in}]", body),
        ("[{set: out.p, from: in.price}, {set: out.q.r, from: in.far}]", r#"{"p":10.00,"q":{"r":1e400}}"#),
        ("[{set: out.n, from: in.all.n}]", r#"{"n":[123456789012345678901234567890,1E2]}"#),
        ("[{set: out.p, from: in.price, value: $(in.price) + 1}]", r#"{"p":11}"#),
    ] {
        assert_eq!(mapped(actions, "{}", body).await.text(), expected, "{actions}");
    }
}
