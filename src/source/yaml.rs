//! YAML: the events of its parser go to the reader.

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Tag};

use super::node::Node;
use super::reader::{OpenKind, Reader, too_deep};
use super::style::Style;
use crate::base::{Diagnostic, Findings, Reported, SourceId, Span, codes};

pub(super) fn parse_yaml(source: SourceId, text: &str, findings: &mut Findings) -> Result<Node, Reported> {
    let mut reader = Reader::new(source, text);
    let places = Places { source, bytes: ByteIndex::new(text) };
    for event in Parser::new_from_str(text) {
        let step = match event {
            Ok((event, span)) => add(&mut reader, event, places.span(span.start, span.end)),
            Err(error) => Err(places.syntax_error(&error)),
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

enum Progress {
    More,
    Finished,
}

/// Adds what an event says.
fn add(reader: &mut Reader<'_>, event: Event<'_>, span: Span) -> Result<Progress, Box<Diagnostic>> {
    match event {
        Event::DocumentEnd if reader.has_root() => return Ok(Progress::Finished),
        Event::Scalar(text, style, anchor, tag) => {
            reader.marked_leaf(&text, style.into(), span, anchor, function(tag.as_deref()))?;
        }
        Event::Alias(anchor) => reader.alias(anchor, span)?,
        Event::SequenceStart(anchor, tag) => {
            reader.begin(span, anchor, OpenKind::Sequence(Vec::new()), function(tag.as_deref()))?;
        }
        Event::MappingStart(anchor, tag) => {
            reader.begin(span, anchor, OpenKind::mapping(), function(tag.as_deref()))?;
        }
        Event::SequenceEnd | Event::MappingEnd => reader.end(span)?,
        _ => {}
    }
    Ok(Progress::More)
}

/// Places of the parser as spans.
struct Places {
    source: SourceId,
    bytes: ByteIndex,
}

impl Places {
    fn span(&self, start: Marker, end: Marker) -> Span {
        Span { source: self.source, start: self.bytes.at(start.index()), end: self.bytes.at(end.index()) }
    }

    fn syntax_error(&self, error: &ScanError) -> Box<Diagnostic> {
        let at = self.bytes.at(error.marker().index());
        let span = Span { source: self.source, start: at, end: at };
        // The scanner reads ahead of the events and has a limit of its own, 255 levels of `[` and `{`.
        if error.info().contains("recursion limit") {
            return too_deep(span);
        }
        let finding = Diagnostic::error(codes::SYNTAX, span, format!("this is not YAML or JSON: {}", error.info()));
        Box::new(match remedy(error.info()) {
            Some(help) => finding.help(help),
            None => finding,
        })
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
