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
mod limits;
mod path;
mod place;
mod plain;
mod plain_name;
mod reads;
mod sizes;
#[cfg(test)]
mod tests;
mod values;
mod want;

use std::cell::OnceCell;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use indexmap::IndexMap;
use jsonata_core::ast::AstNode;
use jsonata_core::evaluator::{Context, Evaluator, EvaluatorOptions};
use jsonata_core::parser;
use jsonata_core::value::JValue;

use super::{Builtin, ExpressionError, Reference, Resolver, Root, Scope};
use crate::value::{LongNumbers, Value};

use analysis::analyse;
use documents::{Document, Lookups};
use functions::Extension;
use limits::Refused;
use place::place_of;
use reads::Read;
use want::Want;

pub use limits::{MAX_BYTES, MAX_LIST, MAX_NESTING, TIME_OUT};
pub use path::{Edit, Editor, JsonataPath, Places};

pub(super) use functions::{Extension as KnownFunction, query_values};
pub(super) use plain_name::plain_name;
pub(super) use reads::{Beginning, Level, Source, beginning};
pub(super) use values::member;

/// The longest expression, in bytes.
pub const MAX_LENGTH: usize = 64 * 1024;

/// A compiled expression. One evaluation is one synchronous section, which leaves the serving threads where it is long.
#[derive(Debug, Clone)]
pub struct Jsonata {
    ast: Arc<AstNode>,
    /// The length of the text, for the place of run-time errors.
    length: usize,
    /// The parts that it reads of the value on which it is evaluated.
    given: Want,
    /// The context as a whole is read.
    everything: bool,
    reads: Box<[Read]>,
    references: Box<[Reference]>,
    extensions: Box<[Extension]>,
    storage: Box<[(Arc<str>, Root)]>,
    lookups: Lookups,
    hints: Box<[ExpressionError]>,
    sizes: Box<[ExpressionError]>,
    /// It may use random numbers.
    is_random: bool,
    /// The names of an expression that is nothing but a path.
    plain: Option<Box<[Arc<str>]>>,
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
        let sizes = sizes::sizes(text, &ast).into();
        let given = if relative { analysis.given } else { Want { whole: true, ..Want::default() } };
        Ok(Jsonata {
            plain: plain::names(&ast).filter(|_| relative),
            // The text that `$eval` runs is known at run time only.
            is_random: ["random", "shuffle", "eval"].iter().any(|name| text.contains(name)),
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
            sizes,
        })
    }

    /// The value over the context; null where there is none.
    pub fn evaluate(&self, scope: &dyn Scope) -> Result<Value, ExpressionError> {
        self.within(None, scope, |result| self.value(result, &|_| None))
    }

    /// The value over `root`, to which names and `$$` belong; null where there is none.
    pub fn evaluate_on(&self, root: &Value, scope: &dyn Scope) -> Result<Value, ExpressionError> {
        if let Some(value) = self.plain.as_deref().and_then(|path| plain::value(root, path)) {
            return Ok(value);
        }
        // JSONata computes with JavaScript's numbers: longer ones that it only passes on keep their text.
        let long = OnceCell::new();
        let written = |number| long.get_or_init(|| LongNumbers::of(root.view())).find(number);
        self.within(Some(root), scope, |result| self.value(result, &written))
    }

    /// Whether the value over the context is true in the sense of `$boolean`; nothing is false.
    pub fn test(&self, scope: &dyn Scope) -> Result<bool, ExpressionError> {
        self.within(None, scope, |result| Ok(values::truth(result)))
    }

    /// The same over a given value.
    pub fn test_on(&self, root: &Value, scope: &dyn Scope) -> Result<bool, ExpressionError> {
        self.within(Some(root), scope, |result| Ok(values::truth(result)))
    }

    /// The variables it reads. When it [reads everything](Self::reads_everything), there are others.
    pub fn references(&self) -> Vec<&Reference> {
        self.references.iter().collect()
    }

    /// Whether it may read any variable: `**`, `%`, `$eval`, or the context as a value.
    pub fn reads_everything(&self) -> bool {
        self.everything
    }

    /// Hints: parts that are valid JSONata and probably not what their author meant. Sentences for warnings, with their places.
    pub fn hints(&self) -> &[ExpressionError] {
        &self.hints
    }

    /// Places where data decides how large a result is: sentences for warnings.
    pub fn sizes(&self) -> &[ExpressionError] {
        &self.sizes
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
            if !value.is_null() {
                values::put(&mut context, path, values::to_jvalue(value.view(), want, level));
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

    /// An evaluation within its limits, to the end: also what is made of its result counts.
    fn within<T>(
        &self,
        root: Option<&Value>,
        scope: &dyn Scope,
        finish: impl Fn(&JValue) -> Result<T, ExpressionError>,
    ) -> Result<T, ExpressionError> {
        let prepare =
            || (root.map(|root| values::to_jvalue(root.view(), Some(&self.given), Level::Other)), self.context(scope));
        let evaluate = |(data, context): &(Option<JValue>, JValue)| {
            let evaluate = || finish(&self.run(data.as_ref().unwrap_or(context), context, root, scope)?);
            // The library has no known way to panic; should there be one, it costs a request and not the gateway.
            catch_unwind(AssertUnwindSafe(evaluate))
        };
        let ran = limits::measured(scope, prepare, evaluate);
        match ran {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(ExpressionError::new(PANICKED, self.whole_text())),
            Err(refused) => Err(self.refused(refused)),
        }
    }
    /// An evaluation, within the limits that the caller has set.
    fn run(
        &self,
        data: &JValue,
        context: &JValue,
        given: Option<&Value>,
        scope: &dyn Scope,
    ) -> Result<JValue, ExpressionError> {
        // How long it may take is the meter's.
        let options = EvaluatorOptions {
            timeout_ms: None,
            cancel: None,
            max_stack_depth: Some(MAX_NESTING),
            max_sequence_length: Some(MAX_LIST),
        };
        let mut evaluator = Evaluator::with_options(Context::new(), options);
        let fixed = scope.fixed();
        let _time = fixed.fixed_millis().map(jsonata_core::datetime::fix);
        let storage = self.storage.iter().map(|(name, root)| (name.clone(), scope.storage(root).name())).collect();
        let documents = self.lookups.find(given, scope);
        host::register(&mut evaluator, &self.extensions, context, &storage, &documents)
            .and_then(|()| if self.is_random { host::add_random(&mut evaluator, fixed) } else { Ok(()) })
            .and_then(|()| evaluator.evaluate(&self.ast, data))
            .map_err(|error| ExpressionError::from_evaluator(&error, self.length))
    }

    fn refused(&self, refused: Refused) -> ExpressionError {
        ExpressionError::of_run_time(refused.code(), self.length)
    }

    fn value(&self, result: &JValue, written: values::Written<'_>) -> Result<Value, ExpressionError> {
        let too_deep = || ExpressionError::coded("U1001", "the result is nested too deeply", self.whole_text());
        values::to_value(result, written).ok_or_else(too_deep)
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
