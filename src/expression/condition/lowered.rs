//! The lowered form of a condition, and its evaluation.
//!
//! [`Unsure`] means that JSONata has to say: a list or an object is compared, a list is on the way of a path, types differ
//! where they must not. The evaluation has no effects, so that starting over is safe.

use std::ops::Deref;
use std::sync::Arc;

use crate::expression::jsonata::{Level, Source, member, query_values};
use crate::expression::{Reference, Scope};
use crate::value::{Kind, Value, ValueRef};

/// A condition.
#[derive(Debug, Clone)]
pub(super) enum Lowered {
    Constant(bool),
    All(Box<[Lowered]>),
    Any(Box<[Lowered]>),
    Not(Box<Lowered>),
    Exists(Operand),
    /// An operand that is a condition itself.
    Truth(Operand),
    Compare(Comparison, Operand, Operand),
    In(Operand, Box<[Constant]>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone)]
pub(super) enum Operand {
    Constant(Constant),
    /// A variable, and the names that lead down from its value.
    Variable {
        source: Source,
        rest: Box<[Arc<str>]>,
        level: Level,
    },
    /// A parameter of the query.
    Query {
        querystring: Reference,
        name: Arc<str>,
    },
}

#[derive(Debug, Clone)]
pub(super) enum Constant {
    Null,
    Bool(bool),
    Number(f64),
    Text(Arc<str>),
}

/// True, false, or JSONata's nothing, which is false wherever a boolean is asked for, and stays nothing under `$not`.
pub(super) type Answer = Option<bool>;

/// JSONata has to say.
#[derive(Debug)]
pub(super) struct Unsure;

/// The value of an operand in a request.
enum Found<'a> {
    /// JSONata's nothing.
    Missing,
    Null,
    Bool(bool),
    Number(f64),
    Text(Text<'a>),
    Object {
        is_empty: bool,
    },
    /// JSONata has to look at it.
    Unsure,
}

enum Text<'a> {
    Borrowed(&'a str),
    /// A string.
    Shared(Value),
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Text::Borrowed(text) => text,
            Text::Shared(text) => text.as_str().unwrap_or_default(),
        }
    }
}

// === impl Lowered ===

impl Lowered {
    pub(super) fn test(&self, scope: &dyn Scope) -> Result<Answer, Unsure> {
        match self {
            Lowered::Constant(answer) => Ok(Some(*answer)),
            Lowered::All(parts) => until(parts, scope, false),
            Lowered::Any(parts) => until(parts, scope, true),
            Lowered::Not(part) => Ok(part.test(scope)?.map(|answer| !answer)),
            Lowered::Exists(operand) => match operand.find(scope) {
                Found::Missing => Ok(Some(false)),
                Found::Unsure => Err(Unsure),
                _ => Ok(Some(true)),
            },
            Lowered::Truth(operand) => Ok(match operand.find(scope) {
                Found::Missing => None,
                Found::Null => Some(false),
                Found::Bool(flag) => Some(flag),
                Found::Number(number) => Some(number != 0.0),
                Found::Text(text) => Some(!text.is_empty()),
                Found::Object { is_empty } => Some(!is_empty),
                Found::Unsure => return Err(Unsure),
            }),
            Lowered::Compare(comparison, left, right) => comparison.test(&left.find(scope), &right.find(scope)),
            Lowered::In(operand, list) => {
                let item = operand.find(scope);
                for constant in list {
                    if Comparison::Equal.test(&item, &constant.found())? == Some(true) {
                        return Ok(Some(true));
                    }
                }
                Ok(Some(false))
            }
        }
    }
}

/// Evaluates parts until one gives `end`.
fn until(parts: &[Lowered], scope: &dyn Scope, end: bool) -> Result<Answer, Unsure> {
    for part in parts {
        if part.test(scope)?.unwrap_or(false) == end {
            return Ok(Some(end));
        }
    }
    Ok(Some(!end))
}

// === impl Comparison ===

