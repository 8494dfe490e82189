//! Whole documents, in the shapes in which people have them.

use super::{FINE, function};
use crate::test_support::{Ask, Setup};

/// Bad OpenAPI that AWS takes.
#[tokio::test]
async fn what_aws_takes_is_served() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/aws-api-gateway");
    let mut count = 0;
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file).unwrap();
        let (_server, setup) = function(FINE);
        let setup = with_values(setup);
        let loaded = setup.load_files(&[(&*name, &*text)]);
        assert_eq!(loaded.findings(), [""; 0], "{name}");
        let path = if text.contains("basePath") { "/prod/orders" } else { "/orders" };
        let answer = loaded.serve().ask(Ask::post(path, "{}")).await;
        assert_eq!(answer.short(), (201, "made"), "{name}");
        count += 1;
    }
    assert!(count > 5, "{count}");
}

fn with_values(setup: Setup) -> Setup {
    setup.settings(|settings| {
        settings.aws_export.account = Some("123456789012".to_owned());
        let arn = "arn:aws:lambda:eu-west-1:123456789012:function:orders";
        for name in ["OrdersFunction.Arn", "orders_arn"] {
            settings.aws_export.parameters.insert(name.to_owned(), arn.to_owned());
        }
        settings.event_context.stage_variables.insert("alias".to_owned(), "live".to_owned());
    })
}

const BODY: &str = "
      DefinitionBody:
        openapi: 3.0.1
        paths:
          /orders:
            post:
              x-amazon-apigateway-integration:
                type: aws_proxy
                httpMethod: POST
                uri: !Sub 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Nobody.Arn}/invocations'
";

#[test]
fn a_finding_in_a_template_has_the_line_of_the_template() {
    let (_server, setup) = function(FINE);
    let template = format!("Resources:\n  Api:\n    Type: AWS::Serverless::Api\n    Properties:{BODY}");
    let found = setup.load(&template).findings();
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("api.yaml:13:95: error G0310 `Nobody.Arn` has no value"), "{found:?}");
}

#[test]
fn a_template_with_a_guard_or_with_two_apis_is_refused() {
    let api =
        |name: &str, more: &str| format!("  {name}:\n    Type: AWS::Serverless::Api\n    Properties:{more}{BODY}");
    let two = Setup::default().load(&format!("Resources:\n{}{}", api("A", ""), api("B", ""))).findings();
    assert!(two[0].starts_with("api.yaml:14:3: error G0101 this template holds several APIs: `A`, `B`"), "{two:?}");
    let auth = "\n      Auth: {DefaultAuthorizer: Pool}";
    let guarded = Setup::default().load(&format!("Resources:\n{}", api("A", auth))).findings();
    assert!(guarded[0].starts_with("api.yaml:5:7: error G0208 `Auth` of the template"), "{guarded:?}");
    let none = Setup::default().load("Resources: {Bucket: {Type: 'AWS::S3::Bucket'}}\n").findings();
    assert!(none[0].starts_with("api.yaml:1:1: error G0101 this template holds no body of an API"), "{none:?}");
}
