use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use http::{Method, StatusCode};
use serde_json::Value;

use super::*;
use crate::http_client::test_server::{Answer, Recorded, TestServer, closed_port};
use crate::http_client::{PoolOptions, TlsOptions};
use crate::runtime::Spans;
use crate::value::{Seconds, Secret};

/// Longer than anything here may take.
const PATIENCE: Duration = Duration::from_secs(20);

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

fn settings(endpoint: &str) -> Traces {
    let headers = [("x-key".to_owned(), Secret::new("canary"))].into_iter().collect();
    Traces { endpoint: Some(endpoint.to_owned()), sample: Share::ALL, headers, ..Traces::default() }
}

fn tracer(settings: &Traces) -> (Tracer, Arc<Metrics>) {
    let metrics = Arc::new(Metrics::new());
    let client = HttpClient::new(&TlsOptions::default(), &PoolOptions::default()).unwrap();
    (Tracer::start(settings, client, metrics.clone()).unwrap().unwrap(), metrics)
}

fn reply(status: u16, body: &str) -> Answer {
    Answer::Reply(status, vec![("retry-after", "0".to_owned())], body.into())
}

fn headers(traceparent: Option<&str>) -> HeaderMap {
    traceparent.map(|value| (crate::runtime::TRACEPARENT, value.parse().unwrap())).into_iter().collect()
}

fn begin(tracer: &Tracer, traceparent: Option<&str>) -> Option<Arc<Trace>> {
    let id: Arc<str> = "request-1".into();
    let (client, local) = (SocketAddr::from(([192, 0, 2, 7], 4000)), SocketAddr::from(([192, 0, 2, 1], 8080)));
    tracer.begin(&headers(traceparent), || Arrival {
        scheme: "http",
        method: &Method::POST,
        path: "/orders/7",
        client,
        local,
        id: &id,
        received: SystemTime::now(),
    })
}

fn departure(status: u16) -> Departure<'static> {
    Departure { status: StatusCode::from_u16(status).ok(), route: None, fault: None, complete: true }
}

