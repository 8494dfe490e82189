//! `http_proxy` and `http`.

use super::{http_api, only, rest, service};
use crate::test_support::{Ask, Setup, closed_port};

fn ask() -> Ask {
    Ask::post("/orders/7?q=a%20b&other=1", "a body").header("x-client", "me").header("content-type", "text/plain")
}

#[tokio::test]
async fn http_proxy_passes_the_request_and_the_answer_on() {
    let server = service(404);
    let document = rest(&format!(
        "type: http_proxy\nhttpMethod: ANY\nuri: '{}'\nrequestParameters:\n  integration.request.path.order: \
         method.request.path.id\n  integration.request.header.X-Fixed: \"'yes'\"\n  integration.request.querystring.k: \"'a&b'\"",
        server.url("/shop/{order}/lines")
    ));
    let loaded = Setup::default().load(&document);
    assert_eq!(loaded.findings(), [""; 0]);
    let answer = loaded.serve().ask(ask()).await;
    assert_eq!(answer.short(), (404, "from the service"));
    assert_eq!((answer.header("x-shop"), answer.header("x-fixed")), (Some("main"), None));
    let seen = only(&server);
    assert_eq!((&*seen.method, &*seen.target), ("POST", "/shop/7/lines?k=a%26b&q=a%20b&other=1"));
    assert_eq!((seen.header("x-client"), seen.header("x-fixed")), (Some("me"), Some("yes")));
    assert_eq!(seen.body, b"a body");
}

#[tokio::test]
async fn the_rest_of_the_path_goes_on() {
    let server = service(200);
    let document = format!(
        "
openapi: 3.0.1
info: {{title: shop}}
paths:
  /{{shop}}/{{proxy+}}:
    x-amazon-apigateway-any-method:
      x-amazon-apigateway-integration:
        type: HTTP_PROXY
        httpMethod: ANY
        uri: '{}'
        requestParameters:
          integration.request.path.proxy: method.request.path.proxy
          integration.request.path.s: method.request.path.shop
",
        server.url("/of/{s}/{proxy}")
    );
    let answer = Setup::default().load(&document).serve().ask(Ask::get("/main/a/b%20c?x=1")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(only(&server).target, "/of/main/a/b%20c?x=1");
}

#[tokio::test]
async fn http_sends_and_answers_only_what_is_mapped() {
    let server = service(404);
    let document = rest(&format!(
        r#"
type: http
httpMethod: PUT
uri: '{}'
requestParameters:
  integration.request.path.id: method.request.path.id
  integration.request.querystring.q: method.request.querystring.q
  integration.request.header.X-Client: method.request.header.x-client
  integration.request.header.X-Caller: method.request.header.x-client
  integration.request.header.X-Nobody: method.request.header.x-missing
  integration.request.header.X-Secret: "'for the service'"
  integration.request.header.X-Query: method.request.querystring.q
  integration.request.header.X-No-Query: method.request.querystring.missing
  integration.request.header.X-Verb: context.httpMethod
  integration.request.querystring.r2: method.request.querystring.q
  integration.request.querystring.none: method.request.querystring.missing
  integration.request.querystring.who: method.request.header.x-client
responses:
  default: {{statusCode: 200}}
  4\d{{2}}:
    statusCode: '410'
    responseParameters:
      method.response.header.X-Shop: integration.response.header.x-shop
      method.response.header.X-Fixed: "'literal'"
      method.response.header.X-Gone: integration.response.header.x-gone
    responseTemplates: {{application/json: '{{"gone": true}}'}}
"#,
        server.url("/shop/{id}")
    ));
    let loaded = Setup::default().load(&document);
    assert_eq!(loaded.findings(), [""; 0]);
    let answer = loaded.serve().ask(ask().header("authorization", "mine")).await;
    assert_eq!(answer.short(), (410, r#"{"gone": true}"#));
    assert_eq!((answer.header("x-shop"), answer.header("x-fixed")), (Some("main"), Some("literal")));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("x-gone"), None);
    assert_eq!((answer.header("x-secret"), answer.header("access-control-allow-origin")), (None, None));
    let seen = only(&server);
    assert_eq!((&*seen.method, &*seen.target), ("PUT", "/shop/7?who=me&q=a%20b&r2=a%20b"));
    assert_eq!(
        (seen.header("x-query"), seen.header("x-no-query"), seen.header("x-verb")),
        (Some("a%20b"), None, Some("POST"))
    );
    assert_eq!((seen.header("x-caller"), seen.header("x-nobody")), (Some("me"), None));
    let headers = ["x-client", "x-secret", "authorization", "accept"].map(|name| seen.header(name));
    assert_eq!(headers, [Some("me"), Some("for the service"), None, Some("application/json")]);
    assert_eq!(seen.body, b"a body");
}

#[tokio::test]
async fn without_a_template_the_body_comes_back_as_it_is() {
    let server = service(200);
    let integration =
        format!("type: http\nhttpMethod: GET\nuri: '{}'\nresponses: {{'200': {{statusCode: 200}}}}", server.url("/x"));
    let answer = Setup::default().load(&rest(&integration)).serve().ask(ask()).await;
    assert_eq!((answer.short(), answer.header("content-type")), ((200, "from the service"), Some("text/plain")));
    let other = service(302);
    let integration = integration.replace(&server.url("/x"), &other.url("/x"));
    let answer = Setup::default().load(&rest(&integration)).serve().ask(ask()).await;
    assert_eq!(answer.short(), (500, r#"{"message":"Internal server error"}"#));
}

#[tokio::test]
async fn nobody_there_is_a_gateway_timeout_without_the_headers_for_the_service() {
    let uri = format!("http://{}/", closed_port());
    let document = http_api(&format!(
        "type: http_proxy\nhttpMethod: GET\nuri: '{uri}'\npayloadFormatVersion: '1.0'\nrequestParameters: \
         {{'overwrite:header.x-key': secret}}"
    ));
    let answer = Setup::default().load(&document).serve().ask(ask()).await;
    assert_eq!(answer.short(), (504, r#"{"message":"Network error communicating with endpoint"}"#));
    assert_eq!(answer.header("x-key"), None);
}

#[tokio::test]
async fn http_apis_change_headers() {
    let server = service(200);
    let document = http_api(&format!(
        "type: http_proxy\nhttpMethod: ANY\nuri: '{}'\npayloadFormatVersion: '1.0'\nrequestParameters:\n  \
         'overwrite:header.x-order': $request.path.id\n  'append:header.x-client': gateway\n  'remove:header.content-type': ''",
        server.url("/o/{id}")
    ));
    assert_eq!(Setup::default().load(&document).serve().ask(ask()).await.status, 200);
    let seen = only(&server);
    assert_eq!((&*seen.target, seen.header("x-order")), ("/o/7?q=a%20b&other=1", Some("7")));
    let clients: Vec<&str> =
        seen.headers.iter().filter(|(name, _)| name == "x-client").map(|(_, value)| value.as_str()).collect();
    assert_eq!((clients, seen.header("content-type")), (vec!["me", "gateway"], None));
}
