//! The lowered form of a condition, and its evaluation.
//!
//! [`Unsure`] means that JSONata has to say: a list or an object is compared, a list is on the way of a path, types differ
//! where they must not. The evaluation has no effects, so that starting over is safe.

use std::sync::Arc;

use super::compare::{Answer, Comparison, Constant, Found, Text, Unsure};
use crate::expression::jsonata::{Level, Source, member, query_values};
use crate::expression::{Reference, Scope};
use crate::value::{Kind, ValueRef};

/// Items that are looked at here. JSONata looks at more where no other request waits for it.
const MOST_ITEMS: usize = 1000;

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

#[derive(Debug, Clone)]
pub(super) enum Operand {
    Constant(Constant),
    /// A variable, and the names that lead down from its value.
    Variable {
        source: Source,
        rest: Box<[Arc<str>]>,
        level: Level,
    },
    /// Names that lead down from the item that a filter looks at.
    OfItem(Box<[Arc<str>]>),
    /// How many items a list has.
    Count(Count),
    /// A parameter of the query.
    Query {
        querystring: Reference,
        name: Arc<str>,
    },
}

/// A list, of whose items those count that a filter holds for.
#[derive(Debug, Clone)]
pub(super) struct Count {
    pub source: Source,
    pub rest: Box<[Arc<str>]>,
    pub level: Level,
    pub filter: Option<Box<Lowered>>,
}

/// The place where a condition is evaluated.
#[derive(Clone, Copy)]
pub(super) struct Here<'h> {
    pub scope: &'h dyn Scope,
    /// The item that a filter looks at.
    pub item: Option<ValueRef<'h>>,
}

// === impl Lowered ===

impl Lowered {
    pub(super) fn test(&self, here: Here<'_>) -> Result<Answer, Unsure> {
        match self {
            Lowered::Constant(answer) => Ok(Some(*answer)),
            Lowered::All(parts) => until(parts, here, false),
            Lowered::Any(parts) => until(parts, here, true),
            Lowered::Not(part) => Ok(part.test(here)?.map(|answer| !answer)),
            Lowered::Exists(operand) => match operand.find(here) {
                Found::Missing => Ok(Some(false)),
                Found::Unsure => Err(Unsure),
                _ => Ok(Some(true)),
            },
            Lowered::Truth(operand) => Ok(match operand.find(here) {
                Found::Missing => None,
                Found::Null => Some(false),
                Found::Bool(flag) => Some(flag),
                Found::Number(number) => Some(number != 0.0),
                Found::Text(text) => Some(!text.is_empty()),
                Found::Object { is_empty } => Some(!is_empty),
                Found::Unsure => return Err(Unsure),
            }),
            Lowered::Compare(comparison, left, right) => comparison.test(&left.find(here), &right.find(here)),
            Lowered::In(operand, list) => {
                let item = operand.find(here);
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
fn until(parts: &[Lowered], here: Here<'_>, end: bool) -> Result<Answer, Unsure> {
    for part in parts {
        if part.test(here)?.unwrap_or(false) == end {
            return Ok(Some(end));
        }
    }
    Ok(Some(!end))
}

// === impl Operand ===

impl Operand {
    fn find<'a>(&'a self, here: Here<'a>) -> Found<'a> {
        let scope = here.scope;
        match self {
            Operand::Constant(constant) => constant.found(),
            Operand::Variable { source: Source::Variable(reference), rest, level } => {
                match scope.borrowed(reference).filter(|_| rest.is_empty()) {
                    Some(text) => Found::Text(Text::Borrowed(text)),
                    None => {
                        let value = scope.get(reference);
                        let end = walk(value.view(), rest, *level);
                        end.map_or_else(Found::from, |value| Found::from(value).kept(value))
                    }
                }
            }
            Operand::Variable { source: Source::Constant(value), rest, level } => {
                walk(value.view(), rest, *level).map_or_else(Found::from, Found::from)
            }
            Operand::OfItem(names) => match here.item.map(|item| down(item, names, Level::Other)) {
                Some(end) => end.map_or_else(Found::from, Found::from),
                None => Found::Unsure,
            },
            Operand::Count(count) => {
                count.of(scope).map_or_else(|Unsure| Found::Unsure, |count| Found::Number(count as f64))
            }
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

/// Why a path leads to no value.
enum NoEnd {
    Missing,
    Unsure,
}

impl From<NoEnd> for Found<'_> {
    fn from(none: NoEnd) -> Self {
        match none {
            NoEnd::Missing => Found::Missing,
            NoEnd::Unsure => Found::Unsure,
        }
    }
}

/// The value at the end of a path from a variable.
fn walk<'v>(value: ValueRef<'v>, rest: &[Arc<str>], level: Level) -> Result<ValueRef<'v>, NoEnd> {
    // A variable that holds null is one that is not set.
    if value.is_null() { Err(NoEnd::Missing) } else { down(value, rest, level) }
}

fn down<'v>(mut value: ValueRef<'v>, rest: &[Arc<str>], mut level: Level) -> Result<ValueRef<'v>, NoEnd> {
    for name in rest {
        let Some(members) = value.as_object() else {
            return Err(if value.as_list().is_some() { NoEnd::Unsure } else { NoEnd::Missing });
        };
        value = member(members, name, level).ok_or(NoEnd::Missing)?;
        level = level.below(name);
    }
    Ok(value)
}

// === impl Count ===

impl Count {
    fn of(&self, scope: &dyn Scope) -> Result<usize, Unsure> {
        let value = self.source.value(scope);
        let end = match walk(value.view(), &self.rest, self.level) {
            Ok(end) => end,
            Err(NoEnd::Missing) => return Ok(0),
            Err(NoEnd::Unsure) => return Err(Unsure),
        };
        let holds = |item: ValueRef<'_>| match (item.kind(), &self.filter) {
            (Kind::Object(_), Some(filter)) => Ok(filter.test(Here { scope, item: Some(item) })?.unwrap_or(false)),
            (Kind::Object(_) | Kind::Bool(_) | Kind::Number(_) | Kind::String(_), None) => Ok(true),
            // Items of other kinds have rules of their own.
            _ => Err(Unsure),
        };
        match end.kind() {
            Kind::List(items) if items.len() > MOST_ITEMS => Err(Unsure),
            Kind::List(items) => items.iter().try_fold(0, |count, item| Ok(count + usize::from(holds(item)?))),
            _ => Ok(usize::from(holds(end)?)),
        }
    }
}
