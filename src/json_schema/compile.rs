//! A schema as it is written, to nodes. Every schema is compiled once, wherever it is referred to.

use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasherDefault;

use serde_json::Value;

use super::documents::{Documents, Find, Found, address};
use super::draft::Draft;
use super::graph;
use super::memo::Mix;
use super::node::{ANYTHING, AnchorId, Anchors, Node, NodeId, ResourceId, Rule, Schema};

/// References that lead to references and to nothing else.
const MOST_HOPS: usize = 100;

/// How a schema is read.
#[derive(Clone, Copy)]
pub struct Options<'d> {
    /// The draft of a schema without `$schema`.
    pub draft: Draft,
    /// Whether `discriminator` decides among alternatives, as in OpenAPI. Its `mapping` holds references, and every text that
    /// a value may have is there.
    pub discriminator: bool,
    /// Whether it is one of Gantry's own, many of which are compiled at every start: it has no identifiers and no anchors, and its
    /// patterns, which tests know, are compiled when a text meets them.
    pub is_own: bool,
    /// Other documents, by their addresses.
    pub find: Option<Find<'d>>,
}

/// Why a schema cannot be compiled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at `{pointer}`: {message}")]
pub struct Bad {
    /// The JSON pointer of the wrong keyword.
    pub pointer: String,
    /// One sentence.
    pub message: String,
}

impl Schema {
    /// Compiles a schema.
    pub fn compile<'d>(root: &'d Value, options: &Options<'d>) -> Result<Self, Bad> {
        let documents = Documents::new(root, options.draft, options.find, options.is_own);
        let mut compiler = Compiler {
            documents,
            options: *options,
            nodes: Vec::new(),
            known: HashMap::default(),
            waiting: VecDeque::new(),
            names: Vec::new(),
            anchors: Anchors::default(),
        };
        compiler.nodes.push(empty(String::new(), 0));
        let root = compiler.node(root, 0, String::new())?;
        while let Some((id, found)) = compiler.waiting.pop_front() {
            let mut rules = compiler.rules(&found)?;
            rules.sort_by_key(Rule::order);
            compiler.nodes[id as usize].rules = rules.into();
            compiler.reach(found.resource)?;
        }
        let Compiler { mut nodes, anchors, .. } = compiler;
        graph::mark(&mut nodes, root, &anchors);
        nodes.shrink_to_fit();
        Ok(Schema { nodes, root, anchors })
    }
}

/// A node that takes everything, until it has rules.
fn empty(place: String, resource: ResourceId) -> Node {
    Node { rules: Box::default(), place: place.into(), resource, is_shared: false, is_circular: false }
}

pub(super) struct Compiler<'d> {
    pub documents: Documents<'d>,
    pub options: Options<'d>,
    nodes: Vec<Node>,
    /// By the address in memory of a schema.
    known: HashMap<usize, NodeId, BuildHasherDefault<Mix>>,
    waiting: VecDeque<(NodeId, Found<'d>)>,
    /// Names of dynamic anchors, by their numbers.
    names: Vec<&'d str>,
    anchors: Anchors,
}

impl<'d> Compiler<'d> {
    /// The node of a schema, which is compiled later.
    pub(super) fn node(&mut self, value: &'d Value, around: ResourceId, place: String) -> Result<NodeId, Bad> {
        let resource = self.documents.resource_of(value, around);
        let mut found = Found { value, resource, place };
        for _ in 0..MOST_HOPS {
            match self.alias(&found)? {
                Some(next) => found = next,
                None => break,
            }
        }
        if found.value == &Value::Bool(true) {
            return Ok(ANYTHING);
        }
        if let Some(known) = self.known.get(&address(found.value)) {
            return Ok(*known);
        }
        let id = self.nodes.len() as NodeId;
        self.known.insert(address(found.value), id);
        self.nodes.push(empty(found.place.clone(), found.resource));
        self.waiting.push_back((id, found));
        Ok(id)
    }

    /// The target of a schema that is only a reference.
    fn alias(&mut self, found: &Found<'d>) -> Result<Option<Found<'d>>, Bad> {
        let Some(members) = found.value.as_object() else { return Ok(None) };
        let Some(Value::String(reference)) = members.get("$ref") else { return Ok(None) };
        let draft = self.documents.resource(found.resource).draft;
        if members.len() > 1 && !draft.ref_is_alone() {
            return Ok(None);
        }
        let next = self.resolve(reference, found.resource, &found.place)?;
        // A resource on the way counts where dynamic anchors are looked for.
        let is_noticed = next.resource != found.resource && !self.documents.resource(found.resource).dynamic.is_empty();
        Ok((!is_noticed).then_some(next))
    }

    /// The target of a reference.
    pub(super) fn resolve(&mut self, reference: &str, from: ResourceId, place: &str) -> Result<Found<'d>, Bad> {
        let found = self.documents.resolve(reference, from);
        found.map_err(|message| Bad { pointer: format!("{place}/$ref"), message })
    }

    /// The number of a dynamic anchor's name.
    pub(super) fn anchor(&mut self, name: &'d str) -> AnchorId {
        let known = self.names.iter().position(|known| *known == name);
        known.unwrap_or_else(|| {
            self.names.push(name);
            self.names.len() - 1
        }) as AnchorId
    }

    /// A resource that validation may enter: its dynamic anchors may take the place of others.
    fn reach(&mut self, id: ResourceId) -> Result<(), Bad> {
        let reached = &mut self.anchors.resources;
        if reached.len() <= id as usize {
            reached.resize(self.documents.count(), false);
        }
        let resource = self.documents.resource(id);
        if reached[id as usize] || resource.dynamic.is_empty() {
            return Ok(());
        }
        reached[id as usize] = true;
        let place = resource.place.clone();
        let dynamic: Vec<(&'d str, &'d Value)> = resource.dynamic.iter().map(|(name, value)| (*name, *value)).collect();
        for (name, value) in dynamic {
            let (anchor, node) = (self.anchor(name), self.node(value, id, format!("{place}#{name}"))?);
            self.anchors.targets.insert((id, anchor), node);
        }
        Ok(())
    }
}
