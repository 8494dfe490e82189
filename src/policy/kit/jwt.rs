//! Parts that `jwt-validate` and `jwt-generate` share: variables that properties name, keys, and faults.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use lru::LruCache;

use crate::base::{Diagnostic, Reported, codes, quoted_list};
use crate::expression::{Reference, Resolved, Root, Scope, Template};
use crate::jose::jwe::{CONTENTS, Content, MANAGEMENTS, Management};
use crate::jose::{ALGORITHMS, Algorithm, KeySet};
use crate::policy::{Access, Compiler};
use crate::resources::cache::{Fingerprint, Key};
use crate::runtime::{Context, Fault, FaultSource, kinds};
use crate::value::Value;

/// Key sets of a step that were read from a variable and are kept, as a variable mostly holds the same text.
const KEPT: NonZeroUsize = NonZeroUsize::MIN.saturating_add(7);

/// The source of a step's keys, apart from URLs.
pub(crate) enum Keys {
    /// Known at load.
    Fixed(Arc<KeySet>),
    /// In a variable that holds a JWK or a set.
    Variable { purpose: Purpose, source: Template, read: Mutex<LruCache<Key, Arc<KeySet>>> },
}

/// The use of keys.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    Signature,
    Encryption,
}

impl Purpose {
    /// The property that names a crypto object.
    fn crypto(self) -> &'static str {
        match self {
            Purpose::Signature => "jws-crypto",
            Purpose::Encryption => "jwe-crypto",
        }
    }

    /// The property that names a variable.
    fn jwk(self) -> &'static str {
        match self {
            Purpose::Signature => "jws-jwk",
            Purpose::Encryption => "jwe-jwk",
        }
    }
}

impl Keys {
    /// The keys of `jws-crypto` or `jws-jwk`, or of their like; `None` where neither is written.
    pub(crate) fn compile(
        purpose: Purpose,
        crypto: Option<&str>,
        jwk: Option<&str>,
        compiler: &mut Compiler<'_, '_>,
    ) -> Result<Option<Self>, Reported> {
        // As on IBM's gateway a crypto object wins.
        if let Some(name) = written(crypto) {
            let pointer = format!("/{}", purpose.crypto());
            return compiler.crypto_object(&pointer, name).map(|keys| Some(Keys::Fixed(keys)));
        }
        let Some(name) = written(jwk) else { return Ok(None) };
        let property = purpose.jwk();
        let pointer = format!("/{property}");
        let source = compiler.named_variable(&pointer, name)?;
        let Template::Constant(constant) = &source else {
            return Ok(Some(Keys::Variable { purpose, source, read: Mutex::new(LruCache::new(KEPT)) }));
        };
        match KeySet::read(&constant.to_bytes()) {
            Ok(keys) => Ok(Some(Keys::Fixed(Arc::new(keys)))),
            Err(error) => {
                let message = format!("what `{property}` names is no key: {error}");
                let help = format!(
                    "`{property}` names a variable; it holds a JSON Web Key such as {{\"kty\": \"RSA\", …}}, or a set of them"
                );
                Err(compiler.error_with_help(codes::BAD_VALUE, &pointer, message, help))
            }
        }
    }

    pub(crate) fn references(&self) -> Vec<Reference> {
        match self {
            Keys::Fixed(_) => Vec::new(),
            Keys::Variable { source, .. } => source.references().into_iter().cloned().collect(),
        }
    }

    /// The keys; the error is one sentence that quotes nothing of them.
    pub(crate) fn get(&self, cx: &Context) -> Result<Arc<KeySet>, String> {
        let (property, source, read) = match self {
            Keys::Fixed(keys) => return Ok(keys.clone()),
            Keys::Variable { purpose, source, read } => (purpose.jwk(), source, read),
        };
        let value = source.value(cx);
        // The output of a call is a message; its body is the key.
        let is_message = value.get("kty").is_none() && value.get("keys").is_none();
        let value = value.get("body").filter(|_| is_message).unwrap_or(value.view());
        if value.is_empty() {
            return Err(format!("the variable that `{property}` names holds no key"));
        }
        let bytes = value.to_bytes();
        let fingerprint = Fingerprint::new("jwk").with(&*bytes).key();
        let lock = || read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(&fingerprint) {
            return Ok(known.clone());
        }
        let keys = KeySet::read(&bytes).map_err(|error| format!("what `{property}` names is no key: {error}"))?;
        let keys = Arc::new(keys);
        lock().put(fingerprint, keys.clone());
        Ok(keys)
    }
}