impl Comparison {
    /// JSONata's comparisons: with nothing, equality is false, and order is nothing.
    fn test(self, left: &Found<'_>, right: &Found<'_>) -> Result<Answer, Unsure> {
        use Found::{Bool, Missing, Null, Number, Object, Text};
        if let Comparison::Equal | Comparison::NotEqual = self {
            let equal = match (left, right) {
                (Found::Unsure | Object { .. }, _) | (_, Found::Unsure | Object { .. }) => return Err(Unsure),
                (Missing, _) | (_, Missing) => return Ok(Some(false)),
                (Null, Null) => true,
                (Bool(a), Bool(b)) => a == b,
                (Number(a), Number(b)) => a == b,
                (Text(a), Text(b)) => **a == **b,
                _ => false,
            };
            return Ok(Some(equal == (self == Comparison::Equal)));
        }
        let order = match (left, right) {
            (Missing, Missing | Number(_) | Text(_)) | (Number(_) | Text(_), Missing) => return Ok(None),
            (Number(a), Number(b)) => a.partial_cmp(b).ok_or(Unsure)?,
            // JavaScript compares UTF-16, which is another order outside of ASCII.
            (Text(a), Text(b)) if a.is_ascii() && b.is_ascii() => (**a).cmp(&**b),
            _ => return Err(Unsure),
        };
        Ok(Some(match self {
            Comparison::Less => order.is_lt(),
            Comparison::LessOrEqual => order.is_le(),
            Comparison::Greater => order.is_gt(),
            Comparison::GreaterOrEqual => order.is_ge(),
            Comparison::Equal | Comparison::NotEqual => return Err(Unsure),
        }))
    }
}

// === impl Operand ===

impl Operand {
    fn find<'a>(&'a self, scope: &'a dyn Scope) -> Found<'a> {
        match self {
            Operand::Constant(constant) => constant.found(),
            Operand::Variable { source: Source::Variable(reference), rest, level } => {
                match scope.borrowed(reference).filter(|_| rest.is_empty()) {
                    Some(text) => Found::Text(Text::Borrowed(text)),
                    None => walk(scope.get(reference).view(), rest, *level),
                }
            }
            Operand::Variable { source: Source::Constant(value), rest, level } => walk(value.view(), rest, *level),
            Operand::Query { querystring, name } => match scope.borrowed(querystring) {
                Some(query) => one(query_values(query, name), Text::Borrowed),
                None => one(query_values(&scope.get(querystring).to_text(), name), |value| Text::Shared(value.into())),
            },
        }
    }
}

/// A parameter that may stand there more than once; JSONata then has a list.
fn one<'v, 'a>(mut values: impl Iterator<Item = &'v str>, text: impl FnOnce(&'v str) -> Text<'a>) -> Found<'a> {
    match (values.next(), values.next()) {
        (None, _) => Found::Missing,
        (Some(value), None) => Found::Text(text(value)),
        (Some(_), Some(_)) => Found::Unsure,
    }
}

/// The value at the end of a path.
fn walk<'a>(mut value: ValueRef<'_>, rest: &[Arc<str>], mut level: Level) -> Found<'a> {
    // A variable that holds null is one that is not set.
    if value.is_null() {
        return Found::Missing;
    }
    for name in rest {
        let Some(members) = value.as_object() else {
            return if value.as_list().is_some() { Found::Unsure } else { Found::Missing };
        };
        let Some(below) = member(members, name, level) else { return Found::Missing };
        level = level.below(name);
        value = below;
    }
    match value.kind() {
        Kind::Null => Found::Null,
        Kind::Bool(flag) => Found::Bool(flag),
        Kind::Number(number) => Found::Number(number.as_f64()),
        Kind::String(_) => Found::Text(Text::Shared(value.to_value())),
        Kind::Object(members) => Found::Object { is_empty: members.is_empty() },
        Kind::List(_) | Kind::Binary(_) | Kind::Xml(_) => Found::Unsure,
    }
}

impl Constant {
    fn found(&self) -> Found<'_> {
        match self {
            Constant::Null => Found::Null,
            Constant::Bool(flag) => Found::Bool(*flag),
            Constant::Number(number) => Found::Number(*number),
            Constant::Text(text) => Found::Text(Text::Borrowed(text)),
        }
    }
}
