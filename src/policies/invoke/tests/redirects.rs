//! Redirects: which are followed, with what, and which are the answer.

use super::{Bench, invoke};
use crate::test_support::{Ask, Gateway, Recorded, Reply, Setup, TestServer, json_reply};

fn to(status: u16, location: &str) -> Reply {
    Reply::Reply(status, vec![("location", location.to_owned())], b"moved".to_vec())
}

/// `/start` leads to `location`, everything else answers 200.
fn moved(status: u16, location: &'static str) -> impl Fn(&Recorded) -> Reply + Send + Sync + 'static {
    move |request| if request.target == "/start" { to(status, location) } else { json_reply(200, "{}") }
}

fn following(more: &str) -> String {
    invoke(&format!("target-url: '${{UPSTREAM}}/start', follow-redirects: true{more}"))
}

#[tokio::test]
async fn the_first_three_become_a_get_without_its_body() {
    for status in [301, 302, 303] {
        let bench = Bench::answering(&following(""), moved(status, "next?x=%2F"));
        let ask = Ask::post("/example/7", "body").header("content-type", "text/plain").header("cookie", "c=1");
        assert_eq!(bench.gateway.ask(ask).await.status, 200);
        let seen = bench.service.requests();
        assert_eq!((&*seen[1].method, &*seen[1].target, seen[1].body.len()), ("GET", "/next?x=%2F", 0), "{status}");
        assert_eq!((seen[1].header("content-type"), seen[1].header("content-length")), (None, None));
        assert_eq!(seen[1].header("cookie"), Some("c=1"), "the origin is the same");
    }
}

#[tokio::test]
async fn a_head_stays_a_head() {
    let bench = Bench::answering(&following(", verb: HEAD"), |request| match &*request.target {
        "/start" => Reply::Raw(b"HTTP/1.1 302 X\r\nlocation: /x\r\nconnection: close\r\n\r\n".to_vec()),
        _ => Reply::Raw(b"HTTP/1.1 200 X\r\nconnection: close\r\n\r\n".to_vec()),
    });
    bench.gateway.get().await;
    assert_eq!(bench.service.requests().iter().map(|seen| &*seen.method).collect::<Vec<_>>(), ["HEAD", "HEAD"]);
}

#[tokio::test]
async fn the_last_two_keep_verb_and_body_where_the_body_can_be_sent_again() {
    let set = "execute:\n  - set-variable: {actions: [{set: message.body, value: made here}]}\n  - invoke: \
               {target-url: '${UPSTREAM}/start', follow-redirects: true, verb: PUT}";
    for status in [307, 308] {
        let bench = Bench::answering(set, moved(status, "/next"));
        assert_eq!(bench.gateway.post("ignored").await.status, 200);
        let seen = bench.service.requests();
        assert_eq!((&*seen[1].method, &*seen[1].body), ("PUT", &b"made here"[..]), "{status}");

        let bench = Bench::answering(&following(""), moved(status, "/next"));
        let answer = bench.gateway.ask(Ask::post("/example/7", "").chunked(&["a", "b"])).await;
        assert_eq!((answer.short(), answer.header("location")), ((status, "moved"), Some("/next")));
        assert_eq!(bench.service.requests().len(), 1, "a stream that is gone is not sent again");
    }
}

#[tokio::test]
async fn what_is_not_followed_is_the_answer() {
    for (status, location) in [
        (300, "/next"),
        (304, "/next"),
        (302, "ftp://h/"),
        (302, "http://user:pass@h/"),
        (302, "http:///x"),
        (302, "\\x"),
    ] {
        let bench = Bench::answering(&following(""), moved(status, location));
        assert_eq!(bench.gateway.get().await.status, status, "{location}");
        assert_eq!(bench.service.requests().len(), 1, "{location}");
    }
    let bench = Bench::answering(&following(""), |_| to(302, "/start"));
    assert_eq!(bench.gateway.get().await.status, 302);
    assert_eq!(bench.service.requests().len(), 9, "the first call and eight hops");
}

#[tokio::test]
async fn the_generations_differ_where_nothing_is_said() {
    for (properties, calls) in [
        ("version: 2.0.0", 1),
        ("version: 1.0.0", 2),
        ("version: 1.0.0, follow-redirects: false", 1),
        ("version: 2.3.0, follow-redirects: true", 2),
    ] {
        let text = invoke(&format!("{properties}, target-url: '${{UPSTREAM}}/start'"));
        let bench = Bench::answering(&text, moved(302, "/next"));
        bench.gateway.get().await;
        assert_eq!(bench.service.requests().len(), calls, "{properties}");
    }
}

/// A gateway before `first`, which redirects to `second`; `allowed` are the entries of `allowed-hosts`.
fn across(status: u16, more: &str, allowed: &str) -> (TestServer, TestServer, Gateway) {
    let second = TestServer::start(|_| json_reply(200, "{}"));
    let location = second.url("/second");
    let first = TestServer::start(move |_| to(status, &location));
    let text = format!("allowed-hosts: [{allowed}]\n{}", following(more));
    let setup = Setup::default().env("UPSTREAM", first.url("")).env("SECOND", second.address.to_string());
    let gateway = setup.env("PASSWORD", "canary").assembly(&text).serve_cleanly();
    (first, second, gateway)
}

#[tokio::test]
async fn no_credentials_go_to_another_origin() {
    let more = ", username: me, password: '${PASSWORD}', api-key: '${PASSWORD}'";
    let (first, second, gateway) = across(307, more, "'${SECOND}'");
    let ask = Ask::get("/example/7").header("cookie", "c").header("x-ibm-client-id", "1").header("x-other", "kept");
    assert_eq!(gateway.ask(ask).await.status, 200);
    let before = &first.requests()[0];
    assert!(before.header("authorization").is_some() && before.header("x-api-key") == Some("canary"));
    let seen = &second.requests()[0];
    for name in ["authorization", "cookie", "x-api-key", "x-ibm-client-id"] {
        assert_eq!(seen.header(name), None, "{name}");
    }
    assert_eq!((seen.header("x-other"), &*seen.target), (Some("kept"), "/second"));
}

#[tokio::test]
async fn another_origin_is_guarded() {
    // The list has other hosts: the redirect is the answer.
    let (_first, second, gateway) = across(302, "", "elsewhere.test");
    assert_eq!(gateway.get().await.status, 302);
    assert_eq!(second.requests().len(), 0);
    // Without a list it is followed, but not to this machine.
    let (_first, second, gateway) = across(302, ", stop-on-error: [ConnectionError]", "");
    assert_eq!(gateway.get().await.fault_name(), Some("ConnectionError"));
    assert_eq!(second.requests().len(), 0);
    for location in ["http://169.254.169.254/", "http://2852039166/", "http://[fd00:ec2::254]/", "//0x7f.1:1/"] {
        let text = following(", stop-on-error: [ConnectionError]");
        let bench = Bench::answering(&text, moved(302, location));
        assert_eq!(bench.gateway.get().await.fault_name(), Some("ConnectionError"), "{location}");
    }
}
