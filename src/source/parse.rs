//! The reader: parser events to a tree, under limits, without recursion.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Tag};

use super::json;
use super::{Content, Entry, Key, Node, Origin, Scalar, Style};
use crate::base::{Code, Diagnostic, Findings, Reported, SourceId, Span, codes};

/// Maps and lists inside each other.
const MAX_DEPTH: usize = 128;

/// Nodes after aliases are expanded: an alias of aliases multiplies.
const MAX_NODES: usize = 1_000_000;

/// Reads a text. On a syntax error nothing comes back but the finding; duplicate keys are findings beside the tree.
pub fn parse(source: SourceId, text: &str, findings: &mut Findings) -> Result<Node, Reported> {
    let mut reader = Reader::new(source, text);
    match json::read(source, text, &mut reader) {
        Some(()) => reader.finished(findings),
        None => parse_yaml(source, text, findings),
    }
}

pub(super) fn parse_yaml(source: SourceId, text: &str, findings: &mut Findings) -> Result<Node, Reported> {
    let mut reader = Reader::new(source, text);
    for event in Parser::new_from_str(text) {
        let step = match event {
            Ok((event, span)) => {
                let span = reader.span(span.start, span.end);
                reader.event(event, span)
            }
            Err(error) => Err(reader.syntax_error(&error)),
        };
        match step {
            Ok(Progress::More) => {}
            Ok(Progress::Finished) => break,
            Err(finding) => {
                return Err(findings.push(*finding));
            }
        }
    }
    reader.finished(findings)
}

/// What a text without content holds.
fn nothing(source: SourceId) -> Node {
    let scalar = Scalar { text: Arc::from(""), style: Style::Plain, masked: false, origin: None };
    Node { span: source.start(), content: Content::Scalar(scalar) }
}

enum Progress {
    More,
    Finished,
}

/// A map or list whose end has not been met yet.
struct Open {
    span: Span,
    anchor: usize,
    size: usize,
    kind: OpenKind,
    /// The intrinsic function of CloudFormation that its tag names.
    function: Option<String>,
}

pub(super) enum OpenKind {
    Sequence(Vec<Node>),
    Mapping { entries: Vec<Entry>, seen: HashSet<Arc<str>>, key: Option<Key> },
}

impl OpenKind {
    pub(super) fn mapping() -> Self {
        OpenKind::Mapping { entries: Vec::new(), seen: HashSet::new(), key: None }
    }
}

