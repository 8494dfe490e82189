//! What the policies that call out share: their HTTP client, and where their answer goes.

use std::time::Duration;

use super::Compiler;
use super::compiler::Purpose;
use crate::diagnostics::{Diagnostic, codes, nearest, quoted_list};
use crate::http_client::{HttpClient, PoolOptions, TlsOptions};
use crate::settings::TlsProfile;
use crate::source::Environment;
use crate::value::Secret;

impl Compiler<'_, '_> {
    /// The pooled client of a step, under the TLS profile it names.
    pub(super) fn http_client(&mut self, profile: Option<&str>, connect_timeout: Duration) -> Option<HttpClient> {
        let tls = match profile {
            Some(name) => self.tls_options(name)?,
            None => TlsOptions::default(),
        };
        let pool = PoolOptions { connect_timeout, ..PoolOptions::default() };
        match self.shared.resources.http_client(&tls, &pool) {
            Ok(client) => Some(client),
            Err(error) => {
                let message = format!("the TLS profile `{}` cannot be used: {error}", profile.unwrap_or_default());
                self.error(codes::BAD_TLS_PROFILE, "/tls-profile", message);
                None
            }
        }
    }

    fn tls_options(&mut self, name: &str) -> Option<TlsOptions> {
        let profiles = &self.shared.settings.tls_profiles;
        // IBM writes `name:version`; the settings may have either.
        let known = profiles.get(name).or_else(|| profiles.get(name.split(':').next().unwrap_or_default()));
        let Some(profile) = known else {
            let known: Vec<&str> = profiles.keys().map(String::as_str).collect();
            return self.missing_object("/tls-profile", "TLS profile", "tls-profiles", name, &known).then(TlsOptions::default);
        };
        match read_profile(profile, self.shared.environment) {
            Ok(options) => Some(options),
            Err(message) => {
                let message = format!("the TLS profile `{name}` cannot be used: {message}");
                self.error(codes::BAD_TLS_PROFILE, "/tls-profile", message);
                None
            }
        }
    }

    /// Reports what the settings must supply and do not; says whether to go on.
    pub(super) fn missing_object(&mut self, pointer: &str, kind: &str, key: &str, name: &str, known: &[&str]) -> bool {
        let near = nearest(name, known.iter().copied());
        let help = match near.as_slice() {
            [] => format!("add `{name}` under `{key}` in the settings file"),
            near => format!("add `{name}` under `{key}` in the settings file, or did you mean {}?", quoted_list(near)),
        };
        let message = format!("the settings have no {kind} `{name}`");
        let span = self.span(pointer);
        let finding = match self.shared.purpose {
            Purpose::Check => Diagnostic::warning(codes::ENVIRONMENT_OBJECT, span, message),
            Purpose::Serve => Diagnostic::error(codes::ENVIRONMENT_OBJECT, span, message),
        };
        self.findings.push(finding.help(help));
        self.shared.purpose == Purpose::Check
    }
}

/// The files of a profile; the error is one sentence.
fn read_profile(profile: &TlsProfile, environment: &dyn Environment) -> Result<TlsOptions, String> {
    let read = |path: &Option<String>| match path {
        Some(path) => environment.file(path).map(Some).map_err(|error| format!("cannot read `{path}`: {error}")),
        None => Ok(None),
    };
    Ok(TlsOptions {
        ca: read(&profile.ca)?.map(String::into_bytes),
        client_certificate: read(&profile.certificate)?.map(String::into_bytes),
        client_key: read(&profile.key)?.map(Secret::new),
        server_name: profile.server_name.clone(),
        verify: profile.verify,
    })
}
