//! The options that a call carries in addition to its payload: client context, tenant, and the name of a durable execution.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::StatusCode;
use http::header::HeaderValue;
use serde::de::IgnoredAny;

use crate::aws::client::Invocation;
use crate::aws::limits;
use crate::base::{Reported, codes};
use crate::expression::{Reference, Scope, Template};
use crate::policy::Compiler;
use crate::runtime::{Fault, FaultSource, kinds};

use super::config::{Config, InvocationKind, LogType};
use super::json_template::JsonTemplate;

/// A text that Lambda takes only in some letters.
struct Word {
    name: &'static str,
    text: Template,
    rule: &'static Rule,
}

struct Rule {
    longest: usize,
    fits: fn(char) -> bool,
    words: &'static str,
}

/// Invoke API reference, `TenantId`.
static TENANT: Rule = Rule {
    longest: 256,
    fits: |letter| letter.is_ascii_alphanumeric() || "._:/=+-@ ".contains(letter),
    words: "1 to 256 letters, digits, spaces and `._:/=+-@`",
};

/// Invoke API reference, `DurableExecutionName`.
static DURABLE_NAME: Rule = Rule {
    longest: 64,
    fits: |letter| letter.is_ascii_alphanumeric() || "-_".contains(letter),
    words: "1 to 64 letters, digits, `-` and `_`",
};

/// The compiled properties. Few calls have any of them, and every step has this.
pub(super) struct CallOptions {
    client_context: Option<Box<JsonTemplate>>,
    tenant_id: Option<Box<Word>>,
    durable_execution_name: Option<Box<Word>>,
}

/// Compiles the properties.
pub(super) fn compile(config: &Config, compiler: &mut Compiler<'_, '_>) -> Result<CallOptions, Reported> {
    if config.invocation_type != InvocationKind::RequestResponse {
        let synchronous =
            [("client-context", config.client_context.is_some()), ("log-type", config.log_type == LogType::Tail)];
        if let Some((name, _)) = synchronous.iter().find(|(_, written)| *written) {
            let message = format!("only `invocation-type: request-response` has a `{name}`");
            let help = format!("remove `{name}`");
            return Err(compiler.error_with_help(codes::BAD_VALUE, &format!("/{name}"), message, help));
        }
    }
    let client_context = match &config.client_context {
        Some(text) => Some(Box::new(client_context(text, compiler)?)),
        None => None,
    };
    let mut word = |name: &'static str, text: &Option<String>, rule| match text {
        Some(text) => Word::compile(name, text, rule, compiler).map(|word| Some(Box::new(word))),
        None => Ok(None),
    };
    let tenant_id = word("tenant-id", &config.tenant_id, &TENANT);
    let durable_execution_name = word("durable-execution-name", &config.durable_execution_name, &DURABLE_NAME);
    Ok(CallOptions { client_context, tenant_id: tenant_id?, durable_execution_name: durable_execution_name? })
}

fn client_context(text: &str, compiler: &mut Compiler<'_, '_>) -> Result<JsonTemplate, Reported> {
    let template = JsonTemplate::compile("/client-context", text, compiler)?;
    if !text.trim_start().starts_with('{') && template.whole().is_none() {
        let message = "the client context is a JSON object, and this is something else";
        return Err(compiler.error(codes::BAD_VALUE, "/client-context", message));
    }
    Ok(template)
}

impl CallOptions {
    /// Puts them on a call.
    pub(super) fn fill(&self, scope: &dyn Scope, invocation: &mut Invocation) -> Result<(), Fault> {
        if let Some(template) = &self.client_context {
            invocation.call_headers().client_context = Some(encoded_context(template, scope)?);
        }
        if let Some(word) = &self.tenant_id {
            invocation.call_headers().tenant_id = Some(word.value(scope)?);
        }
        if let Some(word) = &self.durable_execution_name {
            invocation.call_headers().durable_execution_name = Some(word.value(scope)?);
        }
        Ok(())
    }

    pub(super) fn references(&self) -> impl Iterator<Item = &Reference> {
        let words = [&self.tenant_id, &self.durable_execution_name].into_iter().flatten();
        let context = self.client_context.iter().flat_map(|template| template.references());
        context.chain(words.flat_map(|word| word.text.references()))
    }
}

/// Base64 of a JSON object. A variable may also hold the object as text.
fn encoded_context(template: &JsonTemplate, scope: &dyn Scope) -> Result<HeaderValue, Fault> {
    let value = template.whole().map(|reference| scope.get(reference));
    let json = match value.as_ref().and_then(|value| value.as_str()) {
        Some(text) => text.trim().as_bytes().to_vec(),
        None => template.render(scope),
    };
    let is_object = json.starts_with(b"{") && serde_json::from_slice::<IgnoredAny>(&json).is_ok();
    if !is_object {
        let message = "the client context is not a JSON object";
        return Err(Fault::new(&kinds::LAMBDA_PAYLOAD, FaultSource::Client, message));
    }
    let encoded = BASE64_STANDARD.encode(json);
    if encoded.len() > limits::CLIENT_CONTEXT {
        let (length, most) = (encoded.len(), limits::CLIENT_CONTEXT);
        let message = format!("the client context has {length} bytes in base64, and Lambda takes at most {most}");
        return Err(Fault::new(&kinds::LAMBDA_PAYLOAD_TOO_LARGE, FaultSource::Client, message));
    }
    HeaderValue::try_from(encoded)
        .map_err(|error| Fault::new(&kinds::LAMBDA_PAYLOAD, FaultSource::Gateway, error.to_string()))
}

impl Word {
    fn compile(
        name: &'static str,
        text: &str,
        rule: &'static Rule,
        compiler: &mut Compiler<'_, '_>,
    ) -> Result<Self, Reported> {
        let pointer = format!("/{name}");
        let text = compiler.template(&pointer, text)?;
        if text.constant().is_some_and(|text| !rule.takes(&text)) {
            return Err(compiler.error(codes::BAD_VALUE, &pointer, format!("`{name}` is {}", rule.words)));
        }
        Ok(Word { name, text, rule })
    }

    /// A call without its tenant, or under no name, would do something else than the author wanted, so an empty one is refused
    /// too.
    fn value(&self, scope: &dyn Scope) -> Result<HeaderValue, Fault> {
        let text = self.text.text(scope);
        let value = HeaderValue::from_str(&text).ok().filter(|_| self.rule.takes(&text));
        value.ok_or_else(|| {
            let message = format!("`{}` became something else than {}", self.name, self.rule.words);
            Fault::new(&kinds::PROPERTY, FaultSource::Client, message).with_status(StatusCode::BAD_REQUEST)
        })
    }
}

impl Rule {
    fn takes(&self, text: &str) -> bool {
        !text.is_empty() && text.len() <= self.longest && text.chars().all(self.fits)
    }
}
