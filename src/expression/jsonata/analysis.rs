//! The values that an expression reads and the functions it calls, found at load.
//!
//! Every part of an expression stands for a place in the data, or for something computed. A place that is used as a value is
//! read as a whole; one that is only walked through is not. Where this cannot be followed (`**`, `%`, `$eval`) everything is
//! read. Reading more than needed costs time and changes nothing.

use std::collections::HashSet;
use std::sync::Arc;

use jsonata_core::ast::{AstNode, BinaryOp, PathStep, Stage};
use jsonata_core::value::with_stack;

use super::bound::bound_names;
use super::documents;
use super::functions::{Extension, OWN, names};
use super::place::place_of;
use super::plain_name::plain_name;
use super::want::Want;
use crate::base::{nearest, quoted_list};
use crate::expression::{ExpressionError, XPath};

/// The result of the analysis.
#[derive(Debug, Default)]
pub(super) struct Analysis {
    /// The parts that it reads of the value on which it is evaluated.
    pub given: Want,
    /// The parts of the context that it reads.
    pub context: Want,
    /// The functions of IBM's gateway that are called.
    pub extensions: Vec<Extension>,
    /// The messages that `$storageType` asks for.
    pub storage: Vec<Arc<str>>,
    /// The bodies that `$xpath` looks into; empty for what the expression is evaluated on.
    pub documents: Vec<Vec<Arc<str>>>,
    /// The XPath expressions that are written out.
    pub xpaths: Vec<(Arc<str>, XPath)>,
    /// Hints: parts that are valid JSONata and probably not what their author meant.
    pub hints: Vec<ExpressionError>,
}

/// The value of a part of an expression.
#[derive(Debug, Clone)]
enum Place {
    At(Base, Vec<Arc<str>>),
    Computed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Base {
    Given,
    Context,
}

struct Walk<'a> {
    text: &'a str,
    start: Base,
    bound: HashSet<String>,
    found: Analysis,
}

/// Analyses an expression. `relative`: it is evaluated on a given value, and not on the context. The argument of
/// `$storageType` becomes text.
pub(super) fn analyse(text: &str, ast: &mut AstNode, relative: bool) -> Result<Analysis, ExpressionError> {
    let start = if relative { Base::Given } else { Base::Context };
    let mut walk = Walk { text, start, bound: bound_names(ast), found: Analysis::default() };
    let here = Place::At(start, Vec::new());
    walk.consume(ast, &here)?;
    Ok(walk.found)
}

impl Place {
    fn member(&self, name: &str) -> Place {
        match self {
            Place::At(base, path) => Place::At(*base, path.iter().cloned().chain([name.into()]).collect()),
            Place::Computed => Place::Computed,
        }
    }

    fn is_below(&self, other: &Place) -> bool {
        match (self, other) {
            (Place::At(base, path), Place::At(above, beginning)) => base == above && path.starts_with(beginning),
            _ => false,
        }
    }
}

type Walked<T> = Result<T, ExpressionError>;

