//! The numbers are those of the cases in the reference on Lambda gateways: E1 to E21, E23, E24, E30 to E32.

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};
use serde_json::{Value as Json, json};
use time::macros::datetime;

use super::*;
use crate::runtime::Authorized;
use crate::test_support::client_certificate;
use crate::value::Value;

/// A request with headers that tests add to.
struct Sample {
    headers: HeaderMap,
    request: EventRequest<'static>,
}

impl Sample {
    fn new() -> Self {
        let request = EventRequest {
            method: "POST",
            path: "/orders/7",
            query: "",
            resource: "/orders/{id}",
            path_parameters: &[("id", "7")],
            headers: Box::leak(Box::default()),
            body: None,
            base64: true,
            source_ip: "192.0.2.7",
            user_agent: Some("curl/8"),
            protocol: "HTTP/1.1",
            request_id: "req-1",
            time: datetime!(2026-11-21 08:05:09.123 UTC),
            stage: "$default",
            stage_variables: &[],
            account_id: "123456789012",
            api_id: "orders",
            domain_name: "api.example.com",
            operation: Some("createOrder"),
            route_key: "POST /orders/{id}",
            binary_media_types: &[],
            target_group_arn: "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/orders/0",
            of_rest_export: false,
            authorizer: None,
            certificate: None,
        };
        Sample { headers: HeaderMap::new(), request }
    }

    fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        self
    }

    fn query(mut self, query: &'static str) -> Self {
        self.request.query = query;
        self
    }

    fn body(mut self, content_type: &'static str, body: &'static [u8]) -> Self {
        self.request.body = Some(body);
        if content_type.is_empty() { self } else { self.header("content-type", content_type) }
    }

    fn with(mut self, change: impl FnOnce(&mut EventRequest<'static>)) -> Self {
        change(&mut self.request);
        self
    }

    fn event(&self, format: EventFormat) -> Json {
        let request = EventRequest { headers: &self.headers, ..self.request };
        serde_json::from_slice(&build(format, &request).unwrap()).unwrap()
    }

    fn v1(&self) -> Json {
        self.event(EventFormat::V1)
    }

    fn v2(&self) -> Json {
        self.event(EventFormat::V2)
    }

    fn alb(&self, multi_value_headers: bool) -> Json {
        self.event(EventFormat::Alb { multi_value_headers })
    }

    fn plain(&self) -> Json {
        let request = EventRequest { headers: &self.headers, ..self.request };
        serde_json::from_slice(&plain(&request).unwrap()).unwrap()
    }
}

/// The body's bytes again, whichever way they travelled.
fn bytes(event: &Json) -> Vec<u8> {
    use base64::Engine;
    let text = event["body"].as_str().unwrap();
    match event["isBase64Encoded"].as_bool().unwrap() {
        true => base64::prelude::BASE64_STANDARD.decode(text).unwrap(),
        false => text.as_bytes().to_vec(),
    }
}

#[test]
fn e1_v1_keeps_the_last_of_a_repeated_header_and_lists_all() {
    let event = Sample::new().header("x-a", "1").header("x-a", "2").v1();
    assert_eq!(event["headers"]["x-a"], "2");
    assert_eq!(event["multiValueHeaders"]["x-a"], json!(["1", "2"]));
}

#[test]
fn e2_v1_keeps_the_last_of_a_repeated_parameter_and_lists_all() {
    let event = Sample::new().query("a=1&a=2&b").v1();
    assert_eq!(event["queryStringParameters"], json!({"a": "2", "b": ""}));
    assert_eq!(event["multiValueQueryStringParameters"], json!({"a": ["1", "2"], "b": [""]}));
}

#[test]
fn e3_v2_joins_repeated_parameters() {
    let event = Sample::new().query("a=1&a=2&b").v2();
    assert_eq!(event["queryStringParameters"], json!({"a": "1,2", "b": ""}));
    assert_eq!(event["rawQueryString"], "a=1&a=2&b");
}

#[test]
fn e4_without_a_query() {
    let (v1, v2) = (Sample::new().v1(), Sample::new().v2());
    assert_eq!((&v1["queryStringParameters"], &v1["multiValueQueryStringParameters"]), (&Json::Null, &Json::Null));
    assert!(v1.as_object().unwrap().contains_key("queryStringParameters"));
    assert!(!v2.as_object().unwrap().contains_key("queryStringParameters"));
    assert_eq!(v2["rawQueryString"], "");
}

