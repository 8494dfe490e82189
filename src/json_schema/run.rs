//! One validation: what it has spent, what it knows already, and where it is.

use super::budget::{Meter, TooCostly};
use super::instance::{Instance, Item};
use super::memo::Memo;
use super::node::{AnchorId, NodeId, ResourceId, Rule, Schema};

/// Steps before results are kept. Most validations end sooner, and so pay nothing for it.
const STEPS_BEFORE_MEMO: u64 = 2_000;

/// The scope of a validation that has entered no resource with dynamic anchors.
const OUTERMOST: u32 = 0;

/// A validation.
pub(super) struct Run<'s, 'm> {
    pub schema: &'s Schema,
    pub meter: &'m mut Meter,
    memo: Memo,
    /// The scope that the validation is in.
    scope: u32,
    scopes: Vec<Scope>,
    /// Circular nodes that are being held against places.
    open: Vec<(NodeId, u32, usize)>,
}

/// A resource with dynamic anchors, entered from another scope.
struct Scope {
    around: u32,
    resource: ResourceId,
}

impl<'s, 'm> Run<'s, 'm> {
    pub(super) fn new(schema: &'s Schema, meter: &'m mut Meter) -> Self {
        let (memo, scopes, open) = (Memo::default(), Vec::new(), Vec::new());
        Run { schema, meter, memo, scope: OUTERMOST, scopes, open }
    }

    /// Whether a value fits a node.
    pub(super) fn holds<'v, I: Instance<'v>>(&mut self, id: NodeId, item: Item<'v, I>) -> Result<bool, TooCostly> {
        let schema = self.schema;
        let node = &schema.nodes[id as usize];
        if node.rules.is_empty() {
            return Ok(true);
        }
        self.meter.charge(1)?;
        if let [rule @ Rule::Type(_)] = &*node.rules {
            // It goes no deeper, and there is nothing to keep of it.
            self.meter.descend()?;
            self.meter.ascend();
            return self.rule(id, rule, item);
        }
        let around = self.enter(id)?;
        let result = match item.place() {
            Some(place) if node.is_shared || node.is_circular => self.holds_once(id, item, place),
            _ => self.follows(id, item),
        };
        self.leave(around);
        result
    }

    /// The same, where the result may be known.
    fn holds_once<'v, I: Instance<'v>>(
        &mut self,
        id: NodeId,
        item: Item<'v, I>,
        place: usize,
    ) -> Result<bool, TooCostly> {
        let node = &self.schema.nodes[id as usize];
        let key = (id, self.scope, place);
        if let Some(known) = self.memo.get(&key) {
            return Ok(known);
        }
        if node.is_circular {
            // A schema that asks for itself asks for nothing more.
            if self.open.contains(&key) {
                return Ok(true);
            }
            self.open.push(key);
        }
        let result = self.follows(id, item);
        if node.is_circular {
            self.open.pop();
        }
        let result = result?;
        if node.is_shared && self.meter.spent() > STEPS_BEFORE_MEMO {
            self.memo.insert(key, result);
        }
        Ok(result)
    }

    fn follows<'v, I: Instance<'v>>(&mut self, id: NodeId, item: Item<'v, I>) -> Result<bool, TooCostly> {
        let schema = self.schema;
        for rule in &schema.nodes[id as usize].rules {
            if !self.rule(id, rule, item)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// One schema deeper; the scope to come back to.
    pub(super) fn enter(&mut self, id: NodeId) -> Result<u32, TooCostly> {
        self.meter.descend()?;
        let around = self.scope;
        let resource = self.schema.nodes[id as usize].resource;
        if self.schema.anchors.resources.get(resource as usize).is_some_and(|has| *has) {
            self.scope = self.scope_of(resource)?;
        }
        Ok(around)
    }

    pub(super) fn leave(&mut self, around: u32) {
        self.meter.ascend();
        self.scope = around;
    }

    /// The scope inside of this one. A resource that was entered before changes nothing: the outermost one counts.
    fn scope_of(&mut self, resource: ResourceId) -> Result<u32, TooCostly> {
        if self.around(self.scope).any(|known| known == resource) {
            return Ok(self.scope);
        }
        self.meter.charge_size(self.scopes.len(), 16)?;
        let known = self.scopes.iter().position(|scope| scope.around == self.scope && scope.resource == resource);
        let at = known.unwrap_or_else(|| {
            self.scopes.push(Scope { around: self.scope, resource });
            self.scopes.len() - 1
        });
        Ok(at as u32 + 1)
    }

    /// The resources of a scope, the innermost first.
    fn around(&self, scope: u32) -> impl Iterator<Item = ResourceId> {
        let at = |scope: u32| self.scopes.get((scope as usize).checked_sub(1)?);
        std::iter::successors(at(scope), move |inner| at(inner.around)).map(|scope| scope.resource)
    }

    /// The target of a dynamic anchor from here.
    pub(super) fn dynamic(&self, anchor: AnchorId, otherwise: NodeId) -> NodeId {
        let targets =
            self.around(self.scope).filter_map(|resource| self.schema.anchors.targets.get(&(resource, anchor)));
        targets.last().copied().unwrap_or(otherwise)
    }

    pub(super) fn scope(&self) -> u32 {
        self.scope
    }

    #[cfg(test)]
    pub(super) fn kept(&self) -> usize {
        self.memo.len()
    }
}
