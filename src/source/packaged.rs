//! Files that a document takes a `source` from, such as `source: ./orders.js`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Content, Node, Tree, read_text};
use crate::base::{Findings, SourceId, Sources};

/// The endings that name a file.
const ENDINGS: [&str; 1] = [".js"];

/// The files that were read.
#[derive(Default)]
pub struct Packaged(HashMap<PathBuf, Option<(SourceId, Arc<str>)>>);

/// Whether a `source` names a file: `./` or `../` in front, and an ending that says what it is.
pub fn names_file(text: &str) -> bool {
    let text = text.trim();
    let relative = text.starts_with("./") || text.starts_with("../");
    relative && !text.contains(['\n', ';', '(']) && ENDINGS.iter().any(|ending| text.ends_with(ending))
}

/// Whether a `page` names a file, and is no HTML itself.
pub fn names_page(text: &str) -> bool {
    let text = text.trim();
    !text.contains(['\n', '<', '$']) && [".html", ".htm"].iter().any(|ending| text.ends_with(ending))
}

/// Whether the value of this key is the name of a file.
fn is_file(key: &str, text: &str) -> bool {
    match key {
        "source" => names_file(text),
        "page" => text.starts_with('.') && names_page(text),
        "html-page" => names_page(text),
        _ => false,
    }
}

impl Packaged {
    /// Reads the files that a document names. One that cannot be read has a finding of its own.
    pub fn read(&mut self, tree: &Tree, sources: &mut Sources, findings: &mut Findings) {
        self.walk(&tree.root, tree, sources, findings);
    }

    fn walk(&mut self, node: &Node, tree: &Tree, sources: &mut Sources, findings: &mut Findings) {
        match &node.content {
            Content::Sequence(items) => items.iter().for_each(|item| self.walk(item, tree, sources, findings)),
            Content::Mapping(entries) => {
                for entry in entries.iter() {
                    let named = entry.value.text().filter(|text| is_file(&entry.key.text, text));
                    match named {
                        Some(name) => self.file(&path(tree, name), sources, findings),
                        None => self.walk(&entry.value, tree, sources, findings),
                    }
                }
            }
            Content::Scalar(_) => {}
        }
    }

    fn file(&mut self, path: &Path, sources: &mut Sources, findings: &mut Findings) {
        if !self.0.contains_key(path) {
            self.0.insert(path.to_owned(), read_text(path, sources, findings).ok());
        }
    }

    /// A file by the name that a document has for it.
    pub fn get(&self, tree: &Tree, name: &str) -> Option<(SourceId, Arc<str>)> {
        self.0.get(&path(tree, name)).cloned().flatten()
    }

    /// The files, also those that could not be read.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.0.keys().map(PathBuf::as_path)
    }
}

fn path(tree: &Tree, name: &str) -> PathBuf {
    let name = name.trim();
    tree.path.parent().unwrap_or(Path::new("")).join(name.strip_prefix("./").unwrap_or(name))
}
