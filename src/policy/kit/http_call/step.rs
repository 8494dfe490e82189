use http::{Response, StatusCode};
use tokio::time::Instant;

use super::answer;
use super::invoke::Invoke;
use super::outgoing::Outgoing;
use super::redirect::MAX_HOPS;
use super::request::outgoing;
use super::send::NoAnswer;
use crate::base::Generation;
use crate::expression::{Builtin, Root};
use crate::http_client::SendErrorKind;
use crate::resources::cache::{Found, Validated, Validation};
use crate::runtime::{Context, Fault, FaultSource, Next, Outcome, Step, error_document, kinds};
use crate::value::{Body, Message};

/// The message of IBM's gateways for a call without an answer.
const UNREACHED: &str = "Could not connect to endpoint";

/// The reason for a call without a response, as clients may see it: nothing internal.
fn why(kind: SendErrorKind) -> &'static str {
    match kind {
        SendErrorKind::ResponseTimeout => "the service did not answer in time",
        SendErrorKind::Closed => "the service closed the connection before it answered",
        SendErrorKind::Protocol => "the answer of the service is not HTTP",
        SendErrorKind::Full => "the service has as many calls as it may have at a time",
        _ => UNREACHED,
    }
}

impl Invoke {
    async fn call(&self, cx: &mut Context) -> Result<Next, Fault> {
        let deadline = Instant::now() + self.timeout.min(cx.remaining());
        let key = self.cache.authors_key(cx);
        let outgoing = outgoing(self, cx).await?;
        let answer = match self.exchange(cx, outgoing, key.as_deref(), deadline).await {
            Ok(answer) => answer,
            Err(NoAnswer::Fault(fault)) => return Err(fault),
            Err(NoAnswer::Sending(error)) => {
                let message = if self.says_why { why(error.kind) } else { UNREACHED };
                let mut fault = Fault::new(&kinds::CONNECTION, FaultSource::Upstream, message).with_cause(&error);
                if error.kind == SendErrorKind::Full {
                    fault = fault.with_status(StatusCode::SERVICE_UNAVAILABLE);
                }
                if cx.state.route.pipeline.generation == Generation::V5 {
                    fault.reason = Some("URL Open error".to_owned());
                }
                if self.stops.connection {
                    cx.state.log_failed_call(&self.site, Some(&mut fault));
                    return Err(fault);
                }
                cx.state.log_failed_call(&self.site, None);
                // There is no response, so the document of the fault takes its place and the flow goes on.
                let fault = fault.naming(Some(&self.site.step));
                let message = error_document(&fault, cx.state.route.pipeline.error_format);
                cx.state.put_output(&self.output, message);
                return Ok(Next::Continue);
            }
        };
        let mut message = answer::message(answer);
        let (reading, limit) = (Instant::now() + self.timeout.min(cx.remaining()), cx.state.budget.body_limit);
        message.read_by = Some(reading);
        let generation = cx.state.route.pipeline.generation;
        let mut fault = match self.read(&mut message, generation, reading, limit).await {
            Ok(fault) => fault,
            Err(mut broken) => {
                cx.state.answer_broke(&self.site, &mut broken);
                return Err(broken);
            }
        };
        cx.state.call_answered(&message, None);
        cx.state.log_failed_call(&self.site, fault.as_mut());
        cx.state.put_output(&self.output, message);
        fault.map_or(Ok(Next::Continue), Err)
    }

    /// Reads of an answer what has to be read, and says whether it is a fault.
    async fn read(
        &self,
        message: &mut Message,
        generation: Generation,
        deadline: Instant,
        limit: usize,
    ) -> Result<Option<Fault>, Fault> {
        // Only the response streams; another variable holds the whole answer.
        if self.output != Root::Builtin(Builtin::Message) {
            answer::load(message, deadline, limit).await?;
        }
        answer::fault(message, self.stops, generation, deadline, limit).await
    }

    /// Sends a request and follows redirects, all of it before the deadline.
    async fn exchange(
        &self,
        cx: &mut Context,
        mut outgoing: Outgoing,
        key: Option<&str>,
        deadline: Instant,
    ) -> Result<Response<Body>, NoAnswer> {
        let mut hops = 0;
        loop {
            let again = (self.follow_redirects && hops < MAX_HOPS).then(|| outgoing.again());
            let answer = self.fetch(cx, outgoing, key, deadline).await?;
            match again.and_then(|again| again.redirected(&answer, &self.hosts, self.upstream.as_deref())) {
                Some(next) => outgoing = next,
                None => return Ok(answer),
            }
            hops += 1;
        }
    }

    /// The answer to one request, from the cache or the service; `key` is the author's.
    async fn fetch(
        &self,
        cx: &mut Context,
        outgoing: Outgoing,
        key: Option<&str>,
        deadline: Instant,
    ) -> Result<Response<Body>, NoAnswer> {
        let call = self.cache.call(&outgoing, key);
        match call.map_or(Found::Pass, |call| self.cache.cache.look(call)) {
            Found::Answer(answer) => Ok(answer),
            Found::Ask(ticket) => Ok(ticket.take(self.send(cx, outgoing, deadline).await?)),
            Found::Validate(validation) => self.validate(cx, *validation, outgoing, deadline).await,
            Found::Pass => self.pass(cx, outgoing, deadline).await,
        }
    }

    /// Asks the service whether what is stored is still good.
    async fn validate(
        &self,
        cx: &mut Context,
        validation: Validation,
        mut outgoing: Outgoing,
        deadline: Instant,
    ) -> Result<Response<Body>, NoAnswer> {
        let again = outgoing.again();
        validation.put_conditions(&mut outgoing.headers);
        match validation.take(self.send(cx, outgoing, deadline).await?) {
            Validated::Answer(answer) => Ok(answer),
            Validated::AskAgain(ticket) => Ok(ticket.take(self.send(cx, again, deadline).await?)),
        }
    }

    /// The answer of the service. What the call has changed is dropped from the cache.
    async fn pass(&self, cx: &mut Context, outgoing: Outgoing, deadline: Instant) -> Result<Response<Body>, NoAnswer> {
        let changes = self.cache.changes(&outgoing);
        let answer = self.send(cx, outgoing, deadline).await?;
        let done = answer.status().is_success() || answer.status().is_redirection();
        if let Some(target) = changes.filter(|_| done) {
            self.cache.cache.invalidate(target);
        }
        Ok(answer)
    }
}

impl Step for Invoke {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        Outcome::timely(self.call(cx))
    }
}
