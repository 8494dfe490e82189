//! Values that the steps of a request have set for variables of the gateway.

use std::sync::Arc;

use crate::expression::Builtin;
use crate::value::Value;

/// The writes in their order: later ones win. Nothing is allocated before the first.
#[derive(Debug, Default)]
pub struct Overrides(Vec<Write>);

#[derive(Debug)]
struct Write {
    root: Builtin,
    path: Box<[Arc<str>]>,
    /// Null where the variable was cleared.
    value: Value,
}

impl Overrides {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The writes in their order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Builtin, &[Arc<str>], &Value)> {
        self.0.iter().map(|write| (write.root, &*write.path, &write.value))
    }

    pub(super) fn touches(&self, root: Builtin) -> bool {
        self.0.iter().any(|write| write.root == root)
    }

    /// Puts a value at `path`; null clears it.
    pub(super) fn put(&mut self, root: Builtin, path: &[Arc<str>], value: Value) {
        self.0.retain(|write| write.root != root || !write.path.starts_with(path));
        if let Some(above) = self.0.iter_mut().rfind(|write| write.covers(root, path)) {
            let rest = names(&path[above.path.len()..]);
            match value.is_null() {
                true => above.value.remove(&rest),
                false => above.value.set(&rest, value),
            }
            return;
        }
        self.0.push(Write { root, path: path.into(), value });
    }

    /// The value at `path`, if `original` is the value without these writes.
    pub(super) fn read(&self, root: Builtin, path: &[Arc<str>], original: impl FnOnce() -> Value) -> Value {
        if let Some(above) = self.0.iter().rfind(|write| write.covers(root, path)) {
            return above.value.at(names(&path[above.path.len()..])).map(Value::from).unwrap_or_default();
        }
        let mut whole = original();
        for below in self.0.iter().filter(|write| write.root == root && write.path.starts_with(path)) {
            let rest = names(&below.path[path.len()..]);
            match below.value.is_null() {
                true => whole.remove(&rest),
                false => whole.set(&rest, below.value.clone()),
            }
        }
        whole
    }

    /// Forgets what was set below a root.
    pub(super) fn forget(&mut self, root: Builtin) {
        self.0.retain(|write| write.root != root);
    }
}

impl Write {
    fn covers(&self, root: Builtin, path: &[Arc<str>]) -> bool {
        self.root == root && path.starts_with(&self.path)
    }
}

fn names(path: &[Arc<str>]) -> Vec<&str> {
    path.iter().map(|name| &**name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Vec<Arc<str>> {
        text.split('.').filter(|name| !name.is_empty()).map(Arc::from).collect()
    }

    fn json(text: &str) -> Value {
        Value::parse_json(text.as_bytes()).unwrap()
    }

    fn read(written: &Overrides, at: &str) -> Value {
        let original = json(r#"{"a": {"b": 1, "c": 2}, "d": 3}"#);
        let path = path(at);
        written.read(Builtin::Api, &path, || original.at(names(&path)).map(Value::from).unwrap_or_default())
    }

    #[test]
    fn writes_lie_over_what_was_there() {
        let mut written = Overrides::default();
        let mut put = |at: &str, value: &str| written.put(Builtin::Api, &path(at), json(value));
        put("a.b", "7");
        put("e.f", "8");
        put("d", "null");
        assert_eq!(read(&written, ""), json(r#"{"a": {"b": 7, "c": 2}, "e": {"f": 8}}"#));
        for (at, value) in [("a", r#"{"b": 7, "c": 2}"#), ("a.b", "7"), ("a.c", "2"), ("d", "null"), ("e.f", "8")] {
            assert_eq!(read(&written, at), json(value), "{at}");
        }
    }

    #[test]
    fn a_whole_that_was_set_hides_its_old_members_and_takes_new_ones() {
        let mut written = Overrides::default();
        let mut put = |at: &str, value: &str| written.put(Builtin::Api, &path(at), json(value));
        put("a.b", "7");
        put("a", r#"{"x": 1, "y": 2}"#);
        put("a.z", "3");
        put("a.x", "null");
        assert_eq!(read(&written, "a"), json(r#"{"y": 2, "z": 3}"#));
        assert_eq!(read(&written, "a.c"), Value::NULL);
        assert_eq!(written.0.len(), 1, "writes to one place do not pile up");
        assert_eq!(written.read(Builtin::Client, &path("a"), || 5.into()), 5.into());
        written.forget(Builtin::Api);
        assert_eq!(read(&written, "a.c"), 2.into());
    }
}
