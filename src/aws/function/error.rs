//! The error in a function's name, its place, and the remedy.

use std::fmt;
use std::ops::Range;

/// A name that is not one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionNameError {
    pub problem: FunctionNameProblem,
    /// The bytes of the text that are wrong; an empty range where something is missing.
    pub at: Range<usize>,
}

/// The kinds of mistakes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FunctionNameProblem {
    Empty,
    /// Longer than the 256 characters the Invoke API takes as a whole.
    TooLong(usize),
    EmptyName,
    /// The bare name, which may have 64 characters.
    NameTooLong(usize),
    NameCharacter(char),
    EmptyQualifier,
    /// A qualifier may have 128 characters.
    QualifierTooLong(usize),
    QualifierCharacter(char),
    Partition(String),
    Service(String),
    Region(String),
    /// Not twelve digits, or nothing.
    Account(String),
    /// An ARN of something else: a layer, an event source mapping.
    Resource(String),
    /// An ARN that ends before the name.
    Incomplete,
    TooManyParts,
}

impl FunctionNameError {
    pub(super) fn new(problem: FunctionNameProblem, at: Range<usize>) -> Self {
        FunctionNameError { problem, at }
    }

    /// The remedy, in one sentence.
    pub fn help(&self) -> &'static str {
        use FunctionNameProblem as P;
        match &self.problem {
            P::Empty | P::EmptyName | P::TooManyParts => {
                "write a name such as `orders`, `orders:prod`, `123456789012:function:orders` or a full ARN"
            }
            P::TooLong(_) | P::NameTooLong(_) => {
                "a function's name has at most 64 characters; check for a pasted prefix"
            }
            P::NameCharacter(' ' | '\t' | '\n') => "remove the white space",
            P::NameCharacter('/') => "write the function's name only, without a path or a URL",
            P::NameCharacter(_) => "a name is made of letters, digits, hyphens and underscores",
            P::EmptyQualifier => "write a version or an alias after the colon, or remove the colon",
            P::QualifierTooLong(_) | P::QualifierCharacter(_) => {
                "a qualifier is a version number, an alias of letters, digits, hyphens and underscores, or `$LATEST`"
            }
            P::Partition(_) => "write `aws`, `aws-cn`, `aws-us-gov`, `aws-eusc` or one of the `aws-iso` partitions",
            P::Service(_) => "write the ARN of a Lambda function: `arn:aws:lambda:REGION:ACCOUNT:function:NAME`",
            P::Region(_) => "write a region such as `eu-central-1`",
            P::Account(_) => "write the account's twelve digits",
            P::Resource(_) | P::Incomplete => {
                "an ARN of a function ends in `:function:NAME` or `:function:NAME:QUALIFIER`"
            }
        }
    }
}

impl fmt::Display for FunctionNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use FunctionNameProblem as P;
        match &self.problem {
            P::Empty => f.write_str("the function's name is empty"),
            P::TooLong(length) => write!(f, "the function's name has {length} characters, more than the 256 allowed"),
            P::EmptyName => f.write_str("the function's name is missing"),
            P::NameTooLong(length) => {
                write!(f, "the function's name has {length} characters, more than the 64 allowed")
            }
            P::NameCharacter(character) => write!(f, "{character:?} cannot stand in a function's name"),
            P::EmptyQualifier => f.write_str("the qualifier is empty"),
            P::QualifierTooLong(length) => {
                write!(f, "the qualifier has {length} characters, more than the 128 allowed")
            }
            P::QualifierCharacter(character) => write!(f, "{character:?} cannot stand in a qualifier"),
            P::Partition(text) => write!(f, "\"{text}\" is not an AWS partition"),
            P::Service(text) => write!(f, "this ARN belongs to the service \"{text}\", not to \"lambda\""),
            P::Region(text) => write!(f, "\"{text}\" is not a region"),
            P::Account(text) if text.is_empty() => f.write_str("the account is missing"),
            P::Account(text) => write!(f, "\"{text}\" is not an account of twelve digits"),
            P::Resource(text) => write!(f, "this ARN names a \"{text}\", not a \"function\""),
            P::Incomplete => f.write_str("the ARN ends before the function's name"),
            P::TooManyParts => f.write_str("there is too much after the function's name"),
        }
    }
}

impl std::error::Error for FunctionNameError {}
