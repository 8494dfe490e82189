//! The house keeps itself: arrows between rooms, lengths of files, the list of policies, generated files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

#[path = "house/arrows.rs"]
mod arrows;
#[path = "house/source.rs"]
mod source;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use arrows::{Arrow, Library, circles};

/// The rooms, ground floor first. A room may use only rooms above it in this list.
const ROOMS: [&str; 29] = [
    "base",
    "value",
    "jose",
    "vtl",
    "json_schema",
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
    "identity",
    "policy",
    "policies",
    "compile",
    "load",
    "import",
    "audit",
    "diff",
    "telemetry",
    "server",
    "gateway",
    "local_lambda",
    "test",
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
        // What cargo builds for the fuzz targets is below `tests`.
        if path.is_dir() && !path.ends_with("target") {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The library without its tests.
fn library() -> Library {
    let source = root().join("src");
    let files = rust_files(&source).into_iter().filter_map(|file| {
        let below = file.strip_prefix(&source).ok()?.to_path_buf();
        let is_test = below.iter().any(|part| {
            let part = part.to_string_lossy();
            part == "tests" || part == "tests.rs" || part.starts_with("test_")
        });
        (!is_test).then(|| (below, fs::read_to_string(&file).unwrap()))
    });
    Library::read(files)
}

#[test]
fn rooms_use_only_rooms_above_them() {
    let level: BTreeMap<&str, usize> = ROOMS.iter().enumerate().map(|(level, room)| (*room, level)).collect();
    let library = library();
    let mut wrong = Vec::new();
    for Arrow { from, line, from_module, to_module, .. } in library.arrows() {
        let (Some(room), Some(used)) = (from_module.first(), to_module.first()) else { continue };
        let Some(own) = level.get(room.as_str()) else { continue };
        if level.get(used.as_str()).is_some_and(|used| used > own) {
            wrong.push(format!("src/{}:{line}: `{room}` uses `{used}`, which is below it", from.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_policy_uses_another() {
    let library = library();
    let mut wrong = Vec::new();
    for Arrow { from, line, from_module, to_module, .. } in library.arrows() {
        if let ([room, own, ..], [other, used, ..]) = (from_module, to_module)
            && room == "policies"
            && other == "policies"
            && own != used
        {
            wrong.push(format!("src/{}:{line}: `{own}` uses `{used}`; share it in `policy/kit`", from.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_other_room_knows_a_policy() {
    let library = library();
    let mut wrong = Vec::new();
    for Arrow { from, line, from_module, to_module, .. } in library.arrows() {
        if let [room, policy] | [room, policy, ..] = to_module
            && room == "policies"
            && policy != "unbuilt"
            && from_module.first().is_some_and(|from| from != "policies")
        {
            wrong.push(format!("src/{}:{line}: uses the policy `{policy}`", from.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_of_a_room_form_no_circle() {
    let library = library();
    let arrows: Vec<(String, String)> = library
        .arrows()
        .into_iter()
        .filter(|arrow| arrow.from_module.first() == arrow.to_module.first())
        .map(|arrow| (arrow.from.display().to_string(), arrow.to.display().to_string()))
        .collect();
    let circles: Vec<String> = circles(&arrows).iter().map(|circle| circle.join(", ")).collect();
    assert!(circles.is_empty(), "each of these leads back to itself:\n{}", circles.join("\n"));
}

#[test]
fn the_arrow_test_sees_arrows() {
    let files = [
        ("a/mod.rs", "mod x;\npub use x::X;\nuse crate::{\n    b::{self, Y},\n    c,\n};\n// use crate::d;\n"),
        ("a/x.rs", "use super::z::Z;\nfn f() { crate::d::g(); }\n#[cfg(test)]\nmod tests {\n    use crate::e::E;\n}\n"),
        ("a/z.rs", "use crate::a::X;\nfn f() -> b::Q {}\n"),
        ("b.rs", ""),
        ("c.rs", ""),
        ("d.rs", ""),
        ("e.rs", ""),
    ];
    let library = Library::read(files.map(|(path, text)| (PathBuf::from(path), text.to_owned())));
    let name = |path: &Path| path.display().to_string();
    let arrows: Vec<(String, String)> =
        library.arrows().iter().map(|arrow| (name(arrow.from), name(arrow.to))).collect();
    let expected = [
        ("a/mod.rs", "b.rs"),
        ("a/mod.rs", "b.rs"),
        ("a/mod.rs", "c.rs"),
        ("a/x.rs", "a/z.rs"),
        ("a/x.rs", "d.rs"),
        ("a/z.rs", "a/x.rs"),
    ];
    assert_eq!(arrows, expected.map(|(from, to)| (from.to_owned(), to.to_owned())));
    assert_eq!(circles(&arrows), [["a/x.rs", "a/z.rs"]]);
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
    let mut folders: Vec<String> = fs::read_dir(root().join("src/policies"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .map(|path| path.file_name().unwrap().to_string_lossy().replace('_', "-"))
        .collect();
    folders.sort();
    let listed: Vec<&str> = gantry::policies::ALL.iter().map(|entry| entry.meta.name).collect();
    assert_eq!(listed, folders);
}

#[test]
fn every_example_of_a_policy_is_on_its_page() {
    for entry in &gantry::policies::ALL {
        let folder = root().join("src/policies").join(entry.meta.name.replace('-', "_")).join("examples");
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
    for folder in fs::read_dir(root().join("src/policies")).unwrap().map(|entry| entry.unwrap().path()) {
        let Ok(page) = fs::read_to_string(folder.join("page.md")) else { continue };
        let places: Vec<Option<usize>> = parts.iter().map(|part| page.find(part)).collect();
        let sorted = places.iter().all(Option::is_some) && places.is_sorted();
        assert!(sorted, "{} needs, in this order: {parts:?}", folder.join("page.md").display());
    }
}
