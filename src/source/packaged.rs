//! Files that a document takes a `source` from, such as `source: ./orders.js`.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::files::read_named_text;
use super::roots::{Refusal, Roots, Use};
use super::{Content, Tree};
use crate::base::{Findings, Reported, SourceId, Sources};

/// The endings that name a file.
const ENDINGS: [&str; 1] = [".js"];

/// The files that were read.
#[derive(Default)]
pub struct Packaged {
    files: HashMap<PathBuf, Result<Read, Reported>>,
    /// Files that one document may not read; another may.
    refused: HashMap<(SourceId, PathBuf), Refusal>,
}

type Read = (SourceId, Arc<str>);

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

/// The use of the file that this key's value names, if it names one.
fn named(key: &str, text: &str) -> Option<Use> {
    match key {
        "source" if names_file(text) => Some(Use::Script),
        "page" if text.starts_with('.') && names_page(text) => Some(Use::Page),
        "html-page" if names_page(text) => Some(Use::Page),
        _ => None,
    }
}

impl Packaged {
    /// Reads the files that a document names. One that cannot be read has a finding of its own.
    pub fn read(&mut self, tree: &Tree, roots: &Roots, sources: &mut Sources, findings: &mut Findings) {
        let mut waiting = vec![&tree.root];
        while let Some(node) = waiting.pop() {
            match &node.content {
                Content::Sequence(items) => waiting.extend(items.iter().rev()),
                Content::Mapping(entries) => {
                    for entry in entries.iter().rev() {
                        let file = entry.value.text().and_then(|text| Some((text, named(&entry.key.text, text)?)));
                        match file {
                            Some((name, kind)) => {
                                let file = Named { document: tree.source, path: path(tree, name), kind };
                                self.file(file, roots, sources, findings);
                            }
                            None => waiting.push(&entry.value),
                        }
                    }
                }
                Content::Scalar(_) => {}
            }
        }
    }

    fn file(&mut self, file: Named, roots: &Roots, sources: &mut Sources, findings: &mut Findings) {
        let Named { document, path, kind } = file;
        let real = match roots.find(&path, kind) {
            Ok(real) => real,
            // Reading it says what is there instead.
            Err(Refusal::Missing) => path.clone(),
            Err(refusal) => {
                self.refused.insert((document, path), refusal);
                return;
            }
        };
        if let Entry::Vacant(place) = self.files.entry(path) {
            let read = read_named_text(place.key(), &real, sources, findings);
            place.insert(read);
        }
    }

    /// A file by the name that a document has for it. The finding of one that could not be read is there already.
    pub fn get(&self, tree: &Tree, name: &str) -> Result<Read, Option<Refusal>> {
        let path = path(tree, name);
        let read = self.files.get(&path).and_then(|read| read.as_ref().ok());
        match self.refused.get(&(tree.source, path)) {
            Some(refusal) => Err(Some(*refusal)),
            None => read.cloned().ok_or(None),
        }
    }

    /// The files, also those that could not be read, and none outside of the roots.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.files.keys().map(PathBuf::as_path)
    }
}

/// A file that a document names.
struct Named {
    document: SourceId,
    path: PathBuf,
    kind: Use,
}

fn path(tree: &Tree, name: &str) -> PathBuf {
    let name = name.trim();
    tree.path.parent().unwrap_or(Path::new("")).join(name.strip_prefix("./").unwrap_or(name))
}
