//! The run of a template.

use std::collections::HashMap;
use std::sync::Arc;

use regex::Regex;

use super::budget::{Budget, Limits};
use super::error::RenderError;
use super::heap::{Heap, Members, Origin};
use super::item::Item;
use super::roots::Roots;
use super::tree::{Block, Expression, Node, Reference, Tree};
use crate::value::Value;

/// The output of a template.
#[derive(Debug)]
pub struct Rendered {
    pub text: String,
    /// `requestOverride` and `responseOverride` of `$context`, after the template.
    pub overrides: Value,
}

/// The state of a rendering.
pub(super) struct Renderer<'t> {
    tree: &'t Tree,
    pub roots: &'t dyn Roots,
    pub limits: &'t Limits,
    pub budget: Budget,
    pub heap: Heap,
    /// The variables; those of macros and loops are put back at their end.
    pub variables: HashMap<Arc<str>, Item>,
    out: String,
    /// The payload as JSON; `None` inside where it is something else.
    pub payload: Option<Option<Value>>,
    pub patterns: HashMap<Arc<str>, Option<Regex>>,
    /// The overrides that this template has set.
    pub overridden: Vec<String>,
}

/// The reason why a block ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    Break,
    Stop,
}

// === impl Renderer ===

impl<'t> Renderer<'t> {
    pub(super) fn new(tree: &'t Tree, roots: &'t dyn Roots, limits: &'t Limits) -> Self {
        Renderer {
            tree,
            roots,
            limits,
            budget: Budget::new(limits),
            heap: Heap::default(),
            variables: HashMap::new(),
            out: String::new(),
            payload: None,
            patterns: HashMap::new(),
            overridden: Vec::new(),
        }
    }

    pub(super) fn run(mut self) -> Result<Rendered, RenderError> {
        self.block(&self.tree.root)?;
        let context = self.root("context")?;
        let mut overrides = Vec::new();
        for side in ["requestOverride", "responseOverride"] {
            if let Item::Map(map) = context {
                let item = self.heap.member(map, side, &mut self.budget)?;
                overrides.push((side, self.heap.json(&item, &mut self.budget)?));
            }
        }
        Ok(Rendered { text: self.out, overrides: Value::object(overrides) })
    }

    fn block(&mut self, block: &[Node]) -> Result<Flow, RenderError> {
        self.budget.enter()?;
        for node in block {
            let flow = self.node(node)?;
            if flow != Flow::On {
                self.budget.leave();
                return Ok(flow);
            }
        }
        self.budget.leave();
        Ok(Flow::On)
    }

    fn node(&mut self, node: &Node) -> Result<Flow, RenderError> {
        self.budget.spend(1)?;
        match node {
            Node::Text(text) => self.print(text)?,
            Node::Print(reference) => {
                let item = self.reference(reference)?;
                self.print_item(&item)?;
            }
            Node::Escaped { backslashes, reference } => self.escaped(*backslashes, reference)?,
            Node::Set { target, value } => {
                let value = self.value(value)?;
                self.assign(target, value)?;
            }
            Node::If { arms, otherwise } => {
                for (condition, block) in arms {
                    if self.value(condition)?.is_true() {
                        return self.block(block);
                    }
                }
                if let Some(block) = otherwise {
                    return self.block(block);
                }
            }
            Node::Foreach { variable, list, body } => return self.foreach(variable, list, body),
            Node::Call { name, arguments, body } => return self.call(name, arguments, body.as_ref()),
            Node::Define { name, body } => {
                self.variables.insert((&**name).into(), Item::Block(body.clone()));
            }
            Node::Break => return Ok(Flow::Break),
            Node::Stop => return Ok(Flow::Stop),
        }
        Ok(Flow::On)
    }

    fn print(&mut self, text: &str) -> Result<(), RenderError> {
        if self.out.len() + text.len() > self.limits.output {
            return Err(RenderError::new("the output of the template is too large"));
        }
        self.budget.spend_bytes(text.len())?;
        self.out.push_str(text);
        Ok(())
    }

    fn print_item(&mut self, item: &Item) -> Result<(), RenderError> {
        match item {
            Item::Text(text) => {
                let text = text.clone();
                self.print(&text)
            }
            item => {
                let text = self.text(item)?;
                self.print(&text)
            }
        }
    }

    /// A reference after backslashes. Before a variable that is not there they stay.
    fn escaped(&mut self, backslashes: usize, reference: &Reference) -> Result<(), RenderError> {
        let is_there = !self.root(&reference.root)?.is_null();
        if !is_there && backslashes % 2 == 1 {
            self.print(&"\\".repeat(backslashes))?;
            return self.print(&reference.source);
        }
        self.print(&"\\".repeat(backslashes / 2))?;
        match backslashes % 2 {
            1 => self.print(&reference.source),
            _ => {
                let item = self.reference(reference)?;
                self.print_item(&item)
            }
        }
    }

