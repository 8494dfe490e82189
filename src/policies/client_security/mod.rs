//! `client-security`: which application calls, asked inside an assembly.

mod config;
mod sent;
mod step;
#[cfg(test)]
mod tests;

use crate::base::{Reported, codes};
use crate::expression::{Builtin, Reference, Root, Template};
use crate::openapi::KeyPlace;
use crate::policy::kit::jwt;
use crate::policy::{Access, Compiled, Compiler, Generations, Meta, Plan, Policy};
use crate::source::Spellings;
use config::{Authenticate, Method};
use sent::{Place, Places};
use step::{ClientStep, Knower};

pub use config::Config;

/// The policy.
pub struct ClientSecurity;

impl Policy for ClientSecurity {
    const META: Meta = Meta {
        name: "client-security",
        aliases: &[],
        versions: &["2.0.0"],
        summary: "Finds out inside an assembly which application calls, and refuses those that may not.",
        page: include_str!("page.md"),
        examples: examples!["third-party"],
        spellings: Spellings { aliases: &[], any_case: false, unbuilt: &[] },
        literal: &[],
        generations: Generations::ByVersion,
        stage: None,
        at_run_time: &[],
    };
    type Config = Config;

    fn compile(config: Config, compiler: &mut Compiler<'_, '_>) -> Result<Compiled, Reported> {
        let places = places(&config, compiler);
        let knower = knower(&config, compiler);
        let (places, knower) = (places?, knower?);
        let mut reads = places.references();
        if config.extract_credential_method == Method::Form {
            reads.push(Reference::body_of(Root::Builtin(Builtin::Request)));
        }
        let step = ClientStep { places, knower, needs_secret: config.secret_required, stops: config.stop_on_error };
        Ok(Compiled::Step(Plan { step: Box::new(step), access: Access { reads, ..Access::default() } }))
    }
}

fn places(config: &Config, compiler: &mut Compiler<'_, '_>) -> Result<Places, Reported> {
    if config.extract_credential_method == Method::Http {
        return Ok(Places::Authorization);
    }
    let id = place("/id-name", config.id_name.as_deref(), config.extract_credential_method, compiler);
    let secret = match (jwt::written(config.secret_name.as_deref()), config.secret_required) {
        (None, false) => Ok(None),
        (name, _) => place("/secret-name", name, config.extract_credential_method, compiler).map(Some),
    };
    Ok(Places::Named { id: id?, secret: secret? })
}

fn place(
    pointer: &str,
    name: Option<&str>,
    method: Method,
    compiler: &mut Compiler<'_, '_>,
) -> Result<Place, Reported> {
    let Some(name) = jwt::written(name) else {
        let name = pointer.trim_start_matches('/');
        let message = format!("nothing says where to look: `{name}` is missing");
        let help =
            format!("write `{name}`, such as `X-IBM-Client-Id`; only `extract-credential-method: http` needs none");
        return Err(compiler.error_with_help(codes::BAD_VALUE, pointer, message, help));
    };
    if method == Method::ContextVar {
        return compiler.named_variable(pointer, name).map(Place::Variable);
    }
    let name = compiler.constant(pointer, name)?;
    Ok(match method {
        Method::Query => Place::Key(KeyPlace { in_header: false, name: name.into() }),
        Method::Form => Place::Field(name.into()),
        Method::Cookie => Place::Cookie(name.into()),
        Method::Header | Method::Http | Method::ContextVar => {
            Place::Key(KeyPlace { in_header: true, name: name.into() })
        }
    })
}

fn knower(config: &Config, compiler: &mut Compiler<'_, '_>) -> Result<Knower, Reported> {
    if config.client_auth_method == Authenticate::ThirdParty {
        let Some(name) = jwt::written(config.user_registry.as_deref()) else {
            let help = "name one under `registries` in the settings";
            let message = "nothing says who knows applications: `user-registry` is missing";
            return Err(compiler.error_with_help(codes::BAD_VALUE, "/user-registry", message, help));
        };
        return compiler.registry("/user-registry", name).map(Knower::Registry);
    }
    if compiler.shared.directory.is_none() {
        let help = "name a file of applications and plans under `clients-file` in the settings; `gantry dev` has one to try with";
        let message = "`client-security` asks for an application, and nobody said which there are";
        compiler.missing_setting(codes::ENVIRONMENT_OBJECT, "/client-auth-method", message, help)?;
    }
    Ok(Knower::Directory(compiler.shared.directory.cloned().unwrap_or_default()))
}

impl Places {
    /// Variables that are read.
    fn references(&self) -> Vec<Reference> {
        let of = |place: &Place| match place {
            Place::Variable(template) => Template::references(template).into_iter().cloned().collect(),
            _ => Vec::new(),
        };
        match self {
            Places::Authorization => Vec::new(),
            Places::Named { id, secret } => [of(id), secret.as_ref().map(of).unwrap_or_default()].concat(),
        }
    }
}
