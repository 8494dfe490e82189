//! Target URLs: what run time adds never changes their structure.

use super::{Bench, invoke};
use crate::test_support::{Ask, Setup, TestServer, json_reply};

/// The request target, as the service receives it, when the client asks for `/example/ID` and a query.
async fn target(url: &str, id: &str, query: &str) -> Result<String, String> {
    let bench = Bench::new(&invoke(&format!("target-url: '${{UPSTREAM}}{url}'")));
    let answer = bench.gateway.ask(Ask::get(&format!("/example/{id}{query}"))).await;
    match bench.service.requests().first() {
        Some(seen) => Ok(seen.target.clone()),
        None => Err(format!("{} {}", answer.status, answer.fault_name().unwrap_or_default())),
    }
}

#[tokio::test]
async fn a_path_parameter_stays_inside_its_segment() {
    for (id, segment) in [
        ("7", "7"),
        ("a%20b", "a%20b"),
        ("..%2Fadmin", "..%2Fadmin"),
        ("a%2Fb", "a%2Fb"),
        ("%3Fx=1", "%3Fx=1"),
        ("%23x", "%23x"),
        ("100%25", "100%25"),
        ("%252e%252e", "%252e%252e"),
        ("a%0D%0Ahost:%20evil", "a%0D%0Ahost:%20evil"),
        ("%C3%BC", "%C3%BC"),
        ("a%5C..%5Cb", "a%5C..%5Cb"),
        ("@evil.test:80", "@evil.test:80"),
    ] {
        let url = "/orders/$(request.parameters.id)/lines?of=$(request.parameters.id)";
        let seen = target(url, id, "").await.unwrap();
        let (path, query) = seen.split_once('?').unwrap();
        assert_eq!(path, format!("/orders/{segment}/lines"), "{id}");
        assert!(!query.contains(['&', '#', ' ', ';']) && query.matches('=').count() == 1, "{id} {query}");
    }
}

#[tokio::test]
async fn a_value_that_would_leave_its_folder_is_refused() {
    for id in ["..", "%2e%2e", "%2E.", ".", "%2e"] {
        let refused = Err("400 PropertyError".to_owned());
        assert_eq!(target("/orders/$(request.parameters.id)", id, "").await, refused, "{id}");
        assert_eq!(target("/orders/$(request.parameters.id)/lines", id, "").await, refused, "{id}");
        assert_eq!(target("/orders/$(request.parameters.id)?a=b", id, "").await, refused, "{id}");
    }
    assert_eq!(
        target("/orders/$(request.parameters.q)/x", "7", "?q=%2e%2e").await,
        Err("400 PropertyError".to_owned())
    );
    // Beside other text it is a name like any other.
    assert_eq!(target("/orders/v$(request.parameters.id)", "..", "").await, Ok("/orders/v..".to_owned()));
}

#[tokio::test]
async fn a_query_parameter_goes_on_as_the_client_wrote_it() {
    for (query, expected) in [
        ("?q=a%20b", "/s?q=a%20b&x=1"),
        ("?q=a+b", "/s?q=a+b&x=1"),
        ("?q=a%26y=2%23", "/s?q=a%26y=2%23&x=1"),
        ("?q=", "/s?q=&x=1"),
        ("?other=1", "/s?q=&x=1"),
        ("?q=1&q=2%26", "/s?q=%5B%221%22,%222%2526%22%5D&x=1"),
    ] {
        assert_eq!(target("/s?q=$(request.parameters.q)&x=1", "7", query).await.as_deref(), Ok(expected), "{query}");
    }
    assert_eq!(target("/s/$(request.parameters.q)", "7", "?q=a%2Fb%20c").await.as_deref(), Ok("/s/a%2Fb%20c"));
}

