//! `aws_proxy`.

use serde_json::{Value, json};

use super::{ARN, FINE, function, http_api, long, only, post, rest};
use crate::test_support::{Ask, Reply, Setup, TestServer, json_reply, stream_event};

#[tokio::test]
async fn every_spelling_of_the_uri_names_the_function() {
    let sub = |uri: &str| format!("{{'Fn::Sub': '{uri}'}}");
    let written = "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:orders";
    let cases = [
        (long(ARN), "/functions/arn:aws:lambda:eu-west-1:123456789012:function:orders/invocations".to_owned()),
        (long(&format!("{ARN}:live")), format!("/functions/{ARN}:live/invocations")),
        (
            long(&ARN.replace("orders", "${stageVariables.fn}:${stageVariables.alias}")),
            format!("/functions/{ARN}:live/invocations"),
        ),
        (ARN.to_owned(), format!("/functions/{ARN}/invocations")),
        (sub(&long(written)), format!("/functions/{ARN}/invocations")),
        (format!("!Sub '{}'", long(written)), format!("/functions/{ARN}/invocations")),
        (sub(&long("${OrdersFunction.Arn}")), format!("/functions/{ARN}/invocations")),
        (
            format!("{{'Fn::Sub': ['{}', {{Made: !GetAtt OrdersFunction.Arn}}]}}", long("${Made}")),
            format!("/functions/{ARN}/invocations"),
        ),
        ("{'Fn::GetAtt': [OrdersFunction, Arn]}".to_owned(), format!("/functions/{ARN}/invocations")),
        ("!GetAtt OrdersFunction.Arn".to_owned(), format!("/functions/{ARN}/invocations")),
        ("{Ref: OrdersUri}".to_owned(), format!("/functions/{ARN}/invocations")),
        ("${orders_uri}".to_owned(), format!("/functions/{ARN}/invocations")),
        (
            format!(
                "{{'Fn::Join': ['', ['arn:aws:apigateway:', {{Ref: 'AWS::Region'}}, \
                 ':lambda:path/2015-03-31/functions/', '{ARN}', '/invocations']]}}"
            ),
            format!("/functions/{ARN}/invocations"),
        ),
    ];
    for (uri, expected) in cases {
        let (server, setup) = function(FINE);
        let setup = setup.settings(|settings| {
            settings.aws_export.account = Some("123456789012".to_owned());
            let variables =
                [("fn", "orders"), ("alias", "live")].map(|(name, value)| (name.to_owned(), value.to_owned()));
            settings.event_context.stage_variables.extend(variables);
            let values = [("OrdersFunction.Arn", ARN.to_owned()), ("OrdersUri", long(ARN)), ("orders_uri", long(ARN))];
            settings.aws_export.parameters.extend(values.map(|(name, value)| (name.to_owned(), value)));
        });
        let plain = if uri.starts_with(['{', '!']) { uri.clone() } else { format!("'{uri}'") };
        let document = rest(&format!("type: AWS_PROXY\nhttpMethod: POST\nuri: {plain}"));
        let answer = post(&setup, &document).await;
        assert_eq!(answer.short(), (201, "made"), "{uri}: {answer}");
        let target = percent_encoding::percent_decode_str(&only(&server).target).decode_utf8_lossy().into_owned();
        let (path, qualifier) = target.split_once("?Qualifier=").unwrap_or((&target, ""));
        let expected = match qualifier {
            "" => expected,
            qualifier => expected.replace(&format!(":{qualifier}"), ""),
        };
        assert_eq!(path, format!("/2015-03-31{expected}"), "{uri}");
    }
}

#[tokio::test]
async fn rest_apis_send_events_of_version_1_and_http_apis_what_they_say() {
    let event = async |document: String| -> Value {
        let (server, setup) = function(FINE);
        let answer = post(&setup, &document).await;
        assert_eq!(answer.status, 201, "{answer}");
        serde_json::from_slice(&only(&server).body).expect("an event")
    };
    let properties = format!("type: aws_proxy\nhttpMethod: POST\nuri: '{}'", long(ARN));
    let of_rest = event(rest(&properties)).await;
    assert_eq!((&of_rest["resource"], &of_rest["path"]), (&json!("/orders/{id}"), &json!("/orders/7")));
    assert_eq!(of_rest["pathParameters"], json!({"id": "7"}));
    let second = event(http_api(&format!("{properties}\npayloadFormatVersion: '2.0'"))).await;
    assert_eq!((&second["version"], &second["routeKey"]), (&json!("2.0"), &json!("POST /orders/{id}")));
    let first = event(http_api(&format!("{properties}\npayloadFormatVersion: 1.0"))).await;
    assert_eq!(first["resource"], "/orders/{id}");
}

