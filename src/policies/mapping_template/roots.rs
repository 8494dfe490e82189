//! The roots of a template's references, from the state of a request.

use std::borrow::Cow;
use std::cell::OnceCell;

use percent_encoding::percent_decode_str;

use crate::aws::event::EventFormat;
use crate::policy::kit::aws_event::{self, Origin};
use crate::runtime::Context;
use crate::settings::EventContext;
use crate::value::Value;
use crate::vtl::Roots;

/// The request, its payload and its circumstances.
pub(super) struct RequestRoots<'r> {
    cx: &'r Context,
    context: &'r EventContext,
    origin: Origin,
    body: &'r str,
    /// The overrides of an earlier template.
    overrides: Value,
    event: OnceCell<Value>,
}

// === impl RequestRoots ===

impl<'r> RequestRoots<'r> {
    pub(super) fn new(
        cx: &'r Context,
        context: &'r EventContext,
        origin: Origin,
        body: &'r str,
        overrides: Value,
    ) -> Self {
        RequestRoots { cx, context, origin, body, overrides, event: OnceCell::new() }
    }

    /// The event that a function would receive: it has what `$context` and `$input.params()` have.
    fn event(&self) -> &Value {
        self.event.get_or_init(|| {
            let headers = Cow::Borrowed(&*self.cx.state.request.headers);
            let format = Some(EventFormat::V1);
            let event = aws_event::build(self.cx, format, self.context, self.origin, headers, b"", None);
            event.ok().and_then(|event| Value::read_json(event).ok()).unwrap_or_default()
        })
    }

    fn map(&self, name: &str) -> Value {
        let found = self.event().get(name).filter(|value| !value.is_null());
        found.map_or_else(Value::empty_object, |value| value.to_value())
    }
}

impl Roots for RequestRoots<'_> {
    fn body(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.body)
    }

    fn params(&self) -> Value {
        let path = self.map("pathParameters");
        let decoded = path.as_object().into_iter().flat_map(|path| path.iter()).map(|(name, value)| {
            let text = value.to_text();
            (name, Value::from(percent_decode_str(&text).decode_utf8_lossy().into_owned()))
        });
        let path = Value::object(decoded);
        Value::object([
            ("path", path),
            ("querystring", self.map("queryStringParameters")),
            ("header", self.map("headers")),
        ])
    }

    fn context(&self) -> Value {
        let mut context = self.map("requestContext");
        for side in ["requestOverride", "responseOverride"] {
            if let Some(value) = self.overrides.get(side) {
                context.set(&[side], value.to_value());
            }
        }
        context
    }

    fn stage_variables(&self) -> Value {
        let all = &self.context.stage_variables;
        Value::object(all.iter().map(|(name, text)| (name.as_str(), Value::from(text.as_str()))))
    }
}
