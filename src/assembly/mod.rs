//! Assemblies as syntax: the steps and their order, before anything is compiled.

mod allowed_hosts;
mod amazon;
mod build;
mod carrier;
mod cors;
mod custom;
mod extensions;
mod mock;
mod parse;
mod properties;
#[cfg(test)]
mod tests;
mod unenforced;
mod walk;
mod without_assemblies;

use std::sync::Arc;

use crate::base::{Generation, Span};
use crate::source::Node;

pub use allowed_hosts::{Allowed, AllowedHosts};
pub use amazon::{Values, is_rest_export, spread_default_route};
pub use carrier::{Assemblies, find, has_root, is_not_enforced, root_carrier};
pub use cors::{CORS_HEADERS, Cors, CorsRule, EXPOSED_BY_V5, Origin, Others, cors_shape};
pub use custom::{CustomPolicies, CustomPolicy, CustomProperty};
pub use extensions::{Carrier, IBM};
pub use mock::answer_from_examples;
pub use parse::{COMMON, of_carrier, step_list, steps};
pub use properties::Property;
pub use walk::Placed;
pub use without_assemblies::WithoutAssemblies;

/// One assembly; operations share it.
#[derive(Debug, Clone)]
pub struct Assembly {
    pub carrier: Carrier,
    pub generation: Generation,
    /// The form of the default error document.
    pub error_format: Generation,
    pub execute: Vec<Step>,
    /// `execute` is written as an empty list.
    pub executes_nothing: bool,
    pub catch: Vec<Catch>,
    pub finally: Vec<Step>,
    /// The CORS rules of the document, the same for all of its assemblies.
    pub cors: Option<Arc<Cors>>,
    /// The key that findings point at.
    pub span: Span,
}

impl Assembly {
    /// Whether the v5 engine fails because there is nothing to do: it does for an empty list, and not for none.
    pub fn raises_for_nothing(&self) -> bool {
        self.executes_nothing && self.carrier == Carrier::Ibm && self.generation == Generation::V5
    }
}

/// One step: a policy with its configuration.
#[derive(Debug, Clone)]
pub struct Step {
    pub policy: Arc<str>,
    /// The policy's name in the document.
    pub policy_span: Span,
    /// As written, perhaps missing.
    pub version: Option<(Arc<str>, Span)>,
    pub title: Option<Arc<str>>,
    /// The step's map without `version`, `title`, `description` and `catch`. Child blocks stay inside: control-flow policies know
    /// which of their properties hold steps.
    pub config: Node,
    /// The step's own `catch`, which v5 steps may have: the flow goes on after the step.
    pub catch: Vec<Catch>,
    pub span: Span,
}

/// One entry of `catch`.
#[derive(Debug, Clone)]
pub struct Catch {
    pub faults: Faults,
    pub execute: Vec<Step>,
    pub span: Span,
}

/// The faults that an entry takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Faults {
    /// Those of these names, and those that descend from them.
    Named(Vec<(Arc<str>, Span)>),
    /// All that `default` takes.
    Default,
}
