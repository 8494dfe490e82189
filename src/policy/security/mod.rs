//! `security`: who calls, and whether they may. It stands before every assembly whose document asks for more than an application.

mod amazon;
mod bearer;
mod check;
mod config;
mod guard;
mod outlet;
mod provider;
mod refusal;
mod registry;
mod step;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::{Access, Compiled, Compiler, Meta, Names, Plan, Policy, SharedParts};
use crate::source::Spellings;

pub use config::Config;
pub use guard::{Guard, not_enforced};

pub(in crate::policy) use bearer::{Sent, basic, basic_of, name_and_password};
pub(in crate::policy) use check::{Check, Demanded, Outputs, keep};
pub(in crate::policy) use outlet::Outlet;
pub(in crate::policy) use provider::Provider;
pub(in crate::policy) use refusal::{Refusal, fault};
pub(in crate::policy) use registry::{Approval, Denial, Registry};

/// The policy.
pub struct Security;

/// The stage. `None` where no operation asks for more than an application.
pub fn plan(guard: &Arc<Guard>, shared: SharedParts<'_>, names: &mut Names<'_>) -> Option<Plan> {
    (!guard.is_open()).then(|| enforce(guard.clone(), shared, names))
}

fn enforce(guard: Arc<Guard>, shared: SharedParts<'_>, names: &mut Names<'_>) -> Plan {
    let step = step::Enforce { guard, outputs: Outputs::new(names), directory: shared.directory.cloned() };
    Plan { step: Box::new(step), access: Access::default() }
}

impl Policy for Security {
    const META: Meta = Meta {
        name: "security",
        aliases: &[],
        versions: &["2.0.0"],
        summary: "Checks who calls, as the security requirements of the operation say.",
        page: include_str!("page.md"),
        examples: examples!["again"],
        spellings: Spellings { aliases: &[], any_case: false, unbuilt: &[] },
        literal: &[],
    };
    type Config = Config;

    fn compile(Config {}: Config, compiler: &mut Compiler<'_, '_>) -> Option<Compiled> {
        let guard = compiler.shared.guard.cloned().unwrap_or_default();
        Some(Compiled::Step(enforce(guard, compiler.shared, compiler.names)))
    }
}

impl Compiler<'_, '_> {
    /// What compiles calls for a property.
    fn outlet(&mut self, pointer: &str) -> Outlet<'_, '_> {
        Outlet { shared: self.shared, span: self.span(pointer), findings: self.findings }
    }

    /// A registry of the settings that a property names. The inner `None` is where a desk goes on without it.
    pub(super) fn registry(&mut self, pointer: &str, name: &str) -> Option<Option<Arc<Registry>>> {
        let name = self.constant(pointer, name)?;
        let all = &self.shared.settings.registries;
        match all.get(&name) {
            Some(registry) => Registry::of_settings(&name, registry, &mut self.outlet(pointer)).map(Some),
            None => {
                let known: Vec<&str> = all.keys().map(String::as_str).collect();
                self.missing_object(pointer, "registry", "registries", &name, &known).then_some(None)
            }
        }
    }

    /// A registry at a URL that a property holds.
    pub(super) fn registry_at(&mut self, pointer: &str, url: &str, profile: Option<&str>) -> Option<Arc<Registry>> {
        let url = self.constant(pointer, url)?;
        let what = format!("`{}`", pointer.trim_start_matches('/'));
        Registry::compile(&what, &url, profile, &mut self.outlet(pointer))
    }

    /// A provider of the settings that a property names. The inner `None` is where a desk goes on without it.
    pub(super) fn oauth_provider(&mut self, pointer: &str, name: &str) -> Option<Option<Arc<Provider>>> {
        let name = self.constant(pointer, name)?;
        let all = &self.shared.settings.oauth_providers;
        match all.get(&name) {
            Some(provider) => Provider::of_settings(&name, provider, &mut self.outlet(pointer)).map(Some),
            None => {
                let known: Vec<&str> = all.keys().map(String::as_str).collect();
                self.missing_object(pointer, "OAuth provider", "oauth-providers", &name, &known).then_some(None)
            }
        }
    }
}
