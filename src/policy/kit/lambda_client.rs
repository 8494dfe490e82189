//! The client of a step that calls functions: in which region, at which endpoint and as whom, decided at load.

use std::sync::Arc;

use crate::aws::client::LambdaClient;
use crate::aws::endpoint::{Endpoint, EndpointError, lambda_from_environment, region_in_endpoint};
use crate::aws::function::{FunctionNameError, FunctionRef};
use crate::base::{Reported, codes, did_you_mean, nearest, quoted_list};
use crate::http_client::PoolOptions;
use crate::policy::Compiler;
use crate::policy::kit::aws_credentials::{self, StepIdentity};
use crate::policy::kit::aws_region::StepRegion;
use crate::resources::cache::{Fingerprint, Key};
use crate::settings::AwsIdentity;

/// The properties of a step from which its client follows.
pub(crate) struct StepClient<'c> {
    pub region: Option<&'c str>,
    pub endpoint: Option<&'c str>,
    pub tls_profile: Option<&'c str>,
    /// The name of a credential profile of the settings.
    pub credentials: Result<Option<&'c str>, Reported>,
    pub identity: &'c AwsIdentity,
    pub pool: PoolOptions,
}

/// A client, and the key of what it calls and as whom.
pub(crate) struct LambdaAccess {
    pub client: Arc<LambdaClient>,
    pub identity: Key,
}

impl StepClient<'_> {
    /// The client. `implied` is the region of the function's ARN.
    pub(crate) fn compile(
        self,
        implied: Result<Option<&str>, Reported>,
        compiler: &mut Compiler<'_, '_>,
    ) -> Result<LambdaAccess, Reported> {
        let tls = compiler.tls(self.tls_profile);
        let pool = tls.as_ref().map_err(|reported| *reported);
        let http = pool.and_then(|tls| compiler.pool(self.tls_profile, tls, &self.pool));
        let local = compiler.shared.settings.aws.local.clone();
        let region = implied.and_then(|implied| {
            let (pointer, owner) = ("/region", ("/function", "this function"));
            let step =
                StepRegion { pointer, written: self.region, implied, implied_by: "the ARN", owner, lambda: true };
            step.compile(compiler)
        });
        let known = region.as_deref().map_err(|reported| *reported);
        let endpoint = known.and_then(|region| endpoint(self.endpoint, region, compiler));
        let (tls, http) = (tls?, http?);
        let identity =
            StepIdentity { owner: "", lambda: true, credentials: self.credentials?, properties: self.identity };
        let credentials = aws_credentials::compile(identity, region.as_deref().ok(), compiler)?;
        let (mut region, endpoint) = (region?, endpoint?);
        if let Some(local) = &local {
            region = local.region.clone();
        }
        let identity = Fingerprint::new("place").with(&region).with(&endpoint);
        let identity = identity.with_tls(&tls).with_credentials(credentials.source()).key();
        let make = || LambdaClient::new(http, endpoint, region, credentials);
        let client = compiler.shared.resources.lambda_client(identity, &self.pool, make);
        Ok(LambdaAccess { client, identity })
    }
}

fn endpoint(own: Option<&str>, region: &str, compiler: &mut Compiler<'_, '_>) -> Result<Endpoint, Reported> {
    let aws = &compiler.shared.settings.aws;
    if let Some(local) = &aws.local {
        let bad = |error: EndpointError| compiler.error(codes::BAD_ENDPOINT, "/function", error.to_string());
        return Endpoint::from_url(&local.endpoint).map_err(bad);
    }
    let written = match own {
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
            let message = match own {
                Some(_) => error.to_string(),
                None => "the endpoint of the settings, or of AWS_ENDPOINT_URL_LAMBDA, cannot be used".to_owned(),
            };
            Err(compiler.error(codes::BAD_ENDPOINT, "/endpoint", message))
        }
    }
}

/// The name of a function for the embedded service.
pub(crate) fn local_name(function: &FunctionRef, compiler: &mut Compiler<'_, '_>) -> Result<FunctionRef, Reported> {
    let text = match function.qualifier() {
        Some(qualifier) => format!("{}:{}", function.name(), qualifier.as_str()),
        None => function.name().to_owned(),
    };
    warn_of_missing(function.name(), compiler);
    // A function may be called `arn`, and alone that is the beginning of an ARN.
    FunctionRef::parse(&text).map_err(|_| {
        let message = format!("the embedded service cannot call a function with the name `{}`", function.name());
        compiler.error_with_help(codes::BAD_FUNCTION, "/function", message, "give the function another name")
    })
}

/// Calls of a function without a handler would fail one by one.
fn warn_of_missing(name: &str, compiler: &mut Compiler<'_, '_>) {
    let Some(known) = compiler.shared.settings.aws.local.as_ref().and_then(|local| local.functions.get()) else {
        return;
    };
    if known.iter().any(|known| known == name) {
        return;
    }
    let near = nearest(name, known.iter().map(String::as_str));
    let help = match (near.as_slice(), known.is_empty()) {
        ([], true) => format!("write its handler next to the document, such as `{name}.py`").into(),
        ([], false) => format!("there are {}; a handler is a file such as `{name}.py`", quoted_list(&known)).into(),
        (near, _) => did_you_mean(near),
    };
    let message = format!("there is no function `{name}` next to the document, so calls of it fail");
    compiler.warning(codes::UNKNOWN_FUNCTION, "/function", message, help);
}

/// The finding where a name is none of a function.
pub(crate) fn bad_function(pointer: &str, error: &FunctionNameError, compiler: &mut Compiler<'_, '_>) -> Reported {
    compiler.error_with_help(codes::BAD_FUNCTION, pointer, error.to_string(), error.help())
}
