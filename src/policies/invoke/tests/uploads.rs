//! Bodies on their way out: compression, length, content type, HTTP's versions.

use std::io::Read;

use super::{Bench, invoke};
use crate::test_support::{Ask, Recorded, Reply};

fn unzipped(bytes: &[u8]) -> String {
    let mut text = String::new();
    flate2::read::GzDecoder::new(bytes).read_to_string(&mut text).unwrap();
    text
}

async fn seen(properties: &str, ask: Ask) -> Recorded {
    let bench = Bench::new(&invoke(&format!("target-url: '${{UPSTREAM}}/a?x=a+b', {properties}")));
    assert_eq!(bench.gateway.ask(ask).await.status, 200, "{properties}");
    bench.seen()
}

fn chunked() -> Ask {
    Ask::post("/example/7", "").chunked(&["grüße ", "und mehr"])
}

#[tokio::test]
async fn compression_streams_or_has_a_length() {
    let stream = seen("compression: true", chunked()).await;
    assert_eq!(
        (stream.header("content-encoding"), stream.header("transfer-encoding")),
        (Some("gzip"), Some("chunked"))
    );
    assert_eq!(unzipped(&stream.body), "grüße und mehr");
    let whole = seen("compression: true, chunked-uploads: false", chunked()).await;
    assert_eq!(whole.header("content-length"), Some(whole.body.len().to_string().as_str()));
    assert_eq!((unzipped(&whole.body), whole.header("transfer-encoding")), ("grüße und mehr".to_owned(), None));
    let none = seen("compression: true", Ask::get("/example/7")).await;
    assert_eq!((none.header("content-encoding"), none.body.len()), (None, 0));
    let already = seen("compression: true", Ask::post("/example/7", "x").header("content-encoding", "br")).await;
    assert_eq!((already.header("content-encoding"), &*already.body), (Some("br"), &b"x"[..]));
}

#[tokio::test]
async fn without_chunks_a_body_has_its_length_in_bytes() {
    for properties in ["chunked-uploads: false", "chunked-upload: false", "http-version: HTTP/1.0", "use-http-10: true"]
    {
        let seen = seen(properties, chunked()).await;
        assert_eq!(
            (seen.header("content-length"), seen.header("transfer-encoding")),
            (Some("16"), None),
            "{properties}"
        );
        assert_eq!(seen.body, "grüße und mehr".as_bytes());
    }
    assert_eq!(seen("use-http-10: true", chunked()).await.version, "HTTP/1.0");
}

#[tokio::test]
async fn a_delete_keeps_its_payload_where_asked() {
    let kept = seen("keep-payload: true", Ask::post("/example/7", "body").verb("DELETE")).await;
    assert_eq!((&*kept.method, &*kept.body, kept.header("content-length")), ("DELETE", &b"body"[..], Some("4")));
    let get = seen("keep-payload: true, verb: GET", Ask::post("/example/7", "body")).await;
    assert_eq!((get.body.len(), get.header("content-length")), (0, None));
}

#[tokio::test]
async fn backend_type_is_the_content_type_of_what_has_none() {
    for (kind, expected) in [
        ("detect", None),
        ("xml", Some("text/xml")),
        ("json", Some("application/json")),
        ("binary", Some("application/octet-stream")),
    ] {
        let bare = seen(&format!("backend-type: {kind}"), Ask::post("/example/7", "x")).await;
        assert_eq!(bare.header("content-type"), expected);
        let own = Ask::post("/example/7", "x").header("content-type", "text/plain");
        assert_eq!(seen(&format!("backend-type: {kind}"), own).await.header("content-type"), Some("text/plain"));
        let empty = seen(&format!("backend-type: {kind}"), Ask::get("/example/7")).await;
        assert_eq!(empty.header("content-type"), None);
    }
}

#[tokio::test]
async fn the_gateway_names_itself_where_nobody_else_does() {
    let own = Some(concat!("Gantry/", env!("CARGO_PKG_VERSION")));
    assert_eq!(seen("verb: GET", Ask::get("/example/7")).await.header("user-agent"), own);
    let client = Ask::get("/example/7").header("user-agent", "client");
    assert_eq!(seen("verb: GET", client).await.header("user-agent"), Some("client"));
    assert_eq!(seen("inject-user-agent: false", Ask::get("/example/7")).await.header("user-agent"), None);
}

