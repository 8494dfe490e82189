//! From the properties of a step to the step.

use std::time::Duration;

use crate::assembly::Carrier;
use crate::aws::client::InvocationType;
use crate::aws::event::AuthorizerForm;
use crate::aws::function::FunctionRef;
use crate::base::{Reported, codes};
use crate::expression::Template;
use crate::http_client::PoolOptions;
use crate::policy::kit::aws_event::{self, Origin};
use crate::policy::kit::lambda_client::{LambdaAccess, StepClient, bad_function, local_name};
use crate::policy::kit::pcre::Pattern;
use crate::policy::{Access, Compiled, Compiler, Plan};
use crate::resources::cache::{Fingerprint, Key};

use super::answer::Rules;
use super::cache::AnswerCache;
use super::call::Function;
use super::config::{AuthorizerType, Config, PayloadFormat};
use super::step::LambdaAuthorizer;

/// How long answers are kept where nothing is said, and at most.
const DEFAULT_TIME: Duration = Duration::from_secs(300);
const LONGEST_TIME: Duration = Duration::from_secs(3600);

/// The step.
pub(super) fn step(config: &Config, compiler: &mut Compiler<'_, '_>) -> Result<Compiled, Reported> {
    let mark = compiler.findings.mark();
    let sources = sources(config, compiler);
    let pattern = pattern(config, compiler);
    let time = time_to_live(config, compiler);
    check_form(config, compiler);
    let output = compiler.written_variable("/output", &config.output);
    let context = aws_event::event_context(config.event_context.as_ref(), compiler);
    let function = function(config, compiler);
    compiler.findings.errors_since(mark)?;
    let (function, place) = function?;
    let strict = config.strict || config.kind == AuthorizerType::Token;
    let form = match (config.kind, config.payload_format) {
        (AuthorizerType::Token, _) => AuthorizerForm::Token,
        (AuthorizerType::Request, PayloadFormat::V2) => AuthorizerForm::HttpV2,
        (AuthorizerType::Request, PayloadFormat::V1) if strict => AuthorizerForm::Rest,
        (AuthorizerType::Request, PayloadFormat::V1) => AuthorizerForm::HttpV1,
    };
    let rules = Rules { strict, simple: config.simple_answers };
    let place = place.with(&(form, rules.strict, rules.simple)).key();
    let step = LambdaAuthorizer {
        function,
        form,
        rules,
        sources: sources?,
        pattern: pattern?,
        cache: time?.and_then(|time| cache(time, place, compiler)),
        context: context?,
        origin: match (compiler.carrier, strict) {
            (Carrier::Amazon, true) => Origin::Rest,
            (Carrier::Amazon, false) => Origin::Http,
            _ => Origin::Other,
        },
        output: output?,
    };
    let access = Access { reads: step.reads(), ..Access::default() };
    Ok(Compiled::Step(Plan { step: Box::new(step), access }))
}

fn sources(config: &Config, compiler: &mut Compiler<'_, '_>) -> Result<Box<[Template]>, Reported> {
    let mut compiled = Vec::new();
    for (number, text) in config.identity_sources.iter().enumerate() {
        compiled.push(compiler.template(&format!("/identity-sources/{number}"), text)?);
    }
    Ok(compiled.into())
}

/// The properties that do not go together.
fn check_form(config: &Config, compiler: &mut Compiler<'_, '_>) {
    let is_token = config.kind == AuthorizerType::Token;
    let mut wrong = |pointer: &str, message: &str, help: &str| {
        compiler.error_with_help(codes::BAD_VALUE, pointer, message, help);
    };
    if is_token && config.identity_sources.len() != 1 {
        let help = "write `identity-sources: [$(request.headers.authorization)]`, or `type: request`";
        wrong("/identity-sources", "`type: token` sends the value of exactly one source", help);
    }
    if config.identity_validation.is_some() && config.identity_sources.len() != 1 {
        let message = "`identity-validation` is about one token, and there is not exactly one source";
        wrong("/identity-validation", message, "remove it");
    }
    if is_token && config.payload_format == PayloadFormat::V2 {
        wrong("/payload-format", "`type: token` has no format 2.0", "write `type: request`");
    }
    if config.strict && config.payload_format == PayloadFormat::V2 {
        wrong("/strict", "the rules of REST APIs have no format 2.0", "remove `strict`");
    }
    if config.simple_answers && config.payload_format != PayloadFormat::V2 {
        wrong("/simple-answers", "only `payload-format: '2.0'` has simple answers", "write `payload-format: '2.0'`");
    }
    if config.timeout.0.is_zero() {
        wrong("/timeout", "`timeout` is no time at all, so every call would fail", "write `10s`");
    }
}

