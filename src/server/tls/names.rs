//! The choice of a certificate by the name that a client asks for.

use std::collections::HashMap;
use std::sync::Arc;

use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::files::Served;

/// Certificates by name.
#[derive(Debug)]
pub(super) struct Names {
    by_name: HashMap<String, Arc<CertifiedKey>>,
    /// The first of all.
    default: Option<Arc<CertifiedKey>>,
}

impl Names {
    /// The first certificate with a name is the one for it.
    pub(super) fn new(all: Vec<Served>) -> Self {
        let mut names = Names { by_name: HashMap::new(), default: None };
        for served in all {
            let key = Arc::new(served.key);
            names.default.get_or_insert_with(|| key.clone());
            for name in served.names {
                names.by_name.entry(name).or_insert_with(|| key.clone());
            }
        }
        names
    }

    fn find(&self, name: &str) -> Option<&Arc<CertifiedKey>> {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        let below = || name.split_once('.').and_then(|(_, parent)| self.by_name.get(&format!("*.{parent}")));
        self.by_name.get(&name).or_else(below)
    }
}

impl ResolvesServerCert for Names {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        hello.server_name().and_then(|name| self.find(name)).or(self.default.as_ref()).cloned()
    }
}
