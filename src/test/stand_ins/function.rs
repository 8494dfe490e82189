//! Stand-ins for functions. They answer as the Invoke API of Lambda does.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use indexmap::IndexMap;
use serde_json::json;

use super::answer::{Reply, kind_of};
use super::made::FunctionCall;
use super::sequence::Sequence;
use crate::base::{nearest, quoted_list};
use crate::local_lambda::{LocalLambda, whole_answer};
use crate::test::format::{FunctionAnswer, FunctionStandIn, LambdaRefusal, Run};

const FUNCTION_ERROR: HeaderName = HeaderName::from_static("x-amz-function-error");
const LOG_RESULT: HeaderName = HeaderName::from_static("x-amz-log-result");
const VERSION: HeaderName = HeaderName::from_static("x-amz-executed-version");
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// The functions of a test.
pub(super) struct Functions {
    all: IndexMap<String, Source>,
    local: Option<Arc<LocalLambda>>,
}

enum Source {
    Written(Box<Sequence<FunctionAnswer>>),
    /// The function of the embedded service.
    Local,
}

impl Functions {
    pub(super) fn new(all: IndexMap<String, FunctionStandIn>, local: Option<Arc<LocalLambda>>) -> Self {
        let source = |one: FunctionStandIn| match one.run {
            Some(Run::Local) => Source::Local,
            None => Source::Written(Box::new(Sequence::new(one.first, one.then))),
        };
        Functions { all: all.into_iter().map(|(name, one)| (name, source(one))).collect(), local }
    }

    /// The answer to a call, or a sentence on the stand-in that is missing.
    pub(super) async fn answer(&self, call: &FunctionCall) -> Result<Reply, String> {
        match self.all.get(&call.full_name()).or_else(|| self.all.get(&call.name)) {
            Some(Source::Written(answers)) => Ok(reply(answers.next(), call)),
            Some(Source::Local) => self.run(call).await,
            None => Err(self.missing(call)),
        }
    }

    async fn run(&self, call: &FunctionCall) -> Result<Reply, String> {
        let Some(local) = &self.local else { return Err(self.missing(call)) };
        let invoked = local.invoke(&call.full_name(), call.event.clone()).await;
        let name = call.full_name();
        let help = "functions are files next to the document, such as `NAME.py`, `NAME.mjs` or `NAME/index.js`";
        let invoked =
            invoked.map_err(|refusal| format!("the local function `{name}` does not run: {refusal}; {help}"))?;
        let note = invoked.failed.then(|| failure_of(&name, &invoked.payload));
        let result = if invoked.failed { Err(invoked.payload) } else { Ok(invoked.payload) };
        Ok(Reply { delay: Default::default(), result: Ok(answered(result, None, call)), note })
    }

    fn missing(&self, call: &FunctionCall) -> String {
        let name = call.full_name();
        let near = nearest(&name, self.all.keys().map(String::as_str));
        let hint = if near.is_empty() { String::new() } else { format!("; there is {}", quoted_list(&near)) };
        format!("no stand-in for the function `{name}`: add `{name}: {{answer: …}}` under `functions`{hint}")
    }
}

/// The error of a local function, in one line.
fn failure_of(name: &str, payload: &[u8]) -> String {
    let document: serde_json::Value = serde_json::from_slice(payload).unwrap_or_default();
    let text = |key: &str| document.get(key).and_then(serde_json::Value::as_str).unwrap_or("no reason");
    format!("the local function `{name}` failed: {}: {}", text("errorType"), text("errorMessage"))
}

fn reply(answer: &FunctionAnswer, call: &FunctionCall) -> Reply {
    let delay = answer.delay.map(|delay| delay.0).unwrap_or_default();
    let result = match (answer.fault, answer.refused) {
        (Some(fault), _) => Err(kind_of(fault)),
        (None, Some(refusal)) => Ok(refused(refusal)),
        (None, None) => {
            let payload = |value: &serde_json::Value| Bytes::from(value.to_string());
            let result = answer.error.as_ref().map_or_else(|| Ok(payload(&answer.answer)), |error| Err(payload(error)));
            Ok(answered(result, answer.log.as_deref(), call))
        }
    };
    Reply { delay, result, note: None }
}

/// The answer of the service to a call of a function.
pub(in crate::test) fn answered(
    result: Result<Bytes, Bytes>,
    log: Option<&str>,
    call: &FunctionCall,
) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    let version = call.qualifier.as_deref().unwrap_or("$LATEST");
    if let Ok(version) = HeaderValue::from_str(version) {
        response.headers_mut().insert(VERSION, version);
    }
    *response.status_mut() = match &*call.kind {
        "Event" => StatusCode::ACCEPTED,
        "DryRun" => StatusCode::NO_CONTENT,
        _ => StatusCode::OK,
    };
    if response.status() != StatusCode::OK {
        return response;
    }
    if let Some(log) = log.filter(|_| call.wants_log)
        && let Ok(log) = HeaderValue::from_str(&STANDARD.encode(log))
    {
        response.headers_mut().insert(LOG_RESULT, log);
    }
    if call.streams {
        let kind = HeaderValue::from_static("application/vnd.amazon.eventstream");
        response.headers_mut().insert(CONTENT_TYPE, kind);
        *response.body_mut() = whole_answer(result).freeze();
        return response;
    }
    if result.is_err() {
        response.headers_mut().insert(FUNCTION_ERROR, HeaderValue::from_static("Unhandled"));
    }
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    *response.body_mut() = result.unwrap_or_else(|document| document);
    response
}

fn refused(refusal: LambdaRefusal) -> Response<Bytes> {
    let (name, status) = match refusal {
        LambdaRefusal::AccessDenied => ("AccessDeniedException", StatusCode::FORBIDDEN),
        LambdaRefusal::ExpiredToken => ("ExpiredTokenException", StatusCode::FORBIDDEN),
        LambdaRefusal::InvalidRequestContent => ("InvalidRequestContentException", StatusCode::BAD_REQUEST),
        LambdaRefusal::RequestTooLarge => ("RequestTooLargeException", StatusCode::PAYLOAD_TOO_LARGE),
        LambdaRefusal::ResourceConflict => ("ResourceConflictException", StatusCode::CONFLICT),
        LambdaRefusal::ResourceNotFound => ("ResourceNotFoundException", StatusCode::NOT_FOUND),
        LambdaRefusal::Service => ("ServiceException", StatusCode::INTERNAL_SERVER_ERROR),
        LambdaRefusal::TooManyRequests => ("TooManyRequestsException", StatusCode::TOO_MANY_REQUESTS),
    };
    let document = json!({"Type": "User", "Message": "refused by the stand-in"});
    let mut response = Response::new(Bytes::from(document.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(ERROR_TYPE, HeaderValue::from_static(name));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
