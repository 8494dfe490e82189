//! XPath 1.0 over XML values: read at load, evaluated within a budget of work.
//!
//! The evaluator is `xpath-eval`; the tree that it walks is ours, and counts every step. A prefix means what the document
//! itself declares it as. There are no variables and no namespace axis.

mod tree;

use std::ops::Range;

use xpath_eval::{EvaluationContext, Expr, FilterExpr, LocationPath, PathExpr, PrimaryExpr, Value as Evaluated};

use super::ExpressionError;
use crate::value::{NodeId, Value, Xml};
use tree::{Handle, View};

/// The longest expression, in bytes.
const MAX_LENGTH: usize = 4096;
/// How deep an expression nests.
const MAX_DEPTH: usize = 60;
/// The functions of XPath 1.0.
const FUNCTIONS: [&str; 27] = [
    "boolean",
    "ceiling",
    "concat",
    "contains",
    "count",
    "false",
    "floor",
    "id",
    "lang",
    "last",
    "local-name",
    "name",
    "namespace-uri",
    "normalize-space",
    "not",
    "number",
    "position",
    "round",
    "starts-with",
    "string",
    "string-length",
    "substring",
    "substring-after",
    "substring-before",
    "sum",
    "translate",
    "true",
];

/// A compiled expression.
#[derive(Debug, Clone)]
pub struct XPath {
    expression: Expr,
    /// It compares one list of nodes with another, which takes as many steps as both lists multiplied.
    compares_lists: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum XPathResult {
    /// In document order.
    Nodes(Vec<XPathNode>),
    Text(String),
    Number(f64),
    Bool(bool),
}

/// A node that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum XPathNode {
    Node(NodeId),
    /// An attribute, by its element and its place there.
    Attribute(NodeId, usize),
}

impl XPath {
    /// Reads an expression.
    pub fn compile(text: &str) -> Result<Self, ExpressionError> {
        let whole = 0..text.len();
        if text.len() > MAX_LENGTH || nesting(text) > MAX_DEPTH {
            return Err(ExpressionError::new("the XPath expression is too long or nested too deeply", whole));
        }
        let expression = xpath_eval::parse(text).map_err(|error| {
            let at = error.position.min(text.len());
            let at = (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
            ExpressionError::new(format!("this is not XPath 1.0: {}", error.message), place(text, at))
        })?;
        let mut check = Check { compares_lists: false, wrong: None };
        check.expression(&expression, 0);
        match check.wrong {
            Some(message) => Err(ExpressionError::new(message, whole)),
            None => Ok(XPath { expression, compares_lists: check.compares_lists }),
        }
    }

    /// Evaluates it on a document; the error is one sentence.
    pub fn evaluate(&self, document: &Xml) -> Result<XPathResult, String> {
        let view = View::new(document, self.compares_lists);
        tree::bounded(|| {
            let prefixes = |prefix: &str| document.prefix(prefix).map(str::to_owned);
            let mut context = EvaluationContext::new(view.root());
            context.namespaces = Some(&prefixes);
            let found = xpath_eval::evaluate(&self.expression, &context).map_err(|error| error.to_string())?;
            Ok(match found {
                Evaluated::NodeSet(nodes) => {
                    let mut nodes: Vec<(NodeId, Option<usize>)> = nodes.into_iter().map(Handle::place).collect();
                    nodes.sort_unstable();
                    XPathResult::Nodes(nodes.into_iter().map(XPathNode::of).collect())
                }
                Evaluated::Boolean(flag) => XPathResult::Bool(flag),
                Evaluated::Number(number) => XPathResult::Number(number),
                Evaluated::String(text) => XPathResult::Text(text),
            })
        })
    }
}

impl XPathNode {
    fn of((node, attribute): (NodeId, Option<usize>)) -> Self {
        attribute.map_or(XPathNode::Node(node), |index| XPathNode::Attribute(node, index))
    }

