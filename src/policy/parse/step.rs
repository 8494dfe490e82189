use http::header::CONTENT_TYPE;

use crate::expression::{Builtin, Root};
use crate::runtime::{Context, Fault, FaultSource, Outcome, Step, kinds};
use crate::value::{Body, JsonLimits, JsonMetrics, Message, Value};

use super::config::DocumentType;

/// A compiled `parse`.
pub(super) struct Parse {
    pub input: Root,
    pub output: Root,
    pub document: DocumentType,
    /// Bytes; 0 is no limit.
    pub size: usize,
    pub limits: JsonLimits,
    pub use_content_type: bool,
    pub warn_on_empty_input: bool,
}

impl Parse {
    fn parse(&self, cx: &mut Context) -> Result<(), Fault> {
        let Some(message) = cx.state.input(&self.input) else { return Err(runtime_error("`input` holds no message")) };
        let bytes = message.body.bytes().unwrap_or_default();
        if bytes.is_empty() {
            if self.warn_on_empty_input {
                tracing::warn!("parse: the input has no body");
                return Ok(());
            }
            return Err(runtime_error("there is no body to parse"));
        }
        if self.size > 0 && bytes.len() > self.size {
            return Err(runtime_error(format!("the body has {} bytes, more than {}", bytes.len(), self.size)));
        }
        let content_type = message.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if self.use_content_type && !fits(self.document, content_type) {
            return Err(runtime_error(format!("the Content-Type `{content_type}` does not fit the document type")));
        }
        if self.document == DocumentType::Binary {
            let metrics = Value::object([("DocumentSize", size(bytes.len()))]);
            return self.put(cx, Value::Binary(bytes), metrics);
        }
        if self.document == DocumentType::Detect && is_xml(&bytes) {
            return Err(runtime_error("XML is known but not parsed yet"));
        }
        let metrics = self.limits.check(&bytes).map_err(|error| runtime_error(error.to_string()))?;
        let value =
            Value::parse_json(&bytes).map_err(|error| runtime_error(format!("the body is not JSON: {error}")))?;
        self.put(cx, value, described(bytes.len(), &metrics))
    }

    /// Only the body changes, and the metrics; headers and status of the output stay, or come along with a new one.
    fn put(&self, cx: &mut Context, value: Value, metrics: Value) -> Result<(), Fault> {
        if self.output == self.input {
            if let Some(message) = cx.state.input_mut(&self.input) {
                message.body = Body::Value(value);
                message.attributes.set(&["parse"], metrics);
            }
            return Ok(());
        }
        let Some(input) = cx.state.input(&self.input) else { return Ok(()) };
        let mut parsed = Message { body: Body::Value(value), ..Message::default() };
        parsed.headers.clone_from(&input.headers);
        parsed.status = input.status;
        if self.output == Root::Builtin(Builtin::Message) {
            cx.state.message.body = parsed.body;
            cx.state.message.attributes.set(&["parse"], metrics);
            return Ok(());
        }
        parsed.attributes.set(&["parse"], metrics);
        cx.state.put_output(&self.output, parsed);
        Ok(())
    }
}

impl Step for Parse {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        match self.parse(cx) {
            Ok(()) => Outcome::done(),
            Err(fault) => Outcome::fault(fault),
        }
    }
}

/// The metrics, named as DataPower names the limits that they are held against.
fn described(bytes: usize, metrics: &JsonMetrics) -> Value {
    let JsonMetrics { depth, width, name_length, value_length, number_length, unique_names } = *metrics;
    Value::object([
        ("DocumentSize", size(bytes)),
        ("NestingDepth", size(depth)),
        ("Width", size(width)),
        ("NameLength", size(name_length)),
        ("ValueLength", size(value_length)),
        ("NumberLength", size(number_length)),
        ("UniqueNames", size(unique_names)),
    ])
}

fn size(count: usize) -> Value {
    i64::try_from(count).unwrap_or(i64::MAX).into()
}

/// Whether a Content-Type allows this document: only JSON and XML have types of their own.
fn fits(document: DocumentType, content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match document {
        DocumentType::Json => kind.ends_with("json"),
        DocumentType::Xml => kind.ends_with("xml"),
        DocumentType::Detect => kind.ends_with("json") || kind.ends_with("xml"),
        DocumentType::Binary => true,
    }
}

fn is_xml(bytes: &[u8]) -> bool {
    bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<')
}

fn runtime_error(message: impl Into<String>) -> Fault {
    Fault::new(&kinds::RUNTIME, FaultSource::Gateway, message)
}
