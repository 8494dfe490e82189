use std::time::{Instant, UNIX_EPOCH};

use bytes::Bytes;
use http::HeaderMap;
use http::header::{HeaderName, REFERER, USER_AGENT};

use crate::aws::event::{self, AuthorizerForm, MethodArn};
use crate::aws::iam::{Asked, Decision, Facts};
use crate::expression::{Reference, Scope, Template};
use crate::policy::kit::aws_event::{self, Origin};
use crate::policy::kit::pcre::Pattern;
use crate::policy::kit::trace_id::{trace_id, trace_id_of_rest_api};
use crate::resources::cache::Ticket;
use crate::runtime::{Authorized, Context, Fault, FaultSource, Next, Outcome, Step, kinds};
use crate::settings::EventContext;
use crate::value::Value;

use super::answer::{Answer, Rules};
use super::cache::{self, AnswerCache, Looked};
use super::call::{Function, failed, unauthorized};

/// A compiled `lambda-authorizer`.
pub(super) struct LambdaAuthorizer {
    pub function: Function,
    pub form: AuthorizerForm,
    pub rules: Rules,
    pub sources: Box<[Template]>,
    /// What the first source has to match.
    pub pattern: Option<Pattern>,
    pub cache: Option<AnswerCache>,
    pub context: EventContext,
    pub origin: Origin,
    pub output: Reference,
}

impl Step for LambdaAuthorizer {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        match self.sources(cx) {
            Some(sources) => Outcome::timely(self.authorize(sources, cx)),
            None => Outcome::fault(unauthorized()),
        }
    }
}

impl LambdaAuthorizer {
    pub(super) fn reads(&self) -> Vec<Reference> {
        self.sources.iter().flat_map(Template::references).cloned().collect()
    }

    /// The values of the sources; `None` if one is missing, or is no token.
    fn sources(&self, cx: &Context) -> Option<Vec<String>> {
        let sources: Vec<String> = self.sources.iter().map(|source| source.text(cx).into_owned()).collect();
        let is_missing = sources.iter().any(|source| source.trim().is_empty());
        let fits = |pattern: &Pattern| sources.first().is_some_and(|token| pattern.is_match(token));
        (!is_missing && self.pattern.as_ref().is_none_or(fits)).then_some(sources)
    }

    async fn authorize(&self, sources: Vec<String>, cx: &mut Context) -> Result<Next, Fault> {
        let started = Instant::now();
        let looked = self.cache.as_ref().map_or(Looked::Call(None), |cache| cache.look(&sources));
        let (arn, bytes, ticket) = match looked {
            Looked::Answer(bytes) => (self.arn(cx), bytes, None),
            Looked::Call(ticket) => {
                let (arn, bytes) = self.ask(&sources, cx).await?;
                (arn, bytes, ticket)
            }
        };
        let answer = self.rules.read(&bytes, &asked(&arn, cx));
        let answer = answer.map_err(|why| failed(&kinds::AUTHORIZER, why))?;
        // A refusal is kept too, and a failure is not.
        if let Some(ticket) = ticket {
            let ticket: Ticket = *ticket;
            cache::keep(ticket, bytes);
        }
        match answer.decision {
            Decision::Allowed => self.let_in(answer, started, cx),
            Decision::Denied => Err(forbidden("User is not authorized to access this resource with an explicit deny")),
            Decision::NotAllowed => Err(forbidden("User is not authorized to access this resource")),
        }
    }

    /// Calls the function.
    async fn ask(&self, sources: &[String], cx: &mut Context) -> Result<(MethodArn, Bytes), Fault> {
        let trace = match self.origin {
            Origin::Rest => trace_id_of_rest_api(&cx.state),
            _ => trace_id(&cx.state),
        };
        let headers = aws_event::headers_with_forwarded(cx, trace.as_ref());
        let (arn, event) = self.with_request(cx, &headers, |request| {
            let arn = event::method_arn(request, self.function.client.region());
            let event = event::authorizer(self.form, request, &arn, sources);
            (arn, event)
        });
        let event = event.map_err(|error| failed(&kinds::AUTHORIZER, error))?;
        let answer = self.function.answer(cx, event, trace).await?;
        Ok((arn, answer))
    }

    fn arn(&self, cx: &Context) -> MethodArn {
        let region = self.function.client.region();
        self.with_request(cx, &HeaderMap::new(), |request| event::method_arn(request, region))
    }

    fn with_request<T>(
        &self,
        cx: &Context,
        headers: &HeaderMap,
        then: impl FnOnce(&event::EventRequest<'_>) -> T,
    ) -> T {
        aws_event::with_request(cx, Some(self.form.format()), &self.context, self.origin, headers, b"", then)
    }

    /// The request goes on, and later steps and events know the caller.
    fn let_in(&self, answer: Answer, started: Instant, cx: &mut Context) -> Result<Next, Fault> {
        let Answer { principal, context, .. } = answer;
        let mut shown = context.clone();
        if let Some(principal) = principal {
            shown.set(&["principalId"], principal);
        }
        if self.rules.strict {
            shown.set(&["integrationLatency"], Value::from(started.elapsed().as_millis() as i64));
        }
        cx.state.identity.authorized = Some(Authorized::Function { context, shown: shown.clone() });
        cx.set(&self.output, shown)
            .map_err(|error| Fault::new(&kinds::PROPERTY, FaultSource::Gateway, error.to_string()))?;
        Ok(Next::Continue)
    }
}

/// The call as a policy document is held against it.
fn asked<'a>(arn: &'a MethodArn, cx: &'a Context) -> Asked<'a> {
    let request = &cx.state.request;
    let text = |name: HeaderName| request.headers.get(name).and_then(|value| value.to_str().ok());
    let time = request.received.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let facts = Facts {
        source_ip: request.client.ip(),
        time: i64::try_from(time).unwrap_or(i64::MAX),
        referer: text(REFERER),
        user_agent: text(USER_AGENT),
        is_secure: request.scheme == "https",
    };
    Asked { resource: &arn.sent, decoded: &arn.decoded, facts }
}

fn forbidden(message: &str) -> Fault {
    Fault::new(&kinds::FORBIDDEN, FaultSource::Client, message)
}
