//! Tests of behaviour that only REST APIs have: paths, the gateway's own responses, headers.

use super::{ARN, FINE, function, http_api, long, only, post, rest};
use crate::test_support::{Ask, Reply, Setup, TestServer};

fn proxy() -> String {
    rest(&format!("type: aws_proxy\nhttpMethod: POST\nuri: '{}'", long(ARN)))
}

#[tokio::test]
async fn slashes_at_the_end_and_several_of_them_do_not_count() {
    let integration = |function: &str| {
        format!("{{type: aws_proxy, httpMethod: POST, uri: '{}'}}", long(&ARN.replace("orders", function)))
    };
    let document = format!(
        "swagger: '2.0'\ninfo: {{title: a, version: '1'}}\nbasePath: /prod\npaths:\n  /admin:\n    get: \
         {{x-amazon-apigateway-integration: {}}}\n  /{{proxy+}}:\n    get: {{x-amazon-apigateway-integration: {}}}\n",
        integration("admin"),
        integration("other")
    );
    for (path, called, proxy) in [
        ("/prod/admin", "admin", None),
        ("/prod/admin/", "admin", None),
        ("/prod//admin", "admin", None),
        ("/prod/x/y/", "other", Some("x/y")),
    ] {
        let (server, setup) = function(FINE);
        assert_eq!(setup.load(&document).serve().ask(Ask::get(path)).await.status, 201, "{path}");
        let call = only(&server);
        assert!(call.target.contains(called), "{path}: {}", call.target);
        let event: serde_json::Value = serde_json::from_slice(&call.body).unwrap();
        assert_eq!(event["path"], path.trim_start_matches("/prod"), "the path stays as it was sent");
        assert_eq!(event["pathParameters"]["proxy"].as_str(), proxy, "{path}");
    }
    // An HTTP API takes a path as it is written.
    let http = http_api(&format!("type: aws_proxy\nuri: '{ARN}'\npayloadFormatVersion: '2.0'"));
    let answer = function(FINE).1.load(&http).serve().ask(Ask::post("/orders/7/", "")).await;
    assert_eq!(answer.short(), (404, r#"{"message":"Not Found"}"#));
}

#[tokio::test]
async fn what_an_api_does_not_have_is_answered_as_on_aws() {
    let gateway = function(FINE).1.load(&proxy()).serve();
    for ask in [Ask::get("/nowhere"), Ask::get("/orders/7"), Ask::new("HEAD", "/orders/7")] {
        let answer = gateway.ask(ask).await;
        assert_eq!(answer.short(), (403, r#"{"message":"Missing Authentication Token"}"#));
        assert_eq!(answer.header("x-amzn-errortype"), Some("MissingAuthenticationTokenException"));
        assert!(answer.header("x-amzn-requestid").is_some() && answer.header("x-amz-apigw-id").is_some());
    }
    let changed = "x-amazon-apigateway-gateway-responses:\n  MISSING_AUTHENTICATION_TOKEN: {statusCode: 404, \
                   responseTemplates: {application/json: '{\"gone\": $context.error.messageString, \"kind\": \
                   \"$context.error.responseType\", \"path\": \"$context.path\"}'}}\n";
    let gateway = function(FINE).1.load(&format!("{}{changed}", proxy())).serve();
    let expected = r#"{"gone": "Missing Authentication Token", "kind": "MISSING_AUTHENTICATION_TOKEN", "path": "/x"}"#;
    assert_eq!(gateway.ask(Ask::get("/x")).await.short(), (404, expected));
}

/// The base path of the plain document is inside that of the export.
#[tokio::test]
async fn other_documents_keep_their_own_answers() {
    let plain = "openapi: 3.0.3\ninfo: {title: plain, version: '1'}\nservers: [{url: /plain}]\npaths:\n  /a:\n    get: \
                 {x-assembly: {execute: [{set-variable: {actions: [{set: message.body, value: x}]}}]}}\n";
    let (_server, setup) = function(FINE);
    let gateway = setup.load_files(&[("export.yaml", &proxy()), ("plain.yaml", plain)]).serve();
    for (path, status) in [("/plain/a", 200), ("/plain/b", 404), ("/b", 403)] {
        assert_eq!(gateway.ask(Ask::get(path)).await.status, status, "{path}");
    }
}

#[tokio::test]
async fn a_function_that_is_called_with_another_method_is_500() {
    let (server, setup) = function(FINE);
    let answer = post(&setup, &proxy().replace("httpMethod: POST", "httpMethod: GET")).await;
    assert_eq!(answer.short(), (500, r#"{"message":"Internal server error"}"#));
    assert_eq!(answer.header("x-amzn-errortype"), Some("InternalServerErrorException"));
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_mapping_of_a_forbidden_header_is_500() {
    for (kind, header, status) in [
        ("http", "Content-Length", 500),
        ("http_proxy", "Transfer-Encoding", 500),
        ("http_proxy", "X-Amzn-Trace-Id", 500),
        ("http_proxy", "Authorization", 200),
    ] {
        let server = super::service(200);
        let document = rest(&format!(
            "type: {kind}\nhttpMethod: POST\nuri: '{}'\nrequestParameters: {{integration.request.header.{header}: \
             \"'1'\"}}\nresponses: {{default: {{statusCode: 200}}}}",
            server.url("/")
        ));
        let answer = post(&Setup::default(), &document).await;
        assert_eq!((answer.status, server.requests().len()), (status, usize::from(status == 200)), "{kind} {header}");
    }
}

#[tokio::test]
async fn a_service_does_not_get_some_headers_and_some_of_its_own_go_out_renamed() {
    let server = TestServer::start(|_| {
        let headers = [("server", "apache".to_owned()), ("www-authenticate", "Basic".to_owned())];
        Reply::Reply(200, headers.into(), b"x".to_vec())
    });
    let document = rest(&format!("type: http_proxy\nhttpMethod: POST\nuri: '{}'", server.url("/")));
    let ask = Ask::post("/orders/7", "x").header("via", "1.1 a").header("max-forwards", "2").header("x-kept", "1");
    let answer = Setup::default().load(&document).serve().ask(ask).await;
    let seen = only(&server);
    assert_eq!((seen.header("via"), seen.header("max-forwards"), seen.header("x-kept")), (None, None, Some("1")));
    assert_eq!((answer.header("server"), answer.header("x-amzn-remapped-server")), (None, Some("apache")));
    assert_eq!(answer.header("x-amzn-remapped-www-authenticate"), Some("Basic"));
}

#[tokio::test]
async fn a_body_in_base64_is_decoded_where_the_client_accepts_it_as_binary() {
    let answer = r#"{"statusCode":200,"body":"AAEC","isBase64Encoded":true,"headers":{"Content-Type":"image/png"}}"#;
    for (types, accept, decoded) in [
        ("", "image/png", false),
        ("[image/png]", "image/png", true),
        ("[image/png]", "image/png, text/html", true),
        ("[image/png]", "*/*", false),
        ("['*/png']", "*/png", false),
        ("['*/*']", "text/html", true),
    ] {
        let types = match types {
            "" => String::new(),
            types => format!("x-amazon-apigateway-binary-media-types: {types}\n"),
        };
        let (_server, setup) = function(answer);
        let ask = Ask::post("/orders/7", "").header("accept", accept);
        let answer = setup.load(&format!("{}{types}", proxy())).serve().ask(ask).await;
        let expected: &[u8] = if decoded { &[0, 1, 2] } else { b"AAEC" };
        assert_eq!(&*answer.body, expected, "{types} {accept}");
    }
}

#[tokio::test]
async fn the_trace_of_a_call_goes_to_the_function_and_to_the_client() {
    let root = "Root=1-3152b799-8954dae64eda91bc9a23a7e8";
    let whole = format!("{root};Parent=7fa8c0f79203be72;Sampled=1");
    for (sent, begins) in [(None, "Root=1-"), (Some(root), root), (Some(&*whole), &*whole), (Some("x"), "Root=1-")] {
        let (server, setup) = function(FINE);
        let ask = Ask::post("/orders/7", "{}");
        let ask = sent.into_iter().fold(ask, |ask, text| ask.header("x-amzn-trace-id", text));
        let answer = setup.load(&proxy()).serve().ask(ask).await;
        let told = answer.header("x-amzn-trace-id").unwrap_or_default();
        assert!(told.starts_with(begins) && told.contains(";Parent="), "{sent:?}: {told}");
        let event: serde_json::Value = serde_json::from_slice(&only(&server).body).unwrap();
        assert_eq!(event["headers"]["X-Amzn-Trace-Id"], told);
    }
}
