//! Registries and providers that properties of steps name.

use std::sync::Arc;

use crate::base::Reported;
use crate::identity::{Provider, TargetCompiler, UserRegistry};
use crate::policy::Compiler;

impl Compiler<'_, '_> {
    /// The compiler of calls for a property.
    fn target_compiler(&mut self, pointer: &str) -> TargetCompiler<'_, '_> {
        TargetCompiler { around: self.shared.load_context(), span: self.span(pointer), findings: self.findings }
    }

    /// A registry of the settings that a property names. `None` where a check goes on without it.
    pub(crate) fn registry(&mut self, pointer: &str, name: &str) -> Result<Option<Arc<UserRegistry>>, Reported> {
        let name = self.constant(pointer, name)?;
        let all = &self.shared.settings.registries;
        match all.get(&name) {
            Some(registry) => UserRegistry::of_settings(&name, registry, &mut self.target_compiler(pointer)).map(Some),
            None => {
                let known: Vec<&str> = all.keys().map(String::as_str).collect();
                self.missing_object(pointer, "registry", "registries", &name, &known).map(|()| None)
            }
        }
    }

    /// A registry at a URL that a property holds.
    pub(crate) fn registry_at(
        &mut self,
        pointer: &str,
        url: &str,
        profile: Option<&str>,
    ) -> Result<Arc<UserRegistry>, Reported> {
        let url = self.constant(pointer, url)?;
        let what = format!("`{}`", pointer.trim_start_matches('/'));
        UserRegistry::compile(&what, &url, profile, &mut self.target_compiler(pointer))
    }

    /// A provider of the settings that a property names. `None` where a check goes on without it.
    pub(crate) fn oauth_provider(&mut self, pointer: &str, name: &str) -> Result<Option<Arc<Provider>>, Reported> {
        let name = self.constant(pointer, name)?;
        let all = &self.shared.settings.oauth_providers;
        match all.get(&name) {
            Some(provider) => Provider::of_settings(&name, provider, &mut self.target_compiler(pointer)).map(Some),
            None => {
                let known: Vec<&str> = all.keys().map(String::as_str).collect();
                self.missing_object(pointer, "OAuth provider", "oauth-providers", &name, &known).map(|()| None)
            }
        }
    }
}
