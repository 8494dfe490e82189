//! `docs/lambda-conformance.md`: every case with the tests that show it. With `UPDATE_PAGES=1` it is written.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

const PAGE: &str = "docs/lambda-conformance.md";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Test functions whose names begin with numbers of cases, by number: `x1_x2_…` shows two, `e13_to_e15_…` three.
fn numbered_tests() -> BTreeMap<String, Vec<String>> {
    let function = regex::Regex::new(r"\bfn ([erxca]\d+_[a-z0-9_]+)\(").unwrap();
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut folders = vec![root().join("src"), root().join("tests")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() && path.file_name().is_some_and(|name| name == "peers") {
                // Programs of other languages, built next to their sources.
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                for capture in function.captures_iter(&fs::read_to_string(&path).unwrap()) {
                    for case in cases(&capture[1]) {
                        found.entry(case).or_default().push(format!("{}::{}", module(&path), &capture[1]));
                    }
                }
            }
        }
    }
    found.values_mut().for_each(|tests| tests.sort());
    found
}

/// The numbers at the start of a name.
fn cases(name: &str) -> Vec<String> {
    let number = |word: &str| -> Option<(char, u32)> {
        let letter = word.chars().next().filter(|letter| "erxca".contains(*letter))?;
        Some((letter.to_ascii_uppercase(), word[1..].parse().ok()?))
    };
    let mut all: Vec<(char, u32)> = Vec::new();
    let mut words = name.split('_').peekable();
    while let Some(word) = words.next() {
        match (word, number(word)) {
            (_, Some(case)) => all.push(case),
            ("to", None) if words.peek().is_some_and(|next| number(next).is_some()) => {
                let ((letter, from), (_, to)) = (all[all.len() - 1], number(words.peek().unwrap()).unwrap());
                all.extend((from + 1..to).map(|between| (letter, between)));
            }
            _ => break,
        }
    }
    all.into_iter().map(|(letter, number)| format!("{letter}{number}")).collect()
}

/// `src/aws/event/tests.rs` is `aws::event`.
fn module(path: &Path) -> String {
    let below = path.strip_prefix(root().join("src")).or(path.strip_prefix(root())).unwrap().with_extension("");
    let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).filter(|part| part != "mod").collect();
    parts.join("::")
}

fn page() -> String {
    let mut text = String::from(
        "# Lambda integrations: the cases\n\nWhat gateways that call Lambda get right and wrong, as their users, their sources and \
         AWS's own documents tell it,\nnumbered. Every case is shown by the tests beside it; where AWS and other gateways disagree, AWS \
         wins, and `strict` chooses\nthe rules of REST APIs. Generated from the tests: `UPDATE_PAGES=1 cargo test --test conformance`.\n",
    );
    let tests = numbered_tests();
    let (mut shown, mut waiting) = (0, 0);
    let mut tables = String::new();
    for line in fs::read_to_string(root().join("tests/conformance/cases.txt")).unwrap().lines() {
        if line.starts_with("# ") {
            continue;
        }
        if let Some(title) = line.strip_prefix("## ") {
            let _ = write!(tables, "\n## {title}\n\n| case | what | shown by |\n|---|---|---|\n");
            continue;
        }
        let (number, rest) = line.split_once(' ').unwrap();
        let (what, reason) = rest.split_once(" ! ").map_or((rest, None), |(what, reason)| (what, Some(reason)));
        let (what, elsewhere) = what.split_once(" ~ ").map_or((what, None), |(what, file)| (what, Some(file)));
        let mut by: Vec<String> = tests.get(number).into_iter().flatten().map(|test| format!("`{test}`")).collect();
        if let Some(file) = elsewhere {
            assert!(root().join(file).exists(), "{number} is shown by {file}, which is gone");
            by.push(format!("`{file}`"));
        }
        match reason {
            Some(reason) if by.is_empty() => {
                waiting += 1;
                by.push(format!("*{reason}*"));
            }
            _ => {
                assert!(!by.is_empty(), "no test shows case {number}: {what}");
                shown += 1;
            }
        }
        let _ = writeln!(tables, "| {number} | {what} | {} |", by.join("<br>"));
    }
    let _ = write!(
        text,
        "\n{shown} of {} cases are shown, {waiting} wait or are left out for a reason.\n{tables}",
        shown + waiting
    );
    text
}

#[test]
fn the_page_says_what_the_tests_show() {
    let (page, path) = (page(), root().join(PAGE));
    if std::env::var_os("UPDATE_PAGES").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "{PAGE} is stale: run `UPDATE_PAGES=1 cargo test --test conformance`");
}
