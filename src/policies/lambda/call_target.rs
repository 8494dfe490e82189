//! In which region, at which endpoint and as whom the function is called: decided at load.

use std::sync::Arc;

use crate::aws::client::{InvocationType, LambdaClient};
use crate::aws::endpoint::{Endpoint, EndpointError, lambda_from_environment, region_in_endpoint};
use crate::base::{Reported, codes};
use crate::http_client::PoolOptions;
use crate::policy::Compiler;
use crate::policy::kit::aws_credentials::{self, StepIdentity};
use crate::policy::kit::aws_region::StepRegion;
use crate::resources::cache::{Fingerprint, Key};

use super::call_limits::CallLimits;
use super::config::{Config, InvocationKind, LogType, ResponseFormat};
use super::function_choice::{Select, Written};

/// A function, ready to be called.
pub(super) struct CallTarget {
    pub client: Arc<LambdaClient>,
    pub select: Select,
    /// The largest payload in bytes.
    pub limit: usize,
    /// The function's address, and the identity that calls it.
    pub identity: Key,
}

/// Checks everything that can be known at load and prepares the call.
pub(super) fn compile(
    config: &Config,
    limits: &CallLimits,
    compiler: &mut Compiler<'_, '_>,
) -> Result<CallTarget, Reported> {
    let written = Written::compile(config, compiler);
    let profile = config.tls_profile.as_deref();
    let tls = compiler.tls(profile);
    let mut options = PoolOptions { connect_timeout: limits.connect_timeout, ..PoolOptions::default() };
    options.idle_timeout = limits.idle_timeout.unwrap_or(options.idle_timeout);
    let http = tls.as_ref().map_err(|reported| *reported).and_then(|tls| compiler.pool(profile, tls, &options));
    let local = compiler.shared.settings.aws.local.clone();
    let function = written.function.as_ref().map_err(|reported| *reported);
    let region = function.and_then(|function| {
        let (written, implied) = (config.region.as_deref(), function.region());
        let implied_by = "the ARN";
        StepRegion {
            pointer: "/region",
            written,
            implied,
            implied_by,
            owner: ("/function", "this function"),
            lambda: true,
        }
        .compile(compiler)
    });
    let endpoint =
        region.as_deref().map_err(|reported| *reported).and_then(|region| endpoint(config, region, compiler));
    let (tls, http) = (tls?, http?);
    let profile = credential_profile(config, compiler)?;
    let identity =
        StepIdentity { owner: "", lambda: true, credentials: profile.as_deref(), properties: &config.identity };
    let credentials = aws_credentials::compile(identity, region.as_deref().ok(), compiler)?;
    let (mut region, endpoint) = (region?, endpoint?);
    if let Some(local) = &local {
        region = local.region.clone();
    }
    let kind = match config.invocation_type {
        InvocationKind::RequestResponse if config.response == ResponseFormat::Stream => InvocationType::ResponseStream,
        InvocationKind::RequestResponse => InvocationType::RequestResponse,
        InvocationKind::Event => InvocationType::Event,
        InvocationKind::DryRun => InvocationType::DryRun,
    };
    let identity = Fingerprint::new("place").with(&region).with(&endpoint);
    let identity = identity.with_tls(&tls).with_credentials(credentials.source()).key();
    let make = || LambdaClient::new(http, endpoint, region, credentials);
    let client = compiler.shared.resources.lambda_client(identity, &options, make);
    let log_tail = config.log_type == LogType::Tail;
    match written.select(&client, kind, log_tail, local.is_some(), compiler)? {
        Ok(select) => Ok(CallTarget { client, select, limit: kind.payload_limit(), identity }),
        Err(error) => Err(compiler.error(codes::BAD_ENDPOINT, "/endpoint", error.to_string())),
    }
}

/// The credential profile, in our word or in IBM's.
fn credential_profile(config: &Config, compiler: &mut Compiler<'_, '_>) -> Result<Option<String>, Reported> {
    match (&config.credentials, &config.aws_auth_type) {
        (Some(_), Some(_)) => {
            let message = "`aws-auth-type` and `credentials` say the same thing";
            Err(compiler.error_with_help(codes::TWO_SPELLINGS, "/aws-auth-type", message, "remove one of the two"))
        }
        (own, None) => Ok(own.clone()),
        (None, Some(kind)) => Ok(Some(kind.access_secret.clone())),
    }
}

fn endpoint(config: &Config, region: &str, compiler: &mut Compiler<'_, '_>) -> Result<Endpoint, Reported> {
    let aws = &compiler.shared.settings.aws;
    if let Some(local) = &aws.local {
        let bad = |error: EndpointError| compiler.error(codes::BAD_ENDPOINT, "/function", error.to_string());
        return Endpoint::from_url(&local.endpoint).map_err(bad);
    }
    let written = match &config.endpoint {
        Some(text) => Some(compiler.constant("/endpoint", text)?),
        None => None,
    };
    let (fips, dual_stack) = (aws.use_fips, aws.use_dual_stack);
    let Some(url) = written.or_else(|| aws.endpoint.clone()).or_else(lambda_from_environment) else {
        return match Endpoint::lambda(region, fips, dual_stack) {
            Ok(endpoint) => Ok(endpoint),
            Err(error) => Err(compiler.error(codes::BAD_ENDPOINT, "/region", error.to_string())),
        };
    };
    if fips || dual_stack {
        let message =
            "an endpoint of one's own is used as it is, so `use-fips` and `use-dual-stack` cannot apply to it";
        return Err(compiler.error(codes::BAD_ENDPOINT, "/endpoint", message));
    }
    if let Some(other) = region_in_endpoint(&url).filter(|other| *other != region) {
        let message = format!("the endpoint is in `{other}`, but the call is signed for `{region}`");
        return Err(compiler.error_with_help(
            codes::REGION_CONFLICT,
            "/endpoint",
            message,
            "use the endpoint of the function's region",
        ));
    }
    match Endpoint::from_url(&url) {
        Ok(endpoint) => {
            if endpoint.is_exposed() {
                let message = "the signed call would travel over plain http";
                compiler.warning(codes::PLAIN_HTTP, "/endpoint", message, "write `https://`");
            }
            Ok(endpoint)
        }
        Err(error) => {
            // Values of the settings or the environment may come from a secret, so the message does not quote them.
            let message = match config.endpoint {
                Some(_) => error.to_string(),
                None => "the endpoint of the settings, or of AWS_ENDPOINT_URL_LAMBDA, cannot be used".to_owned(),
            };
            Err(compiler.error(codes::BAD_ENDPOINT, "/endpoint", message))
        }
    }
}
