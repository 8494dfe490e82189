//! What a Rust file imports: its `use` trees and the paths in its code, without tests and comments.

use std::collections::BTreeMap;

/// A path in a file, with its line.
pub struct Import {
    pub line: usize,
    /// Its segments, such as `crate`, `value`, `Value`; a `*` at the end takes everything.
    pub path: Vec<String>,
}

/// A file as the structure test sees it.
pub struct Source {
    /// Names that `use` brings in, with their paths; those that are only passed on are left out of `imports`.
    pub names: BTreeMap<String, Vec<String>>,
    /// What the file uses of others.
    pub imports: Vec<Import>,
}

impl Source {
    /// Reads the text of a file.
    pub fn read(text: &str) -> Self {
        let code = without_tests(&without_comments(text));
        let (uses, rest) = split_uses(&code);
        let mut source = Source { names: BTreeMap::new(), imports: Vec::new() };
        for Use { line, is_public, tree } in uses {
            let mut leaves = Vec::new();
            expand(&tree, &mut Vec::new(), &mut leaves);
            for (name, path) in leaves {
                let is_used = !is_public || contains_word(&rest, &name);
                source.names.insert(name, path.clone());
                if is_used {
                    source.imports.push(Import { line, path });
                }
            }
        }
        source.imports.extend(paths_in_code(&rest));
        source
    }
}

struct Use {
    line: usize,
    is_public: bool,
    tree: String,
}

/// The text with comments blanked; lines stay where they are.
fn without_comments(text: &str) -> String {
    let lines = text.lines().map(|line| if line.trim_start().starts_with("//") { "" } else { line });
    lines.collect::<Vec<_>>().join("\n")
}

/// The text without items under `#[cfg(test)]`; lines stay where they are.
fn without_tests(text: &str) -> String {
    let mut kept = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.trim() != "#[cfg(test)]" {
            kept.push_str(line);
            kept.push('\n');
            continue;
        }
        kept.push('\n');
        let mut depth = 0usize;
        for line in lines.by_ref() {
            kept.push('\n');
            depth += line.matches('{').count();
            depth = depth.saturating_sub(line.matches('}').count());
            if depth == 0 && (line.contains('}') || line.trim_end().ends_with(';')) {
                break;
            }
        }
    }
    kept
}

/// The `use` items, which may take several lines, and the text without them.
fn split_uses(code: &str) -> (Vec<Use>, String) {
    let (mut uses, mut rest) = (Vec::new(), String::new());
    let mut lines = code.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let start = line.trim_start();
        let item = start.strip_prefix("pub").map_or(start, |after| {
            let after = after.trim_start();
            after.strip_prefix('(').and_then(|inner| inner.split_once(") ")).map_or(after, |(_, item)| item)
        });
        let Some(tree) = item.strip_prefix("use ") else {
            rest.push_str(line);
            rest.push('\n');
            continue;
        };
        let mut tree = tree.to_owned();
        while !tree.contains(';') {
            let Some((_, more)) = lines.next() else { break };
            tree.push_str(more.trim());
            rest.push('\n');
        }
        rest.push('\n');
        let tree = tree.split(';').next().unwrap_or_default().to_owned();
        uses.push(Use { line: index + 1, is_public: start.starts_with("pub"), tree });
    }
    (uses, rest)
}

/// The leaves of a `use` tree: the name that each brings in, and its path.
fn expand(tree: &str, before: &mut Vec<String>, leaves: &mut Vec<(String, Vec<String>)>) {
    let tree = tree.trim();
    if let Some(list) = tree.strip_prefix('{').and_then(|list| list.strip_suffix('}')) {
        for part in split_list(list) {
            expand(part, before, leaves);
        }
        return;
    }
    if let Some((first, more)) = tree.split_once("::") {
        before.push(first.trim().to_owned());
        expand(more, before, leaves);
        before.pop();
        return;
    }
    let (item, name) = tree.split_once(" as ").unwrap_or((tree, tree));
    let mut path = before.clone();
    if item.trim() != "self" {
        path.push(item.trim().to_owned());
    }
    let name = if name.trim() == "self" { path.last().cloned().unwrap_or_default() } else { name.trim().to_owned() };
    if !name.is_empty() {
        leaves.push((name, path));
    }
}

/// The parts of a list, at its commas outside of inner lists.
fn split_list(list: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0usize, 0);
    for (at, character) in list.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&list[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&list[start..]);
    parts.into_iter().filter(|part| !part.trim().is_empty()).collect()
}

/// Paths such as `crate::value::Value` and `step::Plan` in code.
fn paths_in_code(code: &str) -> Vec<Import> {
    let mut imports = Vec::new();
    for (index, line) in code.lines().enumerate() {
        let is_part = |character: char| character.is_alphanumeric() || character == '_' || character == ':';
        for word in line.split(|character| !is_part(character)).filter(|word| word.contains("::")) {
            let path: Vec<String> = word
                .split("::")
                .map(|part| part.trim_matches(':').to_owned())
                .filter(|part| !part.is_empty())
                .collect();
            if path.len() > 1 {
                imports.push(Import { line: index + 1, path });
            }
        }
    }
    imports
}

fn contains_word(text: &str, name: &str) -> bool {
    text.split(|character: char| !(character.is_alphanumeric() || character == '_')).any(|word| word == name)
}
