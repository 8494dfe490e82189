//! Tests which handler takes a fault, and where the flow goes on.

use serde_json::json;

use super::{block, entry, mark, marks, run, throw};
use crate::test_support::{Ask, Setup, assembly, closed_port, ibm_document};

fn failing(name: &str, catch: &[String]) -> String {
    let execute = block("execute", &[mark("before"), throw(name)]);
    format!("{execute}catch:\n{}", catch.concat())
}

#[tokio::test]
async fn the_first_entry_that_fits_is_taken() {
    for (name, expected) in [("A", "a before"), ("B", "b before"), ("C", "before default"), ("a", "before default")] {
        let text =
            failing(name, &[entry("A", &[mark("a")]), entry("A, B", &[mark("b")]), entry("", &[mark("default")])]);
        assert_eq!(run(&text).await, (200, expected.to_owned()), "{name}");
    }
}

#[tokio::test]
async fn default_leaves_refusals_of_the_client_alone() {
    for (name, status) in
        [("BadRequestError", 400), ("UnauthorizedError", 401), ("ForbiddenError", 403), ("APIRuleError", 400)]
    {
        let text = failing(name, &[entry("", &[mark("default")])]);
        assert_eq!(run(&text).await, (status, String::new()), "{name}");
        let text = failing(name, &[entry("", &[mark("default")]), entry(name, &[mark("named")])]);
        assert_eq!(assembly(&text).findings(), [""; 0]);
        assert_eq!(run(&text).await, (200, "before named".to_owned()), "{name}");
    }
    let text = failing("RuntimeError", &[entry("", &[mark("default")])]);
    assert_eq!(run(&text).await, (200, "before default".to_owned()));
}

#[tokio::test]
async fn an_entry_on_the_ancestor_takes_the_descendant_and_not_the_reverse() {
    let text = failing(
        "LambdaTimeoutError",
        &[entry("OperationError", &[mark("no")]), entry("ConnectionError", &[mark("yes")])],
    );
    assert_eq!(run(&text).await, (200, "before yes".to_owned()));
    let text = failing("ConnectionError", &[entry("LambdaTimeoutError", &[mark("no")])]);
    assert_eq!(run(&text).await, (500, String::new()));
}

#[tokio::test]
async fn a_fault_inside_a_handler_is_not_caught_again() {
    let text =
        failing("A", &[entry("A", &[mark("a"), throw("B")]), entry("B", &[mark("b")]), entry("", &[mark("default")])]);
    let answer = assembly(&text).serve_cleanly().get().await;
    assert_eq!((answer.status, answer.fault_name(), &*marks(&answer)), (500, Some("B"), ""));
}

#[tokio::test]
async fn finally_runs_after_success_after_a_handler_and_after_a_fault() {
    let finally = block("finally", &[mark("last")]);
    let success = format!("{}{finally}", block("execute", &[mark("one")]));
    assert_eq!(run(&success).await, (200, "last one".to_owned()));
    let caught = format!("{}{finally}", failing("A", &[entry("A", &[mark("a")])]));
    assert_eq!(run(&caught).await, (200, "a before last".to_owned()));
    // After an uncaught fault its work is not part of the error document, so it is seen by a call it makes.
    let service = crate::test_support::TestServer::start(|_| crate::test_support::json_reply(200, "{}"));
    let call = "invoke: {target-url: '${UPSTREAM}/$(error.name)/$(error.policyTitle)', verb: GET, output: x}";
    let uncaught = format!("{}{}", block("execute", &[throw("A, title: t")]), block("finally", &[call.to_owned()]));
    let answer = super::setup_with("UPSTREAM", &service.url("")).assembly(&uncaught).serve_cleanly().get().await;
    assert_eq!((answer.status, answer.fault_name()), (500, Some("A")));
    assert_eq!(service.requests()[0].target, "/A/t");
}

#[tokio::test]
async fn a_fault_in_finally_is_the_answer_unless_there_was_one_before() {
    let finally = block("finally", &[throw("Late, error-status-code: 507")]);
    assert_eq!(run(&format!("{}{finally}", block("execute", &[mark("one")]))).await.0, 507);
    let both = format!("{}{finally}", block("execute", &[throw("First, error-status-code: 418")]));
    assert_eq!(run(&both).await.0, 418);
    // It is no fault that the catch guards.
    let caught = format!("{}catch:\n{}{finally}", block("execute", &[mark("one")]), entry("", &[mark("default")]));
    assert_eq!(run(&caught).await, (507, String::new()));
}

