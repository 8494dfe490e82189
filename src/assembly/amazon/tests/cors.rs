//! CORS of HTTP APIs.

use super::{http_api, service};
use crate::test_support::{Ask, Setup};

fn document(uri: &str, origins: &str) -> String {
    let integration = format!("type: http_proxy\nhttpMethod: ANY\nuri: '{uri}'\npayloadFormatVersion: '1.0'");
    format!(
        "{}x-amazon-apigateway-cors:\n  allowOrigins: {origins}\n  allowMethods: [GET, POST]\n  allowHeaders: ['x-a']\n  \
         exposeHeaders: [x-shop]\n  maxAge: 60\n  allowCredentials: true\n",
        http_api(&integration)
    )
}

fn preflight(origin: &str) -> Ask {
    Ask::new("OPTIONS", "/orders/7").header("origin", origin).header("access-control-request-method", "POST")
}

#[tokio::test]
async fn the_gateway_answers_preflight_requests_of_known_origins() {
    let server = service(200);
    let loaded = Setup::default().load(&document(&server.url("/"), "['https://shop.test', 'http://*']"));
    assert_eq!(loaded.findings(), [""; 0]);
    let gateway = loaded.serve();
    for origin in ["https://shop.test", "http://any.test"] {
        let answer = gateway.ask(preflight(origin)).await;
        assert_eq!((answer.short(), answer.header("access-control-allow-origin")), ((204, ""), Some(origin)));
        let headers = ["methods", "headers", "credentials"]
            .map(|name| answer.header(&format!("access-control-allow-{name}")).map(str::to_owned).unwrap_or_default());
        assert_eq!(headers, ["GET,POST", "x-a", "true"]);
        assert_eq!(answer.header("access-control-max-age"), Some("60"));
    }
    let stranger = gateway.ask(preflight("https://evil.test")).await;
    let told = stranger.headers.keys().any(|name| name.as_str().starts_with("access-control-"));
    assert_eq!((stranger.status, told), (204, false), "{stranger}");
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn answers_say_who_may_read_them_and_the_service_does_not() {
    let server = service(200);
    let gateway = Setup::default().load(&document(&server.url("/"), "['https://shop.test']")).serve();
    let ask = |origin: Option<&str>| {
        let ask = Ask::post("/orders/7", "x");
        origin.into_iter().fold(ask, |ask, origin| ask.header("origin", origin))
    };
    let known = gateway.ask(ask(Some("https://shop.test"))).await;
    assert_eq!(known.short(), (200, "from the service"));
    assert_eq!(known.header("access-control-allow-origin"), Some("https://shop.test"));
    assert_eq!((known.header("access-control-expose-headers"), known.header("vary")), (Some("x-shop"), Some("origin")));
    for origin in [None, Some("https://evil.test")] {
        let answer = gateway.ask(ask(origin)).await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, None), "{origin:?}");
    }
}
