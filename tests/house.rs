//! The house keeps itself: arrows between rooms, lengths of files, the list of policies, generated files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms, ground floor first. A room may use only rooms above it in this list.
const ROOMS: [&str; 22] = [
    "diagnostics",
    "value",
    "jose",
    "source",
    "settings",
    "openapi",
    "assembly",
    "expression",
    "runtime",
    "http_client",
    "aws",
    "script",
    "resources",
    "policy",
    "compile",
    "import",
    "audit",
    "telemetry",
    "server",
    "gateway",
    "local_lambda",
    "cli",
];

/// Lines of a file; longer ones have a part with a name of its own.
const WALL: usize = 600;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The room of a file below `src`, if it is in one.
fn room_of(file: &Path) -> Option<String> {
    let below = file.strip_prefix(root().join("src")).unwrap();
    let first = below.components().next()?.as_os_str().to_string_lossy().into_owned();
    (!first.ends_with(".rs")).then_some(first)
}

/// The rooms that a text names behind `crate::`, with their lines.
fn arrows(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
        for rest in line.split("crate::").skip(1) {
            // `use crate::{a::X, b::Y}` names several.
            let names: Vec<&str> = match rest.strip_prefix('{') {
                Some(list) => list.trim_end_matches(['}', ';']).split(',').collect(),
                None => vec![rest],
            };
            for name in names {
                let name: String = name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                found.push((index + 1, name));
            }
        }
    }
    found
}

#[test]
fn rooms_use_only_rooms_above_them() {
    let level: BTreeMap<&str, usize> = ROOMS.iter().enumerate().map(|(level, room)| (*room, level)).collect();
    let mut wrong = Vec::new();
    for file in rust_files(&root().join("src")) {
        let Some(room) = room_of(&file).filter(|room| room != "test_support") else { continue };
        let own = *level.get(room.as_str()).unwrap_or_else(|| panic!("{room} is not in the list of rooms"));
        for (line, used) in arrows(&fs::read_to_string(&file).unwrap()) {
            if level.get(used.as_str()).is_some_and(|used| *used > own) {
                wrong.push(format!("{}:{line}: `{room}` uses `{used}`, which is above it", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_arrow_test_sees_arrows() {
    let text = "use crate::policy::X;\nuse crate::{value::Y, server};\n// use crate::cli;\n";
    let names: Vec<String> = arrows(text).into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["policy", "value", "server"]);
}

#[test]
fn every_room_in_the_library_is_in_the_list() {
    let library = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let rooms: Vec<&str> =
        library.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert_eq!(rooms, ROOMS, "src/lib.rs lists the rooms in this order");
}

#[test]
fn no_file_is_longer_than_the_wall() {
    let folders = ["src", "tests"].map(|folder| root().join(folder));
    let long: Vec<String> = folders
        .iter()
        .flat_map(|folder| rust_files(folder))
        .map(|file| (fs::read_to_string(&file).unwrap().lines().count(), file))
        .filter(|(lines, _)| *lines > WALL)
        .map(|(lines, file)| format!("{} has {lines} lines", file.display()))
        .collect();
    assert!(long.is_empty(), "over {WALL} lines:\n{}", long.join("\n"));
}

#[test]
fn the_list_of_policies_is_the_list_of_folders() {
    let mut folders: Vec<String> = fs::read_dir(root().join("src/policy"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .map(|path| path.file_name().unwrap().to_string_lossy().replace('_', "-"))
        .collect();
    folders.sort();
    let listed: Vec<&str> = gantry::policy::ALL.iter().map(|entry| entry.meta.name).collect();
    assert_eq!(listed, folders);
}

#[test]
fn every_example_of_a_policy_is_on_its_page() {
    for entry in &gantry::policy::ALL {
        let folder = root().join("src/policy").join(entry.meta.name.replace('-', "_")).join("examples");
        let mut files: Vec<String> = fs::read_dir(&folder)
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
            .map(|file| file.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        files.sort();
        let listed: Vec<String> = entry.meta.examples.iter().map(|example| format!("{}.yaml", example.name)).collect();
        assert_eq!(listed, files, "{}", folder.display());
    }
}

#[test]
fn generated_files_are_fresh() {
    let stale: Vec<String> = gantry::cli::generated_files()
        .into_iter()
        .filter(|file| fs::read_to_string(root().join(&file.path)).ok().as_deref() != Some(&*file.text))
        .map(|file| file.path)
        .collect();
    assert!(stale.is_empty(), "stale: {stale:?}; run `cargo run -- schema --write`");
}

#[test]
fn every_dependency_has_its_line() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let page = fs::read_to_string(root().join("docs/dependencies.md")).unwrap();
    let mut section = "";
    let mut missing = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line;
        } else if section.contains("dependencies]")
            && let Some((name, _)) = line.split_once(" = ")
            && !name.starts_with('#')
            && !page.contains(&format!("| {name} |"))
        {
            missing.push(name.to_owned());
        }
    }
    assert!(missing.is_empty(), "docs/dependencies.md has no line for {missing:?}");
}

#[test]
fn every_page_has_the_same_parts() {
    let parts = [
        "**When.**",
        "**When not.**",
        "### What it reads and writes",
        "### Faults",
        "### Differences from IBM's policy",
    ];
    for folder in fs::read_dir(root().join("src/policy")).unwrap().map(|entry| entry.unwrap().path()) {
        let Ok(page) = fs::read_to_string(folder.join("page.md")) else { continue };
        let places: Vec<Option<usize>> = parts.iter().map(|part| page.find(part)).collect();
        let sorted = places.iter().all(Option::is_some) && places.is_sorted();
        assert!(sorted, "{} needs, in this order: {parts:?}", folder.join("page.md").display());
    }
}
