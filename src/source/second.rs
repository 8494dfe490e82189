//! A second YAML document in a file.

use crate::base::{Diagnostic, Span, codes};

/// The text after the first document.
pub(super) enum Later {
    Start(Span),
    Nothing,
    Content,
}

impl Later {
    pub(super) fn of_plain(text: &str) -> Self {
        if matches!(text, "" | "~" | "null") { Later::Nothing } else { Later::Content }
    }
}

/// A finding for a second document that holds something.
pub(super) fn second_document(events: impl Iterator<Item = Later>) -> Option<Diagnostic> {
    let mut start = None;
    for event in events {
        match event {
            Later::Start(span) => start = Some(span),
            Later::Nothing => {}
            Later::Content => {
                let message = "this starts a second YAML document, and only the first one of a file is read";
                let finding = Diagnostic::warning(codes::SECOND_DOCUMENT, start?, message);
                return Some(finding.help("write it into a file of its own"));
            }
        }
    }
    None
}
