//! The admin listener of a gateway that runs.

use std::time::Duration;

use http::header::{AUTHORIZATION, HeaderValue};
use http::{Request, StatusCode, Uri};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::http_client::{HttpClient, PoolOptions, TlsOptions};
use crate::runtime::{Record, RecordSummary};
use crate::value::{self, BodyStream};

/// How long an answer may take, and how many bytes it may have.
const PATIENCE: Duration = Duration::from_secs(10);
const LARGEST: usize = 16 * 1024 * 1024;

/// The admin listener of a gateway that runs.
pub(super) struct Admin {
    client: HttpClient,
    /// Without a slash at its end.
    base: String,
    authorization: Option<HeaderValue>,
}

/// The answer of `/-/traces`.
#[derive(Deserialize)]
struct Listed {
    traces: Vec<RecordSummary>,
}

impl Admin {
    /// `address` is a URL, or an address with a port. The errors are sentences.
    pub(super) fn new(address: &str, token: Option<&str>) -> Result<Self, String> {
        let base = if address.contains("://") { address.to_owned() } else { format!("http://{address}") };
        let base = base.trim_end_matches('/').to_owned();
        if base.parse::<Uri>().ok().is_none_or(|uri| uri.host().is_none()) {
            return Err(format!("`{address}` is no address: write one such as `--admin http://127.0.0.1:9090`"));
        }
        let client =
            HttpClient::new(&TlsOptions::default(), &PoolOptions::default()).map_err(|error| error.to_string())?;
        let authorization = token.map(|token| HeaderValue::from_str(&format!("Bearer {token}"))).transpose();
        let authorization =
            authorization.map_err(|_| "the token has characters that no header can carry".to_owned())?;
        Ok(Admin { client, base, authorization })
    }

    /// The records after the one of this number.
    pub(super) async fn since(&self, number: u64) -> Result<Vec<RecordSummary>, String> {
        match self.get::<Listed>(&format!("/-/traces?since={number}")).await? {
            Ok(listed) => Ok(listed.traces),
            Err(reason) => Err(reason),
        }
    }

    /// The record of a request; `None` where there is none.
    pub(super) async fn record(&self, id: &str) -> Result<Option<Record>, String> {
        let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !is_id {
            return Err(format!(
                "`{}` is no id: take it from `X-Request-Id` of a response",
                crate::base::Printable(id)
            ));
        }
        match self.get::<Record>(&format!("/-/traces/{id}")).await? {
            Ok(record) => Ok(Some(record)),
            Err(reason) if reason.starts_with("Nothing is recorded") => Err(reason),
            Err(_) => Ok(None),
        }
    }

    /// The answer, or the text of a 404.
    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<Result<T, String>, String> {
        let base = &self.base;
        let mut request = Request::new(BodyStream::empty());
        *request.uri_mut() = format!("{base}{path}").parse().map_err(|_| format!("`{base}{path}` is no URL"))?;
        if let Some(authorization) = &self.authorization {
            request.headers_mut().insert(AUTHORIZATION, authorization.clone());
        }
        let nothing = |error: &dyn std::fmt::Display| {
            format!("nothing answers at {base} ({error}): start `gantry dev FOLDER`, or write `--admin URL`")
        };
        let answer = self.client.send(request, PATIENCE).await.map_err(|error| nothing(&error))?;
        let (head, mut body) = answer.into_parts();
        let body = tokio::time::timeout(PATIENCE, value::read(&mut body, LARGEST)).await;
        let body = body.map_err(|late| nothing(&late))?.map_err(|error| nothing(&error))?;
        let said = || crate::base::Printable(String::from_utf8_lossy(&body).trim()).to_string();
        match head.status {
            StatusCode::OK => {
                let read = serde_json::from_slice(&body);
                read.map(Ok).map_err(|_| format!("{base} is the admin listener of no gateway of this version"))
            }
            StatusCode::NOT_FOUND => Ok(Err(said())),
            StatusCode::UNAUTHORIZED => {
                Err(format!("{base} wants its token: set GANTRY_SERVER_ADMIN_TOKEN, or write `--token TOKEN`"))
            }
            status => Err(format!("{base} answers {status}: {}", said())),
        }
    }
}
