//! The parts of a load that its steps share.

use std::sync::Arc;

use crate::assembly::{CustomPolicies, Step};
use crate::base::Sources;
use crate::identity::{Directory, Guard};
use crate::openapi::Api;
use crate::resources::{LoadContext, Resources};
use crate::runtime::StepInfo;
use crate::settings::{Live, Purpose};
use crate::source::{Environment, Packaged};

/// The parts of a load that its steps share.
#[derive(Clone, Copy)]
pub struct SharedParts<'a> {
    pub api: &'a Api,
    pub settings: &'a Live,
    pub resources: &'a Resources,
    pub environment: &'a dyn Environment,
    pub purpose: Purpose,
    /// The texts of the load.
    pub sources: &'a Sources,
    /// Scripts that are next to documents.
    pub packaged: &'a Packaged,
    /// The applications that may call the API; `None` where there is no clients' file.
    pub directory: Option<&'a Arc<Directory>>,
    /// The checks of callers that its operations ask for; `None` before they are known.
    pub guard: Option<&'a Arc<Guard>>,
    /// Policies that the settings bring.
    pub custom: &'a CustomPolicies,
}

impl<'a> SharedParts<'a> {
    /// The name and the place of a step; `name` is its title if it has none of its own.
    pub fn step_info(&self, step: &Step, name: &str) -> Arc<StepInfo> {
        let title = step.title.clone().unwrap_or_else(|| name.into());
        let place = self.sources.place(step.policy_span).into();
        Arc::new(StepInfo { policy: step.policy.clone(), title, place })
    }

    /// The parts of the load that are not documents.
    pub fn load_context(&self) -> LoadContext<'a> {
        let SharedParts { settings, resources, environment, purpose, .. } = *self;
        LoadContext { settings, resources, environment, purpose }
    }
}
