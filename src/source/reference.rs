//! `$ref`, inside a document and into other local files.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::files::read_named_tree;
use super::roots::{Refusal, Roots, Use};
use super::{Content, Node, Tree};
use crate::base::{Code, Diagnostic, Findings, SourceId, Sources, Span, codes};

/// Keys whose values point into this file or another; `json-schema` is a property of `validate`.
const KEYS: [&str; 2] = ["$ref", "json-schema"];

/// A chain of references this long is a circle.
const MAX_HOPS: usize = 32;

/// A document and every file that it refers to. A node's span says in which of them it is, and so where its own
/// references start.
#[derive(Debug, Default)]
pub struct References {
    trees: HashMap<SourceId, Tree>,
    files: HashMap<PathBuf, Result<SourceId, Unread>>,
}

/// Why there is nothing of a file.
#[derive(Debug, Clone, Copy)]
enum Unread {
    Refused(Refusal),
    /// Its findings say why.
    Reported,
}

/// Why a reference leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadReference {
    pub code: Code,
    pub span: Span,
    /// One sentence.
    pub message: String,
    pub help: Option<&'static str>,
}

impl From<BadReference> for Diagnostic {
    fn from(bad: BadReference) -> Self {
        let finding = Diagnostic::error(bad.code, bad.span, bad.message);
        bad.help.into_iter().fold(finding, Diagnostic::help)
    }
}

impl References {
    /// Reads every file that a document refers to, and those that these refer to. A file that is not there is a mistake
    /// only where something needs it, and so is one outside of the roots.
    pub fn read(document: &Tree, roots: &Roots, sources: &mut Sources, findings: &mut Findings) -> Self {
        let mut all = References::default();
        all.files.insert(document.path.to_path_buf(), Ok(document.source));
        all.trees.insert(document.source, document.clone());
        let mut waiting = files_named(document);
        while let Some(path) = waiting.pop() {
            if all.files.contains_key(&path) {
                continue;
            }
            let tree = match roots.find(&path, Use::Data) {
                Ok(real) => read_named_tree(&path, &real, sources, findings).map_err(|_| Unread::Reported),
                Err(refusal) => Err(Unread::Refused(refusal)),
            };
            all.files.insert(path, tree.as_ref().map(|tree| tree.source).map_err(|unread| *unread));
            if let Ok(tree) = tree {
                waiting.extend(files_named(&tree));
                all.trees.insert(tree.source, tree);
            }
        }
        all
    }

    /// The files, also those that are not there, and none outside of the roots.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        let outside = |read: &Result<_, Unread>| matches!(read, Err(Unread::Refused(Refusal::Outside)));
        self.files.iter().filter(move |(_, read)| !outside(read)).map(|(path, _)| path.as_path())
    }

    /// The node itself, or the target of its `$ref`.
    pub fn resolve<'a>(&'a self, start: &'a Node) -> Result<&'a Node, BadReference> {
        let mut current = start;
        for _ in 0..MAX_HOPS {
            let Some(reference) = current.get("$ref") else { return Ok(current) };
            current = self.target(reference)?;
        }
        Err(BadReference {
            code: codes::UNRESOLVED_REF,
            span: start.span,
            message: "this `$ref` leads back to itself".to_owned(),
            help: Some("let one of the references in the circle be replaced by what it should stand for"),
        })
    }

    /// The root of the file that a node is in.
    pub fn root_around(&self, node: &Node) -> Option<&Node> {
        self.trees.get(&node.span.source).map(|tree| &tree.root)
    }

    /// The target of one `$ref`.
    pub fn target(&self, reference: &Node) -> Result<&Node, BadReference> {
        let span = reference.span;
        let bad = |message: String| BadReference { code: codes::UNRESOLVED_REF, span, message, help: None };
        let text = reference.text().ok_or_else(|| bad("a `$ref` is a text".to_owned()))?;
        let (file, pointer) = text.split_once('#').unwrap_or((text, ""));
        if is_file_url(file) {
            let help = Some("write the path of the file, from the folder of this one");
            return Err(BadReference { help, ..bad(format!("`{text}` is a URL, and only paths name files")) });
        }
        if file.contains("://") {
            return Err(bad(format!("`{text}` is not on this machine, and nothing is fetched while loading")));
        }
        let here = self.trees.get(&reference.span.source);
        let tree = match (file, here) {
            ("", here) => here.ok_or(Unread::Refused(Refusal::Missing)),
            (_, None) => Err(Unread::Refused(Refusal::Missing)),
            (file, Some(here)) => match self.files.get(&beside(here, file)) {
                Some(read) => read.and_then(|source| self.trees.get(&source).ok_or(Unread::Reported)),
                None => Err(Unread::Refused(Refusal::Missing)),
            },
        };
        let tree = tree.map_err(|unread| match unread {
            // A file with mistakes has its own findings; this one says who wanted it.
            Unread::Reported => bad(format!("`{file}` cannot be read")),
            Unread::Refused(refusal) => {
                let code = if refusal == Refusal::Missing { codes::UNRESOLVED_REF } else { codes::CLOSED_FILE };
                BadReference { code, help: refusal.help(), ..bad(refusal.message(file)) }
            }
        })?;
        let decoded = percent_encoding::percent_decode_str(pointer).decode_utf8_lossy();
        let found = tree.root.pointer(&decoded);
        found.ok_or_else(|| bad(format!("`{text}` points nowhere: there is no `{decoded}`")))
    }
}

fn is_file_url(text: &str) -> bool {
    text.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("file:"))
}

/// A file by the name that another has for it.
fn beside(tree: &Tree, file: &str) -> PathBuf {
    let decoded = percent_encoding::percent_decode_str(file).decode_utf8_lossy();
    tree.path.parent().unwrap_or(Path::new("")).join(&*decoded)
}

/// The other files that the references of a file name.
fn files_named(tree: &Tree) -> Vec<PathBuf> {
    let (mut named, mut waiting) = (Vec::new(), vec![&tree.root]);
    while let Some(node) = waiting.pop() {
        match &node.content {
            Content::Scalar(_) => {}
            Content::Sequence(items) => waiting.extend(items.iter()),
            Content::Mapping(entries) => {
                let texts = KEYS.iter().filter_map(|key| node.get(key)?.text());
                let files = texts.filter_map(|text| text.split('#').next());
                let local = files.filter(|file| !file.is_empty() && !file.contains("://") && !is_file_url(file));
                named.extend(local.map(|file| beside(tree, file)));
                waiting.extend(entries.iter().map(|entry| &entry.value));
            }
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::render_short;

    /// Resolves `/start` of `main.yaml` in a folder of these files; the findings have the folder left out.
    fn resolve(files: &[(&str, &str)]) -> (Option<serde_json::Value>, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let (mut sources, mut findings) = (Sources::default(), Findings::default());
        let roots = Roots::of(folder.path(), &[]);
        let file = super::super::read_tree(&folder.path().join("main.yaml"), &mut sources, &mut findings).unwrap();
        let references = References::read(&file, &roots, &mut sources, &mut findings);
        let found = references.resolve(file.root.get("start").unwrap());
        let found = found.map(Node::to_json).map_err(|bad| findings.push(bad.into())).ok();
        let root = format!("{}/", folder.path().display());
        let lines = findings.iter().map(|finding| render_short(finding, &sources).replace(&root, "")).collect();
        (found, lines)
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
            ("start: {$ref: 'no.yaml#/a'}\n", "main.yaml:1:15: error G0105 there is no file `no.yaml`"),
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
