//! `header-control` and `parameter-control`: which names pass.

use super::config::{ControlConfig, ControlKind};
use crate::base::{Reported, codes};
use crate::policy::Compiler;
use crate::policy::kit::pcre::Pattern;

/// A compiled control list.
pub(super) enum Control {
    All,
    None,
    Only(Box<[Pattern]>),
    AllBut(Box<[Pattern]>),
}

/// The names that pass without a control list.
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
    ) -> Result<Self, Reported> {
        let Some(config) = config else {
            return Ok(match default {
                Default::All => Control::All,
                Default::None => Control::None,
            });
        };
        let mut patterns = Vec::with_capacity(config.values.len());
        let mut refused = None;
        // An empty pattern would match every name; editors leave them behind.
        for (index, value) in config.values.iter().enumerate().filter(|(_, value)| !value.is_empty()) {
            match Pattern::parse(value, any_case, compiler.shared.resources) {
                Ok(pattern) => patterns.push(pattern),
                Err(reason) => {
                    let message = format!("this pattern cannot be used: {reason}");
                    let help = "look-around is supported directly behind `^`; elsewhere it, back references, atomic \
                                groups and possessive quantifiers are not: they can take exponential time";
                    let pointer = format!("{pointer}/values/{index}");
                    refused = Some(compiler.error_with_help(codes::BAD_VALUE, &pointer, message, help));
                }
            }
        }
        if let Some(reported) = refused {
            return Err(reported);
        }
        Ok(match (config.kind, patterns.is_empty()) {
            (ControlKind::Allow, true) => Control::None,
            (ControlKind::Block, true) => Control::All,
            (ControlKind::Allow, false) => Control::Only(patterns.into()),
            (ControlKind::Block, false) => Control::AllBut(patterns.into()),
        })
    }

    /// Whether a name passes.
    pub(super) fn passes(&self, name: &str) -> bool {
        let any = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.is_match(name));
        match self {
            Control::All => true,
            Control::None => false,
            Control::Only(patterns) => any(patterns),
            Control::AllBut(patterns) => !any(patterns),
        }
    }
}
