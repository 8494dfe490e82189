//! `gantry check --fix`: mistakes that have one answer are mended in their files.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use crate::base::{Findings, Printable, SourceId, Sources, Span, mistyped};
use crate::source::{Node, parse};

/// An answer and the text that it replaces.
type Edit = (Range<usize>, String);

/// Mends the files of findings that have one answer; says how many mistakes were mended. What cannot be written is told.
pub fn mend(findings: &Findings, sources: &Sources) -> usize {
    let mut edits: BTreeMap<SourceId, Vec<Edit>> = BTreeMap::new();
    for finding in findings.iter() {
        let Some(instead) = finding.help.as_ref().and_then(|help| help.instead.as_deref()) else { continue };
        let Some(replacement) = replacement(sources.text(finding.span), instead) else { continue };
        let range = finding.span.start as usize..finding.span.end as usize;
        edits.entry(finding.span.source).or_default().push((range, replacement));
    }
    for (source, edits) in &mut edits {
        let text = sources.file(*source).text.clone();
        if let Ok(tree) = parse(*source, &text, &mut Findings::default()) {
            leave_collisions(&tree, edits);
        }
    }
    edits.into_iter().map(|(source, edits)| mend_file(source, edits, sources)).sum()
}

/// Leaves out new names of keys that their map has already, or that two of its keys would get: which of them is meant is not known.
fn leave_collisions(node: &Node, edits: &mut Vec<Edit>) {
    let key = |span: Span| span.start as usize..span.end as usize;
    let new = |edits: &[Edit], range: &Range<usize>| {
        let edit = edits.iter().find(|(place, _)| place == range);
        edit.map(|(_, name)| name.trim_matches(['"', '\'']).to_owned())
    };
    let mut names: Vec<String> = Vec::new();
    for entry in node.entries() {
        names.push(new(edits, &key(entry.key.span)).unwrap_or_else(|| entry.key.text.to_string()));
    }
    let ranges: Vec<Range<usize>> = node.entries().iter().map(|entry| key(entry.key.span)).collect();
    edits.retain(|(range, replacement)| {
        let name = replacement.trim_matches(['"', '\'']);
        !ranges.contains(range) || names.iter().filter(|known| *known == name).count() < 2
    });
    let inner = node.entries().iter().map(|entry| &entry.value).chain(node.items());
    inner.for_each(|node| leave_collisions(node, edits));
}

fn mend_file(source: SourceId, edits: Vec<Edit>, sources: &Sources) -> usize {
    let file = sources.file(source);
    let path = Path::new(&*file.name);
    let Ok(bytes) = std::fs::read(path) else { return 0 };
    // The document is without the byte order mark of its file.
    let mark = bytes.len().saturating_sub(file.text.len());
    if bytes.get(mark..) != Some(file.text.as_bytes()) {
        complain!("{}: not mended, it has changed in the meantime", file.name);
        return 0;
    }
    let told: Vec<String> = edits.iter().map(|(range, new)| shown(source, range, new, sources)).collect();
    let (text, count) = with_edits(&file.text, edits);
    match std::fs::write(path, [&bytes[..mark], text.as_bytes()].concat()) {
        Ok(()) => {
            told.iter().for_each(|line| complain!("{line}"));
            count
        }
        Err(error) => {
            complain!("{}: not mended: {error}", file.name);
            0
        }
    }
}

/// `FILE:LINE:COLUMN: OLD is NEW now`.
fn shown(source: SourceId, range: &Range<usize>, new: &str, sources: &Sources) -> String {
    let as_offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let span = Span { source, start: as_offset(range.start), end: as_offset(range.end) };
    format!("{}: `{}` is `{}` now", sources.place(span), Printable(sources.text(span)), Printable(new))
}

/// The text with the edits made, and how many: of two at one place only the first.
fn with_edits(text: &str, mut edits: Vec<Edit>) -> (String, usize) {
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let (mut out, mut done, mut count) = (String::with_capacity(text.len()), 0, 0);
    for (range, replacement) in edits {
        let Some(before) = text.get(done..range.start) else { continue };
        out.push_str(before);
        out.push_str(&replacement);
        (done, count) = (range.end, count + 1);
    }
    out.push_str(&text[done..]);
    (out, count)
}

/// The text that replaces a marked one. `None` where the text is not the mistake itself, such as a template with more in it.
fn replacement(marked: &str, instead: &str) -> Option<String> {
    let quote = marked
        .chars()
        .next()
        .filter(|first| matches!(first, '\'' | '"') && marked.len() > 1 && marked.ends_with(*first));
    let typed = if quote.is_some() { &marked[1..marked.len() - 1] } else { marked };
    let is_plain = |text: &str| {
        !text.is_empty() && !text.contains(['\n', '\r', '\'', '"', '\\', '#', ',']) && !text.contains(": ")
    };
    if !is_plain(typed) || !is_plain(instead) {
        return None;
    }
    if instead == format!("[{typed}]") {
        return Some(format!("[{marked}]"));
    }
    if instead != format!("$({typed})") && mistyped(typed, [instead]).is_empty() {
        return None;
    }
    let quote = quote.map(String::from).unwrap_or_default();
    Some(format!("{quote}{instead}{quote}"))
}

#[cfg(test)]
mod tests {
    use super::{leave_collisions, replacement, with_edits};
    use crate::base::{Findings, Sources};
    use crate::source::parse;

    #[test]
    fn a_text_is_replaced_in_its_quotes() {
        for (marked, instead, expected) in [
            ("functon", "function", Some("function")),
            ("'functon'", "function", Some("'function'")),
            ("\"functon\"", "function", Some("\"function\"")),
            ("message.body.x", "$(message.body.x)", Some("$(message.body.x)")),
            ("ConnectionError", "[ConnectionError]", Some("[ConnectionError]")),
            ("\"ConnectionError\"", "[ConnectionError]", Some("[\"ConnectionError\"]")),
            // The mistake is a part of the text, or another text.
            ("$(bakend)/v1/and/more", "$(backend)", None),
            ("a: {b: functon}", "function", None),
            ("", "function", None),
            ("it\\'s", "its", None),
        ] {
            assert_eq!(replacement(marked, instead).as_deref(), expected, "{marked}");
        }
    }

    #[test]
    fn edits_are_made_once() {
        let edits = vec![(4..7, "three".to_owned()), (0..3, "1".to_owned()), (4..7, "3".to_owned())];
        assert_eq!(with_edits("one two", edits), ("1 three".to_owned(), 2));
    }

    #[test]
    fn a_key_is_not_renamed_to_one_that_is_there() {
        for (text, names, left) in [
            ("{timout: 5, timeout: 6, timeot: 7}", &[("timout", "timeout"), ("timeot", "timeout")][..], 0),
            ("{timout: 5, timeot: 7}", &[("timout", "timeout"), ("timeot", "timeout")], 0),
            ("a: {cach: [], catch: []}\nb: {cach: []}", &[("cach", "catch")], 0),
            ("a: [{timout: 5}, {timeout: 6}]", &[("timout", "timeout")], 1),
        ] {
            let tree = parse(Sources::default().add("x", text), text, &mut Findings::default()).unwrap();
            let edit = |(old, new): &(&str, &str)| {
                let at = text.find(old).unwrap();
                (at..at + old.len(), (*new).to_owned())
            };
            let mut edits = names.iter().map(edit).collect();
            leave_collisions(&tree, &mut edits);
            assert_eq!(edits.len(), left, "{text}");
        }
    }
}
