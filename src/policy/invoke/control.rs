//! `header-control` and `parameter-control`: which names pass.

use regex::{RegexSet, RegexSetBuilder};

use super::config::{ControlConfig, ControlKind};
use crate::diagnostics::codes;
use crate::policy::Compiler;

/// A compiled control list.
pub(super) enum Control {
    All,
    None,
    Only(RegexSet),
    AllBut(RegexSet),
}

/// What passes where nothing is written.
#[derive(Clone, Copy)]
pub(super) enum Default {
    All,
    None,
}

impl Control {
    /// Compiles a list. The patterns run in linear time; what needs more than that is refused.
    pub(super) fn compile(
        pointer: &str,
        config: Option<&ControlConfig>,
        default: Default,
        any_case: bool,
        compiler: &mut Compiler<'_, '_>,
    ) -> Option<Self> {
        let Some(config) = config else {
            return Some(match default {
                Default::All => Control::All,
                Default::None => Control::None,
            });
        };
        let values: Vec<&str> = config.values.iter().map(String::as_str).filter(|value| !value.is_empty()).collect();
        match (config.kind, values.is_empty()) {
            (ControlKind::Allow, true) => return Some(Control::None),
            (ControlKind::Block, true) => return Some(Control::All),
            _ => {}
        }
        let mut good = true;
        for (index, value) in config.values.iter().enumerate() {
            if let Err(error) = regex::Regex::new(value) {
                good = false;
                let reason =
                    error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
                let message = format!("this pattern cannot be used: {reason}");
                let help = "look-around and back references are not supported; they can take exponential time";
                compiler.error_with_help(codes::BAD_VALUE, &format!("{pointer}/values/{index}"), message, help);
            }
        }
        let set = RegexSetBuilder::new(values).case_insensitive(any_case).build().ok().filter(|_| good)?;
        Some(match config.kind {
            ControlKind::Allow => Control::Only(set),
            ControlKind::Block => Control::AllBut(set),
        })
    }

    /// Whether a name passes.
    pub(super) fn passes(&self, name: &str) -> bool {
        match self {
            Control::All => true,
            Control::None => false,
            Control::Only(set) => set.is_match(name),
            Control::AllBut(set) => !set.is_match(name),
        }
    }
}
