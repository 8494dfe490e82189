//! `jwt-validate`: a token that is signed, encrypted or both to its claims.

mod claims;
mod config;
mod step;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use http::Uri;

use crate::base::{Reported, codes};
use crate::expression::Template;
use crate::policy::kit::jwt;
use crate::policy::{Access, Compiled, Compiler, Generations, Meta, Plan, Policy};
use crate::resources::cache::Fingerprint;
use crate::resources::fetch::Fetcher;
use crate::resources::key_sets::RemoteKeys;
use crate::source::Spellings;
use claims::Expected;
use step::{Decryption, Source};

pub use config::Config;

/// Connecting to the issuer takes no longer.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The most that clocks may differ.
const MOST_SKEW: Duration = Duration::from_secs(60);

/// The policy.
pub struct JwtValidate;

impl Policy for JwtValidate {
    const META: Meta = Meta {
        name: "jwt-validate",
        aliases: &[],
        versions: &["1.0.0", "2.0.0"],
        summary: "Decrypts and verifies a JSON Web Token and hands on its claims.",
        page: include_str!("page.md"),
        examples: examples!["encrypted", "issuer", "shared-secret"],
        spellings: Spellings { aliases: &[], any_case: false, unbuilt: &[] },
        literal: &[],
        generations: Generations::ByVersion,
        stage: None,
        at_run_time: &[],
    };
    type Config = Config;

    fn compile(config: Config, compiler: &mut Compiler<'_, '_>) -> Result<Compiled, Reported> {
        let token = compiler.named_variable("/jwt", jwt::written(Some(&config.jwt)).unwrap_or(config::TOKEN));
        let output = jwt::written(Some(&config.output_claims)).unwrap_or(config::CLAIMS).to_owned();
        let output = compiler.written_variable("/output-claims", &output);
        let error = compiler.error_variable();
        let issuer = Expected::compile("/iss-claim", config.iss_claim.as_deref(), compiler);
        let audience = Expected::compile("/aud-claim", config.aud_claim.as_deref(), compiler);
        let algorithms = algorithms(config.algorithms.as_deref(), compiler);
        let skew = skew(config.clock_skew.0, compiler);
        let decryption = decryption(&config, compiler);
        let source = source(&config, &decryption, compiler);
        let step = step::JwtValidate {
            token: token?,
            output: output?,
            error: error?,
            issuer: issuer?,
            audience: audience?,
            algorithms: algorithms?,
            skew: skew?,
            decryption: decryption?,
            source: source?,
        };
        let mut reads: Vec<_> = references(Some(&step.token));
        reads.extend(references(step.issuer.as_ref().and_then(Expected::template)));
        reads.extend(references(step.audience.as_ref().and_then(Expected::template)));
        if let Source::Keys(keys) = &step.source {
            reads.extend(keys.references());
        }
        reads.extend(step.decryption.iter().flat_map(|decryption| decryption.keys.references()));
        let access: Access = jwt::access(&step.output, reads);
        Ok(Compiled::Step(Plan { step: Box::new(step), access }))
    }
}

fn references(template: Option<&Template>) -> Vec<crate::expression::Reference> {
    template.into_iter().flat_map(Template::references).cloned().collect()
}

fn algorithms(
    names: Option<&[String]>,
    compiler: &mut Compiler<'_, '_>,
) -> Result<Option<Box<[crate::jose::Algorithm]>>, Reported> {
    let Some(names) = names else { return Ok(None) };
    let all = names.iter().enumerate();
    let all: Vec<Result<_, Reported>> =
        all.map(|(index, name)| compiler.algorithm(&format!("/algorithms/{index}"), name)).collect();
    all.into_iter().collect::<Result<_, Reported>>().map(Some)
}

fn skew(skew: Duration, compiler: &mut Compiler<'_, '_>) -> Result<i64, Reported> {
    if skew > MOST_SKEW {
        return Err(compiler.error(codes::BAD_VALUE, "/clock-skew", "`clock-skew` is more than 60 seconds"));
    }
    Ok(i64::try_from(skew.as_secs()).unwrap_or(i64::MAX))
}

