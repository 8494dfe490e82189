//! Keywords that hold other schemas against the same place.

use serde_json::{Map, Value};

use super::source::Source;
use crate::json_schema::compile::{Bad, Compiler};
use crate::json_schema::documents::Found;
use crate::json_schema::draft::Draft;
use crate::json_schema::node::{ANYTHING, Choice, Discriminator, Named, NodeId, Rule};

/// Bytes of a schema under `not` that a message shows.
const SHOWN: usize = 200;

/// The groups of keywords that a schema has. Most schemas have few, and nothing is looked up for the other groups.
#[derive(Default)]
struct About {
    values: bool,
    items: bool,
    members: bool,
    combinations: bool,
}

impl About {
    fn of(keywords: &Map<String, Value>) -> Self {
        let mut about = About::default();
        for keyword in keywords.keys() {
            match keyword.as_str() {
                "title" | "description" | "default" | "examples" => {}
                "items" | "prefixItems" | "additionalItems" | "unevaluatedItems" | "contains" | "minItems"
                | "maxItems" | "uniqueItems" => about.items = true,
                "properties"
                | "patternProperties"
                | "additionalProperties"
                | "unevaluatedProperties"
                | "required"
                | "propertyNames"
                | "minProperties"
                | "maxProperties"
                | "dependencies"
                | "dependentRequired"
                | "dependentSchemas" => about.members = true,
                "allOf" | "anyOf" | "oneOf" | "not" | "if" => about.combinations = true,
                _ => about.values = true,
            }
        }
        about
    }
}

impl<'d> Compiler<'d> {
    /// The rules of a schema.
    pub(in crate::json_schema) fn rules(&mut self, found: &Found<'d>) -> Result<Vec<Rule>, Bad> {
        let members = match found.value {
            Value::Bool(true) => return Ok(Vec::new()),
            Value::Bool(false) => return Ok(vec![Rule::Never]),
            Value::Object(members) => members,
            _ => {
                let message = "a schema must be a map, or `true` or `false`".to_owned();
                return Err(Bad { pointer: found.place.clone(), message });
            }
        };
        let resource = self.documents.resource(found.resource);
        let source = Source::new(members, found, resource.draft, resource.validates);
        let mut rules = Vec::new();
        self.references(&source, &mut rules)?;
        if source.draft.ref_is_alone() && members.get("$ref").is_some_and(Value::is_string) {
            return Ok(rules);
        }
        let about = About::of(members);
        if about.values {
            self.values(&source, &mut rules)?;
        }
        if about.items {
            self.items(&source, &mut rules)?;
        }
        if about.members {
            self.members(&source, &mut rules)?;
        }
        if about.combinations {
            self.combinations(&source, &mut rules)?;
        }
        Ok(rules)
    }

    fn references(&mut self, source: &Source<'d>, rules: &mut Vec<Rule>) -> Result<(), Bad> {
        if let Some(reference) = source.text("$ref")? {
            rules.push(Rule::Ref(self.referred(reference, source)?.0));
        }
        if source.draft == Draft::Draft201909
            && let Some(reference) = source.text("$recursiveRef")?
        {
            let (node, found) = self.referred(reference, source)?;
            let is_dynamic = self.documents.resource(found.resource).dynamic.contains_key("");
            rules.push(match is_dynamic {
                true => Rule::DynamicRef { anchor: self.anchor(""), otherwise: node },
                false => Rule::Ref(node),
            });
        }
        if source.draft >= Draft::Draft202012
            && let Some(reference) = source.text("$dynamicRef")?
        {
            let (node, found) = self.referred(reference, source)?;
            let name = reference.rsplit_once('#').map_or("", |(_, name)| name);
            let known = self.documents.resource(found.resource).dynamic.get_key_value(name).map(|(name, _)| *name);
            rules.push(match known {
                Some(name) => Rule::DynamicRef { anchor: self.anchor(name), otherwise: node },
                None => Rule::Ref(node),
            });
        }
        Ok(())
    }

    fn referred(&mut self, reference: &str, source: &Source<'d>) -> Result<(NodeId, Found<'d>), Bad> {
        let found = self.resolve(reference, source.resource, source.here())?;
        let node = self.node(found.value, found.resource, found.place.clone())?;
        Ok((node, found))
    }

    fn combinations(&mut self, source: &Source<'d>, rules: &mut Vec<Rule>) -> Result<(), Bad> {
        if source.get("allOf").is_some() {
            rules.push(Rule::All(self.nodes(source, "allOf")?));
        }
        if source.get("anyOf").is_some() {
            rules.push(Rule::Any(self.choice(source, "anyOf")?));
        }
        if source.get("oneOf").is_some() {
            rules.push(Rule::One(self.choice(source, "oneOf")?));
        }
        if let (Some(node), Some(value)) = (self.one(source, "not")?, source.get("not")) {
            let shown = value.to_string();
            let shown = if shown.len() > SHOWN { "the schema under `not`".to_owned() } else { shown };
            rules.push(Rule::Not(node, shown.into()));
        }
        if source.since(Draft::Draft7, "if").is_some()
            && let Some(condition) = self.one(source, "if")?
        {
            let then = self.one(source, "then")?.unwrap_or(ANYTHING);
            let otherwise = self.one(source, "else")?.unwrap_or(ANYTHING);
            rules.push(Rule::If { condition, then, otherwise });
        }
        Ok(())
    }

    fn choice(&mut self, source: &Source<'d>, keyword: &str) -> Result<Box<Choice>, Bad> {
        let branches = self.nodes(source, keyword)?;
        let discriminator = match source.get("discriminator").filter(|_| self.options.discriminator) {
            Some(value) => self.discriminator(source, value)?,
            None => None,
        };
        Ok(Box::new(Choice { branches, discriminator }))
    }

    fn discriminator(&mut self, source: &Source<'d>, value: &'d Value) -> Result<Option<Discriminator>, Bad> {
        let property = value.get("propertyName").and_then(Value::as_str);
        let mapping = value.get("mapping").and_then(Value::as_object).filter(|mapping| !mapping.is_empty());
        let (Some(property), Some(mapping)) = (property, mapping) else { return Ok(None) };
        Ok(Some(Discriminator { property: property.into(), mapping: self.mapping(source, mapping)? }))
    }

    fn mapping(&mut self, source: &Source<'d>, mapping: &'d Map<String, Value>) -> Result<Named<NodeId>, Bad> {
        let mut all = Vec::with_capacity(mapping.len());
        for (text, reference) in mapping {
            let reference = reference.as_str().ok_or_else(|| source.bad("discriminator", "a map with references"))?;
            all.push((Box::from(text.as_str()), self.referred(reference, source)?.0));
        }
        all.sort();
        Ok(all.into())
    }
}
