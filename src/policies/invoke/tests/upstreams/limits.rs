//! Calls at a time.

use super::*;

/// A gateway before a service that streams an answer which does not end.
fn stalling(rules: &str) -> (TestServer, Gateway) {
    let stall = || Reply::Stall(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc".to_vec());
    let service = TestServer::start(move |_| stall());
    let gateway = gateway(&[&service.url("")], rules);
    (service, gateway)
}

#[tokio::test]
async fn calls_beyond_the_limit_are_not_made_until_an_answer_has_been_read() {
    for rules in ["circuit-breaker: {requests: 2}", "circuit-breaker: {requests-per-target: 2}"] {
        let (service, gateway) = stalling(&format!("{rules}\nretries: {{tries: 3}}"));
        let (one, two) = (gateway.begin(get()).await, gateway.begin(get()).await);
        let answer = gateway.ask(get()).await;
        assert_eq!((answer.status, answer.fault_name()), (503, Some("ConnectionError")));
        let message = "the service has as many calls as it may have at a time";
        assert_eq!(answer.json()["moreInformation"], message);
        assert_eq!(service.requests().len(), 2);
        let target = service.url("");
        let running = format!("gantry_upstream_running{{upstream=\"orders\",target=\"{target}\"}}");
        let refused = "gantry_upstream_refused_total{upstream=\"orders\",reason=\"circuit_breaker\"}";
        assert_eq!((metric(&gateway, &running), metric(&gateway, refused)), (2, 1));
        assert!(
            gateway.metrics().contains("target=\"orders\",outcome=\"circuit_breaker\"} 1"),
            "{}",
            gateway.metrics()
        );
        drop(one);
        assert_eq!(gateway.begin(get()).await.status.unwrap(), 200);
        drop(two);
        assert_eq!(metric(&gateway, &running), 0);
    }
}

#[tokio::test]
async fn a_full_target_leaves_calls_to_the_others() {
    let (slow, good) = (TestServer::start(|_| Reply::Hang), answering(200));
    let text = CALL.replace("stop-on", "timeout: 1s, stop-on");
    let rules = "circuit-breaker: {requests-per-target: 1}";
    let gateway = setup(&[&slow.url(""), &good.url("")], rules).assembly(&text).serve_cleanly();
    let serial = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        for _ in 0..20 {
            assert_eq!(gateway.ask(get()).await.status, 200);
        }
    };
    // Calls until one of them hangs.
    let hang = async { while gateway.ask(get()).await.status == 200 {} };
    tokio::join!(hang, serial);
    assert_eq!(slow.requests().len(), 1);
}

#[tokio::test]
async fn a_retry_finds_room_where_its_first_try_was() {
    let service = answering(503);
    let gateway = gateway(&[&service.url("")], "retries: {tries: 3, on: [503]}\ncircuit-breaker: {requests: 1}");
    assert_eq!(gateway.ask(get()).await.status, 503);
    assert_eq!(service.requests().len(), 3);
}
