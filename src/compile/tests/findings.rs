//! Tests that a load reports findings about steps, all of them at once.

use crate::policies::{UNBUILT, instead};
use crate::test_support::{Setup, assembly, document, ibm_document};

#[test]
fn an_unknown_policy_is_refused_with_the_nearest_names() {
    for (name, help) in [
        ("invok", "did you mean `invoke`?"),
        ("set_variable", "did you mean `set-variable`?"),
        ("aws-lamda", "did you mean `aws-lambda`?"),
        ("gatewayscrip", "did you mean `gatewayscript`?"),
        ("quota-of-mine", &*super::all_policies()),
    ] {
        let findings = assembly(&format!("execute:\n  - {name}: {{a: 1}}")).findings();
        assert_eq!(findings, [format!("api.yaml:6:7: error G0301 there is no policy `{name}`; {help}")]);
    }
}

#[test]
fn a_policy_that_is_not_built_is_refused_by_name() {
    for name in UNBUILT {
        for step in [format!("{name}: {{}}"), name.to_owned()] {
            let findings = assembly(&format!("execute:\n  - {step}")).findings();
            let expected = format!("error G0302 the policy `{name}` is known from API Connect but not built yet");
            assert_eq!(findings.len(), 1, "{findings:?}");
            let instead = instead(name).map(|instead| format!("; {instead}")).unwrap_or_default();
            assert!(findings[0].ends_with(&format!("{expected}{instead}")), "{findings:?}");
        }
    }
    assert!(instead("xslt").unwrap().contains("`map`"));
}

#[test]
fn a_version_that_there_is_not_is_refused() {
    for (step, expected) in [
        (
            "invoke: {version: 3.0.0, target-url: 'http://h'}",
            "24: error G0205 `invoke` has no version 3.0.0; write `1.0.0`, `1.5.0`, `2.0.0`, `2.1.0`, `2.2.0` or `2.3.0`",
        ),
        ("throw: {version: 1, name: A}", "24: error G0205 `throw` has no version 1; write `1.0.0`, `2.0.0` or `2.1.0`"),
    ] {
        let findings = assembly(&format!("execute:\n  - {step}")).findings();
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].ends_with(&expected[4..]), "{findings:?}");
        assert!(findings[0].starts_with("api.yaml:6:2"), "{findings:?}");
    }
    // Quoted or not, a version is text.
    assert_eq!(assembly("execute:\n  - throw: {version: '2.0.0', name: A}").findings(), [""; 0]);
}

