//! A parsed path.

use crate::value::Value;

/// A path.
#[derive(Debug)]
pub(in crate::vtl) struct Path {
    pub(super) steps: Vec<Step>,
    pub(super) function: Option<Function>,
}

/// The result of a path.
#[derive(Debug, PartialEq)]
pub(in crate::vtl) enum Found {
    Nothing,
    One(Value),
    Many(Vec<Value>),
}

#[derive(Debug)]
pub(super) enum Step {
    Names(Vec<String>),
    Indexes(Vec<i64>),
    Slice(Option<i64>, Option<i64>),
    All,
    /// The value and everything below it.
    Deep,
    Filter(Filter),
}

#[derive(Debug)]
pub(super) enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Not(Box<Filter>),
    Exists(Operand),
    Compare(Operand, Comparison, Operand),
    Matches(Operand, regex::Regex),
}

#[derive(Debug)]
pub(super) enum Operand {
    Value(Value),
    /// A path below the item, or from the root.
    Path {
        from_root: bool,
        path: Path,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    NotIn,
    SubsetOf,
    AnyOf,
    NoneOf,
    Size,
    Empty,
}

/// A function at the end of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Length,
    Keys,
    Sum,
    Min,
    Max,
    Average,
    Deviation,
    First,
    Last,
    Index(i64),
}

// === impl Path ===

impl Path {
    /// Whether the path names one place.
    pub(super) fn is_definite(&self) -> bool {
        self.steps.iter().all(|step| match step {
            Step::Names(names) => names.len() == 1,
            Step::Indexes(indexes) => indexes.len() == 1,
            _ => false,
        })
    }
}
