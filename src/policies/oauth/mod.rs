//! `oauth`: a token, checked inside an assembly. Of what IBM's policy does for an OAuth provider it does nothing.

mod config;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::assembly::Carrier;
use crate::base::{Reported, codes};
use crate::identity::{Check, Demanded, Outputs, fault};
use crate::policy::kit::jwt;
use crate::policy::{Access, Compiled, Compiler, Generations, Meta, Plan, Policy};
use crate::runtime::{Context, Fault, FaultSource, Next, Outcome, Step, kinds};
use crate::source::Spellings;

pub use config::Config;

/// The policy.
pub struct OAuth;

impl Policy for OAuth {
    const META: Meta = Meta {
        name: "oauth",
        aliases: &[],
        versions: &["2.0.0"],
        summary: "Checks the bearer token of the request with an OAuth provider.",
        page: include_str!("page.md"),
        examples: examples!["introspection"],
        spellings: Spellings { aliases: &[], any_case: false, unbuilt: &[] },
        literal: &[],
        generations: Generations::ByVersion,
        stage: None,
        at_run_time: &[],
    };
    type Config = Config;

    fn compile(config: Config, compiler: &mut Compiler<'_, '_>) -> Result<Compiled, Reported> {
        components(&config, compiler)?;
        let at = |part: &str| format!("/oauth-provider-settings-ref/{part}");
        for (part, written) in
            [("url", &config.oauth_provider_settings_ref.url), ("literal", &config.oauth_provider_settings_ref.literal)]
        {
            if jwt::written(written.as_deref()).is_some() {
                let message = format!("`{part}` is known but not built yet");
                let help =
                    "describe the provider under `oauth-providers` in the settings, and write its name as `default`";
                return Err(compiler.error_with_help(codes::UNBUILT_PROPERTY, &at(part), message, help));
            }
        }
        let Some(name) = jwt::written(Some(&config.oauth_provider_settings_ref.default)) else {
            let help = "write `default: NAME`, and describe NAME under `oauth-providers` in the settings";
            let message = "nothing says whose tokens count";
            return Err(compiler.error_with_help(codes::BAD_VALUE, &at("default"), message, help));
        };
        let provider = compiler.oauth_provider(&at("default"), name)?;
        let demanded =
            provider.map(|provider| Demanded { check: Arc::new(Check::Token(provider)), scopes: Box::default() });
        let outputs = Outputs::new(compiler.names.of_the_gateway("oauth"));
        Ok(Compiled::Step(Plan { step: Box::new(Validate { demanded, outputs }), access: Access::default() }))
    }
}

/// Reports what is asked for and is not there.
fn components(config: &Config, compiler: &mut Compiler<'_, '_>) -> Result<(), Reported> {
    let mut unknown = None;
    for (index, component) in config.supported_oauth_components.iter().enumerate() {
        if let Some((name, help)) = component.instead() {
            let message = format!("the component `{name}` is known but not built yet");
            let pointer = format!("/supported-oauth-components/{index}");
            unknown = Some(compiler.error_with_help(codes::UNBUILT_PROPERTY, &pointer, message, help));
        }
    }
    if unknown.is_none() && compiler.carrier == Carrier::Ibm {
        let message =
            "`oauth` checks the bearer token of a request here, and not what a request to an OAuth provider must have";
        let help = "that is what an API in front of resources needs; an OAuth provider itself does not run here";
        compiler.warning(codes::NO_COUNTERPART, "", message, help);
    }
    unknown.map_or(Ok(()), Err)
}

struct Validate {
    /// `None` only where nothing is served.
    demanded: Option<Demanded>,
    outputs: Outputs,
}

impl Step for Validate {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        Outcome::wait(async {
            let Some(demanded) = &self.demanded else {
                return Err(Fault::new(
                    &kinds::RUNTIME,
                    FaultSource::Gateway,
                    "the settings have no such OAuth provider",
                ));
            };
            demanded.pass(&self.outputs, cx).await.map_err(|refusal| fault(&[refusal]))?;
            Ok(Next::Continue)
        })
    }
}
