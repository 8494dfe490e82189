//! The credentials of a call: `username` and `password`, `api-key`.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::HeaderMap;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};

use super::config::Config;
use crate::base::{Reported, codes};
use crate::expression::{Reference, Template};
use crate::policy::Compiler;
use crate::runtime::Context;
use crate::value::Secret;

pub(super) const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// The credentials that are added to every call.
#[derive(Default)]
pub(super) struct Secrets {
    basic: Option<(Text, Text)>,
    api_key: Option<Text>,
}

/// A text that must not be shown.
enum Text {
    Fixed(Secret),
    Computed(Template),
}

impl Secrets {
    pub(super) fn compile(config: &Config, compiler: &mut Compiler<'_, '_>) -> Result<Self, Reported> {
        // Editors write empty ones.
        let written = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let basic = match (written(&config.username), written(&config.password)) {
            (None, None) => None,
            (Some(user), Some(password)) => {
                let user = Text::compile("/username", &user, compiler);
                let password = Text::compile_secret("/password", &password, compiler);
                Some((user?, password?))
            }
            (user, _) => {
                let (there, missing) = if user.is_some() { ("username", "password") } else { ("password", "username") };
                let message = format!("`{there}` needs `{missing}` beside it");
                let help = format!("add `{missing}`, or remove `{there}`");
                return Err(compiler.error_with_help(codes::BAD_VALUE, &format!("/{there}"), message, help));
            }
        };
        if let Some((Text::Fixed(user), _)) = &basic
            && user.expose().contains(':')
        {
            let message = "a user name for Basic authentication has no colon";
            return Err(compiler.error(codes::BAD_VALUE, "/username", message));
        }
        let api_key = match written(&config.api_key) {
            Some(key) => Some(Text::compile_secret("/api-key", &key, compiler)?),
            None => None,
        };
        Ok(Secrets { basic, api_key })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.basic.is_none() && self.api_key.is_none()
    }

    pub(super) fn is_basic(&self) -> bool {
        self.basic.is_some()
    }

    pub(super) fn has_api_key(&self) -> bool {
        self.api_key.is_some()
    }

    pub(super) fn references(&self) -> impl Iterator<Item = &Reference> {
        let basic = self.basic.iter().flat_map(|(user, password)| [user, password]);
        basic.chain(&self.api_key).flat_map(Text::references)
    }

    /// Puts the headers in, in the place of the client's own; the error is one sentence.
    pub(super) fn add(&self, headers: &mut HeaderMap, cx: &Context) -> Result<(), String> {
        if let Some((user, password)) = &self.basic {
            let (user, password) = (user.text(cx), password.text(cx));
            if user.expose().contains(':') {
                return Err("a user name for Basic authentication has no colon".to_owned());
            }
            let pair = Secret::new(format!("{}:{}", user.expose(), password.expose()));
            let value = Secret::new(format!("Basic {}", BASE64_STANDARD.encode(pair.expose())));
            headers.insert(AUTHORIZATION, sensitive(&value).ok_or("the credentials are too long for a header")?);
        }
        if let Some(key) = &self.api_key {
            let key = key.text(cx);
            headers.insert(API_KEY, sensitive(&key).ok_or("the API key has characters that no header can carry")?);
        }
        Ok(())
    }
}

impl Text {
    fn compile(pointer: &str, text: &str, compiler: &mut Compiler<'_, '_>) -> Result<Self, Reported> {
        // A value from the environment is the text itself and no template, whatever characters it has.
        if compiler.is_masked(pointer) {
            return Ok(Text::Fixed(Secret::new(text)));
        }
        let template = compiler.template(pointer, text)?;
        Ok(match template.constant() {
            Some(constant) => Text::Fixed(Secret::new(constant)),
            None => Text::Computed(template),
        })
    }

    fn compile_secret(pointer: &str, text: &str, compiler: &mut Compiler<'_, '_>) -> Result<Self, Reported> {
        if !compiler.is_masked(pointer) && !text.contains("$(") {
            let help = "write `${NAME}`, `${file:/run/secrets/…}` or `$(property)`";
            compiler.warning(codes::LITERAL_SECRET, pointer, "this secret is written into the document", help);
        }
        Text::compile(pointer, text, compiler)
    }

    fn text(&self, cx: &Context) -> Secret {
        match self {
            Text::Fixed(secret) => secret.clone(),
            Text::Computed(template) => Secret::new(template.text(cx)),
        }
    }

    fn references(&self) -> Vec<&Reference> {
        match self {
            Text::Fixed(_) => Vec::new(),
            Text::Computed(template) => template.references(),
        }
    }
}

fn sensitive(secret: &Secret) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(secret.expose()).ok()?;
    value.set_sensitive(true);
    Some(value)
}