#[test]
fn every_mistake_of_every_block_is_reported_in_the_order_of_the_lines() {
    let text = "
execute:
  - nonsense: {}
  - invoke: {verb: GET}
  - throw: {nam: A}
catch:
  - errors: [A]
    execute:
      - set-variable: {}
finally:
  - validate-usernametoken: {}";
    let places: Vec<_> =
        assembly(text).findings().iter().map(|line| line.split(' ').take(3).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(
        places,
        [
            "api.yaml:6:7: error G0301",
            "api.yaml:7:16: error G0305",
            "api.yaml:8:15: error G0303",
            "api.yaml:12:25: error G0305",
            "api.yaml:14:7: error G0302",
        ]
    );
}

#[test]
fn mistakes_in_an_ibm_document_stand_at_their_own_place() {
    let text = ibm_document("datapower-api-gateway", "execute:\n- invoke:\n    target-url: http://h\n    verb: FETCH");
    assert_eq!(
        Setup::default().load(&text).findings(),
        [
            "api.yaml:10:15: warning G0308 Invalid verb: `FETCH`; when a request comes here, the step raises `PropertyError`; \
          write `keep` or `GET`, `POST`, `PUT`, `DELETE`, `PATCH`, `HEAD`, `OPTIONS` or `TRACE`"
        ]
    );
}

#[test]
fn two_documents_that_answer_the_same_requests_are_both_named() {
    let document = |title: &str, path: &str, verb: &str| {
        format!(
            "openapi: 3.0.3\ninfo: {{title: {title}, version: '1'}}\nservers: [{{url: /v1}}]\npaths:\n  {path}:\n    \
             {verb}: {{responses: {{}}}}\nx-assembly:\n  execute: [{{throw: {{name: A}}}}]\n"
        )
    };
    let (a, b) = (document("first", "/orders/{id}", "get"), document("second", "/orders/{other}", "get"));
    let findings = Setup::default().load_files(&[("a.yaml", &a), ("b.yaml", &b)]).findings();
    assert_eq!(
        findings,
        ["b.yaml:6:5: error G0104 `GET /v1/orders/{other}` answers the same requests as `/v1/orders/{id}` of the API \
          `first` (the first one: a.yaml:6:5); remove one of the two, or give one of the documents another base path"]
    );
    for other in [document("second", "/orders/{id}", "post"), document("second", "/orders/all", "get")] {
        assert_eq!(Setup::default().load_files(&[("a.yaml", &a), ("b.yaml", &other)]).findings(), [""; 0]);
    }
}

#[tokio::test]
async fn a_path_without_operations_takes_every_verb() {
    let gateway = assembly("execute:\n  - set-variable: {actions: [{set: message.body, value: $(request.verb)}]}")
        .serve_cleanly();
    for verb in ["GET", "POST", "PATCH", "OPTIONS", "LINK"] {
        let answer = gateway.ask(crate::test_support::Ask::new(verb, "/example/7")).await;
        assert_eq!(answer.short(), (200, verb));
    }
}

#[test]
fn a_mistyped_fault_in_a_catch_is_found_and_one_that_is_thrown_is_not() {
    let text = "execute:\n- throw: {name: OrderMissing}\ncatch:\n- errors: [OrderMising]\n  execute: []\n\
        - errors: [ConectionError, OrderMissing, QuiteElse]\n  execute: []\n";
    assert_eq!(
        Setup::default().assembly(text).findings(),
        [
            "api.yaml:8:14: warning G0204 nothing raises `OrderMising`, so this entry never takes it; \
             did you mean `OrderMissing`?",
            "api.yaml:10:14: warning G0204 nothing raises `ConectionError`, so this entry never takes it; \
             did you mean `ConnectionError`?",
        ]
    );
    let computed = text.replace("OrderMissing}", "$(request.headers.x)}");
    assert_eq!(Setup::default().assembly(&computed).findings(), [""; 0]);
}

#[test]
fn a_step_that_cannot_be_read_hides_only_what_is_not_a_step() {
    let text = "execute:
- switch:
    case:
    - {condition: [], execute: [{throw: {nme: A}}]}
    - {condition: a, execute: [{switch: {case: [{otherwise: [{invok: {}}]}], cases: []}}]}
";
    let found = Setup::default().assembly(text).findings();
    for words in ["`condition` is a list", "`throw` has no property `nme`", "no property `cases`", "no policy `invok`"]
    {
        assert!(found.iter().any(|one| one.contains(words)), "{words}: {found:?}");
    }
    assert_eq!(found.len(), 4, "{found:?}");
}

#[test]
fn a_mistyped_key_of_the_document_is_found() {
    let text = document("execute: [throw]\n").replace("paths:", "pats:").replace("openapi: 3.0.3", "openapi: 3.1.0");
    let found = Setup::default().load(&text).findings();
    assert_eq!(
        found,
        ["api.yaml:3:1: error G0108 a document has no key `pats`, so this is ignored; did you mean `paths`?"]
    );
}

#[test]
fn a_variable_that_the_gateway_does_not_have_is_a_warning_in_an_ibm_document() {
    let steps = "execute:\n- set-variable: {actions: [{set: message.body, value: $(request.headrs.x)}]}";
    let message = "the gateway has no variable `request.headrs.x`; did you mean `request.headers`?";
    for (text, severity) in [(document(steps), "error"), (ibm_document("datapower-api-gateway", steps), "warning")] {
        let findings = Setup::default().load(&text).findings();
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].ends_with(&format!("{severity} G0406 {message}")), "{findings:?}");
    }
}

#[tokio::test]
async fn a_function_of_the_embedded_service_may_not_be_called_arn() {
    use crate::settings::LocalService;

    let setup = Setup::default().settings(|settings| {
        settings.aws.local = Some(LocalService {
            endpoint: "http://127.0.0.1:1".to_owned(),
            region: "eu-west-1".to_owned(),
            access_key_id: "AKID".to_owned(),
            secret_access_key: crate::value::Secret::new("secret"),
            functions: crate::settings::FunctionNames::default(),
        });
    });
    let text = document("execute:\n- lambda: {function: '123456789012:function:arn'}");
    let findings = setup.load(&text).findings();
    assert!(findings[0].contains("the embedded service cannot call a function with the name `arn`"), "{findings:?}");
}

#[test]
fn a_property_that_cannot_be_read_hides_no_other_one() {
    let text = "execute:
- invoke: {verb: [GET], timeout: 5x, target-url: 'htp://h', stop-on-error: [ConnectionErro]}
- set-variable: {actions: [{set: [x], value: 1}, {set: request.verb, value: a}]}
- lambda: {function: [f], stop-on-error: [LambdaFunctionErro]}
";
    let found = Setup::default().assembly(text).findings();
    let expected = [
        "6:20: error G0304 `verb` is a list",
        "6:36: error G0304 `timeout` is `5x`",
        "6:52: error G0701 the target URL does not start with",
        "6:79: error G0308 `invoke` raises no `ConnectionErro`",
        "7:36: error G0304 `set` is a list",
        "7:58: error G0403 `request.verb` cannot be set",
        // Without its function there is no step to look at.
        "8:24: error G0304 `function` is a list",
    ];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, words) in found.iter().zip(expected) {
        assert!(found.contains(words), "{words}: {found}");
    }
}
