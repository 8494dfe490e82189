//! Frames as the service sends them, from a peer that is made up here; `local_lambda` has tests with real handlers.

use std::time::Duration;

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue as EventValue};
use http_body_util::BodyExt;

use super::*;
use crate::aws::client::{Invocation, InvocationType, InvokeError, LambdaClient};
use crate::aws::credentials::tests::{http, static_keys};
use crate::aws::credentials::{Base, CredentialSource, Credentials};
use crate::aws::endpoint::Endpoint;
use crate::aws::function::FunctionRef;
use crate::http_client::test_server::{Answer, TestServer};

fn event(kind: &str, payload: &str) -> Vec<u8> {
    let header = |name: &'static str, value: &str| Header::new(name, EventValue::String(value.to_owned().into()));
    let message = Message::new(payload.as_bytes().to_vec())
        .add_header(header(":message-type", "event"))
        .add_header(header(":event-type", kind));
    let mut out = Vec::new();
    write_message_to(&message, &mut out).unwrap();
    out
}

fn answering(frames: Vec<u8>) -> TestServer {
    TestServer::start(move |_| {
        let kind = ("content-type", "application/vnd.amazon.eventstream".to_owned());
        Answer::Reply(200, vec![kind, ("x-amz-executed-version", "7".to_owned())], frames.clone())
    })
}

async fn call(server: &TestServer, timeout: Duration) -> Result<StreamReply, InvokeError> {
    let source = CredentialSource { base: Base::Static(static_keys(None)), assume_role: None, region: None };
    let endpoint = Endpoint::from_url(&server.url("")).unwrap();
    let client = LambdaClient::new(http(), endpoint, "us-east-1", Credentials::new(source, http()));
    let target = client
        .target(&FunctionRef::parse("orders:live").unwrap(), None, InvocationType::ResponseStream, false)
        .unwrap();
    client.stream(&target, &Invocation { payload: Bytes::from_static(b"{}"), timeout, ..Invocation::default() }).await
}

const LONG: Duration = Duration::from_secs(10);

/// The text of a body, and the error after it.
async fn drained(mut body: PayloadStream) -> (String, Option<String>) {
    let mut text = String::new();
    loop {
        match body.frame().await {
            Some(Ok(frame)) => text.push_str(std::str::from_utf8(&frame.into_data().unwrap()).unwrap()),
            Some(Err(error)) => return (text, Some(error.to_string())),
            None => return (text, None),
        }
    }
}

#[tokio::test]
async fn chunks_come_as_the_function_wrote_them() {
    let frames = [
        event("PayloadChunk", "one "),
        event("SomethingNew", "not the function's"),
        event("PayloadChunk", "two"),
        event("InvokeComplete", "{}"),
    ];
    let server = answering(frames.concat());
    let reply = call(&server, LONG).await.unwrap();
    assert_eq!((reply.facts.executed_version(), reply.declared_type()), (Some("7"), None));
    assert_eq!(drained(reply.body).await, ("one two".to_owned(), None));
    assert_eq!(server.requests()[0].target, "/2021-11-15/functions/orders%3Alive/response-streaming-invocations");
}

#[tokio::test]
async fn r28_a_failure_at_the_end_is_an_error_of_the_body() {
    let complete = r#"{"ErrorCode": "Unhandled", "ErrorDetails": "{\"errorMessage\": \"secret\"}"}"#;
    let server = answering([event("PayloadChunk", "half"), event("InvokeComplete", complete)].concat());
    let (text, error) = drained(call(&server, LONG).await.unwrap().body).await;
    assert_eq!(text, "half");
    assert_eq!(error.as_deref(), Some("the function failed while its answer streamed: Unhandled"));
}

#[tokio::test]
async fn a_stream_that_is_cut_off_or_no_event_stream_is_an_error() {
    let whole = [event("PayloadChunk", "half"), event("InvokeComplete", "{}")].concat();
    let first = event("PayloadChunk", "half").len();
    for length in [first, first + 5, whole.len() - 1] {
        let server = answering(whole[..length].to_vec());
        let (text, error) = drained(call(&server, LONG).await.unwrap().body).await;
        assert_eq!(text, "half");
        assert_eq!(error.as_deref(), Some("the stream ended before the function's answer was complete"));
    }
    let server = answering(b"{\"message\": \"this is JSON and no event stream\"}".to_vec());
    let (_, error) = drained(call(&server, LONG).await.unwrap().body).await;
    assert!(error.is_some(), "its first bytes are the length of a frame that never comes");
}

#[tokio::test]
async fn silence_has_an_end() {
    let head =
        b"HTTP/1.1 200 OK\r\ncontent-type: application/vnd.amazon.eventstream\r\ntransfer-encoding: chunked\r\n\r\n";
    let frame = event("PayloadChunk", "half");
    let chunk = [format!("{:x}\r\n", frame.len()).as_bytes(), &frame, b"\r\n"].concat();
    let server = TestServer::start(move |_| Answer::Stall([head.as_slice(), &chunk].concat()));
    let (text, error) = drained(call(&server, Duration::from_millis(300)).await.unwrap().body).await;
    assert_eq!((text.as_str(), error.as_deref()), ("half", Some("the body came too slowly")));
}

#[tokio::test]
async fn a_refusal_is_the_services_error() {
    let server = TestServer::start(|_| {
        let kind = ("x-amzn-errortype", "ResourceNotFoundException".to_owned());
        Answer::Reply(404, vec![kind], b"{\"Message\": \"no such function\"}".to_vec())
    });
    let Err(InvokeError::Service(error)) = call(&server, LONG).await else { panic!("a service error") };
    assert_eq!((error.code.as_str(), error.message.as_str()), ("ResourceNotFoundException", "no such function"));
}
