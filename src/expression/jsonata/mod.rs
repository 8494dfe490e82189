//! JSONata expressions: parsed and analysed at load, evaluated over what they read.
//!
//! The evaluator is `jsonata-core`. All of JSONata 2.2 works, also what IBM's gateway leaves out (`$map`, `$filter`, `$eval`
//! and other functions that take functions or text to run). Bytes are text, numbers are JavaScript's, and a variable that
//! holds null is one that nobody has set: `$exists` of it is false. Members of a JSON body keep their nulls.

mod analysis;
mod bound;
mod documents;
mod functions;
mod host;
mod path;
mod place;
mod plain_name;
mod reads;
#[cfg(test)]
mod tests;
mod values;
mod want;

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use jsonata_core::ast::AstNode;
use jsonata_core::evaluator::{Context, Evaluator, EvaluatorOptions};
use jsonata_core::parser;
use jsonata_core::value::JValue;

use super::{Builtin, ExpressionError, Reference, Resolver, Root, Scope};
use crate::value::Value;

use analysis::analyse;
use documents::{Document, Lookups};
use functions::Extension;
use place::place_of;
use reads::Read;
use want::Want;

pub use path::{Edit, Editor, JsonataPath, Places};

pub(super) use functions::{Extension as KnownFunction, query_values};
pub(super) use plain_name::plain_name;
pub(super) use reads::{Beginning, Level, Source, beginning};
pub(super) use values::member;

/// The longest expression, in bytes.
pub const MAX_LENGTH: usize = 64 * 1024;

/// The longest list that an evaluation makes. JSONata's own limit for a range is ten times that, and takes seconds.
pub const MAX_LIST: usize = 1_000_000;

/// How deep an evaluation nests: about three times the depth of a recursion. Each level takes some 3 kB for its time.
pub const MAX_NESTING: usize = 6_000;

/// How long an evaluation may take. It is looked at between steps, and long enough that a busy machine does not reach it.
pub const TIME_OUT: Duration = Duration::from_secs(1);

/// A compiled expression. One evaluation is one synchronous section.
#[derive(Debug, Clone)]
pub struct Jsonata {
    ast: Arc<AstNode>,
    /// The length of the text, for the place of run-time errors.
    length: usize,
    /// What is wanted of a value that the expression is evaluated on.
    given: Want,
    /// The context as a whole is read.
    everything: bool,
    reads: Box<[Read]>,
    references: Box<[Reference]>,
    extensions: Box<[Extension]>,
    storage: Box<[(Arc<str>, Root)]>,
    lookups: Lookups,
    hints: Box<[ExpressionError]>,
}

impl Jsonata {
    /// Compiles an expression over the context: names are variables.
    pub fn compile(text: &str, resolve: &mut Resolver<'_>) -> Result<Self, ExpressionError> {
        Self::build(text, false, resolve)
    }

    /// Compiles an expression over a value that each evaluation brings along, such as `root` of `extract`. Only its functions
    /// read the context.
    pub fn compile_relative(text: &str, resolve: &mut Resolver<'_>) -> Result<Self, ExpressionError> {
        Self::build(text, true, resolve)
    }

    fn build(text: &str, relative: bool, resolve: &mut Resolver<'_>) -> Result<Self, ExpressionError> {
        Self::of(text, parse(text)?, relative, resolve)
    }

    /// Compiles what was parsed; `text` is for places.
    fn of(text: &str, mut ast: AstNode, relative: bool, resolve: &mut Resolver<'_>) -> Result<Self, ExpressionError> {
        let mut analysis = analyse(text, &mut ast, relative)?;
        if let AstNode::String(constant) = &ast
            && constant.contains("$(")
        {
            let message =
                "the expression is a constant text: JSONata replaces no `$(…)`, and names variables as they are";
            analysis.hints.push(ExpressionError::new(message, 0..text.len()));
        }
        let wrong_name = |(name, message): (Arc<str>, String)| ExpressionError::new(message, place_of(text, &name));
        let reads = reads::reads(&analysis.context, resolve).map_err(wrong_name)?;
        let mut storage = Vec::new();
        for name in analysis.storage {
            let path = [name.clone()];
            let beginning = beginning(&path, resolve).map_err(|message| wrong_name((name.clone(), message)))?;
            // A constant is no message.
            let Source::Variable(reference) = beginning.source else { continue };
            storage.push((name, reference.root));
        }
        let mut documents = Vec::new();
        for path in &analysis.documents {
            let found = Document::new(path, resolve);
            documents.push(found.map_err(|message| wrong_name((documents::name_of(path), message)))?);
        }
        let given = if relative { analysis.given } else { Want { whole: true, ..Want::default() } };
        Ok(Jsonata {
            ast: Arc::new(ast),
            length: text.len(),
            given,
            everything: analysis.context.whole,
            references: reads
                .iter()
                .flat_map(Read::references)
                .chain(documents.iter().filter_map(|document| document.reference().cloned()))
                .collect(),
            lookups: Lookups { documents: documents.into(), expressions: analysis.xpaths.into() },
            reads: reads.into(),
            extensions: analysis.extensions.into(),
            storage: storage.into(),
            hints: analysis.hints.into(),
        })
    }

