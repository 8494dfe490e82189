//! The demands on claims.

use std::borrow::Cow;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use lru::LruCache;
use serde_json::{Map, Value};

use crate::base::{Reported, codes};
use crate::expression::Template;
use crate::policy::Compiler;
use crate::policy::kit::jwt::written;
use crate::policy::kit::pcre::Pattern;
use crate::resources::Resources;
use crate::runtime::Context;

/// Patterns of a step that only run time knew, and that are kept.
const KEPT: NonZeroUsize = NonZeroUsize::MIN.saturating_add(7);

/// The pattern of a claim.
pub(super) enum Expected {
    Fixed(Arc<Pattern>),
    Computed { text: Template, read: Mutex<LruCache<String, Arc<Pattern>>> },
}

impl Expected {
    /// The pattern for the claim, if the property has one.
    pub(super) fn compile(
        pointer: &str,
        text: Option<&str>,
        compiler: &mut Compiler<'_, '_>,
    ) -> Result<Option<Self>, Reported> {
        let Some(text) = written(text) else { return Ok(None) };
        let template = compiler.template(pointer, text)?;
        let Some(constant) = template.constant() else {
            return Ok(Some(Expected::Computed { text: template, read: Mutex::new(LruCache::new(KEPT)) }));
        };
        match whole(&constant, compiler.shared.resources) {
            Ok(pattern) => Ok(Some(Expected::Fixed(Arc::new(pattern)))),
            Err(error) => {
                let name = pointer.trim_start_matches('/');
                let message = format!("`{name}` is not a regular expression that can be used: {error}");
                Err(compiler.error(codes::BAD_VALUE, pointer, message))
            }
        }
    }

    pub(super) fn template(&self) -> Option<&Template> {
        match self {
            Expected::Fixed(_) => None,
            Expected::Computed { text, .. } => Some(text),
        }
    }

    fn pattern(&self, cx: &Context) -> Result<Arc<Pattern>, String> {
        let (text, read) = match self {
            Expected::Fixed(pattern) => return Ok(pattern.clone()),
            Expected::Computed { text, read } => (text, read),
        };
        let text = text.text(cx);
        let lock = || read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(&*text) {
            return Ok(known.clone());
        }
        // Not shared with other steps: what requests bring along must not outlive the snapshot.
        let pattern = whole(&text, &Resources::default())?;
        let pattern = Arc::new(pattern);
        lock().put(text.into_owned(), pattern.clone());
        Ok(pattern)
    }

    /// Whether the claim matches; one of them, where it is a list. The error is one sentence.
    pub(super) fn check(&self, name: &str, claims: &Map<String, Value>, cx: &Context) -> Result<(), String> {
        let pattern =
            self.pattern(cx).map_err(|error| format!("`{name}-claim` is not a regular expression: {error}"))?;
        let matches = |value: &Value| text(value).is_some_and(|text| pattern.is_match(&text));
        let matched = match claims.get(name) {
            None => return Err(format!("the token has no claim `{name}`")),
            Some(Value::Array(all)) => all.iter().any(matches),
            Some(one) => matches(one),
        };
        if matched { Ok(()) } else { Err(format!("the token's claim `{name}` is not the one that is expected")) }
    }
}

fn text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        _ => None,
    }
}

/// A pattern for the whole of a text, so that `https://issuer.example` does not let `https://issuer.example.evil` in.
fn whole(text: &str, shared: &Resources) -> Result<Pattern, String> {
    if text.starts_with('^') && text.ends_with('$') && !text.contains('|') {
        return Pattern::parse(text, false, shared);
    }
    Pattern::parse(&format!("^(?:{text})$"), false, shared)
}
