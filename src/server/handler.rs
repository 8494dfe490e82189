//! A request's way from its head to the head of its response.

use std::future::ready;
use std::pin::Pin;
use std::sync::Arc;

use http::header::{CONNECTION, EXPECT, HOST, HeaderValue, LOCATION};
use http::request::Parts as Head;
use http::uri::{Authority, PathAndQuery};
use http::{Response, StatusCode, Version};
use hyper::body::Incoming;

use super::body::TimedBody;
use super::checks::check;
use super::clients::Client;
use super::clock::Busy;
use super::exchange::{Exchange, Sent};
use super::origin::{Origin, REQUEST_ID};
use super::peer::Peer;
use super::refusals::Refused;
use super::reply::{outgoing, reason};
use super::run::run;
use super::stop::Phase;
use super::traffic::Traffic;
use crate::http_client::strip_hop_by_hop;
use crate::runtime::{Context, Request, Route, RouteMatch, Snapshot};
use crate::telemetry::{Refusal, TRACE_KEY};
use crate::value::{Body, Message};

/// A response that is being made. In a box, so that hyper carries a pointer and not the request's whole way.
pub(super) type Handling = Pin<Box<dyn Future<Output = Response<Sent>> + Send>>;

/// Answers a request to one of the APIs.
pub(super) fn handle(
    traffic: &Arc<Traffic>,
    peer: &Peer,
    client: &Arc<Client>,
    request: http::Request<Incoming>,
    busy: &Busy,
) -> Handling {
    let limits = &traffic.limits;
    let (head, body) = request.into_parts();
    let body = TimedBody::new(body, limits.body_idle_timeout.0, limits.body_timeout.0, busy.clock().clone());
    let trust = traffic.trust.as_ref();
    let origin = trust.map_or_else(|| Origin::of(peer), |trust| trust.origin(peer, &head.headers));
    let mut exchange = Exchange::begin(traffic, &origin, &head, busy.since);
    let done = |exchange, message| -> Handling { Box::pin(ready(respond(traffic, exchange, message))) };
    let of_proxy = origin.is_passed_on.then(|| client.of_proxy(origin.client.ip()));
    exchange.slot = of_proxy.as_ref().unwrap_or(client).enter(&traffic.requests, traffic.limits.requests).map(Arc::new);
    exchange.ambiguous = busy.ambiguous();
    match prepare(traffic, &mut exchange, (peer, origin), head, body) {
        Ok(Asked::Nothing) => done(exchange, Message { status: Some(StatusCode::NO_CONTENT), ..Message::default() }),
        Ok(Asked::Redirect(url)) => done(exchange, moved(url)),
        Ok(Asked::Api(context)) => {
            let traffic = traffic.clone();
            Box::pin(async move {
                let ended = run(&traffic, exchange.slot.clone(), context).await;
                exchange.facts = ended.facts;
                respond(&traffic, exchange, ended.message)
            })
        }
        Err(refused) => {
            traffic.parts.metrics.refused(refused.reason);
            if let Some(open) = &exchange.open {
                open.refused(&refused.fault.message);
            }
            tracing::debug!(request_id = %exchange.id, reason = ?refused.reason, "{}", refused.fault.message);
            done(exchange, refused.document())
        }
    }
}

/// The wish of a request that is let in.
enum Asked {
    /// `OPTIONS *` asks whether there is anybody.
    Nothing,
    /// The same URL with `https`.
    Redirect(HeaderValue),
    Api(Context),
}

