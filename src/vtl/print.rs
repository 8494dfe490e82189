//! Values as text.

use super::error::RenderError;
use super::heap::Origin;
use super::item::Item;
use super::java;
use super::render::Renderer;

// === impl Renderer ===

impl Renderer<'_> {
    /// A value as text, as Java's `toString` has it.
    pub(super) fn text(&mut self, item: &Item) -> Result<String, RenderError> {
        let mut out = String::new();
        self.write(item, &mut out)?;
        self.budget.spend_bytes(out.len())?;
        Ok(out)
    }

    pub(super) fn write(&mut self, item: &Item, out: &mut String) -> Result<(), RenderError> {
        self.budget.spend(1)?;
        if out.len() > self.limits.output {
            return Err(RenderError::new("the output of the template is too large"));
        }
        match item {
            Item::Null => {}
            Item::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
            Item::Integer(number) => out.push_str(itoa::Buffer::new().format(*number)),
            Item::Double(number) => out.push_str(&java::double(*number)),
            Item::Digits(text) | Item::Text(text) => out.push_str(text),
            Item::Json(value) if value.as_list().is_some() => value.view().write_json(out),
            Item::Json(_) => {
                let opened = self.heap.opened(item.clone(), &mut self.budget)?;
                self.write(&opened, out)?;
            }
            Item::List(list) if self.heap.list_origin(*list) == Origin::Json => {
                let value = self.heap.json(item, &mut self.budget)?;
                value.view().write_json(out);
            }
            Item::List(list) => self.write_list(*list, out)?,
            Item::Map(map) => self.write_map(*map, out)?,
            Item::Block(block) => {
                let block = block.clone();
                let text = self.block_text(&block)?;
                out.push_str(&text);
            }
            Item::Input | Item::Util => {}
        }
        Ok(())
    }

    fn write_list(&mut self, list: usize, out: &mut String) -> Result<(), RenderError> {
        self.budget.enter()?;
        out.push('[');
        for index in 0..self.heap.items(list).len() {
            if index > 0 {
                out.push_str(", ");
            }
            let item = self.heap.at(list, index, &mut self.budget)?;
            self.write_inner(&item, out)?;
        }
        out.push(']');
        self.budget.leave();
        Ok(())
    }

    fn write_map(&mut self, map: usize, out: &mut String) -> Result<(), RenderError> {
        self.budget.enter()?;
        let is_entry = self.heap.map_origin(map) == Origin::Entry;
        let count = self.heap.members(map).map_or(0, indexmap::IndexMap::len);
        if !is_entry {
            out.push('{');
        }
        for index in 0..count {
            let member = self.heap.members(map).and_then(|members| members.get_index(index));
            let Some((name, item)) = member.map(|(name, item)| (name.clone(), item.clone())) else { continue };
            // An entry is a map with its key and its value.
            match is_entry {
                true if index > 0 => out.push('='),
                true => {}
                false => {
                    out.push_str(if index > 0 { ", " } else { "" });
                    out.push_str(&name);
                    out.push('=');
                }
            }
            self.write_inner(&item, out)?;
        }
        if !is_entry {
            out.push('}');
        }
        self.budget.leave();
        Ok(())
    }

    /// Inside of a list or a map Java writes `null`.
    fn write_inner(&mut self, item: &Item, out: &mut String) -> Result<(), RenderError> {
        match item {
            Item::Null => {
                out.push_str("null");
                Ok(())
            }
            item => self.write(item, out),
        }
    }
}
