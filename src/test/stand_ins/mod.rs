//! Stand-ins for functions and services: the network of a test.

mod answer;
mod function;
mod made;
mod sequence;
mod service;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{Request, Response};

use super::format::{FunctionStandIn, ServiceStandIn};
use crate::http_client::{SendErrorKind, StandIn};
use crate::local_lambda::LocalLambda;
use crate::value::{self, BodyStream};
use answer::Reply;
use function::Functions;
use indexmap::IndexMap;
use service::Services;

pub(super) use function::answered;
pub(super) use made::{Called, Made, path_fits};
pub(super) use service::Base;

/// Bytes of a call that are read.
pub(super) const LARGEST: usize = 64 * 1024 * 1024;

/// Calls that are remembered of one request.
const MOST_CALLS: usize = 10_000;

/// The stand-ins of one test, and the calls that they got.
pub(super) struct StandIns {
    functions: Functions,
    services: Services,
    made: Mutex<Vec<Made>>,
}

impl StandIns {
    /// Those that come first are asked first.
    pub(super) fn new(
        functions: IndexMap<String, FunctionStandIn>,
        services: Vec<(String, Vec<ServiceStandIn>)>,
        local: Option<Arc<LocalLambda>>,
    ) -> Arc<Self> {
        let (functions, services) = (Functions::new(functions, local), Services::new(services));
        Arc::new(StandIns { functions, services, made: Mutex::default() })
    }

    /// The calls since this was asked last.
    pub(super) fn take_calls(&self) -> Vec<Made> {
        std::mem::take(&mut *self.made())
    }

    fn made(&self) -> MutexGuard<'_, Vec<Made>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers a call, with the reason where it has no stand-in.
    fn note(&self, called: Called, problem: Option<String>, note: Option<String>) {
        let mut made = self.made();
        if made.len() < MOST_CALLS {
            made.push(Made { called, problem, note });
        }
    }
}

impl StandIn for StandIns {
    fn answer(&self, request: Request<BodyStream>) -> BoxFuture<'_, Result<Response<Bytes>, SendErrorKind>> {
        Box::pin(async move {
            let (head, mut body) = request.into_parts();
            let body = value::read(&mut body, LARGEST).await.map_err(|_| SendErrorKind::RequestBody)?;
            let called = Called::of(head, body);
            let found = match &called {
                Called::Function(call) => self.functions.answer(call).await,
                Called::Service(call) => self.services.answer(call),
            };
            match found {
                Ok(mut reply) => {
                    self.note(called, None, reply.note.take());
                    Reply::send(reply).await
                }
                Err(problem) => {
                    self.note(called, Some(problem), None);
                    Err(SendErrorKind::Connect)
                }
            }
        })
    }
}
