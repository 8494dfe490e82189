//! Answers that stream, called through the official SDK.

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvokeWithResponseStreamResponseEvent as Event;
use serde_json::json;

use super::{Bench, has, signer};
use crate::aws::credentials::SdkHttp;
use crate::aws::credentials::tests::http;

const HANDLER: &str = "
export const handler = awslambda.streamifyResponse(async (event, stream, context) => {
  if (event.fail === 'early') throw new Error('before the first byte');
  if (event.head) stream = awslambda.HttpResponseStream.from(stream, { statusCode: 201, cookies: ['c=1'] });
  for (const part of event.parts) stream.write(part);
  if (event.fail === 'late') throw new TypeError('after it');
  stream.end();
});
";

/// The chunks as one text, and how the invocation ended.
async fn call(bench: &Bench, function: &str, payload: &str) -> (Vec<u8>, Option<String>) {
    let keys = aws_credential_types::Credentials::new(signer::KEY, signer::SECRET, None, None, "test");
    let config = aws_sdk_lambda::Config::builder()
        .behavior_version(aws_sdk_lambda::config::BehaviorVersion::latest())
        .http_client(SdkHttp::new(http()))
        .sleep_impl(aws_smithy_async::rt::sleep::TokioSleep::new())
        .time_source(aws_smithy_async::time::SystemTimeSource::new())
        .region(aws_sdk_lambda::config::Region::new("eu-west-1"))
        .endpoint_url(bench.lambda.endpoint())
        .credentials_provider(keys);
    let client = aws_sdk_lambda::Client::from_conf(config.build());
    let call = client.invoke_with_response_stream().function_name(function).payload(Blob::new(payload));
    let mut events = call.send().await.expect("a stream").event_stream;
    let mut bytes = Vec::new();
    loop {
        match events.recv().await.expect("an event").expect("an end that is told") {
            Event::PayloadChunk(chunk) => bytes.extend(chunk.payload.expect("a payload").into_inner()),
            Event::InvokeComplete(complete) => return (bytes, complete.error_code),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_handler_streams_to_the_sdk() {
    if !has("node") {
        return;
    }
    let bench = Bench::with(&[("talk.mjs", HANDLER)]).await;
    let (bytes, error) = call(&bench, "talk", &json!({"parts": ["one ", "two"]}).to_string()).await;
    assert_eq!((bytes.as_slice(), error), (&b"one two"[..], None));
    let (bytes, error) = call(&bench, "talk", &json!({"parts": ["body"], "head": true}).to_string()).await;
    let expected = [br#"{"statusCode":201,"cookies":["c=1"]}"#.as_slice(), &[0; 8], b"body"].concat();
    assert_eq!((bytes, error), (expected, None));
    // The same process answers again, also after it has failed.
    let (bytes, error) = call(&bench, "talk", &json!({"parts": ["half"], "fail": "late"}).to_string()).await;
    assert_eq!((bytes.as_slice(), error.as_deref()), (&b"half"[..], Some("Unhandled")));
    let (bytes, error) = call(&bench, "talk", &json!({"parts": [], "fail": "early"}).to_string()).await;
    assert_eq!((bytes.as_slice(), error.as_deref()), (&b""[..], Some("Unhandled")));
    let (bytes, _) = call(&bench, "talk", &json!({"parts": ["x".repeat(300_000)]}).to_string()).await;
    assert_eq!(bytes.len(), 300_000);
}

#[tokio::test]
async fn a_plain_call_collects_what_a_handler_streams() {
    if !has("node") {
        return;
    }
    let bench = Bench::with(&[("talk.mjs", HANDLER)]).await;
    let answer = bench.call("talk", &json!({"parts": ["one ", "two"]}).to_string()).send().await;
    assert_eq!((answer.status, answer.text().as_str()), (200, "one two"));
    let answer = bench.call("talk", &json!({"parts": ["half"], "fail": "late"}).to_string()).send().await;
    assert_eq!(answer.header("x-amz-function-error"), Some("Unhandled"));
    assert_eq!(answer.json()["errorType"], "TypeError");
}

#[tokio::test]
async fn a_handler_that_does_not_stream_is_one_chunk() {
    if !has("python3") {
        return;
    }
    let bench = Bench::with(&[("plain.py", "def handler(event, context):\n    return [1, event]\n")]).await;
    assert_eq!(call(&bench, "plain", "{}").await, (b"[1, {}]".to_vec(), None));
}