#[test]
fn e5_parameters_are_decoded_and_the_raw_query_is_not() {
    let sample = Sample::new().query("k=%2b%2b&x=a%20b&y=c+d&%C3%A9=%FF");
    let expected = json!({"k": "++", "x": "a b", "y": "c d", "\u{e9}": "%FF"});
    assert_eq!(sample.v1()["queryStringParameters"], expected);
    assert_eq!(sample.v2()["queryStringParameters"], expected);
    assert_eq!(sample.v2()["rawQueryString"], "k=%2b%2b&x=a%20b&y=c+d&%C3%A9=%FF");
}

fn encoded_path() -> Sample {
    Sample::new().with(|request| {
        request.path = "/users/%C3%A9/o%20r";
        request.resource = "/users/{u}/{o}";
        request.path_parameters = &[("u", "%C3%A9"), ("o", "o%20r")];
    })
}

#[test]
fn e6_the_path_is_encoded_in_v1_and_decoded_in_v2() {
    let (v1, v2) = (encoded_path().v1(), encoded_path().v2());
    assert_eq!(v1["path"], "/users/%C3%A9/o%20r");
    assert_eq!(v1["pathParameters"], json!({"u": "%C3%A9", "o": "o%20r"}));
    assert_eq!(v2["rawPath"], "/users/\u{e9}/o r");
    assert_eq!(v2["pathParameters"], json!({"u": "\u{e9}", "o": "o r"}));
}

#[test]
fn e7_unicode_paths_are_not_garbled() {
    let sample = Sample::new().with(|request| request.path = "/%E6%97%A5%E6%9C%AC");
    assert_eq!(sample.v2()["rawPath"], "/\u{65e5}\u{672c}");
    assert_eq!(sample.v2()["requestContext"]["http"]["path"], "/\u{65e5}\u{672c}");
    let broken = Sample::new().with(|request| request.path = "/%FF");
    assert_eq!(broken.v2()["rawPath"], "/%FF");
}

#[test]
fn e8_v2_moves_cookies_out_of_the_headers() {
    let event = Sample::new().header("cookie", "a=1; b=2").header("cookie", "c=3").v2();
    assert_eq!(event["cookies"], json!(["a=1", "b=2", "c=3"]));
    assert!(event["headers"].get("cookie").is_none());
    assert!(Sample::new().v2().get("cookies").is_none());
}

#[test]
fn e9_header_names_are_in_lower_case_in_2_0_and_as_aws_writes_them_in_1_0() {
    let sample = || Sample::new().header("x-mixed-case", "1").header("x-mixed-case", "2").header("authorization", "a");
    let event = sample().v2();
    assert_eq!((&event["headers"]["x-mixed-case"], &event["headers"]["authorization"]), (&json!("1,2"), &json!("a")));
    let event = sample().v1();
    assert_eq!((&event["headers"]["x-mixed-case"], &event["headers"]["Authorization"]), (&json!("2"), &json!("a")));
    assert_eq!(event["multiValueHeaders"]["Authorization"], json!(["a"]));
}

#[test]
fn rest_apis_of_exports_take_headers_out() {
    let sample = Sample::new().body("application/json", b"{}").with(|request| request.of_rest_export = true);
    let event = sample.header("content-length", "2").header("max-forwards", "1").header("x-kept", "1").v1();
    let names: Vec<&String> = event["headers"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["Content-Type", "x-kept", "Host"]);
}

#[test]
fn e10_json_with_a_charset_is_text() {
    let sample = Sample::new().body("application/json; charset=utf-8", b"{\"a\":1}");
    for event in [sample.v1(), sample.v2()] {
        assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("{\"a\":1}"), &json!(false)));
    }
}

#[test]
fn e11_suffixed_types_survive_either_way() {
    let api = Sample::new().body("application/vnd.api+json", b"{}").v2();
    assert_eq!(api["isBase64Encoded"], false);
    let image = Sample::new().body("image/svg+xml", b"<svg/>");
    assert_eq!((&image.v2()["isBase64Encoded"], bytes(&image.v2())), (&json!(true), b"<svg/>".to_vec()));
    assert_eq!((&image.v1()["isBase64Encoded"], bytes(&image.v1())), (&json!(false), b"<svg/>".to_vec()));
}

