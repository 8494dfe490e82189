//! Why a document is loaded.

/// Why a document is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To check it, where the gateway's settings may be missing: what they must supply is a warning.
    Check,
    /// To serve it: what the settings must supply has to be there.
    Serve,
}