/// A tree in the making.
pub(super) struct Reader<'t> {
    source: SourceId,
    text: &'t str,
    bytes: ByteIndex,
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
            bytes: ByteIndex::new(text),
            open: Vec::new(),
            anchors: HashMap::new(),
            keys: HashSet::new(),
            total: 0,
            duplicates: Vec::new(),
            root: None,
        }
    }

    fn span(&self, start: Marker, end: Marker) -> Span {
        Span { source: self.source, start: self.bytes.at(start.index()), end: self.bytes.at(end.index()) }
    }

    fn syntax_error(&self, error: &ScanError) -> Box<Diagnostic> {
        let at = self.bytes.at(error.marker().index());
        let span = Span { source: self.source, start: at, end: at };
        // The scanner reads ahead of the events and has a limit of its own, 255 levels of `[` and `{`.
        if error.info().contains("recursion limit") {
            return self.too_deep(span);
        }
        let finding = Diagnostic::error(codes::SYNTAX, span, format!("this is not YAML or JSON: {}", error.info()));
        Box::new(match remedy(error.info()) {
            Some(help) => finding.help(help),
            None => finding,
        })
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<Progress, Box<Diagnostic>> {
        match event {
            Event::DocumentEnd if self.root.is_some() => return Ok(Progress::Finished),
            Event::Scalar(text, style, anchor, tag) => {
                let scalar = self.scalar(&text, style.into(), span);
                let node = Node { span, content: Content::Scalar(scalar) };
                self.add(applied(function(tag.as_deref()), node), 1, anchor)?;
            }
            Event::Alias(anchor) => {
                let Some((node, size)) = self.anchors.get(&anchor).cloned() else {
                    return Err(self.error(codes::SYNTAX, span, "this alias stands inside its own anchor"));
                };
                self.add(Node { span, ..node }, size, 0)?;
            }
            Event::SequenceStart(anchor, tag) => {
                self.begin(span, anchor, OpenKind::Sequence(Vec::new()), function(tag.as_deref()))?;
            }
            Event::MappingStart(anchor, tag) => {
                self.begin(span, anchor, OpenKind::mapping(), function(tag.as_deref()))?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span)?,
            _ => {}
        }
        Ok(Progress::More)
    }

    fn scalar(&self, text: &str, style: Style, span: Span) -> Scalar {
        let written = self.text.get(span.start as usize..span.end as usize).unwrap_or_default();
        let quotes = if style == Style::Quoted { 2 } else { 0 };
        let origin = (written.len() != text.len() + quotes).then(|| Origin::find(text, written, style, span.start));
        Scalar { text: text.into(), style, masked: false, origin }
    }

    /// Adds a scalar that has neither anchor nor tag.
    pub(super) fn leaf(&mut self, text: &str, style: Style, span: Span) -> Result<(), Box<Diagnostic>> {
        let content = Content::Scalar(self.scalar(text, style, span));
        self.add(Node { span, content }, 1, 0)
    }

    /// The map or list that is read.
    pub(super) fn innermost(&self) -> Option<&OpenKind> {
        self.open.last().map(|open| &open.kind)
    }

    /// The tree, and what was found beside it.
    fn finished(self, findings: &mut Findings) -> Result<Node, Reported> {
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
            return Err(self.too_deep(span));
        }
        self.open.push(Open { span, anchor, size: 1, kind, function });
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
            OpenKind::Mapping { mut entries, .. } => {
                entries.shrink_to_fit();
                Content::Mapping(entries.into())
            }
        };
        self.add(applied(open.function, Node { span, content }), open.size, open.anchor)
    }

    /// Puts a finished node where it belongs: into the open map or list, or at the root.
    fn add(&mut self, node: Node, size: usize, anchor: usize) -> Result<(), Box<Diagnostic>> {
        self.total += size;
        if self.total > MAX_NODES {
            let message = format!("with its aliases expanded the document has more than {MAX_NODES} nodes");
            return Err(self.error(codes::TOO_MANY_NODES, node.span, message));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, (node.clone(), size));
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some((node, size));
            return Ok(());
        };
        open.size += size;
        match &mut open.kind {
            OpenKind::Sequence(items) => items.push(node),
            OpenKind::Mapping { entries, seen, key } => match key.take() {
                Some(key) => {
                    if !seen.insert(key.text.clone()) {
                        self.duplicates.push(duplicate(&key, entries));
                    }
                    entries.push(Entry { key, value: node });
                }
                None => match node.content {
                    Content::Scalar(scalar) => {
                        let text = self.keys.get(&scalar.text).cloned().unwrap_or_else(|| {
                            self.keys.insert(scalar.text.clone());
                            scalar.text
                        });
                        *key = Some(Key { text, span: node.span });
                    }
                    _ => return Err(self.error(codes::BAD_KEY, node.span, "a key must be text, not a list or a map")),
                },
            },
        }
        Ok(())
    }

    fn too_deep(&self, span: Span) -> Box<Diagnostic> {
        self.error(codes::TOO_DEEP, span, format!("maps and lists are nested more than {MAX_DEPTH} levels deep"))
    }

    fn error(&self, code: Code, span: Span, message: impl Into<String>) -> Box<Diagnostic> {
        Box::new(Diagnostic::error(code, span, message))
    }
}

/// The intrinsic functions of CloudFormation, which its YAML also writes as tags.
const FUNCTIONS: [&str; 12] = [
    "Sub",
    "GetAtt",
    "Join",
    "If",
    "ImportValue",
    "Select",
    "Split",
    "FindInMap",
    "Base64",
    "Cidr",
    "GetAZs",
    "Transform",
];

/// The key that a tag of CloudFormation is short for: `!Sub` for `Fn::Sub`. Other tags change nothing.
fn function(tag: Option<&Tag>) -> Option<String> {
    let tag = tag.filter(|tag| tag.handle == "!")?;
    match &*tag.suffix {
        "Ref" => Some("Ref".to_owned()),
        name if FUNCTIONS.contains(&name) => Some(format!("Fn::{name}")),
        _ => None,
    }
}

/// The map that a tagged value is short for.
fn applied(function: Option<String>, node: Node) -> Node {
    let Some(function) = function else { return node };
    let span = node.span;
    let entry = Entry { key: Key { text: function.into(), span }, value: node };
    Node { span, content: Content::Mapping([entry].into()) }
}

