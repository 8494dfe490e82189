//! Findings as code frames, for a terminal.

use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Diagnostic, Label, Severity, SourceFile, Sources, Span};

/// Longer lines are cut around the finding, so that a minified document does not flood the terminal.
const WIDTH: usize = 80;

/// Lines that are handed over around a place; the renderer shows fewer, and would count through the whole file otherwise.
const LINES: usize = 4;

/// The code frame of one finding.
pub fn render(finding: &Diagnostic, sources: &Sources, color: bool) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let (near, far): (Vec<_>, Vec<_>) =
        finding.labels.iter().partition(|label| label.span.source == finding.span.source);
    let frame = snippet(finding.span, AnnotationKind::Primary, None, &near, sources);
    let mut group = Group::with_title(level.primary_title(&*finding.message).id(finding.code.id)).element(frame);
    for label in far {
        group = group.element(snippet(label.span, AnnotationKind::Context, Some(&label.text), &[], sources));
    }
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(&*help.sentence));
    }
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    renderer.term_width(WIDTH).render(&[group])
}

/// One file's lines around a place and around the labels in the same file.
fn snippet<'a>(
    span: Span,
    kind: AnnotationKind,
    text: Option<&'a str>,
    labels: &[&'a Label],
    sources: &'a Sources,
) -> Snippet<'a, Annotation<'a>> {
    let file = sources.file(span.source);
    let place = range(span, file);
    let others: Vec<_> = labels.iter().map(|label| (range(label.span, file), &*label.text)).collect();
    let start = others.iter().map(|(other, _)| other.start).chain([place.start]).min().unwrap_or_default();
    let end = others.iter().map(|(other, _)| other.end).chain([place.end]).max().unwrap_or_default();
    let (line, shown) = file.around(start..end, LINES);
    let within = |range: Range<usize>| range.start - shown.start..range.end - shown.start;
    let mut primary = kind.span(within(place));
    if let Some(text) = text {
        primary = primary.label(text);
    }
    let mut snippet = Snippet::source(&file.text[shown.clone()]).path(&*file.name).line_start(line).annotation(primary);
    for (range, text) in others {
        snippet = snippet.annotation(AnnotationKind::Context.span(within(range)).label(text));
    }
    snippet
}

/// The bytes to underline: the first line of what the span covers, on character boundaries.
fn range(span: Span, file: &SourceFile) -> Range<usize> {
    let text = &file.text;
    let start = text.floor_char_boundary(span.start as usize);
    let end = text.floor_char_boundary((span.end as usize).max(start));
    let first_line = text[start..end].lines().next().map_or(0, |line| line.trim_end().len());
    start..start + first_line
}