    /// The value over the context; null where there is none.
    pub fn evaluate(&self, scope: &dyn Scope) -> Result<Value, ExpressionError> {
        let context = self.context(scope);
        let result = self.run(&context, &context, None, scope, TIME_OUT)?;
        self.value(&result)
    }

    /// The value over `root`, to which names and `$$` belong; null where there is none.
    pub fn evaluate_on(&self, root: &Value, scope: &dyn Scope) -> Result<Value, ExpressionError> {
        let data = values::to_jvalue(root, Some(&self.given), Level::Other);
        let result = self.run(&data, &self.context(scope), Some(root), scope, TIME_OUT)?;
        self.value(&result)
    }

    /// Whether the value over the context is true in the sense of `$boolean`; nothing is false.
    pub fn test(&self, scope: &dyn Scope) -> Result<bool, ExpressionError> {
        let context = self.context(scope);
        self.run(&context, &context, None, scope, TIME_OUT).map(|result| values::truth(&result))
    }

    /// The same over a given value.
    pub fn test_on(&self, root: &Value, scope: &dyn Scope) -> Result<bool, ExpressionError> {
        let data = values::to_jvalue(root, Some(&self.given), Level::Other);
        self.run(&data, &self.context(scope), Some(root), scope, TIME_OUT).map(|result| values::truth(&result))
    }

    /// The variables it reads. When it [reads everything](Self::reads_everything), there are others.
    pub fn references(&self) -> Vec<&Reference> {
        self.references.iter().collect()
    }

    /// Whether it may read any variable: `**`, `%`, `$eval`, or the context as a value.
    pub fn reads_everything(&self) -> bool {
        self.everything
    }

    /// What is right as JSONata and hardly what its author meant: sentences for warnings, with their places.
    pub fn hints(&self) -> &[ExpressionError] {
        &self.hints
    }

    pub(super) fn ast(&self) -> &AstNode {
        &self.ast
    }

    fn whole_text(&self) -> Range<usize> {
        0..self.length
    }

    /// The context, with what the expression reads in it.
    fn context(&self, scope: &dyn Scope) -> JValue {
        let mut context = JValue::object(IndexMap::new());
        let mut put = |path: &[Arc<str>], value: Value, want: Option<&Want>, level: Level| {
            if value != Value::Null {
                values::put(&mut context, path, values::to_jvalue(&value, want, level));
            }
        };
        if self.everything {
            for builtin in Builtin::ALL {
                let name = builtin.name();
                let whole = Reference::new(Root::Builtin(builtin), Vec::new());
                put(&[name.into()], scope.get(&whole), None, Level::Other);
            }
            for name in scope.roots() {
                let whole = Reference::new(Root::Named(name.clone()), Vec::new());
                put(&[name], scope.get(&whole), None, Level::Other);
            }
        }
        for read in &self.reads {
            put(&read.path, read.source.value(scope), Some(&read.want), read.level);
        }
        context
    }

    fn run(
        &self,
        data: &JValue,
        context: &JValue,
        given: Option<&Value>,
        scope: &dyn Scope,
        time_out: Duration,
    ) -> Result<JValue, ExpressionError> {
        let options = EvaluatorOptions {
            timeout_ms: Some(time_out.as_millis() as u64),
            cancel: None,
            max_stack_depth: Some(MAX_NESTING),
            max_sequence_length: Some(MAX_LIST),
        };
        let mut evaluator = Evaluator::with_options(Context::new(), options);
        let storage = self.storage.iter().map(|(name, root)| (name.clone(), scope.storage(root).name())).collect();
        let documents = self.lookups.find(given, scope);
        // The library has no known way to panic; should there be one, it costs a request and not the gateway.
        let result = catch_unwind(AssertUnwindSafe(|| {
            host::register(&mut evaluator, &self.extensions, context, &storage, &documents)?;
            evaluator.evaluate(&self.ast, data)
        }));
        match result {
            Ok(result) => result.map_err(|error| ExpressionError::from_evaluator(&error, self.length)),
            Err(_) => Err(ExpressionError::new(PANICKED, self.whole_text())),
        }
    }

    fn value(&self, result: &JValue) -> Result<Value, ExpressionError> {
        let too_deep = || ExpressionError::coded("U1001", "the result is nested too deeply", self.whole_text());
        values::to_value(result).ok_or_else(too_deep)
    }
}

/// The panic's own message is on stderr only: it may hold a part of the request.
const PANICKED: &str = "the JSONata library panicked: this is a defect in Gantry";

/// Parses a text within the limits.
fn parse(text: &str) -> Result<AstNode, ExpressionError> {
    if text.len() > MAX_LENGTH {
        let message = format!("the expression has {} bytes; {MAX_LENGTH} is the most", text.len());
        return Err(ExpressionError::new(message, 0..text.len()));
    }
    match catch_unwind(|| parser::parse(text)) {
        Ok(parsed) => parsed.map_err(|error| ExpressionError::from_parser(text, &error)),
        Err(_) => Err(ExpressionError::new(PANICKED, 0..text.len())),
    }
}
