//! `docs/policies/`: a page per policy, from its folder.

use std::fmt::Write;

use super::generated_file::GeneratedFile;
use super::properties;
use crate::policies;
use crate::policy::Entry;
use crate::source::Unbuilt;

pub(super) fn files() -> Vec<GeneratedFile> {
    let mut files: Vec<GeneratedFile> = policies::ALL.iter().map(page).collect();
    files.push(index());
    files
}

fn page(entry: &Entry) -> GeneratedFile {
    GeneratedFile { path: format!("docs/policies/{}.md", entry.meta.name), text: text(entry) }
}

/// The page of a policy.
pub fn text(entry: &Entry) -> String {
    let meta = entry.meta;
    let mut text = format!("# {}\n\n{}\n\n", meta.name, meta.summary);
    let keys: Vec<String> = std::iter::once(meta.name).chain(meta.aliases.iter().copied()).map(quoted).collect();
    let versions: Vec<String> = meta.versions.iter().copied().map(quoted).collect();
    let _ = write!(text, "Key: {}. Versions: {}.\n\n{}\n", keys.join(", "), versions.join(", "), meta.page);
    for example in meta.examples {
        let _ = write!(text, "\n## Example: {}\n\n```yaml\n{}\n```\n", example.title(), example.text.trim_end());
    }
    let _ = write!(text, "\n## Properties\n\n{}", properties::table(entry.shape().annotated()));
    text.push_str("\nEvery step also takes `version`, `title` and `description`.\n");
    let (refused, partly): (Vec<&Unbuilt>, Vec<&Unbuilt>) =
        entry.unbuilt().partition(|(_, neutral)| neutral.is_empty());
    if !refused.is_empty() {
        let names: Vec<String> = refused.into_iter().map(|(name, _)| quoted(name)).collect();
        let _ = write!(text, "\nKnown but not built yet, and refused: {}.\n", names.join(", "));
    }
    if !partly.is_empty() {
        let names: Vec<String> = partly.into_iter().map(|(name, _)| quoted(name)).collect();
        let _ = write!(
            text,
            "\nNot built yet, and accepted only with the value that changes nothing: {}.\n",
            names.join(", ")
        );
    }
    text
}

fn index() -> GeneratedFile {
    let mut text = String::from("# Policies\n\n| policy | what it does |\n|---|---|\n");
    for entry in &policies::ALL {
        let name = entry.meta.name;
        let _ = writeln!(text, "| [{name}]({name}.md) | {} |", entry.meta.summary);
    }
    GeneratedFile { path: "docs/policies/README.md".to_owned(), text }
}

fn quoted(name: &str) -> String {
    format!("`{name}`")
}
