use std::sync::Arc;

use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderValue};

use crate::expression::{Builtin, Root};
use crate::policy::kit::off_thread;
use crate::policy::kit::parse_limits::{DocumentType, ParseLimits};
use crate::runtime::{Context, Fault, FaultSource, Outcome, Step, kinds};
use crate::value::{Body, JsonMetrics, Message, Value, Xml, XmlError, XmlMetrics, without_mark};

/// A compiled `parse`.
pub(super) struct Parse(pub Arc<Plan>);

pub(super) struct Plan {
    pub input: Root,
    pub output: Root,
    pub limits: ParseLimits,
    pub use_content_type: bool,
    pub warn_on_empty_input: bool,
}

impl Plan {
    fn parse(&self, cx: &mut Context) -> Result<(), Fault> {
        let Some(message) = cx.state.input(&self.input) else { return Err(runtime_error("`input` holds no message")) };
        // A document stands for its text, which may be in another encoding: what is parsed once is not parsed again.
        let parsed = message.body.xml().cloned();
        let bytes = message.body.bytes().unwrap_or_default();
        if bytes.is_empty() {
            if self.warn_on_empty_input {
                tracing::warn!("parse: the input has no body");
                return Ok(());
            }
            return Err(runtime_error("there is no body to parse"));
        }
        self.limits.check_size(bytes.len()).map_err(runtime_error)?;
        if self.limits.document != DocumentType::Binary && is_encoded(&message.headers) {
            return Err(runtime_error("the body has a Content-Encoding, so it cannot be parsed"));
        }
        let content_type = message.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let document = match (self.limits.document, is_xml_or_json(content_type)) {
            (DocumentType::Binary, _) => DocumentType::Binary,
            (DocumentType::Detect, Some(kind)) if self.use_content_type => kind,
            (kind, stated) if self.use_content_type && stated != Some(kind) => {
                let message = format!("the Content-Type `{content_type}` does not fit the document type");
                return Err(runtime_error(message));
            }
            (DocumentType::Detect, _) if parsed.is_some() || Xml::is_likely(&bytes) => DocumentType::Xml,
            (kind, _) => kind,
        };
        let size = size(bytes.len());
        let (value, metrics) = match document {
            DocumentType::Binary => (Value::binary(bytes), Value::object([("DocumentSize", size)])),
            DocumentType::Xml => {
                let (document, metrics) = Xml::parse_measured(&bytes, &self.limits.xml).map_err(xml_fault)?;
                (document.into(), xml_metrics(size, &metrics))
            }
            DocumentType::Detect if !is_json(&bytes) => (Value::binary(bytes), Value::object([("DocumentSize", size)])),
            DocumentType::Json | DocumentType::Detect => {
                let metrics = self.limits.json.check(&bytes).map_err(|error| runtime_error(error.to_string()))?;
                let value =
                    Value::read_json(bytes).map_err(|error| runtime_error(format!("the body is not JSON: {error}")))?;
                (value, json_metrics(size, &metrics))
            }
        };
        self.put(cx, value, metrics);
        Ok(())
    }

    /// Only the body changes, and the metrics; headers and status of the output stay, or come along with a new one.
    fn put(&self, cx: &mut Context, value: Value, metrics: Value) {
        let is_xml = value.as_xml().is_some();
        if self.output == self.input {
            if let Some(message) = cx.state.input_mut(&self.input) {
                message.body = Body::Value(value);
                message.attributes.change(|noted| noted.set(&["parse"], metrics));
                if is_xml {
                    now_utf8(&mut message.headers);
                }
            }
            return;
        }
        let Some(input) = cx.state.input(&self.input) else { return };
        let mut parsed = Message { body: Body::Value(value), ..Message::default() };
        parsed.headers.clone_from(&input.headers);
        parsed.status = input.status;
        if is_xml {
            now_utf8(&mut parsed.headers);
        }
        if self.output == Root::Builtin(Builtin::Message) {
            cx.state.outgoing.message.body = parsed.body;
            cx.state.outgoing.message.attributes.change(|noted| noted.set(&["parse"], metrics));
            return;
        }
        parsed.attributes.change(|noted| noted.set(&["parse"], metrics));
        cx.state.put_output(&self.output, parsed);
    }
}

impl Step for Parse {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        let size = cx.state.input(&self.0.input).map_or(0, |message| off_thread::size_of_body(&message.body));
        off_thread::work(&self.0, cx, size, Plan::parse)
    }
}

/// Whether a body is compressed. Requests are not unpacked, and packed bytes must not pass for a document.
fn is_encoded(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_ENCODING).is_some_and(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// Whether a body of no stated type is JSON, or was meant to be: what starts as an object or a list is, and is refused where it is
/// broken. A form, a text or an image is bytes, as on the gateway that the step comes from.
fn is_json(bytes: &Bytes) -> bool {
    let text = without_mark(bytes).trim_ascii_start();
    match text.first() {
        Some(b'{' | b'[') => true,
        _ => Value::if_json(bytes).is_some(),
    }
}

/// A document is written in UTF-8, whatever it came in.
fn now_utf8(headers: &mut HeaderMap) {
    let Some(written) = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return };
    let mut parts = written.split(';').map(str::trim);
    let charset = |part: &&str| part.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("charset="));
    if !parts.clone().any(|part| charset(&part)) {
        return;
    }
    let mut new = parts.next().unwrap_or_default().to_owned();
    for part in parts.filter(|part| !charset(part)) {
        new.push_str("; ");
        new.push_str(part);
    }
    if let Ok(value) = HeaderValue::from_str(&format!("{new}; charset=utf-8")) {
        headers.insert(CONTENT_TYPE, value);
    }
}

/// The metrics, named as DataPower names the limits that they are held against.
fn json_metrics(document: Value, metrics: &JsonMetrics) -> Value {
    let JsonMetrics { depth, width, name_length, value_length, number_length, unique_names } = *metrics;
    Value::object([
        ("DocumentSize", document),
        ("NestingDepth", size(depth)),
        ("Width", size(width)),
        ("NameLength", size(name_length)),
        ("ValueLength", size(value_length)),
        ("NumberLength", size(number_length)),
        ("UniqueNames", size(unique_names)),
    ])
}

fn xml_metrics(document: Value, metrics: &XmlMetrics) -> Value {
    let XmlMetrics { depth, width, name_length, value_length, unique_names, unique_prefixes, unique_namespaces } =
        *metrics;
    Value::object([
        ("DocumentSize", document),
        ("NestingDepth", size(depth)),
        ("Width", size(width)),
        ("NameLength", size(name_length)),
        ("ValueLength", size(value_length)),
        ("UniqueNames", size(unique_names)),
        ("UniquePrefixes", size(unique_prefixes)),
        ("UniqueNamespaces", size(unique_namespaces)),
    ])
}

fn size(count: usize) -> Value {
    i64::try_from(count).unwrap_or(i64::MAX).into()
}

/// The type of body that a Content-Type specifies, if it is JSON or XML.
fn is_xml_or_json(content_type: &str) -> Option<DocumentType> {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match kind.as_str() {
        kind if kind.ends_with("json") => Some(DocumentType::Json),
        kind if kind.ends_with("xml") => Some(DocumentType::Xml),
        _ => None,
    }
}

fn xml_fault(error: XmlError) -> Fault {
    error.no_room.map_or_else(|| runtime_error(error.message), Fault::from)
}

fn runtime_error(message: impl Into<String>) -> Fault {
    Fault::new(&kinds::RUNTIME, FaultSource::Gateway, message)
}
