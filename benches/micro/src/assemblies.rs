//! Parts that run in an assembly: a document is loaded as `gantry serve` loads it, and its ops run on a request's context.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use gantry::load::{Load, Paths, load};
use gantry::resources::LoadContext;
use gantry::resources::Resources;
use gantry::runtime::{Context, Op, Outcome, Request, Route, Snapshot, execute};
use gantry::settings::{Live, Purpose};
use gantry::source::ProcessEnvironment;
use gantry::value::{Body, Message};
use http::header::{HeaderName, HeaderValue};
use http::{HeaderMap, Method, Uri, Version};
use tokio::runtime::{Builder, Runtime};

use crate::cases::Run;

/// An order of about 1 KiB: `items` is a list of 20.
pub const ORDER: &str = include_str!("order.json");

pub const CONSTANT: &str = "- set-variable: {actions: [{set: tier, value: gold}]}";
pub const REFERENCE: &str = "- set-variable: {actions: [{set: copy, value: $(request.parameters.id)}]}";
pub const MEMBER: &str = "- set-variable: {actions: [{set: id, value: $(message.body.customer.name)}]}";
pub const TEMPLATE: &str = "- set-variable: {actions: [{set: line, value: \
    '$(request.verb) $(request.path) $(request.headers.user-agent) $(request.parameters.id)'}]}";
pub const HEADER: &str = "- set-variable: {actions: [{set: message.headers.x-tier, value: gold}]}";
pub const TEN: &str = "- set-variable: {actions: [{set: a, value: 1}]}\n\
    - set-variable: {actions: [{set: b, value: 2}]}\n- set-variable: {actions: [{set: c, value: 3}]}\n\
    - set-variable: {actions: [{set: d, value: 4}]}\n- set-variable: {actions: [{set: e, value: 5}]}\n\
    - set-variable: {actions: [{set: f, value: 6}]}\n- set-variable: {actions: [{set: g, value: 7}]}\n\
    - set-variable: {actions: [{set: h, value: 8}]}\n- set-variable: {actions: [{set: i, value: 9}]}\n\
    - set-variable: {actions: [{set: j, value: 10}]}\n";
pub const SWITCH: &str = "- switch:\n    case:\n\
    \x20   - {condition: \"$httpVerb() = 'DELETE'\", execute: []}\n\
    \x20   - {condition: \"$operationPath() = '/other' and $httpVerb() = 'POST'\", execute: []}\n\
    \x20   - {condition: \"$header('x-kind') = 'gift'\", execute: []}\n";
pub const JSONATA: &str = "- if: {condition: '$count(message.body.items[price > 10 and count = 2]) > 2', execute: []}";
pub const REDACT: &str = "- redact:\n    root: message.body\n    redactions:\n\
    \x20   - {path: '$.**.email'}\n    - {path: '$.card', action: remove}\n";
pub const VALIDATE: &str =
    "- validate:\n    validate-against: url\n    json-schema: '#/x-assembly/properties/order/value'\n";
pub const XML_TO_JSON: &str = "- xml-to-json: {}";
pub const JSON_TO_XML: &str = "- json-to-xml: {root-element-name: order}";
pub const SCRIPT: &str = "- gatewayscript: {version: 2.0.0, source: \"context.set('tier', 'gold');\"}";
pub const JAVASCRIPT: &str = "- javascript: {version: 1.0.0, source: \"set('tier', 'gold');\"}";
pub const SCRIPT_BODY: &str = "- gatewayscript:\n    version: 2.0.0\n    source: |\n\
    \x20     context.message.body.readAsJSON(function (error, order) {\n\
    \x20       order.total = order.items.reduce((sum, item) => sum + item.price, 0);\n\
    \x20       context.message.body.write(order);\n      });\n";

/// The schema that [`VALIDATE`] names.
const PROPERTIES: &str = "  properties:\n    order:\n      value:\n        type: object\n        required: [id, items]\n\
    \x20       properties:\n          id: {type: integer, minimum: 1}\n\
    \x20         items:\n            type: array\n            items:\n              type: object\n\
    \x20             required: [sku]\n              properties: {sku: {type: string}, price: {type: number}}\n";

/// 20 members of the one body into 20 of the other.
pub fn map() -> String {
    let mut text = "- map:\n    inputs: {in: {schema: {type: object}, variable: message.body}}\n".to_owned();
    text += "    outputs:\n      out:\n        variable: message.body\n        schema:\n          type: object\n";
    text += "          properties:\n";
    let from = ["in.id", "in.customer.name", "in.customer.email", "in.currency"];
    (0..20).for_each(|number| text += &format!("            m{number}: {{type: string}}\n"));
    text += "    actions:\n";
    (0..20).for_each(|number| text += &format!("    - {{set: out.m{number}, from: {}}}\n", from[number % 4]));
    text
}

/// A document of so many operations, each with an assembly of its own.
pub fn document(operations: usize) -> String {
    let mut text = "openapi: 3.0.3\ninfo: {title: orders, version: 1.0.0}\npaths:\n".to_owned();
    for number in 0..operations {
        text += &format!(
            "  /orders{number}/{{id}}:\n    get:\n      operationId: get{number}\n      parameters:\n      \
             - {{name: id, in: path, required: true, schema: {{type: string}}}}\n      responses: {{'200': {{description: ok}}}}\n      \
             x-assembly:\n        execute:\n        - set-variable: {{actions: [{{set: id, value: $(request.parameters.id)}}]}}\n        \
             - set-variable: {{actions: [{{set: message.headers.x-id, value: 'order $(id)'}}]}}\n"
        );
    }
    text
}

