//! Values of references, and assignments to them.

use super::error::RenderError;
use super::heap::{Members, Origin};
use super::item::Item;
use super::render::Renderer;
use super::tree::{Access, Reference};

// === impl Renderer ===

impl Renderer<'_> {
    /// The value of a reference.
    pub(super) fn reference(&mut self, reference: &Reference) -> Result<Item, RenderError> {
        let root = self.root(&reference.root)?;
        self.follow(root, &reference.steps)
    }

    fn follow(&mut self, from: Item, steps: &[Access]) -> Result<Item, RenderError> {
        let mut item = from;
        for step in steps {
            self.budget.spend(1)?;
            item = match step {
                Access::Member(name) => self.member(&item, name)?,
                Access::Index(index) => {
                    let index = self.value(index)?;
                    self.indexed(&item, &index)?
                }
                Access::Call(name, arguments) => {
                    let arguments = self.values(arguments)?;
                    self.method(&item, name, &arguments)?
                }
            };
            if item.is_null() {
                break;
            }
        }
        Ok(item)
    }

    /// A variable, or a root that every template has.
    pub(super) fn root(&mut self, name: &str) -> Result<Item, RenderError> {
        if let Some(item) = self.variables.get(name) {
            return Ok(item.clone());
        }
        let value = match name {
            "input" => return Ok(Item::Input),
            "util" => return Ok(Item::Util),
            "context" => self.roots.context(),
            "stageVariables" => self.roots.stage_variables(),
            _ => return Ok(Item::Null),
        };
        let item = self.heap.opened(Item::of_json(value.view()), &mut self.budget)?;
        if let ("context", Item::Map(map)) = (name, &item) {
            self.add_overrides(*map)?;
        }
        self.variables.insert(name.into(), item.clone());
        Ok(item)
    }

    /// The maps that overrides are set in.
    fn add_overrides(&mut self, context: usize) -> Result<(), RenderError> {
        for (side, groups) in
            [("requestOverride", &["header", "path", "querystring"][..]), ("responseOverride", &["header"])]
        {
            let mut map = self.heap.member(context, side, &mut self.budget)?;
            if map.is_null() {
                map = self.heap.map(Members::new(), Origin::Template, &mut self.budget)?;
                self.heap.put(context, side.into(), map.clone(), &mut self.budget)?;
            }
            let Item::Map(map) = map else { continue };
            for group in groups {
                if self.heap.member(map, group, &mut self.budget)?.is_null() {
                    let empty = self.heap.map(Members::new(), Origin::Template, &mut self.budget)?;
                    self.heap.put(map, (*group).into(), empty, &mut self.budget)?;
                }
            }
        }
        Ok(())
    }

    /// Sets a variable, a member or an item.
    pub(super) fn assign(&mut self, target: &Reference, value: Item) -> Result<(), RenderError> {
        // In Velocity 1.7 null leaves the old value.
        if value.is_null() {
            return Ok(());
        }
        let Some((last, before)) = target.steps.split_last() else {
            self.budget.hold(target.root.len())?;
            self.variables.insert((&*target.root).into(), value);
            return Ok(());
        };
        self.note_override(target)?;
        let root = self.root(&target.root)?;
        let owner = self.follow(root, before)?;
        let owner = self.heap.opened(owner, &mut self.budget)?;
        let index = match last {
            Access::Member(name) => Item::text(name),
            Access::Index(index) => self.value(index)?,
            Access::Call(..) => return Ok(()),
        };
        match owner {
            Item::Map(map) => {
                let name = self.text(&index)?;
                self.heap.put(map, name.into(), value, &mut self.budget)?;
            }
            Item::List(list) => {
                let place = index.index().and_then(|index| self.heap.items_mut(list)?.get_mut(index));
                if let Some(place) = place {
                    *place = value;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// AWS fails where an override is set twice.
    fn note_override(&mut self, target: &Reference) -> Result<(), RenderError> {
        let is_override = matches!(target.steps.first(), Some(Access::Member(name)) if name.ends_with("Override"));
        if &*target.root != "context" || !is_override {
            return Ok(());
        }
        let name = target.source.replace(['!', '{', '}'], "");
        if self.overridden.contains(&name) {
            return Err(RenderError::new(format!("`{name}` is set twice")));
        }
        self.budget.spend(1 + self.overridden.len())?;
        self.overridden.push(name);
        Ok(())
    }
}
