//! YAML: the events of its parser go to the reader.

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Tag};

use super::loose::{Loose, is_of_brackets};
use super::node::Node;
use super::reader::{OpenKind, Reader, too_deep};
use super::second::{Later, second_document};
use super::style::Style;
use super::tag::function;
use crate::base::{Diagnostic, Findings, Reported, SourceId, Span, codes};

pub(super) fn parse_yaml(source: SourceId, text: &str, findings: &mut Findings) -> Result<Node, Reported> {
    let mut loose = Loose::new(text);
    // An open bracket makes lists of all lines after it, and the first of them is the place to look at.
    let mut open = None;
    loop {
        let scanned = loose.text();
        let places = Places { source, bytes: ByteIndex::new(&scanned), loose: &loose };
        let error = match read(text, &scanned, &places, findings) {
            Ok(read) => return read,
            Err(error) => error,
        };
        let (at, finding) = (places.byte(error.marker()), places.syntax_error(&error));
        if !loose.mend(&error, at as usize) {
            return Err(findings.push(*open.unwrap_or(finding)));
        }
        if is_of_brackets(&error) {
            open.get_or_insert(finding);
        }
    }
}

/// Reads the first document of a text; fails where the scanner does.
fn read(
    text: &str,
    scanned: &str,
    places: &Places<'_>,
    findings: &mut Findings,
) -> Result<Result<Node, Reported>, ScanError> {
    let mut reader = Reader::new(places.source, text);
    let mut events = Parser::new_from_str(scanned);
    while let Some(event) = events.next() {
        let (event, span) = event?;
        match add(&mut reader, event, places.span(span.start, span.end)) {
            Ok(Progress::More) => {}
            Ok(Progress::Finished) => {
                findings.extend(second_document(events.map(|event| later(event, places))));
                break;
            }
            Err(finding) => return Ok(Err(findings.push(*finding))),
        }
    }
    Ok(reader.finished(findings))
}

fn later(event: Result<(Event<'_>, saphyr_parser::Span), ScanError>, places: &Places<'_>) -> Later {
    match event {
        Ok((Event::DocumentStart(..), span)) => Later::Start(places.span(span.start, span.end)),
        Ok((Event::Scalar(text, ScalarStyle::Plain, ..), _)) => Later::of_plain(&text),
        Ok((Event::DocumentEnd | Event::StreamEnd | Event::Nothing | Event::StreamStart, _)) => Later::Nothing,
        _ => Later::Content,
    }
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
            reader.marked_leaf(&text, style.into(), span, anchor, of_tag(tag.as_deref()))?;
        }
        Event::Alias(anchor) => reader.alias(anchor, span)?,
        Event::SequenceStart(anchor, tag) => {
            reader.begin(span, anchor, OpenKind::Sequence(Vec::new()), of_tag(tag.as_deref()))?;
        }
        Event::MappingStart(anchor, tag) => {
            reader.begin(span, anchor, OpenKind::mapping(), of_tag(tag.as_deref()))?;
        }
        Event::SequenceEnd | Event::MappingEnd => reader.end(span)?,
        _ => {}
    }
    Ok(Progress::More)
}

/// Places of the parser as spans.
struct Places<'l> {
    source: SourceId,
    bytes: ByteIndex,
    loose: &'l Loose<'l>,
}

impl Places<'_> {
    fn byte(&self, marker: &Marker) -> u32 {
        self.loose.here(self.bytes.at(marker.index()) as usize) as u32
    }

    fn span(&self, start: Marker, end: Marker) -> Span {
        Span { source: self.source, start: self.byte(&start), end: self.byte(&end) }
    }

    fn syntax_error(&self, error: &ScanError) -> Box<Diagnostic> {
        let at = self.byte(error.marker());
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

/// The key that a tag is short for.
fn of_tag(tag: Option<&Tag>) -> Option<String> {
    tag.filter(|tag| tag.handle == "!").and_then(|tag| function(&tag.suffix))
}

/// The remedy for frequent errors.
fn remedy(info: &str) -> Option<&'static str> {
    let said = |words: &str| info.contains(words);
    if said("tab") {
        Some("indent with spaces")
    } else if said("Unicode character escape code") {
        Some(
            "write the character itself, or all of its number as in `\\U0001F600`: YAML knows no pairs such as `\\ud83d\\ude00`",
        )
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
