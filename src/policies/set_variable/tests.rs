//! Every target, every kind of value, both generations.

use serde_json::json;

use crate::test_support::{Answer, Ask, Loaded, Setup, assembly, document, ibm_document};

mod refused;

fn actions(list: &str) -> Loaded {
    actions_of("2.0.0", list)
}

fn actions_of(version: &str, list: &str) -> Loaded {
    let list: String = list.trim().lines().map(|line| format!("        {}\n", line.trim())).collect();
    assembly(&format!("execute:\n  - set-variable:\n      version: {version}\n      actions:\n{list}"))
}

async fn post(loaded: Loaded, body: &str) -> Answer {
    loaded.serve_cleanly().post(body).await
}

#[tokio::test]
async fn status_reason_headers_and_body_are_set() {
    let loaded = actions(
        "- {set: message.status.code, value: 202}
         - {set: message.headers.X-One, value: a}
         - {add: message.headers.x-one, value: b}
         - {set: \"message.headers['X-Odd.Name']\", value: c}
         - {set: message.body, value: plain}",
    );
    let answer = post(loaded, "ignored").await;
    assert_eq!(answer.short(), (202, "plain"));
    assert_eq!(answer.headers.get_all("x-one").iter().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(answer.header("x-odd.name"), Some("c"));
}

#[tokio::test]
async fn a_status_may_be_text_and_its_reason_reaches_variables() {
    let loaded = actions(
        "- {set: message.status.code, value: '418'}
         - {set: message.status.reason, value: short}
         - {set: message.body, value: $(message.status.code)/$(message.status.reason)}",
    );
    assert_eq!(post(loaded, "").await.short(), (418, "418/short"));
}

#[tokio::test]
async fn headers_of_the_client_do_not_come_back_and_those_set_do() {
    let loaded = actions("- {set: message.headers.x-mine, value: $(request.headers.X-Client)}");
    let gateway = loaded.serve_cleanly();
    let answer = gateway.ask(Ask::get("/example/7").header("x-client", "1").header("cookie", "secret")).await;
    assert_eq!((answer.header("x-mine"), answer.header("x-client"), answer.header("cookie")), (Some("1"), None, None));
}

#[tokio::test]
async fn members_of_a_body_are_set_added_and_cleared_without_a_parse() {
    let loaded = actions(
        "- {set: message.body.a.b, value: 1}
         - {set: message.body.list.0, value: first}
         - {add: message.body.list, value: last}
         - {add: message.body.fresh, value: only}
         - {add: message.body.one, value: 2}
         - {clear: message.body.gone}
         - {clear: message.body.list.1}
         - {clear: message.body.never.was}",
    );
    let answer = post(loaded, r#"{"list": ["x", "y"], "one": 1, "gone": true, "kept": null}"#).await;
    let expected = json!({"list": ["first", "last"], "one": [1, 2], "kept": null, "a": {"b": 1}, "fresh": ["only"]});
    assert_eq!(answer.json(), expected);
}

#[tokio::test]
async fn adding_to_a_whole_body_makes_a_list_of_it() {
    let answer = post(actions("- {add: message.body, value: 3}"), "[1, 2]").await;
    assert_eq!(answer.json(), json!([1, 2, 3]));
    let answer = post(actions("- {add: message.body, value: more}"), r#"{"a": 1}"#).await;
    assert_eq!(answer.json(), json!([{"a": 1}, "more"]));
}

#[tokio::test]
async fn a_body_that_is_cleared_is_empty_and_so_is_a_header() {
    let loaded = actions(
        "- {set: message.headers.x-a, value: a}
         - {clear: message.headers.x-a}
         - {clear: message.body}",
    );
    let answer = post(loaded, "text").await;
    assert_eq!((answer.short(), answer.header("x-a")), ((200, ""), None));
}

#[tokio::test]
async fn a_body_that_nothing_reads_goes_through_byte_for_byte() {
    let body = "{ \"b\" : 1.0,\n\"a\":1e3 }";
    assert_eq!(post(actions("- {set: message.headers.x-a, value: a}"), body).await.text(), body);
    let copied = actions("- {set: message.body, value: \"<$(message.body)>\"}");
    assert_eq!(post(copied, body).await.text(), format!("<{body}>"));
}

#[tokio::test]
async fn one_reference_keeps_its_type_and_text_around_it_makes_text() {
    let loaded = actions(
        "- {set: kept, value: $(message.body.n)}
         - {set: mixed, value: \"n=$(message.body.n) o=$(message.body.o) t=$(message.body.t) none=$(message.body.no)\"}
         - {set: flag, value: $(message.body.t)}
         - {set: message.body, value: '{}'}
         - {set: message.body.n, value: $(kept)}
         - {set: message.body.flag, value: $(flag)}
         - {set: message.body.mixed, value: $(mixed)}",
    );
    let answer = post(loaded, r#"{"n": 7, "o": {"x": [1]}, "t": true}"#).await;
    assert_eq!(answer.json(), json!({"n": 7, "flag": true, "mixed": "n=7 o={\"x\":[1]} t=true none="}));
}

#[tokio::test]
async fn values_are_numbers_booleans_maps_and_lists_as_written() {
    let loaded = actions(
        "- {set: message.body, value: '{}'}
         - {set: message.body.n, value: 1.50}
         - {set: message.body.b, value: false}
         - {set: message.body.m, value: {k: [1, two]}}
         - {set: message.body.q, value: '007'}
         - {set: message.body.p, value: 007}",
    );
    let answer = post(loaded, "").await;
    assert_eq!(answer.json(), json!({"n": 1.5, "b": false, "m": {"k": [1, "two"]}, "q": "007", "p": "007"}));
}

#[tokio::test]
async fn type_converts_numbers_and_booleans_written_as_text() {
    let loaded = actions(
        "- {set: n, value: $(request.parameters.id), type: number}
         - {set: b, value: $(request.headers.x-flag), type: boolean}
         - {set: s, value: 5, type: string}
         - {set: message.body, value: '{}'}
         - {set: message.body.n, value: $(n)}
         - {set: message.body.b, value: $(b)}
         - {set: message.body.s, value: $(s)}",
    );
    let answer = loaded.serve_cleanly().ask(Ask::get("/example/7").header("x-flag", "true")).await;
    assert_eq!(answer.json(), json!({"n": 7, "b": true, "s": "5"}));
}

#[tokio::test]
async fn a_value_that_is_not_of_its_type_is_a_property_error() {
    for kind in ["number", "boolean"] {
        let loaded = actions(&format!("- {{set: n, value: $(request.headers.host), type: {kind}}}"));
        let answer = loaded.serve_cleanly().get().await;
        assert_eq!((answer.status, answer.fault_name()), (500, Some("PropertyError")), "{kind}");
    }
}

#[tokio::test]
async fn a_status_that_becomes_none_is_a_property_error_without_the_whole_value() {
    let loaded = actions("- {set: message.status.code, value: $(message.body)}");
    let answer = post(loaded, &format!("\"{}\"", "x".repeat(500))).await;
    assert_eq!(answer.fault_name(), Some("PropertyError"));
    assert!(answer.text().len() < 200, "{answer}");
}

#[tokio::test]
async fn line_breaks_and_odd_names_never_become_headers() {
    for (action, body, message) in [
        (
            "{set: message.headers.x-a, value: $(message.body)}",
            "a\r\nset-cookie: b",
            "the value for the header `x-a` holds characters that a header cannot carry",
        ),
        ("{add: 'message.headers.$(message.body)', value: a}", "a b", "`a b` is not a valid header name"),
    ] {
        let answer = post(actions(&format!("- {action}")), body).await;
        assert_eq!(answer.fault_name(), Some("PropertyError"), "{action} {answer}");
        assert_eq!(answer.json()["moreInformation"], message);
    }
}

#[tokio::test]
async fn a_computed_name_sets_what_a_fixed_name_reads() {
    let loaded = actions(
        "- {set: 'message.headers.x-$(request.parameters.id)', value: a}
         - {set: '$(request.headers.x-name)', value: from afar}
         - {set: message.body, value: $(known)}",
    );
    let answer = loaded.serve_cleanly().ask(Ask::get("/example/7").header("x-name", "known")).await;
    assert_eq!((answer.header("x-7"), answer.text()), (Some("a"), "from afar"));
}

#[tokio::test]
async fn a_computed_name_cannot_set_what_is_read_only() {
    let loaded = actions("- {set: '$(request.headers.x-name)', value: x}");
    for (name, message) in [
        ("request.path", "`request.path` cannot be set"),
        ("system.date", "`system.date` cannot be set"),
        ("message.status", "`x` is not a valid HTTP status"),
        ("a..b", "`a..b` has an empty part"),
    ] {
        let gateway = actions("- {set: '$(request.headers.x-name)', value: x}").serve_cleanly();
        let answer = gateway.ask(Ask::get("/example/7").header("x-name", name)).await;
        assert_eq!(
            (answer.fault_name(), answer.json()["moreInformation"].as_str()),
            (Some("PropertyError"), Some(message))
        );
    }
    assert_eq!(loaded.findings(), [""; 0]);
}

#[tokio::test]
async fn v10_sees_earlier_actions_and_v5_does_not() {
    let list = "- {set: a, value: new}\n- {set: message.body, value: \"[$(a)]\"}";
    assert_eq!(post(actions_of("2.0.0", list), "").await.text(), "[new]");
    assert_eq!(post(actions_of("1.0.0", list), "").await.text(), "[]");
    let document = ibm_document(
        "datapower-gateway",
        "execute:\n- set-variable:\n    actions:\n    - {set: a, value: new}\n    - {set: message.body, value: '[$(a)]'}",
    );
    assert_eq!(post(Setup::default().load(&document), "").await.text(), "[]");
}

#[tokio::test]
async fn a_variable_can_be_built_replaced_and_cleared() {
    let loaded = actions(
        "- {set: order.id, value: 1}
         - {set: order.lines.first, value: tea}
         - {add: order.tags, value: a}
         - {add: order.tags, value: b}
         - {set: whole, value: $(order)}
         - {clear: order.lines}
         - {set: partly, value: $(order)}
         - {clear: order}
         - {set: message.body, value: \"$(whole) $(partly) [$(order)]\"}",
    );
    let expected = r#"{"id":1,"lines":{"first":"tea"},"tags":["a","b"]} {"id":1,"tags":["a","b"]} []"#;
    assert_eq!(post(loaded, "").await.text(), expected);
}

#[tokio::test]
async fn the_text_of_a_map_may_hold_references() {
    let text = document(
        "execute:\n  - set-variable:\n      actions:\n        - set: message.body\n          value: |\n            \
         {\"id\": $(request.parameters.id),\n             \"path\": \"$(request.path)\"}",
    );
    let answer = Setup::default().load(&text).serve_cleanly().get().await;
    assert_eq!(answer.json(), json!({"id": 7, "path": "/example/7"}));
}

#[tokio::test]
async fn numbers_keep_their_texts() {
    let body = r#"{"price": 10.00, "far": 1e400, "all": [123456789012345678901234567890]}"#;
    let loaded = actions(
        "- {set: kept, value: $(message.body)}
         - {set: message.headers.x-price, value: is $(kept.price)}
         - {set: message.body.first, value: '$(kept.all[0])'}
         - {set: message.body.price2, value: $(kept.price), type: number}
         - {set: message.body.price3, value: '20.00', type: number}",
    );
    let answer = post(loaded, body).await;
    let expected = r#"{"price":10.00,"far":1e400,"all":[123456789012345678901234567890],"first":123456789012345678901234567890,"price2":10.00,"price3":20.00}"#;
    assert_eq!((answer.text(), answer.header("x-price")), (expected, Some("is 10.00")));
    let whole = actions("- {set: kept, value: $(message.body)}\n- {set: message.body, value: $(kept)}");
    assert_eq!(post(whole, body).await.text(), body);
}
