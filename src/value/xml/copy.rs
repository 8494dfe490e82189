//! Copies of a document, or of parts of it.

use std::collections::HashSet;

use super::{NodeId, Xml, XmlBuilder, XmlNode};

impl Xml {
    /// The document without these nodes and attributes. The document's element stays, and loses its content.
    #[must_use]
    pub fn without(&self, nodes: &[NodeId], attributes: &[(NodeId, usize)]) -> Xml {
        let nodes: HashSet<NodeId> = nodes.iter().copied().collect();
        let attributes: HashSet<(NodeId, usize)> = attributes.iter().copied().collect();
        let mut builder = XmlBuilder::new();
        builder.declared(self.declared);
        let root = self.root_element().filter(|root| nodes.contains(root));
        let keeps = |id: NodeId| match root {
            Some(root) => id == root || !(root..self.end(root)).contains(&id) && !nodes.contains(&id),
            None => !nodes.contains(&id),
        };
        let keeps_attribute = |id: NodeId, index: usize| Some(id) != root && !attributes.contains(&(id, index));
        self.copy_below(0, &mut builder, &keeps, &keeps_attribute);
        builder.finish()
    }

    /// Copies what is below a node into a document that is being built.
    pub(crate) fn copy_below(
        &self,
        id: NodeId,
        builder: &mut XmlBuilder,
        keeps: &dyn Fn(NodeId) -> bool,
        keeps_attribute: &dyn Fn(NodeId, usize) -> bool,
    ) {
        let mut open: Vec<NodeId> = Vec::new();
        let mut at = id + 1;
        while at < self.end(id) {
            while open.last().is_some_and(|last| at >= self.end(*last)) {
                open.pop();
                builder.end();
            }
            if !keeps(at) {
                at = self.end(at).max(at + 1);
                continue;
            }
            match self.node(at) {
                XmlNode::Element { name, attributes, declarations } => {
                    builder.start(name.clone());
                    declarations.iter().for_each(|one| builder.declare(one.prefix.clone(), one.uri.clone()));
                    let kept = attributes.iter().enumerate().filter(|(index, _)| keeps_attribute(at, *index));
                    kept.for_each(|(_, one)| builder.attribute(one.name.clone(), &one.value));
                    open.push(at);
                }
                XmlNode::Text(text) => builder.text(text),
                XmlNode::Comment(text) => builder.comment(text),
                XmlNode::Instruction { target, data } => builder.instruction(target, data),
                XmlNode::Root => {}
            }
            at += 1;
        }
        open.iter().for_each(|_| builder.end());
    }
}
