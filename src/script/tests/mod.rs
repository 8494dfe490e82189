mod isolation;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::Builder;
use std::time::Duration;

use super::{Dialect, Engine, Limits, Map, Reach, Script, StuckThreads, threads};
use crate::runtime::{ApiInfo, Context, ContextLimits, OperationInfo, Pipeline};
use crate::test_support::request;
use crate::value::Body;

static IS_FULL: AtomicBool = AtomicBool::new(true);

fn start(builder: Builder, work: Box<dyn FnOnce() + Send>) -> io::Result<()> {
    match IS_FULL.load(Ordering::Relaxed) {
        true => Err(io::ErrorKind::WouldBlock.into()),
        false => threads::start(builder, work),
    }
}

fn context() -> Context {
    let request = request("/v1/items");
    let time = Duration::from_secs(30);
    let limits = ContextLimits { request: time, handlers: time, body_bytes: 1000 };
    let (pipeline, api, operation) = (Pipeline::default(), ApiInfo::default(), OperationInfo::default());
    Context::new(pipeline.into(), api.into(), operation.into(), request, Body::Empty, limits)
}

/// The request keeps what it has, and the next script starts the threads.
#[tokio::test]
async fn threads_that_cannot_be_started_are_tried_again() {
    let limits = Limits { time: Duration::from_secs(5), memory: 8 << 20, at_once: 4 };
    let engine = Engine::starting(limits, Arc::new(StuckThreads::default()), start);
    let map = Map::File { name: "a.js".into() };
    let script = Script::compile("1", Dialect::GatewayScript, map, Vec::new(), Reach::default());
    let (script, mut cx) = (Arc::new(script.unwrap()), context());
    for _ in 0..2 {
        let fault = engine.run(&mut cx, &script).await.unwrap_err();
        assert_eq!((fault.status.as_u16(), &*fault.name), (503, "RuntimeError"));
        assert_eq!(fault.cause.as_deref(), Some("no thread for scripts could be started"));
        assert_eq!(cx.state.request.path_parameters.len(), 1);
    }
    IS_FULL.store(false, Ordering::Relaxed);
    assert!(engine.run(&mut cx, &script).await.unwrap());
}
