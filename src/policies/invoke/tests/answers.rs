//! Compressed answers: untouched on their way through, decompressed for who reads them.

use std::io::Write;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};

use super::{Bench, invoke};
use crate::test_support::{Ask, Reply};

fn gzipped(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn answering(assembly: &str, coding: &'static str, body: Vec<u8>) -> Bench {
    Bench::answering(assembly, move |_| {
        let headers = vec![("content-type", "application/json".to_owned()), ("content-encoding", coding.to_owned())];
        Reply::Reply(200, headers, body.clone())
    })
}

const READ: &str = "
execute:
  - invoke: {target-url: '${UPSTREAM}'}
  - set-variable: {actions: [{set: message.headers.x-read, value: $(message.body.answer)}]}";

#[tokio::test]
async fn what_nobody_reads_goes_through_as_it_is() {
    let body = gzipped(br#"{"answer": 42}"#);
    let bench = answering(&invoke("target-url: '${UPSTREAM}'"), "gzip", body.clone());
    let answer = bench.gateway.get().await;
    assert_eq!((answer.header("content-encoding"), &*answer.body), (Some("gzip"), &*body));
}

#[tokio::test]
async fn a_step_reads_what_was_compressed() {
    let text = br#"{"answer": 42}"#;
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    zlib.write_all(text).unwrap();
    for (coding, body) in [("gzip", gzipped(text)), ("deflate", zlib.finish().unwrap())] {
        let answer = answering(READ, coding, body.clone()).gateway.get().await;
        assert_eq!((answer.header("x-read"), answer.header("content-encoding")), (Some("42"), None), "{coding}");
        assert_eq!(answer.short(), (200, r#"{"answer": 42}"#));

        let output = "
execute:
  - invoke: {target-url: '${UPSTREAM}', output: reply}
  - set-variable: {actions: [{set: message.body, value: 'it is $(reply.body.answer)$(reply.headers.content-encoding)'}]}";
        let bench = answering(output, coding, body);
        let answer = bench.gateway.ask(Ask::get("/example/7").header("accept-encoding", "br, zstd")).await;
        assert_eq!(answer.text(), "it is 42", "{coding}");
        assert_eq!(bench.seen().header("accept-encoding"), Some("gzip, deflate"));
    }
}

#[tokio::test]
async fn bombs_and_broken_answers_are_connection_errors() {
    let whole = gzipped(br#"{"answer": 42}"#);
    for body in [gzipped(&vec![b' '; 64 * 1024 * 1024]), whole[..whole.len() - 8].to_vec(), b"no gzip".to_vec()] {
        let answer = answering(READ, "gzip", body.clone()).gateway.get().await;
        assert_eq!((answer.status, answer.fault_name()), (502, Some("ConnectionError")));
        let answer = answering(&invoke("target-url: '${UPSTREAM}', output: reply"), "gzip", body).gateway.get().await;
        assert_eq!((answer.status, answer.fault_name()), (500, Some("ConnectionError")));
    }
}

#[tokio::test]
async fn a_compressed_soap_fault_is_one() {
    let fault = "<Envelope xmlns='http://www.w3.org/2003/05/soap-envelope'><Body><Fault/></Body></Envelope>";
    let text = invoke("target-url: '${UPSTREAM}', stop-on-error: [SOAPError]");
    let body = gzipped(fault.as_bytes());
    let bench = Bench::answering(&text, move |_| {
        let headers =
            vec![("content-type", "application/soap+xml".to_owned()), ("content-encoding", "gzip".to_owned())];
        Reply::Reply(500, headers, body.clone())
    });
    assert_eq!(bench.gateway.get().await.fault_name(), Some("SOAPError"));
}

/// An answer that a step reads is unpacked before, so `parse` takes it.
#[tokio::test]
async fn a_packed_answer_can_be_parsed() {
    let text = format!("{READ}\n  - parse: {{}}\n").replace("  - set-variable", "  - parse: {}\n  - set-variable");
    let bench = answering(&text, "gzip", gzipped(br#"{"answer": 42}"#));
    let answer = bench.gateway.get().await;
    assert_eq!((answer.status, answer.header("x-read")), (200, Some("42")));
}
