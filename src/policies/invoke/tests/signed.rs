//! `aws-sigv4` and `forward-path`: what arrives is what was signed (cases C11, C12 and A10 of the Lambda reference).

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::Bench;
use crate::test_support::{Ask, Recorded, Setup, TestServer, json_reply};

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
const SECRET: &str = "a secret for tests";

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}

/// The signature that AWS computes from what it received, written from AWS's description and not from our signer.
fn expected(seen: &Recorded) -> (String, String) {
    let authorization = seen.header("authorization").expect("a signature");
    let field = |name: &str| {
        let start = authorization.find(&format!("{name}=")).unwrap() + name.len() + 1;
        authorization[start..].split(',').next().unwrap().to_owned()
    };
    let (path, query) = seen.target.split_once('?').unwrap_or((&seen.target, ""));
    // The received query is in canonical form but for its order.
    let mut pairs: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty()).collect();
    assert!(pairs.iter().all(|pair| pair.contains('=')), "{query}");
    pairs.sort_by_key(|pair| pair.split_once('='));
    let path: Vec<String> = path.split('/').map(|part| utf8_percent_encode(part, UNRESERVED).to_string()).collect();
    let names = field("SignedHeaders");
    let mut headers: BTreeMap<&str, String> = BTreeMap::new();
    for name in names.split(';') {
        headers.insert(name, seen.header(name).unwrap().trim().to_owned());
    }
    let headers: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let hash = hex::encode(digest(&SHA256, &seen.body));
    let canonical = format!("{}\n{}\n{}\n{headers}\n{names}\n{hash}", seen.method, path.join("/"), pairs.join("&"));
    let scope = field("Credential").split_once('/').unwrap().1.to_owned();
    let date = seen.header("x-amz-date").unwrap();
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hex::encode(digest(&SHA256, canonical.as_bytes())));
    let key = scope.split('/').fold(format!("AWS4{SECRET}").into_bytes(), |key, part| mac(&key, part));
    (hex::encode(mac(&key, &text)), field("Signature"))
}

fn assert_signed(seen: &Recorded) {
    let (expected, given) = expected(seen);
    assert_eq!(given, expected, "{seen:?}");
}

/// The request of one signed call, as the service receives it.
async fn seen(service: &str, url: &str, ask: Ask) -> Recorded {
    let server = TestServer::start(|_| json_reply(200, "{}"));
    let text = format!(
        "properties: {{secret: {{value: {SECRET}}}}}\nexecute:\n  - invoke:\n      target-url: '${{UPSTREAM}}{url}'\n      \
         parameter-control: {{type: blocklist, values: []}}\n      aws-sigv4:\n        service: {service}\n        \
         region: eu-west-1\n        aws-access-key-id: AKIDTEST\n        aws-secret-access-key: $(secret)"
    );
    let gateway = Setup::default().env("UPSTREAM", server.url("")).assembly(&text).serve_cleanly();
    let answer = gateway.ask(ask).await;
    assert_eq!(answer.status, 200, "{answer}");
    server.requests().remove(0)
}

#[tokio::test]
async fn c11_the_query_that_is_sent_is_the_query_that_was_signed() {
    for (query, sent) in [
        ("", ""),
        ("?a=%2F&b=/", "?a=%2F&b=%2F"),
        ("?a=*&b=~&c=%7e", "?a=%2A&b=~&c=~"),
        ("?b=2&a=1&a=0&a", "?b=2&a=1&a=0&a="),
        ("?flag&x=a+b&y=a%20b&z=a%2Bb", "?flag=&x=a%20b&y=a%20b&z=a%2Bb"),
        ("?a=b=c&%C3%BC=%c3%bc&&", "?a=b%3Dc&%C3%BC=%C3%BC"),
        ("?a=!'()", "?a=%21%27%28%29"),
    ] {
        let seen = seen("lambda", "/f", Ask::get(&format!("/example/7{query}"))).await;
        assert_eq!(seen.target, format!("/f{sent}"));
        assert_signed(&seen);
    }
}

