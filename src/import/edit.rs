//! Changes to a text that leave the rest of it as it was written.

/// Replaces the bytes from `start` to `end`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edit {
    pub start: usize,
    pub end: usize,
    pub text: String,
}

impl Edit {
    pub(super) fn insert(at: usize, text: impl Into<String>) -> Self {
        Edit { start: at, end: at, text: text.into() }
    }
}

/// The text with all edits; of two at one place the first counts.
pub(super) fn apply(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| (edit.start, edit.end));
    edits.dedup_by_key(|edit| edit.start);
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for edit in edits {
        // Inside of what another has replaced nothing is left to change.
        if let Some(between) = text.get(at..edit.start) {
            out.push_str(between);
            out.push_str(&edit.text);
            at = edit.end.max(edit.start);
        }
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// The start of a byte's line.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1)
}

/// The start of the line after a byte's line, or the end.
pub(super) fn next_line(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |newline| at + newline + 1)
}

/// The lines with another indentation. Lines that have less than is taken away lose what they have.
pub(super) fn indented(lines: &str, from: usize, to: usize) -> String {
    let mut out = String::with_capacity(lines.len());
    for line in lines.split_inclusive('\n') {
        let own = line.len() - line.trim_start_matches(' ').len();
        if line.trim().is_empty() {
            out.push_str(line.trim_start_matches(' '));
            continue;
        }
        out.push_str(&" ".repeat((own + to).saturating_sub(from)));
        out.push_str(&line[own..]);
    }
    out
}
