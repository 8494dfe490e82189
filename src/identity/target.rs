//! The targets of the checks: URLs and TLS profiles, read at load.

use std::time::Duration;

use http::Uri;

use crate::base::{Code, Diagnostic, Findings, Reported, Span, codes, nearest, quoted_list};
use crate::http_client::{HttpClient, PoolOptions, TlsOptions};
use crate::resources::LoadContext;
use crate::resources::fetch::Fetcher;
use crate::settings::Purpose;

/// Connecting takes no longer.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Compiles calls; what it reports is at one place.
pub struct TargetCompiler<'a, 'f> {
    pub around: LoadContext<'a>,
    pub findings: &'f mut Findings,
    pub span: Span,
}

/// A service that is called, and the client for it.
pub struct Target {
    pub fetcher: Fetcher,
    pub tls: TlsOptions,
    pub uri: Uri,
}

impl TargetCompiler<'_, '_> {
    /// The target of a URL. `purpose` is what is asked for there, and `what` is where the URL is written.
    pub fn target(&mut self, purpose: &str, what: &str, url: &str, profile: Option<&str>) -> Result<Target, Reported> {
        let uri = self.uri(what, url);
        let (client, tls) = self.client(profile)?;
        let fetcher = Fetcher::new(&client, purpose, self.around.resources.calls());
        Ok(Target { fetcher, tls, uri: uri? })
    }

    fn uri(&mut self, what: &str, url: &str) -> Result<Uri, Reported> {
        let url = url.trim();
        let scheme = url.split(':').next().unwrap_or_default().to_ascii_lowercase();
        if matches!(&*scheme, "ldap" | "ldaps") {
            let message = format!("{what} is an LDAP server, which Gantry does not ask");
            let help =
                "put an HTTP service in front of it, which answers 200 to GET with a good `Authorization` header";
            return Err(self.error(codes::BAD_TARGET, &message, help));
        }
        let is_http = |uri: &Uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some();
        let Some(uri) = url.parse().ok().filter(is_http) else {
            let message = format!("{what} is not a URL that starts with `https://` or `http://`");
            return Err(self.error(
                codes::BAD_TARGET,
                &message,
                "write it out; only properties of the API can stand in it",
            ));
        };
        let is_near = uri.host().is_some_and(|host| host == "localhost" || host.starts_with("127.") || host == "[::1]");
        if uri.scheme_str() == Some("http") && !is_near {
            let message = format!("{what} is plain `http`: whoever is on the way can read it and answer in its place");
            self.findings.push(Diagnostic::warning(codes::PLAIN_HTTP, self.span, message).help("write `https://`"));
        }
        Ok(uri)
    }

    /// The client of a TLS profile.
    fn client(&mut self, profile: Option<&str>) -> Result<(HttpClient, TlsOptions), Reported> {
        let name = profile.map(str::trim).filter(|name| !name.is_empty());
        let tls = match name {
            Some(name) => self.tls(name)?,
            None => TlsOptions::default(),
        };
        let pool = PoolOptions { connect_timeout: CONNECT_TIMEOUT, ..PoolOptions::default() };
        match self.around.resources.http_client(&tls, &pool) {
            Ok(client) => Ok((client, tls)),
            Err(error) => Err(self.bad_profile(name.unwrap_or_default(), &error.to_string())),
        }
    }

    fn tls(&mut self, name: &str) -> Result<TlsOptions, Reported> {
        let profiles = &self.around.settings.tls_profiles;
        // IBM writes `name:version`; the settings may have either.
        let Some(profile) = profiles.get(name).or_else(|| profiles.get(name.split(':').next().unwrap_or_default()))
        else {
            let known: Vec<&str> = profiles.keys().map(String::as_str).collect();
            return self.missing("TLS profile", "tls-profiles", name, &known).map(|()| TlsOptions::default());
        };
        match TlsOptions::read(profile, self.around.environment) {
            Ok(options) => Ok(options),
            Err(reason) => Err(self.bad_profile(name, &reason)),
        }
    }

    fn bad_profile(&mut self, name: &str, reason: &str) -> Reported {
        let message = format!("the TLS profile `{name}` cannot be used: {reason}");
        self.findings.push(Diagnostic::error(codes::BAD_TLS_PROFILE, self.span, message))
    }

    /// Reports what the settings must supply and do not: a warning where it is checked, which goes on without it, and an error
    /// where it is served.
    pub fn missing(&mut self, kind: &str, key: &str, name: &str, known: &[&str]) -> Result<(), Reported> {
        let help = match nearest(name, known.iter().copied()).as_slice() {
            [] => format!("add `{name}` under `{key}` in the settings file"),
            near => format!("add `{name}` under `{key}` in the settings file, or did you mean {}?", quoted_list(near)),
        };
        let message = format!("the settings have no {kind} `{name}`");
        let finding = self.around.purpose.missing(codes::ENVIRONMENT_OBJECT, self.span, message);
        let reported = self.findings.push(finding.help(help));
        if self.around.purpose == Purpose::Check { Ok(()) } else { Err(reported) }
    }

    pub fn error(&mut self, code: Code, message: &str, help: &str) -> Reported {
        self.findings.push(Diagnostic::error(code, self.span, message).help(help))
    }
}
