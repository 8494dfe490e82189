use std::sync::Arc;

use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde_json::Value as Json;

use crate::expression::{Builtin, Reference, Root};
use crate::openapi::schema::{Bodies, Body, Choice, Schema, Violation};
use crate::policy::call::input_body;
use crate::runtime::{Context, Fault, FaultSource, Next, Outcome, Step, kinds};
use crate::value::{Body as Content, Message, Value, parse_unique};

/// Bytes of a body that is checked at once. A larger one takes so long that it does not belong on the reactor.
const SMALL: usize = 32 * 1024;

/// A compiled `validate`.
pub(super) struct Validate {
    pub input: Reference,
    pub output: Option<Root>,
    pub target: Target,
    /// The status of the fault.
    pub status: StatusCode,
}

/// What bodies are held against.
pub(super) enum Target {
    Schema(Arc<Schema>),
    /// By the numbers of operations.
    Request(Box<[Bodies]>),
    Response(Box<[Bodies]>),
}

/// What a body may be.
enum Expected {
    /// Anything.
    Anything,
    Fits {
        schema: Arc<Schema>,
        required: bool,
    },
}

impl Validate {
    fn expected(&self, cx: &Context) -> Result<Expected, String> {
        let number = cx.state.operation.number;
        match &self.target {
            Target::Schema(schema) => Ok(Expected::Fits { schema: schema.clone(), required: true }),
            Target::Request(all) => self.choose(all.get(number).and_then(|bodies| bodies.request.as_ref()), cx),
            Target::Response(all) => {
                let message = cx.state.input(&self.input.root);
                let status = message.and_then(|message| message.status).unwrap_or(StatusCode::OK).as_u16();
                self.choose(all.get(number).and_then(|bodies| bodies.response(status)), cx)
            }
        }
    }

    fn choose(&self, body: Option<&Body>, cx: &Context) -> Result<Expected, String> {
        let Some(body) = body else { return Ok(Expected::Anything) };
        let headers = match &self.input.root {
            Root::Builtin(Builtin::Request) => Some(&cx.state.request.headers),
            root => cx.state.input(root).map(|message| &message.headers),
        };
        let content_type = headers.and_then(|headers| headers.get(CONTENT_TYPE)?.to_str().ok());
        let shown = || content_type.unwrap_or_default().chars().take(80).collect::<String>();
        match body.choose(content_type) {
            Choice::Nothing => Ok(Expected::Anything),
            Choice::Schema(schema) => Ok(Expected::Fits { schema, required: body.required }),
            Choice::Undeclared => Err(format!("the Content-Type `{}` is none of those that are declared", shown())),
            Choice::NotJson => Err(format!("a body of the type `{}` cannot be validated, only JSON can", shown())),
        }
    }

    fn finish(&self, checked: Result<Option<Json>, Failure>, cx: &mut Context) -> Result<Next, Fault> {
        let value = checked.map_err(|failure| self.fault(failure))?;
        if let (Some(value), Some(output)) = (value, &self.output) {
            put(cx, &self.input.root, output, Value::from(&value));
        }
        Ok(Next::Continue)
    }

    fn fault(&self, failure: Failure) -> Fault {
        let source =
            if matches!(self.target, Target::Response(_)) { FaultSource::Upstream } else { FaultSource::Client };
        let list = failure.violations.iter().map(|one| {
            Value::object([("at", Value::from(one.at.as_str())), ("message", Value::from(one.message.as_str()))])
        });
        let list = Value::Array(Arc::new(list.collect()));
        let fault = Fault::new(&kinds::VALIDATE, source, failure.message).with_status(self.status);
        fault.with_detail("violations", list)
    }
}

impl Step for Validate {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        let bytes = match input_body(cx, &self.input) {
            Ok(bytes) => bytes,
            Err(fault) => return Outcome::fault(fault),
        };
        let (schema, required) = match self.expected(cx) {
            Ok(Expected::Fits { schema, required }) => (schema, required),
            Ok(Expected::Anything) => return Outcome::done(),
            Err(message) => return Outcome::fault(self.fault(message.into())),
        };
        if bytes.is_empty() {
            return match required {
                true => Outcome::fault(self.fault("there is no body to validate".to_owned().into())),
                false => Outcome::done(),
            };
        }
        let fill = self.output.is_some();
        if bytes.len() <= SMALL {
            return Outcome::Ready(self.finish(check(&schema, &bytes, fill), cx));
        }
        Outcome::wait(async move {
            let checked = tokio::task::spawn_blocking(move || check(&schema, &bytes, fill)).await;
            let lost = |_| Err("the body could not be validated".to_owned().into());
            self.finish(checked.unwrap_or_else(lost), cx)
        })
    }
}

/// Why a body is refused.
struct Failure {
    message: String,
    violations: Vec<Violation>,
}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Failure { message, violations: Vec::new() }
    }
}

/// Holds a body against a schema; the value with its defaults, where it is asked for.
fn check(schema: &Schema, bytes: &[u8], fill: bool) -> Result<Option<Json>, Failure> {
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<') {
        return Err("the body is XML, which is known but not validated yet".to_owned().into());
    }
    // Of two members of one name a service may read the one that was not looked at.
    let mut value = parse_unique(bytes).map_err(|what| Failure::from(format!("the body {what}")))?;
    let violations = schema.check(&value);
    if !violations.is_empty() {
        let each = violations.iter().map(|one| match one.at.as_str() {
            "" => one.message.clone(),
            at => format!("at {at}: {}", one.message),
        });
        let message = format!("the body does not fit the schema: {}", each.collect::<Vec<_>>().join("; "));
        return Err(Failure { message, violations });
    }
    if !fill {
        return Ok(None);
    }
    schema.fill(&mut value);
    Ok(Some(value))
}

/// Puts the body into the output; headers and status come along with a new one.
fn put(cx: &mut Context, input: &Root, output: &Root, value: Value) {
    if output == input || *output == Root::Builtin(Builtin::Message) {
        if let Some(message) = cx.state.input_mut(output) {
            message.body = Content::Value(value);
        }
        return;
    }
    let mut validated = Message { body: Content::Value(value), ..Message::default() };
    if let Some(input) = cx.state.input(input) {
        validated.headers.clone_from(&input.headers);
        validated.status = input.status;
    }
    cx.state.put_output(output, validated);
}
