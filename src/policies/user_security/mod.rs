//! `user-security`: which person calls, and whether a registry knows them.

mod config;
mod step;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use http::header::HeaderName;

use crate::base::{Reported, codes};
use crate::expression::{Reference, Template};
use crate::identity::UserRegistry;
use crate::policy::kit::jwt;
use crate::policy::kit::pcre::Pattern;
use crate::policy::{Access, Compiled, Compiler, Generations, Meta, Plan, Policy};
use crate::source::Spellings;
use config::{Authenticate, Authorize, Extract};
use step::{Asked, Identity, UserStep};

pub use config::Config;

/// Properties of the ways that are refused by name: editors write them whatever the way is.
const OF_FORMS: &[(&str, &[&str])] = &[
    ("redirect-url", &["*"]),
    ("redirect-time-limit", &["*"]),
    ("ei-default-form", &["*"]),
    ("ei-custom-form", &["*"]),
    ("ei-custom-form-csp", &["*"]),
    ("ei-custom-form-tls-client-profile", &["*"]),
    ("ei-form-time-limit", &["*"]),
    ("ldap-registry", &["*"]),
    ("az-default-form", &["*"]),
    ("az-custom-form", &["*"]),
    ("az-custom-form-csp", &["*"]),
    ("az-custom-form-tls-client-profile", &["*"]),
    ("az-form-time-limit", &["*"]),
    ("az-table-default-entry", &["*"]),
    ("az-table-dynamic-entries", &["*"]),
    ("az-table-display-checkboxes", &["*"]),
];

/// The policy.
pub struct UserSecurity;

impl Policy for UserSecurity {
    const META: Meta = Meta {
        name: "user-security",
        aliases: &[],
        versions: &["2.0.0", "2.1.0"],
        summary: "Finds out which person calls, and whether a registry knows them.",
        page: include_str!("page.md"),
        examples: examples!["registry"],
        spellings: Spellings { aliases: &[], any_case: false, unbuilt: OF_FORMS },
        literal: &[],
        generations: Generations::ByVersion,
        stage: None,
        at_run_time: &[],
    };
    type Config = Config;

    fn compile(config: Config, compiler: &mut Compiler<'_, '_>) -> Result<Compiled, Reported> {
        let identity = identity(&config, compiler);
        let registry = registry(&config, compiler);
        let may_go_on = authorization(&config, compiler);
        let variable = factor(&config, compiler);
        let error = compiler.written_variable("", "user-security.error-message");
        let headers = pattern(&config, compiler);
        let credential = credential(&config, compiler);
        let step = UserStep {
            identity: identity?,
            extract_stops: config.ei_stop_on_error,
            asked: registry?,
            ask_stops: config.au_stop_on_error,
            asks_whether_known: may_go_on? && config.az_stop_on_error,
            variable: variable?,
            error: error?,
            headers: headers?,
            credential: credential?,
        };
        let access = Access { reads: step.reads(), ..Access::default() };
        Ok(Compiled::Step(Plan { step: Box::new(step), access }))
    }
}

/// The variable that receives the person.
fn factor(config: &Config, compiler: &mut Compiler<'_, '_>) -> Result<Reference, Reported> {
    let name = compiler.constant("/factor-id", &config.factor_id)?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if name.is_empty() || !name.bytes().all(is_name) {
        return Err(compiler.error(
            codes::BAD_VALUE,
            "/factor-id",
            "`factor-id` is made of letters, digits, `-` and `_`",
        ));
    }
    compiler.written_variable("/factor-id", &format!("user-security.{name}"))
}

fn refuse(pointer: &str, value: &str, help: &str, compiler: &mut Compiler<'_, '_>) -> Reported {
    let message = format!("`{value}` is known but not built yet");
    compiler.error_with_help(codes::UNBUILT_PROPERTY, pointer, message, help)
}