impl Walk<'_> {
    fn want(&mut self, base: Base) -> &mut Want {
        match base {
            Base::Given => &mut self.found.given,
            Base::Context => &mut self.found.context,
        }
    }

    /// A value that is used as a whole.
    fn used(&mut self, place: &Place) {
        if let Place::At(base, path) = place {
            self.want(*base).mark(path);
        }
    }

    fn everything(&mut self) {
        self.want(self.start).mark(&[]);
    }

    /// A text that only run time knows is an expression too, and may call what it likes.
    fn anything(&mut self) {
        self.everything();
        self.found.context.mark(&[]);
        let names = names().filter_map(Extension::named);
        names.filter(|known| !matches!(known, Extension::StorageType | Extension::Xpath)).for_each(|it| self.uses(it));
    }

    fn reads(&mut self, path: &[&str], last: Option<&str>) {
        let path: Vec<Arc<str>> = path.iter().copied().chain(last).map(Arc::from).collect();
        self.found.context.mark(&path);
    }

    fn consume(&mut self, node: &mut AstNode, here: &Place) -> Walked<()> {
        let place = self.walk(node, here)?;
        self.used(&place);
        Ok(())
    }

    fn consume_all<'n>(&mut self, nodes: impl IntoIterator<Item = &'n mut AstNode>, here: &Place) -> Walked<()> {
        nodes.into_iter().try_for_each(|node| self.consume(node, here))
    }

    fn walk(&mut self, node: &mut AstNode, here: &Place) -> Walked<Place> {
        with_stack(|| self.walk_node(node, here))
    }

    fn walk_node(&mut self, node: &mut AstNode, here: &Place) -> Walked<Place> {
        match node {
            AstNode::Name(name) => return Ok(here.member(name)),
            AstNode::Variable(name) if name.is_empty() => return Ok(here.clone()),
            AstNode::Variable(name) => self.function_value(name)?,
            AstNode::ParentVariable(_) => return Ok(Place::At(self.start, Vec::new())),
            AstNode::Path { steps } => return self.path(steps, here),
            AstNode::FunctionApplication(inner) => return self.walk(inner, here),
            AstNode::Block(items) => {
                let mut last = Place::Computed;
                for item in items {
                    last = self.walk(item, here)?;
                }
                return Ok(last);
            }
            AstNode::Sort { input, terms } => {
                let place = self.walk(input, here)?;
                self.consume_all(terms.iter_mut().map(|(term, _)| term), &place)?;
                return Ok(place);
            }
            AstNode::Function { name, args, is_builtin } => {
                if let Some(by_storage) = self.type_of_body(name, args, *is_builtin) {
                    *node = by_storage;
                    return self.walk(node, here);
                }
                return self.call(name, args, *is_builtin, 0, here);
            }
            AstNode::Binary { op: BinaryOp::ChainPipe, lhs, rhs } => {
                self.consume(lhs, here)?;
                match &mut **rhs {
                    AstNode::Function { name, args, is_builtin } => {
                        let place = self.call(name, args, *is_builtin, 1, here)?;
                        self.used(&place);
                    }
                    other => self.consume(other, here)?,
                }
            }
            AstNode::Binary { op: BinaryOp::Subtract, lhs, rhs } => {
                let place = self.walk(lhs, here)?;
                self.dash_in_a_header(&place, rhs);
                self.used(&place);
                self.consume(rhs, here)?;
            }
            AstNode::Wildcard | AstNode::Descendant => self.used(here),
            AstNode::Parent(_) => self.everything(),
            AstNode::ObjectTransform { input, pattern } => {
                let place = self.walk(input, here)?;
                self.used(&place);
                self.consume_all(pattern.iter_mut().flat_map(|(key, value)| [key, value]), &place)?;
            }
            other => self.operands(other, here)?,
        }
        Ok(Place::Computed)
    }

    /// The parts whose operands are simply values.
    fn operands(&mut self, node: &mut AstNode, here: &Place) -> Walked<()> {
        match node {
            AstNode::Binary { lhs, rhs, .. } => self.consume_all([&mut **lhs, &mut **rhs], here),
            AstNode::Unary { operand, .. } => self.consume(operand, here),
            AstNode::Array(items) | AstNode::ArrayGroup(items) => self.consume_all(items, here),
            AstNode::Object(pairs) => self.consume_all(pairs.iter_mut().flat_map(|(key, value)| [key, value]), here),
            AstNode::Conditional { condition, then_branch, else_branch } => {
                self.consume_all([&mut **condition, &mut **then_branch], here)?;
                self.consume_all(else_branch.as_deref_mut(), here)
            }
            AstNode::Lambda { body, .. } => self.consume(body, here),
            AstNode::Call { procedure, args } => {
                self.consume(procedure, here)?;
                self.consume_all(args, here)
            }
            // It works on what it is applied to, which is a value already.
            AstNode::Transform { location, update, delete } => {
                self.consume_all([&mut **location, &mut **update], &Place::Computed)?;
                self.consume_all(delete.as_deref_mut(), &Place::Computed)
            }
            _ => Ok(()),
        }
    }

    /// `request.headers.content-type` is a subtraction.
    fn dash_in_a_header(&mut self, place: &Place, rhs: &AstNode) {
        let (Place::At(_, path), AstNode::Path { steps }) = (place, rhs) else { return };
        if let ([root, headers, first], [step]) = (path.as_slice(), steps.as_slice())
            && &**headers == "headers"
            && let Some(second) = plain_name(step)
        {
            let message = format!("`-` subtracts: the header is {root}.headers.`{first}-{second}`, in backquotes");
            self.found.hints.push(ExpressionError::new(message, place_of(self.text, first)));
        }
    }

    fn path(&mut self, steps: &mut [PathStep], here: &Place) -> Walked<Place> {
        let mut place = here.clone();
        for (index, step) in steps.iter_mut().enumerate() {
            if step.ancestor_label.is_some() {
                self.everything();
            }
            let before = place.clone();
            place = self.walk(&mut step.node, &before)?;
            // A step that leads elsewhere is still taken once for every item before it.
            if index > 0 && !place.is_below(&before) {
                self.used(&before);
            }
            for stage in &mut step.stages {
                if let Stage::Filter(filter) = stage {
                    self.consume(filter, &place)?;
                }
            }
            // `@$v` binds the item and stays where the path was.
            if step.focus.is_some() {
                self.used(&place);
                place = before;
            }
        }
        Ok(place)
    }

    /// A function as a value. Of ours it may be called with any argument.
    fn function_value(&mut self, name: &str) -> Walked<()> {
        let is_bound = self.bound.contains(name);
        if !is_bound && !names().any(|known| known == name) {
            let message =
                format!("nothing in the expression binds `${name}`; a variable of the gateway is written without `$`");
            self.found.hints.push(ExpressionError::new(message, place_of(self.text, name)));
        }
        match Extension::named(name).filter(|_| !is_bound) {
            None => Ok(()),
            Some(Extension::StorageType | Extension::Xpath) => {
                Err(self.error(name, None, format!("`${name}` can only be called")))
            }
            Some(extension) => {
                self.uses(extension);
                self.reads(extension.reads(), None);
                Ok(())
            }
        }
    }

    fn uses(&mut self, extension: Extension) {
        if !self.found.extensions.contains(&extension) {
            self.found.extensions.push(extension);
        }
    }

    /// A call; `piped` arguments come through `~>`.
    fn call(
        &mut self,
        name: &str,
        args: &mut [AstNode],
        is_builtin: bool,
        piped: usize,
        here: &Place,
    ) -> Walked<Place> {
        let is_bound = self.bound.contains(name);
        if let Some(extension) = Extension::named(name).filter(|_| is_builtin && !is_bound) {
            return self.extension(extension, args, piped, here);
        }
        let is_own = OWN.contains(&name);
        if is_builtin && !is_own && !is_bound {
            let near = nearest(name, names());
            let near: Vec<String> = near.iter().map(|name| format!("${name}")).collect();
            let hint = if near.is_empty() { String::new() } else { format!(": did you mean {}?", quoted_list(&near)) };
            return Err(self.error(name, Some("T1006"), format!("there is no function `${name}`{hint}")));
        }
        // Data holds no functions.
        if !is_builtin && matches!(here, Place::At(..)) {
            let is_known = names().any(|known| known == name);
            let is_partial = args.iter().any(|arg| matches!(arg, AstNode::Placeholder));
            let code = match (is_known, is_partial) {
                (true, false) => "T1005",
                (false, false) => "T1006",
                (true, true) => "T1007",
                (false, true) => "T1008",
            };
            let hint = if is_known { format!(": did you mean `${name}`?") } else { String::new() };
            return Err(self.error(name, Some(code), format!("`{name}` is not a function{hint}")));
        }
        self.consume_all(args.iter_mut(), here)?;
        // Without all their arguments many functions take the value at this place.
        let takes_context = match name {
            "now" | "millis" | "random" => false,
            "lookup" | "sift" | "each" => args.len() + piped < 2,
            _ => args.len() + piped == 0,
        };
        match name {
            "eval" => self.anything(),
            _ if takes_context && is_own => self.used(here),
            _ => {}
        }
        Ok(Place::Computed)
    }

    fn extension(&mut self, extension: Extension, args: &mut [AstNode], piped: usize, here: &Place) -> Walked<Place> {
        let name = extension.name();
        if !extension.takes(args.len() + piped) {
            let message = format!("`${name}` is called with the wrong number of arguments");
            return Err(self.error(name, Some("T0410"), message));
        }
        self.uses(extension);
        match (extension, args) {
            (Extension::ApiCtx, _) => return Ok(Place::At(Base::Context, Vec::new())),
            (Extension::StorageType, args) => self.storage_type(args, piped)?,
            (Extension::Xpath, args) => self.xpath(args, here)?,
            (Extension::Header | Extension::UrlParameter, [AstNode::String(argument)]) => {
                self.reads(extension.reads(), Some(argument));
            }
            (_, args) => {
                self.consume_all(args, here)?;
                self.reads(extension.reads(), None);
            }
        }
        Ok(Place::Computed)
    }

    /// `$type(message.body)` says what holds the body where that is no JSON: `empty`, `binary`, `stream` or `xml`.
    fn type_of_body(&self, name: &str, args: &[AstNode], is_builtin: bool) -> Option<AstNode> {
        let is_own = name == "type" && is_builtin && self.start == Base::Context && !self.bound.contains(name);
        let [AstNode::Path { steps }] = args else { return None };
        let [message, body] = steps.as_slice() else { return None };
        let message = plain_name(message).filter(|_| is_own && plain_name(body) == Some("body"))?;
        let is_word = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
        if !message.chars().all(is_word) {
            return None;
        }
        let storage = format!("$storageType('{message}')");
        // The brackets keep the call from coming back here.
        let text = format!("{storage} = 'json' ? $type((`{message}`.body)) : {storage}");
        jsonata_core::parser::parse(&text).ok()
    }

    /// `$storageType()`, `$storageType('order')`, `$storageType(order.body)`: the name of a message, known at load.
    fn storage_type(&mut self, args: &mut [AstNode], piped: usize) -> Walked<()> {
        let name = match args {
            [] if piped == 0 => Some("message".to_owned()),
            [AstNode::String(name)] => Some(name.clone()),
            [AstNode::Path { steps }] => {
                let names: Option<Vec<&str>> = steps.iter().map(plain_name).collect();
                names.map(|names| names.join("."))
            }
            _ => None,
        };
        let name = name.as_deref().map(|name| name.strip_suffix(".body").unwrap_or(name));
        let Some(name) = name.filter(|name| !name.contains('.')) else {
            let message = "`$storageType` takes the name of a message, such as `$storageType('message')`";
            return Err(self.error("storageType", None, message));
        };
        if let [arg] = args {
            *arg = AstNode::String(name.to_owned());
        }
        if !self.found.storage.iter().any(|known| **known == *name) {
            self.found.storage.push(name.into());
        }
        Ok(())
    }

    /// `$xpath(message.body, '//id')`: the name of a body, known at load, and an expression.
    fn xpath(&mut self, args: &mut [AstNode], here: &Place) -> Walked<()> {
        let [document, expression] = args else { return Ok(()) };
        let path = documents::path_of(document).filter(|path| !path.is_empty() || self.start == Base::Given);
        let Some(path) = path else {
            let message = "`$xpath` takes the name of a body first, such as `$xpath(message.body, '//id')`";
            return Err(self.error("xpath", None, message));
        };
        *document = AstNode::String(documents::name_of(&path).to_string());
        if !self.found.documents.contains(&path) {
            self.found.documents.push(path);
        }
        if let AstNode::String(text) = expression {
            let xpath = XPath::compile(text).map_err(|error| {
                let start = self.text.find(text.as_str());
                let at = start.map_or(0..self.text.len(), |start| start + error.at.start..start + error.at.end);
                ExpressionError::new(error.message, at)
            })?;
            self.found.xpaths.push((text.as_str().into(), xpath));
        }
        self.consume(expression, here)
    }

    fn error(&self, name: &str, code: Option<&str>, message: impl Into<String>) -> ExpressionError {
        let code = code.map(Into::into);
        ExpressionError { code, message: message.into(), at: place_of(self.text, name) }
    }
}
