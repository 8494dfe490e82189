//! Names that may be sent more than once: each has its value, or a list of them.

use std::borrow::Cow;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::value::Value;

/// The values of every name, in one pass: a query or a form may have thousands.
pub(super) fn grouped<'t>(pairs: impl Iterator<Item = (Cow<'t, str>, Cow<'t, str>)>) -> IndexMap<Arc<str>, Value> {
    let mut all: IndexMap<Arc<str>, Vec<Value>> = IndexMap::new();
    for (name, value) in pairs {
        all.entry(Arc::from(name)).or_default().push(Value::from(&*value));
    }
    all.into_iter().map(|(name, values)| (name, one_or_list(values))).collect()
}

pub(super) fn one_or_list(values: impl IntoIterator<Item = Value>) -> Value {
    let mut values = values.into_iter();
    match (values.next(), values.next()) {
        (None, _) => Value::NULL,
        (Some(one), None) => one,
        (Some(one), Some(two)) => Value::list([one, two].into_iter().chain(values)),
    }
}
