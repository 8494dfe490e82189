//! A document as `api.document` shows it.

use serde::ser::{Serialize, Serializer};

use crate::source::Node;

/// How deep operations are below the root: `paths`, the path, the method.
const OPERATION: usize = 3;

/// A document without its assemblies, to write: a copy of a large document's tree would be the most that its load needs.
pub struct WithoutAssemblies<'n> {
    node: &'n Node,
    part: Part,
}

impl<'n> WithoutAssemblies<'n> {
    /// The document below `root`.
    pub fn new(root: &'n Node) -> Self {
        WithoutAssemblies { node: root, part: Part::Level(0) }
    }
}

/// The part of a document that a node is.
#[derive(Clone, Copy)]
enum Part {
    /// One that has no assembly in it.
    Whole,
    /// The root, `paths`, a path or an operation: `x-assembly` goes.
    Level(usize),
    /// One of IBM's extensions: its `assembly` goes.
    Extension,
}

impl Part {
    /// The part that the value of a key is; `None` where it goes.
    fn of(self, key: &str) -> Option<Self> {
        match (self, key) {
            (Part::Level(_), "x-assembly") | (Part::Extension, "assembly") => None,
            (Part::Level(0), "x-ibm-configuration" | "x-gateway-configuration") => Some(Part::Extension),
            (Part::Level(0), "paths") => Some(Part::Level(1)),
            (Part::Level(depth), _) if (1..OPERATION).contains(&depth) => Some(Part::Level(depth + 1)),
            _ => Some(Part::Whole),
        }
    }
}

impl Serialize for WithoutAssemblies<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if matches!(self.part, Part::Whole) || !self.node.is_mapping() {
            return self.node.serialize(serializer);
        }
        let kept = self.node.entries().iter().filter_map(|entry| {
            let part = self.part.of(&entry.key.text)?;
            Some((&*entry.key.text, WithoutAssemblies { node: &entry.value, part }))
        });
        serializer.collect_map(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Findings, Sources};
    use crate::source::parse;

    #[test]
    fn every_assembly_goes_and_all_else_is_kept() {
        let text = "x-assembly: {a: 1}\nx-ibm-configuration: {assembly: {}, type: rest}\n\
                    paths: {/a: {x-assembly: 1, get: {x-assembly: 2, summary: s, x-b: {x-assembly: 3}}}}\n";
        let (mut sources, mut findings) = (Sources::default(), Findings::default());
        let source = sources.add("api.yaml", text);
        let root = parse(source, text, &mut findings).unwrap();
        let shown = serde_json::to_string(&WithoutAssemblies::new(&root)).unwrap();
        let expected =
            r#"{"x-ibm-configuration":{"type":"rest"},"paths":{"/a":{"get":{"summary":"s","x-b":{"x-assembly":3}}}}}"#;
        assert_eq!(shown, expected);
    }
}