#[test]
fn e12_binary_bytes_round_trip() {
    let sample = Sample::new().body("application/octet-stream", &[0x00, 0xff, 0x80, 0x0a]);
    for event in [sample.v1(), sample.v2()] {
        assert_eq!(event["isBase64Encoded"], true);
        assert_eq!(bytes(&event), [0x00, 0xff, 0x80, 0x0a]);
    }
}

#[test]
fn e12_v1_encodes_the_configured_media_types() {
    for (pattern, binary) in
        [("image/png", true), ("IMAGE/*", true), ("*/*", true), ("image/jpeg", false), ("text/*", false)]
    {
        let types: &'static [&'static str] = Box::leak(vec![pattern].into_boxed_slice());
        let sample = Sample::new().body("image/png; q=1", b"PNG").with(|request| request.binary_media_types = types);
        assert_eq!(sample.v1()["isBase64Encoded"], binary, "{pattern}");
    }
}

#[test]
fn e13_to_e15_v2_encodes_what_is_not_named_as_text() {
    for (content_type, name) in
        [("", "E13"), ("application/x-www-form-urlencoded", "E14"), ("multipart/form-data; boundary=x", "E15")]
    {
        let event = Sample::new().body(content_type, b"a=1").v2();
        assert_eq!((&event["isBase64Encoded"], bytes(&event)), (&json!(true), b"a=1".to_vec()), "{name}");
        assert_eq!(event["headers"].get("content-type").and_then(Json::as_str).unwrap_or_default(), content_type);
    }
}

#[test]
fn e16_an_empty_body_is_null() {
    for sample in [Sample::new(), Sample::new().body("application/octet-stream", b"")] {
        for event in [sample.v1(), sample.v2()] {
            assert_eq!((&event["body"], &event["isBase64Encoded"]), (&Json::Null, &json!(false)));
        }
    }
}

#[test]
fn e17_text_that_is_not_utf_8_is_encoded() {
    let sample = Sample::new().body("text/plain", b"caf\xe9");
    for event in [sample.v1(), sample.v2()] {
        assert_eq!((&event["isBase64Encoded"], bytes(&event)), (&json!(true), b"caf\xe9".to_vec()));
    }
}

#[test]
fn e18_compressed_bodies_are_encoded() {
    let sample = Sample::new().body("application/json", b"pretend").header("content-encoding", "gzip");
    for event in [sample.v1(), sample.v2()] {
        assert_eq!((&event["isBase64Encoded"], bytes(&event)), (&json!(true), b"pretend".to_vec()));
    }
}

#[test]
fn e19_base64_can_be_switched_off_for_text_only() {
    let text = Sample::new().body("application/pdf", b"text after all").with(|request| request.base64 = false);
    assert_eq!((&text.v2()["body"], &text.v2()["isBase64Encoded"]), (&json!("text after all"), &json!(false)));
    let binary = Sample::new().body("application/pdf", b"\xff").with(|request| request.base64 = false);
    assert_eq!((&binary.v2()["isBase64Encoded"], bytes(&binary.v2())), (&json!(true), b"\xff".to_vec()));
}

