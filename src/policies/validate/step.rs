use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::StatusCode;
use http::header::CONTENT_TYPE;

use super::parameters::{self, Parameters};
use crate::expression::{Builtin, Reference, Root};
use crate::json_schema::{Budget, Meter, TooCostly};
use crate::openapi::schema::{Bodies, Body, Choice, Schema, Violation, XmlUnread};
use crate::policy::kit::call::input_body;
use crate::policy::kit::off_thread::until;
use crate::runtime::{Context, Fault, FaultSource, Next, Outcome, Step, kinds};
use crate::value::{Body as Content, Message, NoRoom, Value, Xml, XmlLimits};

/// Bytes of a body that is read at once. A larger one takes so long that it does not belong on the reactor.
const SMALL: usize = 32 * 1024;
/// The same for XML, which is first read as the value that the schema describes.
const SMALL_XML: usize = 4 * 1024;

/// The budget of a validation that runs at once: less than a millisecond of work.
const STEPS_AT_ONCE: u64 = 20_000;
const TIME_AT_ONCE: Duration = Duration::from_millis(1);

/// Steps that a body may take: about a second of work.
const STEPS: u64 = 100_000_000;

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

/// The schemas for bodies.
pub(super) enum Target {
    /// The parameters alone are looked at.
    Nothing,
    Schema(Arc<Schema>),
    /// By the numbers of operations.
    Request(Box<[Bodies]>),
    Response(Box<[Bodies]>),
}

/// The demand on a body.
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

    fn finish(&self, value: Option<Value>, cx: &mut Context) -> Result<Next, Fault> {
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
        let list = Value::list(list);
        let fault = Fault::new(&kinds::VALIDATE, source, failure.message).with_status(self.status);
        fault.with_detail("violations", list)
    }
}

impl Step for Validate {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        if let Some(all) = &self.parameters {
            let failure = match parameters::check(all, &cx.state) {
                Ok(violations) if violations.is_empty() => None,
                Ok(violations) => Some(Failure::of("the request does not fit its operation", violations)),
                Err(cost) => Some(Failure::from(format!("the request {cost}"))),
            };
            if let Some(failure) = failure {
                return Outcome::fault(self.fault(failure));
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
        let small = if Xml::is_likely(&bytes) { SMALL_XML } else { SMALL };
        if bytes.len() <= small {
            let deadline = Some(Instant::now() + TIME_AT_ONCE);
            let budget = Budget { deadline, ..Budget::steps(STEPS_AT_ONCE) };
            match check(&schema, &bytes, fill, budget) {
                Err(Unchecked::TooCostly(_)) => {}
                Err(Unchecked::Failed(failure)) => return Outcome::fault(self.fault(failure)),
                Err(Unchecked::NoRoom(none)) => return Outcome::fault(none.into()),
                Ok(value) => return Outcome::Ready(self.finish(value, cx)),
            }
        }
        Outcome::wait(self.check_elsewhere(schema, bytes, fill, cx))
    }
}

impl Validate {
    /// Checks a body on another thread, for as long as the request may last.
    async fn check_elsewhere(
        &self,
        schema: Arc<Schema>,
        bytes: Bytes,
        fill: bool,
        cx: &mut Context,
    ) -> Result<Next, Fault> {
        let deadline = cx.state.budget.deadline;
        let checked = until(deadline, move |cancelled| {
            let (deadline, cancelled) = (Some(deadline.into_std()), Some(cancelled));
            let budget = Budget { steps: STEPS, deadline, cancelled, may_be_vague: true };
            check(&schema, &bytes, fill, budget)
        });
        match checked.await {
            Some(Ok(value)) => self.finish(value, cx),
            Some(Err(Unchecked::Failed(failure))) => Err(self.fault(failure)),
            Some(Err(Unchecked::NoRoom(none))) => Err(none.into()),
            None | Some(Err(Unchecked::TooCostly(TooCostly::Time))) => {
                let message = "the body takes longer to validate than the request may last";
                let fault = Fault::new(&kinds::RUNTIME, FaultSource::Gateway, message);
                Err(fault.with_status(StatusCode::GATEWAY_TIMEOUT))
            }
            Some(Err(Unchecked::TooCostly(cost))) => Err(self.fault(format!("the body {cost}").into())),
        }
    }
}

/// Why a body was not found to fit.
enum Unchecked {
    Failed(Failure),
    TooCostly(TooCostly),
    NoRoom(NoRoom),
}

impl From<Failure> for Unchecked {
    fn from(failure: Failure) -> Self {
        Unchecked::Failed(failure)
    }
}

impl From<TooCostly> for Unchecked {
    fn from(cost: TooCostly) -> Self {
        Unchecked::TooCostly(cost)
    }
}

impl From<XmlUnread> for Unchecked {
    fn from(unread: XmlUnread) -> Self {
        match unread {
            XmlUnread::Unfit(message) => Failure::of(UNFIT, vec![Violation { at: String::new(), message }]).into(),
            XmlUnread::TooCostly(cost) => cost.into(),
        }
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
fn check(schema: &Schema, bytes: &Bytes, fill: bool, budget: Budget) -> Result<Option<Value>, Unchecked> {
    let mut meter = Meter::new(budget);
    if Xml::is_likely(bytes) {
        let document = Xml::parse(bytes, &XmlLimits::default());
        let document = document.map_err(|error| match error.no_room {
            Some(none) => Unchecked::NoRoom(none),
            None => Failure::from(format!("the body is not XML: {error}")).into(),
        })?;
        let value = schema.value_of_xml(&document, &mut meter)?;
        fits(schema.check(&value, &mut meter)?)?;
        // Defaults have no place among elements whose order is unknown.
        return Ok(fill.then(|| document.into()));
    }
    // Of two members of one name a service may read the one that was not looked at.
    let mut value = Value::read_unique(bytes.clone()).map_err(|what| Failure::from(format!("the body {what}")))?;
    fits(schema.check(value.view(), &mut meter)?)?;
    if fill {
        schema.fill(&mut value, &mut meter)?;
    }
    Ok(fill.then_some(value))
}

fn fits(violations: Vec<Violation>) -> Result<(), Failure> {
    if violations.is_empty() { Ok(()) } else { Err(Failure::of(UNFIT, violations)) }
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
