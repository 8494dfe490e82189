//! From the properties of a step to the step.

use std::sync::Arc;

use crate::base::{Reported, codes};
use crate::expression::{Builtin, Reference, Root};
use crate::policy::{Access, Compiled, Compiler, Plan};
use crate::runtime::kinds;

use super::caller::Caller;
use super::config::{Config, InvocationKind, ResponseFormat};
use super::step::Lambda;
use super::{background, bulkhead, cache, call_limits, call_options, call_target, payload, variables};

/// IBM's newer kind of the policy. It sends no payload where it names no `input`.
pub(super) const KIND: &str = "InvokeAWSLambda";

/// The step.
pub(super) fn step(config: &Config, compiler: &mut Compiler<'_, '_>) -> Result<Compiled, Reported> {
    let input = input(config, compiler);
    let output = output(config, compiler);
    let stops = stops(config, compiler);
    let variables = variables::compile(config, compiler);
    check_stream(config, compiler)?;
    let limits = call_limits::compile(config, compiler)?;
    let call = call_target::compile(config, &limits, compiler);
    let options = call_options::compile(config, compiler);
    let region = call.as_ref().map(|call| call.client.region()).unwrap_or_default();
    let payload = payload::compile(config, input?, region, compiler);
    let (output, call, payload) = (output?, call?, payload?);
    let cache = cache::compile(config, &call, compiler)?.map(Box::new);
    let background = background::compile(config, compiler)?;
    let bulkhead = bulkhead::compile(config, &call, compiler);
    let caller = Caller {
        site: compiler.call_site(),
        region: call.client.region().into(),
        client: call.client,
        kind: config.invocation_type,
        response: config.response,
        format: payload.format(),
        strict: config.strict,
        retry: limits.retry,
        statuses: config.function_error_status.map(|status| status.0).unwrap_or_default(),
    };
    let step = Lambda {
        caller: Arc::new(caller),
        select: call.select,
        payload,
        options: options?,
        limit: call.limit,
        output,
        timeout: limits.timeout,
        cache,
        bulkhead,
        background,
        variables: variables?,
        respond: config.respond,
        stops: stops?,
    };
    let access = Access {
        reads: step.reads(),
        replaces: if config.background { Vec::new() } else { vec![step.output.clone()] },
        signs_message: step.payload.is_message(),
        diverges: step.diverges(),
        counts_running: step.bulkhead.is_some() && !config.background,
        ..Access::default()
    };
    Ok(Compiled::Step(Plan { step: Box::new(step), access }))
}

/// A stream has no end to look at.
fn check_stream(config: &Config, compiler: &mut Compiler<'_, '_>) -> Result<(), Reported> {
    if config.response != ResponseFormat::Stream {
        return Ok(());
    }
    let useless = [
        ("invocation-type", config.invocation_type != InvocationKind::RequestResponse),
        ("background", config.background),
        ("cache", config.cache.is_some()),
        ("variables", !config.variables.is_empty()),
        ("durable-execution-name", config.durable_execution_name.is_some()),
    ];
    let mark = compiler.findings.mark();
    for (name, _) in useless.iter().filter(|(_, written)| *written) {
        let message = format!("`{name}` does not go together with an answer that streams");
        let help = format!("remove `{name}`, or `response: stream`");
        compiler.error_with_help(codes::BAD_VALUE, &format!("/{name}"), message, help);
    }
    compiler.findings.errors_since(mark)
}

/// The input of the payload; `None` sends no payload.
fn input(config: &Config, compiler: &mut Compiler<'_, '_>) -> Result<Option<Reference>, Reported> {
    let is_left_out = &*compiler.step.policy == KIND && compiler.node("/input").is_none();
    match config.input.trim() {
        "" => Ok(None),
        _ if is_left_out => Ok(None),
        name => compiler.read_variable("/input", name).map(Some),
    }
}

fn output(config: &Config, compiler: &mut Compiler<'_, '_>) -> Result<Root, Reported> {
    let output = compiler.output("/output", &config.output)?;
    if config.respond && output != Root::Builtin(Builtin::Message) {
        let message = "`respond` sends `message`, and the answer goes into another variable";
        return Err(compiler.error_with_help(codes::BAD_VALUE, "/respond", message, "remove `output`, or `respond`"));
    }
    Ok(output)
}

/// The names of `stop-on-error`; `None` means that every fault stops the flow.
fn stops(config: &Config, compiler: &mut Compiler<'_, '_>) -> Result<Option<Box<[String]>>, Reported> {
    // The faults on which it stops descend from these two.
    let stopping = [kinds::CONNECTION.name, kinds::OPERATION.name].into_iter();
    let stops = config.stop_on_error.as_ref().is_none_or(|names| !names.is_empty());
    compiler.names.calls.get_or_insert_default().extend(stopping.filter(|_| stops));
    let Some(names) = &config.stop_on_error else { return Ok(None) };
    let known: Vec<&str> = kinds::ALL.iter().map(|kind| kind.name).collect();
    compiler.check_stop_on_error(names, &known)?;
    Ok(Some(names.clone().into()))
}
