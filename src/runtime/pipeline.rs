//! The compiled form of an assembly.

use std::ops::Range;
use std::sync::Arc;

use indexmap::IndexMap;

use super::{Fault, Step};
use crate::base::Generation;
use crate::value::Value;

/// The position of an op in its pipeline.
pub type OpId = u32;

/// What the executor walks. Closed: steps are the open set.
pub enum Op {
    Step(Box<dyn Step>),
    /// Runs the test; where it answers [`super::Next::Otherwise`], the flow goes on there.
    Branch {
        test: Box<dyn Step>,
        otherwise: OpId,
    },
    /// Reads the body of `message` before the first step that looks into it.
    LoadBody,
    Jump(OpId),
    Stop,
}

/// A compiled assembly. All operations that share the assembly share the pipeline.
#[derive(Default)]
pub struct Pipeline {
    /// Pre-assembly stages, the author's steps, the handlers' steps, `finally`.
    pub ops: Box<[Op]>,
    /// In the order in which entries are tried.
    pub handlers: Box<[Handler]>,
    /// Where `finally` starts, when there is one.
    pub finally: Option<OpId>,
    /// Where what runs after every assembly starts, when there is such a thing.
    pub post: Option<OpId>,
    pub symbols: Symbols,
    /// What variables hold at the start: the API's properties.
    pub initial: Box<[(u16, Value)]>,
    /// For every op, the step it came from.
    pub info: Box<[Option<Arc<StepInfo>>]>,
    /// Some step reads `request.body`, or a parameter that stands there, so the original is kept beside `message`.
    pub keeps_request_body: bool,
    /// Some step signs the body of `message` as it came.
    pub signs_body: bool,
    /// Some step reads `api.document`.
    pub reads_document: bool,
    /// A stage answers browsers that ask before they call.
    pub answers_preflight: bool,
    /// The gateway whose variables these are.
    pub generation: Generation,
    pub error_format: ErrorFormat,
}

/// One entry of a catch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handler {
    /// The ops it guards.
    pub ops: Range<OpId>,
    pub faults: CatchNames,
    /// Its first op. Its last op jumps on: behind the policy for a v5 policy's catch, to the end for the assembly's.
    pub entry: OpId,
}

/// Which faults a handler takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CatchNames {
    Named(Box<[Arc<str>]>),
    Default,
}

/// What a step is called and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepInfo {
    pub policy: Arc<str>,
    pub title: Arc<str>,
    /// `file:line:column`.
    pub place: Arc<str>,
}

/// The form of the default error document.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ErrorFormat {
    /// `{httpCode, httpMessage, moreInformation}`
    #[default]
    V10,
    /// `{name, message}`
    V5,
}

/// The variables of a pipeline: their names and numbers. Most pipelines have none, and nothing is made for those.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Symbols(Option<Box<IndexMap<Arc<str>, ()>>>);

// === impl Symbols ===

impl Symbols {
    /// The number of a name, given out now if it is new. `None` when a pipeline has 65,536 variables.
    pub fn intern(&mut self, name: &str) -> Option<u16> {
        let names = self.0.get_or_insert_default();
        let index = names.get_index_of(name).unwrap_or_else(|| names.insert_full(name.into(), ()).0);
        u16::try_from(index).ok()
    }

    /// The number of a known name.
    pub fn find(&self, name: &str) -> Option<u16> {
        self.0.as_ref()?.get_index_of(name).and_then(|index| u16::try_from(index).ok())
    }

    /// The name of a number.
    pub fn name(&self, slot: u16) -> &str {
        self.0.as_ref().and_then(|names| names.get_index(slot.into())).map_or("", |(name, ())| name)
    }

    pub fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |names| names.len())
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

// === impl Pipeline ===

impl Pipeline {
    /// The first handler that guards this op and takes this fault.
    pub fn handler(&self, op: OpId, fault: &Fault) -> Option<&Handler> {
        self.handlers.iter().find(|handler| handler.ops.contains(&op) && handler.takes(fault))
    }
}

impl Handler {
    fn takes(&self, fault: &Fault) -> bool {
        match &self.faults {
            CatchNames::Default => fault.kind.is_none_or(|kind| kind.by_default),
            CatchNames::Named(names) => fault.names().any(|name| names.iter().any(|known| **known == *name)),
        }
    }
}
