//! `invoke`: calls an HTTP service.

mod config;
mod control;
mod step;
#[cfg(test)]
mod tests;
mod url;

use std::time::Duration;

use super::{Access, Compiled, Compiler, Meta, Plan, Policy};
use crate::assembly::Generation;
use crate::diagnostics::{codes, nearest, quoted_list};
use crate::expression::{Builtin, Reference, Root};
use crate::source::Spellings;
use config::StopOn;
use control::{Control, Default};

pub use config::Config;

/// Connecting takes no longer than this, whatever `timeout` says; the reply may take all of it.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// IBM: 1 s to a day.
const TIMEOUTS: std::ops::RangeInclusive<u64> = 1..=86_400;

/// The policy.
pub struct Invoke;

impl Policy for Invoke {
    const META: Meta = Meta {
        name: "invoke",
        aliases: &[],
        versions: &["1.0.0", "1.5.0", "2.0.0", "2.1.0", "2.2.0", "2.3.0"],
        summary: "Calls an HTTP service.",
        page: include_str!("page.md"),
        examples: examples!["keep-and-headers", "output-and-catch"],
        spellings: Spellings {
            aliases: &[("target_url", "target-url")],
            any_case: false,
            // Editors write all of these; where they ask for what happens anyway they are accepted.
            unbuilt: &[
                ("backend-type", &["detect", "json", "xml", "binary"]),
                ("graphql-send-type", &["detect"]),
                ("http-version", &["HTTP/1.1", "1.1"]),
                ("http2-required", &["false"]),
                ("use-http-10", &["false"]),
                ("websocket-upgrade", &["false"]),
                ("compression", &["false"]),
                ("cache-response", &["protocol", "no-cache"]),
                ("cache-ttl", &["*"]),
                ("cache-key", &["*"]),
                ("cache-putpost-response", &["false"]),
                ("follow-redirects", &["false"]),
                ("chunked-uploads", &["*"]),
                ("persistent-connection", &["true"]),
                ("inject-user-agent", &["false"]),
                ("decode-request-params", &["false"]),
                ("encode-plus-char", &["false"]),
                ("keep-payload", &["false"]),
                ("username", &[""]),
                ("password", &[""]),
                ("aws-sigv4", &[]),
                ("api-key", &[]),
                ("forward-path", &[]),
            ],
        },
        literal: &[],
    };
    type Config = Config;

    fn compile(config: Config, compiler: &mut Compiler<'_, '_>) -> Option<Compiled> {
        let target = url::compile(&config.target_url, compiler);
        let verb = verb(&config, compiler);
        let timeout = timeout(&config, compiler);
        let headers = Control::compile("/header-control", config.header_control.as_ref(), Default::All, true, compiler);
        let parameters =
            Control::compile("/parameter-control", config.parameter_control.as_ref(), Default::None, false, compiler);
        let input = compiler.read_variable("/input", &config.input);
        let output = compiler.output("/output", &config.output);
        let stops = stops(&config, compiler);
        let client =
            compiler.http_client(config.tls_profile.as_deref().filter(|name| !name.is_empty()), CONNECT_TIMEOUT);
        let step = step::Invoke {
            client: client?,
            target: target?,
            verb: verb?,
            timeout: timeout?,
            headers: headers?,
            parameters: parameters?,
            input: input?.root,
            output: output?,
            stops: stops?,
            inject_proxy_headers: config.inject_proxy_headers,
        };
        let access = access(&step);
        Some(Compiled::Step(Plan { step: Box::new(step), access }))
    }
}

fn access(step: &step::Invoke) -> Access {
    let message = Root::Builtin(Builtin::Message);
    let mut reads: Vec<Reference> = step.target.references().cloned().collect();
    if step.input != message {
        reads.push(Reference { root: step.input.clone(), path: ["body".into()].into() });
    }
    // A `GET` leaves the body where it is.
    let streams_message = step.input == message && step.verb.as_ref().is_none_or(step::carries_body);
    Access { reads, replaces: vec![step.output.clone()], streams_message, diverges: false }
}

/// `keep`, or one of HTTP's verbs, in any case.
fn verb(config: &Config, compiler: &mut Compiler<'_, '_>) -> Option<Option<http::Method>> {
    const VERBS: [&str; 8] = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE"];
    let Some(text) = &config.verb else { return Some(None) };
    let upper = text.trim().to_ascii_uppercase();
    if upper == "KEEP" || upper.is_empty() {
        return Some(None);
    }
    match VERBS.contains(&upper.as_str()).then(|| http::Method::from_bytes(upper.as_bytes()).ok()).flatten() {
        Some(verb) => Some(Some(verb)),
        None => {
            let help = format!("write `keep` or {}", quoted_list(&VERBS));
            compiler.error_with_help(codes::BAD_VALUE, "/verb", format!("`{text}` is no verb"), help);
            None
        }
    }
}

fn timeout(config: &Config, compiler: &mut Compiler<'_, '_>) -> Option<Duration> {
    let timeout = config.timeout.0;
    if timeout.is_zero() || timeout.as_secs() > *TIMEOUTS.end() {
        compiler.error(codes::BAD_VALUE, "/timeout", "`timeout` is not from 1 to 86400 seconds");
        return None;
    }
    Some(timeout)
}

/// Which faults stop the flow. Where nothing is said, the DataPower API Gateway goes on and the v5 engine stops on
/// connection errors.
fn stops(config: &Config, compiler: &mut Compiler<'_, '_>) -> Option<StopOn> {
    let Some(names) = &config.stop_on_error else {
        return Some(StopOn { connection: compiler.generation == Generation::V5, ..StopOn::default() });
    };
    let mut stops = StopOn::default();
    let mut good = true;
    for (index, name) in names.iter().enumerate() {
        match name.as_str() {
            "ConnectionError" => stops.connection = true,
            "OperationError" => stops.operation = true,
            "SOAPError" => stops.soap = true,
            other => {
                good = false;
                let known = ["ConnectionError", "OperationError", "SOAPError"];
                let near = nearest(other, known);
                let names = if near.is_empty() { quoted_list(&known) } else { quoted_list(&near) };
                let message = format!("`invoke` raises no `{other}`");
                let pointer = format!("/stop-on-error/{index}");
                compiler.error_with_help(codes::BAD_VALUE, &pointer, message, format!("write {names}"));
            }
        }
    }
    good.then_some(stops)
}
