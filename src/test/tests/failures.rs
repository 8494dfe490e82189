//! Every kind of expectation passes where it is met and fails where it is not.

use super::{ANSWERED, Folder, ORDERS, failures, passes};
use crate::test::coverage::Coverage;

/// A test of `GET /orders/7` that expects this.
fn expecting(expected: &str) -> String {
    format!(
        "{ANSWERED}tests:\n  - name: it\n    requests:\n      - request: {{ path: /orders/7 }}\n        {expected}\n"
    )
}

#[tokio::test]
async fn what_is_expected_and_comes_passes() {
    for expected in [
        "answer: { status: 200, headers: { content-type: application/json, x-gone: null } }",
        "answer: { headers-match: { x-request-id: '^[0-9a-f-]{36}$' } }",
        "answer: { body: { euros: 10.0 } }",
        "answer: { body: '{\"euros\":10}' }",
        "answer: { body-contains: euros }",
        "answer: { body-contains: {} }",
        "answer: { body-matches: '[0-9]+' }",
        "calls: [{ function: price, event: { id: 7 } }, { service: 'http://shop', method: get, path: '/orders/{id}', body: null }]",
        "calls: [{ function: price }, { service: 'http://shop', headers: { x-gone: null } }]",
        "ran: [look up, found, lambda]",
        "not-ran: [missing, throw, busy]",
        "fault: none",
        "variables: { seen: true, order.body: { id: 7 }, order.status.code: 200, message.body.euros: 10, nothing: null }",
    ] {
        passes(ORDERS, &expecting(expected)).await;
    }
}

#[tokio::test]
async fn what_is_expected_and_does_not_come_fails_at_its_place() {
    for (expected, failure) in [
        ("answer: { status: 201 }", "6:27: the status is another one"),
        ("answer: { headers: { content-type: text/plain } }", "6:44: the header `content-type` is another one"),
        ("answer: { headers: { content-type: null } }", "6:44: the header `content-type` is another one"),
        ("answer: { headers: { x-gone: here } }", "6:38: the header `x-gone` is another one"),
        ("answer: { headers-match: { content-type: ^text } }", "6:50: the header `content-type` does not match"),
        ("answer: { headers-match: { x-gone: '' } }", "6:44: the header `x-gone` does not match"),
        ("answer: { body: { euros: 11 } }", "6:25: the body is another one"),
        ("answer: { body: {} }", "6:25: the body is another one"),
        ("answer: { body: '{\"euros\": 10}' }", "6:25: the body is another one"),
        ("answer: { body: null }", "6:25: there is a body"),
        ("answer: { body-contains: dollars }", "6:34: the body does not contain this text"),
        ("answer: { body-contains: { dollars: 10 } }", "6:34: the body does not contain this"),
        ("answer: { body-matches: '^[0-9]+$' }", "6:33: the body does not match"),
        (
            "ran: [found, look up]",
            "6:22: the step `look up` did not run after those before it; these ran: look up, switch, found, price",
        ),
        ("not-ran: [price]", "6:19: the step `price` ran; these ran: look up, switch, found, price"),
        ("fault: ConnectionError", "6:16: the fault is another one"),
        ("variables: { order.body: { id: 8 } }", "6:34: the variable `order.body` has another value"),
        ("variables: { nothing: 1 }", "6:31: the variable `nothing` has another value"),
        ("save: { id: body.number }", "6:21: the answer has no `body.number`"),
    ] {
        let expected_line = format!("it: api.test.yaml:{failure}");
        // The line of `answer` is counted from the text.
        let line = expecting(expected).lines().position(|line| line.contains(expected)).unwrap() + 1;
        let expected_line = expected_line.replacen(":6:", &format!(":{line}:"), 1);
        assert_eq!(failures(ORDERS, &expecting(expected)).await, [expected_line], "{expected}");
    }
}

#[tokio::test]
async fn calls_are_counted() {
    let place = "it: api.test.yaml:7";
    for (expected, wanted) in [
        (
            "calls: []",
            vec![
                format!("{place}:16: a call that is not expected: GET http://shop/orders/7"),
                format!("{place}:16: a call that is not expected: the function `price`"),
            ],
        ),
        (
            "calls: [{ function: price, times: 2 }, { service: 'http://shop' }]",
            vec![format!("{place}:17: 2 calls of the function `price` expected, 1 made")],
        ),
        (
            "calls: [{ function: price, event: { id: 8 } }, { service: 'http://shop' }]",
            vec![
                format!("{place}:17: one call of the function `price` expected, none made"),
                format!("{place}:16: a call that is not expected: the function `price`"),
            ],
        ),
        (
            "calls: [{ function: price }, { service: 'http://shop', method: POST, path: /orders }]",
            vec![
                format!("{place}:38: one call of `POST http://shop/orders` expected, none made"),
                format!("{place}:16: a call that is not expected: GET http://shop/orders/7"),
            ],
        ),
    ] {
        assert_eq!(failures(ORDERS, &expecting(expected)).await, wanted, "{expected}");
    }
}

#[tokio::test]
async fn a_failure_shows_the_difference_and_the_step() {
    let folder = Folder::new(ORDERS, &expecting("answer: { body: { euros: 11 } }"));
    let outcome = folder.run(&mut Coverage::default()).await;
    let failure = &outcome.tests[0].failures[0];
    assert_eq!(failure.difference.as_deref(), Some("  {\n-   \"euros\": 11\n+   \"euros\": 10\n  }"));
    let step = folder.short(failure.step.as_deref().unwrap());
    assert_eq!(step, "the last step was `price` at api.yaml:20:7");

    let throttled = "services: { 'http://shop': [{}] }\nfunctions: { price: { refused: TooManyRequestsException } }\n\
                     tests: [{ name: it, requests: [{ request: { path: /orders/7 }, answer: { status: 200 } }] }]\n";
    let folder = Folder::new(ORDERS, throttled);
    let outcome = folder.run(&mut Coverage::default()).await;
    let step = folder.short(outcome.tests[0].failures[0].step.as_deref().unwrap());
    assert_eq!(step, "LambdaThrottledError was raised by `price` at api.yaml:20:7");
}

#[tokio::test]
async fn a_test_ends_with_the_request_that_fails() {
    let tests = format!(
        "{ANSWERED}tests:\n  - name: it\n    requests:\n      - {{ request: {{ path: /orders/7 }}, answer: {{ status: 500 }} }}\n      - \
         {{ request: {{ path: /orders/7 }}, answer: {{ status: 501 }} }}\n"
    );
    assert_eq!(failures(ORDERS, &tests).await.len(), 1);
}
