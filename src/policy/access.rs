//! A compiled step, and what it reads and writes.

use crate::base::Generation;
use crate::expression::{Builtin, Reference, Root};
use crate::runtime::Step;

/// A compiled step and what the compiler must know of it.
pub struct Plan {
    pub step: Box<dyn Step>,
    pub access: Access,
}

/// The variables and bodies that a step uses.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// Variables it reads.
    pub reads: Vec<Reference>,
    /// Roots whose body it replaces when it succeeds.
    pub replaces: Vec<Root>,
    /// It sends the body of `message` on as it comes.
    pub streams_message: bool,
    /// It signs the body of `message` as it is.
    pub signs_message: bool,
    /// No step after this one runs.
    pub diverges: bool,
    /// It counts requests that run at the same time, so the request runs to its end even if its client leaves.
    pub counts_running: bool,
}

impl Access {
    /// Whether the step looks into the body of `message`.
    pub fn reads_message_body(&self) -> bool {
        self.reads.iter().any(|reference| is_body_of(reference, Builtin::Message))
    }

    /// Whether the step looks into the body of the original request.
    pub fn reads_request_body(&self) -> bool {
        self.reads.iter().any(|reference| is_body_of(reference, Builtin::Request))
    }

    /// Whether the step reads the document of the API; in the v5 engine the whole `api` holds it too.
    pub fn reads_document(&self, generation: Generation) -> bool {
        let is_v5 = generation == Generation::V5;
        let mut below_api = self.reads.iter().filter(|reference| reference.root == Root::Builtin(Builtin::Api));
        below_api.any(|reference| reference.path.first().map_or(is_v5, |first| &**first == "document"))
    }

    /// The parameters of the request that the step reads; `None` is all of them.
    pub fn request_parameters(&self) -> impl Iterator<Item = Option<&str>> {
        self.reads.iter().filter_map(|reference| match &*reference.path {
            [first, rest @ ..] if reference.root == Root::Builtin(Builtin::Request) && &**first == "parameters" => {
                Some(rest.first().map(|name| &**name))
            }
            _ => None,
        })
    }

    /// Whether the step puts a new body into `message`.
    pub fn replaces_message(&self) -> bool {
        self.replaces.contains(&Root::Builtin(Builtin::Message))
    }
}

fn is_body_of(reference: &Reference, root: Builtin) -> bool {
    reference.root == Root::Builtin(root) && reference.path.first().is_none_or(|part| &**part == "body")
}
