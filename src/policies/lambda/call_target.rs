//! In which region, at which endpoint and as whom the function is called: decided at load.

use std::sync::Arc;

use crate::aws::client::{InvocationType, LambdaClient};
use crate::base::{Reported, codes};
use crate::http_client::PoolOptions;
use crate::policy::Compiler;
use crate::policy::kit::lambda_client::{LambdaAccess, StepClient};
use crate::resources::cache::Key;

use super::call_limits::CallLimits;
use super::config::{Config, InvocationKind, LogType, ResponseFormat};
use super::function_choice::{Function, Select, Written};

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
    let mut pool = PoolOptions { connect_timeout: limits.connect_timeout, ..PoolOptions::default() };
    pool.idle_timeout = limits.idle_timeout.unwrap_or(pool.idle_timeout);
    let profile = credential_profile(config, compiler);
    let step = StepClient {
        region: config.region.as_deref(),
        endpoint: config.endpoint.as_deref(),
        tls_profile: config.tls_profile.as_deref(),
        credentials: profile.as_ref().map(Option::as_deref).map_err(|reported| *reported),
        identity: &config.identity,
        pool,
    };
    let implied = written.function.as_ref().map(Function::region).map_err(|reported| *reported);
    let LambdaAccess { client, identity } = step.compile(implied, compiler)?;
    let kind = match config.invocation_type {
        InvocationKind::RequestResponse if config.response == ResponseFormat::Stream => InvocationType::ResponseStream,
        InvocationKind::RequestResponse => InvocationType::RequestResponse,
        InvocationKind::Event => InvocationType::Event,
        InvocationKind::DryRun => InvocationType::DryRun,
    };
    let log_tail = config.log_type == LogType::Tail;
    let local = compiler.shared.settings.aws.local.is_some();
    match written.select(&client, kind, log_tail, local, compiler)? {
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
