//! A compiled map: everything is looked up, a request only walks it.

use std::sync::Arc;

use super::config::EmptyArrays;
use super::schema::{Kind, Shape};
use super::tree::{Reading, Segment};
use crate::expression::{Reference, Template};
use crate::policy::kit::parse_limits::ParseLimits;
use crate::runtime::StepInfo;
use crate::script::{Engine, Script};
use crate::value::Value;

/// A compiled map.
pub(super) struct Plan {
    pub inputs: Vec<Input>,
    pub outputs: Vec<Output>,
    pub actions: Vec<Action>,
    pub reading: Reading,
    pub writing: Writing,
    pub scripts: Option<Scripts>,
    /// For the bodies among the inputs.
    pub limits: Option<ParseLimits>,
    pub step: Arc<StepInfo>,
}

/// How outputs are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Writing {
    pub empty_arrays: EmptyArrays,
    pub empty_objects: bool,
    pub defaults: bool,
    pub types: bool,
    pub xml: XmlWriting,
}

/// How XML is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct XmlWriting {
    pub empty: bool,
    pub inherit: bool,
    pub inline: bool,
}

pub(super) struct Input {
    pub name: Arc<str>,
    pub reference: Reference,
    pub is_xml: bool,
    pub shape: Shape,
    /// It is a body that is to be JSON.
    pub wants_json: bool,
}

pub(super) struct Output {
    pub name: Arc<str>,
    pub reference: Reference,
    pub is_xml: bool,
    pub shape: Shape,
    /// It is the body of a message, whose Content-Type this becomes.
    pub content_type: Option<&'static str>,
}

pub(super) enum Action {
    Set { target: Target, source: Source },
    Create { target: Target, over: Option<Read>, actions: Vec<Action> },
}

/// A place in an output, or in the item that the innermost `create` but `up` makes.
pub(super) struct Target {
    pub base: Base,
    pub path: Vec<Segment>,
    /// Whether the base itself is a list.
    pub is_list: bool,
    /// The schema calls the place a map.
    pub wants_map: bool,
    /// The kind of value that the schema has here.
    pub kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Base {
    /// By its number.
    Port(usize),
    /// An item of a list that is being taken: 0 is the innermost.
    Item(usize),
}

/// A place that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Read {
    Input { base: Base, path: Box<[Arc<str>]>, input: usize, below: Box<[Arc<str>]>, kind: Kind },
    Variable(Reference),
}

/// Whether values of this variable have types of their own: those of a body have, texts of a URL and of headers have not.
pub(super) fn has_types(reference: &Reference) -> bool {
    reference.path.first().is_some_and(|first| &**first == "body")
}

/// The source of a value.
pub(super) struct Source {
    pub compute: Compute,
    pub default: Option<Template>,
}

pub(super) enum Compute {
    /// The first of these that is there.
    Copy(Vec<Read>),
    Constant(Value),
    /// A script, by its number.
    Script {
        number: usize,
        arguments: Vec<Read>,
    },
    Nothing,
}

/// The scripts of a map: one run does them all.
pub(super) struct Scripts {
    pub engine: Arc<Engine>,
    pub script: Arc<Script>,
}
