//! User-defined policies and global policies: their assemblies become blocks of the pipeline.

use std::sync::Arc;

use super::assembler::Assembler;
use crate::assembly::{Carrier, Catch, CustomPolicy, CustomProperty, Faults, Step};
use crate::base::{Diagnostic, Reported, codes, did_you_mean, nearest, quoted_list};
use crate::expression::Template;
use crate::policy::kit::local_parameters::{Enter, Leave, Settle};
use crate::policy::{Access, Plan};
use crate::source::{Node, expand};
use crate::value::Value;

/// Policies inside each other.
const DEEPEST: usize = 16;

impl Assembler<'_, '_> {
    /// Lays a user-defined policy out in the place of the step that names it; says whether the flow ends in it.
    pub(super) fn custom(&mut self, step: &Step, policy: &Arc<CustomPolicy>) -> bool {
        if self.inside.iter().any(|one| Arc::ptr_eq(one, policy)) || self.inside.len() >= DEEPEST {
            let message = format!("the policy `{}` runs itself without end", policy.name);
            self.findings.push(Diagnostic::error(codes::BAD_ASSEMBLY, step.policy_span, message));
            return false;
        }
        let Ok(parameters) = self.parameters(step, policy) else { return false };
        let info = self.shared.step_info(step, &policy.name);
        let saved = self.names.symbols.intern(&saved_name(self.inside.len()));
        let (Some(local), Some(saved)) = (self.names.symbols.intern("local"), saved) else { return false };
        let (local, saved) = (usize::from(local), usize::from(saved));
        self.names.assigned.insert("local".into());
        self.names.locals.push(parameters.iter().map(|(name, value)| (name.clone(), fixed(value))).collect());
        let reads = parameters.iter().flat_map(|(_, value)| value.references()).cloned().collect();
        let enter = Enter { local, saved, parameters: parameters.into() };
        self.push_plan(
            Plan { step: Box::new(enter), access: Access { reads, ..Access::default() } },
            Some(info.clone()),
        );
        let start = self.next();
        let outer = self.enter(policy);
        let ends = self.block(&policy.execute);
        let guarded = start..self.next();
        let leave = Plan { step: Box::new(Leave { local, saved }), access: Access::default() };
        // After a fault that its own catch takes, the flow goes on after it, with the outer `local`.
        let resume = Some(self.next());
        self.push_plan(leave, Some(info));
        for catch in &policy.catch {
            self.wait(guarded.clone(), catch, resume);
        }
        self.leave(outer);
        self.names.locals.pop();
        ends && policy.catch.is_empty()
    }

    /// The step with which a handler begins, where there are user-defined policies inside of what it guards.
    pub(super) fn settle(&mut self) {
        let symbols = &self.names.symbols;
        let inside = (self.inside.len()..DEEPEST).map_while(|depth| symbols.find(&saved_name(depth)));
        let saved: Box<[usize]> = inside.map(usize::from).collect();
        if let (Some(local), false) = (symbols.find("local"), saved.is_empty()) {
            let step = Box::new(Settle { local: local.into(), saved });
            self.push_plan(Plan { step, access: Access::default() }, None);
        }
    }

    /// Lays a hook out: the steps of a global policy.
    pub(super) fn hook(&mut self, policy: &Arc<CustomPolicy>) {
        let outer = self.enter(policy);
        let start = self.next();
        self.block(&policy.execute);
        let (guarded, resume) = (start..self.next(), Some(self.next()));
        for catch in &policy.catch {
            self.wait(guarded.clone(), catch, resume);
        }
        self.leave(outer);
    }

    /// The handlers of the global error policy, wherever a fault was raised.
    pub(super) fn error_hook(&mut self, policy: &Arc<CustomPolicy>) {
        let guarded = 0..self.next();
        let outer = self.enter(policy);
        let mut entries: Vec<Catch> = policy.catch.clone();
        if entries.is_empty() && !policy.execute.is_empty() {
            entries.push(Catch { faults: Faults::Default, execute: policy.execute.clone(), span: policy.span });
        }
        for mut catch in entries {
            catch.execute.extend(policy.finally.iter().cloned());
            self.wait(guarded.clone(), &catch, None);
        }
        self.leave(outer);
    }