#[tokio::test]
async fn a_connection_that_does_not_persist_says_so() {
    assert_eq!(seen("persistent-connection: false", Ask::get("/example/7")).await.header("connection"), Some("close"));
    assert_eq!(seen("persistent-connection: true", Ask::get("/example/7")).await.header("connection"), None);
}

#[tokio::test]
async fn a_plus_in_the_query_is_encoded_where_asked() {
    let all = "parameter-control: {type: blocklist, values: []}";
    let plain = seen(all, Ask::get("/example/7?y=1+2")).await;
    assert_eq!(plain.target, "/a?x=a+b&y=1+2");
    let encoded = seen(&format!("encode-plus-char: true, {all}"), Ask::get("/example/7?y=1+2")).await;
    assert_eq!(encoded.target, "/a?x=a%2Bb&y=1%2B2");
    assert_eq!(seen("encode-plus-char: true", Ask::get("/example/7")).await.target, "/a?x=a%2Bb");
}

#[tokio::test]
async fn query_parameters_are_decoded_where_asked() {
    for (properties, expected) in [("", "/q?a=x%2fy+z%2B"), (", decode-request-params: true", "/q?a=x%2Fy%20z%2B")] {
        let bench =
            Bench::new(&invoke(&format!("target-url: '${{UPSTREAM}}/q?a=$(request.parameters.a)'{properties}")));
        bench.gateway.ask(Ask::get("/example/7?a=x%2fy+z%2B")).await;
        assert_eq!(bench.seen().target, expected);
    }
}

/// Weakness 1 of the microgateway: bytes after a `GET` became the next request of the connection.
#[tokio::test]
async fn a_get_with_a_body_in_the_message_leaves_the_connection_in_step() {
    let text = "
execute:
  - set-variable: {actions: [{set: message.body, value: \"GET /smuggled HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n\"}]}
  - invoke: {target-url: '${UPSTREAM}/first', verb: GET, output: first}
  - invoke: {target-url: '${UPSTREAM}/second', verb: GET, output: second}
  - invoke: {target-url: '${UPSTREAM}/third', verb: POST}";
    let bench = Bench::new(text);
    bench.gateway.get().await;
    let seen = bench.service.requests();
    let targets: Vec<_> = seen.iter().map(|seen| &*seen.target).collect();
    assert_eq!(targets, ["/first", "/second", "/third"]);
    assert_eq!((seen[0].body.len(), seen[2].body.len()), (0, 35));
}

/// Weakness 7: the length of a text was counted in characters.
#[tokio::test]
async fn lengths_are_counted_in_bytes() {
    let text = "
execute:
  - set-variable: {actions: [{set: message.body, value: 'grüße €'}]}
  - invoke: {target-url: '${UPSTREAM}'}";
    let bench = Bench::new(text);
    bench.gateway.post("x").await;
    let seen = bench.seen();
    assert_eq!((seen.header("content-length"), &*seen.body), (Some("11"), "grüße €".as_bytes()));
}

/// Weakness 5: of repeated headers only the last came back, and the client's own came back too.
#[tokio::test]
async fn repeated_headers_come_back_and_the_clients_do_not() {
    let bench = Bench::answering(&invoke("target-url: '${UPSTREAM}'"), |_| {
        let raw = "HTTP/1.1 200 OK\r\nset-cookie: a=1\r\nset-cookie: b=2\r\nwarning: 1\r\nwarning: 2\r\nte: x\r\n\
                   proxy-authenticate: Basic\r\ntrailer: x\r\nupgrade: h2c\r\ncontent-length: 2\r\n\r\nok";
        Reply::Raw(raw.as_bytes().to_vec())
    });
    let answer = bench.gateway.ask(Ask::get("/example/7").header("x-client", "1").header("cookie", "c")).await;
    let names: Vec<_> = answer.headers.keys().map(|name| name.as_str().to_owned()).collect();
    assert_eq!(names, ["set-cookie", "warning"]);
    assert_eq!(answer.headers.get_all("set-cookie").iter().count(), 2);
}
