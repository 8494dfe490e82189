//! The Invoke API: one signed POST per call, sent once.

mod error;
mod reply;
mod stream;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials as Keys;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, Response, Uri};
use tokio::time::Instant;

use super::credentials::Credentials;
use super::endpoint::{Endpoint, EndpointError};
use super::function::{FunctionRef, Qualifier};
use super::limits;
use super::sign::{PayloadHash, Scope, Signer};
use crate::http_client::{Call, HttpClient, ResponseBody};
use crate::value::{self, BodyStream};

pub use error::{InvokeError, ServiceError};
pub use reply::{FunctionError, InvokeReply, ReplyFacts, is_timeout};
pub use stream::{PayloadStream, StreamError, StreamReply};

const CLIENT_CONTEXT: HeaderName = HeaderName::from_static("x-amz-client-context");
const DURABLE_EXECUTION_NAME: HeaderName = HeaderName::from_static("x-amz-durable-execution-name");
const INVOCATION_TYPE: HeaderName = HeaderName::from_static("x-amz-invocation-type");
const LOG_TYPE: HeaderName = HeaderName::from_static("x-amz-log-type");
const TENANT_ID: HeaderName = HeaderName::from_static("x-amz-tenant-id");
const TRACE_ID: HeaderName = HeaderName::from_static("x-amzn-trace-id");

/// How a function is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum InvocationType {
    /// Wait for the function's answer (200).
    #[default]
    RequestResponse,
    /// The same, and the answer comes as the function writes it ([`LambdaClient::stream`]).
    ResponseStream,
    /// Queue the payload and go on (202).
    Event,
    /// Check permission and parameters only (204).
    DryRun,
}

/// A function as one client calls it, with everything fixed that does not change from call to call. Made at load.
#[derive(Debug, Clone)]
pub struct Target {
    uri: Uri,
    kind: InvocationType,
    log_tail: bool,
}

impl Target {
    /// The URL of the call: endpoint, function and qualifier.
    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    /// The headers that every call has. They are made for each call, with room for those of the call: that costs no more than
    /// copying a map, and thousands of functions keep no map each.
    fn headers(&self, more: bool) -> HeaderMap {
        let mut headers = HeaderMap::with_capacity(if more || self.log_tail { 12 } else { 6 });
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
        headers.insert(INVOCATION_TYPE, HeaderValue::from_static(self.kind.as_str()));
        if self.log_tail {
            headers.insert(LOG_TYPE, HeaderValue::from_static("Tail"));
        }
        headers
    }
}

/// The values that differ from call to call.
#[derive(Debug, Clone, Default)]
pub struct Invocation {
    pub payload: Bytes,
    /// The deadline for credentials, sending and reading the whole answer together.
    pub timeout: Duration,
    /// When that time is over, where the caller has looked at a clock already.
    pub deadline: Option<Instant>,
    /// The hash of the payload, where the caller has it.
    pub payload_sha256: Option<[u8; 32]>,
    /// Headers that few calls have, so in a box: an invocation is moved about.
    pub call_headers: Option<Box<CallHeaders>>,
}

/// The headers of a call that few calls have.
#[derive(Debug, Clone, Default)]
pub struct CallHeaders {
    /// Base64 of a JSON object, at most [`limits::CLIENT_CONTEXT`] bytes.
    pub client_context: Option<HeaderValue>,
    /// X-Ray's form: `Root=1-…;Parent=…;Sampled=1`. Not signed.
    pub trace_id: Option<HeaderValue>,
    pub tenant_id: Option<HeaderValue>,
    pub durable_execution_name: Option<HeaderValue>,
}

impl Invocation {
    /// When its time is over.
    pub fn deadline(&self) -> Instant {
        self.deadline.unwrap_or_else(|| Instant::now() + self.timeout)
    }

    /// Its own headers, to be filled.
    pub fn call_headers(&mut self) -> &mut CallHeaders {
        self.call_headers.get_or_insert_default()
    }
}

/// Calls the functions of one region at one endpoint with one set of credentials.
#[derive(Debug, Clone)]
pub struct LambdaClient {
    http: HttpClient,
    endpoint: Endpoint,
    signer: Signer,
    credentials: Arc<Credentials>,
}

impl LambdaClient {
    /// A client that signs for `region`. An endpoint may be any machine; the region is not taken from it.
    pub fn new(http: HttpClient, endpoint: Endpoint, region: impl Into<String>, credentials: Arc<Credentials>) -> Self {
        let signer = Signer::new(Scope { region: region.into(), service: "lambda".to_owned() });
        LambdaClient { http, endpoint, signer, credentials }
    }

    /// The region it signs for.
    pub fn region(&self) -> &str {
        &self.signer.scope().region
    }

    /// Prepares calls of `function`. `log_tail` asks for the last 4 KB of its log, which only synchronous calls get.
    pub fn target(
        &self,
        function: &FunctionRef,
        qualifier: Option<&Qualifier>,
        invocation_type: InvocationType,
        log_tail: bool,
    ) -> Result<Target, EndpointError> {
        let path = match invocation_type {
            InvocationType::ResponseStream => function.stream_path(qualifier),
            _ => function.invoke_path(qualifier),
        };
        Ok(Target { uri: self.endpoint.join(&path)?, kind: invocation_type, log_tail })
    }

