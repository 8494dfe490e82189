//! Fetches credentials from their source, once per call: nothing here is cached, so rotated files count at the next
//! renewal.

use std::error::Error;
use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::Credentials as Keys;
use aws_credential_types::provider::ProvideCredentials;
use aws_sdk_sts::config::retry::RetryConfig;
use aws_sdk_sts::config::timeout::TimeoutConfig;
use aws_sdk_sts::config::{IdentityCache, Region};
use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::SystemTimeSource;

use super::error::CredentialsError;
use super::sdk_http::SdkHttp;
use super::source::{AssumeRole, Base, CredentialSource, StaticKeys};
use crate::aws::endpoint;
use crate::http_client::HttpClient;

/// Limit of one AssumeRole, its retries included.
const STS_TIMEOUT: Duration = Duration::from_secs(5);

/// Limit of a whole load: a chain may try several services that do not answer.
const LOAD_TIMEOUT: Duration = Duration::from_secs(20);

/// A source and the means to call it.
pub(super) struct Loader {
    source: CredentialSource,
    http: SdkHttp,
}

impl Loader {
    pub(super) fn new(source: CredentialSource, http: HttpClient) -> Self {
        Loader { source, http: SdkHttp::new(http) }
    }

    pub(super) fn source(&self) -> &CredentialSource {
        &self.source
    }

    /// New keys from the source, within [`LOAD_TIMEOUT`].
    pub(super) async fn load(&self) -> Result<Keys, CredentialsError> {
        let loading = async {
            let base = self.base().await?;
            match &self.source.assume_role {
                Some(role) => self.assume(role, base).await,
                None => Ok(base),
            }
        };
        let late = |_| Err(CredentialsError::new("the source of credentials did not answer in time"));
        tokio::time::timeout(LOAD_TIMEOUT, loading).await.unwrap_or_else(late)
    }

    async fn base(&self) -> Result<Keys, CredentialsError> {
        match &self.source.base {
            Base::Static(keys) => Ok(keys.to_keys()),
            Base::Profile(name) => {
                let provider =
                    ProfileFileCredentialsProvider::builder().configure(&self.provider_config()).profile_name(name);
                let provided = provider.build().provide_credentials().await;
                provided.map_err(|error| failure(&format!("profile \"{name}\" of the AWS configuration"), &error))
            }
            Base::Chain => {
                // The chain starts with the variables; where they are set, the rest of it need not be made.
                if let Ok(keys) = EnvironmentVariableCredentialsProvider::new().provide_credentials().await {
                    return Ok(keys);
                }
                let chain = DefaultCredentialsChain::builder().configure(self.provider_config());
                let chain = chain.region(self.region()).build().await;
                let provided = chain.provide_credentials().await;
                provided.map_err(|error| failure("the default chain of AWS credentials", &error))
            }
        }
    }

    async fn assume(&self, role: &AssumeRole, base: Keys) -> Result<Keys, CredentialsError> {
        let region = role.region.clone().map(Region::new).or_else(|| self.region());
        let mut config = aws_sdk_sts::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(self.http.clone())
            .sleep_impl(TokioSleep::new())
            .time_source(SystemTimeSource::new())
            .identity_cache(IdentityCache::no_cache())
            .credentials_provider(base)
            .region(region)
            // Assuming a role twice does no harm.
            .retry_config(RetryConfig::standard().with_max_attempts(2))
            .timeout_config(TimeoutConfig::builder().operation_timeout(STS_TIMEOUT).build());
        config.set_endpoint_url(role.sts_endpoint.clone().or_else(endpoint::sts_from_environment));
        let assumed = aws_sdk_sts::Client::from_conf(config.build())
            .assume_role()
            .role_arn(&role.role_arn)
            .set_external_id(role.external_id.clone())
            .role_session_name(&role.session_name)
            .duration_seconds(i32::try_from(role.duration.as_secs()).unwrap_or(i32::MAX))
            .set_policy(role.policy.clone())
            .send()
            .await
            .map_err(|error| refusal(role, &error))?;
        let keys = assumed.credentials.ok_or_else(|| CredentialsError::new("STS answered without credentials"))?;
        let expiry = keys.expiration.try_into().ok();
        Ok(Keys::new(keys.access_key_id, keys.secret_access_key, Some(keys.session_token), expiry, "AssumeRole"))
    }

    fn region(&self) -> Option<Region> {
        self.source.region.clone().map(Region::new)
    }

    fn provider_config(&self) -> ProviderConfig {
        ProviderConfig::empty()
            .with_behavior_version(Some(BehaviorVersion::latest()))
            .with_http_client(self.http.clone())
            .with_sleep_impl(TokioSleep::new())
            .with_time_source(SystemTimeSource::new())
            .with_region(self.region())
    }
}

impl StaticKeys {
    fn to_keys(&self) -> Keys {
        let token = self.session_token.as_ref().map(|token| token.expose().to_owned());
        Keys::new(&self.access_key_id, self.secret_access_key.expose(), token, None, "Static")
    }
}

/// The error of STS about a role, or why STS could not be asked.
fn refusal<E>(role: &AssumeRole, error: &SdkError<E>) -> CredentialsError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let arn = &role.role_arn;
    match error {
        SdkError::ServiceError(answer) => {
            let code = answer.err().code();
            let said = answer.err().message().unwrap_or("no reason given");
            let message = match code {
                Some(code) => format!("STS refused to assume {arn}: {code}: {said}"),
                None => format!("STS refused to assume {arn}: status {}: {said}", answer.raw().status()),
            };
            CredentialsError { message: message.into(), code: code.map(Into::into) }
        }
        SdkError::TimeoutError(_) => CredentialsError::new(format!("STS did not answer in time for {arn}")),
        other => failure(&format!("STS, asked for {arn}"), other),
    }
}

/// The innermost reason is the one that helps; the layers above it repeat themselves.
fn failure(whence: &str, error: &dyn Error) -> CredentialsError {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    CredentialsError::new(format!("no credentials from {whence}: {cause}"))
}
