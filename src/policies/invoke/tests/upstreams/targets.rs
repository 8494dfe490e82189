//! Which target is called, under which URL, and the mistakes that a load finds.

use super::*;
use crate::settings::TlsProfile;
use crate::test_support::Authority;

#[tokio::test]
async fn targets_are_called_by_weight() {
    let (one, two, three) = (answering(200), answering(200), answering(200));
    let list = format!(
        "targets: [{{url: '{}', weight: 3}}, {{url: '{}'}}, {{url: '{}', weight: 0}}]",
        one.url(""),
        two.url(""),
        three.url("")
    );
    let gateway = with(&list).assembly(CALL).serve_cleanly();
    for _ in 0..400 {
        gateway.ask(get()).await;
    }
    let counts = [&one, &two, &three].map(|server| server.requests().len());
    assert!((250..350).contains(&counts[0]) && counts[2] == 0, "{counts:?}");
    assert_eq!(counts[0] + counts[1], 400);
}

#[tokio::test]
async fn paths_values_and_queries_are_those_of_every_target_url() {
    let service = answering(200);
    for (url, expected) in [
        ("upstream://orders", "/"),
        ("upstream://orders/a?b=c", "/a?b=c"),
        ("upstream://orders/$(request.parameters.id)/x", "/a%2Fb/x"),
        ("upstream://orders$(request.search)", "/?q=1"),
        ("upstream://$(backend)/p", "/p"),
        ("$(whole)/p", "/p"),
    ] {
        let text = format!(
            "properties: {{backend: {{value: orders}}, whole: {{value: 'upstream://orders'}}}}\nexecute:\n  - invoke: \
             {{target-url: '{url}'}}"
        );
        let gateway = setup(&[&service.url("")], "").assembly(&text).serve_cleanly();
        assert_eq!(gateway.ask(Ask::get("/example/a%2Fb?q=1")).await.status, 200);
        assert_eq!(service.requests().last().unwrap().target, expected, "{url}");
    }
}

#[test]
fn an_unknown_name_is_found_at_load() {
    let load =
        |url: &str, setup: Setup| setup.assembly(&format!("execute:\n  - invoke: {{target-url: '{url}'}}")).findings();
    let setup = || setup(&["http://h"], "");
    assert_eq!(
        load("upstream://odrers/x", setup()),
        ["api.yaml:6:28: error G0206 the settings have no upstream `odrers`; add `odrers` under `upstreams` in the \
          settings file, or did you mean `orders`?"]
    );
    let checked = load("upstream://other/x", setup().check());
    assert!(checked[0].contains("warning") && checked.len() == 1, "{checked:?}");
    for url in
        ["upstream://", "upstream:///x", "upstream://$(request.headers.x)/", "upstream://orders$(request.headers.x)"]
    {
        let findings = load(url, setup());
        assert!(findings[0].contains("the name of an upstream has to be known at load"), "{url} {findings:?}");
    }
    assert!(load("upstream://orders:80/", setup())[0].contains("no upstream `orders:80`"));
}

#[tokio::test]
async fn a_request_cannot_choose_an_upstream() {
    let service = answering(200);
    let text = "allowed-hosts: [orders]\nexecute:\n  - invoke: {target-url: '$(request.headers.x-to)'}";
    let gateway = setup(&[&service.url("")], "").assembly(text).serve_cleanly();
    let answer = gateway.ask(get().header("x-to", "upstream://orders/x")).await;
    assert_eq!((answer.status, answer.fault_name()), (400, Some("PropertyError")));
    assert_eq!(service.requests().len(), 0);
}

#[tokio::test]
async fn a_redirect_to_a_target_stays_with_the_upstream() {
    let other = answering(200);
    let other_url = other.url("/elsewhere");
    let address = Arc::new(std::sync::Mutex::new(String::new()));
    let own = address.clone();
    let service = TestServer::start(move |request| {
        let to = |location: String| Reply::Reply(302, vec![("location", location)], Vec::new());
        match &*request.target {
            "/v1" => to("next".to_owned()),
            "/next" => to(format!("{}/last", own.lock().unwrap())),
            "/last" => to("upstream://other/x".to_owned()),
            "/away" => to(other_url.clone()),
            _ => json_reply(404, "{}"),
        }
    });
    *address.lock().unwrap() = service.url("");
    let text = CALL.replace("stop-on", "follow-redirects: true, api-key: '${KEY}', stop-on");
    let gateway = setup(&[&service.url("")], "").env("KEY", "canary").assembly(&text).serve_cleanly();
    let answer = gateway.ask(get()).await;
    assert_eq!((answer.status, answer.header("location")), (302, Some("upstream://other/x")));
    assert!(service.requests().iter().all(|one| one.header("x-api-key") == Some("canary")));
    assert_eq!(service.requests().iter().map(|one| &*one.target).collect::<Vec<_>>(), ["/v1", "/next", "/last"]);

    let away = text.replace("/v1", "/away");
    let setup = setup(&[&service.url("")], "").env("KEY", "canary");
    let allowed = format!("allowed-hosts: ['{}']\n{away}", other.address);
    assert_eq!(setup.assembly(&allowed).serve_cleanly().ask(get()).await.status, 200);
    assert_eq!(other.requests()[0].header("x-api-key"), None);
}

