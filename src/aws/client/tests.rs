use std::time::Instant;

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{InvocationType as SdkInvocationType, LogType};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::SystemTimeSource;

use super::*;
use crate::aws::credentials::tests::{http, role, static_keys, sts};
use crate::aws::credentials::{Base, CredentialSource, SdkHttp};
use crate::http_client::test_server::{Answer, Recorded, TestServer, closed_port};

const LONG: Duration = Duration::from_secs(10);
const ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:orders";

fn source(token: Option<&str>) -> CredentialSource {
    CredentialSource { base: Base::Static(static_keys(token)), assume_role: None, region: None }
}

fn client(url: &str, source: CredentialSource) -> LambdaClient {
    let http = http();
    LambdaClient::new(http.clone(), Endpoint::from_url(url).unwrap(), "us-east-1", Credentials::new(source, http))
}

fn invocation(timeout: Duration) -> Invocation {
    Invocation { payload: Bytes::from_static(b"{\"a\":1}"), timeout, ..Invocation::default() }
}

async fn invoke(client: &LambdaClient, invocation: Invocation) -> Result<InvokeReply, InvokeError> {
    let function = FunctionRef::parse("orders").unwrap();
    let target = client.target(&function, None, InvocationType::RequestResponse, false).unwrap();
    client.invoke(&target, &invocation).await
}

async fn call(server: &TestServer) -> Result<InvokeReply, InvokeError> {
    invoke(&client(&server.url(""), source(None)), invocation(LONG)).await
}

