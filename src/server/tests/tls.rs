//! TLS of the listener, with a client of rustls.

use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use tempfile::TempDir;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::*;
use crate::base::Findings;
use crate::server::Material;
use crate::settings::{ServerCertificate, ServerTls, TlsVersion};
use crate::source::ProcessEnvironment;
use crate::test_support::Authority;

/// The material of these files, without findings.
pub(super) fn material(of: &ServerTls) -> Material {
    let mut findings = Findings::default();
    let span = Sources::default().add("settings.yaml", "").start();
    let material = Material::read(of, None, span, &ProcessEnvironment, &mut findings);
    assert_eq!(findings.iter().count(), 0);
    material.unwrap_or_else(|_| panic!("the files cannot be used"))
}

/// A server with a certificate of an authority.
struct Site {
    authority: Authority,
    folder: TempDir,
}

impl Site {
    fn new() -> Self {
        let site = Site { authority: Authority::new(), folder: tempfile::tempdir().unwrap() };
        site.issue();
        site
    }

    /// Writes a new certificate for the same name.
    fn issue(&self) {
        let (certificate, key) = self.authority.issue("a.example");
        std::fs::write(self.folder.path().join("a.pem"), certificate.pem()).unwrap();
        std::fs::write(self.folder.path().join("a.key"), key.serialize_pem()).unwrap();
    }

    fn tls(&self) -> ServerTls {
        let path = |name: &str| self.folder.path().join(name).to_str().unwrap().to_owned();
        let certificates = vec![ServerCertificate { certificate: path("a.pem"), key: path("a.key") }];
        let min_version = TlsVersion::default();
        ServerTls { certificates, clients: None, min_version, redirect_listen: None, redirect_port: None }
    }

    async fn connect(&self, server: &Running) -> TlsStream<TcpStream> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(&self.authority.pem()).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = config.with_root_certificates(roots).with_no_client_auth();
        let name = ServerName::try_from("a.example").unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, server.connect().await).await.unwrap()
    }
}

fn shown(stream: &TlsStream<TcpStream>) -> CertificateDer<'static> {
    stream.get_ref().1.peer_certificates().unwrap()[0].clone()
}

async fn ask(stream: &mut TlsStream<TcpStream>) -> String {
    stream.write_all(b"GET /x HTTP/1.1\r\nHost: a.example\r\n\r\n").await.unwrap();
    let (mut text, mut buffer) = (String::new(), [0; 4096]);
    while !text.contains("\r\n\r\n") {
        let count = timeout(PATIENCE, stream.read(&mut buffer)).await.unwrap().unwrap();
        assert_ne!(count, 0, "closed after {text:?}");
        text.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
    }
    text
}

async fn serving(site: &Site) -> Running {
    let answer = pipeline(vec![change(|cx| cx.state.outgoing.is_response = true)]);
    let settings = Server { tls: Some(site.tls()), ..settings() };
    start(settings, snapshot(vec![("GET", "/{x}", answer)])).await
}

#[tokio::test]
async fn new_certificates_are_for_new_connections() {
    let site = Site::new();
    let server = serving(&site).await;
    let mut first = site.connect(&server).await;
    assert_eq!(status(&ask(&mut first).await), 200);
    let tls = server.tls.clone().unwrap();
    assert!(!tls.replace(material(&site.tls())), "the files are the same");
    site.issue();
    assert!(tls.replace(material(&site.tls())));
    let mut second = site.connect(&server).await;
    assert_ne!(shown(&first), shown(&second));
    for stream in [&mut first, &mut second] {
        assert_eq!(status(&ask(stream).await), 200);
    }
}

#[tokio::test(start_paused = true)]
async fn a_handshake_that_does_not_come_is_late() {
    let site = Site::new();
    let server = still(serving(&site)).await;
    let mut stream = still(server.connect()).await;
    // The beginning of a handshake.
    still(stream.write_all(&[0x16, 3, 1, 2, 0])).await.unwrap();
    still(server.counts("gantry_connections{listener=\"traffic\"} 1")).await;
    tokio::time::sleep(Duration::from_secs(11)).await;
    still(server.counts("gantry_refused_total{reason=\"header_timeout\"} 1")).await;
    still(server.counts("gantry_connections{listener=\"traffic\"} 0")).await;
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_does_not_wait_for_handshakes() {
    let site = Site::new();
    let mut server = still(serving(&site)).await;
    let _silent = still(server.connect()).await;
    still(server.counts("gantry_connections{listener=\"traffic\"} 1")).await;
    let started = tokio::time::Instant::now();
    server.drain();
    let report = server.ended.await.unwrap();
    assert_eq!(report.connections_cut, 0);
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
}
