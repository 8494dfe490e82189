//! Conditions of `switch` and `if`.

use crate::assembly::Carrier;
use crate::base::{Diagnostic, Generation, Reported, codes};
use crate::expression::{Builtin, Condition, ExpressionError, Reference, looks_like_javascript};
use crate::policy::{Access, Compiler, Plan};
use crate::runtime::{Context, Fault, FaultSource, Next, Outcome, Step, kinds};

/// The test of a case.
struct Holds(Condition);

impl Step for Holds {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        match self.0.test(cx) {
            Ok(true) => Outcome::Ready(Ok(Next::Continue)),
            Ok(false) => Outcome::Ready(Ok(Next::Otherwise)),
            Err(error) => {
                let message = format!("the condition cannot be answered: {error}");
                Outcome::fault(Fault::new(&kinds::RUNTIME, FaultSource::Gateway, message))
            }
        }
    }
}

impl Compiler<'_, '_> {
    /// Compiles a condition to the test of a case. The DataPower API Gateway has JSONata, the v5 engine has JavaScript.
    pub(crate) fn condition(&mut self, pointer: &str, text: &str) -> Result<Plan, Reported> {
        let javascript = looks_like_javascript(text);
        // `true` and `false` mean the same in both.
        let constant = matches!(text.trim(), "true" | "false");
        if !constant && (javascript || self.generation == Generation::V5) {
            return self.in_javascript(pointer, text);
        }
        let span = self.span(pointer);
        let names = &mut *self.names;
        let condition = match Condition::compile(text, &mut |name| names.resolve(name, span)) {
            Ok(condition) => condition,
            Err(error) => {
                return Err(self.bad_expression(pointer, &error));
            }
        };
        self.note_references(pointer, text, condition.references());
        for hint in condition.hints() {
            let place = self.place(pointer)(hint.at.clone());
            self.findings.push(Diagnostic::warning(codes::BAD_EXPRESSION, place, hint.message.clone()));
        }
        self.note_sizes(pointer, condition.sizes());
        Ok(plan(condition))
    }

    /// A condition of the v5 engine, or one that is where JSONata belongs, as real documents of IBM's gateway do it.
    fn in_javascript(&mut self, pointer: &str, text: &str) -> Result<Plan, Reported> {
        if self.generation == Generation::V10 {
            let message = "this condition is JavaScript, and conditions under `x-assembly` are JSONata";
            let help = "write `=` for `===`, `and` for `&&`, and a variable without `apim.getvariable`, as in \
                        `message.headers.x = 'a' and $httpVerb() = 'GET'`";
            if self.carrier == Carrier::XAssembly {
                return Err(self.error_with_help(codes::BAD_EXPRESSION, pointer, message, help));
            }
            let message = "this condition is JavaScript where JSONata belongs; it runs as JavaScript";
            self.warning(codes::BAD_EXPRESSION, pointer, message, help);
        }
        let span = self.span(pointer);
        let names = &mut *self.names;
        match Condition::from_javascript(text, &mut |name| names.resolve(name, span)) {
            Some(condition) => {
                self.note_references(pointer, text, condition.references());
                Ok(plan(condition))
            }
            None => self.javascript_condition(pointer, text),
        }
    }

    /// Warns where data decides how much an expression makes.
    pub(crate) fn note_sizes(&mut self, pointer: &str, sizes: &[ExpressionError]) {
        for size in sizes {
            let place = self.place(pointer)(size.at.clone());
            let finding = Diagnostic::warning(codes::SIZE_OF_DATA, place, size.message.clone());
            self.findings.push(finding.help("write a bound, such as `$min([message.body.n, 100])`"));
        }
    }

    /// Reports a mistake at its place inside a path.
    pub(crate) fn bad_path(&mut self, pointer: &str, error: &ExpressionError) -> Reported {
        let span = self.place(pointer)(error.at.clone());
        self.findings.push(Diagnostic::error(codes::BAD_EXPRESSION, span, format!("the path cannot be read: {error}")))
    }

    /// Reports a mistake at its place inside the expression.
    fn bad_expression(&mut self, pointer: &str, error: &ExpressionError) -> Reported {
        let span = self.place(pointer)(error.at.clone());
        let message = format!("the condition cannot be read: {error}");
        self.findings.push(Diagnostic::error(codes::BAD_EXPRESSION, span, message))
    }
}

/// The test of a condition that needs no script.
fn plan(condition: Condition) -> Plan {
    let mut reads: Vec<Reference> = condition.references().into_iter().cloned().collect();
    if condition.reads_everything() {
        reads.extend([Builtin::Message, Builtin::Request].map(Reference::whole));
    }
    Plan { step: Box::new(Holds(condition)), access: Access { reads, ..Access::default() } }
}