#[tokio::test]
async fn other_values_are_encoded_for_their_place() {
    let bench =
        Bench::new(&invoke("target-url: '${UPSTREAM}/$(message.body.a)?x=$(message.body.a)&y=$(request.headers.x-y)'"));
    let ask = Ask::post("/example/7", r##"{"a": "ü/?&=#+;"}"##).header("x-y", "1&z=2");
    bench.gateway.ask(ask).await;
    let expected = "/%C3%BC%2F%3F&=%23+;?x=%C3%BC%2F%3F%26%3D%23%2B%3B&y=1%26z%3D2";
    assert_eq!(bench.seen().target, expected);
}

#[tokio::test]
async fn path_and_search_of_the_request_go_in_as_written() {
    for (url, expected) in [
        ("$(request.path)$(request.search)", "/example/a%2Fb%20c?x=%20&y"),
        ("/base$(request.path)?$(request.querystring)", "/base/example/a%2Fb%20c?x=%20&y"),
        ("/$(request.path)", "//example/a%2Fb%20c"),
        ("$(request.search)", "/?x=%20&y"),
        ("/base$(request.search)", "/base?x=%20&y"),
        ("$(api.operation.path)", "/example/a%2Fb%20c"),
        ("$(api.root)/x", "/x"),
    ] {
        assert_eq!(target(url, "a%2Fb%20c", "?x=%20&y").await.as_deref(), Ok(expected), "{url}");
    }
    assert_eq!(target("/a$(request.search)", "7", "").await.as_deref(), Ok("/a"));
}

#[tokio::test]
async fn properties_are_part_of_the_url_as_the_document_has_them() {
    let text = "
properties: {target-url: '${UPSTREAM}/v1', version: {value: a/b}}
execute:
  - invoke: {target-url: '$(target-url)/$(version)/$(api.properties.version)?x=$(request.parameters.id)'}";
    let bench = Bench::new(text);
    bench.gateway.get().await;
    assert_eq!(bench.seen().target, "/v1/a/b/a/b?x=7");
}

#[tokio::test]
async fn a_parameter_in_braces_is_replaced_where_an_operation_has_it() {
    for (url, expected) in [
        ("/orders/{id}", "/orders/a%2Fb"),
        ("/orders/{id}/of?x={id}&y={other}", "/orders/a%2Fb/of?x=a%2Fb&y={other}"),
        ("/{other}/{id}$(request.search)", "/{other}/a%2Fb"),
    ] {
        assert_eq!(target(url, "a%2Fb", "").await.as_deref(), Ok(expected), "{url}");
    }
    assert_eq!(target("/orders/{id}", "%2e%2e", "").await, Err("400 PropertyError".to_owned()));
}

/// The v5 engine holds path parameters as they were sent and query parameters decoded.
#[tokio::test]
async fn parameters_of_the_v5_engine_are_encoded_for_their_place() {
    for (id, query, expected) in [
        ("a%20b", "q=x%20y", "/o/a%20b/x%20y?id=a%20b&q=x%20y"),
        ("a%2Fb", "q=x%2Fy", "/o/a%2Fb/x%2Fy?id=a%2Fb&q=x%2Fy"),
        ("a&b=c", "q=x%26y", "/o/a&b=c/x&y?id=a%26b%3Dc&q=x%26y"),
        ("100%25", "q=100%25", "/o/100%25/100%25?id=100%25&q=100%25"),
    ] {
        let service = TestServer::start(|_| json_reply(200, "{}"));
        let url = format!(
            "{}/o/$(request.parameters.id)/$(request.parameters.q)?id=$(request.parameters.id)&q=$(request.parameters.q)",
            service.url("")
        );
        let text = format!(
            "swagger: '2.0'
info: {{title: t, version: '1'}}
paths:
  /p/{{id}}:
    get:
      parameters: [{{name: id, in: path, required: true, type: string}}, {{name: q, in: query, type: string}}]
      responses: {{}}
x-ibm-configuration:
  gateway: datapower-gateway
  assembly: {{execute: [invoke: {{version: 1.0.0, target-url: '{url}'}}]}}
"
        );
        let gateway = Setup::default().load(&text).serve_cleanly();
        gateway.ask(Ask::get(&format!("/p/{id}?{query}"))).await;
        assert_eq!(service.requests()[0].target, expected);
    }
}

/// `api.root` comes after the host without a slash between; what a step puts there must not become the host.
#[tokio::test]
async fn a_path_that_a_step_has_set_stays_a_path() {
    for (set, expected) in [
        ("", Ok("/x")),
        ("/v2/a b", Ok("/v2/a%20b/x")),
        ("/v2?q=1#f", Ok("/v2%3Fq=1%23f/x")),
        ("@evil.test", Err(400)),
        (":1/", Err(400)),
        ("/a/../b", Err(400)),
    ] {
        let text = "execute:\n  - set-variable: {actions: [{set: api.root, value: $(request.headers.x-root)}]}\n  \
            - invoke: {target-url: '${UPSTREAM}$(api.root)/x'}";
        let bench = Bench::new(text);
        let answer = bench.gateway.ask(Ask::get("/example/7").header("x-root", set)).await;
        let seen = bench.service.requests().first().map(|seen| seen.target.clone());
        assert_eq!(seen.as_deref().ok_or(answer.status), expected, "{set}");
    }
    let text = "execute:\n  - set-variable: {actions: [{set: api.operation.path, value: /other}]}\n  \
        - invoke: {target-url: '${UPSTREAM}$(api.operation.path)'}";
    let bench = Bench::new(text);
    bench.gateway.get().await;
    assert_eq!(bench.seen().target, "/other");
}

#[tokio::test]
async fn a_parameter_that_only_the_path_of_a_v5_document_names_is_replaced_too() {
    let service = TestServer::start(|_| json_reply(200, "{}"));
    let text = format!(
        "swagger: '2.0'\ninfo: {{title: t, version: '1'}}\npaths: {{'/p/{{id}}/{{+rest}}': {{}}}}\nx-ibm-configuration:\n  assembly: \
         {{execute: [invoke: {{version: 1.0.0, target-url: '{}/o/{{id}}/{{rest}}?r=$(request.parameters.rest)'}}]}}\n",
        service.url("")
    );
    Setup::default().load(&text).serve_cleanly().ask(Ask::get("/p/a%20b/c/d&e")).await;
    assert_eq!(service.requests()[0].target, "/o/a%20b/c%2Fd&e?r=c%2Fd%26e");
}