fn prepare(
    traffic: &Arc<Traffic>,
    exchange: &mut Exchange,
    (peer, origin): (&Peer, Origin),
    mut head: Head,
    body: TimedBody<Incoming>,
) -> Result<Asked, Refused> {
    if exchange.slot.is_none() {
        return Err(Refused::overload());
    }
    if let Some(what) = exchange.ambiguous {
        return Err(Refused::new(Refusal::Malformed, StatusCode::BAD_REQUEST, what));
    }
    if traffic.admission.as_ref().is_some_and(|admission| !admission.admits(origin.client.ip())) {
        return Err(Refused::address());
    }
    let host = check(&head, peer.scheme, &traffic.limits)?;
    if let Some(port) = traffic.redirect {
        return secure_url(&head, host.as_ref(), port).map(Asked::Redirect);
    }
    if head.uri.path() == "*" {
        return Ok(Asked::Nothing);
    }
    let mut recorder = None;
    let (route, path_parameters, timing) = {
        let snapshot = traffic.parts.snapshot.load();
        let (route, parameters) = find(&snapshot, &head)?;
        if exchange.is_noted() {
            recorder = exchange.recorder(&route.operation, &head.headers, &snapshot.outside);
        }
        (route, parameters, snapshot.limits)
    };
    if traffic.parts.records.is_some() {
        head.headers.remove(TRACE_KEY);
    }
    exchange.route = Some(route.clone());
    let request = Request {
        id: exchange.id.clone(),
        headers: incoming_headers(head.headers, origin.host.or(host)).into(),
        method: head.method,
        uri: head.uri,
        version: head.version,
        scheme: origin.scheme,
        body: Body::Empty,
        body_kept: false,
        client: origin.client,
        peer: peer.client,
        certificate: peer.certificate.clone(),
        local: origin.local,
        received: exchange.received,
        arrived: exchange.arrived,
        path_parameters,
    };
    let (pipeline, api, operation) = (route.pipeline.clone(), route.api.clone(), route.operation.clone());
    let mut context = Context::new(pipeline, api, operation, request, Body::from_stream(body), timing);
    context.state.handling.recorder = recorder;
    if let Some(hooks) = &traffic.hooks {
        hooks.begin(&mut context);
    }
    Ok(Asked::Api(context))
}

/// The URL of a request, with `https` and this port.
fn secure_url(head: &Head, host: Option<&HeaderValue>, port: u16) -> Result<HeaderValue, Refused> {
    let unknown = || Refused::bad_host("The request has no Host, and this port only sends clients to https");
    let authority: Authority = host.and_then(|host| host.to_str().ok()?.parse().ok()).ok_or_else(unknown)?;
    let port = if port == 443 { String::new() } else { format!(":{port}") };
    let target = head.uri.path_and_query().map_or("/", PathAndQuery::as_str);
    let target = if target == "*" { "/" } else { target };
    HeaderValue::from_str(&format!("https://{}{port}{target}", authority.host())).map_err(|_| unknown())
}

/// The answer to a request that has to come over TLS.
fn moved(url: HeaderValue) -> Message {
    let mut message = Message { status: Some(StatusCode::PERMANENT_REDIRECT), ..Message::default() };
    message.headers.insert(LOCATION, url);
    message
}

type PathParameters = Vec<(Arc<str>, String)>;

fn find(snapshot: &Snapshot, head: &Head) -> Result<(Arc<Route>, PathParameters), Refused> {
    match snapshot.find(&head.method, head.uri.path(), &head.headers) {
        RouteMatch::Found { route, parameters } => {
            let parameters = parameters.into_iter().map(|(name, value)| (name, value.to_owned())).collect();
            Ok((route.clone(), parameters))
        }
        RouteMatch::WrongVerb { .. } if snapshot.is_v5 => Err(Refused::in_v5(Refusal::MethodNotAllowed)),
        RouteMatch::NotFound if snapshot.is_v5 => Err(Refused::in_v5(Refusal::NotFound)),
        RouteMatch::WrongVerb { allowed } => Err(Refused::wrong_verb(&allowed)),
        RouteMatch::NotFound => Err(Refused::not_found()),
    }
}

/// The headers that steps see: without those of the connection, and with a `Host` whatever the protocol. What a client
/// names in `Connection` goes first, so that it cannot take `Host` away.
fn incoming_headers(mut headers: http::HeaderMap, host: Option<HeaderValue>) -> http::HeaderMap {
    strip_hop_by_hop(&mut headers);
    // Whether to send the body is settled on this connection, by hyper, when somebody reads it.
    headers.remove(EXPECT);
    if let Some(host) = host {
        headers.insert(HOST, host);
    }
    headers
}

fn respond(traffic: &Traffic, exchange: Box<Exchange>, message: Message) -> Response<Sent> {
    let reason = reason(&message);
    if let Some(open) = &exchange.open {
        open.answer(&message);
    }
    let (status, mut headers, body) = outgoing(message, &exchange.method);
    if !headers.contains_key(REQUEST_ID)
        && let Ok(id) = HeaderValue::from_str(&exchange.id)
    {
        headers.insert(REQUEST_ID, id);
    }
    let leaving = traffic.stop.phase() > Phase::Serving || exchange.ambiguous.is_some();
    if leaving && exchange.version < Version::HTTP_2 {
        // Clients go elsewhere of their own accord before their connections are closed.
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    let mut response = Response::new(exchange.send(status, body));
    *response.status_mut() = status;
    if let Some(reason) = reason {
        response.extensions_mut().insert(reason);
    }
    *response.headers_mut() = headers;
    response
}
