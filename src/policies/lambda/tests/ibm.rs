//! IBM's shapes and names, unchanged: the policy of API Connect, and the kind of API Studio.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::refused::{check, loaded, setup};
use super::{Bench, answering_all, lambda, reply};
use crate::test_support::{Reply, Setup, TestServer, closed_port, ibm_document};

/// The kind as API Studio writes it, with every property that the reference knows.
const RESOURCE: &str = "
execute:
  - kind: InvokeAWSLambda
    apiVersion: api.ibm.com/v1
    metadata: {name: place the order, version: '1.0', namespace: shop, tags: [a], labels: {gatewayTypes: [nano]}}
    spec:
      functionName: orders
      qualifier: v1
      invocationType: request-response
      region: eu-central-1
      awsAuthType: {accessSecret: test}
      tlsConnectionProfile: internal
      input: message
      output: message
      clientConfig:
        socketTimeout: 50000
        connectionTimeout: 10000
        requestTimeout: 0
        clientExecutionTimeout: 20000
        clientRetryCount: 3
        connectionExpirationTimeout: -1
        maxConnectionIdleTime: 60000
        enableExpectContinue: false
        enableGzip: false
        enableHostPrefixInjection: false
        enableKeepAlive: true
        enableThrottledRetries: true
        enableResponseMetadataCache: false
        signatureAlgorithm: AWS4SignerType";

fn with_profile(url: String) -> Setup {
    Setup::with_lambda_at(url).settings(|settings| {
        settings.tls_profiles.insert("internal".to_owned(), crate::settings::TlsProfile::default());
    })
}

