//! The upstream that a target names.

use std::sync::Arc;
use std::time::Duration;

use crate::base::Reported;
use crate::http_client::PoolOptions;
use crate::policy::Compiler;
use crate::resources::upstreams::Upstream;
use crate::settings;

/// The upstream of this name. Where something answers in the place of the network there is none: that is asked for the service,
/// whatever its targets are.
pub(super) fn compile(
    name: &str,
    settings: &settings::Upstream,
    compiler: &mut Compiler<'_, '_>,
) -> Result<Option<Arc<Upstream>>, Reported> {
    let resources = compiler.shared.resources;
    if resources.has_stand_in() {
        return Ok(None);
    }
    let profile = settings.tls_profile.as_deref();
    let tls = compiler.tls(profile)?;
    // Checks find out whether a connection can be made.
    let connect_timeout = settings.check.as_ref().map_or(Duration::from_secs(5), |check| check.timeout.0);
    let options = PoolOptions { connect_timeout, keep_alive: false, ..PoolOptions::default() };
    let http = compiler.pool(profile, &tls, &options)?;
    Ok(Some(resources.upstreams().get(name, settings, &tls, &http)))
}
