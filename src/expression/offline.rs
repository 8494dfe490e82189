//! Variables without a request: a message, and what a file says.

use std::sync::Arc;

use super::{Builtin, Reference, Root, Scope, SetError, Storage};
use crate::value::{Kind, Value, ValueRef};

/// A message and variables for an expression that is evaluated outside of the gateway.
///
/// `message` and `request` are the message, other names are the variables, and a name that is no variable is a member of the body.
#[derive(Debug, Default)]
pub struct Offline {
    /// `body` and `headers`, with the names of headers in lower case.
    message: Value,
    variables: Value,
}

impl Offline {
    pub fn new(body: Value, headers: &[(String, String)], variables: Value) -> Self {
        let headers = headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), Value::from(value.as_str())));
        let message = Value::object([("body", body), ("headers", Value::object(headers))]);
        Offline { message, variables }
    }

    /// The body of the message.
    pub fn body(&self) -> Value {
        self.message.get("body").map(Value::from).unwrap_or_default()
    }

    fn find(&self, reference: &Reference) -> Option<ValueRef<'_>> {
        let name = match &reference.root {
            Root::Builtin(Builtin::Message | Builtin::Request) => {
                let is_header = reference.path.first().is_some_and(|first| &**first == "headers");
                return reference.path.iter().try_fold(self.message.view(), |value, segment| match is_header {
                    true => value.get(&segment.to_ascii_lowercase()),
                    false => value.get(segment),
                });
            }
            Root::Builtin(builtin) => builtin.name(),
            Root::Named(name) => name,
            Root::Slot(_) => return None,
        };
        let of_body = || self.message.get("body").and_then(|body| body.get(name));
        let root = self.variables.get(name).or_else(of_body)?;
        root.at(reference.path.iter().map(|segment| &**segment))
    }
}

impl Scope for Offline {
    fn get(&self, reference: &Reference) -> Value {
        self.find(reference).map(Value::from).unwrap_or_default()
    }

    fn text(&self, reference: &Reference) -> String {
        self.get(reference).to_text().into_owned()
    }

    fn set(&mut self, _: &Reference, _: Value) -> Result<(), SetError> {
        Ok(())
    }

    fn add(&mut self, _: &Reference, _: Value) -> Result<(), SetError> {
        Ok(())
    }

    fn clear(&mut self, _: &Reference) -> Result<(), SetError> {
        Ok(())
    }

    fn roots(&self) -> Vec<Arc<str>> {
        let members = self.variables.as_object().into_iter().flat_map(|members| members.iter());
        members.map(|(name, _)| Arc::from(name)).collect()
    }

    fn storage(&self, root: &Root) -> Storage {
        if !matches!(root, Root::Builtin(Builtin::Message | Builtin::Request)) {
            return Storage::Empty;
        }
        match self.body().kind() {
            Kind::Null => Storage::Empty,
            Kind::Xml(_) => Storage::Xml,
            _ => Storage::Json,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Jsonata, Resolved, parse_path};
    use super::*;

    #[test]
    fn names_are_found_in_the_message_the_variables_and_the_body() {
        let body = Value::parse_json(br#"{"items": [{"price": 3}, {"price": 7}], "id": 1}"#).unwrap();
        let variables = Value::parse_json(br#"{"id": 2}"#).unwrap();
        let scope = Offline::new(body, &[("X-Kind".to_owned(), "a".to_owned())], variables);
        for (text, expected) in [
            ("$sum(message.body.items.price)", "10"),
            ("items[price > 5].price", "7"),
            ("id", "2"),
            ("request.headers.`X-kind`", "\"a\""),
            ("nothing", "null"),
        ] {
            let mut resolve = |name: &str| parse_path(name).map(Resolved::Variable);
            let expression = Jsonata::compile(text, &mut resolve).unwrap();
            assert_eq!(expression.evaluate(&scope).unwrap().to_json(), expected, "{text}");
        }
    }
}
