//! The certificates of the listener: read at start, and again when their files change.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use crate::base::{Findings, Reported, Sources, Span};
use crate::server::{Material, Tls};
use crate::settings::ServerTls;
use crate::source::{Environment, Node};

/// Nothing where APIs are served over plain HTTP. The settings are those of the start.
#[derive(Default)]
pub(super) struct Certificates(OnceLock<(ServerTls, Arc<Tls>)>);

impl Certificates {
    pub(super) fn tls(&self) -> Option<Arc<Tls>> {
        self.0.get().map(|(_, tls)| tls.clone())
    }

    pub(super) fn files(&self) -> Vec<PathBuf> {
        self.0.get().map(|(of, _)| of.files().into_iter().map(PathBuf::from).collect()).unwrap_or_default()
    }

    /// Reads the files for the first time; later, this does nothing. `node` is `server.tls` of the settings file.
    pub(super) fn begin(
        &self,
        of: &ServerTls,
        node: Option<&Node>,
        environment: &dyn Environment,
        sources: &mut Sources,
        findings: &mut Findings,
    ) -> Result<(), Reported> {
        if self.0.get().is_some() {
            return Ok(());
        }
        let span = unknown(sources);
        let material = Material::read(of, node, span, environment, findings)?;
        warn(findings);
        self.0.get_or_init(|| (of.clone(), Arc::new(Tls::new(material))));
        Ok(())
    }

    /// Reads the files again. Where one of them cannot be used, the certificates before stay in use, and the log has the reason.
    pub(super) fn renew(&self, environment: &dyn Environment) {
        let Some((of, tls)) = self.0.get() else { return };
        let (mut sources, mut findings) = (Sources::default(), Findings::default());
        let span = unknown(&mut sources);
        let material = Material::read(of, None, span, environment, &mut findings);
        warn(&findings);
        match material {
            Ok(material) => {
                if tls.replace(material) {
                    tracing::info!("new certificates of `server.tls` are in use");
                }
            }
            Err(_) => tracing::error!("the files of `server.tls` cannot be used; the certificates before stay in use"),
        }
    }
}

/// The place of findings about settings that are in no file.
fn unknown(sources: &mut Sources) -> Span {
    sources.add("the settings", "").start()
}

fn warn(findings: &Findings) {
    for finding in findings.iter() {
        tracing::warn!(help = finding.help.as_ref().map(|help| help.sentence.as_str()), "{}", finding.message);
    }
}
