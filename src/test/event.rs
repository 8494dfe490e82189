//! The events that the functions of an operation get for a request.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{HeaderMap, Request, Response};
use indexmap::IndexMap;
use serde_json::Value;

use super::client;
use super::format;
use super::observed::Observer;
use super::stand_ins::{Called, LARGEST, answered};
use crate::expression::Fixed;
use crate::http_client::{SendErrorKind, StandIn};
use crate::load::{Load, Paths, load};
use crate::resources::{LoadContext, Resources};
use crate::server::InProcess;
use crate::settings::{Live, Purpose, Server};
use crate::source::Environment;
use crate::telemetry::Metrics;
use crate::value::{self, BodyStream};

/// The result of every function: a proxy response.
const ANSWER: &[u8] = br#"{"statusCode": 200, "body": "{}"}"#;

/// A request, as it is typed.
#[derive(Debug, Default)]
pub struct Asked {
    pub method: String,
    /// The path with the query.
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// A call of a function.
#[derive(Debug)]
pub struct Event {
    /// Its name, with its qualifier.
    pub function: String,
    pub payload: Bytes,
}

/// The events of a request, in the order of the calls.
#[derive(Debug)]
pub struct Events {
    pub events: Vec<Event>,
    /// The status of the answer, and its body.
    pub status: u16,
    pub body: Bytes,
}

/// Sends a request to documents. Functions answer `{}` with the status 200, and services an empty object: nothing leaves the process.
pub async fn events(
    paths: Paths<'_>,
    (server, live): (&Server, &Live),
    environment: &dyn Environment,
    asked: Asked,
) -> Result<Result<Events, String>, Box<Load>> {
    let everything = Arc::new(Everything::default());
    let resources = Resources::asking(everything.clone());
    let around = LoadContext { settings: live, resources: &resources, environment, purpose: Purpose::Serve };
    let loaded = load(paths, around, &|_| {});
    let Load { snapshot: Some(snapshot), .. } = loaded else { return Err(Box::new(loaded)) };
    let (metrics, background) = (Arc::new(Metrics::of(&resources)), resources.background().clone());
    let observer = Observer::new(Fixed::default());
    let server = InProcess::new(snapshot, server, metrics, background, observer);
    let Asked { method, path, headers, body } = asked;
    let body = if body.is_empty() { Value::Null } else { Value::String(body) };
    let request = format::Request { method, path, headers: headers.into_iter().collect::<IndexMap<_, _>>(), body };
    let answered = client::send(server.connect(), &request).await;
    resources.background().idle().await;
    Ok(answered.map(|answered| Events { events: everything.take(), status: answered.status, body: answered.body }))
}

/// Answers every call.
#[derive(Default)]
struct Everything(Mutex<Vec<Event>>);

impl Everything {
    fn take(&self) -> Vec<Event> {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Event>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StandIn for Everything {
    fn answer(&self, request: Request<BodyStream>) -> BoxFuture<'_, Result<Response<Bytes>, SendErrorKind>> {
        Box::pin(async move {
            let (head, mut body) = request.into_parts();
            let body = value::read(&mut body, LARGEST).await.map_err(|_| SendErrorKind::RequestBody)?;
            match Called::of(head, body) {
                Called::Function(call) => {
                    let answer = answered(Ok(Bytes::from_static(ANSWER)), None, &call);
                    self.lock().push(Event { function: call.full_name(), payload: call.event });
                    Ok(answer)
                }
                Called::Service(_) => {
                    let mut answer = Response::new(Bytes::from_static(b"{}"));
                    let json = http::HeaderValue::from_static("application/json");
                    *answer.headers_mut() = HeaderMap::from_iter([(http::header::CONTENT_TYPE, json)]);
                    Ok(answer)
                }
            }
        })
    }
}
