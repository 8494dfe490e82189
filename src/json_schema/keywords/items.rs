//! Keywords about lists.

use serde_json::Value;

use super::source::Source;
use crate::json_schema::compile::{Bad, Compiler};
use crate::json_schema::draft::Draft;
use crate::json_schema::node::{Contains, Named, NodeId, Rule};

impl<'d> Compiler<'d> {
    pub(super) fn items(&mut self, source: &Source<'d>, rules: &mut Vec<Rule>) -> Result<(), Bad> {
        rules.extend(source.count("minItems")?.map(Rule::MinItems));
        rules.extend(source.count("maxItems")?.map(Rule::MaxItems));
        match source.get("uniqueItems") {
            None | Some(Value::Bool(false)) => {}
            Some(Value::Bool(true)) => rules.push(Rule::UniqueItems),
            Some(_) => return Err(source.bad("uniqueItems", "`true` or `false`")),
        }
        let (first, rest) = match source.draft {
            Draft::Draft202012 => ("prefixItems", "items"),
            _ => ("items", "additionalItems"),
        };
        match source.get(first) {
            Some(Value::Array(_)) => {
                let nodes = self.nodes(source, first)?;
                let from = nodes.len();
                rules.push(Rule::PrefixItems(nodes));
                if let Some(node) = self.one(source, rest)? {
                    rules.push(Rule::Items { from, node });
                }
            }
            Some(_) if first == "prefixItems" => return Err(source.bad(first, "a list")),
            // `additionalItems` means nothing without a list.
            _ => {
                if let Some(node) = self.one(source, "items")? {
                    rules.push(Rule::Items { from: 0, node });
                }
            }
        }
        if source.since(Draft::Draft6, "contains").is_some()
            && let Some(node) = self.one(source, "contains")?
        {
            let counts = source.draft >= Draft::Draft201909;
            let min = if counts { source.count("minContains")?.unwrap_or(1) } else { 1 };
            let max = if counts { source.count("maxContains")? } else { None };
            let evaluates = source.draft >= Draft::Draft202012;
            rules.push(Rule::Contains(Contains { node, min, max, evaluates }));
        }
        if source.since(Draft::Draft201909, "unevaluatedItems").is_some()
            && let Some(node) = self.one(source, "unevaluatedItems")?
        {
            rules.push(Rule::UnevaluatedItems(node));
        }
        Ok(())
    }

    /// The node of a keyword that holds one schema.
    pub(super) fn one(&mut self, source: &Source<'d>, keyword: &str) -> Result<Option<NodeId>, Bad> {
        let value = source.get(keyword);
        value.map(|value| self.node(value, source.resource, source.place(keyword))).transpose()
    }

    /// The nodes of a keyword that holds a list of schemas.
    pub(super) fn nodes(&mut self, source: &Source<'d>, keyword: &str) -> Result<Box<[NodeId]>, Bad> {
        let list = source.list(keyword)?.unwrap_or_default().iter().enumerate();
        list.map(|(at, value)| self.node(value, source.resource, source.inside(keyword, &at.to_string()))).collect()
    }

    /// The nodes of a keyword that holds schemas by name, sorted.
    pub(super) fn named(&mut self, source: &Source<'d>, keyword: &str) -> Result<Option<Named<NodeId>>, Bad> {
        let Some(map) = source.map(keyword)? else { return Ok(None) };
        let all = map.iter().map(|(name, value)| {
            let node = self.node(value, source.resource, source.inside(keyword, name))?;
            Ok((Box::from(name.as_str()), node))
        });
        let mut all = all.collect::<Result<Vec<(Box<str>, NodeId)>, Bad>>()?;
        all.sort();
        Ok(Some(all.into()))
    }
}
