//! `variables`: values taken out of the answer.

use crate::base::{Diagnostic, Reported, codes};
use crate::expression::{Builtin, Jsonata, Reference, Scope};
use crate::policy::Compiler;
use crate::runtime::{Context, Fault, FaultSource, kinds, message_value};
use crate::value::{Message, Value};

use super::config::Config;

/// The compiled property.
pub(super) struct Variables(Box<[Variable]>);

struct Variable {
    name: Reference,
    written: Box<str>,
    value: Jsonata,
}

/// Compiles the property.
pub(super) fn compile(config: &Config, compiler: &mut Compiler<'_, '_>) -> Result<Variables, Reported> {
    let all = config.variables.iter().enumerate().map(|(index, variable)| {
        let name = compiler.written_variable(&format!("/variables/{index}/name"), &variable.name);
        let value = expression(&format!("/variables/{index}/value"), &variable.value, compiler);
        Ok(Variable { name: name?, written: variable.name.as_str().into(), value: value? })
    });
    let all: Vec<Result<Variable, Reported>> = all.collect();
    all.into_iter().collect::<Result<_, Reported>>().map(Variables)
}

fn expression(pointer: &str, text: &str, compiler: &mut Compiler<'_, '_>) -> Result<Jsonata, Reported> {
    let (place, span) = (compiler.place(pointer), compiler.span(pointer));
    let names = &mut *compiler.names;
    match Jsonata::compile_relative(text, &mut |name| names.resolve(name, span)) {
        Ok(expression) => {
            for hint in expression.hints() {
                let finding = Diagnostic::warning(codes::BAD_EXPRESSION, place(hint.at.clone()), hint.message.clone());
                compiler.findings.push(finding);
            }
            compiler.note_references(pointer, text, expression.references());
            compiler.note_sizes(pointer, expression.sizes());
            Ok(expression)
        }
        Err(error) => {
            let message = compiler.without_masked(format!("the expression cannot be read: {error}"));
            Err(compiler.findings.push(Diagnostic::error(codes::BAD_EXPRESSION, place(error.at), message)))
        }
    }
}

/// The values of one answer.
pub(super) struct Values(Vec<Value>);

impl Variables {
    /// Takes the values out of an answer.
    pub(super) fn evaluate(&self, scope: &dyn Scope, answer: &Message) -> Result<Values, Fault> {
        if self.0.is_empty() {
            return Ok(Values(Vec::new()));
        }
        let root = message_value(answer);
        let values = self.0.iter().map(|variable| {
            variable.value.evaluate_on(&root, scope).map_err(|error| {
                let message = format!("the variable `{}` cannot be taken from the answer: {error}", variable.written);
                Fault::new(&kinds::RUNTIME, FaultSource::Gateway, message)
            })
        });
        values.collect::<Result<_, _>>().map(Values)
    }

    /// Sets the variables.
    pub(super) fn set(&self, cx: &mut Context, values: Values) -> Result<(), Fault> {
        for (variable, value) in self.0.iter().zip(values.0) {
            cx.set(&variable.name, value)
                .map_err(|error| Fault::new(&kinds::PROPERTY, FaultSource::Gateway, error.to_string()))?;
        }
        Ok(())
    }

    pub(super) fn reads(&self) -> Vec<Reference> {
        let mut reads: Vec<Reference> =
            self.0.iter().flat_map(|variable| variable.value.references()).cloned().collect();
        if self.0.iter().any(|variable| variable.value.reads_everything()) {
            let whole = |root| Reference::whole(root);
            reads.extend([Builtin::Message, Builtin::Request].map(whole));
        }
        reads
    }
}
