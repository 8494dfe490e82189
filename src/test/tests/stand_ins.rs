//! Stand-ins answer in the place of the network.

use std::net::TcpListener;

use super::{ORDERS, assembly, failures, passes};

#[tokio::test]
async fn no_call_leaves_the_process_and_its_step_sees_a_failed_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}/x?y=1", listener.local_addr().unwrap());
    let document = assembly(&format!(
        "execute:\n  - invoke: {{ target-url: '{url}', stop-on-error: [ConnectionError] }}\ncatch:\n  - errors: [ConnectionError]\n    execute:\n      - \
         set-variable: {{ actions: [{{ set: message.status.code, value: 503 }}] }}"
    ));
    let tests = "tests: [{ name: it, requests: [{ request: { path: /example }, answer: { status: 503 }, fault: ConnectionError }] }]";
    let found = failures(&document, tests).await;
    let origin = url.trim_end_matches("/x?y=1");
    let expected = format!(
        "it: api.test.yaml:1:32: no stand-in for GET {url}: add `{origin}: [{{method: GET, path: /x, answer: {{…}}}}]` under `services`"
    );
    assert_eq!(found, [expected]);
    assert!(listener.accept().is_err(), "a connection came");
}

#[tokio::test]
async fn a_function_without_a_stand_in_is_named() {
    let document = assembly("execute:\n  - lambda: { function: 'hello:prod' }");
    let tests = "functions: { hallo: {} }\ntests: [{ name: it, requests: [{ request: { path: /example } }] }]";
    let expected = "it: api.test.yaml:2:32: no stand-in for the function `hello:prod`: add `hello:prod: {answer: …}` under `functions`";
    assert_eq!(failures(&document, tests).await, [expected]);
}

#[tokio::test]
async fn services_are_told_apart_and_answer_in_sequence() {
    let document =
        assembly("execute:\n  - invoke: { target-url: 'http://a$(request.path)$(request.search)', verb: keep }");
    let document = document.replace("/example: {}", "'/{+rest}': {}");
    let tests = "
services:
  http://a:
    - { method: POST, path: /things, body: { kind: big }, answer: { status: 202 } }
    - { method: POST, path: /things, headers: { x-kind: small }, answer: { status: 201, headers: { location: /things/1 }, body: made } }
    - { path: '/things/{id}', answer: { body: first }, then: [{ body: second }, { status: 410 }] }
    - { path: /search?q=1, answer: { body: one } }
tests:
  - name: by method, headers and body
    requests:
      - { request: { method: POST, path: /things, body: { kind: big, more: 1 } }, answer: { status: 202, body: null } }
      - { request: { method: POST, path: /things, headers: { x-kind: small } }, answer: { status: 201, headers: { location: /things/1 }, body: made } }
      - { request: { path: /search?q=1 }, answer: { body: one } }
  - &sequence
    name: in sequence
    requests:
      - { request: { path: /things/1 }, answer: { body: first } }
      - { request: { path: /things/2 }, answer: { body: second } }
      - { request: { path: /things/3 }, answer: { status: 410 } }
      - { request: { path: /things/4 }, answer: { status: 410 } }
  - { <<: *sequence, name: every test starts anew }
  - name: a test has stand-ins of its own
    services: { 'http://a': [{ path: /things/1, answer: { body: own } }] }
    requests:
      - { request: { path: /things/1 }, answer: { body: own } }
      - { request: { path: /things/2 }, answer: { body: first } }
";
    passes(&document, tests).await;
    let unknown = tests.replace("path: /search?q=1 }, answer", "path: /search?q=2 }, answer");
    let found = failures(&document, &unknown).await;
    assert!(found.iter().any(|line| line.contains("no stand-in for GET http://a/search?q=2")), "{found:?}");
}