/// A v5 assembly whose first step fails and owns a catch.
fn v5(own: &str, rest: &str) -> String {
    let url = format!("http://{}", closed_port());
    let text = format!("execute:\n- invoke:\n    target-url: {url}\n    catch:\n{own}\n- {}\n{rest}", mark("behind"));
    ibm_document("datapower-gateway", &text)
}

#[tokio::test]
async fn the_catch_of_a_v5_policy_goes_on_behind_the_policy() {
    let own = format!("    - errors: [ConnectionError]\n      execute:\n      - {}", mark("own"));
    let outer = format!("catch:\n- default:\n  - {}", mark("outer"));
    let answer = Setup::default().load(&v5(&own, &outer)).serve_cleanly().get().await;
    assert_eq!((answer.status, &*marks(&answer)), (200, "behind own"));
    // If its own catch does not fit, the assembly's does.
    let other = own.replace("ConnectionError", "SOAPError");
    let answer = Setup::default().load(&v5(&other, &outer)).serve_cleanly().get().await;
    assert_eq!((answer.status, &*marks(&answer)), (200, "outer"));
}

#[tokio::test]
async fn a_policy_inside_a_handler_may_own_a_catch() {
    let url = format!("http://{}", closed_port());
    let inner = format!(
        "catch:\n- default:\n  - invoke:\n      version: 1.0.0\n      target-url: {url}\n      catch:\n      - default:\n        - {}\n  - {}",
        mark("inner"),
        mark("after")
    );
    let text = format!("execute:\n- {}\n{inner}", throw("A"));
    let loaded = Setup::default().load(&ibm_document("datapower-gateway", &text));
    let answer = loaded.serve_cleanly().get().await;
    assert_eq!((answer.status, &*marks(&answer)), (200, "after inner"));
}

#[test]
fn mistakes_inside_the_catch_of_a_policy_inside_a_handler_are_found() {
    let text = "
execute:
  - throw: {name: A}
catch:
  - default:
      - set-variable:
          actions: [{set: a, value: 1}]
          catch:
            - default:
                - nonsense: {}";
    let expected = format!("api.yaml:13:21: error G0301 there is no policy `nonsense`; {}", super::all_policies());
    assert_eq!(assembly(text).findings(), [expected]);
}

#[tokio::test]
async fn error_documents_follow_the_document() {
    let text = "execute:\n- throw: {name: Mine, message: m}";
    let v10 = json!({"httpCode": "500", "httpMessage": "Internal Server Error", "moreInformation": "m"});
    let v5 = json!({"name": "Mine", "message": "m"});
    for (document, expected) in [
        (crate::test_support::document(text), &v10),
        (crate::test_support::document(&format!("error-format: v5\n{text}")), &v5),
        (ibm_document("datapower-api-gateway", text), &v10),
        (ibm_document("datapower-gateway", text), &v5),
        (ibm_document("micro-gateway", text), &v5),
        (ibm_document("''", text), &v5),
    ] {
        let answer = Setup::default().load(&document).serve_cleanly().get().await;
        assert_eq!((answer.status, &answer.json()), (500, expected), "{document}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
    }
}

#[tokio::test]
async fn a_missing_parameter_is_400_and_no_handler_takes_it() {
    let document = "
openapi: 3.0.3
info: {title: t, version: '1'}
paths:
  /x:
    get:
      parameters:
        - {name: q, in: query, required: true, schema: {type: string}}
        - {name: X-Key, in: header, required: true, schema: {type: string}}
        - {name: may, in: query, schema: {type: string}}
      responses: {}
x-assembly:
  execute: [{set-variable: {actions: [{set: message.body, value: ran}]}}]
  catch:
    - errors: [APIRuleError]
      execute: [{set-variable: {actions: [{set: message.body, value: caught}]}}]
    - default: [{set-variable: {actions: [{set: message.body, value: caught}]}}]
";
    let gateway = Setup::default().load(document).serve_cleanly();
    let expected = json!({
        "httpCode": "400",
        "httpMessage": "Bad Request",
        "moreInformation": "One or more required API parameters are missing in the API request.",
    });
    for ask in [
        Ask::get("/x"),
        Ask::get("/x?q=1"),
        Ask::get("/x?may=1").header("x-key", "1"),
        Ask::get("/x?Q=1").header("x-key", "1"),
    ] {
        let answer = gateway.ask(ask).await;
        assert_eq!((answer.status, answer.fault_name(), answer.json()), (400, Some("APIRuleError"), expected.clone()));
    }
    for query in ["q=1", "q=", "q", "a=b&%71=1"] {
        assert_eq!(gateway.ask(Ask::get(&format!("/x?{query}")).header("x-key", "1")).await.short(), (200, "ran"));
    }
}
