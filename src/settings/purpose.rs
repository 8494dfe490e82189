//! Why a document is loaded.

use crate::base::{Code, Diagnostic, Span};

/// Why a document is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To check it, where the gateway's settings may be missing: what they must supply is a warning.
    Check,
    /// To serve it: what the settings must supply has to be there.
    Serve,
}

impl Purpose {
    /// The finding where something is missing that the environment or the settings must supply.
    pub fn missing(self, code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
        match self {
            Purpose::Check => {
                Diagnostic::warning(code, span, format!("{}, which `gantry serve` refuses", message.into()))
            }
            Purpose::Serve => Diagnostic::error(code, span, message),
        }
    }
}
