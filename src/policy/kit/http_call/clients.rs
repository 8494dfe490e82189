//! The connection pools of a step: one for what the author wrote, guarded ones for hosts that came from outside.

use std::time::Duration;

use super::config::{Config, HttpVersion};
use crate::base::Reported;
use crate::http_client::{Guard, HttpClient, PoolOptions, Protocol, TlsOptions};
use crate::policy::Compiler;
use crate::settings::Upstream;

/// Connecting takes no longer than this, whatever `timeout` says; the reply may take all of it.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The trust in a call's target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Trust {
    /// The document fixes the target.
    Fixed,
    /// A variable supplies the target; `named` if `allowed-hosts` has this very host.
    Computed { named: bool },
    /// A redirect leads to another origin: no credentials are sent there.
    Elsewhere { named: bool },
}

/// The pools.
pub(super) struct Clients {
    fixed: HttpClient,
    computed: Option<Guarded>,
    elsewhere: Option<Guarded>,
    tls: TlsOptions,
    /// The same for other origins.
    stranger: TlsOptions,
}

struct Guarded {
    /// For hosts that are not in `allowed-hosts`: not to this machine.
    unnamed: HttpClient,
    named: HttpClient,
}

impl Clients {
    /// `open` is whether a variable supplies the host.
    pub(super) fn compile(
        config: &Config,
        open: bool,
        follows: bool,
        upstream: Option<&Upstream>,
        compiler: &mut Compiler<'_, '_>,
    ) -> Result<Self, Reported> {
        let profile = match config.tls_profile.as_deref().filter(|name| !name.is_empty()) {
            Some(name) => Some(compiler.constant("/tls-profile", name)?).filter(|name| !name.is_empty()),
            None => upstream.and_then(|upstream| upstream.tls_profile.clone()),
        };
        let profile = profile.as_deref();
        let options = PoolOptions {
            connect_timeout: CONNECT_TIMEOUT,
            protocol: protocol(config),
            keep_alive: config.persistent_connection,
            lifetime: upstream.and_then(|upstream| upstream.connection_lifetime).map(|time| time.0),
            ..PoolOptions::default()
        };
        let tls = compiler.tls(profile)?;
        let fixed = compiler.pool(profile, &tls, &options)?;
        let guard = compiler.guard();
        let mut guarded = |tls: &TlsOptions| {
            let mut pool = |guard| compiler.pool(profile, tls, &PoolOptions { guard, ..options.clone() });
            let (unnamed, named) = (pool(guard)?, pool(Guard::Metadata)?);
            Ok(Guarded { unnamed, named })
        };
        let computed = if open { Some(guarded(&tls)?) } else { None };
        // A redirect shows no client certificate, and its host is called by its own name.
        let stranger = TlsOptions { client_certificate: None, client_key: None, server_name: None, ..tls.clone() };
        let elsewhere = if follows { Some(guarded(&stranger)?) } else { None };
        Ok(Clients { fixed, computed, elsewhere, tls, stranger })
    }

    /// The certificates that the connections trust and show.
    pub(super) fn tls(&self, trust: Trust) -> &TlsOptions {
        if matches!(trust, Trust::Elsewhere { .. }) { &self.stranger } else { &self.tls }
    }

    pub(super) fn of(&self, trust: Trust) -> &HttpClient {
        let (pools, named) = match trust {
            Trust::Fixed => return &self.fixed,
            Trust::Computed { named } => (&self.computed, named),
            Trust::Elsewhere { named } => (&self.elsewhere, named),
        };
        match pools {
            Some(pools) if named => &pools.named,
            Some(pools) => &pools.unnamed,
            None => &self.fixed,
        }
    }
}

fn protocol(config: &Config) -> Protocol {
    match config.http_version {
        HttpVersion::Http2 if config.http2_required => Protocol::Http2Only,
        HttpVersion::Http2 => Protocol::Http2,
        HttpVersion::Http10 => Protocol::Http10,
        HttpVersion::Http11 if config.use_http_10 => Protocol::Http10,
        HttpVersion::Http11 => Protocol::Http11,
    }
}
