//! Which file uses which: paths are resolved to the files that define what they name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::source::Source;

/// The files below `src`, by the path of their module.
pub struct Library {
    files: BTreeMap<Vec<String>, (PathBuf, Source)>,
}

/// One file uses another.
pub struct Arrow<'l> {
    pub from: &'l Path,
    pub line: usize,
    pub from_module: &'l [String],
    pub to: &'l Path,
    pub to_module: &'l [String],
}

impl Library {
    /// Reads files, given with their texts; paths are relative to `src`.
    pub fn read(files: impl IntoIterator<Item = (PathBuf, String)>) -> Self {
        let files = files.into_iter().map(|(path, text)| (module_of(&path), (path, Source::read(&text))));
        Library { files: files.collect() }
    }

    /// Every use of a file by another one.
    pub fn arrows(&self) -> Vec<Arrow<'_>> {
        let mut arrows = Vec::new();
        for (module, (path, source)) in &self.files {
            for import in &source.imports {
                let Some(to) = self.resolve(module, &import.path, 0) else { continue };
                if to != module {
                    let (from, line, to_path) = (path.as_path(), import.line, self.files[to].0.as_path());
                    arrows.push(Arrow { from, line, from_module: module, to: to_path, to_module: to });
                }
            }
        }
        arrows
    }

    /// The module whose file defines what a path names; nothing for other crates and local types.
    fn resolve(&self, module: &[String], path: &[String], depth: usize) -> Option<&Vec<String>> {
        if depth > 16 {
            return None;
        }
        let mut base = module.to_vec();
        let mut rest = path;
        match path.first()?.as_str() {
            "crate" => {
                base.clear();
                rest = &path[1..];
            }
            "self" => rest = &path[1..],
            "super" => {
                while rest.first().is_some_and(|first| first == "super") {
                    base.pop()?;
                    rest = &rest[1..];
                }
            }
            first => {
                // A child module, or a name that the file has brought in.
                let mut child = base.clone();
                child.push(first.to_owned());
                if !self.files.contains_key(&child) {
                    let brought = self.files.get(module)?.1.names.get(first)?;
                    if brought.first().is_some_and(|known| known == first) {
                        return None;
                    }
                    let whole: Vec<String> = brought.iter().chain(&path[1..]).cloned().collect();
                    return self.resolve(module, &whole, depth + 1);
                }
            }
        }
        self.descend(base, rest, depth)
    }

    /// Goes down from a module as far as the path names modules, then to where the item comes from.
    fn descend(&self, mut base: Vec<String>, mut rest: &[String], depth: usize) -> Option<&Vec<String>> {
        while let Some(first) = rest.first() {
            base.push(first.clone());
            if !self.files.contains_key(&base) {
                base.pop();
                break;
            }
            rest = &rest[1..];
        }
        let (known, (_, source)) = self.files.get_key_value(&base)?;
        match rest.first().and_then(|name| source.names.get(name)) {
            Some(passed_on) if passed_on.first().is_some_and(|first| self.is_ours(&base, first)) => {
                let whole: Vec<String> = passed_on.iter().chain(&rest[1..]).cloned().collect();
                self.resolve(&base, &whole, depth + 1)
            }
            // What another crate defines has no room here.
            Some(_) => None,
            None => Some(known),
        }
    }

    fn is_ours(&self, module: &[String], first: &str) -> bool {
        let child: Vec<String> = module.iter().cloned().chain([first.to_owned()]).collect();
        matches!(first, "crate" | "self" | "super") || self.files.contains_key(&child)
    }
}

fn module_of(path: &Path) -> Vec<String> {
    let mut parts: Vec<String> = path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    let last = parts.pop().unwrap_or_default();
    if !matches!(last.as_str(), "mod.rs" | "lib.rs" | "main.rs") {
        parts.push(last.trim_end_matches(".rs").to_owned());
    }
    parts
}

/// Groups of files that use each other in a circle, each sorted.
pub fn circles(arrows: &[(String, String)]) -> Vec<Vec<String>> {
    let mut reach: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (from, to) in arrows {
        reach.entry(from).or_default().push(to);
    }
    let reached_from = |start: &str| {
        let mut seen: Vec<String> = Vec::new();
        let mut next: Vec<&str> = reach.get(start).cloned().unwrap_or_default();
        while let Some(file) = next.pop() {
            if !seen.iter().any(|known| known == file) {
                seen.push(file.to_owned());
                next.extend(reach.get(file).into_iter().flatten());
            }
        }
        seen
    };
    let all: BTreeMap<&str, Vec<String>> = reach.keys().map(|file| (*file, reached_from(file))).collect();
    let mut circles: Vec<Vec<String>> = Vec::new();
    for (file, reached) in &all {
        if !reached.iter().any(|one| one == file) || circles.iter().flatten().any(|known| known == file) {
            continue;
        }
        let mut circle: Vec<String> = reached
            .iter()
            .filter(|one| all.get(one.as_str()).is_some_and(|back| back.iter().any(|b| b == file)))
            .cloned()
            .collect();
        circle.sort();
        circles.push(circle);
    }
    circles
}
