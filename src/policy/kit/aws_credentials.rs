//! As whom AWS is called: the step's own pair, a profile of the settings, or the default chain; and a role on top.

use std::sync::Arc;
use std::time::Duration;

use crate::aws::credentials::{AssumeRole, Base, CredentialSource, Credentials, StaticKeys};
use crate::base::{Reported, codes};
use crate::policy::Compiler;
use crate::settings::{AwsIdentity, CredentialProfile};
use crate::value::Secret;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The properties of a step that specify as whom it calls AWS.
#[derive(Clone, Copy)]
pub(crate) struct StepIdentity<'c> {
    /// The map that holds the properties, as a JSON pointer; empty for the step's own.
    pub owner: &'static str,
    /// Whether the embedded Lambda service replaces AWS where it runs.
    pub lambda: bool,
    /// The name of a credential profile of the settings.
    pub credentials: Option<&'c str>,
    pub properties: &'c AwsIdentity,
}

impl StepIdentity<'_> {
    fn at(&self, property: &str) -> String {
        format!("{}/{property}", self.owner)
    }
}

/// The credential cache of this step's source; steps with the same source share it.
pub(crate) fn compile(
    config: StepIdentity<'_>,
    region: Option<&str>,
    compiler: &mut Compiler<'_, '_>,
) -> Result<Arc<Credentials>, Reported> {
    let inline = inline_pair(config, compiler)?;
    let profile = profile(config, compiler)?;
    let source = match compiler.shared.settings.aws.local.as_ref().filter(|_| config.lambda) {
        Some(local) => CredentialSource {
            base: Base::Static(StaticKeys {
                access_key_id: local.access_key_id.clone(),
                secret_access_key: local.secret_access_key.clone(),
                session_token: None,
            }),
            assume_role: None,
            region: Some(local.region.clone()),
        },
        None => CredentialSource {
            base: inline.unwrap_or_else(|| base(&profile)),
            assume_role: assume_role(config, &profile, compiler)?,
            region: region.map(str::to_owned),
        },
    };
    // STS and the other services on the way are AWS's own, whatever TLS profile the function's endpoint needs.
    let http = compiler.http_client(None, CONNECT_TIMEOUT)?;
    Ok(compiler.shared.resources.credentials(&source, &http))
}

/// The pair written into the step, if there is one.
fn inline_pair(config: StepIdentity<'_>, compiler: &mut Compiler<'_, '_>) -> Result<Option<Base>, Reported> {
    let AwsIdentity { aws_access_key_id: id, aws_secret_access_key: secret, aws_session_token: token, .. } =
        config.properties;
    if id.is_none() && secret.is_none() && token.is_none() {
        return Ok(None);
    }
    let (Some(id), Some(secret)) = (id, secret) else {
        let (there, missing) = match (id, secret) {
            (Some(_), None) => ("aws-access-key-id", "aws-secret-access-key"),
            (None, Some(_)) => ("aws-secret-access-key", "aws-access-key-id"),
            _ => ("aws-session-token", "aws-access-key-id` and `aws-secret-access-key"),
        };
        let message = format!("`{there}` needs `{missing}` beside it");
        return Err(compiler.error_with_help(
            codes::HALF_KEY_PAIR,
            &config.at(there),
            message,
            format!("add `{missing}`, or remove `{there}`"),
        ));
    };
    let access_key_id = compiler.constant(&config.at("aws-access-key-id"), id)?;
    let secret_access_key = secret_text(&config.at("aws-secret-access-key"), secret, compiler)?;
    let session_token = match token {
        Some(token) => Some(secret_text(&config.at("aws-session-token"), token, compiler)?),
        None => None,
    };
    Ok(Some(Base::Static(StaticKeys { access_key_id, secret_access_key, session_token })))
}

/// A secret that is known at load: from outside, from a property, or, with a warning, written into the document.
fn secret_text(pointer: &str, secret: &Secret, compiler: &mut Compiler<'_, '_>) -> Result<Secret, Reported> {
    let text = secret.expose();
    if !compiler.is_masked(pointer) && !text.contains("$(") {
        let help =
            "write `${NAME}`, `${file:/run/secrets/…}` or `$(property)`, or use a credential profile of the settings";
        compiler.warning(codes::LITERAL_SECRET, pointer, "this secret is written into the document", help);
    }
    // A value from the environment is the secret itself and no template, whatever characters it has.
    if compiler.is_masked(pointer) {
        return Ok(Secret::new(text));
    }
    compiler.constant(pointer, text).map(Secret::new)
}

