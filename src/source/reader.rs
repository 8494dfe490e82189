//! Builds a tree from its values as they are read, under limits, without recursion.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::node::{Content, Entry, Key, Node};
use super::origin::Origin;
use super::scalar::Scalar;
use super::style::Style;
use crate::base::{Code, Diagnostic, Findings, Reported, SourceId, Span, codes};

/// Maps and lists inside each other.
const MAX_DEPTH: usize = 128;

/// Values after aliases are expanded: an alias of aliases multiplies.
const MAX_NODES: usize = 1_000_000;

/// The key whose maps are written as if their entries were in its place.
const MERGE: &str = "<<";

/// A map or list whose end has not been met yet.
struct Open {
    span: Span,
    anchor: usize,
    /// Values in it, without itself.
    size: usize,
    kind: OpenKind,
    /// The intrinsic function of CloudFormation that its tag names.
    function: Option<String>,
}

pub(super) enum OpenKind {
    Sequence(Vec<Node>),
    /// `merges` are the places among the entries whose key is YAML's merge key.
    Mapping {
        entries: Vec<Entry>,
        seen: HashSet<Arc<str>>,
        key: Option<Key>,
        merges: Vec<usize>,
    },
}

impl OpenKind {
    pub(super) fn mapping() -> Self {
        OpenKind::Mapping { entries: Vec::new(), seen: HashSet::new(), key: None, merges: Vec::new() }
    }
}

/// A tree in the making.
pub(super) struct Reader<'t> {
    source: SourceId,
    text: &'t str,
    open: Vec<Open>,
    anchors: HashMap<usize, (Node, usize)>,
    /// Every key once: a large document has few different ones.
    keys: HashSet<Arc<str>>,
    total: usize,
    duplicates: Vec<Diagnostic>,
    root: Option<(Node, usize)>,
}

impl<'t> Reader<'t> {
    pub(super) fn new(source: SourceId, text: &'t str) -> Self {
        Reader {
            source,
            text,
            open: Vec::new(),
            anchors: HashMap::new(),
            keys: HashSet::new(),
            total: 0,
            duplicates: Vec::new(),
            root: None,
        }
    }

    fn scalar(&self, text: &str, style: Style, span: Span) -> Scalar {
        let written = self.text.get(span.start as usize..span.end as usize).unwrap_or_default();
        let quotes = if style == Style::Quoted { 2 } else { 0 };
        let origin = (written.len() != text.len() + quotes).then(|| Origin::find(text, written, style, span.start));
        Scalar { text: text.into(), style, masked: false, origin }
    }

    /// Adds a scalar that has neither anchor nor tag.
    pub(super) fn leaf(&mut self, text: &str, style: Style, span: Span) -> Result<(), Box<Diagnostic>> {
        self.marked_leaf(text, style, span, 0, None)
    }

    /// Adds a scalar.
    pub(super) fn marked_leaf(
        &mut self,
        text: &str,
        style: Style,
        span: Span,
        anchor: usize,
        function: Option<String>,
    ) -> Result<(), Box<Diagnostic>> {
        let content = Content::Scalar(self.scalar(text, style, span));
        self.add(applied(function, Node { span, content }), 1, 1, anchor)
    }

    /// Adds once more what an anchor marks.
    pub(super) fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Box<Diagnostic>> {
        let Some((node, size)) = self.anchors.get(&anchor).cloned() else {
            return Err(error(codes::SYNTAX, span, "this alias stands inside its own anchor"));
        };
        self.add(Node { span, ..node }, size, size, 0)
    }

    /// Whether the document has a value.
    pub(super) fn has_root(&self) -> bool {
        self.root.is_some()
    }

    /// The map or list that is read.
    pub(super) fn innermost(&self) -> Option<&OpenKind> {
        self.open.last().map(|open| &open.kind)
    }

    /// The tree, and what was found in addition to it.
    pub(super) fn finished(self, findings: &mut Findings) -> Result<Node, Reported> {
        findings.extend(self.duplicates);
        Ok(self.root.map_or_else(|| nothing(self.source), |(node, _)| node))
    }

    pub(super) fn begin(
        &mut self,
        span: Span,
        anchor: usize,
        kind: OpenKind,
        function: Option<String>,
    ) -> Result<(), Box<Diagnostic>> {
        if self.open.len() >= MAX_DEPTH {
            return Err(too_deep(span));
        }
        self.open.push(Open { span, anchor, size: 0, kind, function });
        Ok(())
    }

