//! How a script is run, and what one run may use.

use std::time::Duration;

/// The limits of one run of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Limits {
    /// Time on its thread; waiting for calls and timers does not count.
    pub time: Duration,
    /// Bytes that its objects may take, and once more what it may hand to the gateway.
    pub memory: usize,
    /// Runs that may be under way at once, waiting ones included.
    pub at_once: usize,
}

/// How a script is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// A GatewayScript of the DataPower API Gateway: strict.
    GatewayScript,
    /// A GatewayScript of the v5 compatible gateway: sloppy.
    V5,
    /// The v5 engine's `javascript`: sloppy, and the variables are its globals.
    JavaScript,
    /// A condition: the value of an expression. The variables are its globals, and it changes none.
    Condition,
}

/// The library of a dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Library {
    pub has_modules: bool,
    /// The variables are globals.
    pub is_bare: bool,
}

impl Library {
    pub(super) fn of(dialect: Dialect) -> Self {
        Library {
            has_modules: dialect != Dialect::JavaScript,
            is_bare: matches!(dialect, Dialect::JavaScript | Dialect::Condition),
        }
    }
}
