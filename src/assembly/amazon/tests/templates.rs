//! Mapping templates of requests and responses.

use super::{ARN, long, only, rest};
use crate::test_support::{Ask, Reply, Setup, TestServer, json_reply};

const ERROR: &str = r#"{"message":"Internal server error"}"#;

fn mock(request: &str, responses: &str) -> String {
    rest(&format!(
        "type: mock\nrequestTemplates:\n  application/json: |\n{}\nresponses:\n{}",
        in_block(request),
        in_block(responses)
    ))
}

fn in_block(text: &str) -> String {
    text.trim_matches('\n').lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}

async fn ask(document: &str, ask: Ask) -> crate::test_support::Answer {
    let loaded = Setup::default().load(document);
    assert_eq!(loaded.findings(), [""; 0]);
    loaded.serve().ask(ask).await
}

#[tokio::test]
async fn the_template_of_a_mock_picks_the_response_of_each_request() {
    let document = mock(
        "#if($input.path('$.fail') == true)\n{\"statusCode\": 500}\n#else\n{statusCode: 200,}\n#end",
        "'5..': {statusCode: 502, responseTemplates: {application/json: '{\"id\": \"$input.params(\"id\")\"}'}}\n\
         default: {statusCode: 201, responseParameters: {method.response.header.X-A: \"'b'\"}}",
    );
    let answer = ask(&document, Ask::post("/orders/7", r#"{"fail": true}"#)).await;
    assert_eq!(answer.short(), (502, r#"{"id": "7"}"#));
    let answer = ask(&document, Ask::post("/orders/7", "{}").header("x-mine", "1")).await;
    assert_eq!(answer.short(), (201, ""));
    assert_eq!((answer.header("x-a"), answer.header("x-mine")), (Some("b"), None));
}

#[tokio::test]
async fn overrides_of_both_templates_are_in_the_answer() {
    let document = mock(
        "#set($context.responseOverride.status = 444)\n#set($context.requestOverride.path.word = 'kept')\n{\"statusCode\": 200}",
        "default:\n  statusCode: 200\n  responseParameters: {method.response.header.X-A: \"'mapped'\"}\n  responseTemplates:\n    \
         text/x-a: $context.requestOverride.path.word#set($context.responseOverride.header.X-A = 'b')",
    );
    let answer = ask(&document, Ask::post("/orders/7", "{}")).await;
    assert_eq!(answer.short(), (444, "kept"));
    assert_eq!((answer.header("x-a"), answer.header("content-type")), (Some("b"), Some("text/x-a")));
}

#[tokio::test]
async fn a_template_that_fails_is_500_and_shows_nothing() {
    for template in [
        "$util.parseJson('no')",
        "#set($a = 1){\"status\": 200}",
        "#foreach($i in [1..5000])x#end",
        "#set($context.responseOverride.status = 200)#set($context.responseOverride.status = 201){\"statusCode\": 200}",
    ] {
        let document = mock(template, "default: {statusCode: 200}");
        let answer = ask(&document, Ask::post("/orders/7", "{}")).await;
        assert_eq!(answer.short(), (500, ERROR), "{template}");
        assert_eq!(answer.header("x-amzn-errortype"), Some("InternalServerErrorException"));
    }
}

/// Developer guide, "Integration passthrough behaviors".
#[tokio::test]
async fn a_media_type_without_a_template_passes_or_is_415() {
    let service = || TestServer::start(|call| Reply::Reply(200, Vec::new(), call.body.clone()));
    let one = "requestTemplates: {application/json: '[$input.body]'}";
    for (templates, behavior, kind, expected) in [
        (one, "WHEN_NO_MATCH", Some("application/json; charset=utf-8"), (200, "[x]")),
        (one, "WHEN_NO_MATCH", None, (200, "[x]")),
        (one, "when_no_match", Some("application/xml"), (200, "x")),
        (one, "when_no_templates", Some("application/json"), (200, "[x]")),
        (one, "when_no_templates", Some("application/xml"), (415, r#"{"message":"Unsupported Media Type"}"#)),
        (one, "never", Some("application/xml"), (415, r#"{"message":"Unsupported Media Type"}"#)),
        ("description: none", "when_no_templates", Some("application/xml"), (200, "x")),
        ("description: none", "never", Some("application/json"), (415, r#"{"message":"Unsupported Media Type"}"#)),
        ("requestTemplates: {$default: '($input.body)'}", "never", Some("text/x"), (200, "(x)")),
    ] {
        let server = service();
        let document = rest(&format!(
            "type: http\nhttpMethod: POST\nuri: '{}'\npassthroughBehavior: {behavior}\n{templates}\nresponses: {{default: {{statusCode: 200}}}}",
            server.url("/")
        ));
        let mut request = Ask::post("/orders/7", "x");
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
        }
        let answer = ask(&document, request).await;
        assert_eq!(answer.short(), expected, "{templates} {behavior} {kind:?}");
        if expected.0 == 415 {
            assert_eq!(answer.header("x-amzn-errortype"), Some("BadRequestException"));
            assert_eq!(server.requests().len(), 0);
        }
    }
}

#[tokio::test]
async fn a_service_receives_the_rendered_body_and_overridden_headers() {
    let server = super::service(200);
    let document = rest(&format!(
        "type: http\nhttpMethod: POST\nuri: '{}'\nrequestParameters: {{integration.request.header.X-A: \"'mapped'\"}}\n\
         requestTemplates:\n  application/json: |\n    #set($context.requestOverride.header.X-A = 'template')\n    \
         {{\"n\": $input.json('$.n'), \"by\": \"$context.httpMethod $context.resourcePath\"}}\n\
         responses:\n  default:\n    statusCode: 200\n    responseTemplates: {{application/json: 'got $input.body', text/x: 'x'}}",
        server.url("/")
    ));
    let answer = ask(&document, Ask::post("/orders/7", r#"{"n": [1]}"#).header("x-b", "c")).await;
    assert_eq!(answer.short(), (200, "got from the service"));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let call = only(&server);
    assert_eq!(String::from_utf8_lossy(&call.body), r#"{"n": [1], "by": "POST /orders/{id}"}"#);
    assert_eq!((call.header("x-a"), call.header("x-b")), (Some("template"), None));
    let answer = ask(&document, Ask::post("/orders/7", "{}").header("accept", "text/x")).await;
    assert_eq!((answer.short(), answer.header("content-type")), ((200, "x"), Some("text/x")));
}

#[tokio::test]
async fn base64_becomes_bytes_and_bytes_base64() {
    let server =
        TestServer::start(|call| Reply::Reply(200, vec![("content-type", "image/png".into())], call.body.clone()));
    let document = rest(&format!(
        "type: http\nhttpMethod: POST\nuri: '{}'\ncontentHandling: CONVERT_TO_BINARY\nresponses: {{default: {{statusCode: 200, \
         contentHandling: CONVERT_TO_TEXT, responseTemplates: {{application/json: '\"$input.body\"'}}}}}}",
        server.url("/")
    ));
    let answer = ask(&document, Ask::post("/orders/7", "/wD/")).await;
    assert_eq!(answer.short(), (200, "\"/wD/\""));
    assert_eq!(only(&server).body, [255, 0, 255]);
    assert_eq!(ask(&document, Ask::post("/orders/7", "no base64")).await.short(), (500, ERROR));
}

fn custom(request: &str, responses: &str) -> String {
    rest(&format!("type: aws\nhttpMethod: POST\nuri: '{}'\n{request}\nresponses: {{{responses}}}", long(ARN)))
}

#[tokio::test]
async fn a_template_makes_the_event_of_a_function_and_another_one_the_answer() {
    let server = TestServer::start(|_| json_reply(200, r#"{"total": 3}"#));
    let setup = Setup::with_lambda_at(server.url("/"));
    let document = custom(
        "requestTemplates: {application/json: '{\"order\": \"$input.params(\"id\")\", \"body\": $input.json(\"$\")}'}",
        "default: {statusCode: 200, responseTemplates: {application/json: '{\"sum\": $input.path(\"$.total\")}'}}",
    );
    let answer = super::post(&setup, &document).await;
    assert_eq!(answer.short(), (200, r#"{"sum": 3}"#));
    assert_eq!(String::from_utf8_lossy(&only(&server).body), r#"{"order": "7", "body": {}}"#);
}

#[tokio::test]
async fn the_error_of_a_function_picks_the_response() {
    for (error, expected) in [
        ("not found: a/b", (404, r#"{"gone": "not found: a/b"}"#)),
        ("Bad input", (400, r#"{"errorMessage": "Bad input"}"#)),
        ("other", (200, r#"{"errorMessage": "other"}"#)),
    ] {
        let server = TestServer::start(move |_| {
            let Reply::Reply(status, mut headers, _) = json_reply(200, "") else { panic!("a reply") };
            headers.push(("x-amz-function-error", "Unhandled".to_owned()));
            Reply::Reply(status, headers, format!("{{\"errorMessage\": \"{error}\"}}").into_bytes())
        });
        let setup = Setup::with_lambda_at(server.url("/"));
        let document = custom(
            "passthroughBehavior: when_no_match",
            "default: {statusCode: 200}, 'not found: \\w/.*': {statusCode: 404, responseTemplates: {application/json: '{\"gone\": \
             \"$input.path(\"$.errorMessage\")\"}'}}, '(?i).*BAD.*': {statusCode: 400}",
        );
        let answer = super::post(&setup, &document).await;
        assert_eq!(answer.short(), expected);
    }
}

#[tokio::test]
async fn the_event_of_a_function_is_json() {
    let server = TestServer::start(|_| json_reply(200, r#""Pass""#));
    let setup = Setup::with_lambda_at(server.url("/"));
    let document = custom("description: none", "default: {statusCode: 200}");
    let gateway = setup.load(&document).serve();
    let answer = gateway.ask(Ask::post("/orders/7", "no json").header("content-type", "text/plain")).await;
    assert_eq!(answer.short(), (400, r#"{"message":"Could not parse request body into json"}"#));
    assert_eq!(server.requests().len(), 0);
    assert_eq!(gateway.ask(Ask::post("/orders/7", "")).await.short(), (200, r#""Pass""#));
    assert_eq!(only(&server).body, b"{}");
}

#[test]
fn mistakes_of_a_template_are_at_their_lines() {
    let document = mock("#set($a = 1)\n#if($a)\n{\"statusCode\": 200}", "default: {statusCode: 200}");
    let found = Setup::default().load(&document).findings();
    assert_eq!(found, ["api.yaml:11:13: error G0410 this `#if` has no `#end`"]);
    let document =
        mock("{\"statusCode\": 200}", "default: {statusCode: 200, responseTemplates: {a/b: \"$util.toJson(1)\"}}");
    let found = Setup::default().load(&document).findings();
    assert!(found.len() == 1 && found[0].contains("error G0410 `$util.toJson` belongs to AWS AppSync"), "{found:?}");
    let document = mock("{\"statusCode\": 200}", "default: {statusCode: 200, contentHandling: BASE64}");
    let found = Setup::default().load(&document).findings();
    assert!(found.len() == 1 && found[0].contains("error G0308 `contentHandling` has another value"), "{found:?}");
}

#[tokio::test]
async fn templates_of_gateway_responses_have_stage_variables() {
    let changed = "x-amazon-apigateway-gateway-responses:\n  UNSUPPORTED_MEDIA_TYPE: {statusCode: 499, responseTemplates: {application/json: \
                   '{\"stage\": \"$stageVariables.alias$stageVariables.gone\", \"why\": $context.error.messageString, \"by\": \"$context.identity.userAgent\"}'}}\n";
    let document = rest(
        "type: mock\npassthroughBehavior: never\nrequestTemplates: {text/x: '{\"statusCode\": 200}'}\nresponses: {default: {statusCode: 200}}",
    );
    let setup = Setup::default().settings(|live| {
        live.event_context.stage_variables.insert("alias".to_owned(), "live".to_owned());
    });
    let gateway = setup.load(&format!("{document}{changed}")).serve();
    let answer = gateway.ask(Ask::post("/orders/7", "{}").header("user-agent", "me")).await;
    assert_eq!(answer.short(), (499, r#"{"stage": "live", "why": "Unsupported Media Type", "by": "me"}"#));
    assert_eq!(gateway.ask(Ask::post("/orders/7", "{}").header("content-type", "text/x")).await.status, 200);
}

/// Developer guide, "Mapping API Gateway method response from integration response data": the redirect.
#[tokio::test]
async fn a_header_can_come_from_the_body_of_a_result() {
    let server = TestServer::start(|_| json_reply(200, r#"{"redirect": {"url": "https://example.com/"}}"#));
    let setup = Setup::with_lambda_at(server.url("/"));
    let document = custom(
        "description: none",
        "default: {statusCode: 302, responseParameters: {method.response.header.Location: integration.response.body.redirect.url, \
         method.response.header.X-None: integration.response.body.none}}",
    );
    let answer = super::post(&setup, &document).await;
    assert_eq!(
        (answer.status, answer.header("location"), answer.header("x-none")),
        (302, Some("https://example.com/"), None)
    );
}