/// The keys and algorithms that decrypt a token; `None` if no token is encrypted.
fn decryption(config: &Config, compiler: &mut Compiler<'_, '_>) -> Result<Option<Decryption>, Reported> {
    let (crypto, jwk) = (config.jwe_crypto.as_deref(), config.jwe_jwk.as_deref());
    let keys = jwt::Keys::compile(jwt::Purpose::Encryption, crypto, jwk, compiler)?;
    let names = config.jwe_algorithms.as_deref();
    let algorithms = names.unwrap_or_default().iter().enumerate();
    let algorithms: Vec<Result<_, Reported>> =
        algorithms.map(|(index, name)| compiler.management(&format!("/jwe-algorithms/{index}"), name)).collect();
    let algorithms = algorithms.into_iter().collect::<Result<_, Reported>>()?;
    let algorithms = names.map(|_| algorithms);
    Ok(keys.map(|keys| Decryption { keys, algorithms }))
}

/// A token that is only encrypted says who made it where the key is a secret that both sides share.
fn warn_unsigned(decryption: &Decryption, compiler: &mut Compiler<'_, '_>) {
    let is_secret = matches!(&decryption.keys, jwt::Keys::Fixed(keys) if keys.are_secrets());
    if !is_secret {
        let message = "nothing says with which key the token must be signed: where the key to decrypt with is RSA, whoever \
                       has its public half can make a token";
        let help = "write `jws-jwk`, `jws-crypto` or `jwks-url` too, unless the key to decrypt with is a shared secret";
        compiler.warning(codes::BAD_VALUE, "/jws-jwk", message, help);
    }
}

/// The source of the keys: one place, and there has to be one.
fn source(
    config: &Config,
    decryption: &Result<Option<Decryption>, Reported>,
    compiler: &mut Compiler<'_, '_>,
) -> Result<Source, Reported> {
    let (crypto, jwk) = (config.jws_crypto.as_deref(), config.jws_jwk.as_deref());
    let keys = jwt::Keys::compile(jwt::Purpose::Signature, crypto, jwk, compiler)?;
    match (keys, jwt::written(config.jwks_url.as_deref())) {
        (Some(keys), None) => Ok(Source::Keys(keys)),
        (None, Some(url)) => remote(url, config.tls_profile.as_deref(), compiler).map(Source::Remote),
        (Some(_), Some(_)) => {
            let message = "`jwks-url` stands beside `jws-jwk` or `jws-crypto`";
            Err(compiler.error_with_help(codes::BAD_VALUE, "/jwks-url", message, "write one of them"))
        }
        (None, None) => {
            if let Some(decryption) = decryption.as_ref().map_err(|reported| *reported)? {
                warn_unsigned(decryption, compiler);
                return Ok(Source::Unsigned);
            }
            let message = "nothing says with which key the token must be signed";
            let help = "write `jws-jwk` with a variable that holds the key, `jws-crypto` with a crypto object of the \
                        settings, or `jwks-url` with the address of the issuer's keys";
            Err(compiler.error_with_help(codes::MISSING_PROPERTY, "/jws-jwk", message, help))
        }
    }
}

fn remote(url: &str, profile: Option<&str>, compiler: &mut Compiler<'_, '_>) -> Result<Arc<RemoteKeys>, Reported> {
    let url = compiler.constant("/jwks-url", url)?;
    let parsed: Option<Uri> = url.parse().ok();
    let is_http = |uri: &Uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some();
    let Some(uri) = parsed.filter(is_http) else {
        return Err(compiler.error(
            codes::BAD_TARGET,
            "/jwks-url",
            "`jwks-url` is not a URL that starts with `https://` or `http://`",
        ));
    };
    let is_near = uri.host().is_some_and(|host| host == "localhost" || host.starts_with("127.") || host == "[::1]");
    if uri.scheme_str() == Some("http") && !is_near {
        let message =
            "`jwks-url` is plain `http`: whoever is on the way can put keys of their own in the place of the issuer's";
        compiler.warning(codes::PLAIN_HTTP, "/jwks-url", message, "write `https://`");
    }
    let profile = jwt::written(profile);
    let tls = compiler.tls(profile)?;
    let client = compiler.http_client(profile, CONNECT_TIMEOUT)?;
    let key = Fingerprint::new("key set").with(&url).with_tls(&tls).key();
    let fetcher = Fetcher::new(&client, "key set", compiler.shared.resources.calls());
    Ok(compiler.shared.resources.key_sets().get(key, &fetcher, &uri))
}
