use std::time::Duration;

use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue};
use http::uri::PathAndQuery;
use http::{Method, Request, StatusCode, Uri};

use crate::expression::{Builtin, Reference, Root};
use crate::http_client::{HttpClient, strip_hop_by_hop};
use crate::policy::call::{input_body, input_headers};
use crate::runtime::{Context, Fault, FaultSource, Next, Outcome, State, Step, kinds};
use crate::value::{Body, BodyStream, Message};

use super::config::StopOn;
use super::control::Control;
use super::url::Target;

/// A compiled `invoke`.
pub(super) struct Invoke {
    pub client: HttpClient,
    pub target: Target,
    /// `None` keeps the client's.
    pub verb: Option<Method>,
    pub timeout: Duration,
    pub headers: Control,
    pub parameters: Control,
    pub input: Root,
    pub output: Root,
    pub stops: StopOn,
    pub inject_proxy_headers: bool,
}

impl Invoke {
    async fn call(&self, cx: &mut Context) -> Result<Next, Fault> {
        let request = self.request(cx)?;
        let timeout = self.timeout.min(cx.remaining());
        let answer = match self.client.send(request, timeout).await {
            Ok(answer) => answer,
            Err(error) => {
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
        let (head, body) = answer.into_parts();
        let mut message =
            Message { status: Some(head.status), reason: None, headers: head.headers, body: Body::from_stream(body) };
        strip_hop_by_hop(&mut message.headers);
        message.headers.remove(CONTENT_LENGTH);
        // Only the response streams; what another variable holds is there to be read.
        if self.output != Root::Builtin(Builtin::Message) {
            load(&mut message, self.timeout.min(cx.remaining()), cx.state.body_limit).await?;
        }
        let fault = self.fault(head.status, &message.headers);
        cx.state.put_output(&self.output, message);
        fault.map_or(Ok(Next::Continue), Err)
    }

    /// The request as it goes out. It is framed anew: length and transfer coding come from the body that is sent.
    fn request(&self, cx: &mut Context) -> Result<Request<BodyStream>, Fault> {
        let property_error = |message: String| Fault::new(&kinds::PROPERTY, FaultSource::Gateway, message);
        // What is wrong with a computed URL came with the request.
        let bad_url = |message| property_error(message).with_status(StatusCode::BAD_REQUEST);
        let uri = self.target.uri(cx).map_err(bad_url)?;
        let uri = self.append_parameters(uri, cx).map_err(property_error)?;
        let method = self.verb.clone().unwrap_or_else(|| cx.state.request.method.clone());
        let mut headers = self.outgoing_headers(cx);
        let carries_body = carries_body(&method);
        let body = if carries_body { self.body(cx)? } else { Body::Empty.send() };
        if !carries_body {
            headers.remove(CONTENT_TYPE);
        }
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        *request.headers_mut() = headers;
        Ok(request)
    }

    fn body(&self, cx: &mut Context) -> Result<BodyStream, Fault> {
        if self.input == Root::Builtin(Builtin::Message) {
            return Ok(cx.state.message.body.send());
        }
        let input = Reference { root: self.input.clone(), path: Box::default() };
        Ok(Body::from_bytes(input_body(cx, &input)?).send())
    }

    fn outgoing_headers(&self, cx: &Context) -> HeaderMap {
        let all = input_headers(cx, &self.input);
        let mut headers = HeaderMap::with_capacity(all.len() + 4);
        for (name, value) in &all {
            if *name != HOST && *name != CONTENT_LENGTH && self.headers.passes(name.as_str()) {
                headers.append(name, value.clone());
            }
        }
        if self.inject_proxy_headers {
            inject_proxy_headers(&mut headers, &cx.state);
        }
        headers
    }

    /// Appends the query parameters of the client that `parameter-control` lets through, as they were written.
    fn append_parameters(&self, uri: Uri, cx: &Context) -> Result<Uri, String> {
        let query = cx.state.request.uri.query().unwrap_or_default();
        let name = |pair: &str| {
            let raw = pair.split('=').next().unwrap_or_default();
            percent_encoding::percent_decode_str(raw).decode_utf8_lossy().into_owned()
        };
        let passing: Vec<&str> =
            query.split('&').filter(|pair| !pair.is_empty() && self.parameters.passes(&name(pair))).collect();
        if passing.is_empty() {
            return Ok(uri);
        }
        let passing = passing.join("&");
        let mut parts = uri.into_parts();
        let path = parts.path_and_query.take().unwrap_or_else(|| PathAndQuery::from_static("/"));
        let appended = match path.query() {
            Some(own) => format!("{}?{own}&{passing}", path.path()),
            None => format!("{}?{passing}", path.path()),
        };
        parts.path_and_query =
            Some(appended.parse().map_err(|_| "the query cannot be appended to the URL".to_owned())?);
        Uri::from_parts(parts).map_err(|_| "the query cannot be appended to the URL".to_owned())
    }

    fn fault(&self, status: StatusCode, headers: &HeaderMap) -> Option<Fault> {
        if status.is_success() {
            return None;
        }
        let upstream = |kind, message: String| {
            Some(Fault::new(kind, FaultSource::Upstream, message).with_detail("upstreamStatus", status.as_u16()))
        };
        let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        // SOAP 1.1 sends its faults as 500 with an XML body, SOAP 1.2 under a type of its own.
        let soap = content_type.starts_with("application/soap+xml")
            || (content_type.starts_with("text/xml") && status == StatusCode::INTERNAL_SERVER_ERROR);
        if soap && self.stops.soap {
            return upstream(&kinds::SOAP, "the service answered with a SOAP fault".to_owned());
        }
        self.stops.operation.then(|| upstream(&kinds::OPERATION, format!("the service answered {status}"))).flatten()
    }
}

/// Whether a request with this verb is sent with its body, as on IBM's gateway.
pub(super) fn carries_body(verb: &Method) -> bool {
    !matches!(*verb, Method::GET | Method::HEAD | Method::DELETE | Method::OPTIONS | Method::TRACE)
}

/// Reads the body of a response.
async fn load(message: &mut Message, timeout: Duration, limit: usize) -> Result<(), Fault> {
    let broken = |cause: &dyn std::fmt::Display| {
        Fault::new(&kinds::CONNECTION, FaultSource::Upstream, "the response could not be read").with_cause(cause)
    };
    match tokio::time::timeout(timeout, message.body.load(limit)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(broken(&error)),
        Err(late) => Err(broken(&late)),
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

impl Step for Invoke {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        Outcome::wait(self.call(cx))
    }
}
