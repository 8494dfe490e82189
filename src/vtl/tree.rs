//! A template as a tree.

use std::collections::HashMap;
use std::sync::Arc;

/// A parsed template.
#[derive(Debug)]
pub(super) struct Tree {
    pub root: Block,
    pub macros: HashMap<Box<str>, Macro>,
    pub is_heavy: bool,
}

pub(super) type Block = Arc<[Node]>;

/// `#macro(name $a $b)`.
#[derive(Debug)]
pub(super) struct Macro {
    pub parameters: Box<[Box<str>]>,
    pub body: Block,
}

/// A part of the output, or a directive.
#[derive(Debug)]
pub(super) enum Node {
    Text(Box<str>),
    Print(Reference),
    /// Backslashes before a reference, and whether the last one belongs to it.
    Escaped {
        backslashes: usize,
        reference: Reference,
    },
    Set {
        target: Reference,
        value: Expression,
    },
    If {
        arms: Box<[(Expression, Block)]>,
        otherwise: Option<Block>,
    },
    Foreach {
        variable: Box<str>,
        list: Expression,
        body: Block,
    },
    Call {
        name: Box<str>,
        arguments: Box<[Expression]>,
        body: Option<Block>,
    },
    Define {
        name: Box<str>,
        body: Block,
    },
    Break,
    Stop,
}

/// `$name.member.method(…)[…]`.
#[derive(Debug, Clone)]
pub(super) struct Reference {
    pub root: Box<str>,
    pub steps: Arc<[Access]>,
    /// The text as it is written.
    pub source: Box<str>,
}

/// A step of a reference.
#[derive(Debug)]
pub(super) enum Access {
    Member(Box<str>),
    Call(Box<str>, Box<[Expression]>),
    Index(Expression),
}

/// An expression.
#[derive(Debug)]
pub(super) enum Expression {
    Null,
    Bool(bool),
    Integer(i64),
    Double(f64),
    Text(Arc<str>),
    /// A text in double quotes with references or directives in it.
    Interpolated(Block),
    List(Box<[Expression]>),
    Map(Box<[(Expression, Expression)]>),
    Range(Box<(Expression, Expression)>),
    Reference(Reference),
    Not(Box<Expression>),
    /// Operands of one level of precedence, from left to right.
    Chain(Box<Expression>, Box<[(Operator, Expression)]>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Or,
    And,
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}
