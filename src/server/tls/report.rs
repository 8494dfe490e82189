//! Findings about files of `server.tls`, at their places in the settings.

use aws_lc_rs::digest;

use crate::base::{Diagnostic, Findings, Reported, Span, codes};
use crate::source::{Environment, Node};

/// Reads files, and reports what is wrong with them.
pub(super) struct Report<'a> {
    environment: &'a dyn Environment,
    findings: &'a mut Findings,
    /// `server.tls` of the settings.
    node: Option<&'a Node>,
    /// The place where the settings have none.
    span: Span,
    /// Of all that was read.
    hash: digest::Context,
}

impl<'a> Report<'a> {
    pub(super) fn new(
        environment: &'a dyn Environment,
        findings: &'a mut Findings,
        node: Option<&'a Node>,
        span: Span,
    ) -> Self {
        Report { environment, findings, node, span, hash: digest::Context::new(&digest::SHA256) }
    }

    /// The SHA-256 of all that was read.
    pub(super) fn hash(self) -> Vec<u8> {
        self.hash.finish().as_ref().to_vec()
    }

    /// The text of a file that the setting at `pointer` names.
    pub(super) fn file(&mut self, pointer: &str, path: &str) -> Result<String, Reported> {
        match self.environment.file(path) {
            Ok(text) => {
                self.hash.update(text.as_bytes());
                self.hash.update(b"\n");
                Ok(text)
            }
            Err(error) => {
                let help = match error.contains("UTF-8") {
                    true => format!(
                        "PEM is text. From PKCS #12: `openssl pkcs12 -in {path} -nokeys -out cert.pem` and \
                         `openssl pkcs12 -in {path} -nocerts -nodes -out key.pem`; from DER: `openssl x509 -inform der -in {path} -out cert.pem`"
                    ),
                    false => "the path starts where Gantry was started, unless it begins with a slash".to_owned(),
                };
                Err(self.error(pointer, format!("`{path}` cannot be read: {error}"), &help))
            }
        }
    }

    pub(super) fn error(&mut self, pointer: &str, message: String, help: &str) -> Reported {
        self.findings.push(Diagnostic::error(codes::BAD_LISTENER_TLS, self.place(pointer), message).help(help))
    }

    pub(super) fn warning(&mut self, pointer: &str, message: String, help: &str) {
        self.findings.push(Diagnostic::warning(codes::BAD_LISTENER_TLS, self.place(pointer), message).help(help));
    }

    fn place(&self, pointer: &str) -> Span {
        self.node.map_or(self.span, |node| node.pointer(pointer).map_or(node.span, |node| node.span))
    }
}
