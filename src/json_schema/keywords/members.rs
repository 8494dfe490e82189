//! Keywords about objects.

use serde_json::Value;

use super::source::Source;
use crate::json_schema::compile::{Bad, Compiler};
use crate::json_schema::draft::Draft;
use crate::json_schema::node::{NodeId, Others, Properties, Rule};
use crate::json_schema::pattern::Pattern;

impl<'d> Compiler<'d> {
    pub(super) fn members(&mut self, source: &Source<'d>, rules: &mut Vec<Rule>) -> Result<(), Bad> {
        rules.extend(source.count("minProperties")?.map(Rule::MinProperties));
        rules.extend(source.count("maxProperties")?.map(Rule::MaxProperties));
        if let Some(value) = source.get("required") {
            rules.push(Rule::Required(source.names("required", value)?));
        }
        let named = self.named(source, "properties")?;
        let patterns = self.by_pattern(source)?;
        let others = match source.get("additionalProperties") {
            Some(Value::Bool(false)) => Some(Others::Forbidden),
            Some(_) => self.one(source, "additionalProperties")?.map(Others::Fit),
            None => None,
        };
        if named.is_some() || !patterns.is_empty() || others.is_some() {
            let named = named.unwrap_or_default();
            rules.push(Rule::Properties(Box::new(Properties { named, patterns, others })));
        }
        if source.since(Draft::Draft6, "propertyNames").is_some() {
            rules.extend(self.one(source, "propertyNames")?.map(Rule::PropertyNames));
        }
        self.dependencies(source, rules)?;
        if source.since(Draft::Draft201909, "unevaluatedProperties").is_some() {
            rules.extend(self.one(source, "unevaluatedProperties")?.map(Rule::UnevaluatedProperties));
        }
        Ok(())
    }

    fn by_pattern(&mut self, source: &Source<'d>) -> Result<Box<[(Pattern, NodeId)]>, Bad> {
        let map = source.map("patternProperties")?.into_iter().flatten();
        let all = map.map(|(text, value)| {
            let pattern = self.pattern(source, "patternProperties", text)?;
            Ok((pattern, self.node(value, source.resource, source.inside("patternProperties", text))?))
        });
        all.collect()
    }

    /// The demands of members on their object if they are present.
    fn dependencies(&mut self, source: &Source<'d>, rules: &mut Vec<Rule>) -> Result<(), Bad> {
        let (mut names, mut schemas) = (Vec::new(), Vec::new());
        if source.since(Draft::Draft201909, "dependentRequired").is_some() {
            for (name, value) in source.map("dependentRequired")?.into_iter().flatten() {
                names.push((name.as_str().into(), source.names("dependentRequired", value)?));
            }
        }
        if source.since(Draft::Draft201909, "dependentSchemas").is_some() {
            schemas.extend(self.named(source, "dependentSchemas")?.unwrap_or_default());
        }
        for (name, value) in source.map("dependencies")?.into_iter().flatten() {
            match value {
                Value::Array(_) => names.push((name.as_str().into(), source.names("dependencies", value)?)),
                _ => {
                    let node = self.node(value, source.resource, source.inside("dependencies", name))?;
                    schemas.push((name.as_str().into(), node));
                }
            }
        }
        if !names.is_empty() {
            rules.push(Rule::DependentRequired(names.into()));
        }
        if !schemas.is_empty() {
            rules.push(Rule::DependentSchemas(schemas.into()));
        }
        Ok(())
    }
}
