//! Applications, their secrets and their plans, through whole documents.

mod plans;

use std::path::Path;

use crate::test_support::{Ask, Gateway, Loaded, Setup};

/// Two operations that ask for an id and a secret, one for the id alone, one for nobody.
const DOCUMENT: &str = "
swagger: '2.0'
info: {title: orders, version: 1.0.0}
securityDefinitions:
  id: {type: apiKey, in: header, name: X-IBM-Client-Id}
  secret: {type: apiKey, in: header, name: X-IBM-Client-Secret}
  in-query: {type: apiKey, in: query, name: client_id, x-key-type: client_id}
security: [{id: [], secret: []}]
paths:
  /orders:
    get: {responses: {}}
    post: {responses: {}}
  /lookup: {get: {operationId: lookup, security: [{in-query: []}, {id: []}], responses: {}}}
  /open: {get: {security: [], responses: {}}}
  /either: {get: {security: [{id: [], secret: []}, {}], responses: {}}}
x-ibm-configuration:
  gateway: datapower-api-gateway
  cors: {enabled: true}
  assembly:
    execute:
      - set-variable:
          actions: [{set: message.body, value: '$(client.app.name) $(plan.name) $(message.headers.x-ibm-client-id)'}]
";

/// `printf %s SECRET | sha256sum` of `s3cret`.
const HASH: &str = "1ec1c26b50d5d3c58d9583181af8076655fe00756bf7285940ba3670f99fcba0";

fn clients(plan: &str) -> String {
    format!(
        "plans:\n  gold: {plan}\nproducts:\n  all: {{apis: ['orders:1.0.0'], plans: [gold]}}\n  other: {{apis: [nothing], plans: [gold]}}\napplications:\n  \
         mobile: {{client-id: m1, client-secret-sha256: {HASH}, title: Mobile, subscriptions: [{{product: all, plan: gold}}]}}\n  \
         web: {{client-id: w1, subscriptions: [{{product: all, plan: gold}}]}}\n  \
         gone: {{client-id: g1, state: disabled, subscriptions: [{{product: all, plan: gold}}]}}\n  \
         stranger: {{client-id: s1, subscriptions: [{{product: other, plan: gold}}]}}\n"
    )
}

fn load(file: &Path, text: &str) -> Loaded {
    std::fs::write(file, text).unwrap();
    let path = file.to_str().unwrap().to_owned();
    Setup::default().settings(|settings| settings.clients_file = Some(path)).load(DOCUMENT)
}

fn serve(plan: &str) -> Gateway {
    let file = tempfile::NamedTempFile::new().unwrap();
    load(file.path(), &clients(plan)).serve_cleanly()
}

fn ask(path: &str, id: &str, secret: &str) -> Ask {
    let headers = [("x-ibm-client-id", id), ("x-ibm-client-secret", secret)];
    headers
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .fold(Ask::get(path), |ask, (name, value)| ask.header(name, value))
}

#[tokio::test]
async fn an_application_is_known_by_its_id_and_secret() {
    let gateway = serve("{}");
    for (path, id, secret, status, body) in [
        ("/orders", "m1", "s3cret", 200, "Mobile gold "),
        ("/orders", "m1", "wrong", 401, ""),
        ("/orders", "m1", "", 401, ""),
        ("/orders", "", "s3cret", 401, ""),
        ("/orders", "nobody", "s3cret", 401, ""),
        // Without a known secret no secret is right.
        ("/orders", "w1", "s3cret", 401, ""),
        ("/orders", "g1", "s3cret", 401, ""),
        ("/lookup", "w1", "", 200, "web gold "),
        ("/lookup?client_id=m1", "", "", 200, "Mobile gold "),
        ("/lookup?client_id=m%31", "", "", 200, "Mobile gold "),
        ("/lookup?client_id=m1&client_id=w1", "", "", 401, ""),
        ("/lookup", "s1", "", 401, ""),
        // One that is switched off learns it, and nobody else does.
        ("/lookup", "g1", "", 403, ""),
        ("/open", "", "", 200, "  "),
        ("/either", "", "", 200, "  "),
        ("/either", "m1", "s3cret", 200, "Mobile gold "),
    ] {
        let answer = gateway.ask(ask(path, id, secret)).await;
        assert_eq!(answer.status, status, "{path} {id} {secret}: {answer}");
        if status == 200 {
            assert_eq!(answer.text(), body, "{path} {id}");
        } else {
            let expected = match status {
                403 => {
                    r#"{"httpCode":"403","httpMessage":"Forbidden","moreInformation":"The application is disabled."}"#
                }
                _ => {
                    r#"{"httpCode":"401","httpMessage":"Unauthorized","moreInformation":"Invalid client id or secret."}"#
                }
            };
            assert_eq!(answer.text(), expected);
        }
    }
    let twice = ask("/orders", "m1", "s3cret").header("x-ibm-client-id", "m1");
    assert_eq!(gateway.ask(twice).await.status, 401);
}

