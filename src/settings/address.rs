//! The form of addresses in the schema.

/// An address to listen on.
pub(super) const ADDRESS: &str = r"^(\d{1,3}(\.\d{1,3}){3}|\[[0-9A-Fa-f:.]+\]):\d{1,5}$";
pub(super) const EXPECTED: &str = "an address and a port such as `127.0.0.1:8080`";