/// The profile of the settings that applies.
fn profile(config: StepIdentity<'_>, compiler: &mut Compiler<'_, '_>) -> Result<CredentialProfile, Reported> {
    let settings = compiler.shared.settings;
    let Some(name) = config.credentials.or(settings.aws.credentials.as_deref()) else {
        return Ok(CredentialProfile::default());
    };
    match settings.credentials.get(name) {
        Some(profile) => Ok(profile.clone()),
        None => {
            let known: Vec<&str> = settings.credentials.keys().map(String::as_str).collect();
            compiler
                .missing_object(&config.at("credentials"), "credential profile", "credentials", name, &known)
                .map(|()| CredentialProfile::default())
        }
    }
}

fn base(profile: &CredentialProfile) -> Base {
    let pair = &profile.identity;
    match (&pair.aws_access_key_id, &pair.aws_secret_access_key, &profile.profile) {
        (Some(id), Some(secret), _) => Base::Static(StaticKeys {
            access_key_id: id.clone(),
            secret_access_key: secret.clone(),
            session_token: pair.aws_session_token.clone(),
        }),
        (_, _, Some(name)) => Base::Profile(name.clone()),
        _ => Base::Chain,
    }
}

/// The role of the step, else the profile's. A mistake is reported.
fn assume_role(
    config: StepIdentity<'_>,
    profile: &CredentialProfile,
    compiler: &mut Compiler<'_, '_>,
) -> Result<Option<AssumeRole>, Reported> {
    let (own, profile) = (config.properties, &profile.identity);
    let Some(arn) = own.aws_assume_role_arn.as_ref().or(profile.aws_assume_role_arn.as_ref()) else { return Ok(None) };
    let arn = compiler.constant(&config.at("aws-assume-role-arn"), arn)?;
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    if !matches!(parts.as_slice(), ["arn", _, "iam", "", _, role] if role.starts_with("role/")) {
        let message = "this is not the ARN of a role";
        let help = "a role is `arn:aws:iam::123456789012:role/NAME`";
        return Err(compiler.error_with_help(codes::BAD_VALUE, &config.at("aws-assume-role-arn"), message, help));
    }
    let aws = &compiler.shared.settings.aws;
    let mut role = AssumeRole::new(arn);
    let text = |own: &Option<String>, profile: &Option<String>, settings: Option<&String>| {
        own.as_ref().or(profile.as_ref()).or(settings).cloned()
    };
    let external_id = text(&own.external_id, &profile.external_id, aws.external_id.as_ref());
    let sts_endpoint = text(&own.sts_endpoint, &profile.sts_endpoint, aws.sts_endpoint.as_ref());
    role.external_id = optional_constant(&config.at("external-id"), external_id, compiler)?;
    role.sts_endpoint = optional_constant(&config.at("sts-endpoint"), sts_endpoint, compiler)?;
    role.policy = text(&own.role_policy, &profile.role_policy, None);
    if let Some(name) = text(&own.role_session_name, &profile.role_session_name, None) {
        role.session_name = session_name(&config.at("role-session-name"), &name, compiler)?;
    }
    if let Some(duration) = own.role_duration.or(profile.role_duration) {
        if !(900..=43_200).contains(&duration.0.as_secs()) {
            return Err(compiler.error(
                codes::BAD_VALUE,
                &config.at("role-duration"),
                "a role's credentials live 900 to 43200 seconds",
            ));
        }
        role.duration = duration.0;
    }
    Ok(Some(role))
}

fn optional_constant(
    pointer: &str,
    text: Option<String>,
    compiler: &mut Compiler<'_, '_>,
) -> Result<Option<String>, Reported> {
    match text {
        Some(text) => compiler.constant(pointer, &text).map(Some),
        None => Ok(None),
    }
}

/// STS takes 2 to 64 of letters, digits and `_+=,.@-`.
fn session_name(pointer: &str, text: &str, compiler: &mut Compiler<'_, '_>) -> Result<String, Reported> {
    let name = compiler.constant(pointer, text)?;
    let fits = name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_+=,.@-".contains(letter));
    if !fits || !(2..=64).contains(&name.len()) {
        let message = "a session name is 2 to 64 letters, digits and `_+=,.@-`";
        return Err(compiler.error(codes::BAD_VALUE, pointer, message));
    }
    Ok(name)
}
