//! `jwt-generate`: claims to a token that is signed, encrypted, or both.

mod config;
mod step;
#[cfg(test)]
mod tests;

use crate::base::{Reported, codes};
use crate::expression::Template;
use crate::policy::kit::jwt;
use crate::policy::{Compiled, Compiler, Generations, Meta, Plan, Policy};
use crate::source::Spellings;
use step::{Choice, Encryption, Signature};

pub use config::Config;

/// The variable that receives the token if the document names none.
const HEADER: &str = "message.headers.Authorization";

/// The policy.
pub struct JwtGenerate;

impl Policy for JwtGenerate {
    const META: Meta = Meta {
        name: "jwt-generate",
        aliases: &[],
        versions: &["1.0.0", "2.0.0", "2.1.0"],
        summary: "Makes a JSON Web Token: signed, encrypted, or both.",
        page: include_str!("page.md"),
        examples: examples!["for-a-service", "sealed"],
        spellings: Spellings { aliases: &[], any_case: false, unbuilt: &[] },
        literal: &[],
        generations: Generations::ByVersion,
        stage: None,
        at_run_time: &[],
    };
    type Config = Config;

    fn compile(config: Config, compiler: &mut Compiler<'_, '_>) -> Result<Compiled, Reported> {
        let bearer = jwt::written(Some(&config.jwt)).is_none();
        let output = jwt::written(Some(&config.jwt)).unwrap_or(HEADER).to_owned();
        let output = compiler.written_variable("/jwt", &output);
        let error = compiler.error_variable();
        let issuer = jwt::written(Some(&config.iss_claim)).unwrap_or(config::ISSUER);
        let issuer = compiler.named_variable("/iss-claim", issuer);
        let subject = optional("/sub-claim", config.sub_claim.as_deref(), compiler);
        let audience = optional("/aud-claim", config.aud_claim.as_deref(), compiler);
        let private = optional("/private-claims", config.private_claims.as_deref(), compiler);
        let lifetime = lifetime(&config.exp_claim, compiler);
        let key_id = text("/custom-kid-value-jws", config.custom_kid_value_jws.as_deref(), compiler);
        let encryption = encryption(&config, compiler);
        let is_encrypted = !matches!(&encryption, Ok(None));
        let signature = signature(&config, is_encrypted, compiler);
        let step = step::JwtGenerate {
            output: output?,
            bearer,
            error: error?,
            with_id: config.jti_claim,
            issuer: issuer?,
            subject: subject?,
            audience: audience?,
            private: private?,
            lifetime: lifetime?,
            key_id: key_id?,
            signature: signature?,
            encryption: encryption?,
        };
        let access = jwt::access(&step.output, step.reads());
        Ok(Compiled::Step(Plan { step: Box::new(step), access }))
    }
}

/// A variable that may be missing.
fn optional(pointer: &str, name: Option<&str>, compiler: &mut Compiler<'_, '_>) -> Result<Option<Template>, Reported> {
    match jwt::written(name) {
        Some(name) => compiler.named_variable(pointer, name).map(Some),
        None => Ok(None),
    }
}

/// A text that may be missing.
fn text(pointer: &str, text: Option<&str>, compiler: &mut Compiler<'_, '_>) -> Result<Option<Template>, Reported> {
    match jwt::written(text) {
        Some(text) => compiler.template(pointer, text).map(Some),
        None => Ok(None),
    }
}

fn lifetime(text: &str, compiler: &mut Compiler<'_, '_>) -> Result<Template, Reported> {
    let template = compiler.template("/exp-claim", text)?;
    if template.constant().is_some_and(|constant| step::seconds(&constant).is_none()) {
        return Err(compiler.error(codes::BAD_VALUE, "/exp-claim", "`exp-claim` is not from 1 to 31622400 seconds"));
    }
    Ok(template)
}

/// How the token is signed.
fn signature(config: &Config, is_encrypted: bool, compiler: &mut Compiler<'_, '_>) -> Result<Signature, Reported> {
    let algorithm = text("/jws-alg", config.jws_alg.as_deref(), compiler)?;
    let constant = algorithm.as_ref().and_then(Template::constant);
    let (crypto, jwk) = (config.jws_crypto.as_deref(), config.jws_jwk.as_deref());
    let keys = jwt::Keys::compile(jwt::Purpose::Signature, crypto, jwk, compiler)?;
    match (constant.as_deref(), keys) {
        (Some("none"), _) | (None, None) if is_encrypted => Ok(Signature::None),
        (Some("none"), _) => {
            let message = "`none` makes a token that nobody has signed: whoever receives it cannot tell who made it";
            compiler.warning(codes::BAD_VALUE, "/jws-alg", message, "write an algorithm, and the key to sign with");
            Ok(Signature::None)
        }
        (_, None) => {
            let message = "nothing says with which key to sign";
            let help = "write `jws-jwk` with a variable that holds the key, or `jws-crypto` with a crypto object of the settings";
            Err(compiler.error_with_help(codes::MISSING_PROPERTY, "/jws-jwk", message, help))
        }
        (Some(name), Some(keys)) => {
            let algorithm = Choice::Fixed(compiler.algorithm("/jws-alg", name)?);
            Ok(Signature::With { algorithm: Some(algorithm), keys })
        }
        (None, Some(keys)) => Ok(Signature::With { algorithm: algorithm.map(Choice::Computed), keys }),
    }
}

/// How the token is encrypted, if it is.
fn encryption(config: &Config, compiler: &mut Compiler<'_, '_>) -> Result<Option<Encryption>, Reported> {
    let (crypto, jwk) = (config.jwe_crypto.as_deref(), config.jwe_jwk.as_deref());
    let keys = jwt::Keys::compile(jwt::Purpose::Encryption, crypto, jwk, compiler)?;
    let management = choice("/jwe-alg", config.jwe_alg.as_deref(), compiler, Compiler::management)?;
    let content = choice("/jwe-enc", config.jwe_enc.as_deref(), compiler, Compiler::content)?;
    let key_id = text("/custom-kid-value-jwe", config.custom_kid_value_jwe.as_deref(), compiler)?;
    match (keys, content) {
        (Some(keys), Some(content)) => Ok(Some(Encryption { management, content, keys, key_id })),
        (Some(_), None) => {
            let message = "nothing says how the token's content is encrypted";
            let help = "write `jwe-enc`, such as `A256GCM`";
            Err(compiler.error_with_help(codes::MISSING_PROPERTY, "/jwe-enc", message, help))
        }
        (None, None) if management.is_none() => Ok(None),
        (None, content) => {
            let message = "nothing says with which key to encrypt";
            let help = "write `jwe-jwk` with a variable that holds the key, or `jwe-crypto` with a crypto object of the \
                        settings; without `jwe-alg` and `jwe-enc` the token is not encrypted";
            let written = if content.is_some() { "/jwe-enc" } else { "/jwe-alg" };
            Err(compiler.error_with_help(codes::MISSING_PROPERTY, written, message, help))
        }
    }
}

/// A name that is known at load, or a template of one.
fn choice<'a, 'b, T>(
    pointer: &str,
    name: Option<&str>,
    compiler: &mut Compiler<'a, 'b>,
    named: impl Fn(&mut Compiler<'a, 'b>, &str, &str) -> Result<T, Reported>,
) -> Result<Option<Choice<T>>, Reported> {
    let Some(template) = text(pointer, name, compiler)? else { return Ok(None) };
    match template.constant() {
        Some(constant) => named(compiler, pointer, &constant).map(|found| Some(Choice::Fixed(found))),
        None => Ok(Some(Choice::Computed(template))),
    }
}
