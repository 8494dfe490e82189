//! Verbs, headers, bodies and framing: what goes out and what comes back.

use super::{Bench, invoke, json_reply};
use crate::test_support::{Ask, Reply};

#[tokio::test]
async fn keep_and_nothing_are_the_verb_of_the_client() {
    for verb in ["", ", verb: keep", ", verb: Keep", ", verb: ''"] {
        let bench = Bench::new(&invoke(&format!("target-url: '${{UPSTREAM}}/a'{verb}")));
        let answer = bench.gateway.ask(Ask::post("/example/7", "body").verb("PATCH")).await;
        assert_eq!(answer.short(), (200, r#"{"answer": 42}"#));
        let seen = bench.seen();
        assert_eq!((&*seen.method, &*seen.target, &*seen.body), ("PATCH", "/a", &b"body"[..]), "{verb}");
    }
}

#[tokio::test]
async fn a_verb_may_be_written_in_any_case() {
    let bench = Bench::new(&invoke("target-url: '${UPSTREAM}', verb: put"));
    bench.gateway.post("body").await;
    let seen = bench.seen();
    assert_eq!((&*seen.method, &*seen.target, seen.body.len()), ("PUT", "/", 4));
}

#[tokio::test]
async fn a_get_never_carries_a_body() {
    for verb in ["GET", "HEAD", "DELETE", "OPTIONS"] {
        let bench = Bench::answering(&invoke(&format!("target-url: '${{UPSTREAM}}', verb: {verb}")), |_| {
            Reply::Reply(204, Vec::new(), Vec::new())
        });
        let ask = Ask::post("/example/7", "body").header("content-type", "text/plain");
        assert_eq!(bench.gateway.ask(ask).await.status, 204);
        let seen = bench.seen();
        assert_eq!((&*seen.method, seen.body.len()), (verb, 0));
        for name in ["content-length", "transfer-encoding", "content-type"] {
            assert_eq!(seen.header(name), None, "{verb} {name}");
        }
    }
}

#[tokio::test]
async fn a_body_is_framed_anew() {
    let bench = Bench::new(&invoke("target-url: '${UPSTREAM}'"));
    bench.gateway.ask(Ask::post("/example/7", "").chunked(&["ab", "cd"])).await;
    let chunked = bench.seen();
    assert_eq!((chunked.header("transfer-encoding"), chunked.header("content-length")), (Some("chunked"), None));
    assert_eq!(chunked.body, b"abcd");

    let bench = Bench::new(&invoke("target-url: '${UPSTREAM}'"));
    bench.gateway.post("abcd").await;
    let known = bench.seen();
    assert_eq!((known.header("transfer-encoding"), known.header("content-length")), (None, Some("4")));
}

#[tokio::test]
async fn a_clients_framing_headers_are_never_copied() {
    // A body that a step has changed is longer than what the client announced.
    let text = "
execute:
  - set-variable: {actions: [{set: message.body, value: longer than before}]}
  - invoke: {target-url: '${UPSTREAM}'}";
    for ask in [Ask::post("/example/7", "x"), Ask::post("/example/7", "").chunked(&["x"])] {
        let bench = Bench::new(text);
        bench.gateway.ask(ask.header("connection", "x-hop").header("x-hop", "1").header("te", "trailers")).await;
        let seen = bench.seen();
        assert_eq!((seen.header("transfer-encoding"), seen.header("content-length")), (None, Some("18")));
        assert_eq!(seen.headers.iter().filter(|(name, _)| name == "content-length").count(), 1);
        assert_eq!((seen.header("x-hop"), seen.header("te")), (None, None));
        assert_eq!(seen.body, b"longer than before");
    }
}

#[tokio::test]
async fn the_host_is_the_services_and_the_other_headers_are_the_clients() {
    let bench = Bench::new(&invoke("target-url: '${UPSTREAM}'"));
    bench.gateway.ask(Ask::get("/example/7").header("x-twice", "1").header("x-twice", "2").header("cookie", "c")).await;
    let seen = bench.seen();
    assert_eq!(seen.header("host"), Some(bench.service.address.to_string().as_str()));
    let twice: Vec<_> = seen.headers.iter().filter(|(name, _)| name == "x-twice").map(|(_, value)| &**value).collect();
    assert_eq!((twice, seen.header("cookie")), (vec!["1", "2"], Some("c")));
}

#[tokio::test]
async fn headers_of_the_service_come_back_except_those_of_its_connection() {
    let bench = Bench::answering(&invoke("target-url: '${UPSTREAM}'"), |_| {
        let raw = "HTTP/1.1 207 Multi\r\nset-cookie: a=1\r\nset-cookie: b=2\r\nkeep-alive: timeout=5\r\nx-hop: 1\r\n\
                   connection: x-hop, close\r\ncontent-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n\
                   3\r\nabc\r\n0\r\n\r\n";
        Reply::Raw(raw.as_bytes().to_vec())
    });
    let answer = bench.gateway.get().await;
    assert_eq!(answer.short(), (207, "abc"));
    let names: Vec<_> =
        answer.headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    assert_eq!(names, ["set-cookie: a=1", "set-cookie: b=2", "content-encoding: gzip"]);
}

/// An object is sent as JSON, and says so unless the author says something else.
#[tokio::test]
async fn a_json_body_that_a_step_made_carries_its_type() {
    let text = |set: &str, input: &str| {
        format!(
            "execute:\n- set-variable: {{actions: [{set}]}}\n- invoke: {{target-url: '${{UPSTREAM}}', verb: POST{input}}}\n"
        )
    };
    for (set, input, expected) in [
        ("{set: message.body, value: {a: 1}}", "", Some("application/json")),
        ("{set: message.body, value: '[1]', type: any}", "", None),
        ("{set: message.body, value: plain}", "", None),
        ("{set: message.body, value: {a: 1}}, {set: message.headers.content-type, value: a/b}", "", Some("a/b")),
        ("{set: order.body, value: {a: 1}}", ", input: order", Some("application/json")),
    ] {
        let bench = Bench::new(&text(set, input));
        bench.gateway.get().await;
        assert_eq!(bench.seen().header("content-type"), expected, "{set}");
    }
}

/// The names of these headers that arrive.
async fn passing(control: &str) -> Vec<String> {
    let bench = Bench::new(&invoke(&format!("target-url: '${{UPSTREAM}}', header-control: {control}")));
    let ask = Ask::get("/example/7").header("X-One", "1").header("x-two", "2").header("y-one", "3");
    bench.gateway.ask(ask).await;
    let names = bench.seen().headers.into_iter().map(|(name, _)| name);
    names.filter(|name| name.starts_with(['x', 'y'])).collect()
}

#[tokio::test]
async fn header_control_lets_through_or_holds_back() {
    for (control, expected) in [
        ("{type: blocklist, values: ['^X-ONE$']}", &["x-two", "y-one"][..]),
        ("{type: blocklist, values: [one, two]}", &[]),
        ("{type: blocklist, values: []}", &["x-one", "x-two", "y-one"]),
        ("{type: allowlist, values: ['^x-']}", &["x-one", "x-two"]),
        ("{type: allowlist}", &[]),
        ("{type: blacklist, values: ['^x-one$']}", &["x-two", "y-one"]),
        ("{type: whitelist, values: [one$]}", &["x-one", "y-one"]),
        ("{type: blocklist, values: ['']}", &["x-one", "x-two", "y-one"]),
    ] {
        assert_eq!(passing(control).await, expected, "{control}");
    }
}

#[tokio::test]
async fn parameter_control_appends_what_it_lets_through_as_written() {
    for (control, target) in [
        ("", "/a?own=1"),
        (", parameter-control: {type: allowlist, values: ['^a']}", "/a?own=1&a=1%202&a=3&%61b=x"),
        (", parameter-control: {type: blocklist, values: ['^a']}", "/a?own=1&c&d="),
        (", parameter-control: {type: whitelist, values: []}", "/a?own=1"),
        (", copy-parameters: {b2: a, none: nobody}", "/a?own=1&b2=1%202&b2=3"),
        (", copy-parameters: {c: d}, parameter-control: {type: allowlist, values: ['^c']}", "/a?own=1&c&c="),
    ] {
        let bench = Bench::new(&invoke(&format!("target-url: '${{UPSTREAM}}/a?own=1'{control}")));
        bench.gateway.ask(Ask::get("/example/7?a=1%202&c&a=3&d=&%61b=x")).await;
        assert_eq!(bench.seen().target, target, "{control}");
    }
}

#[tokio::test]
async fn proxy_headers_are_added_where_they_are_missing() {
    let bench = Bench::new(&invoke("target-url: '${UPSTREAM}', inject-proxy-headers: true"));
    bench.gateway.ask(Ask::get("/example/7").header("x-forwarded-proto", "https")).await;
    let seen = bench.seen();
    let values =
        ["for", "host", "port", "proto"].map(|name| seen.header(&format!("x-forwarded-{name}")).map(str::to_owned));
    assert_eq!(values.map(Option::unwrap_or_default), ["192.0.2.7", "gateway.test", "80", "https"]);
}

#[tokio::test]
async fn an_output_leaves_the_message_alone_and_a_later_step_reads_it() {
    let text = "
execute:
  - invoke: {target-url: '${UPSTREAM}/first', verb: GET, output: first}
  - invoke: {target-url: '${UPSTREAM}/second', output: second}
  - set-variable:
      actions:
        - set: message.body
          value: $(first.status.code) $(first.body.n) $(first.headers.content-type) $(second.body.n) $(message.body)";
    let bench = Bench::answering(text, |seen| match &*seen.target {
        "/first" => json_reply(201, r#"{"n": 1}"#),
        _ => json_reply(200, &format!(r#"{{"n": {}}}"#, seen.body.len())),
    });
    assert_eq!(bench.gateway.post("body").await.short(), (200, "201 1 application/json 4 body"));
}

#[tokio::test]
async fn an_input_sends_the_headers_and_the_body_of_a_variable() {
    let text = "
execute:
  - set-variable:
      actions:
        - {set: order.body, value: made here}
        - {set: order.headers.x-order, value: '7'}
  - invoke: {target-url: '${UPSTREAM}', input: order, output: reply}
  - invoke: {target-url: '${UPSTREAM}', input: reply, output: other}
  - invoke: {target-url: '${UPSTREAM}', input: request}";
    let bench = Bench::new(text);
    bench.gateway.ask(Ask::post("/example/7", "of the client").header("x-client", "1")).await;
    let seen = bench.service.requests();
    let bodies: Vec<_> = seen.iter().map(|seen| String::from_utf8_lossy(&seen.body).into_owned()).collect();
    assert_eq!(bodies, ["made here", r#"{"answer": 42}"#, "of the client"]);
    assert_eq!((seen[0].header("x-order"), seen[0].header("x-client")), (Some("7"), None));
    assert_eq!((seen[1].header("content-type"), seen[1].header("x-client")), (Some("application/json"), None));
    assert_eq!((seen[2].header("x-client"), seen[2].header("x-order")), (Some("1"), None));
}

#[tokio::test]
async fn a_get_before_another_call_leaves_the_body_to_it() {
    let text = "
execute:
  - invoke: {target-url: '${UPSTREAM}/first', verb: GET, output: first}
  - invoke: {target-url: '${UPSTREAM}/second'}";
    let bench = Bench::new(text);
    bench.gateway.ask(Ask::post("/example/7", "").chunked(&["ab", "cd"])).await;
    let seen = bench.service.requests();
    assert_eq!((seen[0].body.len(), &*seen[1].body), (0, &b"abcd"[..]));
    assert_eq!(seen[1].header("transfer-encoding"), Some("chunked"), "it streams");
}
