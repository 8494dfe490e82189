//! Tests which requests share a stored response.

use super::{Bench, Headers, reply};
use crate::settings::TlsProfile;
use crate::test_support::{Ask, Setup, TestServer, document, ibm_document};

const TTL: &str = "cache-response: time-to-live, cache-ttl: 600";

/// How many of these requests reach the service.
async fn calls(assembly: &str, asks: &[Ask]) -> usize {
    let bench = Bench::counting(assembly, 200, &[]);
    for ask in asks {
        bench.gateway.ask(ask.clone()).await;
    }
    bench.calls()
}

fn keyed(key: &str) -> String {
    super::caching(&format!("{TTL}, cache-key: '{key}'"))
}

fn get(query: &str, headers: Headers) -> Ask {
    headers.iter().fold(Ask::get(&format!("/example/7{query}")), |ask, (name, value)| ask.header(name, value))
}

#[tokio::test]
async fn a_key_takes_the_place_of_path_query_and_client() {
    for (key, first, second, expected) in [
        ("all", get("?a=1", &[]), get("?a=2", &[]), 1),
        ("$(request.parameters.a)", get("?a=1&b=1", &[]), get("?b=2&a=1", &[]), 1),
        ("$(request.parameters.a)", get("?a=1", &[]), get("?a=2", &[]), 2),
        ("all", get("", &[("cookie", "a")]), get("", &[("cookie", "b")]), 1),
        ("$(request.headers.x-tenant)", get("", &[("x-tenant", "a")]), get("", &[("x-tenant", "b")]), 2),
        // Nothing in the key tells these two apart, so they are not taken for the same.
        ("$(request.headers.x-tenant)", get("", &[]), get("", &[]), 2),
        ("all", get("", &[("authorization", "a")]), get("", &[("authorization", "a")]), 2),
    ] {
        assert_eq!(calls(&keyed(key), &[first.clone(), second.clone()]).await, expected, "{key} {first:?} {second:?}");
    }
}

#[tokio::test]
async fn a_key_counts_under_protocol_too() {
    let text = super::caching("cache-key: all");
    let bench = Bench::counting(&text, 200, &[("cache-control", "max-age=60")]);
    bench.gateway.ask(get("?a=1", &[])).await;
    assert_eq!(bench.gateway.ask(get("?a=2", &[])).await.text(), "1");
}