    fn foreach(&mut self, variable: &str, list: &Expression, body: &Block) -> Result<Flow, RenderError> {
        let list = self.value(list)?;
        let items = self.rounds(&list)?;
        if items.len() > self.limits.rounds {
            return Err(RenderError::new(format!("a `#foreach` has more than {} rounds", self.limits.rounds)));
        }
        let names = [variable, "foreach", "velocityCount"].map(Arc::<str>::from);
        let before = names.clone().map(|name| self.variables.get(&name).cloned());
        let parent = before[1].clone().unwrap_or(Item::Null);
        let round = [("parent".into(), parent)].into_iter().collect();
        let round = self.heap.map(round, Origin::Template, &mut self.budget)?;
        let mut flow = Flow::On;
        let count = items.len();
        for (index, item) in items.into_iter().enumerate() {
            self.budget.spend(1)?;
            self.note_round(&round, index, count);
            for (name, item) in names.iter().zip([item, round.clone(), Item::count(index + 1)]) {
                self.variables.insert(name.clone(), item);
            }
            flow = self.block(body)?;
            if flow != Flow::On {
                break;
            }
        }
        for (name, item) in names.into_iter().zip(before) {
            self.put_back(name, item);
        }
        Ok(if flow == Flow::Stop { Flow::Stop } else { Flow::On })
    }

    /// Puts the numbers of a round into `$foreach`.
    fn note_round(&mut self, round: &Item, index: usize, count: usize) {
        let members = match round {
            Item::Map(map) => self.heap.members_mut(*map),
            _ => None,
        };
        let Some(members) = members else { return };
        for (name, item) in [
            ("index", Item::count(index)),
            ("count", Item::count(index + 1)),
            ("hasNext", Item::Bool(index + 1 < count)),
            ("first", Item::Bool(index == 0)),
            ("last", Item::Bool(index + 1 == count)),
        ] {
            members.insert(name.into(), item);
        }
    }

    fn put_back(&mut self, name: Arc<str>, item: Option<Item>) {
        match item {
            Some(item) => drop(self.variables.insert(name, item)),
            None => drop(self.variables.remove(&name)),
        }
    }

    /// The items of a loop: those of a list, or the values of a map.
    fn rounds(&mut self, list: &Item) -> Result<Vec<Item>, RenderError> {
        let list = self.heap.opened(list.clone(), &mut self.budget)?;
        let count = match &list {
            Item::List(list) => self.heap.items(*list).len(),
            Item::Map(map) => self.heap.members(*map).map_or(0, Members::len),
            _ => return Ok(Vec::new()),
        };
        self.budget.hold(count * size_of::<Item>())?;
        match list {
            Item::List(list) => (0..count).map(|index| self.heap.at(list, index, &mut self.budget)).collect(),
            Item::Map(map) => {
                let names: Vec<Arc<str>> =
                    self.heap.members(map).map(|members| members.keys().cloned().collect()).unwrap_or_default();
                names.iter().map(|name| self.heap.member(map, name, &mut self.budget)).collect()
            }
            _ => Ok(Vec::new()),
        }
    }

    fn call(&mut self, name: &str, arguments: &[Expression], body: Option<&Block>) -> Result<Flow, RenderError> {
        let Some(called) = self.tree.macros.get(name) else { return Ok(Flow::On) };
        let mut given = Vec::new();
        for (index, parameter) in called.parameters.iter().enumerate() {
            let item = match arguments.get(index) {
                Some(argument) => self.value(argument)?,
                None => Item::Null,
            };
            given.push((Arc::<str>::from(&**parameter), item));
        }
        given.extend(body.map(|body| ("bodyContent".into(), Item::Block(body.clone()))));
        let mut before = Vec::new();
        for (name, item) in given {
            before.push((name.clone(), self.variables.insert(name, item)));
        }
        let flow = self.block(&called.body)?;
        for (name, item) in before.into_iter().rev() {
            self.put_back(name, item);
        }
        Ok(if flow == Flow::Stop { Flow::Stop } else { Flow::On })
    }

    /// The output of a block.
    pub(super) fn block_text(&mut self, block: &[Node]) -> Result<String, RenderError> {
        let before = std::mem::take(&mut self.out);
        let result = self.block(block);
        let text = std::mem::replace(&mut self.out, before);
        result.map(|_| text)
    }

    /// A text that the template has made.
    pub(super) fn made_text(&mut self, text: String) -> Result<Item, RenderError> {
        self.budget.hold(text.len())?;
        Ok(Item::Text(text.into()))
    }
}
