//! Parts that the policies with outgoing calls share: their HTTP client, the request they send, and the settings they need.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};

use crate::base::{Code, Help, Reported, codes, nearest, quoted_list};
use crate::expression::{Builtin, Reference, Root, Scope};
use crate::http_client::{Guard, HttpClient, PoolOptions, TlsOptions};
use crate::policy::Compiler;
use crate::runtime::{Context, Fault, FaultSource, kinds};
use crate::settings::Purpose;
use crate::value::Body;

/// How long answers may be kept, in seconds. IBM: 5 s to 367 days.
const TIMES_TO_LIVE: std::ops::RangeInclusive<u64> = 5..=31_708_800;

impl Compiler<'_, '_> {
    /// The pooled client of a step, under the TLS profile it names.
    pub(crate) fn http_client(
        &mut self,
        profile: Option<&str>,
        connect_timeout: Duration,
    ) -> Result<HttpClient, Reported> {
        let tls = self.tls(profile)?;
        self.pool(profile, &tls, &PoolOptions { connect_timeout, ..PoolOptions::default() })
    }

    /// The addresses that are closed where a variable supplies the host and `allowed-hosts` does not name it. `gantry dev` and the
    /// setting `invoke.open-networks` open the loopback addresses.
    pub(crate) fn guard(&self) -> Guard {
        let settings = self.shared.settings;
        match settings.invoke.opens_loopback() || settings.aws.local.is_some() {
            true => Guard::Metadata,
            false => Guard::MetadataAndLoopback,
        }
    }

    /// The options of the step's TLS profile.
    pub(crate) fn tls(&mut self, profile: Option<&str>) -> Result<TlsOptions, Reported> {
        match profile {
            Some(name) => self.tls_options(name),
            None => Ok(TlsOptions::default()),
        }
    }

    /// The pooled client of these options; `profile` is for messages.
    pub(crate) fn pool(
        &mut self,
        profile: Option<&str>,
        tls: &TlsOptions,
        pool: &PoolOptions,
    ) -> Result<HttpClient, Reported> {
        match self.shared.resources.http_client(tls, pool) {
            Ok(client) => Ok(client),
            Err(error) => {
                let message = format!("the TLS profile `{}` cannot be used: {error}", profile.unwrap_or_default());
                Err(self.error(codes::BAD_TLS_PROFILE, "/tls-profile", message))
            }
        }
    }

    fn tls_options(&mut self, name: &str) -> Result<TlsOptions, Reported> {
        let profiles = &self.shared.settings.tls_profiles;
        // IBM writes `name:version`; the settings may have either.
        let known = profiles.get(name).or_else(|| profiles.get(name.split(':').next().unwrap_or_default()));
        let Some(profile) = known else {
            let known: Vec<&str> = profiles.keys().map(String::as_str).collect();
            return self
                .missing_object("/tls-profile", "TLS profile", "tls-profiles", name, &known)
                .map(|()| TlsOptions::default());
        };
        match TlsOptions::read(profile, self.shared.environment) {
            Ok(options) => Ok(options),
            Err(message) => {
                let message = format!("the TLS profile `{name}` cannot be used: {message}");
                Err(self.error(codes::BAD_TLS_PROFILE, "/tls-profile", message))
            }
        }
    }

    /// Reports what the settings must supply and do not, as [`Compiler::missing_setting`] does.
    pub(crate) fn missing_object(
        &mut self,
        pointer: &str,
        kind: &str,
        key: &str,
        name: &str,
        known: &[&str],
    ) -> Result<(), Reported> {
        let near = nearest(name, known.iter().copied());
        let help = match near.as_slice() {
            [] => format!("add `{name}` under `{key}` in the settings file"),
            near => format!("add `{name}` under `{key}` in the settings file, or did you mean {}?", quoted_list(near)),
        };
        let message = self.without_masked(format!("the settings have no {kind} `{name}`"));
        let help = self.without_masked(help);
        self.missing_setting(codes::ENVIRONMENT_OBJECT, pointer, message, help)
    }

    /// Reports a value that the environment or the settings must supply. It is a warning in a check, which goes on without it, and
    /// an error when the document is served.
    pub(crate) fn missing_setting(
        &mut self,
        code: Code,
        pointer: &str,
        message: impl Into<String>,
        help: impl Into<Help>,
    ) -> Result<(), Reported> {
        let span = self.span(pointer);
        let finding = self.shared.purpose.missing(code, span, message);
        let reported = self.findings.push(finding.help(help));
        if self.shared.purpose == Purpose::Check { Ok(()) } else { Err(reported) }
    }
}

/// A time that answers may be kept for.
pub(crate) fn time_to_live(
    pointer: &str,
    time: Duration,
    compiler: &mut Compiler<'_, '_>,
) -> Result<Duration, Reported> {
    if TIMES_TO_LIVE.contains(&time.as_secs()) {
        return Ok(time);
    }
    let name = pointer.rsplit('/').next().unwrap_or_default();
    let (least, most) = (TIMES_TO_LIVE.start(), TIMES_TO_LIVE.end());
    Err(compiler.error(codes::BAD_VALUE, pointer, format!("`{name}` is not from {least} to {most} seconds")))
}

/// The body that `input` names, where it names one and not a part of it.
pub(crate) fn whole_body<'c>(cx: &'c Context, input: &Reference) -> Option<&'c Body> {
    match &input.root {
        _ if !is_whole(input) => None,
        Root::Builtin(Builtin::Request) => Some(&cx.state.request.body),
        root => cx.state.input(root).map(|message| &message.body),
    }
}

/// Whether it names a message or its body.
pub(crate) fn is_whole(input: &Reference) -> bool {
    input.path.is_empty() || (input.path.len() == 1 && &*input.path[0] == "body")
}

/// The exact bytes of what `input` names: the body of a message or of the request, or a variable that is a plain value. Of a
/// map with the member `body` it is that member, as `set: order.body` makes one.
pub(crate) fn input_body(cx: &Context, input: &Reference) -> Result<Bytes, Fault> {
    match whole_body(cx, input) {
        Some(Body::Stream(_) | Body::Gone) => {
            let message = "the body of `input` was sent on as a stream and cannot be read again";
            Err(Fault::new(&kinds::RUNTIME, FaultSource::Gateway, message))
        }
        Some(body) => Ok(body.bytes().unwrap_or_default()),
        None => {
            let value = cx.get(input);
            Ok(value.get("body").filter(|_| input.path.is_empty()).unwrap_or(value.view()).to_bytes())
        }
    }
}

/// The headers of what `input` names. A header that cannot be one, made by `set: order.headers.x`, is left out.
pub(crate) fn input_headers<'c>(cx: &'c Context, root: &Root) -> Cow<'c, HeaderMap> {
    if let Root::Builtin(Builtin::Request) = root {
        return Cow::Borrowed(&cx.state.request.headers);
    }
    if let Some(message) = cx.state.input(root) {
        return Cow::Borrowed(&message.headers);
    }
    let Some(members) = cx.state.value(root).and_then(|value| value.get("headers")?.as_object()) else {
        return Cow::default();
    };
    let headers = members.iter().filter_map(|(name, value)| {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        Some((name, HeaderValue::from_bytes(value.to_text().as_bytes()).ok()?))
    });
    Cow::Owned(headers.collect())
}