fn spans(request: &Recorded) -> Vec<Value> {
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    body["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap().clone()
}

fn dropped(metrics: &Metrics) -> u64 {
    let text = metrics.encode();
    let line = text.lines().find(|line| line.starts_with("gantry_trace_spans_dropped_total ")).unwrap();
    line.split(' ').next_back().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_request_is_a_span_in_the_json_of_otlp() {
    let collector = TestServer::start(|_| reply(200, "{}"));
    let (tracer, metrics) = tracer(&settings(&collector.url("/v1/traces")));
    let trace = begin(&tracer, None).unwrap();
    let (api, route): (Arc<str>, Arc<str>) = ("orders".into(), "/orders/{id}".into());
    let fault = Some("ConnectionError");
    trace.end(&Departure { route: Some((&api, &route)), fault, ..departure(502) });
    drop(trace);
    assert!(tracer.flush(PATIENCE).await);
    let request = &collector.requests()[0];
    assert_eq!((&*request.method, &*request.target), ("POST", "/v1/traces"));
    assert_eq!((request.header("content-type"), request.header("x-key")), (Some("application/json"), Some("canary")));
    let text = String::from_utf8(request.body.clone()).unwrap();
    assert!(text.contains(r#"{"key":"service.name","value":{"stringValue":"gantry"}}"#), "{text}");
    let span = &spans(request)[0];
    assert_eq!((&span["name"], &span["kind"]), (&"POST /orders/{id}".into(), &2.into()));
    assert_eq!(span["status"], serde_json::json!({"code": 2, "message": "ConnectionError"}));
    assert_eq!((span.get("parentSpanId"), span.get("links")), (None, None));
    let hex = |value: &Value, digits| {
        let text = value.as_str().unwrap();
        text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    assert!(hex(&span["traceId"], 32) && hex(&span["spanId"], 16), "{span}");
    let time = |name: &str| span[name].as_str().unwrap().parse::<u128>().unwrap();
    assert!(
        time("startTimeUnixNano") <= time("endTimeUnixNano") && time("startTimeUnixNano") > 1_700_000_000_000_000_000
    );
    for expected in [
        r#"{"key":"http.request.method","value":{"stringValue":"POST"}}"#,
        r#"{"key":"url.path","value":{"stringValue":"/orders/7"}}"#,
        r#"{"key":"http.route","value":{"stringValue":"/orders/{id}"}}"#,
        r#"{"key":"http.response.status_code","value":{"intValue":"502"}}"#,
        r#"{"key":"server.address","value":{"stringValue":"192.0.2.1"}}"#,
        r#"{"key":"client.address","value":{"stringValue":"192.0.2.7"}}"#,
        r#"{"key":"error.type","value":{"stringValue":"ConnectionError"}}"#,
        r#"{"key":"gantry.request.id","value":{"stringValue":"request-1"}}"#,
        r#"{"key":"gantry.api","value":{"stringValue":"orders"}}"#,
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    assert_eq!(dropped(&metrics), 0);
}

#[tokio::test]
async fn a_caller_decides_only_where_it_is_followed() {
    let all = settings(&format!("http://{}/", closed_port()));
    let unsampled = PARENT.replace("-01", "-00");
    let begins = |settings: &Traces, traceparent: Option<&str>| begin(&tracer(settings).0, traceparent).is_some();
    let none = Traces { sample: Share::NONE, ..all.clone() };
    assert!(begins(&all, None) && begins(&all, Some(&unsampled)) && begins(&all, Some("nonsense")));
    assert!(!begins(&none, None) && !begins(&none, Some(PARENT)));
    let (follow_all, follow_none) = (Traces { follow: true, ..all.clone() }, Traces { follow: true, ..none });
    assert!(begins(&follow_none, Some(PARENT)) && !begins(&follow_all, Some(&unsampled)));
    assert!(begins(&follow_all, None) && begins(&follow_all, Some("nonsense")) && !begins(&follow_none, None));

    for (settings, follows) in [(&follow_all, true), (&all, false)] {
        let collector = TestServer::start(|_| reply(200, "{}"));
        let (tracer, _) = tracer(&Traces { endpoint: Some(collector.url("/")), ..settings.clone() });
        begin(&tracer, Some(PARENT)).unwrap().end(&departure(200));
        assert!(tracer.flush(PATIENCE).await);
        let span = &spans(&collector.requests()[0])[0];
        let same = span["traceId"] == "4bf92f3577b34da6a3ce929d0e0e4736";
        assert_eq!((same, span["parentSpanId"] == "00f067aa0ba902b7"), (follows, follows), "{span}");
        let link = serde_json::json!([{"traceId": "4bf92f3577b34da6a3ce929d0e0e4736", "spanId": "00f067aa0ba902b7"}]);
        assert_eq!(span.get("links"), (!follows).then_some(&link));
        assert_eq!(span.get("status"), None, "it is not for the gateway to say that all is well");
    }
}

#[tokio::test]
async fn a_share_is_one_of_so_many() {
    let (tracer, _) =
        tracer(&Traces { sample: serde_json::from_str("\"10%\"").unwrap(), ..settings("http://127.0.0.1:1/") });
    let traced = (0..20_000).filter(|_| begin(&tracer, None).is_some()).count();
    // 2,000 are expected; this far off they are once in 10^20 times.
    assert!((1600..2400).contains(&traced), "{traced}");
}

#[tokio::test]
async fn whoever_is_last_hands_it_over() {
    let collector = TestServer::start(|_| reply(200, "{}"));
    let (tracer, _) = tracer(&settings(&collector.url("/")));
    let trace = begin(&tracer, None).unwrap();
    let recorder = trace.recorder();
    trace.end(&departure(200));
    drop(trace);
    assert!(tracer.flush(PATIENCE).await);
    assert_eq!(collector.requests().len(), 0, "its pipeline is not over");
    drop(recorder);
    assert!(tracer.flush(PATIENCE).await);
    assert_eq!(collector.requests().len(), 1);
}

#[tokio::test]
async fn a_busy_collector_is_asked_again_and_a_refusal_is_final() {
    let asked = AtomicUsize::new(0);
    let collector =
        TestServer::start(move |_| reply([503, 429, 200][asked.fetch_add(1, Ordering::Relaxed).min(2)], ""));
    let settings = settings(&collector.url("/"));
    let (first, metrics) = tracer(&settings);
    begin(&first, None).unwrap().end(&departure(200));
    // A flush would leave nothing to repeat.
    let end = std::time::Instant::now() + PATIENCE;
    while collector.requests().len() < 3 && std::time::Instant::now() < end {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(first.flush(PATIENCE).await);
    let bodies: Vec<_> = collector.requests().into_iter().map(|request| request.body).collect();
    assert!(bodies.len() == 3 && bodies[0] == bodies[2], "the same spans");
    assert_eq!(dropped(&metrics), 0);

    for (status, body, lost) in
        [(400, "", 1), (200, r#"{"partialSuccess":{"rejectedSpans":"1","errorMessage":"no"}}"#, 1)]
    {
        let collector = TestServer::start(move |_| reply(status, body));
        let (tracer, metrics) = tracer(&Traces { endpoint: Some(collector.url("/")), ..settings.clone() });
        begin(&tracer, None).unwrap().end(&departure(200));
        assert!(tracer.flush(PATIENCE).await);
        assert_eq!((collector.requests().len(), dropped(&metrics)), (1, lost), "{status}");
    }
}

#[tokio::test]
async fn a_collector_that_is_dead_costs_spans_and_no_time() {
    for endpoint in [format!("http://{}/", closed_port()), TestServer::start(|_| Answer::Hang).url("/")] {
        let timeout = Seconds(Duration::from_millis(300));
        let (tracer, metrics) = tracer(&Traces { timeout, ..settings(&endpoint) });
        let many = QUEUE as u64 * 2;
        let started = std::time::Instant::now();
        for _ in 0..many {
            let trace = begin(&tracer, None).unwrap();
            trace.take(Vec::new(), Vec::new());
            trace.end(&departure(200));
        }
        assert!(started.elapsed() < PATIENCE, "nobody waited");
        assert!(dropped(&metrics) >= many - QUEUE as u64, "the queue is bounded");
        assert!(tracer.flush(PATIENCE).await, "the end is not held up");
        assert_eq!(dropped(&metrics), many);
    }
}