#[test]
fn e20_the_context_of_v1() {
    let claims = Value::parse_json(br#"{"sub":"u1"}"#).unwrap();
    let claims: &Authorized = Box::leak(Box::new(Authorized::Claims(claims)));
    let sample = Sample::new().with(|request| {
        request.stage = "prod";
        request.stage_variables = &[("table", "orders")];
        request.authorizer = Some(claims);
    });
    let event = sample.v1();
    assert_eq!(event["stageVariables"], json!({"table": "orders"}));
    assert_eq!((&event["version"], &event["resource"]), (&json!("1.0"), &json!("/orders/{id}")));
    let mut context = event["requestContext"].clone();
    assert_eq!(context["identity"].as_object_mut().unwrap().len(), 12);
    context["identity"] = context["identity"]["sourceIp"].take();
    assert_eq!(
        context,
        json!({
            "accountId": "123456789012", "apiId": "orders", "authorizer": {"claims": {"sub": "u1"}},
            "domainName": "api.example.com", "domainPrefix": "api", "extendedRequestId": "req-1",
            "httpMethod": "POST", "identity": "192.0.2.7", "operationName": "createOrder", "path": "/prod/orders/7",
            "protocol": "HTTP/1.1", "requestId": "req-1", "requestTime": "21/Nov/2026:08:05:09 +0000",
            "requestTimeEpoch": 1_795_248_309_123_i64, "resourceId": null, "resourcePath": "/orders/{id}",
            "stage": "prod",
        })
    );
    assert_eq!(Sample::new().v1()["requestContext"]["path"], "/orders/7");
    assert_eq!(Sample::new().v1()["stageVariables"], Json::Null);
}

#[test]
fn e21_the_context_of_v2() {
    let claims = Value::parse_json(br#"{"sub":"u1","scope":"read write"}"#).unwrap();
    let claims: &Authorized = Box::leak(Box::new(Authorized::Claims(claims)));
    let event = Sample::new().with(|request| request.authorizer = Some(claims)).v2();
    assert_eq!((&event["version"], &event["routeKey"]), (&json!("2.0"), &json!("POST /orders/{id}")));
    assert_eq!(
        event["requestContext"],
        json!({
            "accountId": "123456789012", "apiId": "orders",
            "authorizer": {"jwt": {"claims": {"sub": "u1", "scope": "read write"}, "scopes": ["read", "write"]}},
            "domainName": "api.example.com", "domainPrefix": "api",
            "http": {
                "method": "POST", "path": "/orders/7", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.7",
                "userAgent": "curl/8",
            },
            "requestId": "req-1", "routeKey": "POST /orders/{id}", "stage": "$default",
            "time": "21/Nov/2026:08:05:09 +0000", "timeEpoch": 1_795_248_309_123_i64,
        })
    );
    let staged = Sample::new().with(|request| request.stage = "prod").v2();
    assert_eq!(staged["rawPath"], "/prod/orders/7");
}

#[test]
fn e23_the_certificate_of_a_client() {
    let shown: &'static _ = Box::leak(Box::new(client_certificate()));
    let sample = Sample::new().with(|request| request.certificate = Some(shown));
    let expected = json!({
        "clientCertPem": shown.pem, "subjectDN": "C=DE,CN=orders", "issuerDN": "CN=Authority", "serialNumber": "01:ab",
        "validity": {"notBefore": "May 28 12:30:02 2019 GMT", "notAfter": "Aug  5 09:36:04 2121 GMT"},
    });
    assert_eq!(sample.v1()["requestContext"]["identity"]["clientCert"], expected);
    assert_eq!(sample.v2()["requestContext"]["authentication"], json!({"clientCert": expected}));
    let without = Sample::new();
    assert!(without.v1()["requestContext"]["identity"].get("clientCert").is_none());
    assert!(without.v2()["requestContext"].get("authentication").is_none());
}

#[test]
fn e30_large_bodies_are_built_whole() {
    for size in [32 << 10, 1 << 20, 6 << 20] {
        let body: &'static [u8] = Box::leak(vec![0xffu8; size].into_boxed_slice());
        let sample = Sample::new().body("application/octet-stream", body);
        let request = EventRequest { headers: &sample.headers, ..sample.request };
        let event = build(EventFormat::V2, &request).unwrap();
        // The size that the caller compares with `limits`: envelope and base64 are part of it.
        assert!(event.len() > size * 4 / 3);
    }
}

#[test]
fn e31_a_chunked_request_gets_its_length() {
    let sample = Sample::new().body("application/json", b"{\"a\":1}").header("transfer-encoding", "chunked");
    for (event, length) in [(sample.v1(), "Content-Length"), (sample.v2(), "content-length")] {
        assert_eq!(event["headers"][length], "7");
        assert!(event["headers"].get("transfer-encoding").is_none());
    }
}

#[test]
fn e32_headers_of_the_connection_are_not_shown() {
    let sample = Sample::new().header("connection", "x-hop").header("x-hop", "1").header("te", "trailers");
    for (event, host) in [(sample.v1(), "Host"), (sample.v2(), "host")] {
        let names: Vec<&String> = event["headers"].as_object().unwrap().keys().collect();
        assert_eq!(names, [host]);
        assert_eq!(event["headers"][host], "api.example.com");
    }
}

proptest::proptest! {
    #[test]
    fn every_body_survives(body: Vec<u8>, kind in "(text/plain|application/json|image/png|)", base64: bool) {
        proptest::prop_assume!(!body.is_empty());
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_str(&kind).unwrap());
        let sample = Sample::new();
        let request =
            EventRequest { headers: &headers, body: Some(&body), base64, binary_media_types: &["image/*"], ..sample.request };
        for format in [EventFormat::V1, EventFormat::V2] {
            let event = serde_json::from_slice(&build(format, &request).unwrap()).unwrap();
            assert_eq!(bytes(&event), body);
        }
    }
}

#[test]
fn e24_a_load_balancer_sends_one_family_of_maps_and_decodes_nothing() {
    let sample = Sample::new().query("a=1&a=%C3%BC+&b").header("x-twice", "1").header("x-twice", "2");
    let (single, multi) = (sample.alb(false), sample.alb(true));
    assert_eq!(single["queryStringParameters"], json!({"a": "%C3%BC+", "b": ""}));
    assert_eq!(single["headers"], json!({"x-twice": "2", "host": "api.example.com"}));
    assert_eq!(multi["multiValueQueryStringParameters"], json!({"a": ["1", "%C3%BC+"], "b": [""]}));
    assert_eq!(multi["multiValueHeaders"], json!({"x-twice": ["1", "2"], "host": ["api.example.com"]}));
    for (event, absent) in [
        (&single, ["multiValueHeaders", "multiValueQueryStringParameters"]),
        (&multi, ["headers", "queryStringParameters"]),
    ] {
        assert!(absent.iter().all(|name| event.get(name).is_none()), "{event}");
        assert_eq!(
            event["requestContext"],
            json!({"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/orders/0"}})
        );
        assert_eq!((&event["httpMethod"], &event["path"]), (&json!("POST"), &json!("/orders/7")));
        assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!(""), &json!(false)));
        assert!(event.get("version").is_none() && event.get("resource").is_none());
    }
    assert_eq!(Sample::new().alb(false)["queryStringParameters"], json!({}));
}

