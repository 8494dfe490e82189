//! The attributes of a message, which steps note.

use std::fmt;
use std::sync::OnceLock;

use super::Value;

/// Notes on a message: `attributes` in variables. A call has more to say than most assemblies read, so what it says becomes a
/// value when something reads it.
pub struct Attributes(Notes);

enum Notes {
    Value(Value),
    /// Not in words yet, or in the lock.
    Facts(Box<dyn Facts>, OnceLock<Value>),
}

/// Facts that become a value when something reads them.
pub trait Facts: Send + Sync {
    fn tell(&self) -> Value;
}

impl Attributes {
    /// Notes that nobody has put into words yet.
    pub fn of(facts: impl Facts + 'static) -> Self {
        Attributes(Notes::Facts(Box::new(facts), OnceLock::new()))
    }

    /// All of them.
    pub fn value(&self) -> &Value {
        match &self.0 {
            Notes::Value(value) => value,
            Notes::Facts(facts, told) => told.get_or_init(|| facts.tell()),
        }
    }

    /// Changes them.
    pub fn change(&mut self, change: impl FnOnce(&mut Value)) {
        let mut value = match std::mem::take(self).0 {
            Notes::Value(value) => value,
            Notes::Facts(facts, told) => told.into_inner().unwrap_or_else(|| facts.tell()),
        };
        change(&mut value);
        *self = value.into();
    }
}

impl Default for Attributes {
    fn default() -> Self {
        Value::NULL.into()
    }
}

impl From<Value> for Attributes {
    fn from(value: Value) -> Self {
        Attributes(Notes::Value(value))
    }
}

impl Clone for Attributes {
    fn clone(&self) -> Self {
        self.value().clone().into()
    }
}

impl fmt::Debug for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    struct Told(Arc<AtomicUsize>);

    impl Facts for Told {
        fn tell(&self) -> Value {
            self.0.fetch_add(1, Ordering::Relaxed);
            Value::object([("version", "7".into())])
        }
    }

    #[test]
    fn facts_are_told_once_and_then_are_a_value_like_any_other() {
        let told = Arc::new(AtomicUsize::new(0));
        let mut attributes = Attributes::of(Told(told.clone()));
        assert_eq!(told.load(Ordering::Relaxed), 0);
        assert_eq!(attributes.value().get("version"), Some(Value::from("7").view()));
        assert_eq!(attributes.value().get("version"), Some(Value::from("7").view()));
        attributes.change(|value| value.set(&["parse"], 1.into()));
        assert_eq!(attributes.clone().value(), &Value::object([("version", "7".into()), ("parse", 1.into())]));
        assert_eq!(told.load(Ordering::Relaxed), 1);
        assert_eq!(*Attributes::default().value(), Value::NULL);
    }
}