#[tokio::test]
async fn calls_fail_as_they_do_on_a_network() {
    let document =
        assembly("execute:\n  - invoke: { target-url: 'http://a/x', timeout: 1, stop-on-error: [ConnectionError] }");
    for answer in [
        "fault: dns",
        "fault: refused",
        "fault: tls",
        "fault: connect-timeout",
        "fault: timeout",
        "fault: closed",
        "delay: 3s",
    ] {
        let tests = format!(
            "services: {{ 'http://a': [{{ answer: {{ {answer} }} }}] }}\n\
             tests: [{{ name: it, requests: [{{ request: {{ path: /example }}, fault: ConnectionError }}] }}]"
        );
        let found = failures(&document, &tests).await;
        assert!(found.is_empty(), "{answer}: {found:?}");
    }
    let fine = "services: { 'http://a': [{ answer: { delay: 1ms } }] }\ntests: [{ name: it, requests: [{ request: { path: /example }, fault: none }] }]";
    passes(&document, fine).await;
    // A function tells a time-out from a connection that was refused.
    let document = assembly("execute:\n  - lambda: { function: hello }");
    for (fault, name) in [("timeout", "LambdaTimeoutError"), ("refused", "ConnectionError")] {
        let tests = format!(
            "functions: {{ hello: {{ fault: {fault} }} }}\ntests: [{{ name: it, requests: [{{ request: {{ path: /example }}, fault: {name} }}] }}]"
        );
        passes(&document, &tests).await;
    }
}

#[tokio::test]
async fn functions_answer_fail_and_refuse() {
    let document = assembly(
        "execute:\n  - lambda: { function: hello, payload: '$(message.body)', response: raw, log-tail: true }\ncatch:\n  - errors: [LambdaFunctionError]\n    execute:\n      - \
         set-variable: { actions: [{ set: message.body, value: failed }] }\n  - errors: [LambdaThrottledError]\n    execute:\n      - \
         set-variable: { actions: [{ set: message.body, value: busy }] }",
    );
    let document = document.replace("payload: '$(message.body)', response: raw, log-tail: true", "input: message");
    let tests = "
functions:
  hello: { answer: { n: 1 }, then: [{ error: { errorType: E, errorMessage: no } }, { refused: TooManyRequestsException }] }
tests:
  - name: one after the other
    requests:
      - { request: { method: POST, path: /example, body: { a: 1 } }, answer: { body: { n: 1 } }, calls: [{ function: hello, event: { a: 1 } }] }
      - { request: { method: POST, path: /example, body: {} }, answer: { body: failed } }
      - { request: { method: POST, path: /example, body: {} }, answer: { body: busy }, fault: LambdaThrottledError }
  - name: in the place of the file's
    functions: { hello: { answer: other } }
    requests:
      - { request: { method: POST, path: /example, body: {} }, answer: { body-contains: other } }
";
    passes(&document, tests).await;
}

#[tokio::test]
async fn a_streamed_answer_comes_in_events() {
    let document = assembly("execute:\n  - lambda: { function: hello, response: stream }");
    let tests = "
functions: { hello: { answer: { a: 1 } } }
tests: [{ name: it, requests: [{ request: { path: /example }, answer: { status: 200, body-contains: { a: 1 } } }] }]
";
    passes(&document, tests).await;
}

#[tokio::test]
async fn values_go_from_one_answer_to_the_next_request() {
    let tests = "
services:
  http://shop: [{ path: /orders/7, answer: { body: { id: 8, next: { id: 9 } } } }, { path: '/orders/{id}', answer: { status: 404 } }]
functions: { price: { answer: { next: 9, list: [a, b] } } }
tests:
  - name: carried
    requests:
      - request: { path: /orders/7 }
        answer: { status: 200 }
        save: { next: body.next, item: body.list.1, type: headers.content-type, code: status }
      - request: { path: '/orders/${next}', headers: { x-all: '${item} ${type} ${code}' } }
        answer: { status: 404 }
        variables: { request.headers.x-all: b application/json 200 }
        calls: [{ service: http://shop, path: '/orders/${next}' }]
        fault: NoSuchOrder
";
    passes(ORDERS, tests).await;
}

#[tokio::test]
async fn scripts_call_stand_ins_too() {
    let document = assembly(
        "execute:\n  - gatewayscript:\n      source: |\n        require('urlopen').open({ target: 'http://people/me', method: 'get' }, (error, answer) => {\n          \
         if (error) { context.set('failed', true); return; }\n          answer.readAsJSON((error, json) => context.set('name', json.name));\n        });",
    );
    let tests = "
services: { 'http://people': [{ path: /me, answer: { body: { name: Ada } }, then: [{ fault: refused }] }] }
tests:
  - name: it
    requests:
      - { request: { path: /example }, variables: { name: Ada }, calls: [{ service: 'http://people', method: GET, path: /me }] }
      - { request: { path: /example }, variables: { failed: true } }
";
    passes(&document, tests).await;
}
