//! Runs a text in a context.

use rquickjs::context::EvalOptions;
use rquickjs::{Ctx, Value};

/// Runs a text; strictness is its own affair.
pub(super) fn evaluate<'js>(ctx: &Ctx<'js>, code: &str, name: &str) -> rquickjs::Result<Value<'js>> {
    let mut options = EvalOptions::default();
    options.strict = false;
    options.filename = Some(name.to_owned());
    ctx.eval_with_options(code, options)
}
