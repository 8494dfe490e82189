//! Findings as code frames, for a terminal.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Diagnostic, Severity, SourceFile, Sources, Span};

/// Longer lines are cut around the finding, so that a minified document does not flood the terminal.
const WIDTH: usize = 100;

/// The code frame of one finding.
pub fn render(finding: &Diagnostic, sources: &Sources, color: bool) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let file = sources.file(finding.span.source);
    let mut snippet = Snippet::source(&*file.text)
        .path(&*file.name)
        .annotation(AnnotationKind::Primary.span(range(finding.span, file)));
    for label in finding.labels.iter().filter(|label| label.span.source == finding.span.source) {
        snippet = snippet.annotation(AnnotationKind::Context.span(range(label.span, file)).label(&*label.text));
    }
    let mut group = Group::with_title(level.primary_title(&*finding.message).id(finding.code.id)).element(snippet);
    for label in finding.labels.iter().filter(|label| label.span.source != finding.span.source) {
        let file = sources.file(label.span.source);
        group = group.element(
            Snippet::source(&*file.text)
                .path(&*file.name)
                .annotation(AnnotationKind::Context.span(range(label.span, file)).label(&*label.text)),
        );
    }
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(&**help));
    }
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    renderer.term_width(WIDTH).render(&[group])
}

/// The bytes to underline: the first line of what the span covers, on character boundaries.
fn range(span: Span, file: &SourceFile) -> std::ops::Range<usize> {
    let text = &file.text;
    let start = text.floor_char_boundary(span.start as usize);
    let end = text.floor_char_boundary((span.end as usize).max(start));
    let first_line = text[start..end].lines().next().map_or(0, |line| line.trim_end().len());
    start..start + first_line
}
