//! The cost of rendering.

use super::error::RenderError;

/// Limits of one rendering.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Steps of the engine: nodes, expressions, items that a method visits.
    pub steps: usize,
    /// Bytes of the output.
    pub output: usize,
    /// Bytes of all values that the template makes.
    pub memory: usize,
    /// Rounds of one `#foreach`.
    pub rounds: usize,
    /// Blocks, macros and expressions inside each other.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { steps: 1_000_000, output: 10 * 1024 * 1024, memory: 64 * 1024 * 1024, rounds: 1_000, depth: 120 }
    }
}

/// The rest of the limits.
#[derive(Debug)]
pub(super) struct Budget {
    steps: usize,
    memory: usize,
    depth: usize,
}

// === impl Budget ===

impl Budget {
    pub(super) fn new(limits: &Limits) -> Self {
        Budget { steps: limits.steps, memory: limits.memory, depth: limits.depth }
    }

    /// Takes steps.
    pub(super) fn spend(&mut self, steps: usize) -> Result<(), RenderError> {
        self.steps =
            self.steps.checked_sub(steps).ok_or_else(|| RenderError::new("the template takes too many steps"))?;
        Ok(())
    }

    /// Takes steps for work on some bytes.
    pub(super) fn spend_bytes(&mut self, bytes: usize) -> Result<(), RenderError> {
        self.spend(1 + bytes / 256)
    }

    /// Takes memory.
    pub(super) fn hold(&mut self, bytes: usize) -> Result<(), RenderError> {
        let left = self.memory.checked_sub(bytes);
        self.memory = left.ok_or_else(|| RenderError::new("the values of the template take too much memory"))?;
        self.spend_bytes(bytes)
    }

    pub(super) fn enter(&mut self) -> Result<(), RenderError> {
        let left = self.depth.checked_sub(1);
        self.depth = left.ok_or_else(|| RenderError::new("the template is nested too deeply"))?;
        Ok(())
    }

    pub(super) fn leave(&mut self) {
        self.depth += 1;
    }
}