#[tokio::test]
async fn the_kind_of_api_studio_runs_as_it_is_written() {
    let service = TestServer::start(|_| reply(200, &[], "1"));
    let answer = with_profile(service.url("")).assembly(RESOURCE).serve_cleanly().post(r#"{"a": 1}"#).await;
    assert_eq!(answer.short(), (200, "1"));
    let seen = &service.requests()[0];
    assert_eq!(seen.target, "/2015-03-31/functions/orders/invocations?Qualifier=v1");
    assert_eq!((&*seen.body, seen.header("x-amz-invocation-type")), (&br#"{"a": 1}"#[..], Some("RequestResponse")));
    assert!(seen.header("authorization").unwrap().contains("/eu-central-1/lambda/"));

    let service = TestServer::start(|_| reply(403, &[], "{}"));
    let text = format!("{RESOURCE}{}", answering_all("$(error.policyTitle)"));
    let answer = with_profile(service.url("")).assembly(&text).serve_cleanly().post("{}").await;
    assert_eq!(answer.text(), "place the order");
}

#[tokio::test]
async fn the_kind_sends_no_payload_where_it_names_no_input() {
    let step = |name: &str, more: &str| format!("execute:\n  - {name}: {{functionName: f{more}}}");
    for (text, sent) in [
        (step("InvokeAWSLambda", ""), ""),
        (step("InvokeAWSLambda", ", input: ''"), ""),
        (step("InvokeAWSLambda", ", input: message"), "{}"),
        (step("lambda", ""), "{}"),
        (step("aws-lambda", ""), "{}"),
    ] {
        let bench = Bench::answering(&text, |_| reply(200, &[], "1"));
        bench.gateway.post("{}").await;
        assert_eq!(String::from_utf8(bench.seen().body).unwrap(), sent, "{text}");
    }
}

#[tokio::test]
async fn the_sample_step_of_ibm_runs_under_ibms_carrier() {
    let step = "
execute:
  - aws-lambda:
      version: 1.0.0
      title: Lambda
      description: shipping
      function_name: orders
      aws_region: us-east-1
      aws_access_key_id: AKIDINLINE
      aws_secret_access_key: not a real one";
    for gateway in ["datapower-api-gateway", "datapower-gateway", "datapower-nano-gateway"] {
        let service = TestServer::start(|_| reply(200, &[], r#"{"shipped": true}"#));
        let loaded = Setup::with_lambda_at(service.url("")).load(&ibm_document(gateway, step));
        let answer = loaded.serve().post("{}").await;
        assert_eq!(answer.short(), (200, r#"{"shipped": true}"#), "{gateway}");
    }
}

#[tokio::test]
async fn the_title_is_lambda_whatever_the_step_is_called() {
    for name in ["lambda", "aws-lambda", "InvokeAWSLambda"] {
        let text = format!("execute:\n  - {name}: {{function: f}}{}", answering_all("$(error.policyTitle)"));
        let bench = Bench::answering(&text, |_| reply(403, &[], "{}"));
        assert_eq!(bench.gateway.get().await.text(), "lambda", "{name}");
    }
}

#[tokio::test]
async fn the_times_of_a_client_count() {
    for time in ["clientExecutionTimeout: 300", "requestTimeout: 300", "socketTimeout: 300, requestTimeout: 60000"] {
        let bench = Bench::answering(&lambda(&format!("function: f, client-config: {{{time}}}")), |_| Reply::Hang);
        let answer = bench.gateway.post("{}").await;
        assert_eq!((answer.status, answer.fault_name()), (504, Some("LambdaTimeoutError")), "{time}");
        assert_eq!(bench.service.requests().len(), 1, "a time-out is no reason to run a function again");
    }
    let always = "retry: {when: always, backoff: 1ms}, client_config: {requestTimeout: 500}";
    let bench = Bench::answering(&lambda(&format!("function: f, {always}")), |_| Reply::Hang);
    assert_eq!(bench.gateway.post("{}").await.fault_name(), Some("LambdaTimeoutError"));
    assert_eq!(bench.service.requests().len(), 3, "but for an author who says so");
}

#[tokio::test]
async fn a_count_says_how_often_and_never_that_a_function_may_run_twice() {
    for (count, attempts) in [(0, ""), (1, "2"), (4, "5")] {
        let step = lambda(&format!("function: f, clientConfig: {{clientRetryCount: {count}}}"));
        let text = format!("{step}{}", answering_all("$(error.attempts)"));
        let setup = Setup::with_lambda_at(format!("http://{}", closed_port()));
        assert_eq!(setup.assembly(&text).serve_cleanly().get().await.text(), attempts, "{count}");
        let bench = Bench::answering(&step, |_| Reply::Close);
        bench.gateway.post("{}").await;
        assert_eq!(bench.service.requests().len(), 1);
    }
    let count = AtomicUsize::new(0);
    let step = lambda("function: f, clientConfig: {clientRetryCount: 1, enableThrottledRetries: true}");
    let bench = Bench::answering(&step, move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => reply(429, &[], "{}"),
        _ => reply(200, &[], "1"),
    });
    assert_eq!(bench.gateway.post("{}").await.short(), (200, "1"));
}

#[test]
fn what_has_no_counterpart_is_a_warning() {
    for (property, help) in [
        ("connectionExpirationTimeout: 1000", "remove it"),
        ("enableExpectContinue: true", "remove it"),
        ("enableGzip: true", "remove it"),
        ("enableHostPrefixInjection: true", "remove it"),
        ("enableResponseMetadataCache: true", "remove it"),
        ("responseMetadataCacheSize: 128", "remove it"),
        ("tcpSendBufferSizeHint: 4096", "remove it"),
        ("tcpReceiveBufferSizeHint: 4096", "remove it"),
        ("enableKeepAlive: false", "TCP keep-alive is always on"),
        ("signatureAlgorithm: QueryStringSigner", "calls are signed with version 4"),
        ("serverRetryCount: 3", "write `retry: always` where the function may run more than once"),
    ] {
        let (name, _) = property.split_once(':').unwrap();
        let findings = loaded(&format!("function: f, clientConfig: {{{property}}}")).findings();
        let column = 46 + name.len();
        let expected =
            format!("api.yaml:6:{column}: warning G0309 `{name}` has no counterpart here and changes nothing; {help}");
        assert_eq!(findings, [expected]);
    }
    assert_eq!(
        loaded("function: f, clientConfig: {clientRetryCount: 20}").findings(),
        ["api.yaml:6:62: warning G0309 a call is made 10 times at most, so this is less here; 9 is the most"]
    );
    let extended = RESOURCE.replace("    spec:", "    extensions: {dp-nano-gateway: {}}\n    spec:");
    let findings = with_profile("http://127.0.0.1:1".to_owned()).assembly(&extended).findings();
    let message = "`extensions` of a resource has no counterpart here and changes nothing; remove it";
    assert_eq!(findings, [format!("api.yaml:9:7: warning G0309 {message}")]);
}

#[test]
fn two_ways_to_say_one_thing_are_refused() {
    check(&[
        (
            "timeout: 5, clientConfig: {clientExecutionTimeout: 5000}",
            "6:67: error G0306 `clientExecutionTimeout` and `timeout` say the same thing \
             (already said here: api.yaml:6:25); remove one of the two",
        ),
        (
            "retry: none, clientConfig: {clientRetryCount: 1}",
            "6:62: error G0306 `clientRetryCount` and `retry` say the same thing \
             (already said here: api.yaml:6:23); remove one of the two",
        ),
        (
            "credentials: a, awsAuthType: {accessSecret: a}",
            "6:45: error G0306 `aws-auth-type` and `credentials` say the same thing; remove one of the two",
        ),
        (
            "clientConfig: {timeout: 1}",
            "6:31: error G0303 `client-config` has no property `timeout`; \
          it has `requestTimeout`, `socketTimeout`, `clientExecutionTimeout`, `connectionTimeout`, `clientRetryCount`, \
          `enableThrottledRetries`, `maxConnectionIdleTime`, `enableKeepAlive`, `connectionExpirationTimeout`, \
          `enableExpectContinue`, `enableGzip`, `enableHostPrefixInjection`, `enableResponseMetadataCache`, \
          `responseMetadataCacheSize`, `signatureAlgorithm`, `tcpSendBufferSizeHint`, `tcpReceiveBufferSizeHint`, \
          `serverRetryCount`",
        ),
    ]);
}

#[test]
fn a_resource_with_mistakes_is_explained() {
    let findings = |text: &str| setup().assembly(&format!("execute:\n  - {text}")).findings();
    assert_eq!(
        findings("{kind: InvokeAWSLamda, spec: {functionName: f}}"),
        ["api.yaml:6:14: error G0301 there is no policy `InvokeAWSLamda`; did you mean `InvokeAWSLambda`?"]
    );
    assert_eq!(
        findings("{kind: InvokeAWSLambda, spec: [1]}"),
        ["api.yaml:6:37: error G0202 `spec` is a list, expected a map"]
    );
    assert_eq!(
        findings("{kind: InvokeAWSLambda, spec: {qualifier: x}}"),
        ["api.yaml:6:38: error G0305 `lambda` needs the property `function`"]
    );
}
