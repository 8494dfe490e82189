//! How calls are made: the properties of the step, and those of `client-config`.

use std::time::Duration;

use crate::base::{Diagnostic, Reported, codes};
use crate::policy::Compiler;

use super::client_config::ClientConfig;
use super::config::Config;
use super::retry::Retry;
use super::short_forms::{RetryRules, RetryWhen};

/// The most calls that `retry` makes.
const ATTEMPTS: u32 = 10;

/// How calls are made, whichever property says so.
pub(super) struct CallLimits {
    pub timeout: Duration,
    pub connect_timeout: Duration,
    /// How long a connection may stand unused, where that is said.
    pub idle_timeout: Option<Duration>,
    pub retry: Retry,
}

/// Compiles the properties.
pub(super) fn compile(config: &Config, compiler: &mut Compiler<'_, '_>) -> Result<CallLimits, Reported> {
    let default = ClientConfig::default();
    let client = config.client_config.as_ref().unwrap_or(&default);
    let said = [
        ("clientExecutionTimeout", client.client_execution_timeout.is_some(), "timeout"),
        ("connectionTimeout", client.connection_timeout.is_some(), "connect-timeout"),
        ("clientRetryCount", client.client_retry_count.is_some(), "retry"),
        ("enableThrottledRetries", client.enable_throttled_retries.is_some(), "retry"),
    ];
    let mark = compiler.findings.mark();
    for (name, written, own) in said {
        if written && compiler.node(&format!("/{own}")).is_some() {
            let own_span = compiler.span(&format!("/{own}"));
            let message = format!("`{name}` and `{own}` say the same thing");
            let finding =
                Diagnostic::error(codes::TWO_SPELLINGS, compiler.span(&format!("/client-config/{name}")), message);
            compiler.findings.push(finding.label(own_span, "already said here").help("remove one of the two"));
        }
    }
    warn_of_useless(client, compiler);
    let time = |time: Option<u64>| time.filter(|time| *time > 0).map(Duration::from_millis);
    let timeout = time(client.client_execution_timeout).unwrap_or(config.timeout.0);
    let connect_timeout = time(client.connection_timeout).unwrap_or(config.connect_timeout.0);
    for (name, time) in [("timeout", timeout), ("connect-timeout", connect_timeout)] {
        if time.is_zero() {
            let message = format!("`{name}` is no time at all, so every call would fail");
            compiler.error(codes::BAD_VALUE, &format!("/{name}"), message);
        }
    }
    let attempt_timeouts = [time(client.request_timeout), time(client.socket_timeout)];
    let attempt_timeout = attempt_timeouts.into_iter().flatten().min();
    let rules = config.retry.map_or_else(|| rules(client), |retry| retry.0);
    let retry = Retry { rules, attempt_timeout };
    compiler.findings.errors_since(mark)?;
    Ok(CallLimits { timeout, connect_timeout, idle_timeout: time(client.max_connection_idle_time), retry })
}

/// A count says how often and not after what: a function that may have run is never called again for it.
fn rules(client: &ClientConfig) -> RetryRules {
    let mut rules = RetryRules::default();
    if client.enable_throttled_retries == Some(true) {
        rules.when = RetryWhen::Throttled;
    }
    if let Some(count) = client.client_retry_count {
        rules.attempts = count.saturating_add(1).min(ATTEMPTS);
    }
    rules
}

/// Warns of what changes nothing, except where it asks for what happens anyway.
fn warn_of_useless(client: &ClientConfig, compiler: &mut Compiler<'_, '_>) {
    let nothing = "remove it";
    let number = |value: Option<i64>| value.is_some_and(|value| value > 0);
    let is_version_4 = |name: &String| name.contains('4');
    let useless = [
        ("enableKeepAlive", client.enable_keep_alive == Some(false), "TCP keep-alive is always on"),
        ("connectionExpirationTimeout", number(client.connection_expiration_timeout), nothing),
        ("enableExpectContinue", client.enable_expect_continue == Some(true), nothing),
        ("enableGzip", client.enable_gzip == Some(true), nothing),
        ("enableHostPrefixInjection", client.enable_host_prefix_injection == Some(true), nothing),
        ("enableResponseMetadataCache", client.enable_response_metadata_cache == Some(true), nothing),
        ("responseMetadataCacheSize", number(client.response_metadata_cache_size), nothing),
        (
            "signatureAlgorithm",
            client.signature_algorithm.as_ref().is_some_and(|name| !is_version_4(name)),
            "calls are signed with version 4",
        ),
        ("tcpSendBufferSizeHint", number(client.tcp_send_buffer_size_hint), nothing),
        ("tcpReceiveBufferSizeHint", number(client.tcp_receive_buffer_size_hint), nothing),
        (
            "serverRetryCount",
            client.server_retry_count.is_some_and(|count| count > 0),
            "write `retry: always` where the function may run more than once",
        ),
        ("clientRetryCount", client.client_retry_count.is_some_and(|count| count >= ATTEMPTS), "9 is the most"),
    ];
    for (name, _, help) in useless.into_iter().filter(|(_, written, _)| *written) {
        let message = match name {
            "clientRetryCount" => "a call is made 10 times at most, so this is less here".to_owned(),
            name => format!("`{name}` has no counterpart here and changes nothing"),
        };
        compiler.warning(codes::NO_COUNTERPART, &format!("/client-config/{name}"), message, help);
    }
}
