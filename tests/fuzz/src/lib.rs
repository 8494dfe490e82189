//! What the targets share: a text becomes a document, is loaded as `gantry serve` would, and answers a request.

mod oracle;

use std::path::PathBuf;
use std::time::SystemTime;

use gantry::load::{Paths, load};
use gantry::resources::{Resources, LoadContext};
use gantry::runtime::{Context, Request, RouteMatch, Snapshot, execute};
use gantry::settings::{Purpose, Live};
use gantry::source::Environment;
use gantry::value::Body;
use http::{HeaderMap, HeaderValue, Method, Version};

pub use oracle::{in_proportion, within};

/// An environment in which nothing is set: a document may name any file.
struct Nothing;

impl Environment for Nothing {
    fn variable(&self, _: &str) -> Option<String> {
        None
    }

    fn file(&self, _: &str) -> Result<String, String> {
        Err("there are no files".to_owned())
    }
}

/// Loads a document; `None` means that findings say why not.
pub fn loaded(document: &[u8]) -> Option<Snapshot> {
    let file = folder().join("api.yaml");
    std::fs::write(&file, document).ok()?;
    let (settings, resources) = (Live::default(), Resources::default());
    let around = LoadContext {
        settings: &settings,
        resources: &resources,
        environment: &Nothing,
        purpose: Purpose::Check,
    };
    load(Paths { documents: &[file], files_from: &[] }, around, &|_| {}).snapshot
}

/// A folder of this process.
fn folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("gantry-fuzz-{}", std::process::id()));
    let _ = std::fs::create_dir_all(&folder);
    folder
}

/// Answers a `POST` with this body under these steps, which are YAML and call nobody.
pub fn answer(steps: &str, body: &[u8]) {
    let head = "openapi: 3.0.3\ninfo: {title: fuzz, version: '1'}\npaths: {/: {post: {responses: {}}}}\nx-assembly:\n";
    if let Some(snapshot) = loaded(format!("{head}{steps}").as_bytes()) {
        run(&snapshot, body);
    }
}

fn run(snapshot: &Snapshot, body: &[u8]) {
    let RouteMatch::Found { route, .. } = snapshot.routes.find(&Method::POST, "/") else { return };
    let kind = if body.first() == Some(&b'<') { "application/xml" } else { "application/json" };
    let request = Request {
        id: "00000000-0000-4000-8000-000000000000".into(),
        method: Method::POST,
        uri: "/?q=1&q=two".parse().unwrap_or_default(),
        version: Version::HTTP_11,
        scheme: "http",
        headers: HeaderMap::from_iter([(http::header::CONTENT_TYPE, HeaderValue::from_static(kind))]).into(),
        body: Body::Empty,
        body_kept: false,
        client: ([192, 0, 2, 7], 40_000).into(),
        peer: ([192, 0, 2, 7], 40_000).into(),
        certificate: None,
        local: ([192, 0, 2, 1], 8080).into(),
        received: SystemTime::UNIX_EPOCH,
        arrived: tokio::time::Instant::now(),
        path_parameters: Vec::new(),
    };
    let body = Body::from_bytes(body.to_vec());
    let pipeline = route.pipeline.clone();
    let mut cx =
        Context::new(pipeline.clone(), route.api.clone(), route.operation.clone(), request, body, snapshot.limits);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    if let Ok(runtime) = runtime {
        // A fault is as good an end as an answer; a panic is none.
        let _ = runtime.block_on(execute(&pipeline, &mut cx));
    }
}

/// A text and a body: what is before the first zero byte, and what is after it.
pub fn split(data: &[u8]) -> Option<(&str, &[u8])> {
    let at = data.iter().position(|byte| *byte == 0)?;
    Some((std::str::from_utf8(&data[..at]).ok()?, &data[at + 1..]))
}

/// A text as a YAML scalar.
pub fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
