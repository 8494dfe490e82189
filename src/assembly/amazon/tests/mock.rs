//! `mock`.

use super::rest;
use crate::test_support::{Ask, Setup};

#[tokio::test]
async fn the_status_of_the_template_picks_the_response() {
    for (template, status, body) in [
        (r#"{"statusCode": 200}"#, 200, ""),
        ("{\"statusCode\" : 200\n}", 200, ""),
        ("{statusCode: 404}", 418, "none left"),
        ("{ 'statusCode': 500 }", 299, ""),
    ] {
        let document = rest(&format!(
            r#"
type: MOCK
passthroughBehavior: when_no_match
requestTemplates:
  application/json: "{}"
responses:
  default: {{statusCode: 299}}
  '200':
    statusCode: '200'
    responseParameters:
      method.response.header.Access-Control-Allow-Methods: "'GET,OPTIONS'"
      method.response.header.Access-Control-Allow-Origin: "'*'"
  4..: {{statusCode: 418, responseTemplates: {{text/plain: none left}}}}
"#,
            template.replace('"', "\\\"").replace('\n', "\\n")
        ));
        let loaded = Setup::default().load(&document);
        assert_eq!(loaded.findings(), [""; 0], "{template}");
        let answer = loaded.serve().ask(Ask::post("/orders/7", "what comes in stays here").header("x-a", "1")).await;
        assert_eq!(answer.short(), (status, body), "{template}");
        let origin = (status == 200).then_some("*");
        assert_eq!((answer.header("access-control-allow-origin"), answer.header("x-a")), (origin, None));
    }
}

#[test]
fn a_mock_that_aws_answers_500_is_refused() {
    for (properties, expected) in [
        (
            "type: mock\nresponses: {default: {statusCode: 200}}",
            "api.yaml:7:9: error G0305 a mock needs a request template",
        ),
        (
            "type: mock\nrequestTemplates: {application/json: '{}'}\nresponses: {default: {statusCode: 200}}",
            "api.yaml:8:46: error G0308 the template of a mock says no `statusCode`",
        ),
        (
            "type: mock\nrequestTemplates: {application/json: '{\"statusCode\": 200}'}\nresponses: {'4..': {statusCode: 200}}",
            "api.yaml:9:20: error G0308 no response is for the status 200",
        ),
    ] {
        let findings = Setup::default().load(&rest(properties)).findings();
        assert!(findings.len() == 1 && findings[0].starts_with(expected), "{properties}\n{findings:?}");
    }
}
