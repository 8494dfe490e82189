use std::sync::Arc;

use http::StatusCode;
use http::header::CONTENT_TYPE;

use super::parameters::{self, Parameters};
use crate::expression::{Builtin, Reference, Root};
use crate::openapi::schema::{Bodies, Body, Choice, Schema, Violation};
use crate::policy::kit::call::input_body;
use crate::runtime::{Context, Fault, FaultSource, Next, Outcome, Step, kinds};
use crate::value::{Body as Content, Message, Value, Xml, XmlLimits, joined, parse_unique};

/// Bytes of a body that is checked at once. A larger one takes so long that it does not belong on the reactor.
const SMALL: usize = 32 * 1024;

/// A compiled `validate`.
pub(super) struct Validate {
    pub input: Reference,
    pub output: Option<Root>,
    pub target: Target,
    /// By the numbers of operations.
    pub parameters: Option<Box<[Parameters]>>,
    /// The status of the fault.
    pub status: StatusCode,
}

/// What bodies are held against.
pub(super) enum Target {
    /// The parameters alone are looked at.
    Nothing,
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
        let number = cx.state.route.operation.number;
        match &self.target {
            Target::Nothing => Ok(Expected::Anything),
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
            Choice::Opaque => {
                Err(format!("a body of the type `{}` cannot be validated, only JSON and XML can", shown()))
            }
        }
    }

    fn finish(&self, checked: Result<Option<Value>, Failure>, cx: &mut Context) -> Result<Next, Fault> {
        let value = checked.map_err(|failure| self.fault(failure))?;
        if let (Some(value), Some(output)) = (value, &self.output) {
            put(cx, &self.input.root, output, value);
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
        if let Some(all) = &self.parameters {
            let violations = parameters::check(all, &cx.state);
            if !violations.is_empty() {
                return Outcome::fault(self.fault(Failure::of("the request does not fit its operation", violations)));
            }
        }
        if matches!(self.target, Target::Nothing) {
            return Outcome::done();
        }
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
            let checked = joined(tokio::task::spawn_blocking(move || check(&schema, &bytes, fill))).await;
            self.finish(checked, cx)
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

impl Failure {
    fn of(what: &str, violations: Vec<Violation>) -> Self {
        let each = violations.iter().map(|one| match one.at.as_str() {
            "" => one.message.clone(),
            at => format!("at {at}: {}", one.message),
        });
        Failure { message: format!("{what}: {}", each.collect::<Vec<_>>().join("; ")), violations }
    }
}

/// Holds a body against a schema; the value with its defaults, where it is asked for.
fn check(schema: &Schema, bytes: &[u8], fill: bool) -> Result<Option<Value>, Failure> {
    let (mut value, document) = match Xml::is_likely(bytes) {
        true => {
            let document = Xml::parse(bytes, &XmlLimits::default());
            let document = document.map_err(|error| Failure::from(format!("the body is not XML: {error}")))?;
            let value = schema.value_of_xml(&document);
            (
                value.map_err(|what| Failure::of(UNFIT, vec![Violation { at: String::new(), message: what }]))?,
                Some(document),
            )
        }
        // Of two members of one name a service may read the one that was not looked at.
        false => (parse_unique(bytes).map_err(|what| Failure::from(format!("the body {what}")))?, None),
    };
    let violations = schema.check(&value);
    if !violations.is_empty() {
        return Err(Failure::of(UNFIT, violations));
    }
    Ok(match document {
        _ if !fill => None,
        // Defaults have no place among elements whose order nobody knows.
        Some(document) => Some(Value::Xml(document.into())),
        None => {
            schema.fill(&mut value);
            Some(Value::from(&value))
        }
    })
}

const UNFIT: &str = "the body does not fit the schema";

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
