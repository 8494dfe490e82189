//! The function of one call.

use std::sync::Arc;

use crate::aws::client::Target;
use crate::aws::function::{FunctionRef, Qualifier};

/// The function of one call.
pub(super) struct Chosen {
    pub target: Target,
    /// For messages: the function as the author wrote it, or as the request named it.
    pub name: Arc<str>,
    /// The version or alias, where one is said.
    pub qualifier: Option<Arc<str>>,
    /// The function without its version: account, where one is said, and bare name.
    pub home: Arc<str>,
}

impl Chosen {
    pub(super) fn new(target: Target, function: &FunctionRef, qualifier: Option<&Qualifier>) -> Self {
        let qualifier = qualifier.or(function.qualifier()).map(|qualifier| qualifier.as_str().into());
        let home = format!("{}/{}", function.account().unwrap_or_default(), function.name()).into();
        Chosen { target, name: function.as_str().into(), qualifier, home }
    }
}
