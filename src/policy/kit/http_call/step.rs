use bytes::Bytes;
use http::Response;
use tokio::time::Instant;

use super::answer;
use super::clients::Trust;
use super::invoke::Invoke;
use super::outgoing::{Outgoing, Payload};
use super::redirect::MAX_HOPS;
use super::request::outgoing;
use crate::expression::{Builtin, Root};
use crate::http_client::SendError;
use crate::resources::cache::{Found, Validated, Validation};
use crate::runtime::{Context, Fault, FaultSource, Next, Outcome, Step, kinds};
use crate::value::{Body, Message};

/// Why there is no answer.
enum NoAnswer {
    Sending(SendError),
    Fault(Fault),
}

impl Invoke {
    async fn call(&self, cx: &mut Context) -> Result<Next, Fault> {
        let deadline = Instant::now() + self.timeout.min(cx.remaining());
        let key = self.cache.authors_key(cx);
        let outgoing = outgoing(self, cx).await?;
        let answer = match self.exchange(outgoing, key.as_deref(), deadline).await {
            Ok(answer) => answer,
            Err(NoAnswer::Fault(fault)) => return Err(fault),
            Err(NoAnswer::Sending(error)) => {
                let message = "Could not connect to endpoint";
                let fault = Fault::new(&kinds::CONNECTION, FaultSource::Upstream, message).with_cause(&error);
                if self.stops.connection {
                    return Err(fault);
                }
                // There is no response, so the status of the fault stands in its place and the flow goes on.
                let status = Some(fault.status);
                cx.state.put_output(&self.output, Message { status, ..Message::default() });
                return Ok(Next::Continue);
            }
        };
        let mut message = answer::message(answer);
        let (reading, limit) = (Instant::now() + self.timeout.min(cx.remaining()), cx.state.budget.body_limit);
        // Only the response streams; what another variable holds is there to be read.
        if self.output != Root::Builtin(Builtin::Message) {
            answer::load(&mut message, reading, limit).await?;
        }
        message.read_by = Some(reading);
        let fault = answer::fault(&mut message, self.stops, reading, limit).await?;
        cx.state.put_output(&self.output, message);
        fault.map_or(Ok(Next::Continue), Err)
    }

    /// Sends a request and follows redirects, all of it before the deadline.
    async fn exchange(
        &self,
        mut outgoing: Outgoing,
        key: Option<&str>,
        deadline: Instant,
    ) -> Result<Response<Body>, NoAnswer> {
        let mut hops = 0;
        loop {
            let again = (self.follow_redirects && hops < MAX_HOPS).then(|| outgoing.again());
            let answer = self.fetch(outgoing, key, deadline).await?;
            match again.and_then(|again| again.redirected(&answer, &self.hosts)) {
                Some(next) => outgoing = next,
                None => return Ok(answer),
            }
            hops += 1;
        }
    }

    /// The answer to one request, from the cache or the service; `key` is the author's.
    async fn fetch(
        &self,
        outgoing: Outgoing,
        key: Option<&str>,
        deadline: Instant,
    ) -> Result<Response<Body>, NoAnswer> {
        let call = self.cache.call(&outgoing, key);
        match call.map_or(Found::Pass, |call| self.cache.cache.look(call)) {
            Found::Answer(answer) => Ok(answer),
            Found::Ask(ticket) => Ok(ticket.take(self.send(outgoing, deadline).await?)),
            Found::Validate(validation) => self.validate(*validation, outgoing, deadline).await,
            Found::Pass => self.pass(outgoing, deadline).await,
        }
    }

    /// Asks the service whether what is stored is still good.
    async fn validate(
        &self,
        validation: Validation,
        mut outgoing: Outgoing,
        deadline: Instant,
    ) -> Result<Response<Body>, NoAnswer> {
        let again = outgoing.again();
        validation.put_conditions(&mut outgoing.headers);
        match validation.take(self.send(outgoing, deadline).await?) {
            Validated::Answer(answer) => Ok(answer),
            Validated::AskAgain(ticket) => Ok(ticket.take(self.send(again, deadline).await?)),
        }
    }

    /// The answer of the service. What the call has changed is dropped from the cache.
    async fn pass(&self, outgoing: Outgoing, deadline: Instant) -> Result<Response<Body>, NoAnswer> {
        let changes = self.cache.changes(&outgoing);
        let answer = self.send(outgoing, deadline).await?;
        let done = answer.status().is_success() || answer.status().is_redirection();
        if let Some(target) = changes.filter(|_| done) {
            self.cache.cache.invalidate(target);
        }
        Ok(answer)
    }

    async fn send(&self, mut outgoing: Outgoing, deadline: Instant) -> Result<Response<Body>, NoAnswer> {
        let client = self.clients.of(outgoing.trust);
        let key = match &self.signature {
            Some(signature) if !matches!(outgoing.trust, Trust::Elsewhere { .. }) => {
                let body = match &outgoing.payload {
                    Payload::Bytes(bytes) => bytes.clone(),
                    _ => Bytes::new(),
                };
                let Outgoing { method, uri, headers, .. } = &mut outgoing;
                let key = signature.sign(method, uri, headers, &body, deadline).await;
                Some((signature, key.map_err(NoAnswer::Fault)?))
            }
            _ => None,
        };
        let left = deadline.saturating_duration_since(Instant::now());
        let answer = client.send(outgoing.into_request(), left).await.map_err(NoAnswer::Sending)?;
        if let Some((signature, key)) = key {
            signature.learn(&answer, &key);
        }
        Ok(answer::received(answer))
    }
}

impl Step for Invoke {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        Outcome::timely(self.call(cx))
    }
}
