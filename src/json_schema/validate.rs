//! Whether a value is valid, and what is wrong with it.

use super::budget::{Meter, TooCostly};
use super::explain::Explain;
use super::instance::{Instance, Item};
use super::node::Schema;
use super::problem::{Kind, Problem};
use super::run::Run;

impl Schema {
    /// Whether a value is valid.
    pub fn is_valid<'v, I: Instance<'v>>(&self, value: I, meter: &mut Meter) -> Result<bool, TooCostly> {
        Run::new(self, meter).holds(self.root, Item::Value(value))
    }

    /// At most `most` problems of a value. None if it is valid.
    pub fn check<'v, I: Instance<'v>>(
        &self,
        value: I,
        meter: &mut Meter,
        most: usize,
    ) -> Result<Vec<Problem<'_>>, TooCostly> {
        let mut run = Run::new(self, meter);
        if run.holds(self.root, Item::Value(value))? {
            return Ok(Vec::new());
        }
        let mut explain = Explain::new(&mut run, most);
        let ended = explain.node(self.root, Item::Value(value));
        let mut problems = explain.problems;
        match ended {
            Err(TooCostly::Steps(_) | TooCostly::Depth(_)) if meter.may_be_vague() => {}
            Err(cost) => return Err(cost),
            Ok(()) => {}
        }
        if problems.is_empty() {
            problems.push(Problem { at: String::new(), schema: "", kind: Kind::Unexplained });
        }
        Ok(problems)
    }
}