/// The pattern of a whole token.
fn pattern(config: &Config, compiler: &mut Compiler<'_, '_>) -> Result<Option<Pattern>, Reported> {
    let Some(text) = &config.identity_validation else { return Ok(None) };
    let resources = compiler.shared.resources;
    // A pattern that is none by itself could close the group.
    let whole =
        Pattern::parse(text, false, resources).and_then(|_| Pattern::parse(&format!("^(?:{text})$"), false, resources));
    whole.map(Some).map_err(|error| {
        compiler.error(codes::BAD_VALUE, "/identity-validation", format!("this pattern cannot be used: {error}"))
    })
}

/// How long answers are kept; `None` keeps none.
fn time_to_live(config: &Config, compiler: &mut Compiler<'_, '_>) -> Result<Option<Duration>, Reported> {
    let has_sources = !config.identity_sources.is_empty();
    let time = match config.time_to_live {
        None if has_sources => DEFAULT_TIME,
        None => Duration::ZERO,
        Some(time) => time.0,
    };
    let message = match time.is_zero() {
        true => return Ok(None),
        false if !has_sources => "without `identity-sources` nothing tells callers apart, so no answer can be kept",
        false if time > LONGEST_TIME => "`time-to-live` is at most 3600 seconds",
        false => return Ok(Some(time)),
    };
    Err(compiler.error_with_help(
        codes::BAD_VALUE,
        "/time-to-live",
        message,
        "write `time-to-live: 0`, which keeps none",
    ))
}

fn cache(time: Duration, place: Key, compiler: &Compiler<'_, '_>) -> Option<AnswerCache> {
    let is_off = compiler.shared.settings.cache.is_off();
    (!is_off).then(|| AnswerCache { cache: compiler.shared.resources.cache().clone(), time, place })
}

/// The function, and the fingerprint of its calls.
fn function(config: &Config, compiler: &mut Compiler<'_, '_>) -> Result<(Function, Fingerprint), Reported> {
    let text = compiler.constant("/function", &config.function);
    let written = match text {
        Ok(text) => FunctionRef::parse(&text).map_err(|error| bad_function("/function", &error, compiler)),
        Err(reported) => Err(reported),
    };
    let step = StepClient {
        region: config.region.as_deref(),
        endpoint: config.endpoint.as_deref(),
        tls_profile: config.tls_profile.as_deref(),
        credentials: Ok(config.credentials.as_deref()),
        identity: &config.identity,
        pool: PoolOptions::default(),
    };
    let implied = written.as_ref().map(FunctionRef::region).map_err(|reported| *reported);
    let LambdaAccess { client, identity } = step.compile(implied, compiler)?;
    let written = written?;
    let home = match compiler.shared.settings.aws.local.is_some() {
        true => local_name(&written, compiler)?,
        false => written.clone(),
    };
    let target = client
        .target(&home, None, InvocationType::RequestResponse, false)
        .map_err(|error| compiler.error(codes::BAD_ENDPOINT, "/endpoint", error.to_string()))?;
    let api = &compiler.shared.api;
    let place = Fingerprint::new("authorizer").with(&identity).with(target.uri()).with(&*api.name).with(&*api.version);
    let place = place.with(&*api.base_path);
    let function = Function {
        site: compiler.call_site(),
        client,
        target,
        name: written.as_str().into(),
        qualifier: written.qualifier().map(|qualifier| qualifier.as_str().into()),
        timeout: config.timeout.0,
    };
    Ok((function, place))
}