#[tokio::test]
async fn binary_media_types_and_stage_variables_are_in_the_event() {
    let (server, setup) = function(FINE);
    let setup = setup.settings(|settings| {
        settings.event_context.stage_variables.insert("colour".to_owned(), "blue".to_owned());
    });
    let document = rest(&format!("type: aws_proxy\nhttpMethod: POST\nuri: '{}'", long(ARN)));
    let document = format!("{document}x-amazon-apigateway-binary-media-types: [application/json]\n");
    assert_eq!(post(&setup, &document).await.status, 201);
    let event: Value = serde_json::from_slice(&only(&server).body).expect("an event");
    assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("e30="), &json!(true)));
    assert_eq!(event["stageVariables"], json!({"colour": "blue"}));
}

#[tokio::test]
async fn failures_answer_as_api_gateway_does() {
    let rest = rest(&format!("type: aws_proxy\nhttpMethod: POST\nuri: '{}'\ntimeoutInMillis: 100", long(ARN)));
    let http = http_api(&format!("type: aws_proxy\nuri: '{ARN}'\npayloadFormatVersion: '2.0'"));
    let failed = || Reply::Reply(200, vec![("x-amz-function-error", "Unhandled".to_owned())], b"{}".to_vec());
    let internal = r#"{"message":"Internal server error"}"#;
    let run = async |document: &str, answer: fn() -> Reply| {
        let server = TestServer::start(move |_| answer());
        let answer = post(&Setup::with_lambda_at(server.url("/")), document).await;
        (answer.status, answer.text().to_owned())
    };
    assert_eq!(run(&rest, failed).await, (502, internal.to_owned()));
    assert_eq!(run(&rest, || json_reply(200, r#""text""#)).await, (502, internal.to_owned()));
    assert_eq!(run(&rest, || json_reply(500, "{}")).await, (500, internal.to_owned()));
    assert_eq!(
        run(&http, failed).await,
        (500, internal.replace("s", "S").replace("meSSage", "message").replace("error", "Error"))
    );
    let late = run(&rest, || Reply::Hang).await;
    assert_eq!(late, (504, r#"{"message":"Endpoint request timed out"}"#.to_owned()));
}

#[tokio::test]
async fn gateway_responses_change_what_the_gateway_says() {
    let document = rest(&format!("type: aws_proxy\nhttpMethod: POST\nuri: '{}'", long(ARN)));
    let changed = "
x-amazon-apigateway-gateway-responses:
  DEFAULT_5XX:
    statusCode: 503
    responseParameters: {gatewayresponse.header.Access-Control-Allow-Origin: \"'*'\"}
    responseTemplates: {application/json: '{\"oops\": $context.error.messageString}'}
";
    let (_server, setup) = function("7");
    let answer = post(&setup, &format!("{document}{changed}")).await;
    assert_eq!(answer.short(), (503, r#"{"oops": "Internal server error"}"#));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
}

#[tokio::test]
async fn a_role_is_assumed_for_the_call() {
    let document = rest(&format!(
        "type: aws_proxy\nhttpMethod: POST\nuri: '{}'\ncredentials: 'arn:aws:iam::123456789012:role/caller'",
        long(ARN)
    ));
    let loaded = Setup::with_lambda_at("http://127.0.0.1:1").load(&document);
    assert_eq!(loaded.findings(), [""; 0]);
    let wrong = document.replace("role/caller", "user/*");
    let findings = Setup::with_lambda_at("http://127.0.0.1:1").load(&wrong).findings();
    assert!(findings[0].starts_with("api.yaml:10:22: error G0308 the caller's own credentials"), "{findings:?}");
}

#[tokio::test]
async fn any_method_takes_what_no_other_operation_does() {
    let document = format!(
        "
openapi: 3.0.1
info: {{title: shop}}
paths:
  /{{proxy+}}:
    x-amazon-apigateway-any-method:
      x-amazon-apigateway-integration: {{type: aws_proxy, httpMethod: POST, uri: '{}'}}
    put:
      x-assembly: {{execute: [{{set-variable: {{actions: [{{set: message.body, value: ours}}]}}}}]}}
",
        long(ARN)
    );
    let (server, setup) = function(FINE);
    let loaded = setup.load(&document);
    assert_eq!(loaded.findings(), [""; 0]);
    let gateway = loaded.serve();
    let ask = |verb: &str| Ask::new(verb, "/a/b");
    assert_eq!(gateway.ask(ask("PUT")).await.short(), (200, "ours"));
    assert_eq!(gateway.ask(ask("DELETE")).await.status, 201);
    let event: Value = serde_json::from_slice(&only(&server).body).expect("an event");
    assert_eq!((&event["resource"], &event["pathParameters"]), (&json!("/{proxy+}"), &json!({"proxy": "a/b"})));
}

#[tokio::test]
async fn the_base_path_is_the_stage() {
    let event = async |document: String| -> Value {
        let (server, setup) = function(FINE);
        let gateway = setup.load(&document).serve_cleanly();
        assert_eq!(gateway.ask(Ask::post("/test/orders/7", "{}")).await.status, 201);
        serde_json::from_slice(&only(&server).body).expect("an event")
    };
    let first = rest(&format!("type: aws_proxy\nhttpMethod: POST\nuri: '{}'", long(ARN)));
    let first = event(format!("{first}basePath: /test\n")).await;
    assert_eq!((&first["resource"], &first["path"]), (&json!("/orders/{id}"), &json!("/orders/7")));
    let context = &first["requestContext"];
    assert_eq!((&context["stage"], &context["path"]), (&json!("test"), &json!("/test/orders/7")));
    let second = http_api(&format!("type: aws_proxy\nuri: '{ARN}'\npayloadFormatVersion: '2.0'"));
    let second = event(format!("{second}servers: [{{url: 'https://a.test/test'}}]\n")).await;
    assert_eq!((&second["routeKey"], &second["rawPath"]), (&json!("POST /orders/{id}"), &json!("/test/orders/7")));
    assert_eq!(second["requestContext"]["stage"], "test");
}

#[tokio::test]
async fn a_uri_that_streams_streams_the_answer() {
    let body = [
        stream_event("PayloadChunk", b"{\"statusCode\":202,\"headers\":{\"x-way\":\"stream\"}}\0\0\0\0\0\0\0\0piece "),
        stream_event("PayloadChunk", b"by piece"),
        stream_event("InvokeComplete", b"{}"),
    ];
    let body = body.concat();
    let server = TestServer::start(move |_| {
        let kind = [("content-type", "application/vnd.amazon.eventstream".to_owned())];
        Reply::Reply(200, kind.into(), body.clone())
    });
    let uri = long(ARN).replace("2015-03-31", "2021-11-15").replace("/invocations", "/response-streaming-invocations");
    for mode in ["", "\nresponseTransferMode: STREAM"] {
        let document = rest(&format!("type: aws_proxy\nhttpMethod: POST\nuri: '{uri}'{mode}"));
        let answer = post(&Setup::with_lambda_at(server.url("/")), &document).await;
        assert_eq!(answer.short(), (202, "piece by piece"), "{answer}");
        assert_eq!(answer.header("x-way"), Some("stream"));
    }
    assert!(server.requests().iter().all(|one| one.target.ends_with("/response-streaming-invocations")));
}

#[tokio::test]
async fn the_default_route_takes_what_no_other_route_does() {
    for key in ["/$default", "$default"] {
        default_route(key).await;
    }
}

async fn default_route(key: &str) {
    let document = format!(
        "
openapi: 3.0.1
info: {{title: shop}}
paths:
  {key}:
    x-amazon-apigateway-any-method:
      x-amazon-apigateway-integration: {{type: aws_proxy, uri: '{ARN}', payloadFormatVersion: '2.0'}}
  /orders:
    get:
      x-assembly: {{execute: [{{set-variable: {{actions: [{{set: message.body, value: ours}}]}}}}]}}
"
    );
    let (server, setup) = function(FINE);
    let gateway = setup.load(&document).serve_cleanly();
    assert_eq!(gateway.ask(Ask::get("/orders")).await.short(), (200, "ours"));
    for (verb, path) in [("POST", "/orders"), ("GET", "/"), ("PUT", "/a/b%20c")] {
        assert_eq!(gateway.ask(Ask::new(verb, path)).await.status, 201, "{verb} {path}");
        let event: Value = serde_json::from_slice(&server.requests().last().expect("a call").body).expect("an event");
        assert_eq!((&event["routeKey"], &event["rawPath"]), (&json!("$default"), &json!(path.replace("%20", " "))));
        assert_eq!(event.get("pathParameters"), None);
    }
}

#[tokio::test]
async fn http_apis_change_what_goes_to_a_function_and_what_comes_back() {
    let (server, setup) = function(FINE);
    let document = http_api(&format!(
        "type: aws_proxy\nuri: '{ARN}'\npayloadFormatVersion: '2.0'\nrequestParameters:\n  \
         'overwrite:header.x-order': $request.path.id\n  'append:header.x-kind': $request.header.content-type\n  \
         'append:header.x-none': $request.header.x-missing\nresponseParameters:\n  '201':\n    \
         'overwrite:statuscode': '200'\n    'append:header.x-copy': $response.header.x-way\n    \
         'overwrite:header.x-way': gateway\n  '202': {{'remove:header.x-way': ''}}"
    ));
    let gateway = setup.load(&document).serve_cleanly();
    let answer = gateway.ask(Ask::post("/orders/7", "{}").header("content-type", "application/json")).await;
    assert_eq!(answer.short(), (200, "made"));
    assert_eq!((answer.header("x-way"), answer.header("x-copy")), (Some("gateway"), Some("function")));
    let event: Value = serde_json::from_slice(&only(&server).body).expect("an event");
    let headers = &event["headers"];
    assert_eq!((&headers["x-order"], &headers["x-kind"]), (&json!("7"), &json!("application/json")));
    assert_eq!(headers.get("x-none"), None);
}