/// A document with one path and this assembly, indented as a list of steps is.
fn with_assembly(steps: &str) -> String {
    let head = "openapi: 3.0.3\ninfo: {title: example, version: 1.0.0}\npaths: {'/example/{id}': {}}\nx-assembly:\n";
    let steps: String = steps.lines().map(|line| format!("  {line}\n")).collect();
    format!("{head}  execute:\n{steps}{PROPERTIES}")
}

/// A loaded document, and what its requests run on.
struct Loaded {
    snapshot: Snapshot,
    runtime: Runtime,
    _resources: Resources,
}

/// A file that is gone when this is.
struct Scratch(PathBuf);

impl Scratch {
    fn new(text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("gantry-micro-{}.yaml", std::process::id()));
        std::fs::write(&path, text).expect("a file can be written");
        Scratch(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn read(path: &Path, resources: &Resources) -> Load {
    let around = LoadContext {
        settings: &Live::default(),
        resources,
        environment: &ProcessEnvironment,
        purpose: Purpose::Serve,
    };
    let documents = [path.to_path_buf()];
    load(Paths { documents: &documents, files_from: &[] }, around, &|_| {})
}

fn loaded(steps: &str) -> Loaded {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let file = Scratch::new(&with_assembly(steps));
    let resources = Resources::default();
    let load = read(&file.0, &resources);
    let said: Vec<String> =
        load.findings.iter().map(|finding| gantry::base::render_short(finding, &load.sources)).collect();
    assert_eq!(said, [""; 0], "the document is as it should be");
    Loaded { snapshot: load.snapshot.expect("a snapshot"), runtime, _resources: resources }
}

fn request() -> Request {
    let headers = [("host", "api.example.com"), ("user-agent", "curl/8.5.0"), ("x-kind", "gift")];
    let headers = headers.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
    Request {
        id: "b9a6a7a8-6a0e-4a5f-8b7a-0d8c7b6a5f4e".into(),
        method: Method::POST,
        uri: Uri::from_static("/example/7?page=2"),
        version: Version::HTTP_11,
        scheme: "http",
        headers: headers.into_iter().collect::<HeaderMap>().into(),
        body: Body::Empty,
        body_kept: false,
        client: ([192, 0, 2, 7], 40_000).into(),
        peer: ([192, 0, 2, 7], 40_000).into(),
        certificate: None,
        local: ([192, 0, 2, 1], 8080).into(),
        received: SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000),
        arrived: tokio::time::Instant::now(),
        path_parameters: vec![("id".into(), "7".to_owned())],
    }
}

impl Loaded {
    fn route(&self) -> Arc<Route> {
        self.snapshot.all[0].clone()
    }

    fn context(&self, body: Body) -> Context {
        let route = self.route();
        let limits = self.snapshot.limits;
        Context::new(route.pipeline.clone(), route.api.clone(), route.operation.clone(), request(), body, limits)
    }
}

/// The assembly's steps, which do not wait and can run again and again, on one context.
pub fn step(steps: &str) -> Run {
    let loaded = loaded(steps);
    let mut cx = loaded.context(Body::Empty);
    let route = loaded.route();
    Box::new(move || {
        let _keep = &loaded;
        for op in &route.pipeline.ops {
            if let Op::Step(step) | Op::Branch { test: step, .. } = op {
                assert!(matches!(black_box(step.run(&mut cx)), Outcome::Ready(Ok(_))), "the step is done at once");
            }
        }
        // It grows with every header that is set.
        cx.state.outgoing.touched_headers.clear();
    })
}

/// The whole assembly, over a fresh body, on one context.
pub fn flow(steps: &str, body: &'static str) -> Run {
    let loaded = loaded(steps);
    let mut cx = loaded.context(Body::Empty);
    let original = cx.state.outgoing.message.headers.clone();
    let pipeline = loaded.route().pipeline.clone();
    Box::new(move || {
        let body = Body::from_bytes(Bytes::from_static(body.as_bytes()));
        let headers = original.clone();
        cx.state.outgoing.message = Message { headers, body, ..Message::default() };
        cx.state.outgoing.touched_headers.clear();
        let ended = loaded.runtime.block_on(execute(&pipeline, &mut cx));
        assert!(black_box(ended).is_ok(), "nothing fails");
    })
}

/// What every request pays before its first step and behind its last.
pub fn context() -> Run {
    let loaded = loaded(CONSTANT);
    Box::new(move || {
        let _inside = loaded.runtime.enter();
        let mut cx = loaded.context(Body::Empty);
        let pipeline = cx.state.route.pipeline.clone();
        let ended = {
            let mut running = pin!(execute(&pipeline, &mut cx));
            running.as_mut().poll(&mut std::task::Context::from_waker(Waker::noop()))
        };
        assert!(matches!(black_box(ended), Poll::Ready(Ok(()))), "nothing waits");
    })
}

pub fn load_document() -> Run {
    let file = Scratch::new(&document(10));
    Box::new(move || {
        let resources = Resources::default();
        let load = read(&file.0, &resources);
        assert!(load.snapshot.is_some(), "it can be served");
    })
}
