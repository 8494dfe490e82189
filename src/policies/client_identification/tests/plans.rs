//! Tests which plan counts: of several, of none, and of product files.

use super::HASH;
use crate::test_support::{Ask, Gateway, Setup};

const ASSEMBLY: &str = "
x-ibm-configuration:
  gateway: datapower-api-gateway
  assembly:
    execute:
      - set-variable:
          actions: [{set: message.body, value: '$(client.app.name) $(plan.id) $(plan.name)'}]
";

fn document(head: &str) -> String {
    format!("swagger: '2.0'\ninfo: {{title: orders, version: 1.0.0}}\n{head}{ASSEMBLY}")
}

fn serve(document: &str, product: Option<&str>, clients: &str) -> Gateway {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), clients).unwrap();
    let path = file.path().to_str().unwrap().to_owned();
    let files: Vec<_> =
        [("api.yaml", document)].into_iter().chain(product.map(|text| ("product.yaml", text))).collect();
    Setup::default().settings(|settings| settings.clients_file = Some(path)).load_files(&files).serve_cleanly()
}

async fn get(gateway: &Gateway, path: &str, headers: &[(&str, &str)]) -> (u16, String) {
    let ask = headers.iter().fold(Ask::get(path), |ask, (name, value)| ask.header(name, value));
    let answer = gateway.ask(ask).await;
    (answer.status, answer.text().to_owned())
}

fn ok(text: &str) -> (u16, String) {
    (200, text.to_owned())
}

const KEYS: &str = "
securityDefinitions:
  id: {type: apiKey, in: header, name: X-IBM-Client-Id}
  other: {type: apiKey, in: header, name: X-Partner}
  mine: {type: apiKey, in: header, name: my-key, x-ibm-apikey: clientsecret}
paths:
  /both: {get: {security: [{id: [], other: []}], responses: {}}}
  /secret: {get: {security: [{mine: []}], responses: {}}}
";

/// Each of them is checked, whatever their order.
#[tokio::test]
async fn two_schemes_of_one_kind_both_count() {
    let clients = format!(
        "plans: {{gold: {{}}}}\nproducts: {{all: {{apis: ['*'], plans: [gold]}}}}\napplications:\n  \
         one: {{client-id: i1, client-secret-sha256: {HASH}, subscriptions: [{{product: all, plan: gold}}]}}\n  \
         two: {{client-id: i2, subscriptions: [{{product: all, plan: gold}}]}}\n"
    );
    let gateway = serve(&document(KEYS), None, &clients);
    for (headers, expected) in [
        (&[("x-ibm-client-id", "i1"), ("x-partner", "i1")][..], 200),
        (&[("x-ibm-client-id", "i1"), ("x-partner", "wrong")], 401),
        (&[("x-ibm-client-id", "wrong"), ("x-partner", "i1")], 401),
        (&[("x-ibm-client-id", "i1"), ("x-partner", "i2")], 401),
        (&[("x-partner", "i1")], 401),
        (&[("x-ibm-client-id", "i1")], 401),
    ] {
        assert_eq!(get(&gateway, "/both", headers).await.0, expected, "{headers:?}");
    }
    // A secret that is asked for alone names the application that has it.
    assert_eq!(get(&gateway, "/secret", &[("my-key", "s3cret")]).await, ok("one gold gold"));
    assert_eq!(get(&gateway, "/secret", &[("my-key", "i1")]).await.0, 401);
    assert_eq!(get(&gateway, "/secret", &[]).await.0, 401);
}

const ONE_KEY: &str = "
securityDefinitions: {id: {type: apiKey, in: header, name: X-IBM-Client-Id}}
security: [{id: []}]
paths:
  /a: {get: {operationId: a, responses: {}}, post: {responses: {}}}
  /open: {get: {security: [], responses: {}}}
";

#[tokio::test]
async fn a_caller_chooses_among_its_plans() {
    let clients = "plans: {gold: {}, iron: {}, tin: {}}\nproducts: {all: {apis: [orders], plans: [gold, iron, tin]}}\n\
                   applications:\n  one: {client-id: i1, subscriptions: [{product: all, plan: gold}, {product: all, plan: iron}]}\n";
    let gateway = serve(&document(ONE_KEY), None, clients);
    let id = ("x-ibm-client-id", "i1");
    for (plan, expected) in [("gold", "gold"), ("iron", "iron"), ("tin", "gold"), ("", "gold")] {
        let text = format!("one {expected} {expected}");
        assert_eq!(get(&gateway, "/a", &[id, ("x-ibm-plan-id", plan)]).await, ok(&text), "{plan}");
    }
}