    /// The values of the policy's properties in the step, or their defaults.
    fn parameters(&mut self, step: &Step, policy: &CustomPolicy) -> Result<Vec<(Arc<str>, Template)>, Reported> {
        let mark = self.findings.mark();
        let config = match self.carrier {
            Carrier::XAssembly => expand(&step.config, &[], self.shared.environment, self.findings),
            Carrier::Ibm | Carrier::Amazon => step.config.clone(),
        };
        for entry in config.entries() {
            if policy.properties.iter().any(|one| one.name == entry.key.text) {
                continue;
            }
            let message = format!("`{}` has no property `{}`", step.policy, entry.key.text);
            let names: Vec<&str> = policy.properties.iter().map(|one| &*one.name).collect();
            let help = match nearest(&entry.key.text, names.iter().copied()).as_slice() {
                [] if names.is_empty() => "it has none".into(),
                [] => format!("it has {}", quoted_list(&names)).into(),
                near => did_you_mean(near),
            };
            self.findings.push(Diagnostic::error(codes::UNKNOWN_PROPERTY, entry.key.span, message).help(help));
        }
        let mut all = Vec::new();
        for property in &policy.properties {
            match config.get(&property.name).filter(|node| !node.is_null()).or(property.default.as_ref()) {
                Some(node) => {
                    all.extend(self.parameter(step, property, node).map(|value| (property.name.clone(), value)))
                }
                None if property.required => {
                    let message = format!("`{}` needs the property `{}`", step.policy, property.name);
                    self.findings.push(Diagnostic::error(codes::MISSING_PROPERTY, step.policy_span, message));
                }
                None => {}
            }
        }
        self.findings.errors_since(mark).map(|()| all)
    }

    fn parameter(&mut self, step: &Step, property: &CustomProperty, node: &Node) -> Result<Template, Reported> {
        let Some(text) = node.text().filter(|text| text.contains("$(")) else {
            return typed(property.kind.as_deref(), node).map(Template::Constant).ok_or_else(|| {
                let kind = property.kind.as_deref().unwrap_or_default();
                let message = format!("`{}` of `{}` is {}, expected {kind}", property.name, step.policy, node.kind());
                self.findings.push(Diagnostic::error(codes::WRONG_TYPE, node.span, message))
            });
        };
        let names = &mut *self.names;
        let read = Template::parse(text, &mut |name, at| names.resolve(name, node.inside(at).unwrap_or(node.span)));
        match read {
            Ok(template) => Ok(template),
            Err(error) => {
                let span = node.inside(error.at).unwrap_or(node.span);
                Err(self.findings.push(Diagnostic::error(codes::BAD_TEMPLATE, span, error.message)))
            }
        }
    }
}

/// The variable that keeps `local` at this depth; no document can name it.
fn saved_name(depth: usize) -> String {
    format!("local {depth}")
}

/// The value that run time would not change.
fn fixed(value: &Template) -> Option<Value> {
    match value {
        Template::Constant(value) => Some(value.clone()),
        _ => None,
    }
}

/// A value as its property's type has it; numbers and booleans may be written as text, and texts as numbers.
fn typed(kind: Option<&str>, node: &Node) -> Option<Value> {
    let json = node.to_json();
    let text = || node.text().map(str::trim);
    match kind {
        Some("string") => node.text().map(Value::from),
        Some("integer") => text()?.parse::<i64>().ok().map(Value::from),
        Some("number") => match serde_json::from_str(text()?) {
            Ok(json @ serde_json::Value::Number(_)) => Some(Value::from(&json)),
            _ => None,
        },
        Some("boolean") => match text()? {
            "true" => Some(true.into()),
            "false" => Some(false.into()),
            _ => None,
        },
        Some("array") => json.is_array().then(|| Value::from(&json)),
        Some("object") => json.is_object().then(|| Value::from(&json)),
        _ => Some(Value::from(&json)),
    }
}
