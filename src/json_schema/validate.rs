//! What a schema says of a value.

use super::budget::{Budget, TooCostly};
use super::explain::Explain;
use super::instance::{Instance, Item};
use super::node::Schema;
use super::problem::Problem;
use super::run::Run;

impl Schema {
    /// Whether a value is valid.
    pub fn is_valid<I: Instance>(&self, value: &I, budget: Budget) -> Result<bool, TooCostly> {
        Run::new(self, budget).holds(self.root, Item::Value(value))
    }

    /// What is wrong with a value, and no more than `most` of it. Nothing where it is valid.
    pub fn check<I: Instance>(&self, value: &I, budget: Budget, most: usize) -> Result<Vec<Problem<'_>>, TooCostly> {
        let mut run = Run::new(self, budget);
        if run.holds(self.root, Item::Value(value))? {
            return Ok(Vec::new());
        }
        let mut explain = Explain::new(&mut run, most);
        match explain.node(self.root, Item::Value(value)) {
            // Something is wrong, that is certain, and this is what is known of it.
            Err(_) if !explain.problems.is_empty() => Ok(explain.problems),
            Err(cost) => Err(cost),
            Ok(()) => Ok(explain.problems),
        }
    }
}