#[test]
fn e24_a_load_balancer_sends_as_text_what_it_names_as_text() {
    for (content_type, base64) in [
        ("text/plain", false),
        ("application/json; charset=utf-8", false),
        ("application/xml", false),
        ("application/vnd.api+json", true),
        ("application/x-www-form-urlencoded", true),
        ("", true),
    ] {
        let event = Sample::new().body(content_type, b"a=b").alb(false);
        assert_eq!(event["isBase64Encoded"], json!(base64), "{content_type}");
        assert_eq!(bytes(&event), b"a=b");
    }
    let encoded = Sample::new().body("text/plain", b"a").header("content-encoding", "gzip").alb(false);
    assert_eq!(encoded["isBase64Encoded"], true);
}

#[test]
fn a_plain_request_holds_json_as_json_text_as_text_and_bytes_as_base64() {
    let sample = Sample::new().query("a=1&a=%C3%BC&b=%26").header("x-twice", "1").header("x-twice", "2");
    let sample = sample.header("cookie", "a=1; b=2").header("connection", "x-gone").header("x-gone", "1");
    let event = sample.body("application/vnd.api+json", br#"{"n": 12345678901234567}"#).plain();
    assert_eq!(event["body"], json!({"n": 12345678901234567u64}));
    assert_eq!((&event["method"], &event["path"]), (&json!("POST"), &json!("/orders/7")));
    assert_eq!(event["query"], json!({"a": ["1", "ü"], "b": "&"}));
    assert_eq!((&event["headers"]["x-twice"], &event["headers"]["cookie"]), (&json!("1,2"), &json!("a=1; b=2")));
    assert_eq!(event["headers"].get("x-gone"), None);
    for (content_type, body, expected, base64) in [
        ("application/json", &b"{broken"[..], json!("{broken"), false),
        ("application/json", b"\xef\xbb\xbf[1]", json!([1]), false),
        ("text/plain", b"\"\n", json!("\"\n"), false),
        ("image/png", b"\xff\x00", json!("/wA="), true),
    ] {
        let event = Sample::new().body(content_type, body).plain();
        assert_eq!((&event["body"], &event["isBase64Encoded"]), (&expected, &json!(base64)));
    }
    let empty = Sample::new().plain();
    assert_eq!((&empty["body"], &empty["query"], &empty["isBase64Encoded"]), (&Json::Null, &json!({}), &json!(false)));
}
