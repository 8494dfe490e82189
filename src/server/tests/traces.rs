//! Traces of requests, from the listener to the collector.

use serde_json::Value;

use super::*;
use crate::http_client::test_server::{Answer, TestServer};
use crate::http_client::{HttpClient, PoolOptions, TlsOptions};
use crate::runtime::{FaultSource, kinds};
use crate::settings::Traces;
use crate::telemetry::Tracer;

struct Traced {
    server: Running,
    tracer: Tracer,
    collector: TestServer,
}

impl Traced {
    async fn start(snapshot: Snapshot) -> Self {
        let collector = TestServer::start(|_| Answer::Reply(200, Vec::new(), b"{}".to_vec()));
        let wanted = format!(r#"{{"endpoint": "{}", "sample": "100%", "follow": true}}"#, collector.url("/v1/traces"));
        let (metrics, wanted) = (Arc::new(Metrics::new()), serde_json::from_str::<Traces>(&wanted).unwrap());
        let client = HttpClient::new(&TlsOptions::default(), &PoolOptions::default()).unwrap();
        let tracer = Tracer::start(&wanted, client, metrics.clone()).unwrap().unwrap();
        let server = start_traced(settings(), snapshot, metrics, None, Some(tracer.clone())).await;
        Traced { server, tracer, collector }
    }

    /// All spans so far, and all that was sent.
    async fn spans(&self) -> (Vec<Value>, String) {
        assert!(self.tracer.flush(PATIENCE).await);
        let bodies: Vec<_> = self.collector.requests().into_iter().map(|request| request.body).collect();
        let text = String::from_utf8(bodies.concat()).unwrap();
        let spans = bodies.iter().flat_map(|body| {
            let body: Value = serde_json::from_slice(body).unwrap();
            body["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap().clone()
        });
        (spans.collect(), text)
    }
}

fn titled(op: Op, title: &str) -> (Op, Option<Arc<StepInfo>>) {
    let place = format!("api.yaml:{}:9", title.len());
    (op, Some(Arc::new(StepInfo { policy: "test".into(), title: title.into(), place: place.into() })))
}

fn of_steps(steps: Vec<(Op, Option<Arc<StepInfo>>)>) -> Pipeline {
    let (ops, info): (Vec<_>, Vec<_>) = steps.into_iter().unzip();
    Pipeline { info: info.into(), ops: ops.into(), ..Pipeline::default() }
}

fn fail() -> Op {
    now(|_| Err(Fault::new(&kinds::CONNECTION, FaultSource::Upstream, "no answer from 10.0.0.7")))
}

#[tokio::test]
async fn steps_are_children_of_the_request() {
    let branch = |title| {
        let test = Box::new(Now(|_: &mut Context| Ok(Next::Otherwise)));
        titled(Op::Branch { test, otherwise: 3 }, title)
    };
    let choose = branch("choose");
    let again = (branch("choose").0, choose.1.clone());
    let steps = vec![titled(change(|_| {}), "first"), choose, (Op::Jump(4), None), again, titled(wait(30), "second")];
    let mut pipeline = of_steps(steps);
    if let Some(Op::Branch { otherwise, .. }) = pipeline.ops.get_mut(3) {
        *otherwise = 4;
    }
    let traced = Traced::start(snapshot(vec![("GET", "/pets/{id}", pipeline)])).await;
    let parent = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let head = "Host: a\r\nConnection: close\r\nAuthorization: Bearer canary\r\nX-Key: canary";
    let response =
        traced.server.send(&format!("GET /pets/7?token=canary HTTP/1.1\r\n{head}\r\n{parent}\r\n\r\n")).await;
    let (spans, text) = traced.spans().await;
    let names: Vec<_> = spans.iter().map(|span| span["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["GET /pets/{id}", "first", "choose", "second"], "the conditions of a switch are one step");
    assert_eq!(spans[0]["parentSpanId"], "00f067aa0ba902b7");
    for step in &spans[1..] {
        assert_eq!((&step["traceId"], &step["parentSpanId"]), (&spans[0]["traceId"], &spans[0]["spanId"]));
        assert_eq!((&step["kind"], step.get("status")), (&1.into(), None));
    }
    let time = |span: &Value, name: &str| span[name].as_str().unwrap().parse::<u128>().unwrap();
    let waited = time(&spans[3], "endTimeUnixNano") - time(&spans[3], "startTimeUnixNano");
    assert!(waited >= 30_000_000, "{waited}");
    assert!(text.contains(r#"{"key":"gantry.place","value":{"stringValue":"api.yaml:6:9"}}"#), "{text}");
    let id = header(&response, "x-request-id")[0];
    assert!(text.contains(&format!(r#"{{"key":"gantry.request.id","value":{{"stringValue":"{id}"}}}}"#)), "{text}");
    assert!(!text.contains("canary"), "{text}");
}

#[tokio::test]
async fn a_fault_is_an_error_of_its_step_and_of_the_request_where_nothing_handles_it() {
    let handled = {
        let handler = Handler { ops: 0..1, faults: CatchNames::Default, entry: 1 };
        let steps = vec![titled(fail(), "fails"), titled(change(|cx| cx.state.outgoing.is_response = true), "handles")];
        Pipeline { handlers: Box::new([handler]), ..of_steps(steps) }
    };
    let routes = vec![("GET", "/a", of_steps(vec![titled(fail(), "fails")])), ("GET", "/b", handled)];
    let traced = Traced::start(snapshot(routes)).await;
    for (path, expected) in [("/a", 500), ("/b", 200), ("/none", 404)] {
        assert_eq!(status(&traced.server.get(path).await), expected);
    }
    let (spans, text) = traced.spans().await;
    let failed = |span: &Value| span["status"]["code"] == 2 && span["status"]["message"] == "ConnectionError";
    let named = |name: &str| spans.iter().filter(|span| span["name"] == name).map(failed).collect::<Vec<_>>();
    assert_eq!((named("GET /a"), named("GET /b"), named("GET")), (vec![true], vec![false], vec![false]));
    assert_eq!((named("fails"), named("handles")), (vec![true, true], vec![false]));
    assert!(!text.contains("10.0.0.7"), "{text}");
}

#[tokio::test]
async fn a_request_whose_client_left_is_traced_as_far_as_it_came() {
    let steps = vec![titled(change(|_| {}), "first"), titled(wait(600_000), "waits")];
    let traced = Traced::start(snapshot(vec![("GET", "/", of_steps(steps))])).await;
    let mut stream = traced.server.connect().await;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    traced.server.counts("gantry_requests_in_flight 1").await;
    drop(stream);
    let end = std::time::Instant::now() + PATIENCE;
    let mut told = traced.spans().await;
    while told.0.is_empty() && std::time::Instant::now() < end {
        tokio::time::sleep(Duration::from_millis(20)).await;
        told = traced.spans().await;
    }
    let names: Vec<_> = told.0.iter().map(|span| span["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["GET /", "first", "waits"]);
    assert!(told.1.contains(r#"{"key":"error.type","value":{"stringValue":"incomplete"}}"#), "{}", told.1);
}
