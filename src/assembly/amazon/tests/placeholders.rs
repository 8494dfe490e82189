//! Names that AWS, CloudFormation and Terraform would fill in.

use super::{ARN, FINE, function, long, post, rest};
use crate::test_support::Setup;

fn findings(setup: &Setup, uri: &str) -> Vec<String> {
    setup.load(&rest(&format!("type: aws_proxy\nhttpMethod: POST\nuri: {uri}"))).findings()
}

#[test]
fn what_has_no_value_is_an_error_that_says_where_to_put_it() {
    let (_server, setup) = function(FINE);
    for (uri, expected) in [
        (
            long("arn:aws:lambda:eu-west-1:${AWS::AccountId}:function:f"),
            "api.yaml:9:101: error G0310 `AWS::AccountId` has no value; set it in the settings: `aws-export: {account: …}`",
        ),
        (
            "!Sub 'x${OrdersFunction.Arn}'".to_owned(),
            "api.yaml:9:21: error G0310 `OrdersFunction.Arn` has no value; put `OrdersFunction.Arn` into `parameters` or the \
             `parameters-file` under `aws-export` in the settings",
        ),
        (
            "{'Fn::GetAtt': [A, Arn]}".to_owned(),
            "api.yaml:9:29: error G0310 `A.Arn` has no value; put `A.Arn` into `parameters` or the `parameters-file` under \
             `aws-export` in the settings",
        ),
        (
            "'${stageVariables.fn}'".to_owned(),
            "api.yaml:9:15: error G0310 the stage variable `fn` has no value; set it in the settings: `event-context: \
             {stage-variables: {fn: …}}`",
        ),
        (
            "{'Fn::If': [A, b, c]}".to_owned(),
            "api.yaml:9:15: error G0310 `Fn::If` is not evaluated here; write the text that it gives, or deploy once and take \
             the document from `aws apigateway get-export`",
        ),
    ] {
        assert_eq!(findings(&setup, &uri), [expected], "{uri}");
    }
}

#[tokio::test]
async fn values_come_from_a_file() {
    let uri =
        "!Sub 'arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Fn.Arn}/invocations'";
    let document = rest(&format!("type: aws_proxy\nhttpMethod: POST\nuri: {uri}"));
    for text in [
        format!("Fn.Arn: {ARN}\n"),
        format!("Parameters: {{Fn.Arn: '{ARN}'}}\n"),
        format!(r#"[{{"ParameterKey": "Fn.Arn", "ParameterValue": "{ARN}"}}]"#),
    ] {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &text).unwrap();
        let (_server, setup) = function(FINE);
        let path = file.path().display().to_string();
        let setup = setup.settings(|settings| settings.aws_export.parameters_file = Some(path));
        assert_eq!(post(&setup, &document).await.status, 201, "{text}");
    }
}
