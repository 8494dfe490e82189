//! The numbers are those of the conformance cases.

use super::*;

const HEAD: &str = r#"{"statusCode":201,"headers":{"X-A":"1}\"","connection":"close"},"multiValueHeaders":{"x-b":["1","2"]},"cookies":["c=1","d=2"]}"#;

/// Streams these pieces, then ends or breaks.
fn body(pieces: Vec<Vec<u8>>, breaks: bool) -> impl Body<Data = Bytes, Error = BoxError> + Send + Unpin + 'static {
    let pieces = pieces.into_iter().map(|piece| Ok(Frame::data(Bytes::from(piece))));
    let end = breaks.then(|| Err(BoxError::from("the stream broke")));
    StreamBody::new(stream::iter(pieces.chain(end).collect::<Vec<_>>()))
}

/// Status, content type, `x-a`, `x-b`, cookies and the whole body.
async fn seen(pieces: Vec<Vec<u8>>, declared: Option<&'static str>) -> (u16, Vec<String>, Vec<u8>) {
    let declared = declared.map(HeaderValue::from_static);
    let mut response = open(body(pieces, false), declared.as_ref()).await.unwrap();
    response.body.load(1 << 20).await.unwrap();
    let headers = response.headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()));
    (response.status.as_u16(), headers.collect(), response.body.bytes().unwrap_or_default().to_vec())
}

#[tokio::test]
async fn r26_the_head_may_be_cut_anywhere() {
    let whole = [HEAD.as_bytes(), &DELIMITER, b"body\0\0 {\"a\":1}"].concat();
    let expected = (
        201,
        [
            "x-b: 1",
            "x-b: 2",
            "x-a: 1}\"",
            "set-cookie: c=1",
            "set-cookie: d=2",
            "content-type: application/octet-stream",
        ]
        .map(str::to_owned)
        .to_vec(),
        b"body\0\0 {\"a\":1}".to_vec(),
    );
    for at in 0..=whole.len() {
        let pieces = vec![whole[..at].to_vec(), whole[at..].to_vec()];
        assert_eq!(seen(pieces, None).await, expected, "cut at {at}");
    }
    let bytes = whole.iter().map(|byte| vec![*byte]).collect();
    assert_eq!(seen(bytes, None).await, expected);
}

#[tokio::test]
async fn r27_without_a_head_the_bytes_are_the_body() {
    for text in [
        "",
        "data: 1\n\n",
        "{\"a\":1}",
        "{\"a\": \"\\\"}\"} rest",
        "{\"a\"",
        "[1]",
        "  x",
        "\0\0\0\0\0\0\0\0",
        "{}\0\0\0",
    ] {
        for pieces in [vec![text.as_bytes().to_vec()], text.bytes().map(|byte| vec![byte]).collect()] {
            let (status, headers, body) = seen(pieces, None).await;
            assert_eq!((status, headers), (200, vec!["content-type: application/octet-stream".to_owned()]), "{text}");
            assert_eq!(body, text.as_bytes(), "{text}");
        }
    }
    let (_, headers, _) = seen(vec![b"data: 1\n\n".to_vec()], Some("text/event-stream")).await;
    assert_eq!(headers, ["content-type: text/event-stream"]);
}

#[tokio::test]
async fn r27_a_declared_head_must_come() {
    let declared = HeaderValue::from_static("application/vnd.awslambda.http-integration-response");
    for text in ["", "no", "{}", "{\"statusCode\":200}\0\0"] {
        let pieces = vec![text.as_bytes().to_vec()];
        let opened = open(body(pieces, false), Some(&declared)).await;
        assert!(matches!(opened, Err(OpenError::NoHead)), "{text}");
    }
    let pieces = vec![b"{\"statusCode\":99}\0\0\0\0\0\0\0\0x".to_vec()];
    let opened = open(body(pieces, false), Some(&declared)).await;
    assert!(matches!(opened, Err(OpenError::Head(ProxyError::Status(_)))));
}

#[tokio::test]
async fn r28_a_stream_that_breaks_before_its_body_is_an_error_and_later_breaks_the_body() {
    let head = [HEAD.as_bytes(), &DELIMITER].concat();
    for pieces in [vec![], vec![head.clone()], vec![head[..20].to_vec()]] {
        assert!(matches!(open(body(pieces, true), None).await, Err(OpenError::Stream(_))));
    }
    let mut response = open(body(vec![head, b"first".to_vec()], true), None).await.unwrap();
    assert_eq!(response.status.as_u16(), 201);
    assert!(response.body.load(1 << 20).await.is_err(), "what came is not the whole body");
}

#[tokio::test]
async fn a_status_without_a_body_has_none() {
    let pieces = || vec![b"{\"statusCode\":204}\0\0\0\0\0\0\0\0not sent".to_vec()];
    let response = open(body(pieces(), false), None).await.unwrap();
    assert!(matches!(response.body, value::Body::Empty));
}

#[test]
fn a_head_without_an_end_is_no_head() {
    assert_eq!(scan(&[b"{\"a\": \"".as_slice(), &vec![b'x'; LONGEST_HEAD]].concat()), Scan::None);
}
