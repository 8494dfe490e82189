//! The result of compiling a policy.

use super::Plan;
use crate::assembly;
use crate::base::Reported;

/// The result of compiling a policy.
pub enum Compiled {
    /// A step that does something.
    Step(Plan),
    /// Steps of which some run: the compiler lays their blocks out.
    Flow(Flow),
}

/// Control flow: the first case whose test holds runs, and then the flow goes on after all of them.
pub struct Flow {
    pub cases: Vec<Case>,
    /// The steps that run if no test holds.
    pub otherwise: Vec<assembly::Step>,
}

/// One case of a [`Flow`].
pub struct Case {
    /// Answers `Continue` where the case applies and `Otherwise` where it does not. Also where it could not be compiled the case
    /// is compiled on, since its steps have findings of their own.
    pub test: Result<Plan, Reported>,
    pub execute: Vec<assembly::Step>,
}