#[tokio::test]
async fn c12_services_bodies_and_paths_are_signed() {
    for service in ["lambda", "execute-api"] {
        for path in ["", "/", "/a", "/a/", "/a%20b/%C3%BC", "/a:b@c", "/x$(request.path)"] {
            let ask = Ask::post("/example/7", "").chunked(&["grüße", "!"]).header("content-type", "text/plain");
            let ask = ask.header("authorization", "Bearer mine").header("x-amz-date", "20000101T000000Z");
            let ask = ask.header("x-amz-security-token", "mine").header("x-amz-content-sha256", "mine");
            let ask = ask.header("x-amz-meta", "1").header("x-other", "2").header("x-amzn-trace-id", "Root=1");
            let seen = seen(service, path, ask).await;
            assert_signed(&seen);
            assert_eq!((seen.header("x-amz-security-token"), seen.header("transfer-encoding")), (None, None));
            assert_eq!(seen.header("x-amz-content-sha256").is_some(), service == "lambda");
            assert_eq!(seen.headers.iter().filter(|(name, _)| name == "authorization").count(), 1);
            let authorization = seen.header("authorization").unwrap();
            assert!(authorization.contains(&format!("/eu-west-1/{service}/aws4_request")), "{authorization}");
            assert!(authorization.contains("x-amz-meta") && !authorization.contains("x-other"), "{authorization}");
        }
    }
}

#[tokio::test]
async fn what_has_no_canonical_form_is_refused() {
    let server = TestServer::start(|_| json_reply(200, "{}"));
    let text = format!(
        "properties: {{secret: {{value: {SECRET}}}}}\nexecute:\n  - invoke: {{target-url: '${{UPSTREAM}}/a', \
         parameter-control: {{type: blocklist}}, aws-sigv4: {{service: lambda, region: eu-west-1, \
         aws-access-key-id: AKIDTEST, aws-secret-access-key: $(secret)}}}}"
    );
    let gateway = Setup::default().env("UPSTREAM", server.url("")).assembly(&text).serve_cleanly();
    let answer = gateway.ask(Ask::get("/example/7?a=%FF")).await;
    assert_eq!((answer.status, answer.fault_name()), (400, Some("PropertyError")));
}

#[test]
fn service_and_region_come_from_the_host_or_are_written() {
    let findings = |properties: &str| super::loaded(properties).findings();
    let keys = "credentials: test";
    for url in ["https://abc.lambda-url.eu-west-1.on.aws/", "https://abc.execute-api.eu-west-1.amazonaws.com/prod/x"] {
        let setup = Setup::with_lambda_at("http://127.0.0.1:1");
        let text = super::invoke(&format!("target-url: '{url}', aws-sigv4: {{{keys}}}"));
        assert_eq!(setup.assembly(&text).findings(), [""; 0], "{url}");
    }
    assert_eq!(
        findings("target-url: 'https://h/', aws-sigv4: {region: eu-west-1}"),
        ["api.yaml:6:53: error G0308 the host does not say which service the call is signed for; \
          write `service: lambda` for a function URL, or `service: execute-api` for API Gateway"]
    );
    assert_eq!(
        findings("target-url: 'https://a.lambda-url.eu-west-1.on.aws/', aws-sigv4: {region: us-east-1}"),
        ["api.yaml:6:90: error G0603 the host says `eu-west-1`, but `region` is `us-east-1`; \
          remove `region`: the host's region is used"]
    );
    assert_eq!(
        findings("target-url: 'https://a.lambda-url.eu-west-1.on.aws/', aws-sigv4: {aws-access-key-id: A}"),
        ["api.yaml:6:101: error G0605 `aws-access-key-id` needs `aws-secret-access-key` beside it; \
          add `aws-secret-access-key`, or remove `aws-access-key-id`"]
    );
}

