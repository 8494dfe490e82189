//! Steps that make one kind of body of another: where they read, where they write, and what stays of the message around it.

use std::sync::Arc;

use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};

use crate::base::Reported;
use crate::expression::{Builtin, Reference, Root};
use crate::policy::{Access, Compiler};
use crate::runtime::{Context, Fault, FaultSource, kinds};
use crate::value::{Body, Kind, Message, Value, Xml, XmlError, XmlLimits};

/// The messages whose bodies a step reads and writes.
pub(crate) struct Places {
    pub input: Root,
    pub output: Root,
}

impl Places {
    /// `input` and `output` of a step; without `output` the input is changed.
    pub(crate) fn compile(
        compiler: &mut Compiler<'_, '_>,
        input: &str,
        output: Option<&str>,
    ) -> Result<Self, Reported> {
        let read = compiler.read_variable("/input", input)?;
        let output = match output {
            Some(output) => compiler.output("/output", output)?,
            None => compiler.output("/input", input)?,
        };
        Ok(Places { input: read.root, output })
    }

    pub(crate) fn access(&self) -> Access {
        let body = Reference::body_of(self.input.clone());
        Access { reads: vec![body], replaces: vec![self.output.clone()], ..Access::default() }
    }

    /// The body that is read.
    pub(crate) fn body<'c>(&self, cx: &'c Context) -> Result<&'c Body, Fault> {
        match cx.state.input(&self.input) {
            Some(message) => Ok(&message.body),
            None => Err(transform_error("`input` holds no message")),
        }
    }

    /// Puts a new body where the step writes, under its media type. Other headers and the status stay, or come along where
    /// the output is a new message.
    pub(crate) fn put(&self, cx: &mut Context, value: Value, media_type: &'static str) {
        let body = Body::Value(value);
        if self.output == Root::Builtin(Builtin::Message) {
            cx.state.outgoing.message.body = body;
            cx.state.outgoing.message.headers.remove(CONTENT_LENGTH);
            cx.state.outgoing.message.headers.remove(CONTENT_ENCODING);
            // A media type is a value that any header can carry.
            drop(cx.state.set_header(&CONTENT_TYPE, CONTENT_TYPE.as_str(), &media_type.into(), false));
            return;
        }
        let mut message = Message { body, ..Message::default() };
        if let Some(input) = cx.state.input(&self.input) {
            message.headers.clone_from(&input.headers);
            message.status = input.status;
            message.attributes = input.attributes.clone();
        }
        message.headers.remove(CONTENT_LENGTH);
        message.headers.remove(CONTENT_ENCODING);
        message.headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        cx.state.put_output(&self.output, message);
    }
}

/// A body as XML, whether a step has parsed it or not.
pub(crate) fn xml_of(body: &Body) -> Result<Arc<Xml>, Fault> {
    if let Some(document) = body.xml() {
        return Ok(document.clone());
    }
    let bytes = body.bytes().unwrap_or_default();
    if bytes.is_empty() {
        return Err(transform_error("there is no body"));
    }
    let document = Xml::parse(&bytes, &XmlLimits::LOOSE);
    Ok(document.map_err(|error| xml_fault(&error, "the body is not XML"))?.into())
}

/// The fault of XML that cannot be read or written: `what` is wrong, unless there is no memory.
pub(crate) fn xml_fault(error: &XmlError, what: &str) -> Fault {
    error.no_room.map_or_else(|| transform_error(format!("{what}: {error}")), Fault::from)
}

/// A body as JSON, whether a step has parsed it or not.
pub(crate) fn json_of(body: &Body) -> Result<Value, String> {
    match body {
        Body::Value(value) if !matches!(value.kind(), Kind::String(_) | Kind::Binary(_) | Kind::Xml(_)) => {
            Ok(value.clone())
        }
        body => {
            if let Some(json) = body.json() {
                return Ok(json);
            }
            let bytes = body.bytes().unwrap_or_default();
            if bytes.is_empty() {
                return Err("there is no body".to_owned());
            }
            Value::read_json(bytes).map_err(|error| format!("the body is not JSON: {error}"))
        }
    }
}

pub(crate) fn transform_error(message: impl Into<String>) -> Fault {
    Fault::new(&kinds::TRANSFORM, FaultSource::Gateway, message)
}
