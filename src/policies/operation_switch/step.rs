use std::sync::Arc;

use crate::runtime::{Context, Next, Outcome, Step};

/// The test of a case.
pub(super) struct OperationIs {
    pub wanted: Box<[Wanted]>,
}

/// An operation that a case names.
pub(super) enum Wanted {
    Id(Arc<str>),
    VerbAndPath { verb: Arc<str>, path: Arc<str> },
}

impl Wanted {
    /// Whether this is the operation. One without a verb of its own has every verb.
    pub(super) fn is(&self, verb: Option<&str>, path: &str, id: Option<&str>) -> bool {
        match self {
            Wanted::Id(wanted) => id == Some(wanted),
            Wanted::VerbAndPath { verb: wanted, path: template } => {
                verb.is_none_or(|verb| verb == &**wanted) && path == &**template
            }
        }
    }
}

impl Step for OperationIs {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        let state = &cx.state;
        let (verb, operation) = (state.request.method.as_str(), &state.route.operation);
        let holds = self.wanted.iter().any(|wanted| wanted.is(Some(verb), &operation.path, operation.id.as_deref()));
        Outcome::Ready(Ok(if holds { Next::Continue } else { Next::Otherwise }))
    }
}
