//! The examples of the policies' pages, run as they are printed.
//!
//! An example is a YAML file below `src/policies/NAME/examples/`:
//!
//! ```yaml
//! title: …            # one line
//! about: …            # why one would do this
//! path: /orders/{id}  # the path of the API; default /example/{id}
//! path-item: {…}      # what the path declares; default: it takes every verb
//! x-assembly: {…}     # complete, to paste
//! settings: {…}       # what the settings file must have
//! functions: {…}      # file names and texts for the embedded Lambda service
//! upstream: […]       # the calls that the service of ${UPSTREAM} expects, in order: request and answer
//! request: {verb, path, headers, body}
//! response: {status, headers, body}
//! then: […]           # further requests and their responses
//! ```
//!
//! A body that is text is compared as it is, anything else as JSON. Of headers, those written are compared; `null` says that
//! a header must not be there.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;

use crate::settings::Settings;

use super::{Answer, Ask, Functions, Recorded, Reply, Setup, TestServer};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Example {
    title: String,
    about: String,
    #[serde(default = "default_path")]
    path: String,
    #[serde(default = "every_verb")]
    path_item: Value,
    x_assembly: serde_yaml::Value,
    #[serde(default)]
    settings: Option<serde_yaml::Value>,
    #[serde(default)]
    functions: IndexMap<String, String>,
    #[serde(default)]
    upstream: Vec<Exchange>,
    request: RequestText,
    response: ResponseText,
    #[serde(default)]
    then: Vec<Turn>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Turn {
    request: RequestText,
    response: ResponseText,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exchange {
    request: RequestText,
    answer: ResponseText,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct RequestText {
    #[serde(default = "get")]
    verb: String,
    path: String,
    #[serde(default)]
    headers: IndexMap<String, Option<String>>,
    #[serde(default)]
    body: Value,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct ResponseText {
    #[serde(default = "ok")]
    status: u16,
    #[serde(default)]
    headers: IndexMap<String, Option<String>>,
    #[serde(default)]
    body: Value,
}

fn default_path() -> String {
    "/example/{id}".to_owned()
}

fn every_verb() -> Value {
    serde_json::json!({})
}

fn get() -> String {
    "GET".to_owned()
}

fn ok() -> u16 {
    200
}

impl Example {
    fn document(&self) -> String {
        let api = serde_json::json!({
            "openapi": "3.0.3",
            "info": {"title": "example", "version": "1.0.0"},
            "paths": {&self.path: self.path_item},
            "x-assembly": self.x_assembly,
        });
        serde_yaml::to_string(&api).unwrap()
    }

    /// Runs the example; `false` where it was skipped.
    async fn run(&self) -> bool {
        assert!(!self.title.trim().is_empty() && !self.about.trim().is_empty(), "an example explains itself");
        let functions = match self.functions.is_empty() {
            true => None,
            false => match Functions::start(&self.functions.iter().collect::<Vec<_>>()).await {
                Some(functions) => Some(functions),
                None => return false,
            },
        };
        let upstream = serve(self.upstream.clone());
        let setup = functions.as_ref().map_or_else(Setup::default, Functions::setup);
        let setup = match &self.settings {
            Some(settings) => {
                let text = serde_yaml::to_string(settings).unwrap().replace("${UPSTREAM}", &upstream.url(""));
                setup.settings(|live| *live = serde_yaml::from_str::<Settings>(&text).unwrap().split().1)
            }
            None => setup,
        };
        let gateway = setup.env("UPSTREAM", upstream.url("")).load(&self.document()).serve_cleanly();
        let first = Turn { request: self.request.clone(), response: self.response.clone() };
        for turn in std::iter::once(&first).chain(&self.then) {
            turn.response.check(&gateway.ask(turn.request.ask()).await);
        }
        let seen = upstream.requests();
        for (seen, exchange) in seen.iter().zip(&self.upstream) {
            exchange.request.check(seen);
        }
        assert_eq!(seen.len(), self.upstream.len(), "calls of the service");
        true
    }
}

impl ResponseText {
    fn check(&self, answer: &Answer) {
        assert_eq!(answer.status, self.status, "{answer}");
        check_headers(&self.headers, |name| answer.header(name).map(str::to_owned));
        check_body(&self.body, &answer.body);
    }
}

impl RequestText {
    fn ask(&self) -> Ask {
        let body = bytes(&self.body);
        let ask = if body.is_empty() {
            Ask::new(&self.verb, &self.path)
        } else {
            Ask::post(&self.path, body).verb(&self.verb)
        };
        let headers = self.headers.iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
        headers.fold(ask, |ask, (name, value)| ask.header(name, value))
    }

    fn check(&self, seen: &Recorded) {
        assert_eq!((seen.method.as_str(), seen.target.as_str()), (self.verb.as_str(), self.path.as_str()));
        check_headers(&self.headers, |name| seen.header(&name.to_ascii_lowercase()).map(str::to_owned));
        check_body(&self.body, &seen.body);
    }
}

fn check_headers(expected: &IndexMap<String, Option<String>>, found: impl Fn(&str) -> Option<String>) {
    for (name, value) in expected {
        assert_eq!(found(name), *value, "the header {name}");
    }
}

fn check_body(expected: &Value, found: &[u8]) {
    match expected {
        Value::Null => assert_eq!(String::from_utf8_lossy(found), "", "no body was expected"),
        Value::String(text) => assert_eq!(String::from_utf8_lossy(found), text.as_str()),
        json => assert_eq!(
            serde_json::from_slice::<Value>(found).ok().as_ref(),
            Some(json),
            "{:?}",
            String::from_utf8_lossy(found)
        ),
    }
}

fn bytes(body: &Value) -> Vec<u8> {
    match body {
        Value::Null => Vec::new(),
        Value::String(text) => text.clone().into_bytes(),
        json => json.to_string().into_bytes(),
    }
}

/// The service of `${UPSTREAM}`: one answer per call, in order.
fn serve(exchanges: Vec<Exchange>) -> TestServer {
    let next = AtomicUsize::new(0);
    TestServer::start(move |_| {
        let Some(exchange) = exchanges.get(next.fetch_add(1, Ordering::SeqCst)) else {
            return Reply::Reply(599, Vec::new(), b"one call more than the example has".to_vec());
        };
        let known = [
            ("cache-control", "cache-control"),
            ("content-type", "content-type"),
            ("etag", "etag"),
            ("location", "location"),
            ("retry-after", "retry-after"),
        ];
        let headers = exchange.answer.headers.iter().map(|(name, value)| {
            let name = known.iter().find(|(known, _)| *known == name).expect("a header that the test server knows").1;
            (name, value.clone().unwrap_or_default())
        });
        Reply::Reply(exchange.answer.status, headers.collect(), bytes(&exchange.answer.body))
    })
}

fn examples(policy: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/policies").join(policy).join("examples");
    let files = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

/// Runs an example file; `false` where it was skipped.
async fn run(file: PathBuf) -> bool {
    let text = std::fs::read_to_string(&file).unwrap();
    let example: Example = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    example.run().await
}

#[tokio::test]
async fn the_examples_of_every_policy_run_as_they_are_printed() {
    let mut failed = Vec::new();
    for entry in &crate::policies::ALL {
        let files = examples(&entry.meta.name.replace('-', "_"));
        assert!(!files.is_empty(), "{} has no example", entry.meta.name);
        for file in files {
            let name = format!("{}/{}", entry.meta.name, file.file_name().unwrap().to_string_lossy());
            // A task of its own, so that one failure does not hide the next example's.
            match tokio::spawn(run(file)).await {
                Ok(true) => {}
                Ok(false) => super::skipped(&format!("the example {name}")),
                Err(_) => failed.push(name),
            }
        }
    }
    assert_eq!(failed, [""; 0]);
}