/// Text that says something: editors write empty texts.
pub(crate) fn written(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

impl Compiler<'_, '_> {
    /// A variable that a property names, bare as IBM's documents do, or as `$(…)`.
    pub(crate) fn named_variable(&mut self, pointer: &str, text: &str) -> Result<Template, Reported> {
        if text.contains("$(") {
            return self.template(pointer, text);
        }
        let span = self.span(pointer);
        match self.names.resolve(text.trim(), span) {
            Ok(Resolved::Constant(value)) => Ok(Template::Constant(value)),
            Ok(Resolved::Variable(reference)) => Ok(Template::Reference(reference)),
            Err(message) => Err(self.findings.push(Diagnostic::error(codes::BAD_TEMPLATE, span, message))),
        }
    }

    /// The keys of a crypto object of the settings.
    fn crypto_object(&mut self, pointer: &str, name: &str) -> Result<Arc<KeySet>, Reported> {
        let name = self.constant(pointer, name)?;
        let objects = &self.shared.settings.crypto_objects;
        let Some(object) = objects.get(&name) else {
            let known: Vec<&str> = objects.keys().map(String::as_str).collect();
            // A check goes on as if the object were there.
            let missing = self.missing_object(pointer, "crypto object", "crypto-objects", &name, &known);
            return missing.map(|()| Arc::new(KeySet::none()));
        };
        match object.keys() {
            Ok(keys) => Ok(Arc::new(keys)),
            Err(error) => {
                let message = format!("the crypto object `{name}` cannot be used: {error}");
                Err(self.error(codes::BAD_VALUE, pointer, message))
            }
        }
    }

    /// An algorithm by its name, as far as it is known at load.
    pub(crate) fn algorithm(&mut self, pointer: &str, name: &str) -> Result<Algorithm, Reported> {
        Algorithm::named(name).ok_or_else(|| {
            let help = format!("write one of {}", quoted_list(&ALGORITHMS));
            self.error_with_help(codes::BAD_VALUE, pointer, format!("`{name}` is no algorithm for signatures"), help)
        })
    }

    /// How the key of a content travels, by its name.
    pub(crate) fn management(&mut self, pointer: &str, name: &str) -> Result<Management, Reported> {
        Management::named(name).ok_or_else(|| {
            let help = format!("write one of {}", quoted_list(&MANAGEMENTS));
            let message = format!("`{name}` is no algorithm that encrypts the content's key");
            self.error_with_help(codes::BAD_VALUE, pointer, message, help)
        })
    }

    /// How a content is encrypted, by its name.
    pub(crate) fn content(&mut self, pointer: &str, name: &str) -> Result<Content, Reported> {
        Content::named(name).ok_or_else(|| {
            let help = format!("write one of {}", quoted_list(&CONTENTS));
            self.error_with_help(codes::BAD_VALUE, pointer, format!("`{name}` is no encryption of a content"), help)
        })
    }

    /// The variable that receives what went wrong.
    pub(crate) fn error_variable(&mut self) -> Result<Reference, Reported> {
        self.written_variable("", &format!("{}.error-message", self.meta.name))
    }
}

/// The access of a step that writes this variable.
pub(crate) fn access(output: &Reference, reads: Vec<Reference>) -> Access {
    let is_body = output.path.iter().map(|part| &**part).eq(["body"]);
    let replaces: Vec<Root> = Some(output.root.clone()).filter(|_| is_body).into_iter().collect();
    Access { reads, replaces, ..Access::default() }
}

/// A `RuntimeError`, whose message handlers find in a variable too, as IBM's do.
pub(crate) fn failed(cx: &mut Context, variable: &Reference, source: FaultSource, message: impl Into<String>) -> Fault {
    let message = message.into();
    // A variable of the pipeline's own can always be set.
    let _ = cx.set(variable, Value::from(message.as_str()));
    Fault::new(&kinds::RUNTIME, source, message)
}