#[tokio::test]
async fn a_connection_has_its_lifetime() {
    let service = answering(200);
    let ports = |service: &TestServer| {
        let all: std::collections::HashSet<u16> = service.requests().iter().map(|one| one.port).collect();
        all.len()
    };
    let kept = gateway(&[&service.url("")], "");
    for _ in 0..5 {
        kept.ask(get()).await;
    }
    assert_eq!(ports(&service), 1);
    let service = answering(200);
    let short = gateway(&[&service.url("")], "connection-lifetime: 1ms");
    for _ in 0..5 {
        short.ask(get()).await;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(ports(&service), 5);
}

#[tokio::test]
async fn an_answer_is_stored_for_the_service_and_not_for_a_target() {
    let reply = || {
        let headers = vec![("cache-control", "max-age=60".to_owned())];
        Reply::Reply(200, headers, b"kept".to_vec())
    };
    let (one, two) = (TestServer::start(move |_| reply()), TestServer::start(move |_| reply()));
    let gateway = gateway(&[&one.url(""), &two.url("")], "");
    for _ in 0..10 {
        assert_eq!(gateway.ask(get()).await.text(), "kept");
    }
    assert_eq!(one.requests().len() + two.requests().len(), 1);
}

#[test]
fn credentials_over_plain_http_are_told() {
    let text = "execute:\n  - invoke: {target-url: 'upstream://orders/', username: u, password: '${P}'}";
    let findings = |url: &str| setup(&[url], "").env("P", "canary").assembly(text).findings();
    assert!(findings("http://orders.test")[0].contains("plain http"), "{:?}", findings("http://orders.test"));
    assert_eq!(findings("https://orders.test"), [""; 0]);
    assert_eq!(findings("http://127.0.0.1:80"), [""; 0]);
}

#[tokio::test]
async fn an_integration_of_api_gateway_calls_one_too() {
    let service = answering(200);
    let text = "openapi: 3.0.1
info: {title: example, version: 1.0.0}
paths:
  /example/{id}:
    get:
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: fine}}
      x-amazon-apigateway-integration:
        type: http_proxy
        httpMethod: GET
        uri: upstream://orders/v1/{id}
        requestParameters: {integration.request.path.id: method.request.path.id}
";
    let closed = refusing();
    let gateway = setup(&[&closed, &service.url("")], "retries: {}").load(text).serve();
    for _ in 0..10 {
        assert_eq!(gateway.ask(get()).await.status, 200);
    }
    assert_eq!((service.requests().len(), &*service.requests()[0].target), (10, "/v1/7"));
}

#[tokio::test]
async fn calls_and_checks_use_the_tls_profile_of_the_upstream() {
    let authority = Authority::new();
    let service = authority.serve("orders.internal", false);
    let profile = TlsProfile {
        ca: Some("/ca.pem".to_owned()),
        server_name: Some("orders.internal".to_owned()),
        ..TlsProfile::default()
    };
    let rules = "tls-profile: inner\ncheck: {path: /health, every: 100ms, timeout: 100ms, unhealthy-after: 1}";
    let setup = setup(&[&service.url()], rules)
        .settings(|live| drop(live.tls_profiles.insert("inner".to_owned(), profile)))
        .env("file:/ca.pem", String::from_utf8(authority.pem()).unwrap());
    let gateway = setup.assembly(CALL).serve_cleanly();
    assert_eq!(gateway.ask(get()).await.status, 200);
    until(|| service.seen().iter().any(|(_, request)| request.target == "/health")).await;
    let target = service.url();
    let target = target.trim_end_matches('/');
    assert_eq!(metric(&gateway, &format!("gantry_upstream_healthy{{upstream=\"orders\",target=\"{target}\"}}")), 1);
    assert!(service.seen().iter().all(|(name, _)| name.as_deref() == Some("orders.internal")));
}
