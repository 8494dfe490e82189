//! A private authority and servers with its certificates, for tests.

use std::io::BufReader;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection};
use rustls_pki_types::PrivateKeyDer;

use super::test_server::{Answer, Recorded, read_request, write_answer};

/// An authority of these tests only.
pub(crate) struct Authority {
    ca: CertifiedIssuer<'static, KeyPair>,
}

/// A server of that authority; it ends with the test's process.
pub(crate) struct TlsServer {
    address: SocketAddr,
    seen: Seen,
}

/// Every request, with the name that its connection asked for.
type Seen = Arc<Mutex<Vec<(Option<String>, Recorded)>>>;

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Authority { ca: CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap() }
    }

    pub(crate) fn pem(&self) -> Vec<u8> {
        self.ca.pem().into_bytes()
    }

    pub(crate) fn issue(&self, name: &str) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &self.ca).unwrap();
        (certificate, key)
    }

    /// Answers 200 and `{}` under this name; demands a client certificate of this authority if `mutual`.
    pub(crate) fn serve(&self, name: &str, mutual: bool) -> TlsServer {
        let config = Arc::new(self.config(name, mutual));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = TlsServer { address: listener.local_addr().unwrap(), seen: Seen::default() };
        let seen = server.seen.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (config, seen) = (config.clone(), seen.clone());
                std::thread::spawn(move || {
                    let connection = ServerConnection::new(config).unwrap();
                    let mut tls = BufReader::new(rustls::StreamOwned::new(connection, stream));
                    while let Some(request) = read_request(&mut tls) {
                        let name = tls.get_ref().conn.server_name().map(|name| name.to_string());
                        seen.lock().unwrap().push((name, request));
                        let kind = ("content-type", "application/json".to_owned());
                        write_answer(tls.get_mut(), Answer::Reply(200, vec![kind], b"{}".to_vec()));
                    }
                });
            }
        });
        server
    }

    fn config(&self, name: &str, mutual: bool) -> ServerConfig {
        let (certificate, key) = self.issue(name);
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder =
            ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions().unwrap();
        let builder = if mutual {
            let mut roots = RootCertStore::empty();
            roots.add(self.ca.der().clone()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider).build().unwrap();
            builder.with_client_cert_verifier(verifier)
        } else {
            builder.with_no_client_auth()
        };
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        builder.with_single_cert(vec![certificate.der().clone()], key).unwrap()
    }
}

impl TlsServer {
    pub(crate) fn url(&self) -> String {
        format!("https://{}/", self.address)
    }

    pub(crate) fn seen(&self) -> Vec<(Option<String>, Recorded)> {
        self.seen.lock().unwrap().clone()
    }
}
