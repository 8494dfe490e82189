//! Whether values are the same, however each is kept, and how they show.

use std::fmt;
use std::sync::Arc;

use super::repr::{Repr, Value};
use super::view::{Kind, ValueRef};

impl PartialEq for ValueRef<'_> {
    /// The order of members does not count, and numbers are compared as [`super::Number`] compares them.
    fn eq(&self, other: &Self) -> bool {
        match (self.kind(), other.kind()) {
            (Kind::Null, Kind::Null) => true,
            (Kind::Bool(one), Kind::Bool(other)) => one == other,
            (Kind::Number(one), Kind::Number(other)) => one == other,
            (Kind::String(one), Kind::String(other)) => one == other,
            (Kind::Binary(one), Kind::Binary(other)) => one == other,
            (Kind::Xml(one), Kind::Xml(other)) => one == other,
            (Kind::List(one), Kind::List(other)) => {
                one.len() == other.len() && one.iter().zip(other.iter()).all(|(one, other)| one == other)
            }
            (Kind::Object(one), Kind::Object(other)) => {
                let same = |(name, value)| other.get(name).is_some_and(|other| other == value);
                one.len() == other.len() && one.iter().all(same)
            }
            _ => false,
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        ValueRef::from(self) == ValueRef::from(other)
    }
}

impl Value {
    /// Whether both are one value in memory, so that they need not be compared.
    pub fn is_shared_with(&self, other: &Value) -> bool {
        match (&self.0, &other.0) {
            (Repr::List(one), Repr::List(other)) => Arc::ptr_eq(one, other),
            (Repr::Object(one), Repr::Object(other)) => Arc::ptr_eq(one, other),
            (Repr::Binary(one), Repr::Binary(other)) => Arc::ptr_eq(one, other),
            (Repr::Xml(one), Repr::Xml(other)) => Arc::ptr_eq(one, other),
            (Repr::Shared(one), Repr::Shared(other)) => Arc::ptr_eq(one, other),
            (Repr::Read { node, json }, Repr::Read { node: place, json: other }) => {
                node == place && Arc::ptr_eq(json, other)
            }
            _ => false,
        }
    }
}

impl PartialEq<Value> for ValueRef<'_> {
    fn eq(&self, other: &Value) -> bool {
        *self == ValueRef::from(other)
    }
}

impl fmt::Debug for ValueRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind() {
            Kind::Binary(bytes) => write!(f, "{} bytes", bytes.len()),
            _ => f.write_str(&self.to_json()),
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        ValueRef::from(self).fmt(f)
    }
}