/// The forwarded path, as the service receives it.
async fn forwarded(path: &str, target: &str, ask: &str) -> Result<String, (u16, String)> {
    let server = TestServer::start(|_| json_reply(200, "{}"));
    let document = format!(
        "openapi: 3.0.3\ninfo: {{title: example, version: 1.0.0}}\nservers: [{{url: /base}}]\npaths: {{'{path}': {{}}}}\n\
         x-assembly:\n  execute:\n    - invoke: {{target-url: '${{UPSTREAM}}{target}', forward-path: true}}\n"
    );
    let gateway = Setup::default().env("UPSTREAM", server.url("")).load(&document).serve_cleanly();
    let answer = gateway.ask(Ask::get(ask)).await;
    match server.requests().first() {
        Some(seen) => Ok(seen.target.clone()),
        None => Err((answer.status, answer.fault_name().unwrap_or_default().to_owned())),
    }
}

#[tokio::test]
async fn a10_the_rest_of_the_path_is_appended_with_one_slash() {
    for (path, target, ask, expected) in [
        ("/aws/{rest+}", "", "/base/aws/a/b%2Fc", "/a/b%2Fc"),
        ("/aws/{rest+}", "/", "/base/aws/a", "/a"),
        ("/aws/{rest+}", "/prod", "/base/aws/a/", "/prod/a/"),
        ("/aws/{+rest}", "/prod/?x=1", "/base/aws/a", "/prod/a?x=1"),
        ("/aws/{id}/{rest+}", "/prod", "/base/aws/7/a/b", "/prod/a/b"),
        ("/aws/{id}/lines", "/prod", "/base/aws/7/lines", "/prod/7/lines"),
        ("/aws/{id}", "/prod/", "/base/aws/a%20b", "/prod/a%20b"),
        ("/aws", "/prod", "/base/aws", "/prod"),
        ("/aws/{rest+}", "/prod", "/base/aws/a...b/..c", "/prod/a...b/..c"),
    ] {
        assert_eq!(forwarded(path, target, ask).await.as_deref(), Ok(expected), "{path} {ask}");
    }
}

#[tokio::test]
async fn a10_no_path_leaves_its_folder() {
    for rest in ["..", "a/../b", "a/%2e%2e/b", "%2E./b", "a/.", "a%2F..%2Fb", "..%5Cb", "a/..%2f"] {
        let answer = forwarded("/aws/{rest+}", "/prod", &format!("/base/aws/{rest}")).await;
        assert!(answer.is_err(), "{rest} {answer:?}");
    }
}

#[tokio::test]
async fn a_signature_does_not_follow_to_another_origin() {
    let second = TestServer::start(|_| json_reply(200, "{}"));
    let location = second.url("/next");
    let first = TestServer::start(move |request| match &*request.target {
        "/start" => crate::test_support::Reply::Reply(307, vec![("location", "/again".to_owned())], Vec::new()),
        _ => crate::test_support::Reply::Reply(307, vec![("location", location.clone())], Vec::new()),
    });
    let text = format!(
        "allowed-hosts: ['${{SECOND}}']\nproperties: {{secret: {{value: {SECRET}}}}}\nexecute:\n  - invoke: \
         {{target-url: '${{UPSTREAM}}/start', follow-redirects: true, aws-sigv4: {{service: lambda, \
         region: eu-west-1, aws-access-key-id: AKIDTEST, aws-secret-access-key: $(secret)}}}}"
    );
    let setup = Setup::default().env("UPSTREAM", first.url("")).env("SECOND", second.address.to_string());
    let bench = Bench { service: second, gateway: setup.assembly(&text).serve_cleanly() };
    bench.gateway.post("body").await;
    let [start, again] = &first.requests()[..] else { panic!("not two calls") };
    assert_signed(start);
    assert_signed(again);
    let seen = bench.seen();
    assert_eq!((seen.header("authorization"), seen.header("x-amz-date"), &*seen.body), (None, None, &b"body"[..]));
}
