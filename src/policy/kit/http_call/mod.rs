//! A call of an HTTP service, as `invoke` and `proxy` make it.

mod answer;
mod authority;
mod cache;
mod clients;
mod config;
mod control;
mod invoke;
mod literal_hosts;
mod origin;
mod outgoing;
mod redirect;
mod request;
mod secrets;
mod send;
mod sigv4;
mod soap;
mod step;
mod tail;
mod upstream;
mod url;

use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::assembly::{AllowedHosts, Carrier};
use crate::base::{Findings, Generation, Reported, codes, quoted_list};
use crate::expression::{Builtin, Reference, Root};
use crate::policy::{Access, Compiler, Plan};
use crate::resources::upstreams::Upstream;
use crate::runtime::kinds;
use crate::source::Spellings;
use authority::Hosts;
use cache::ResponseCache;
use clients::Clients;
use config::{BackendType, HttpVersion, StopOn};
use control::{Control, Default};
use invoke::Invoke;
use literal_hosts::LiteralHosts;
use outgoing::Shape;
use secrets::Secrets;
use sigv4::SigV4;
use tail::Tail;
use url::Target;

pub(crate) use config::Config;

/// IBM: 1 s to a day.
const TIMEOUTS: std::ops::RangeInclusive<u64> = 1..=86_400;

/// How documents spell the properties.
pub(crate) const SPELLINGS: Spellings = Spellings {
    aliases: &[("target_url", "target-url"), ("chunked-upload", "chunked-uploads")],
    any_case: false,
    // Editors write all of these; where they ask for what happens anyway they are accepted.
    unbuilt: &[
        ("graphql-send-type", &["detect"]),
        ("websocket-upgrade", &["false"]),
        ("secure-gateway", &["false"]),
        ("cache-ttl", &[""]),
    ],
};

/// Makes the step.
pub(crate) fn compile(config: Config, compiler: &mut Compiler<'_, '_>) -> Result<Plan, Reported> {
    let mut hosts = hosts(compiler);
    let target = url::compile(&config.target_url, &mut hosts, compiler);
    let verb = verb(&config, compiler);
    let timeout = timeout(&config, compiler);
    let headers = Control::compile("/header-control", config.header_control.as_ref(), Default::All, true, compiler);
    let tail = tail(&config, compiler);
    let input = compiler.read_variable("/input", &config.input);
    let output = compiler.output("/output", &config.output);
    let stops = stops(&config, compiler);
    let shape = shape(&config, compiler);
    let secrets = Secrets::compile(&config, compiler);
    let follow_redirects = config.follow_redirects.unwrap_or(compiler.generation == Generation::V5);
    let is_open = matches!(target, Ok(Target::Open(_)));
    let name = target.as_ref().ok().and_then(Target::upstream);
    let settings = name.as_ref().and_then(|name| compiler.shared.settings.upstreams.get(name));
    let clients = Clients::compile(&config, is_open, follow_redirects, settings, compiler);
    let upstream = match (&name, settings) {
        (Some(name), Some(settings)) => upstream::compile(name, settings, compiler),
        _ => Ok(None),
    };
    let (target, secrets, clients, upstream) = (target?, secrets?, clients?, upstream?);
    warn_of_plain_http(&config, &target, upstream.as_deref(), &secrets, compiler);
    let signature = match &config.aws_sigv4 {
        Some(config) => Some(SigV4::compile(config, &target, compiler)?),
        None => None,
    };
    let cache = ResponseCache::compile(&config, &clients, &secrets, signature.as_ref(), compiler);
    let step = Invoke {
        site: compiler.call_site(),
        clients,
        cache: cache?,
        target,
        upstream,
        hosts,
        tail: tail?,
        verb: verb?,
        timeout: timeout?,
        headers: headers?,
        secrets,
        signature,
        shape: shape?,
        follow_redirects,
        input: input?.root,
        output: output?,
        stops: stops?,
        says_why: compiler.carrier != Carrier::Ibm,
    };
    let access = access(&step);
    Ok(Plan { step: Box::new(step), access })
}

fn access(step: &Invoke) -> Access {
    let message = Root::Builtin(Builtin::Message);
    let values = step.target.references().chain(step.secrets.references()).chain(step.cache.references());
    let mut reads: Vec<Reference> = values.cloned().collect();
    // A `GET` leaves the body where it is.
    let sends_message = step.input == message && step.verb.as_ref().is_none_or(|verb| step.shape.carries_body(verb));
    let whole = step.signature.is_some() || step.cache.unsafe_too || !step.shape.chunked;
    if step.input != message || (sends_message && whole) {
        reads.push(Reference::body_of(step.input.clone()));
    }
    let streams_message = sends_message && !whole;
    Access { reads, replaces: vec![step.output.clone()], streams_message, ..Access::default() }
}

/// The hosts of the document, which a load has checked already.
fn hosts(compiler: &Compiler<'_, '_>) -> Hosts {
    let allowed = AllowedHosts::read(compiler.shared.api, compiler.shared.environment, &mut Findings::default());
    Hosts { allowed, literal: LiteralHosts::default(), required: compiler.carrier != Carrier::Ibm }
}

