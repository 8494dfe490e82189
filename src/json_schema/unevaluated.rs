//! `unevaluatedItems` and `unevaluatedProperties`: what is left when everything else at a place has looked.

use super::budget::TooCostly;
use super::instance::{Instance, Item};
use super::node::{Choice, NodeId, Properties, Rule};
use super::rules::Chosen;
use super::run::Run;

/// The evaluated items or members, by their positions.
pub(super) struct Marks {
    seen: Vec<bool>,
    /// Nodes whose marks are in already.
    visited: Vec<(NodeId, u32)>,
}

impl Marks {
    fn new(count: usize) -> Self {
        Marks { seen: vec![false; count], visited: Vec::new() }
    }

    /// The positions that nothing looked at.
    pub(super) fn left(&self) -> impl Iterator<Item = usize> {
        self.seen.iter().enumerate().filter(|(_, seen)| !**seen).map(|(at, _)| at)
    }

    fn all(&mut self) {
        self.seen.fill(true);
    }
}

impl Run<'_, '_> {
    pub(super) fn unevaluated_items<'v, I: Instance<'v>>(
        &mut self,
        owner: NodeId,
        rest: NodeId,
        item: Item<'v, I>,
    ) -> Result<bool, TooCostly> {
        let Some((list, count)) = item.items() else { return Ok(true) };
        let marks = self.marks(owner, item, count)?;
        for (item, seen) in list.items().zip(&marks.seen) {
            if !seen && !self.holds(rest, Item::Value(item))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    pub(super) fn unevaluated_properties<'v, I: Instance<'v>>(
        &mut self,
        owner: NodeId,
        rest: NodeId,
        item: Item<'v, I>,
    ) -> Result<bool, TooCostly> {
        let Some((value, count)) = item.object() else { return Ok(true) };
        let marks = self.marks(owner, item, count)?;
        for ((_, member), seen) in value.members().zip(&marks.seen) {
            if !seen && !self.holds(rest, Item::Value(member))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The items or members that the rules of a node evaluate, without the rule that asks.
    pub(super) fn marks<'v, I: Instance<'v>>(
        &mut self,
        owner: NodeId,
        item: Item<'v, I>,
        count: usize,
    ) -> Result<Marks, TooCostly> {
        self.meter.charge_size(count, 8)?;
        let mut marks = Marks::new(count);
        let schema = self.schema;
        for rule in &schema.nodes[owner as usize].rules {
            if !matches!(rule, Rule::UnevaluatedItems(_) | Rule::UnevaluatedProperties(_)) {
                self.mark(rule, item, &mut marks)?;
            }
        }
        Ok(marks)
    }

    /// Adds what a node looks at that the value fits.
    fn mark_node<'v, I: Instance<'v>>(
        &mut self,
        id: NodeId,
        item: Item<'v, I>,
        marks: &mut Marks,
    ) -> Result<(), TooCostly> {
        self.meter.charge(1)?;
        let around = self.enter(id)?;
        let key = (id, self.scope());
        let mut result = Ok(());
        if !marks.visited.contains(&key) {
            self.meter.charge_size(marks.visited.len(), 16)?;
            marks.visited.push(key);
            let schema = self.schema;
            let rules = &schema.nodes[id as usize].rules;
            result = rules.iter().try_for_each(|rule| self.mark(rule, item, marks));
        }
        self.leave(around);
        result
    }

    fn mark<'v, I: Instance<'v>>(
        &mut self,
        rule: &Rule,
        item: Item<'v, I>,
        marks: &mut Marks,
    ) -> Result<(), TooCostly> {
        match rule {
            Rule::Ref(node) => self.mark_node(*node, item, marks),
            Rule::DynamicRef { anchor, otherwise } => self.mark_node(self.dynamic(*anchor, *otherwise), item, marks),
            Rule::All(nodes) => nodes.iter().try_for_each(|node| self.mark_node(*node, item, marks)),
            Rule::Any(choice) | Rule::One(choice) => self.mark_choice(choice, item, marks),
            Rule::If { condition, then, otherwise } => match self.holds(*condition, item)? {
                true => {
                    self.mark_node(*condition, item, marks)?;
                    self.mark_node(*then, item, marks)
                }
                false => self.mark_node(*otherwise, item, marks),
            },
            Rule::DependentSchemas(all) => all.iter().try_for_each(|(name, node)| {
                let is_there = item.object().is_some_and(|(value, _)| value.member(name).is_some());
                if is_there { self.mark_node(*node, item, marks) } else { Ok(()) }
            }),
            _ if item.items().is_some() => self.mark_items(rule, item, marks),
            _ => self.mark_members(rule, item, marks),
        }
    }

    fn mark_choice<'v, I: Instance<'v>>(
        &mut self,
        choice: &Choice,
        item: Item<'v, I>,
        marks: &mut Marks,
    ) -> Result<(), TooCostly> {
        match choice.chosen(item) {
            Chosen::Branch(node) => self.mark_node(node, item, marks),
            Chosen::Unknown => Ok(()),
            Chosen::Any => choice.branches.iter().try_for_each(|node| match self.holds(*node, item)? {
                true => self.mark_node(*node, item, marks),
                false => Ok(()),
            }),
        }
    }

    fn mark_items<'v, I: Instance<'v>>(
        &mut self,
        rule: &Rule,
        item: Item<'v, I>,
        marks: &mut Marks,
    ) -> Result<(), TooCostly> {
        let Some((list, _)) = item.items() else { return Ok(()) };
        match rule {
            Rule::PrefixItems(nodes) => marks.seen.iter_mut().take(nodes.len()).for_each(|seen| *seen = true),
            Rule::Items { .. } | Rule::UnevaluatedItems(_) => marks.all(),
            Rule::Contains(contains) if contains.evaluates => {
                for (item, seen) in list.items().zip(&mut marks.seen) {
                    *seen = *seen || self.holds(contains.node, Item::Value(item))?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn mark_members<'v, I: Instance<'v>>(
        &mut self,
        rule: &Rule,
        item: Item<'v, I>,
        marks: &mut Marks,
    ) -> Result<(), TooCostly> {
        match rule {
            Rule::UnevaluatedProperties(_) => marks.all(),
            Rule::Properties(properties) if properties.others.is_some() => marks.all(),
            Rule::Properties(properties) => return self.mark_known(properties, item, marks),
            _ => {}
        }
        Ok(())
    }

    fn mark_known<'v, I: Instance<'v>>(
        &mut self,
        properties: &Properties,
        item: Item<'v, I>,
        marks: &mut Marks,
    ) -> Result<(), TooCostly> {
        let Some((value, _)) = item.object() else { return Ok(()) };
        for ((name, _), seen) in value.members().zip(&mut marks.seen) {
            self.meter.charge(1)?;
            *seen = *seen || properties.named(name).is_some();
            for (pattern, _) in &properties.patterns {
                *seen = *seen || pattern.is_match(name, self.meter)?;
            }
        }
        Ok(())
    }
}