    pub(super) fn end(&mut self, end: Span) -> Result<(), Box<Diagnostic>> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let span = Span { end: end.end.max(open.span.end), ..open.span };
        let content = match open.kind {
            OpenKind::Sequence(mut items) => {
                items.shrink_to_fit();
                Content::Sequence(items.into())
            }
            OpenKind::Mapping { entries, merges, .. } => {
                let mut entries = if merges.is_empty() { entries } else { merged(entries, &merges)? };
                entries.shrink_to_fit();
                Content::Mapping(entries.into())
            }
        };
        self.add(applied(open.function, Node { span, content }), open.size + 1, 1, open.anchor)
    }

    /// Puts a finished node where it belongs: into the open map or list, or at the root. Of the `size` values that it is, `new`
    /// were not counted before.
    fn add(&mut self, node: Node, size: usize, new: usize, anchor: usize) -> Result<(), Box<Diagnostic>> {
        let is_key = matches!(self.innermost(), Some(OpenKind::Mapping { key: None, .. }));
        self.total += if is_key { 0 } else { new };
        if self.total > MAX_NODES {
            let message = format!("with its aliases expanded the document has more than {MAX_NODES} values");
            return Err(error(codes::TOO_MANY_NODES, node.span, message));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, (node.clone(), size));
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some((node, size));
            return Ok(());
        };
        open.size += if is_key { 0 } else { size };
        match &mut open.kind {
            OpenKind::Sequence(items) => items.push(node),
            OpenKind::Mapping { entries, seen, key, merges } => match key.take() {
                Some(key) => {
                    if !seen.insert(key.text.clone()) {
                        self.duplicates.push(duplicate(&key, entries));
                    }
                    entries.push(Entry { key, value: node });
                }
                None => match node.content {
                    Content::Scalar(scalar) => {
                        if &*scalar.text == MERGE && scalar.style == Style::Plain {
                            merges.push(entries.len());
                        }
                        let text = self.keys.get(&scalar.text).cloned().unwrap_or_else(|| {
                            self.keys.insert(scalar.text.clone());
                            scalar.text
                        });
                        *key = Some(Key { text, span: node.span });
                    }
                    _ => return Err(error(codes::BAD_KEY, node.span, "a key must be text, not a list or a map")),
                },
            },
        }
        Ok(())
    }
}

pub(super) fn too_deep(span: Span) -> Box<Diagnostic> {
    error(codes::TOO_DEEP, span, format!("maps and lists are nested more than {MAX_DEPTH} levels deep"))
}

fn error(code: Code, span: Span, message: impl Into<String>) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(code, span, message))
}

/// The node of a text without content.
fn nothing(source: SourceId) -> Node {
    let scalar = Scalar { text: Arc::from(""), style: Style::Plain, masked: false, origin: None };
    Node { span: source.start(), content: Content::Scalar(scalar) }
}

/// The map that a tagged value is short for.
fn applied(function: Option<String>, node: Node) -> Node {
    let Some(function) = function else { return node };
    let span = node.span;
    let entry = Entry { key: Key { text: function.into(), span }, value: node };
    Node { span, content: Content::Mapping([entry].into()) }
}

/// The entries with those of merge keys in their places. What the map writes itself wins, then what is merged first.
fn merged(entries: Vec<Entry>, merges: &[usize]) -> Result<Vec<Entry>, Box<Diagnostic>> {
    let is_merge = |at: usize| merges.contains(&at);
    let own = entries.iter().enumerate().filter(|(at, _)| !is_merge(*at)).map(|(_, entry)| entry.key.text.clone());
    let mut seen: HashSet<Arc<str>> = own.collect();
    let mut all = Vec::with_capacity(entries.len());
    for (at, entry) in entries.into_iter().enumerate() {
        if !is_merge(at) {
            all.push(entry);
            continue;
        }
        let maps = match &entry.value.content {
            Content::Sequence(items) => items,
            _ => std::slice::from_ref(&entry.value),
        };
        for map in maps {
            if !map.is_mapping() && !map.is_null() {
                let message = format!("`<<` merges maps into this one, and this is {}", map.kind());
                let help = "write an alias of a map, as in `<<: *name`, or quote the key";
                return Err(Box::new(Diagnostic::error(codes::BAD_KEY, map.span, message).help(help)));
            }
            all.extend(map.entries().iter().filter(|entry| seen.insert(entry.key.text.clone())).cloned());
        }
    }
    Ok(all)
}

fn duplicate(key: &Key, entries: &[Entry]) -> Diagnostic {
    let finding =
        Diagnostic::error(codes::DUPLICATE_KEY, key.span, format!("the key `{}` stands here twice", key.text));
    match entries.iter().find(|entry| entry.key.text == key.text) {
        Some(first) => finding.label(first.key.span, "first here"),
        None => finding,
    }
}
