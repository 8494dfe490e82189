//! TLS of the listener: certificates that can be replaced while connections are open.

mod client;
mod files;
mod names;
mod report;

use std::io;
use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs as provider;
use rustls::version::{TLS12, TLS13};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use names::Names;
use report::Report;

use crate::base::{Findings, Reported, Span};
use crate::runtime::ClientCertificate;
use crate::settings::{ServerTls, TlsVersion};
use crate::source::{Environment, Node};

/// The TLS of a listener. Each connection takes what is current when it begins.
pub struct Tls(ArcSwap<Material>);

/// A connection after the handshake, and its client's certificate.
type Shaken = (TlsStream<TcpStream>, Option<Arc<ClientCertificate>>);

/// The material that is made of the files of `server.tls`.
pub struct Material {
    config: Arc<ServerConfig>,
    /// Of the files.
    hash: Vec<u8>,
}

impl Material {
    /// Reads the files. `node` is `server.tls` of the settings file, `span` the place of findings where there is none.
    pub fn read(
        settings: &ServerTls,
        node: Option<&Node>,
        span: Span,
        environment: &dyn Environment,
        findings: &mut Findings,
    ) -> Result<Self, Reported> {
        let provider = Arc::new(provider::default_provider());
        let mut report = Report::new(environment, findings, node, span);
        let all: Vec<_> = settings
            .certificates
            .iter()
            .enumerate()
            .map(|(index, pair)| files::served(pair, &format!("/certificates/{index}"), &provider, &mut report))
            .collect();
        let names = Names::new(all.into_iter().collect::<Result<_, _>>()?);
        let unusable = |report: &mut Report<'_>, error: rustls::Error| {
            report.error("", format!("TLS cannot be set up: {error}"), "this is a defect of Gantry")
        };
        let versions: &[_] = match settings.min_version {
            TlsVersion::Tls12 => &[&TLS13, &TLS12],
            TlsVersion::Tls13 => &[&TLS13],
        };
        let builder = ServerConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(versions)
            .map_err(|error| unusable(&mut report, error))?;
        let builder = match settings.clients.as_ref().map(|clients| files::verifier(clients, &provider, &mut report)) {
            Some(verifier) => builder.with_client_cert_verifier(verifier?),
            None => builder.with_no_client_auth(),
        };
        let mut config = builder.with_cert_resolver(Arc::new(names));
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        // A key of its own: what one set of files has let in, another one does not let in again.
        config.ticketer = provider::Ticketer::new().map_err(|error| unusable(&mut report, error))?;
        Ok(Material { config: Arc::new(config), hash: report.hash() })
    }
}

impl Tls {
    pub fn new(material: Material) -> Self {
        Tls(ArcSwap::from_pointee(material))
    }

    /// Replaces the certificates for connections that are still to come. False where the files are the same.
    pub fn replace(&self, material: Material) -> bool {
        let is_new = self.0.load().hash != material.hash;
        if is_new {
            self.0.store(Arc::new(material));
        }
        is_new
    }

    /// The handshake, and the certificate that the client has shown. The caller limits its time.
    pub(super) async fn accept(&self, stream: TcpStream) -> io::Result<Shaken> {
        let acceptor = TlsAcceptor::from(self.0.load().config.clone());
        let stream = acceptor.accept(stream).await?;
        let certificate = match stream.get_ref().1.peer_certificates().and_then(<[_]>::first) {
            // A session that is resumed is not verified again.
            Some(shown) => {
                let error = || {
                    io::Error::new(
                        io::ErrorKind::InvalidData,
                        "the client's certificate has expired, or cannot be read",
                    )
                };
                Some(Arc::new(client::read(shown).ok_or_else(error)?))
            }
            None => None,
        };
        Ok((stream, certificate))
    }
}