/// What to type instead, for the mistakes that people make.
fn remedy(info: &str) -> Option<&'static str> {
    let said = |words: &str| info.contains(words);
    if said("tab") {
        Some("indent with spaces")
    } else if said("quoted scalar") {
        Some("close the quote; inside single quotes write `''` for `'`, inside double quotes `\\\"` for `\"`")
    } else if said("flow") || said("',' or ']'") || said("',' or '}'") {
        Some("close the bracket, and put a comma between two items")
    } else if said("mapping values") {
        Some("put quotes around a text that holds `: `")
    } else if said("block mapping") || said("did not find expected key") || said("block collection") {
        Some("align the keys of one map in one column")
    } else {
        None
    }
}

fn duplicate(key: &Key, entries: &[Entry]) -> Diagnostic {
    let finding =
        Diagnostic::error(codes::DUPLICATE_KEY, key.span, format!("the key `{}` stands here twice", key.text));
    match entries.iter().find(|entry| entry.key.text == key.text) {
        Some(first) => finding.label(first.key.span, "first here"),
        None => finding,
    }
}

impl From<ScalarStyle> for Style {
    fn from(style: ScalarStyle) -> Self {
        match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
            ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
        }
    }
}

/// The parser counts characters, spans count bytes: the same number in ASCII, a table otherwise.
enum ByteIndex {
    Ascii(u32),
    Table(Vec<u32>),
}

impl ByteIndex {
    fn new(text: &str) -> Self {
        if text.is_ascii() {
            return ByteIndex::Ascii(text.len() as u32);
        }
        let starts = text.char_indices().map(|(at, _)| at as u32);
        ByteIndex::Table(starts.chain(std::iter::once(text.len() as u32)).collect())
    }

    fn at(&self, character: usize) -> u32 {
        match self {
            ByteIndex::Ascii(length) => (character as u32).min(*length),
            ByteIndex::Table(starts) => starts[character.min(starts.len() - 1)],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Sources;

    fn read(text: &str) -> (Option<Node>, Vec<String>) {
        let mut sources = Sources::default();
        let id = sources.add("t.yaml", text);
        let mut findings = Findings::default();
        let node = parse(id, text, &mut findings);
        (
            node.ok(),
            findings.iter().map(|finding| format!("{} {}", sources.place(finding.span), finding.code.id)).collect(),
        )
    }

    #[test]
    fn spans_cover_keys_and_values_in_bytes() {
        let text = "é: {b: [1, 'two']}\n";
        let node = read(text).0.unwrap();
        let entry = &node.entries()[0];
        assert_eq!(&text[entry.key.span.start as usize..entry.key.span.end as usize], "é");
        let two = node.pointer("/é/b/1").unwrap();
        assert_eq!(&text[two.span.start as usize..two.span.end as usize], "'two'");
        assert_eq!(node.to_json(), serde_json::json!({"é": {"b": [1, "two"]}}));
    }

    #[test]
    fn a_duplicate_key_is_found_at_its_second_place() {
        assert_eq!(read("a: 1\nb: 2\na: 3\n").1, ["t.yaml:3:1 G0006"]);
    }

    #[test]
    fn integer_keys_keep_their_text() {
        assert_eq!(read("200: ok\n").0.unwrap().get("200").and_then(Node::text), Some("ok"));
    }

    #[test]
    fn an_alias_keeps_its_own_place() {
        let text = "a: &x {k: v}\nb: *x\n";
        let node = read(text).0.unwrap();
        let alias = node.get("b").unwrap();
        assert_eq!(&text[alias.span.start as usize..alias.span.end as usize], "*x");
        assert_eq!(alias.get("k").and_then(Node::text), Some("v"));
    }

    #[test]
    fn an_alias_bomb_and_deep_nesting_are_refused() {
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..9 {
            let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
            bomb.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
        }
        assert!(read(&bomb).1[0].ends_with("G0005"));
        assert!(read(&"[".repeat(20_000)).1[0].ends_with("G0004"));
    }

    #[test]
    fn a_syntax_error_has_its_place() {
        let (node, findings) = read("a: 1\nb: 'open\n");
        assert!(node.is_none());
        assert!(findings[0].ends_with("G0003"), "{findings:?}");
    }

    #[test]
    fn json_is_read_with_places() {
        let text = "{\n  \"a\": [true]\n}";
        assert_eq!(read(text).0.unwrap().to_json(), serde_json::json!({"a": [true]}));
    }
}
