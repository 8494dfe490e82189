//! The roots of references.

use std::borrow::Cow;

use crate::value::Value;

/// The values of the roots `$input`, `$context` and `$stageVariables`. Each is asked for at most once, and only when a template uses it.
pub trait Roots {
    /// The payload, for `$input.body`, `json` and `path`.
    fn body(&self) -> Cow<'_, str>;

    /// `$input.params()`: a map with `path`, `querystring` and `header`.
    fn params(&self) -> Value;

    /// `$context`. Members `requestOverride` and `responseOverride` are those that an earlier template has set.
    fn context(&self) -> Value;

    /// `$stageVariables`.
    fn stage_variables(&self) -> Value;
}
