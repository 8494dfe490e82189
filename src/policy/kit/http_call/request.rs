//! The request as it goes out. It is framed anew: length and transfer coding come from the body that is sent.

use http::header::{ACCEPT_ENCODING, CONNECTION, HeaderMap};
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderName, HeaderValue, USER_AGENT};
use http::{StatusCode, Uri};
use http_body_util::BodyExt;

use super::clients::Trust;
use super::invoke::Invoke;
use super::origin::Origin;
use super::outgoing::{Outgoing, Payload};
use super::url::Target;
use crate::base::Generation;
use crate::expression::{Builtin, Reference, Root};
use crate::http_client::{is_hop_by_hop, strip_hop_by_hop};
use crate::policy::kit::call::{input_body, input_headers};
use crate::runtime::{Context, Fault, FaultSource, State, kinds};
use crate::value::{BodyStream, JSON, gzip};

const GATEWAY: &str = concat!("Gantry/", env!("CARGO_PKG_VERSION"));

/// The first request of a call.
pub(super) async fn outgoing(step: &Invoke, cx: &mut Context) -> Result<Outgoing, Fault> {
    step.outgoing(cx).await
}

impl Invoke {
    /// The first request of a call.
    async fn outgoing(&self, cx: &mut Context) -> Result<Outgoing, Fault> {
        let property_error = |message: String| Fault::new(&kinds::PROPERTY, FaultSource::Gateway, message);
        if cx.state.route.pipeline.generation == Generation::V5 && self.has_no_input(cx) {
            return Err(property_error("Invalid input".to_owned()));
        }
        // An error in a computed URL came with the request.
        let bad_url = |message| property_error(message).with_status(StatusCode::BAD_REQUEST);
        let uri = self.target.uri(cx, self.shape.decode_parameters).map_err(bad_url)?;
        let trust = self.trust(&uri).map_err(bad_url)?;
        let uri = self.tail.append(uri, &cx.state).map_err(bad_url)?;
        let method = self.verb.clone().unwrap_or_else(|| cx.state.request.method.clone());
        let mut headers = self.outgoing_headers(cx);
        let payload = match self.shape.carries_body(&method) {
            true => {
                if self.input_is_made_json(cx) {
                    headers.entry(CONTENT_TYPE).or_insert(JSON);
                }
                self.payload(cx, &mut headers).await?
            }
            false => {
                headers.remove(CONTENT_TYPE);
                headers.remove(CONTENT_ENCODING);
                Payload::None
            }
        };
        if let Some(kind) = self.shape.content_type().filter(|_| !payload.is_none()) {
            headers.entry(CONTENT_TYPE).or_insert(kind);
        }
        self.secrets.add(&mut headers, cx).map_err(property_error)?;
        Ok(Outgoing { method, uri, headers, payload, chunked: self.shape.always_chunked, trust })
    }

    /// Whether `input` names a variable that is not there. The v5 engine refuses that.
    fn has_no_input(&self, cx: &Context) -> bool {
        let is_variable = !matches!(self.input, Root::Builtin(_));
        is_variable && cx.state.input(&self.input).is_none() && cx.state.value(&self.input).is_none()
    }

    /// Whether a step made the body of an object or a list.
    fn input_is_made_json(&self, cx: &Context) -> bool {
        match cx.state.input(&self.input) {
            Some(message) => message.body.is_made_json(),
            None => {
                cx.state.value(&self.input).is_some_and(|value| value.get("body").unwrap_or(value.view()).is_compound())
            }
        }
    }

    /// Whether the call may go there, and how far it is trusted.
    fn trust(&self, uri: &Uri) -> Result<Trust, String> {
        if !matches!(self.target, Target::Open(_)) {
            return Ok(Trust::Fixed);
        }
        let origin = Origin::of(uri).ok_or("the target URL became one that cannot be called")?;
        match self.hosts.find(&origin) {
            Some(named) => Ok(Trust::Computed { named }),
            None => Err("the target URL became one with a host that is not allowed".to_owned()),
        }
    }

    async fn payload(&self, cx: &mut Context, headers: &mut HeaderMap) -> Result<Payload, Fault> {
        let payload = match self.input == Root::Builtin(Builtin::Message) {
            true => match cx.state.outgoing.message.body.bytes() {
                Some(bytes) => Payload::Bytes(bytes),
                None => Payload::Stream(cx.state.outgoing.message.body.send()),
            },
            false => {
                let input = Reference::new(self.input.clone(), Vec::new());
                Payload::Bytes(input_body(cx, &input)?)
            }
        };
        match payload {
            Payload::Bytes(bytes) if bytes.is_empty() => Ok(Payload::None),
            payload if self.shape.compression && !headers.contains_key(CONTENT_ENCODING) => {
                headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
                let whole = matches!(payload, Payload::Bytes(_));
                let stream = gzip(payload.send());
                // Its length is known when it is done, and only then can it be signed or sent again.
                if whole { collected(stream).await } else { Ok(Payload::Stream(stream)) }
            }
            payload => Ok(payload),
        }
    }

    fn outgoing_headers(&self, cx: &Context) -> HeaderMap {
        let mut all = input_headers(cx, &self.input);
        // First of all, since a client may name headers in `Connection` that are added below.
        if all.contains_key(CONNECTION) {
            strip_hop_by_hop(all.to_mut());
        }
        // With room for those that are added. They keep their order, which taking some out would not.
        let mut headers = HeaderMap::with_capacity(all.len() + 6);
        for (name, value) in &*all {
            if *name != HOST && *name != CONTENT_LENGTH && !is_hop_by_hop(name) && self.headers.passes(name.as_str()) {
                headers.append(name, value.clone());
            }
        }
        // An answer for a variable is read here, so the service is only asked for what can be read.
        if self.output != Root::Builtin(Builtin::Message) && headers.contains_key(ACCEPT_ENCODING) {
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip, deflate"));
        }
        if self.shape.inject_user_agent && !headers.contains_key(USER_AGENT) {
            headers.insert(USER_AGENT, HeaderValue::from_static(GATEWAY));
        }
        if self.shape.inject_proxy_headers {
            inject_proxy_headers(&mut headers, &cx.state);
        }
        cx.state.add_trace(&mut headers, |name| self.headers.passes(name));
        headers
    }
}

async fn collected(stream: BodyStream) -> Result<Payload, Fault> {
    match stream.collect().await {
        Ok(all) => Ok(Payload::Bytes(all.to_bytes())),
        Err(error) => {
            let message = "the body could not be compressed";
            Err(Fault::new(&kinds::RUNTIME, FaultSource::Gateway, message).with_cause(error))
        }
    }
}

/// Adds what is missing of the headers that tell a service whom it really serves.
fn inject_proxy_headers(headers: &mut HeaderMap, state: &State) {
    let request = &state.request;
    let host = request.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let port = host.rsplit_once(':').map_or(if request.scheme == "https" { "443" } else { "80" }, |(_, port)| port);
    let client = request.client.ip().to_string();
    let values = [
        ("x-forwarded-for", client.as_str()),
        ("x-forwarded-host", host),
        ("x-forwarded-port", port),
        ("x-forwarded-proto", request.scheme),
    ];
    for (name, value) in values {
        let name = HeaderName::from_static(name);
        if let Ok(value) = HeaderValue::from_str(value)
            && !headers.contains_key(&name)
        {
            headers.insert(name, value);
        }
    }
}
