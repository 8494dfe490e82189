//! A schema whose keywords are being read, and the shapes that keywords have.

use serde_json::{Map, Value};

use crate::json_schema::compile::Bad;
use crate::json_schema::documents::Found;
use crate::json_schema::draft::Draft;
use crate::json_schema::node::{Names, ResourceId};

/// Keywords that a draft without validation does not have.
const VALIDATING: [&str; 20] = [
    "type",
    "enum",
    "const",
    "multipleOf",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minContains",
    "maxContains",
    "minProperties",
    "maxProperties",
    "required",
    "dependentRequired",
];

/// The keywords of one schema.
pub(super) struct Source<'d> {
    members: &'d Map<String, Value>,
    pub draft: Draft,
    pub resource: ResourceId,
    validates: bool,
    place: String,
}

impl<'d> Source<'d> {
    pub(super) fn new(members: &'d Map<String, Value>, found: &Found<'d>, draft: Draft, validates: bool) -> Self {
        Source { members, draft, resource: found.resource, validates, place: found.place.clone() }
    }

    pub(super) fn get(&self, keyword: &str) -> Option<&'d Value> {
        if !self.validates && VALIDATING.contains(&keyword) {
            return None;
        }
        self.members.get(keyword)
    }

    /// Whether there are keywords that do more than name a type or describe.
    pub(super) fn has_more_than_type(&self) -> bool {
        self.members
            .keys()
            .any(|keyword| !matches!(keyword.as_str(), "type" | "title" | "description" | "default" | "enum"))
    }

    /// A keyword that came with a draft.
    pub(super) fn since(&self, draft: Draft, keyword: &str) -> Option<&'d Value> {
        if self.draft >= draft { self.get(keyword) } else { None }
    }

    /// The place of the schema.
    pub(super) fn here(&self) -> &str {
        &self.place
    }

    /// The place of a keyword.
    pub(super) fn place(&self, keyword: &str) -> String {
        format!("{}/{keyword}", self.place)
    }

    /// The place of a part of a keyword.
    pub(super) fn inside(&self, keyword: &str, name: &str) -> String {
        format!("{}/{keyword}/{}", self.place, name.replace('~', "~0").replace('/', "~1"))
    }

    pub(super) fn bad(&self, keyword: &str, what: &str) -> Bad {
        Bad { pointer: self.place(keyword), message: format!("`{keyword}` must be {what}") }
    }

    /// A whole number that is not negative; `2.0` is one.
    pub(super) fn count(&self, keyword: &str) -> Result<Option<u64>, Bad> {
        let Some(value) = self.get(keyword) else { return Ok(None) };
        let decimal = value.as_f64().filter(|number| number.fract() == 0.0 && *number >= 0.0);
        let count = value.as_u64().or_else(|| decimal.map(|number| number as u64));
        count.map(Some).ok_or_else(|| self.bad(keyword, "a whole number that is not negative"))
    }

    pub(super) fn text(&self, keyword: &str) -> Result<Option<&'d str>, Bad> {
        let value = self.get(keyword);
        value.map(|value| value.as_str().ok_or_else(|| self.bad(keyword, "a text"))).transpose()
    }

    pub(super) fn list(&self, keyword: &str) -> Result<Option<&'d [Value]>, Bad> {
        let value = self.get(keyword);
        value.map(|value| value.as_array().map(Vec::as_slice).ok_or_else(|| self.bad(keyword, "a list"))).transpose()
    }

    pub(super) fn map(&self, keyword: &str) -> Result<Option<&'d Map<String, Value>>, Bad> {
        let value = self.get(keyword);
        value.map(|value| value.as_object().ok_or_else(|| self.bad(keyword, "a map"))).transpose()
    }

    /// A list of names.
    pub(super) fn names(&self, keyword: &str, value: &Value) -> Result<Names, Bad> {
        let names = value.as_array().into_iter().flatten().map(|name| name.as_str().map(Box::from));
        let names = names.collect::<Option<Names>>().filter(|_| value.is_array());
        names.ok_or_else(|| self.bad(keyword, "a list of names"))
    }
}
