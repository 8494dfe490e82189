//! What the steps of a load share.

use std::sync::Arc;

use crate::assembly::{CustomPolicies, Step};
use crate::base::Sources;
use crate::identity::{Directory, Guard};
use crate::openapi::Api;
use crate::resources::{LoadContext, Resources};
use crate::runtime::StepInfo;
use crate::settings::{Live, Purpose};
use crate::source::{Environment, Packaged};

/// What the steps of a load share.
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
    /// What its operations ask of their callers; `None` before that is known.
    pub guard: Option<&'a Arc<Guard>>,
    /// Policies that the settings bring.
    pub custom: &'a CustomPolicies,
}

impl<'a> SharedParts<'a> {
    /// What a step is called and where it is; `name` is its title where it has none of its own.
    pub fn step_info(&self, step: &Step, name: &str) -> Arc<StepInfo> {
        let title = step.title.clone().unwrap_or_else(|| name.into());
        let place = self.sources.place(step.policy_span).into();
        Arc::new(StepInfo { policy: step.policy.clone(), title, place })
    }

    /// What the load uses in addition to its documents.
    pub fn load_context(&self) -> LoadContext<'a> {
        let SharedParts { settings, resources, environment, purpose, .. } = *self;
        LoadContext { settings, resources, environment, purpose }
    }
}
