//! Tests of the requests that the service receives.

use super::{Bench, lambda, reply};
use crate::test_support::{Ask, Setup, TestServer};

#[tokio::test]
async fn a_call_is_one_signed_post_of_the_bytes_of_the_body() {
    let bench = Bench::answering(&lambda("function: orders"), |_| reply(200, &[], "  [1, 1.0]\n"));
    let body = "{ \"a\" : 1.0e0, \"\u{fc}\":\t[ ] }\r\n";
    let answer = bench.gateway.post(body).await;
    assert_eq!((answer.short(), answer.header("content-type")), ((200, "  [1, 1.0]\n"), Some("application/json")));
    let seen = bench.seen();
    assert_eq!((&*seen.method, &*seen.target), ("POST", "/2015-03-31/functions/orders/invocations"));
    assert_eq!(String::from_utf8(seen.body.clone()).unwrap(), body);
    assert_eq!(seen.header("x-amz-invocation-type"), Some("RequestResponse"));
    let authorization = seen.header("authorization").unwrap();
    assert!(authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKIDTEST/"), "{authorization}");
    assert!(authorization.contains("/eu-west-1/lambda/aws4_request"), "{authorization}");
}

#[tokio::test]
async fn c13_headers_of_the_client_never_reach_the_service() {
    let bench = Bench::answering(&lambda("function: orders"), |_| reply(200, &[], "{}"));
    let ask = Ask::post("/example/7", "{}")
        .header("authorization", "Bearer canary")
        .header("x-amz-invocation-type", "Event")
        .header("x-amz-client-context", "canary")
        .header("x-amz-security-token", "canary")
        .header("x-amz-log-type", "Tail")
        .header("x-amzn-trace-id", "Root=canary")
        .header("x-forwarded-for", "canary")
        .header("cookie", "canary");
    bench.gateway.ask(ask).await;
    let seen = bench.seen();
    let text = format!("{:?}", seen.headers);
    assert!(!text.contains("canary") && !text.contains("Tail") && !text.contains("Event"), "{text}");
    assert_eq!(seen.headers.iter().filter(|(name, _)| name == "authorization").count(), 1);
}

#[tokio::test]
async fn headers_of_the_service_never_reach_the_client() {
    let bench = Bench::answering(&lambda("function: orders"), |_| {
        reply(200, &[("x-amzn-requestid", "id"), ("x-amz-executed-version", "$LATEST"), ("set-cookie", "a=b")], "1")
    });
    let answer = bench.gateway.get().await;
    let names: Vec<_> = answer.headers.keys().map(http::HeaderName::as_str).collect();
    assert_eq!(names, ["content-type"]);
}

#[tokio::test]
async fn a_trace_goes_on() {
    let bench = Bench::answering(&lambda("function: orders"), |_| reply(200, &[], "{}"));
    let parent = "00-0123456789abcdef0123456789abcdef-00f067aa0ba902b7-01";
    bench.gateway.ask(Ask::get("/example/7").header("traceparent", parent)).await;
    let expected = "Root=1-01234567-89abcdef0123456789abcdef;Parent=00f067aa0ba902b7;Sampled=1";
    assert_eq!(bench.seen().header("x-amzn-trace-id"), Some(expected));
    for broken in
        ["00-short-00f067aa0ba902b7-01", "nonsense", "00-0123456789abcdef0123456789abcdeg-00f067aa0ba902b7-01"]
    {
        let bench = Bench::answering(&lambda("function: orders"), |_| reply(200, &[], "{}"));
        bench.gateway.ask(Ask::get("/example/7").header("traceparent", broken)).await;
        assert_eq!(bench.seen().header("x-amzn-trace-id"), None, "{broken}");
    }
}

#[tokio::test]
async fn every_form_of_a_function_and_its_qualifier_reaches_its_path() {
    const ARN: &str = "arn:aws:lambda:eu-west-1:123456789012:function:orders";
    for (properties, path) in [
        ("function: orders".to_owned(), "orders/invocations".to_owned()),
        ("function: 'orders:prod'".to_owned(), "orders%3Aprod/invocations".to_owned()),
        ("function: orders, qualifier: prod".to_owned(), "orders/invocations?Qualifier=prod".to_owned()),
        ("function: orders, qualifier: 3".to_owned(), "orders/invocations?Qualifier=3".to_owned()),
        ("function: orders, qualifier: $LATEST".to_owned(), "orders/invocations?Qualifier=%24LATEST".to_owned()),
        ("function: 'orders:prod', qualifier: prod".to_owned(), "orders%3Aprod/invocations".to_owned()),
        (
            "function: '123456789012:function:orders'".to_owned(),
            "123456789012%3Afunction%3Aorders/invocations".to_owned(),
        ),
        (format!("function: '{ARN}'"), format!("{}/invocations", ARN.replace(':', "%3A"))),
        (format!("function: '{ARN}:prod'"), format!("{}%3Aprod/invocations", ARN.replace(':', "%3A"))),
    ] {
        let bench = Bench::answering(&lambda(&properties), |_| reply(200, &[], "{}"));
        assert_eq!(bench.gateway.get().await.status, 200);
        assert_eq!(bench.seen().target, format!("/2015-03-31/functions/{path}"), "{properties}");
    }
}

#[tokio::test]
async fn spellings_of_ibm_documents_mean_the_same() {
    for step in [
        "aws-lambda: {version: 1.0.0, title: t, description: d, function_name: orders, aws_region: eu-central-1, \
         aws_access_key_id: AKIDINLINE, aws_secret_access_key: '${SECRET}', aws_session_token: '${SECRET}'}",
        "lambda: {version: 1.3.0, functionName: orders, awsRegion: eu-central-1, awsAccessKeyId: AKIDINLINE, \
         awsSecretAccessKey: '${SECRET}', awsSessionToken: '${SECRET}'}",
        "lambda: {function: orders, region: eu-central-1, aws-access-key-id: AKIDINLINE, \
         aws-secret-access-key: '${SECRET}', aws-session-token: '${SECRET}'}",
    ] {
        let service = TestServer::start(|_| reply(200, &[], "{}"));
        let setup = Setup::with_lambda_at(service.url("")).env("SECRET", "token$(no)template");
        let answer = setup.assembly(&format!("execute:\n  - {step}")).serve_cleanly().get().await;
        assert_eq!(answer.status, 200);
        let seen = service.requests();
        let authorization = seen[0].header("authorization").unwrap();
        assert!(authorization.contains("Credential=AKIDINLINE/"), "{authorization}");
        assert!(authorization.contains("/eu-central-1/lambda/"), "{authorization}");
        assert_eq!(seen[0].header("x-amz-security-token"), Some("token$(no)template"));
    }
}

#[tokio::test]
async fn an_inline_pair_wins_over_a_profile_and_a_profile_over_the_settings_default() {
    for (properties, key) in [
        ("function: f", "AKIDTEST"),
        ("function: f, credentials: other", "AKIDOTHER"),
        ("function: f, credentials: other, aws-access-key-id: AKIDINLINE, aws-secret-access-key: '${S}'", "AKIDINLINE"),
    ] {
        let service = TestServer::start(|_| reply(200, &[], "{}"));
        let setup = Setup::with_lambda_at(service.url("")).env("S", "x").settings(|settings| {
            let mut other = settings.credentials["test"].clone();
            other.identity.aws_access_key_id = Some("AKIDOTHER".to_owned());
            settings.credentials.insert("other".to_owned(), other);
        });
        setup.assembly(&lambda(properties)).serve_cleanly().get().await;
        let authorization = service.requests()[0].header("authorization").unwrap().to_owned();
        assert!(authorization.contains(&format!("Credential={key}/")), "{properties} {authorization}");
    }
}

#[tokio::test]
async fn x4_x5_event_and_dry_run_say_so_and_answer_without_a_body() {
    for (kind, header, status) in [("event", "Event", 202), ("dry-run", "DryRun", 204)] {
        let bench = Bench::answering(&lambda(&format!("function: f, invocation-type: {kind}")), move |_| {
            reply(status, &[("x-amz-function-error", "Unhandled")], "")
        });
        assert_eq!(bench.gateway.post("{}").await.short(), (status, ""));
        assert_eq!(bench.seen().header("x-amz-invocation-type"), Some(header));
    }
}

#[tokio::test]
async fn an_empty_input_sends_no_payload() {
    let bench = Bench::answering(&lambda("function: f, input: ''"), |_| reply(200, &[], "{}"));
    bench.gateway.post("{\"not\": \"sent\"}").await;
    let seen = bench.seen();
    assert_eq!((seen.body.len(), seen.header("content-length")), (0, Some("0")));
}

#[tokio::test]
async fn an_input_sends_what_a_variable_holds() {
    let text = "
execute:
  - set-variable:
      actions:
        - {set: order.body, value: '{\"n\":  1}'}
        - {set: plain, value: {k: [1]}}
  - lambda: {function: f, input: order, output: first}
  - lambda: {function: f, input: plain, output: second}
  - lambda: {function: f, input: first, output: third}
  - lambda: {function: f, input: request, output: fourth}
  - lambda: {function: f, input: message.body.part}";
    let bench = Bench::answering(text, |_| reply(200, &[], "[ 1.0 ]"));
    bench.gateway.post(r#"{"part":  {"x": 1}}"#).await;
    let seen = bench.service.requests();
    let bodies: Vec<_> = seen.iter().map(|seen| String::from_utf8_lossy(&seen.body).into_owned()).collect();
    assert_eq!(bodies, [r#"{"n":  1}"#, r#"{"k":[1]}"#, "[ 1.0 ]", r#"{"part":  {"x": 1}}"#, r#"{"x":1}"#]);
}

#[tokio::test]
async fn an_output_leaves_the_message_alone() {
    let text = "
execute:
  - lambda: {function: f, output: answer}
  - set-variable:
      actions:
        - {set: message.headers.x-answer, value: $(answer.status.code) $(answer.body.n) $(answer.headers.content-type)}";
    let bench = Bench::answering(text, |_| reply(200, &[], r#"{"n": 42}"#));
    let answer = bench.gateway.post("kept").await;
    assert_eq!((answer.short(), answer.header("x-answer")), ((200, "kept"), Some("200 42 application/json")));
}

#[tokio::test]
async fn c9_two_roles_are_never_mixed() {
    // The role's name comes back in the key, so that a call shows whose it is.
    let sts = TestServer::start(|request| {
        let form = String::from_utf8_lossy(&request.body).into_owned();
        let name = if form.contains("role%2Ffirst") { 1 } else { 2 };
        crate::aws::credentials::tests::granted("AssumeRole", name, std::time::Duration::from_secs(3600))
    });
    let service = TestServer::start(|_| reply(200, &[], "{}"));
    let step = |function: &str, role: &str| {
        format!(
            "  - lambda: {{function: {function}, aws-assume-role-arn: 'arn:aws:iam::123456789012:role/{role}', sts-endpoint: '{}'}}\n",
            sts.url("")
        )
    };
    let text = format!("execute:\n{}{}", step("one", "first"), step("two", "second"));
    let gateway = Setup::with_lambda_at(service.url("")).assembly(&text).serve_cleanly();
    for _ in 0..3 {
        assert_eq!(gateway.post("{}").await.status, 200);
    }
    let calls = service.requests();
    assert_eq!((calls.len(), sts.requests().len()), (6, 2), "a role is assumed once");
    for call in calls {
        let key = if call.target.contains("/one/") { "Credential=ASIA1/" } else { "Credential=ASIA2/" };
        assert!(call.header("authorization").unwrap().contains(key), "{}", call.target);
    }
}

#[tokio::test]
async fn a_byte_order_mark_is_no_part_of_the_payload() {
    for chunks in [&["\u{feff}{\"a\":1}"][..], &["\u{feff}{\"a\"", ":1}"][..]] {
        let bench = Bench::answering(&lambda("function: orders"), |_| reply(200, &[], "{}"));
        let ask = Ask::post("/example/7", "").chunked(chunks).header("content-type", "application/json");
        assert_eq!(bench.gateway.ask(ask).await.status, 200);
        let seen = bench.seen();
        let sha256 = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, b"{\"a\":1}");
        assert_eq!(&seen.body[..], b"{\"a\":1}");
        assert!(seen.header("x-amz-content-sha256").is_none_or(|sent| sent == hex::encode(sha256)));
    }
}
