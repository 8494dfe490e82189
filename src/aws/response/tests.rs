//! The numbers are those of the cases in the reference on Lambda gateways: R1 to R25 (R17 and R25 stand with the
//! client).

use super::*;

/// Decodes whatever is marked as base64.
fn read(format: EventFormat, payload: &Bytes, strict: bool) -> Result<ProxyResponse, ProxyError> {
    parse(Reading { format, strict, decodes: true }, payload)
}

fn v1(payload: &str) -> Result<ProxyResponse, ProxyError> {
    read(EventFormat::V1, &Bytes::copy_from_slice(payload.as_bytes()), false)
}

fn v2(payload: &str) -> Result<ProxyResponse, ProxyError> {
    read(EventFormat::V2, &Bytes::copy_from_slice(payload.as_bytes()), false)
}

fn strict(payload: &str) -> Result<ProxyResponse, ProxyError> {
    read(EventFormat::V1, &Bytes::copy_from_slice(payload.as_bytes()), true)
}

fn header<'a>(response: &'a ProxyResponse, name: &str) -> Vec<&'a str> {
    response.headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect()
}

#[test]
fn r1_status_headers_and_body() {
    for parse in [v1, v2, strict] {
        let response = parse(r#"{"statusCode":201,"headers":{"X":"1"},"body":"b"}"#).unwrap();
        assert_eq!((response.status.as_u16(), header(&response, "x"), &*response.body), (201, vec!["1"], &b"b"[..]));
    }
}

#[test]
fn r2_a_status_written_as_text() {
    assert_eq!(v1(r#"{"statusCode":"201"}"#).unwrap().status, 201);
}

#[test]
fn r3_impossible_statuses_are_refused() {
    for status in ["0", "-1", "\"abc\"", "99", "100", "600", "3.5", "true", "{}"] {
        for parse in [v1, v2] {
            let answer = parse(&format!(r#"{{"statusCode":{status}}}"#));
            assert!(matches!(answer, Err(ProxyError::Status(_))), "{status}: {answer:?}");
        }
    }
    assert_eq!(v1("{\"statusCode\":1e400}"), Err(ProxyError::NotJson), "no number that a double can hold");
    assert_eq!(v1("{\"statusCode\":null}").unwrap().status, 200);
    for payload in ["{}", r#"{"headers":{"a":"1"}}"#, r#"{"statusCode":200.0}"#, r#"{"statusCode":2e2}"#] {
        assert_eq!(strict(payload).unwrap().status, 200, "{payload}");
    }
}

#[test]
fn r4_v2_sends_an_object_without_status_as_it_is() {
    let response = v2(r#"{"b": [], "a": 1.0}"#).unwrap();
    assert_eq!((response.status.as_u16(), header(&response, "content-type")), (200, vec!["application/json"]));
    assert_eq!(response.body, r#"{"b": [], "a": 1.0}"#);
}

#[test]
fn r5_v2_sends_bare_json_as_it_is_and_text_without_quotes() {
    for (payload, body) in [(r#""te\"xt""#, "te\"xt"), ("42", "42"), ("[]", "[]"), ("null", "null"), ("true", "true")] {
        let response = v2(payload).unwrap();
        assert_eq!((response.status.as_u16(), &*response.body), (200, body.as_bytes()));
        assert_eq!(header(&response, "content-type"), ["application/json"]);
    }
    assert_eq!(v2("<html>"), Err(ProxyError::NotJson));
}

#[test]
fn r6_v1_refuses_bare_json() {
    for payload in ["\"text\"", "42", "[]", "null", "true"] {
        assert_eq!(v1(payload), Err(ProxyError::NotAnObject), "{payload}");
    }
    assert_eq!(v1(""), Err(ProxyError::NotJson));
}

#[test]
fn r7_wrong_kinds_are_refused_or_made_to_fit() {
    assert_eq!(v1(r#"{"headers":[]}"#), Err(ProxyError::NotAMap("headers")));
    assert_eq!(v1(r#"{"multiValueHeaders":"x"}"#), Err(ProxyError::NotAMap("multiValueHeaders")));
    assert_eq!(v1(r#"{"headers":{"a":{}}}"#), Err(ProxyError::HeaderKind("a".into())));
    assert_eq!(v1(r#"{"statusCode":200,"body":{"a":1}}"#).unwrap().body, r#"{"a":1}"#);
    assert_eq!(strict(r#"{"statusCode":200,"body":{"a":1}}"#), Err(ProxyError::BodyKind));
    assert_eq!(v1(r#"{"isBase64Encoded":1}"#), Err(ProxyError::Flag));
    let scalar = r#"{"statusCode":200,"multiValueHeaders":{"x":"1"}}"#;
    assert_eq!(header(&v1(scalar).unwrap(), "x"), ["1"]);
    assert_eq!(strict(scalar), Err(ProxyError::NotAList("x".into())));
}

#[test]
fn r8_null_members_are_nothing() {
    let payload = r#"{"statusCode":200,"multiValueHeaders":null,"headers":null,"body":null,"isBase64Encoded":null}"#;
    for parse in [v1, v2, strict] {
        let response = parse(payload).unwrap();
        assert!(response.headers.keys().all(|name| name == CONTENT_TYPE) && response.body.is_empty());
    }
}

#[test]
fn r9_both_families_of_headers_count() {
    let response =
        v1(r#"{"headers":{"Age":1},"multiValueHeaders":{"Access-Control-Allow-Origin":["a","b"]}}"#).unwrap();
    assert_eq!(header(&response, "age"), ["1"]);
    assert_eq!(header(&response, "access-control-allow-origin"), ["a", "b"]);
}

#[test]
fn r10_the_lists_come_first_and_nothing_twice() {
    let response = v1(r#"{"headers":{"A":"2","b":"9"},"multiValueHeaders":{"a":["1","2"],"B":["8"]}}"#).unwrap();
    assert_eq!((header(&response, "a"), header(&response, "b")), (vec!["1", "2"], vec!["8", "9"]));
}

/// HTTP has one Content-Type, and a client that gets two may take either.
#[test]
fn a_name_in_two_spellings_is_one_header() {
    let response =
        v1(r#"{"headers":{"Content-Type":"text/html","content-type":"text/plain","X-A":"1","x-a":"2","Set-Cookie":"a","set-cookie":"b"}}"#)
            .unwrap();
    let values = |name| header(&response, name);
    assert_eq!(
        (values("content-type"), values("x-a"), values("set-cookie")),
        (vec!["text/html"], vec!["1"], vec!["a", "b"])
    );
    let mixed =
        v1(r#"{"headers":{"Content-Type":"text/html"},"multiValueHeaders":{"content-type":["a/b","c/d"]}}"#).unwrap();
    assert_eq!(header(&mixed, "content-type"), ["a/b"]);
}

#[test]
fn of_two_members_with_one_name_the_last_counts() {
    let response =
        v1(r#"{"statusCode":500,"headers":{"a":"1","b":"3","a":"2"},"statusCode":201,"body":"x","body":"y"}"#);
    let response = response.unwrap();
    assert_eq!((response.status.as_u16(), header(&response, "a"), &*response.body), (201, vec!["2"], &b"y"[..]));
}

#[test]
fn more_headers_than_anybody_takes_are_refused() {
    let many = |count: usize| (0..count).map(|number| format!(r#""x-{number}":"1""#)).collect::<Vec<_>>().join(",");
    for (count, fits) in [(1000, true), (1001, false), (40_000, false)] {
        let named = v1(&format!(r#"{{"headers":{{{}}}}}"#, many(count)));
        let listed = v1(&format!(r#"{{"multiValueHeaders":{{"x":[{}]}}}}"#, vec!["1"; count].join(",")));
        for response in [named, listed] {
            assert_eq!(response.map(|response| response.headers.len()).ok(), fits.then_some(count), "{count}");
        }
    }
}

#[test]
fn a_body_without_escapes_is_not_copied() {
    let payload = Bytes::from_static(br#"{"body":"plain"}"#);
    let response = read(EventFormat::V1, &payload, false).unwrap();
    assert_eq!(response.body.as_ptr(), payload[9..].as_ptr());
    assert_eq!(v1(r#"{"body":"\u00e9\n"}"#).unwrap().body, "\u{e9}\n");
}

#[test]
fn r11_cookies_are_one_header_each() {
    let listed = v1(r#"{"multiValueHeaders":{"set-cookie":["a=1","b=2"]}}"#).unwrap();
    let named = v2(r#"{"statusCode":200,"cookies":["a=1","b=2"]}"#).unwrap();
    assert_eq!(header(&listed, "set-cookie"), ["a=1", "b=2"]);
    assert_eq!(header(&named, "set-cookie"), ["a=1", "b=2"]);
}

#[test]
fn r12_cookies_that_are_no_list_are_ignored() {
    assert!(v2(r#"{"statusCode":200,"cookies":"a=1"}"#).unwrap().headers.is_empty());
}

#[test]
fn r13_a_content_type_in_a_list_counts() {
    let response = v1(r#"{"multiValueHeaders":{"Content-Type":["text/csv"]},"body":"a"}"#).unwrap();
    assert_eq!(header(&response, "content-type"), ["text/csv"]);
    assert_eq!(header(&v1(r#"{"body":"a"}"#).unwrap(), "content-type"), ["application/json"]);
    let text = v2(r#"{"statusCode":200,"body":"a"}"#).unwrap();
    assert_eq!(header(&text, "content-type"), ["text/plain; charset=utf-8"]);
}

#[test]
fn r14_base64_bodies_are_decoded() {
    let response = v1(r#"{"statusCode":200,"body":"AP+ACg==","isBase64Encoded":true}"#).unwrap();
    assert_eq!(&*response.body, [0x00, 0xff, 0x80, 0x0a]);
    assert_eq!(v1(r#"{"body":"YQ==","base64Encoded":true}"#).unwrap().body, "a");
    for body in ["YWFh\\r\\nYWE=\\n", "YWFhYWE"] {
        let payload = format!(r#"{{"body":"{body}","isBase64Encoded":true}}"#);
        assert_eq!(v1(&payload).unwrap().body, "aaaaa", "{body}");
    }
    let payload = Bytes::from_static(br#"{"body":"YQ==","isBase64Encoded":true}"#);
    let kept = parse(Reading { format: EventFormat::V1, strict: true, decodes: false }, &payload).unwrap();
    assert_eq!((&*kept.body, header(&kept, "content-type")), (&b"YQ=="[..], vec!["application/json"]));
}

#[test]
fn r15_invalid_base64_is_refused() {
    for body in ["a b", "Y", "YQ==="] {
        let payload = format!(r#"{{"statusCode":200,"body":"{body}","isBase64Encoded":true}}"#);
        assert_eq!(v2(&payload), Err(ProxyError::Base64), "{body}");
    }
}

#[test]
fn r16_a_flag_written_as_text() {
    let payload = r#"{"statusCode":200,"body":"YQ==","isBase64Encoded":"true"}"#;
    assert_eq!(v1(payload).unwrap().body, "a");
    assert_eq!(strict(payload), Err(ProxyError::Flag));
}

#[test]
fn r18_headers_of_the_connection_are_dropped() {
    let payload = r#"{"statusCode":200,"body":"abc","headers":{"Transfer-Encoding":"chunked","Connection":"x-mine",
        "X-Mine":"1","Keep-Alive":"a","Upgrade":"b","Content-Length":"99","X-Kept":"2"}}"#;
    let response = v1(payload).unwrap();
    let mut names: Vec<&str> = response.headers.keys().map(|name| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["content-type", "x-kept"]);
}

#[test]
fn r19_headers_that_break_the_head_are_refused() {
    assert_eq!(v1(r#"{"headers":{"a b":"1"}}"#), Err(ProxyError::HeaderName("a b".into())));
    for value in ["1\\r\\nset-cookie: x", "1\\n2", "1\\u0000"] {
        let payload = format!(r#"{{"headers":{{"a":"{value}"}}}}"#);
        assert_eq!(v1(&payload), Err(ProxyError::HeaderValue("a".into())));
    }
}

#[test]
fn r20_header_values_become_text() {
    let response = v1(r#"{"headers":{"n":12,"f":1.50,"b":true,"z":null}}"#).unwrap();
    assert_eq!((header(&response, "n"), header(&response, "f")), (vec!["12"], vec!["1.5"]));
    assert_eq!((header(&response, "b"), header(&response, "z").len()), (vec!["true"], 0));
}

#[test]
fn r21_pseudo_headers_are_ignored() {
    assert!(v1(r#"{"headers":{":status":"500"}}"#).unwrap().headers.is_empty());
}

#[test]
fn r22_204_and_304_have_no_body_but_headers() {
    for status in [204, 304] {
        let payload = format!(r#"{{"statusCode":{status},"headers":{{"etag":"x","set-cookie":"a=1"}},"body":"b"}}"#);
        let response = v1(&payload).unwrap();
        assert_eq!((response.body.len(), response.headers.len()), (0, 2));
    }
}

#[test]
fn r23_redirects_pass() {
    let response = v2(r#"{"statusCode":302,"headers":{"Location":"/x"}}"#).unwrap();
    assert_eq!((response.status.as_u16(), header(&response, "location")), (302, vec!["/x"]));
}

#[test]
fn r24_unknown_members_are_refused_by_rest_only() {
    let payload = r#"{"statusCode":200,"status":"ok"}"#;
    assert!(v1(payload).is_ok() && v2(payload).is_ok());
    assert_eq!(strict(payload), Err(ProxyError::UnknownMember("status".into())));
}

#[test]
fn a_load_balancer_takes_one_family_of_headers() {
    let answer = br#"{"statusCode":200,"headers":{"x-a":"single"},"multiValueHeaders":{"x-a":["1","2"]},"body":"b"}"#;
    for (multi_value_headers, expected) in [(false, vec!["single"]), (true, vec!["1", "2"])] {
        let response = read(EventFormat::Alb { multi_value_headers }, &Bytes::from_static(answer), false).unwrap();
        assert_eq!(header(&response, "x-a"), expected);
        assert_eq!(header(&response, "content-type"), ["application/octet-stream"]);
    }
}

#[test]
fn a_load_balancer_refuses_what_is_no_response() {
    let alb = |payload: &'static str| {
        read(EventFormat::Alb { multi_value_headers: false }, &Bytes::from_static(payload.as_bytes()), false)
    };
    assert_eq!(alb("[1]"), Err(ProxyError::NotAnObject));
    assert_eq!(alb("\"text\""), Err(ProxyError::NotAnObject));
    assert_eq!(alb(r#"{"body": "b"}"#), Err(ProxyError::NoStatus));
    assert_eq!(alb(r#"{"statusCode": 200, "body": {}}"#), Err(ProxyError::BodyKind));
    assert_eq!(alb(r#"{"statusCode": 200, "body": "%%", "isBase64Encoded": true}"#), Err(ProxyError::Base64));
    let answer = alb(r#"{"statusCode": 404, "statusDescription": "404 Not Found", "other": 1}"#).unwrap();
    assert_eq!((answer.status.as_u16(), answer.body.len()), (404, 0));
}
