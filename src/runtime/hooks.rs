//! The hooks of a request, with which a test looks at it from inside.

use super::context::Context;

/// Called at both ends of every request that has a route. Only tests of authors have hooks.
pub trait RequestHooks: Send + Sync {
    /// The context has been made, and no step has run.
    fn begin(&self, cx: &mut Context);
    /// All steps have run, and `message` has not been sent yet.
    fn end(&self, cx: &mut Context);
}