    /// The text of the node.
    pub fn text(self, document: &Xml) -> String {
        match self {
            XPathNode::Node(id) => document.text(id),
            XPathNode::Attribute(id, index) => match document.node(id) {
                crate::value::XmlNode::Element { attributes, .. } => {
                    attributes.get(index).map(|attribute| attribute.value.to_string()).unwrap_or_default()
                }
                _ => String::new(),
            },
        }
    }
}

impl XPathResult {
    /// The result as a value: of nodes their texts, one as text and several as a list; null where there is none.
    pub fn value(self, document: &Xml) -> Value {
        match self {
            XPathResult::Nodes(nodes) => {
                let mut texts: Vec<Value> = nodes.iter().map(|node| node.text(document).into()).collect();
                match texts.len() {
                    0 => Value::NULL,
                    1 => texts.remove(0),
                    _ => Value::list(texts),
                }
            }
            XPathResult::Text(text) => text.into(),
            XPathResult::Number(number) if number.fract() == 0.0 && number.abs() < 9e15 => Value::from(number as i64),
            XPathResult::Number(number) => {
                serde_json::Number::from_f64(number).map_or(Value::NULL, |number| Value::from(&number))
            }
            XPathResult::Bool(flag) => flag.into(),
        }
    }
}

/// Findings that need the whole expression.
struct Check {
    compares_lists: bool,
    wrong: Option<String>,
}

impl Check {
    fn expression(&mut self, expression: &Expr, depth: usize) {
        if depth > MAX_DEPTH {
            self.wrong = Some("the XPath expression is nested too deeply".to_owned());
            return;
        }
        match expression {
            Expr::Equality(left, _, right) | Expr::Relational(left, _, right) => {
                self.compares_lists |= is_list(left) && is_list(right);
                self.both(left, right, depth);
            }
            Expr::Or(left, right)
            | Expr::And(left, right)
            | Expr::Additive(left, _, right)
            | Expr::Multiplicative(left, _, right)
            | Expr::Union(left, right) => self.both(left, right, depth),
            Expr::Negate(inner) => self.expression(inner, depth + 1),
            Expr::Path(PathExpr::Location(path)) => self.path(path, depth),
            Expr::Path(PathExpr::Filter(filter)) => self.filter(filter, depth),
            Expr::Path(PathExpr::FilterLocation(filter, path)) => {
                self.filter(filter, depth);
                self.path(path, depth);
            }
        }
    }

    fn both(&mut self, left: &Expr, right: &Expr, depth: usize) {
        self.expression(left, depth + 1);
        self.expression(right, depth + 1);
    }

    fn path(&mut self, path: &LocationPath, depth: usize) {
        let predicates = path.steps.iter().flat_map(|step| &step.predicates);
        predicates.for_each(|predicate| self.expression(predicate, depth + 1));
    }

