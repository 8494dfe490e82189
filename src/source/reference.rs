//! `$ref`, inside a document and into other local files.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Node, Tree, read_tree};
use crate::diagnostics::{Diagnostic, Findings, Sources, codes};

/// A chain of references this long is a circle.
const MAX_HOPS: usize = 32;

/// Follows references, reading each file once.
pub struct References<'s> {
    sources: &'s mut Sources,
    files: HashMap<PathBuf, Option<Tree>>,
}

/// A node and the file it stands in: its own references start there.
#[derive(Debug, Clone)]
pub struct Located {
    pub node: Node,
    pub file: Tree,
}

impl Located {
    /// A node below this one.
    pub fn child(&self, node: &Node) -> Located {
        Located { node: node.clone(), file: self.file.clone() }
    }
}

impl<'s> References<'s> {
    /// Files are read into `sources`.
    pub fn new(sources: &'s mut Sources) -> Self {
        References { sources, files: HashMap::new() }
    }

    /// The other files that were read.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.files.keys().map(PathBuf::as_path)
    }

    /// What a node stands for: itself, or what its `$ref` points to. `None` means that a finding says why not.
    pub fn resolve(&mut self, start: Located, findings: &mut Findings) -> Option<Located> {
        let span = start.node.span;
        let mut current = start;
        for _ in 0..MAX_HOPS {
            let Some(reference) = current.node.get("$ref").cloned() else { return Some(current) };
            match self.target(&current, &reference, findings) {
                Ok(target) => current = target,
                Err(message) => {
                    if let Some(message) = message {
                        findings.push(Diagnostic::error(codes::UNRESOLVED_REF, reference.span, message));
                    }
                    return None;
                }
            }
        }
        findings.push(
            Diagnostic::error(codes::UNRESOLVED_REF, span, "this `$ref` leads back to itself")
                .help("let one of the references in the circle be replaced by what it should stand for"),
        );
        None
    }

    /// The target of one reference; an error without words has been reported already.
    fn target(&mut self, from: &Located, reference: &Node, findings: &mut Findings) -> Result<Located, Option<String>> {
        let text = reference.text().ok_or_else(|| Some("a `$ref` is a text".to_owned()))?;
        let (file, pointer) = text.split_once('#').unwrap_or((text, ""));
        if file.contains("://") {
            return Err(Some(format!("`{text}` is not on this machine, and nothing is fetched while loading")));
        }
        let tree = match file {
            "" => from.file.clone(),
            file => self.read(&from.file.path, file, findings).ok_or_else(|| {
                // The other file has its own findings; this one says who wanted it.
                Some(format!("`{file}` cannot be read"))
            })?,
        };
        let decoded = percent_encoding::percent_decode_str(pointer).decode_utf8_lossy();
        match tree.root.pointer(&decoded) {
            Some(node) => Ok(Located { node: node.clone(), file: tree.clone() }),
            None => Err(Some(format!("`{text}` points nowhere: there is no `{decoded}`"))),
        }
    }

    fn read(&mut self, from: &Arc<Path>, file: &str, findings: &mut Findings) -> Option<Tree> {
        let decoded = percent_encoding::percent_decode_str(file).decode_utf8_lossy();
        let path = from.parent().unwrap_or(Path::new("")).join(&*decoded);
        if let Some(known) = self.files.get(&path) {
            return known.clone();
        }
        let tree = read_tree(&path, self.sources, findings);
        self.files.insert(path, tree.clone());
        tree
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::render_short;

    /// Resolves `/start` of `main.yaml` in a folder of these files; the findings have the folder left out.
    fn resolve(files: &[(&str, &str)]) -> (Option<serde_json::Value>, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let (mut sources, mut findings) = (Sources::default(), Findings::default());
        let file = read_tree(&folder.path().join("main.yaml"), &mut sources, &mut findings).unwrap();
        let start = Located { node: file.root.get("start").unwrap().clone(), file };
        let found = References::new(&mut sources).resolve(start, &mut findings);
        let root = format!("{}/", folder.path().display());
        let lines = findings.iter().map(|finding| render_short(finding, &sources).replace(&root, "")).collect();
        (found.map(|found| found.node.to_json()), lines)
    }

    #[test]
    fn references_go_through_files_and_start_where_they_stand() {
        let (found, findings) = resolve(&[
            ("main.yaml", "start: {$ref: 'parts/a.yaml#/deep/one'}\n"),
            ("parts/a.yaml", "deep: {one: {$ref: '../b.json'}}\n"),
            ("b.json", "{\"name\": \"b\"}"),
        ]);
        assert_eq!((found, findings), (Some(serde_json::json!({"name": "b"})), Vec::new()));
    }

    #[test]
    fn a_pointer_is_decoded() {
        let (found, _) =
            resolve(&[("main.yaml", "start: {$ref: '#/paths/~1a~1%7Bid%7D'}\npaths: {'/a/{id}': {x: 1}}\n")]);
        assert_eq!(found, Some(serde_json::json!({"x": 1})));
    }

    #[test]
    fn what_leads_nowhere_is_found_where_it_is_written() {
        for (main, expected) in [
            ("start: {$ref: '#/no'}\n", "main.yaml:1:15: error G0105 `#/no` points nowhere: there is no `/no`"),
            ("start: {$ref: 'no.yaml#/a'}\n", "main.yaml:1:15: error G0105 `no.yaml` cannot be read"),
            (
                "start: {$ref: 'https://h/a.yaml'}\n",
                "main.yaml:1:15: error G0105 `https://h/a.yaml` is not on this machine, and nothing is fetched while loading",
            ),
            (
                "start: {$ref: '#/start'}\n",
                "main.yaml:1:8: error G0105 this `$ref` leads back to itself; let one of the references in the circle be replaced by what it should stand for",
            ),
            ("start: {$ref: [1]}\n", "main.yaml:1:15: error G0105 a `$ref` is a text"),
        ] {
            let (found, findings) = resolve(&[("main.yaml", main)]);
            assert_eq!((found, findings.last().map(String::as_str)), (None, Some(expected)));
        }
    }
}