fn tail(config: &Config, compiler: &mut Compiler<'_, '_>) -> Result<Tail, Reported> {
    let parameters = config.parameter_control.as_ref();
    let parameters = Control::compile("/parameter-control", parameters, Default::None, false, compiler)?;
    let encoded = |name: &String| utf8_percent_encode(name, NON_ALPHANUMERIC).to_string();
    let copies = config.copy_parameters.iter().map(|(to, from)| (from.clone(), encoded(to))).collect();
    Ok(Tail { forward_path: config.forward_path, parameters, copies, encode_plus: config.encode_plus_char })
}

fn shape(config: &Config, compiler: &mut Compiler<'_, '_>) -> Result<Shape, Reported> {
    if config.backend_type == BackendType::Graphql {
        let message = "the value `graphql` of `backend-type` is known but not built yet";
        return Err(compiler.error(codes::UNBUILT_PROPERTY, "/backend-type", message));
    }
    if config.http2_required && config.http_version != HttpVersion::Http2 {
        let message = "`http2-required` asks for HTTP/2, and `http-version` for another version";
        return Err(compiler.error_with_help(
            codes::BAD_VALUE,
            "/http2-required",
            message,
            "write `http-version: HTTP/2`",
        ));
    }
    let is_http_10 = config.http_version == HttpVersion::Http10 || config.use_http_10;
    Ok(Shape {
        keep_payload: config.keep_payload,
        compression: config.compression,
        // HTTP/1.0 has no chunks.
        chunked: config.chunked_uploads && !is_http_10,
        always_chunked: config.chunked_uploads && !is_http_10 && compiler.node("/chunked-uploads").is_some(),
        backend_type: config.backend_type,
        inject_user_agent: config.inject_user_agent,
        inject_proxy_headers: config.inject_proxy_headers,
        decode_parameters: config.decode_request_params,
    })
}

/// Credentials that anybody on the way can read. The machine itself is no way.
fn warn_of_plain_http(
    config: &Config,
    target: &Target,
    upstream: Option<&Upstream>,
    secrets: &Secrets,
    compiler: &mut Compiler<'_, '_>,
) {
    let is_plain = target.is_plain_http() || upstream.is_some_and(Upstream::is_plain_http);
    let exposed = is_plain && (!secrets.is_empty() || config.aws_sigv4.is_some());
    if exposed && compiler.carrier == Carrier::XAssembly {
        let message = "the credentials of this call would travel over plain http";
        compiler.warning(codes::PLAIN_HTTP, "/target-url", message, "write `https://`");
    }
}

/// `keep`, or one of HTTP's verbs, in any case.
fn verb(config: &Config, compiler: &mut Compiler<'_, '_>) -> Result<Option<http::Method>, Reported> {
    const VERBS: [&str; 8] = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE"];
    let Some(text) = &config.verb else { return Ok(None) };
    let upper = text.trim().to_ascii_uppercase();
    if upper == "KEEP" || upper.is_empty() {
        return Ok(None);
    }
    // The v5 engine has all but the last.
    let known = if compiler.generation == Generation::V5 { &VERBS[..VERBS.len() - 1] } else { &VERBS };
    match known.contains(&upper.as_str()).then(|| http::Method::from_bytes(upper.as_bytes()).ok()).flatten() {
        Some(verb) => Ok(Some(verb)),
        None => {
            let help = format!("write `keep` or {}", quoted_list(known));
            Err(compiler.error_with_help(codes::BAD_VALUE, "/verb", format!("Invalid verb: `{text}`"), help))
        }
    }
}

fn timeout(config: &Config, compiler: &mut Compiler<'_, '_>) -> Result<Duration, Reported> {
    let timeout = config.timeout.0;
    if timeout.is_zero() || timeout.as_secs() > *TIMEOUTS.end() {
        return Err(compiler.error(codes::BAD_VALUE, "/timeout", "`timeout` is not from 1 to 86400 seconds"));
    }
    Ok(timeout)
}

/// The faults that a call raises.
const FAULTS: [&str; 3] = [kinds::CONNECTION.name, kinds::OPERATION.name, kinds::SOAP.name];

/// The faults that stop the flow. By default the DataPower API Gateway goes on, and the v5 engine stops on connection errors.
fn stops(config: &Config, compiler: &mut Compiler<'_, '_>) -> Result<StopOn, Reported> {
    let default = [FAULTS[0].to_owned()];
    let names = match &config.stop_on_error {
        Some(names) => names.as_slice(),
        None if compiler.generation == Generation::V5 => &default,
        None => &[],
    };
    compiler.check_stop_on_error(names, &FAULTS)?;
    let stops = FAULTS.map(|fault| names.iter().any(|name| name == fault));
    let stopping = FAULTS.into_iter().zip(stops).filter(|(_, stops)| *stops).map(|(name, _)| name);
    compiler.names.calls.get_or_insert_default().extend(stopping);
    let [connection, operation, soap] = stops;
    Ok(StopOn { connection, operation, soap })
}
