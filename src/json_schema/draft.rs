//! The drafts of JSON Schema, and where each has schemas inside of schemas.

use serde_json::Value;

/// A draft of JSON Schema, the oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Draft {
    Draft4,
    Draft6,
    Draft7,
    Draft201909,
    Draft202012,
}

/// The kind of schemas that a keyword holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    Schema,
    Schemas,
    /// A schema, or a list of them.
    SchemaOrSchemas,
    /// Schemas by name; among those of `dependencies` are lists of names.
    Named,
}

impl Draft {
    /// The draft that `$schema` names.
    pub fn named(uri: &str) -> Option<Self> {
        let names = [
            ("draft-04/schema", Draft::Draft4),
            ("draft-06/schema", Draft::Draft6),
            ("draft-07/schema", Draft::Draft7),
            ("2019-09/schema", Draft::Draft201909),
            ("2020-12/schema", Draft::Draft202012),
        ];
        let known = |name: &str| uri.trim_end_matches('#').ends_with(name) && uri.contains("json-schema.org/");
        names.into_iter().find(|(name, _)| known(name)).map(|(_, draft)| draft)
    }

    /// Whether nothing next to `$ref` counts.
    pub(super) fn ref_is_alone(self) -> bool {
        self <= Draft::Draft7
    }

    /// The keyword that names a schema.
    pub(super) fn id_keyword(self) -> &'static str {
        if self == Draft::Draft4 { "id" } else { "$id" }
    }

    /// The name that a schema gives itself. One next to `$ref`, where nothing else counts, is none.
    pub(super) fn id(self, schema: &Value) -> Option<&str> {
        let alone = self.ref_is_alone() && schema.get("$ref").is_some_and(Value::is_string);
        if alone { None } else { schema.get(self.id_keyword())?.as_str() }
    }

    /// The kind of schemas that a keyword holds; `None` if it holds none, or the draft does not know it.
    pub(super) fn holds(self, keyword: &str) -> Option<Holds> {
        let (first, last, holds) = match keyword {
            "additionalProperties" | "not" => (Draft::Draft4, Draft::Draft202012, Holds::Schema),
            "additionalItems" => (Draft::Draft4, Draft::Draft201909, Holds::Schema),
            "items" if self == Draft::Draft202012 => (Draft::Draft4, Draft::Draft202012, Holds::Schema),
            "items" => (Draft::Draft4, Draft::Draft202012, Holds::SchemaOrSchemas),
            "contains" | "propertyNames" => (Draft::Draft6, Draft::Draft202012, Holds::Schema),
            "if" | "then" | "else" => (Draft::Draft7, Draft::Draft202012, Holds::Schema),
            "unevaluatedProperties" | "unevaluatedItems" | "contentSchema" => {
                (Draft::Draft201909, Draft::Draft202012, Holds::Schema)
            }
            "allOf" | "anyOf" | "oneOf" => (Draft::Draft4, Draft::Draft202012, Holds::Schemas),
            "prefixItems" => (Draft::Draft202012, Draft::Draft202012, Holds::Schemas),
            "properties" | "patternProperties" | "definitions" | "dependencies" => {
                (Draft::Draft4, Draft::Draft202012, Holds::Named)
            }
            "$defs" | "dependentSchemas" => (Draft::Draft201909, Draft::Draft202012, Holds::Named),
            _ => return None,
        };
        (first <= self && self <= last).then_some(holds)
    }

    /// The schemas that are directly inside of a schema.
    pub(super) fn inside(self, schema: &Value) -> impl Iterator<Item = &Value> {
        let members = schema.as_object().into_iter().flatten();
        members.flat_map(move |(keyword, value)| {
            let (one, list, named) = match self.holds(keyword) {
                Some(Holds::Schema) => (Some(value), None, None),
                Some(Holds::Schemas) => (None, value.as_array(), None),
                Some(Holds::SchemaOrSchemas) => (Some(value), value.as_array(), None),
                Some(Holds::Named) => (None, None, value.as_object()),
                None => (None, None, None),
            };
            one.into_iter().chain(list.into_iter().flatten()).chain(named.into_iter().flat_map(|map| map.values()))
        })
    }
}