    /// Calls a function: one request, never repeated. [`InvokeError::may_have_run`] says what a repetition risks.
    ///
    /// A function that failed is a reply ([`InvokeReply::function_error`]); an answer of the service itself that is not
    /// a success is [`InvokeError::Service`].
    pub async fn invoke(&self, target: &Target, invocation: &Invocation) -> Result<InvokeReply, InvokeError> {
        let (deadline, now) = (invocation.deadline(), SystemTime::now());
        let keys = self.credentials(deadline, now).await?;
        let mut call = Call::new(self.sign(target, invocation, &keys, now)?);
        let exchange = async {
            let (head, mut body) = self.send(&mut call, &keys).await?.into_parts();
            Ok(InvokeReply::new(head, read(&mut body).await?))
        };
        match tokio::time::timeout_at(deadline, exchange).await {
            Ok(reply) => reply,
            Err(_) => Err(InvokeError::from_send(call.timed_out())),
        }
    }

    /// Calls a function whose answer streams. `invocation.timeout` is how long its head, and then each of its chunks, may
    /// keep us waiting.
    pub async fn stream(&self, target: &Target, invocation: &Invocation) -> Result<StreamReply, InvokeError> {
        let (deadline, now) = (invocation.deadline(), SystemTime::now());
        let keys = self.credentials(deadline, now).await?;
        let mut call = Call::new(self.sign(target, invocation, &keys, now)?);
        match tokio::time::timeout_at(deadline, self.send(&mut call, &keys)).await {
            Ok(answer) => Ok(StreamReply::new(answer?, invocation.timeout)),
            Err(_) => Err(InvokeError::from_send(call.timed_out())),
        }
    }

    async fn credentials(&self, deadline: Instant, now: SystemTime) -> Result<Arc<Keys>, InvokeError> {
        match self.credentials.ready(now) {
            Some(keys) => Ok(keys),
            // Rare, and its future is large.
            None => Box::pin(self.keys(deadline)).await,
        }
    }

    async fn keys(&self, deadline: Instant) -> Result<Arc<Keys>, InvokeError> {
        match tokio::time::timeout_at(deadline, self.credentials.get()).await {
            Ok(keys) => keys.map_err(InvokeError::Credentials),
            Err(_) => Err(InvokeError::Timeout { sent: false }),
        }
    }

    fn sign(
        &self,
        target: &Target,
        invocation: &Invocation,
        keys: &Keys,
        now: SystemTime,
    ) -> Result<Request<BodyStream>, InvokeError> {
        let more = invocation.call_headers.is_some() || keys.session_token().is_some();
        let mut headers = target.headers(more);
        if let Some(call_headers) = &invocation.call_headers {
            let optional = [
                (CLIENT_CONTEXT, &call_headers.client_context),
                (TRACE_ID, &call_headers.trace_id),
                (TENANT_ID, &call_headers.tenant_id),
                (DURABLE_EXECUTION_NAME, &call_headers.durable_execution_name),
            ];
            for (name, value) in optional {
                value.as_ref().map(|value| headers.insert(name, value.clone()));
            }
        }
        let payload = match &invocation.payload_sha256 {
            Some(hash) => PayloadHash::known(hash),
            None => PayloadHash::of(&invocation.payload),
        };
        self.signer
            .sign(&Method::POST, &target.uri, &mut headers, &payload, keys, now)
            .map_err(|error| InvokeError::Signing(error.to_string()))?;
        let mut request = Request::new(BodyStream::whole(invocation.payload.clone()));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = target.uri.clone();
        *request.headers_mut() = headers;
        Ok(request)
    }

    /// Sends a signed call and waits for the head of a success.
    async fn send(&self, call: &mut Call, keys: &Keys) -> Result<Response<ResponseBody>, InvokeError> {
        let answer = self.http.start(call).await.map_err(InvokeError::from_send)?;
        match answer.status().is_success() {
            true => Ok(answer),
            false => Err(Box::pin(self.refused(answer, keys)).await),
        }
    }

    /// The error of a call that the service refuses before it calls the function.
    async fn refused(&self, answer: Response<ResponseBody>, keys: &Keys) -> InvokeError {
        let (head, mut body) = answer.into_parts();
        let body = match read(&mut body).await {
            Ok(body) => body,
            Err(error) => return error,
        };
        let error = ServiceError::read(&head, &body, keys.session_token());
        if error.is_expired_token() {
            self.credentials.mark_stale(keys.access_key_id());
        }
        InvokeError::Service(Box::new(error))
    }
}

/// Reads an answer to its end.
async fn read(body: &mut ResponseBody) -> Result<Bytes, InvokeError> {
    value::read(body, limits::ANSWER).await.map_err(|error| InvokeError::Broken(error.to_string()))
}

impl InvocationType {
    /// The word of the API.
    pub fn as_str(self) -> &'static str {
        match self {
            InvocationType::RequestResponse | InvocationType::ResponseStream => "RequestResponse",
            InvocationType::Event => "Event",
            InvocationType::DryRun => "DryRun",
        }
    }

    /// The largest payload in bytes.
    pub fn payload_limit(self) -> usize {
        match self {
            InvocationType::Event => limits::EVENT_PAYLOAD,
            _ => limits::SYNCHRONOUS_PAYLOAD,
        }
    }
}
