//! Variables for tests: a tree, read as the gateway reads its own.

use std::sync::Arc;

use super::{Builtin, Reference, Resolved, Root, Scope, SetError, Storage, parse_path};
use crate::value::{Value, ValueRef};

/// Variables below their names. Headers are in lower case, as in a message.
pub(super) struct TestScope {
    pub root: Value,
    /// Lend texts, as the gateway does.
    pub lends: bool,
}

impl TestScope {
    pub(super) fn new(json: &str) -> Self {
        TestScope { root: Value::parse_json(json.as_bytes()).unwrap(), lends: true }
    }

    fn find(&self, reference: &Reference) -> Option<ValueRef<'_>> {
        let (name, is_message) = match &reference.root {
            Root::Named(name) => (&**name, false),
            Root::Slot(_) => return None,
            Root::Builtin(builtin) => (builtin.name(), matches!(builtin, Builtin::Message | Builtin::Request)),
        };
        let is_headers = is_message && reference.path.first().is_some_and(|first| &**first == "headers");
        reference.path.iter().try_fold(self.root.get(name)?, |value, segment| match is_headers {
            true => value.get(&segment.to_lowercase()),
            false => value.get(segment),
        })
    }
}

impl Scope for TestScope {
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
        let Some(members) = self.root.as_object() else { return Vec::new() };
        members.iter().map(|(name, _)| name).filter(|name| Builtin::named(name).is_none()).map(Arc::from).collect()
    }

    fn borrowed(&self, reference: &Reference) -> Option<&str> {
        self.find(reference).and_then(ValueRef::as_str).filter(|_| self.lends)
    }

    fn storage(&self, root: &Root) -> Storage {
        match root {
            Root::Builtin(Builtin::Message) => Storage::Json,
            Root::Builtin(Builtin::Request) => Storage::Stream,
            _ => Storage::Empty,
        }
    }
}

/// Every name is a variable, apart from two properties.
pub(super) fn resolve(name: &str) -> Result<Resolved, String> {
    match name {
        "host" | "api.properties.host" => Ok(Resolved::Constant("http://h".into())),
        "limits" => Ok(Resolved::Constant(Value::parse_json(br#"{"low":1,"list":[1,2],"nothing":null}"#).unwrap())),
        "forbidden" => Err("no such luck".to_owned()),
        name => parse_path(name).map(Resolved::Variable),
    }
}

/// An example of a request.
pub(super) fn request() -> TestScope {
    TestScope::new(
        r#"{"request":{"verb":"GET","path":"/v1/items/7","querystring":"q=a%20b&tag=1&tag=2&empty",
                       "headers":{"content-type":"application/json","set":"true"},
                       "parameters":{"id":"7","q":"a%20b","tag":["1","2"],"empty":""}},
            "message":{"body":{"type":"x","SmsStatus":"sent","items":[{"n":1,"p":"a"},{"n":2,"p":"b"}],"nothing":null},
                       "headers":{"content-type":"text/plain","x-a":"1"},"status":{"code":200,"reason":"OK"}},
            "api":{"name":"items","operation":{"id":"getItem","path":"/items/{id}"},"properties":{"other":"o"}},
            "order":{"body":{"total":12.5},"headers":{"X-Order":"7"}},
            "tokenFoundInCache":"true"}"#,
    )
}