fn identity(config: &Config, compiler: &mut Compiler<'_, '_>) -> Result<Identity, Reported> {
    let at = "/extract-identity-method";
    let form = "let a page of your own ask people, and have them send an `Authorization` header or a token";
    match config.extract_identity_method {
        Extract::Disabled => Ok(Identity::Earlier),
        Extract::Basic => Ok(Identity::Header),
        Extract::ContextVar => {
            let user = variable("/user-context-var", config.user_context_var.as_deref(), compiler);
            let password = variable("/pass-context-var", config.pass_context_var.as_deref(), compiler);
            Ok(Identity::Variables { user: user?, password: password? })
        }
        Extract::HtmlForm => Err(refuse(at, "html-form", form, compiler)),
        Extract::Redirect => Err(refuse(at, "redirect", form, compiler)),
    }
}

fn variable(pointer: &str, name: Option<&str>, compiler: &mut Compiler<'_, '_>) -> Result<Template, Reported> {
    let Some(name) = jwt::written(name) else {
        let message = format!("`context-var` needs the property `{}`", pointer.trim_start_matches('/'));
        return Err(compiler.error(codes::BAD_VALUE, pointer, message));
    };
    compiler.named_variable(pointer, name)
}

fn registry(config: &Config, compiler: &mut Compiler<'_, '_>) -> Result<Asked, Reported> {
    let missing = |pointer: &str, compiler: &mut Compiler<'_, '_>| {
        let message = format!("nothing says who is asked: `{}` is missing", pointer.trim_start_matches('/'));
        compiler.error(codes::BAD_VALUE, pointer, message)
    };
    let known: Option<Arc<UserRegistry>> = match config.user_auth_method {
        Authenticate::Disabled => return Ok(Asked::Nobody),
        Authenticate::UserRegistry => match jwt::written(config.user_registry.as_deref()) {
            Some(name) => compiler.registry("/user-registry", name)?,
            None => return Err(missing("/user-registry", compiler)),
        },
        Authenticate::AuthUrl => match jwt::written(config.auth_url.as_deref()) {
            Some(url) => Some(compiler.registry_at("/auth-url", url, config.auth_tls_client_profile.as_deref())?),
            None => return Err(missing("/auth-url", compiler)),
        },
        Authenticate::Ldap => {
            let help = "put an HTTP service in front of the directory, and name it under `registries` in the settings";
            return Err(refuse("/user-auth-method", "ldap", help, compiler));
        }
    };
    Ok(Asked::Registry(known))
}

/// Whether only people whom a registry knows may go on.
fn authorization(config: &Config, compiler: &mut Compiler<'_, '_>) -> Result<bool, Reported> {
    match config.user_az_method {
        Authorize::Authenticated => Ok(true),
        Authorize::Disabled => Ok(false),
        Authorize::HtmlForm => {
            let help = "let the authorization server ask people for their consent";
            Err(refuse("/user-az-method", "html-form", help, compiler))
        }
    }
}

fn pattern(config: &Config, compiler: &mut Compiler<'_, '_>) -> Result<Pattern, Reported> {
    let pointer = "/auth-response-headers-pattern";
    let text = compiler.constant(pointer, &config.auth_response_headers_pattern)?;
    match Pattern::parse(&text, false, compiler.shared.resources) {
        Ok(pattern) => Ok(pattern),
        Err(error) => {
            let message =
                format!("`auth-response-headers-pattern` is not a regular expression that can be used: {error}");
            Err(compiler.error(codes::BAD_VALUE, pointer, message))
        }
    }
}

fn credential(config: &Config, compiler: &mut Compiler<'_, '_>) -> Result<HeaderName, Reported> {
    let pointer = "/auth-response-header-credential";
    let text = compiler.constant(pointer, &config.auth_response_header_credential)?;
    HeaderName::from_bytes(text.as_bytes()).map_err(|_| {
        compiler.error(codes::BAD_VALUE, pointer, "`auth-response-header-credential` is not the name of a header")
    })
}
