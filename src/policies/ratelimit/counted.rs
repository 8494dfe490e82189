//! A limit as one step counts it: by what, and how much.

use crate::expression::{Builtin, Jsonata, Reference, Root, Scope, Template};
use crate::identity::{Limit, LimitRules};
use crate::policy::Compiler;
use crate::resources::cache::{Fingerprint, Key};
use crate::resources::counters::Operation;
use crate::runtime::{Context, Fault, FaultSource, kinds};
use crate::settings::Per;
use crate::value::Kind;

/// A limit with what it counts by.
pub(super) struct Counted {
    pub limit: Limit,
    pub operation: Operation,
    application: Option<Reference>,
    value: Option<Template>,
    weight: Option<Jsonata>,
}

impl Counted {
    #[allow(clippy::too_many_arguments, reason = "every part of a limit is one")]
    pub(super) fn new(
        kind: &'static str,
        name: &str,
        operation: Operation,
        rules: LimitRules,
        per: &[Per],
        value: Option<Template>,
        weight: Option<Jsonata>,
        compiler: &Compiler<'_, '_>,
    ) -> Self {
        let mut counter = Fingerprint::new("limit").with(kind).with(name);
        if counts_per(per, Per::Api) {
            let api = compiler.shared.api;
            counter = counter.with(&*api.name).with(&*api.version);
        }
        let path = ["app".into(), "id".into()].into();
        let application = Reference::new(Root::Builtin(Builtin::Client), path);
        let application = counts_per(per, Per::Application).then_some(application);
        let limit = Limit { name: name.into(), rules, counter: counter.key() };
        Counted { limit, operation, application, value, weight }
    }

    /// Whether it counts the requests that run at a time.
    pub(super) fn counts_running(&self) -> bool {
        self.limit.rules.window.is_none()
    }

    pub(super) fn reads(&self) -> Vec<Reference> {
        let mut reads: Vec<Reference> = self.application.iter().cloned().collect();
        reads.extend(self.value.iter().flat_map(Template::references).cloned());
        reads.extend(self.weight.iter().flat_map(reads_of));
        reads
    }

    pub(super) fn key(&self, cx: &Context) -> Key {
        let text = |reference: &Reference| cx.text(reference);
        match (&self.application, &self.value) {
            (None, None) => self.limit.counter,
            (application, value) => Fingerprint::new("counter")
                .with(&self.limit.counter)
                .with(&application.as_ref().map(text))
                .with(&value.as_ref().map(|value| value.text(cx).into_owned()))
                .key(),
        }
    }

    /// How much the request counts; zero and less count as one.
    pub(super) fn weight(&self, cx: &Context) -> Result<u64, Fault> {
        let Some(weight) = &self.weight else { return Ok(1) };
        let failed = |what: String| Fault::new(&kinds::RUNTIME, FaultSource::Gateway, what);
        let value = weight.evaluate(cx).map_err(|error| failed(format!("the limit's weight: {error}")))?;
        let number = match value.kind() {
            Kind::Number(number) => Some(number.as_f64()),
            Kind::String(text) => text.trim().parse().ok(),
            Kind::Null => Some(1.0),
            _ => None,
        };
        let number = number.ok_or_else(|| failed("the limit's weight is not a number".to_owned()))?;
        Ok(if number < 1.0 { 1 } else { number as u64 })
    }
}

/// The references that evaluating a weight reads.
fn reads_of(weight: &Jsonata) -> Vec<Reference> {
    let mut reads: Vec<Reference> = weight.references().into_iter().cloned().collect();
    if weight.reads_everything() {
        reads.extend([Builtin::Message, Builtin::Request].map(Reference::whole));
    }
    reads
}

/// Whether a limit counts each of these by itself.
fn counts_per(per: &[Per], what: Per) -> bool {
    per.contains(&what)
}
