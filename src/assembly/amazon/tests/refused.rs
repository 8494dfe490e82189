//! Tests of features that are not built: each is refused by a sentence at its line, and nothing that AWS protects is left open.

use super::{ARN, FINE, function, http_api, long, rest};
use crate::settings::Unsupported;
use crate::test_support::{Ask, Setup};

fn proxy() -> String {
    format!("type: aws_proxy\nhttpMethod: POST\nuri: '{}'", long(ARN))
}

/// The same in an HTTP API.
fn proxy2() -> String {
    format!("{}\npayloadFormatVersion: '2.0'", proxy())
}

/// The findings of a document, each up to its help.
fn findings(document: &str) -> Vec<String> {
    let (_server, setup) = function(FINE);
    setup.load(document).findings().iter().map(|line| line.split("; ").next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_guarded_operation_is_never_open() {
    let schemes = "
securityDefinitions:
  key: {type: apiKey, name: x-api-key, in: header}
  iam: {type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: awsSigv4}
  pool: {type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: cognito_user_pools}
x-amazon-apigateway-request-validators:
  all: {validateRequestBody: true, validateRequestParameters: true}
  none: {validateRequestBody: false, validateRequestParameters: false}
";
    let open = "waits for an issue of its own, and without it the operation would stand open";
    let at = |operation: &str| findings(&format!("{}      {operation}\n{schemes}", rest(&proxy())));
    for (operation, expected) in [
        ("security: [{key: []}]", "api.yaml:10:17: error G0208 the API key `key`"),
        ("security: [{iam: []}]", "api.yaml:10:17: error G0208 the IAM authorization `iam`"),
        ("security: [{pool: [a]}]", "api.yaml:10:17: error G0208 the authorizer `pool`"),
        ("security: [{gone: []}]", "api.yaml:10:17: error G0208 the security scheme `gone`"),
        ("security: {'Fn::If': [a, b, c]}", "api.yaml:10:17: error G0208 the security requirement"),
        ("x-amazon-apigateway-auth: {type: AWS_IAM}", "api.yaml:10:33: error G0208 the authorization `AWS_IAM`"),
        ("x-amazon-apigateway-request-validator: gone", "api.yaml:10:46: error G0208 the request validator `gone`"),
    ] {
        assert_eq!(at(operation), [format!("{expected} {open}")], "{operation}");
    }
    for fine in
        ["security: []", "x-amazon-apigateway-auth: {type: NONE}", "x-amazon-apigateway-request-validator: none"]
    {
        assert_eq!(at(fine), [""; 0], "{fine}");
    }
    for (root, expected) in [
        ("security: [{key: []}]", "api.yaml:10:11: error G0208 the API key `key`"),
        ("x-amazon-apigateway-policy: {Version: '2012-10-17'}", "api.yaml:10:1: error G0208 the resource policy"),
        ("x-amazon-apigateway-request-validator: gone", "api.yaml:10:40: error G0208 the request validator `gone`"),
    ] {
        assert_eq!(findings(&format!("{}{root}\n{schemes}", rest(&proxy()))), [format!("{expected} {open}")], "{root}");
    }
}

#[test]
fn what_waits_for_its_issue_says_so() {
    let http = "type: http\nhttpMethod: GET\nuri: 'http://127.0.0.1/x'\nresponses: {default: {statusCode: 200}}";
    let own = "waits for an issue of its own";
    for (properties, expected) in [
        (
            "type: aws_proxy\nuri: 'arn:aws:apigateway:eu-west-1:s3:path/bucket'".to_owned(),
            "api.yaml:8:14: error G0307 the call of the AWS service `s3`".to_owned(),
        ),
        (
            format!("{}\nconnectionType: VPC_LINK", http.replace("http://127.0.0.1/x", "arn:aws:x")),
            "api.yaml:9:14: error G0307 a `uri` that is an ARN, behind a VPC link,".to_owned(),
        ),
        (
            "type: aws\nhttpMethod: POST\nuri: 'arn:aws:apigateway:eu-west-1:sqs:path/queue'".to_owned(),
            "api.yaml:9:14: error G0307 the call of the AWS service `sqs`".to_owned(),
        ),
        (
            format!("{http}\nrequestTemplates: {{application/json: '#set($context.requestOverride.path.id = 1)'}}"),
            "api.yaml:11:9: error G0307 `$context.requestOverride.path` in a call to a service".to_owned(),
        ),
        (
            format!("{http}\nrequestParameters: {{integration.request.header.a: method.request.body.b}}"),
            "api.yaml:11:59: error G0307 the mapping of `method.request.body.b` to `integration.request.header.a`"
                .to_owned(),
        ),
        (
            format!("{http}\nrequestParameters: {{integration.request.header.a: context.authorizer.claims.sub}}"),
            "api.yaml:11:59: error G0307 the mapping of `context.authorizer.claims.sub`".to_owned(),
        ),
    ] {
        assert_eq!(findings(&rest(&properties)), [format!("{expected} {own}")], "{properties}");
    }
    let first_class = "type: aws_proxy\nintegrationSubtype: SQS-SendMessage\npayloadFormatVersion: '1.0'";
    let found = findings(&http_api(first_class));
    assert_eq!(found, [format!("api.yaml:8:9: error G0307 the call of another AWS service {own}")]);
}

#[test]
fn mistakes_have_their_lines() {
    for (document, expected) in [
        (rest("type: lambda"), "api.yaml:7:15: error G0308 there is no integration type `lambda`"),
        (rest("httpMethod: POST"), "api.yaml:7:9: error G0305 the integration has no `type`"),
        (
            rest("type: aws_proxy"),
            "api.yaml:7:9: error G0305 the integration has no `uri`, so nothing says what to call",
        ),
        (
            rest("type: aws_proxy\nuri: 'arn:aws:sns:x'"),
            "api.yaml:8:14: error G0601 the `uri` of `aws_proxy` names no Lambda function",
        ),
        (
            http_api(&format!("type: aws_proxy\nuri: '{ARN}'")),
            "api.yaml:7:9: error G0305 an integration of an HTTP API needs `payloadFormatVersion`",
        ),
        (
            rest(&format!("{}\nresponseTransferMode: STREAM", proxy())),
            "api.yaml:10:31: error G0308 an answer streams only from a `uri` that ends in `/response-streaming-invocations`",
        ),
        (
            rest(&format!("{}\nresponseTransferMode: SOMETIMES", proxy())),
            "api.yaml:10:31: error G0308 `responseTransferMode` is `BUFFERED` or `STREAM`",
        ),
        (
            rest(&format!("{}\nresponseParameters: {{'200': {{'remove:header.a': ''}}}}", proxy())),
            "api.yaml:10:9: error G0308 a REST API has `responseParameters` inside of its `responses`",
        ),
        (
            http_api(&format!("{}\nresponseParameters: {{ok: {{'remove:header.a': ''}}}}", proxy2())),
            "api.yaml:11:30: error G0308 `ok` is no status",
        ),
        (
            http_api(&format!("{}\nresponseParameters: {{'200': {{'append:body': ''}}}}", proxy2())),
            "api.yaml:11:38: error G0308 `append:body` changes nothing of an answer",
        ),
        (
            rest(&format!("{}\ntimeoutInMillis: soon", proxy())),
            "api.yaml:10:26: error G0304 `timeoutInMillis` is a number of milliseconds, at least 50",
        ),
        (rest(&proxy().replace(ARN, "arn:aws:lambda:eu-west-1:1:function:f")), "api.yaml:9:77: error G0601"),
        (
            rest("type: http_proxy\nhttpMethod: GET\nuri: 'http://127.0.0.1/{id}'"),
            "api.yaml:9:32: error G0701 nothing says what `{id}` in the `uri` is",
        ),
        (
            rest("type: http\nhttpMethod: GET\nuri: 'http://127.0.0.1/'"),
            "api.yaml:7:9: error G0305 the integration has no `responses`, so AWS answers every request with status 500",
        ),
        (
            rest(&format!("{}\npassthroughBehaviour: never", proxy())),
            "api.yaml:10:9: warning G0303 an integration has no property `passthroughBehaviour`, so this is ignored",
        ),
    ] {
        let found = findings(&document);
        assert!(found.len() == 1 && found[0].starts_with(expected), "{document}\n{found:?}");
    }
}

#[test]
fn what_decorates_is_a_warning() {
    let responses = "x-amazon-apigateway-gateway-responses:\n  WAF_FILTERED: {statusCode: 404}\n";
    let found = findings(&format!("{}{responses}", rest(&proxy())));
    assert_eq!(found, ["api.yaml:11:3: warning G0207 `WAF_FILTERED` has no place here yet"]);
    let size = "x-amazon-apigateway-minimum-compression-size: 0\n";
    assert_eq!(
        findings(&format!("{}{size}", rest(&proxy()))),
        ["api.yaml:10:1: warning G0207 answers are not compressed yet"]
    );
}

#[test]
fn an_assembly_wins_over_an_integration_and_says_what_it_leaves_out() {
    let operation = "      security: [{key: []}]\n      x-assembly: {execute: [{set-variable: {actions: [{set: message.body, value: x}]}}]}\n";
    let found = Setup::default().load(&format!("{}{operation}", rest("type: aws"))).findings();
    assert_eq!(
        found,
        [
            "api.yaml:8:19: error G0102 there is no security scheme `key`; declare it under `components.securitySchemes`, in \
          Swagger 2.0 under `securityDefinitions`"
        ]
    );
}

#[test]
fn an_assembly_beside_a_guard_of_aws_is_said_to_be_open() {
    let own = "x-assembly: {execute: [{set-variable: {actions: [{set: message.body, value: x}]}}]}\n";
    for (operation, root, expected) in [
        ("x-amazon-apigateway-auth: {type: AWS_IAM}", "", "api.yaml:8:40"),
        ("x-amazon-apigateway-request-validator: all", "", "api.yaml:8:46"),
        ("", "x-amazon-apigateway-policy: {}", "api.yaml:10:1"),
    ] {
        let document = format!("{}      {operation}\n      {own}{root}\n", rest("type: aws"));
        let found = Setup::default().load(&document).findings();
        let message = "warning G0207 what AWS API Gateway checks here is not enforced yet: everybody may call";
        assert_eq!(found, [format!("{expected}: {message}")], "{document}");
    }
}

/// The operation answers 501 where the settings say so; it is never open.
#[tokio::test]
async fn what_is_not_built_may_fail_at_run_time() {
    let policy = "x-amazon-apigateway-policy: {Version: '2012-10-17'}\n";
    let iam = "      x-amazon-apigateway-auth: {type: AWS_IAM}\n";
    let aws = rest("type: aws\nhttpMethod: POST\nuri: 'arn:aws:apigateway:eu-west-1:sqs:path/queue'");
    for document in [aws, format!("{}{iam}", rest(&proxy())), format!("{}{policy}", rest(&proxy()))] {
        let (server, setup) = function(FINE);
        let refused = setup.load(&document).findings();
        assert!(refused.iter().all(|line| line.contains(" error ")), "{refused:?}");
        let loaded = setup.settings(|live| live.documents.unsupported = Unsupported::Fault).load(&document);
        let found = loaded.findings();
        assert!(found.len() == 1 && found[0].contains(" warning "), "{found:?}");
        assert!(found[0].contains("every request to the operation is answered 501"), "{found:?}");
        let answer = loaded.serve().ask(Ask::post("/orders/7", "{}")).await;
        let expected = r#"{"message":"This operation is not supported by the gateway"}"#;
        assert_eq!((answer.short(), server.requests().len()), ((501, expected), 0));
    }
    // Beside an assembly, which would run without the document's guard, the document is refused.
    let assembly = "  /mine:\n    get: {x-assembly: {execute: [{set-variable: {actions: [{set: a, value: b}]}}]}}\n";
    let (_server, setup) = function(FINE);
    let setup = setup.settings(|live| live.documents.unsupported = Unsupported::Fault);
    let found = setup.load(&format!("{}{assembly}{policy}", rest(&proxy()))).findings();
    assert!(found.iter().any(|line| line.contains("error G0208 the resource policy")), "{found:?}");
}

#[tokio::test]
async fn a_vpc_link_is_a_plain_call() {
    let server = super::service(200);
    let uri = server.url("/");
    let integration =
        format!("type: http_proxy\nhttpMethod: POST\nuri: '{uri}'\nconnectionType: VPC_LINK\nconnectionId: x");
    let loaded = Setup::default().load(&rest(&integration));
    let expected = "api.yaml:10:9: warning G0309 the VPC link is not used: the call goes to the host of the `uri`";
    assert!(loaded.findings()[0].starts_with(expected), "{:?}", loaded.findings());
    assert_eq!(loaded.serve().ask(Ask::post("/orders/7", "x")).await.short(), (200, "from the service"));
}