#[tokio::test]
async fn an_api_of_no_product_has_the_default_plan() {
    let clients = "plans: {gold: {}}\nproducts: {other: {apis: [nothing], plans: [gold]}}\n\
                   default-plan: {rate-limits: {default: {value: 2/1hour}}}\n\
                   applications: {one: {client-id: i1, subscriptions: []}}\n";
    let gateway = serve(&document(ONE_KEY), None, clients);
    for path in ["/open", "/a"] {
        let headers: &[_] = if path == "/a" { &[("x-ibm-client-id", "i1")] } else { &[] };
        let name = if path == "/a" { "one" } else { "" };
        for _ in 0..2 {
            assert_eq!(get(&gateway, path, headers).await, ok(&format!("{name} default default")), "{path}");
        }
        assert_eq!(get(&gateway, path, headers).await.0, 429, "{path}");
    }
    assert_eq!(get(&gateway, "/a", &[]).await.0, 401);
    // Without it, the API has no plan.
    let without = clients.replace("default-plan: {rate-limits: {default: {value: 2/1hour}}}\n", "");
    let gateway = serve(&document(ONE_KEY), None, &without);
    assert_eq!(get(&gateway, "/open", &[]).await, ok("  "));
    assert_eq!(get(&gateway, "/a", &[("x-ibm-client-id", "i1")]).await.0, 401);
}

const PRODUCT: &str = "
product: 1.0.0
info: {name: shop, title: Shop, version: 2.0.0}
visibility: {view: {type: public}}
apis:
  orders-1: {$ref: api.yaml}
plans:
  free:
    title: Free
    rate-limits: {default: {value: 100/1hour}}
    apis:
      orders-1:
        operations:
          - {operation: get, path: /a, rate-limit: {value: 1/min, hard-limit: true}}
  full: {rate-limit: {value: unlimited}}
";

#[tokio::test]
async fn a_product_file_offers_apis_under_plans() {
    let clients = "applications:\n  one: {client-id: i1, subscriptions: [{product: shop, plan: free}]}\n  \
                   two: {client-id: i2, subscriptions: [{product: 'shop:2.0.0', plan: full}]}\n";
    let gateway = serve(&document(ONE_KEY), Some(PRODUCT), clients);
    let (one, two) = ([("x-ibm-client-id", "i1")], [("x-ibm-client-id", "i2")]);
    assert_eq!(get(&gateway, "/a", &one).await, ok("one shop:2.0.0:free free"));
    assert_eq!(get(&gateway, "/a", &one).await.0, 429);
    assert_eq!(get(&gateway, "/a", &two).await, ok("two shop:2.0.0:full full"));
    // An operation outside of the plan.
    let post = |id: &str| Ask::post("/a", "").header("x-ibm-client-id", id);
    assert_eq!(gateway.ask(post("i1")).await.status, 401);
    assert_eq!(gateway.ask(post("i2")).await.status, 200);
}

#[test]
fn mistakes_of_a_product_file_have_their_place() {
    for (from, to, expected) in [
        ("name: shop, ", "", "product.yaml:2:1: error G0803 the product has no name"),
        (
            "$ref: api.yaml",
            "ref: api.yaml",
            "product.yaml:6:13: error G0803 the API `orders-1` of the product has neither",
        ),
        ("      orders-1:\n", "      order-1:\n", "product.yaml:12:7: error G0803 the product has no API `order-1`"),
        ("100/1hour", "often", "product.yaml:10:36: error G0803 `often` is no rate"),
        (
            "rate-limit: {value: unl",
            "rate-limt: {value: unl",
            "product.yaml:15:10: warning G0803 a plan has no key `rate-limt`",
        ),
        ("path: /a", "path: /b", "product.yaml:14:13: warning G0803 `orders` has no operation `get /b`"),
    ] {
        let text = PRODUCT.replace(from, to);
        assert_ne!(text, PRODUCT, "{from}");
        let file = tempfile::NamedTempFile::new().unwrap();
        let path = file.path().to_str().unwrap().to_owned();
        std::fs::write(file.path(), "applications: {}\n").unwrap();
        let setup = Setup::default().settings(|settings| settings.clients_file = Some(path));
        let found = setup.load_files(&[("api.yaml", &document(ONE_KEY)), ("product.yaml", &text)]).findings();
        assert!(found.iter().any(|line| line.starts_with(expected)), "{to}: {found:?}");
    }
}
