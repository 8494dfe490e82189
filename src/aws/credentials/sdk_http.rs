//! Lets the SDK's own calls travel through our [`HttpClient`]: one TLS set-up, one pool, no certificates of the system.

use std::fmt;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient as SdkClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use http_body_util::{BodyExt, Limited};

use crate::http_client::{HttpClient, SendErrorKind};
use crate::value::{Body, BoxError};

/// Limit of one exchange where the SDK sets none.
const EXCHANGE_TIMEOUT: Duration = Duration::from_secs(5);

/// Answers of STS, SSO and the metadata services are a few kilobytes.
const ANSWER_LIMIT: usize = 1024 * 1024;

/// The adapter, as the SDK's client and as its connector.
#[derive(Clone)]
pub(crate) struct SdkHttp {
    http: HttpClient,
    timeout: Duration,
}

impl SdkHttp {
    pub(crate) fn new(http: HttpClient) -> Self {
        SdkHttp { http, timeout: EXCHANGE_TIMEOUT }
    }

    async fn exchange(self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let other = |error: BoxError| ConnectorError::other(error, None);
        let request = request.try_into_http1x().map_err(|error| other(error.into()))?;
        let request = request.map(|body| Body::from_stream(body).send());
        let answer = self.http.send(request, self.timeout).await.map_err(|error| match error.kind {
            SendErrorKind::ConnectTimeout | SendErrorKind::ResponseTimeout => ConnectorError::timeout(error.into()),
            _ => ConnectorError::io(error.into()),
        })?;
        let (parts, body) = answer.into_parts();
        let reading = Limited::new(body, ANSWER_LIMIT).collect();
        let read = tokio::time::timeout(self.timeout, reading).await;
        let read = read.map_err(|late| ConnectorError::timeout(late.into()))?;
        let bytes = read.map_err(ConnectorError::io)?.to_bytes();
        let answer = http::Response::from_parts(parts, SdkBody::from(bytes));
        answer.try_into().map_err(|error: aws_smithy_runtime_api::http::HttpError| other(error.into()))
    }
}

impl HttpConnector for SdkHttp {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(self.clone().exchange(request))
    }
}

impl SdkClient for SdkHttp {
    /// The time-outs of the SDK (the metadata service's are one second) bound the whole exchange.
    fn http_connector(&self, settings: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        let timeout = match (settings.connect_timeout(), settings.read_timeout()) {
            (Some(connect), Some(read)) => connect + read,
            (None, Some(read)) => read,
            _ => EXCHANGE_TIMEOUT,
        };
        SharedHttpConnector::new(SdkHttp { http: self.http.clone(), timeout })
    }
}

impl fmt::Debug for SdkHttp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SdkHttp")
    }
}