#[tokio::test]
async fn a_key_of_the_body_reads_it_before_it_is_sent() {
    let text = super::caching(&format!("{TTL}, cache-putpost-response: true, cache-key: $(message.body.id)"));
    let bodies = [r#"{"id": 1, "x": 1}"#, r#"{"id": 1, "x": 2}"#, r#"{"id": 2}"#];
    let asks: Vec<Ask> = bodies.iter().map(|body| Ask::post("/example/7", *body)).collect();
    assert_eq!(calls(&text, &asks).await, 2);
}

#[tokio::test]
async fn steps_that_call_elsewhere_do_not_share_a_key() {
    let step = |path: &str| format!("{{invoke: {{target-url: '${{UPSTREAM}}{path}', {TTL}, cache-key: one}}}}");
    let text = format!(
        "
execute:
  - switch:
      case:
        - {{condition: $httpVerb() = 'GET', execute: [{}]}}
        - {{condition: $httpVerb() = 'HEAD', execute: [{}]}}",
        step("/a"),
        step("/b")
    );
    assert_eq!(calls(&text, &[Ask::get("/example/7"), Ask::new("HEAD", "/example/7")]).await, 2);
}

/// Two documents that call the same URL with these properties.
async fn two_apis(first: &str, second: &str, headers: Headers) -> usize {
    let service = TestServer::start(move |_| reply(200, headers, "x"));
    let text = |path: &str, properties: &str| {
        let target = format!("execute:\n  - invoke: {{target-url: '${{UPSTREAM}}/x', {properties}}}");
        document(&target).replace("/example/{id}", path)
    };
    let setup = Setup::default().env("UPSTREAM", service.url("")).env("A", "secret a").env("B", "secret b").settings(
        |settings| {
            let strict = TlsProfile { server_name: Some("other.test".to_owned()), ..TlsProfile::default() };
            settings.tls_profiles.insert("strict".to_owned(), strict);
        },
    );
    let gateway = setup.load_files(&[("a.yaml", &text("/a", first)), ("b.yaml", &text("/b", second))]).serve();
    for path in ["/a", "/b", "/a", "/b"] {
        assert_eq!(gateway.ask(Ask::get(path)).await.status, 200);
    }
    service.requests().len()
}

#[tokio::test]
async fn apis_share_answers_only_where_they_call_alike() {
    let basic = |user: &str, password: &str| format!("{TTL}, username: {user}, password: '${{{password}}}'");
    let sigv4 = |id: &str, secret: &str| {
        let keys = format!("aws-access-key-id: {id}, aws-secret-access-key: '${{{secret}}}'");
        format!("{TTL}, aws-sigv4: {{service: lambda, region: eu-west-1, {keys}}}")
    };
    let public: Headers = &[("cache-control", "public, max-age=60")];
    for (first, second, headers, expected) in [
        (TTL.to_owned(), TTL.to_owned(), &[][..], 1),
        (TTL.to_owned(), "cache-response: time-to-live, cache-ttl: 30".to_owned(), &[], 2),
        (TTL.to_owned(), "cache-response: protocol".to_owned(), public, 2),
        (TTL.to_owned(), format!("{TTL}, tls-profile: strict"), &[], 2),
        (TTL.to_owned(), basic("me", "A"), &[], 2),
        (basic("me", "A"), basic("me", "A"), &[], 1),
        (basic("me", "A"), basic("me", "B"), &[], 2),
        (basic("me", "A"), basic("you", "A"), &[], 2),
        (format!("{}, cache-key: k", basic("me", "A")), format!("{}, cache-key: k", basic("you", "A")), &[], 2),
        (format!("{TTL}, api-key: '${{A}}', cache-key: k"), format!("{TTL}, api-key: '${{B}}', cache-key: k"), &[], 2),
        (sigv4("AKIDONE", "A"), sigv4("AKIDONE", "A"), &[], 1),
        (sigv4("AKIDONE", "A"), sigv4("AKIDTWO", "A"), &[], 2),
        (sigv4("AKIDONE", "A"), sigv4("AKIDONE", "B"), &[], 2),
        (TTL.to_owned(), sigv4("AKIDONE", "A"), &[], 2),
    ] {
        assert_eq!(two_apis(&first, &second, headers).await, expected, "{first} | {second}");
    }
}

/// RFC 9111, 3.5: the service has to say that the answer to a request with credentials may be shared.
#[tokio::test]
async fn under_protocol_the_steps_own_credentials_need_the_services_word() {
    for (said, expected) in
        [("max-age=60", 4), ("public, max-age=60", 1), ("s-maxage=60", 1), ("max-age=60, must-revalidate", 1)]
    {
        let headers: Headers = Box::leak(Box::new([("cache-control", said)]));
        let own = "username: me, password: '${A}'";
        assert_eq!(two_apis(own, own, headers).await, expected, "{said}");
    }
}

/// A response from a host that may not be connected to must not come from the cache either.
#[tokio::test]
async fn a_host_from_outside_gets_nothing_that_only_the_document_may_call() {
    let service = TestServer::start(|_| reply(200, &[("cache-control", "max-age=60")], "inside"));
    let assembly = format!(
        "
execute:
  - switch:
      version: 2.0.0
      case:
        - condition: $exists($urlParameter('url'))
          execute: [{{invoke: {{target-url: $(request.parameters.url), version: 2.0.0}}}}]
        - otherwise: [{{invoke: {{target-url: '{}', version: 2.0.0}}}}]",
        service.url("/inside")
    );
    let gateway = Setup::default().load(&ibm_document("datapower-api-gateway", &assembly)).serve();
    assert_eq!(gateway.ask(Ask::get("/example/7")).await.short(), (200, "inside"));
    let ask = Ask::get(&format!("/example/7?url={}", service.url("/inside")));
    let refused = gateway.ask(ask).await;
    assert_eq!(refused.status, 500);
    assert_eq!(refused.json()["moreInformation"], "Could not connect to endpoint (step `invoke`)");
    assert_eq!(service.requests().len(), 1);
}
