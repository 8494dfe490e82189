//! Regular expressions of ECMAScript, for engines that cannot run away.

use std::sync::OnceLock;

use fancy_regex::RegexBuilder as LookRegexBuilder;
use regex::{Regex, RegexBuilder};

use super::budget::{Meter, TooCostly};

/// Steps of a pattern with look-around or back-references; other patterns take linear time.
const LOOK_STEPS: usize = 100_000;

/// Bytes that a pattern looks at in a step.
const BYTES_PER_STEP: usize = 16;

/// The same for a pattern with look-around, which may start anew at every byte and read to the end each time.
const SQUARE_BYTES_PER_STEP: usize = 256;
/// Steps that it takes in any case.
const LOOK_COST: u64 = 50;

/// A compiled pattern.
#[derive(Debug)]
pub(super) struct Pattern {
    text: Box<str>,
    /// For Gantry's own schemas, most of whose patterns are never needed in a run: for ASCII, where a small engine suffices.
    small: Option<OnceLock<Option<Regex>>>,
    full: OnceLock<Option<Engine>>,
}

#[derive(Debug)]
enum Engine {
    Linear(Regex),
    /// With look-around.
    Looking(Box<fancy_regex::Regex>),
}

impl Pattern {
    /// A pattern that is compiled now; `None` where it cannot be.
    pub(super) fn compile(text: &str) -> Option<Self> {
        let engine = Engine::compile(text)?;
        Some(Pattern { text: text.into(), small: None, full: OnceLock::from(Some(engine)) })
    }

    /// A pattern that is compiled where it is needed.
    pub(super) fn later(text: &str) -> Self {
        Pattern { text: text.into(), small: Some(OnceLock::new()), full: OnceLock::new() }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn is_match(&self, text: &str, meter: &mut Meter) -> Result<bool, TooCostly> {
        meter.charge_size(text.len(), BYTES_PER_STEP)?;
        if let Some(small) = self.small.as_ref().filter(|_| text.is_ascii())
            && let Some(regex) = small.get_or_init(|| RegexBuilder::new(&self.text).unicode(false).build().ok())
        {
            return Ok(regex.is_match(text));
        }
        match self.full.get_or_init(|| Engine::compile(&self.text)) {
            Some(Engine::Linear(regex)) => Ok(regex.is_match(text)),
            Some(Engine::Looking(regex)) => {
                meter.charge(LOOK_COST)?;
                meter.charge_size(text.len().saturating_mul(text.len()), SQUARE_BYTES_PER_STEP)?;
                meter.look()?;
                // A pattern that takes too many steps does not match.
                let matches = regex.is_match(text).unwrap_or(false);
                meter.look()?;
                Ok(matches)
            }
            None => Ok(false),
        }
    }
}

impl Engine {
    fn compile(text: &str) -> Option<Self> {
        let translated = jsonschema_regex::to_rust_regex(text).ok()?;
        if let Ok(regex) = Regex::new(&translated) {
            return Some(Engine::Linear(regex));
        }
        let looking = LookRegexBuilder::new(&translated).backtrack_limit(LOOK_STEPS).build().ok()?;
        Some(Engine::Looking(Box::new(looking)))
    }
}