#[tokio::test]
async fn a_plan_limits_each_application_by_itself() {
    let gateway = serve(
        "{rate-limits: {default: {value: 2/1hour}, soft: {value: 1/1hour, hard-limit: false}}, operations: {lookup: {burst-limits: {b: {value: 1/1hour}}}}}",
    );
    let mut seen = Vec::new();
    for _ in 0..3 {
        seen.push(gateway.ask(ask("/orders", "m1", "s3cret")).await.status);
    }
    assert_eq!(seen, [200, 200, 429]);
    let refused = gateway.ask(ask("/orders", "m1", "s3cret")).await;
    assert!(
        refused.header("retry-after").is_some() && refused.fault_name() == Some("AssemblyRateLimitError"),
        "{refused}"
    );
    // The operation with limits of its own, and other applications, count apart.
    let lookup = gateway.ask(ask("/lookup", "m1", "")).await;
    assert_eq!((lookup.status, lookup.header("x-ratelimit-limit")), (200, Some("name=b,1;")));
    assert_eq!(lookup.header("x-ratelimit-remaining"), Some("name=b,0;"));
    assert_eq!(gateway.ask(ask("/lookup", "m1", "")).await.status, 429);
    assert_eq!(gateway.ask(ask("/lookup", "w1", "")).await.status, 200);
    // Unknown callers are not counted, and neither is a refused one.
    for _ in 0..3 {
        assert_eq!(gateway.ask(ask("/open", "", "")).await.status, 200);
    }
}

#[tokio::test]
async fn browsers_that_ask_first_need_no_application() {
    let gateway = serve("{rate-limits: {default: {value: 1/1hour}}}");
    let preflight = || {
        Ask::new("OPTIONS", "/orders")
            .header("origin", "https://a.test")
            .header("access-control-request-method", "POST")
    };
    for _ in 0..3 {
        assert_eq!(gateway.ask(preflight()).await.status, 200);
    }
    let refused = gateway.ask(ask("/orders", "", "").header("origin", "https://a.test")).await;
    assert_eq!((refused.status, refused.header("access-control-allow-origin")), (401, Some("*")));
}

#[test]
fn without_a_file_a_document_that_asks_is_not_served() {
    let message = "the security scheme `id` asks for an application, and nobody said which there are";
    let found = Setup::default().load(DOCUMENT).findings();
    assert!(
        found.len() == 1 && found[0].starts_with(&format!("api.yaml:8:13: error G0206 {message}; name a file")),
        "{found:?}"
    );
    let found = Setup::default().check().load(DOCUMENT).findings();
    assert!(
        found.len() == 1
            && found[0].starts_with(&format!(
                "api.yaml:8:13: warning G0206 {message}, which `gantry serve` refuses; name a file"
            )),
        "{found:?}"
    );
}

/// IBM's gateway meets it when a request comes: only the operation that asks for it is lost.
#[test]
fn a_scheme_that_is_not_declared_is_told() {
    let text = DOCUMENT.replace("security: [{in-query: []}", "security: [{in-qery: []}");
    let found = Setup::default().load(&text).findings();
    let expected = "warning G0102 there is no security scheme `in-qery`; did you mean `in-query`?";
    assert!(found.iter().any(|line| line.contains(expected)), "{found:?}");
}

#[test]
fn mistakes_of_the_file_stand_at_their_place() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let name = file.path().display().to_string();
    let good = clients("{}");
    for (from, to, expected) in [
        ("plans: [gold]}\n  other", "plans: [silver]}\n  other", ":4:37: error G0701 there is no plan `silver`"),
        ("product: all, plan: gold}]}\n  web", "product: al, plan: gold}]}\n  web", "there is no product `al`"),
        ("plan: gold}]}\n  web", "plan: iron}]}\n  web", "the product `all` is not offered under the plan `iron`"),
        ("client-id: w1", "client-id: m1", "another application has the client id `m1` already"),
        (HASH, "s3cret", "this is no SHA-256: 64 hexadecimal digits"),
        ("  gold: {}", "  gold: {rate-limit: {}}", "error G0303"),
        ("  gold: {}", "  gold: {rate-limits: {a: {value: often}}}", "error G0304"),
    ] {
        let wrong = good.replace(from, to);
        assert_ne!(wrong, good, "{from}");
        let found: Vec<String> =
            load(file.path(), &wrong).findings().iter().map(|line| line.replace(&name, "")).collect();
        assert!(found.iter().any(|line| line.contains(expected.rsplit("G0701 ").next().unwrap())), "{to}: {found:?}");
        assert!(!found.join("\n").contains("s3cret"), "{found:?}");
    }
}