fn reply(headers: &[(&'static str, &str)], body: &str) -> Answer {
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Answer::Reply(200, headers, body.as_bytes().to_vec())
}

#[tokio::test]
async fn r17_payload_and_answer_pass_byte_for_byte() {
    let odd = "{\"a\": [ ], \"b\": {},\"c\":1.0, \"d\":123456789012345678901234567890}\n";
    let server = TestServer::start(move |_| reply(&[], odd));
    let client = client(&server.url("/prefix"), source(None));
    let payload = Bytes::from_static(odd.as_bytes());
    let answer = invoke(&client, Invocation { payload, timeout: LONG, ..Invocation::default() }).await.unwrap();
    assert_eq!((answer.status.as_u16(), &*answer.payload), (200, odd.as_bytes()));
    let request = &server.requests()[0];
    assert_eq!(request.target, "/prefix/2015-03-31/functions/orders/invocations");
    assert_eq!(request.body, odd.as_bytes());
    assert_eq!(request.header("x-amz-invocation-type"), Some("RequestResponse"));
    assert!(request.header("authorization").unwrap().contains("/us-east-1/lambda/aws4_request"));
}

#[tokio::test]
async fn r25_the_service_headers_are_read_through_accessors_only() {
    let server = TestServer::start(|_| {
        let tail = "U1RBUlQKRU5ECg==";
        reply(&[("x-amz-executed-version", "7"), ("x-amzn-requestid", "id-1"), ("x-amz-log-result", tail)], "null")
    });
    let answer = call(&server).await.unwrap();
    assert_eq!((answer.facts.executed_version(), answer.facts.request_id()), (Some("7"), Some("id-1")));
    assert_eq!(answer.facts.log_tail().as_deref(), Some("START\nEND\n"));
    assert_eq!((answer.function_error, answer.facts.durable_execution_arn()), (None, None));
}

#[tokio::test]
async fn x1_to_x4_failures_of_the_function_are_told_apart() {
    for (header, body, error, timeout) in [
        ("Handled", r#"{"errorMessage":"no"}"#, FunctionError::Handled, false),
        ("Unhandled", r#"{"errorMessage":"no","errorType":"E"}"#, FunctionError::Unhandled, false),
        (
            "Unhandled",
            r#"{"errorMessage":"2026 id Task timed out after 3.00 seconds"}"#,
            FunctionError::Unhandled,
            true,
        ),
        ("Unhandled", r#"{"errorType":"Sandbox.Timedout","errorMessage":"x"}"#, FunctionError::Unhandled, true),
    ] {
        let server = TestServer::start(move |_| reply(&[("x-amz-function-error", header)], body));
        let answer = call(&server).await.unwrap();
        assert_eq!((answer.function_error, answer.is_function_timeout()), (Some(error), timeout), "{body}");
    }
    let queued = TestServer::start(|_| Answer::Reply(202, vec![("x-amz-function-error", "Unhandled".into())], vec![]));
    assert_eq!(call(&queued).await.unwrap().function_error, None);
}

#[tokio::test]
async fn x8_an_error_of_the_service_is_one_invocation() {
    for status in [403, 429, 500, 502, 503] {
        let server = TestServer::start(move |_| {
            let headers = vec![("x-amzn-errortype", "SomeException".into()), ("retry-after", "7".into())];
            Answer::Reply(status, headers, br#"{"Message":"no"}"#.to_vec())
        });
        let error = call(&server).await.unwrap_err();
        assert_eq!(error.may_have_run(), status >= 500);
        let InvokeError::Service(service) = error else { panic!("{error}") };
        assert_eq!(
            (service.status.as_u16(), service.code.as_str(), service.message.as_str()),
            (status, "SomeException", "no")
        );
        assert_eq!(service.retry_after, Some(Duration::from_secs(7)));
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn x9_a_connection_closed_after_the_call_is_one_invocation() {
    let server = TestServer::start(|_| Answer::Close);
    let error = call(&server).await.unwrap_err();
    assert!(matches!(error, InvokeError::Broken(_)) && error.may_have_run(), "{error:?}");
    assert_eq!(server.requests().len(), 1);
    let partial = TestServer::start(|_| Answer::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nhalf".to_vec()));
    assert!(matches!(call(&partial).await, Err(InvokeError::Broken(_))));
    assert_eq!(partial.requests().len(), 1);
}

#[tokio::test]
async fn x10_a_late_answer_is_one_invocation_at_the_deadline() {
    let half = || Answer::Stall(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nhalf".to_vec());
    let silent: [Box<dyn Fn() -> Answer + Send + Sync>; 2] = [Box::new(|| Answer::Hang), Box::new(half)];
    for answer in silent {
        let server = TestServer::start(move |_| answer());
        let start = Instant::now();
        let error = invoke(&client(&server.url(""), source(None)), invocation(Duration::from_millis(300))).await;
        assert!(matches!(error, Err(InvokeError::Timeout { sent: true })), "{error:?}");
        assert!(start.elapsed() < Duration::from_secs(2));
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn x11_a_refused_connection_was_not_sent() {
    let client = client(&format!("http://{}", closed_port()), source(None));
    let error = invoke(&client, invocation(LONG)).await.unwrap_err();
    assert!(matches!(error, InvokeError::NotSent(_)) && !error.may_have_run(), "{error:?}");
}

#[tokio::test]
async fn x14_a_redirect_is_an_error_of_the_service() {
    let server = TestServer::start(|_| Answer::Reply(302, vec![("location", "http://127.0.0.1:1/".into())], vec![]));
    assert!(matches!(call(&server).await, Err(InvokeError::Service(error)) if error.status == 302));
}

#[tokio::test]
async fn the_deadline_covers_the_credentials() {
    let (server, sts) = (TestServer::start(|_| reply(&[], "{}")), TestServer::start(|_| Answer::Hang));
    let client = client(&server.url(""), role(&sts.url("")));
    let error = invoke(&client, invocation(Duration::from_millis(200))).await;
    assert!(matches!(error, Err(InvokeError::Timeout { sent: false })), "{error:?}");
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn expired_tokens_are_fetched_anew_for_the_next_call() {
    let sts = sts(Duration::from_secs(3600));
    let server = TestServer::start(|request: &Recorded| match request.header("x-amz-security-token") {
        Some("canary-token-0") => {
            let headers = vec![("x-amzn-errortype", "ExpiredTokenException".into())];
            Answer::Reply(
                403,
                headers,
                br#"{"message":"The security token included in the request is expired"}"#.to_vec(),
            )
        }
        _ => reply(&[], "{}"),
    });
    let client = client(&server.url(""), role(&sts.url("")));
    assert!(matches!(invoke(&client, invocation(LONG)).await, Err(InvokeError::Service(_))));
    assert!(invoke(&client, invocation(LONG)).await.is_ok());
    assert_eq!((server.requests().len(), sts.requests().len()), (2, 2));
}

#[tokio::test]
async fn an_answer_beyond_the_limit_is_cut_off() {
    let server = TestServer::start(|_| Answer::Reply(200, vec![], vec![b' '; limits::ANSWER + 1]));
    assert!(matches!(call(&server).await, Err(InvokeError::Broken(_))));
}

/// One call as both clients make it.
struct Case {
    function: &'static str,
    qualifier: Option<&'static str>,
    kind: InvocationType,
    tail: bool,
    context: Option<&'static str>,
    token: Option<&'static str>,
    payload: &'static [u8],
}

const PLAIN: Case = Case {
    function: "orders",
    qualifier: None,
    kind: InvocationType::RequestResponse,
    tail: false,
    context: None,
    token: None,
    payload: b"{\"a\":1}",
};

async fn ours(url: &str, case: &Case) {
    let client = client(url, source(case.token));
    let function = FunctionRef::parse(case.function).unwrap();
    let qualifier = case.qualifier.map(|text| Qualifier::parse(text).unwrap());
    let target = client.target(&function, qualifier.as_ref(), case.kind, case.tail).unwrap();
    let invocation = Invocation {
        payload: Bytes::from_static(case.payload),
        timeout: LONG,
        call_headers: Some(Box::new(CallHeaders {
            client_context: case.context.map(HeaderValue::from_static),
            ..CallHeaders::default()
        })),
        ..Invocation::default()
    };
    client.invoke(&target, &invocation).await.unwrap();
}

async fn theirs(url: &str, case: &Case) {
    let keys = static_keys(case.token);
    let token = keys.session_token.as_ref().map(|token| token.expose().to_owned());
    let config = aws_sdk_lambda::Config::builder()
        .behavior_version(aws_sdk_lambda::config::BehaviorVersion::latest())
        .http_client(SdkHttp::new(http()))
        .sleep_impl(TokioSleep::new())
        .time_source(SystemTimeSource::new())
        .region(aws_sdk_lambda::config::Region::new("us-east-1"))
        .endpoint_url(url)
        .credentials_provider(aws_credential_types::Credentials::new(
            keys.access_key_id.clone(),
            keys.secret_access_key.expose(),
            token,
            None,
            "test",
        ));
    aws_sdk_lambda::Client::from_conf(config.build())
        .invoke()
        .function_name(case.function)
        .set_qualifier(case.qualifier.map(str::to_owned))
        .invocation_type(SdkInvocationType::from(case.kind.as_str()))
        .set_log_type(case.tail.then_some(LogType::Tail))
        .set_client_context(case.context.map(str::to_owned))
        .payload(Blob::new(case.payload))
        .send()
        .await
        .unwrap();
}

/// Method, target (path and query), body, and the headers the API knows.
fn wire(request: &Recorded) -> (String, String, Vec<u8>, Vec<Option<String>>) {
    let names = [
        "content-type",
        "x-amz-invocation-type",
        "x-amz-log-type",
        "x-amz-client-context",
        "x-amz-security-token",
        "content-length",
        "host",
    ];
    let headers = names.iter().map(|name| request.header(name).map(str::to_owned)).collect();
    (request.method.clone(), request.target.clone(), request.body.clone(), headers)
}

#[tokio::test]
async fn our_calls_equal_those_of_the_sdk() {
    let server = TestServer::start(|_| reply(&[], "{}"));
    let cases = [
        PLAIN,
        Case { function: "orders:prod", ..PLAIN },
        Case { qualifier: Some("prod"), ..PLAIN },
        Case { function: "orders:prod", qualifier: Some("prod"), ..PLAIN },
        Case { qualifier: Some("$LATEST"), ..PLAIN },
        Case { function: "orders:$LATEST", ..PLAIN },
        Case { function: "123456789012:function:orders", qualifier: Some("7"), ..PLAIN },
        Case { function: ARN, ..PLAIN },
        Case { function: ARN, qualifier: Some("prod"), tail: true, ..PLAIN },
        Case { kind: InvocationType::Event, token: Some("a/token+with=signs"), ..PLAIN },
        Case { kind: InvocationType::DryRun, payload: b"", ..PLAIN },
        Case { context: Some("eyJjdXN0b20iOnt9fQ=="), payload: b"\x00\xff", ..PLAIN },
    ];
    for case in &cases {
        let url = server.url("/base");
        theirs(&url, case).await;
        ours(&url, case).await;
        let requests = server.requests();
        let [.., sdk, own] = &requests[..] else { panic!("two calls") };
        assert_eq!(wire(own), wire(sdk));
    }
    assert_eq!(server.requests().len(), 2 * cases.len());
}
