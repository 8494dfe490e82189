//! The exit status of a command.

/// The exit status of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Clean, or warnings only.
    Good = 0,
    /// Findings that are errors, or a function that failed.
    Findings = 1,
    /// The arguments make no sense. Clap exits with this by itself.
    Usage = 2,
    /// Something could not be read or opened.
    Failed = 3,
    /// The gateway stopped, and requests or background calls were cut off.
    Cut = 4,
    /// The routes, their callers or their steps have changed.
    Changed = 5,
    /// It has changed so that callers may be refused, or others may call.
    NeedsCare = 6,
}