    fn filter(&mut self, filter: &FilterExpr, depth: usize) {
        match &filter.primary {
            PrimaryExpr::Variable(name) => {
                self.wrong = Some(format!("XPath has no variable `${}` here: write the value itself", name.local));
            }
            PrimaryExpr::Function(call) => {
                if call.name.prefix.is_some() || !FUNCTIONS.contains(&call.name.local.as_str()) {
                    let near = crate::base::nearest(&call.name.local, FUNCTIONS);
                    let near = near.first().map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
                    self.wrong = Some(format!("XPath 1.0 has no function `{}`{near}", call.name.local));
                }
                call.args.iter().for_each(|argument| self.expression(argument, depth + 1));
            }
            PrimaryExpr::Parenthesized(inner) => self.expression(inner, depth + 1),
            PrimaryExpr::Literal(_) | PrimaryExpr::Number(_) => {}
        }
        filter.predicates.iter().for_each(|predicate| self.expression(predicate, depth + 1));
    }
}

/// Whether an expression may be a list of nodes.
fn is_list(expression: &Expr) -> bool {
    match expression {
        Expr::Union(..) | Expr::Path(PathExpr::Location(_) | PathExpr::FilterLocation(..)) => true,
        Expr::Path(PathExpr::Filter(filter)) => match &filter.primary {
            PrimaryExpr::Parenthesized(inner) => is_list(inner),
            PrimaryExpr::Function(call) => call.name.local == "id",
            _ => false,
        },
        _ => false,
    }
}

/// How deep brackets and signs nest; the parser goes as deep.
fn nesting(text: &str) -> usize {
    let (mut depth, mut deepest, mut signs) = (0usize, 0, 0);
    for letter in text.chars() {
        match letter {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            '-' => signs += 1,
            letter if letter.is_whitespace() => {}
            _ => signs = 0,
        }
        deepest = deepest.max(depth).max(signs);
    }
    deepest
}

fn place(text: &str, at: usize) -> Range<usize> {
    let end = at + text[at..].chars().next().map_or(0, char::len_utf8);
    at..end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::XmlLimits;

    fn find(text: &str, expression: &str) -> Value {
        let document = Xml::parse(text.as_bytes(), &XmlLimits::LOOSE).unwrap();
        let xpath = XPath::compile(expression).unwrap_or_else(|error| panic!("{expression}: {error}"));
        xpath.evaluate(&document).unwrap_or_else(|error| panic!("{expression}: {error}")).value(&document)
    }

    const ORDER: &str = "<o:order xmlns:o='urn:o' id='7'><o:line n='1'><p>a</p><q>2</q></o:line>\
        <o:line n='2'><p>b</p><q>12</q></o:line><!--c--><note>x<b>y</b></note></o:order>";

    #[test]
    fn paths_predicates_and_functions_of_xpath_1() {
        let list = |items: &[&str]| Value::list(items.iter().map(|item| Value::from(*item)));
        for (expression, expected) in [
            ("/o:order/@id", "7".into()),
            ("//p", list(&["a", "b"])),
            ("//o:line[@n = '2']/p", "b".into()),
            ("//o:line[q > 9]/p/text()", "b".into()),
            ("//o:line[last()]/@n", "2".into()),
            ("//*[local-name() = 'line'][1]/p", "a".into()),
            ("count(//o:line)", 2.into()),
            ("sum(//q)", 14.into()),
            ("sum(//q) div 4", Value::parse_json(b"3.5").unwrap()),
            ("//note", "xy".into()),
            ("//note/b/ancestor::*[last()]/@id", "7".into()),
            ("//q[. > 5]/preceding::q", "2".into()),
            ("//o:line[1]/following-sibling::note/b | //p[1]", list(&["a", "b", "y"])),
            ("string(//p)", "a".into()),
            ("concat(//p, '-', //q)", "a-2".into()),
            ("not(//zzz)", true.into()),
            ("//zzz", Value::NULL),
            ("//comment()", "c".into()),
            ("//p = //note/b or //p = 'b'", true.into()),
            ("namespace-uri(/*)", "urn:o".into()),
            ("//order", Value::NULL),
            ("translate(normalize-space(' a  b '), 'ab', 'AB')", "A B".into()),
        ] {
            assert_eq!(find(ORDER, expression), expected, "{expression}");
        }
    }

    #[test]
    fn what_is_not_xpath_is_refused_at_its_place() {
        for (expression, words) in [
            ("//a[", "this is not XPath 1.0"),
            ("", "this is not XPath 1.0"),
            ("$x/a", "no variable `$x`"),
            ("upper-case(a)", "no function `upper-case`"),
            ("cound(a)", "did you mean `count`?"),
            ("document('file:///etc/passwd')", "no function `document`"),
        ] {
            let error = XPath::compile(expression).unwrap_err();
            assert!(error.message.contains(words), "{expression}: {error}");
        }
        for bomb in ["(".repeat(2000), "[".repeat(3000), "-".repeat(3000) + "1", "1".to_owned() + &"+1".repeat(2000)] {
            assert!(XPath::compile(&bomb).is_err());
        }
        assert!(XPath::compile(&"a".repeat(5000)).is_err());
    }

    #[test]
    fn an_evaluation_without_end_is_given_up() {
        let many = format!("<r>{}</r>", "<a><b>1</b></a>".repeat(3_000));
        let document = Xml::parse(many.as_bytes(), &XmlLimits::LOOSE).unwrap();
        assert!(XPath::compile("count(//*[count(//*) > 0])").unwrap().evaluate(&document).is_err());
        assert!(XPath::compile("count(//b[. > //b])").unwrap().evaluate(&document).is_err());
        assert_eq!(find(&many, "count(//a[b = 1])"), 3_000.into());
    }
}
