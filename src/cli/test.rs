//! `gantry test`: the tests next to documents.

use std::collections::HashSet;
use std::fs;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::arguments::{TestArguments, TestReport};
use super::exit::Exit;
use super::print;
use super::serve::block_on;
use crate::base::{Printable, render_short};
use crate::gateway::{self, Watcher};
use crate::test::coverage::{self, Coverage};
use crate::test::{Outcome, Selection, find_tests, report, run_file};

/// How often the list of test files is looked at while watching.
const PAUSE: Duration = Duration::from_millis(400);

pub fn run(arguments: &TestArguments) -> Exit {
    match arguments.watch {
        true => block_on(watch(arguments)),
        false => block_on(async { once(arguments).await.0 }),
    }
}

/// Runs the tests once. Tells also which documents they have read.
async fn once(arguments: &TestArguments) -> (Exit, Vec<PathBuf>) {
    let files = match files(&arguments.paths) {
        Ok(files) => files,
        Err(exit) => return (exit, Vec::new()),
    };
    let selection = Selection {
        filter: arguments.filter.clone(),
        files_from: arguments.files.files_from.clone(),
        list: arguments.list,
    };
    let mut read = Vec::new();
    let (mut outcome, mut covered, started) = (Outcome::default(), Coverage::default(), Instant::now());
    let mut told = HashSet::new();
    for file in &files {
        let ran = run_file(file, &selection, &mut covered).await;
        read.extend(ran.read.iter().cloned());
        // A document may be one of several files, and its errors are told once.
        let text: String = ran.findings.iter().map(|finding| render_short(finding, &ran.sources)).collect();
        if told.insert(text) {
            print::findings_to_stderr(&ran.findings, &ran.sources);
        }
        // A file that the filter leaves nothing of is no news.
        if !ran.tests.is_empty() || ran.findings.errors() > 0 {
            outcome.files.push(ran);
        }
    }
    outcome.took = started.elapsed();
    (report(arguments, &outcome, &covered), read)
}

/// Prints what was asked for.
fn report(arguments: &TestArguments, outcome: &Outcome, covered: &Coverage) -> Exit {
    if outcome.files.is_empty() {
        complain!("no test has `{}` in its name", Printable(arguments.filter.as_deref().unwrap_or_default()));
        return Exit::Failed;
    }
    if arguments.list {
        outcome.tests().for_each(|test| print::text(&format!("{}: {}\n", test.place, Printable(&test.name))));
        return if outcome.errors() > 0 { Exit::Findings } else { Exit::Good };
    }
    match write(arguments, outcome, covered) {
        Err(exit) => exit,
        Ok(()) if outcome.passed() => Exit::Good,
        Ok(()) => Exit::Findings,
    }
}

/// The test files at the paths.
fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Exit> {
    let mut files = Vec::new();
    for path in paths {
        let found = find_tests(path).map_err(|error| {
            complain!("cannot read {}: {error}", path.display());
            Exit::Failed
        })?;
        if found.is_empty() {
            complain!("there is no test in {}: tests are in files that end in `.test.yaml`", path.display());
            return Err(Exit::Failed);
        }
        files.extend(found);
    }
    let mut known = HashSet::new();
    files.retain(|file| known.insert(file.clone()));
    Ok(files)
}

fn write(arguments: &TestArguments, outcome: &Outcome, covered: &Coverage) -> Result<(), Exit> {
    let text = match arguments.report {
        TestReport::Text => report::people(outcome, signs(arguments.output.is_some())),
        TestReport::Tap => report::tap(outcome),
        TestReport::Junit => report::junit(outcome).map_err(|error| {
            complain!("cannot write the report: {error}");
            Exit::Failed
        })?,
    };
    match &arguments.output {
        Some(file) => {
            save(file, &text)?;
            let failed = outcome.tests().filter(|test| !test.failures.is_empty()).count();
            complain!("{} ran, {failed} failed: {}", print::count(outcome.tests().count(), "test"), file.display());
        }
        None => print::text(&text),
    }
    if arguments.coverage {
        // A report for programs has stdout for itself.
        match arguments.report == TestReport::Text && arguments.output.is_none() {
            true => print::text(&format!("\n{}", coverage::table(covered))),
            false => complain!("{}", coverage::table(covered).trim_end()),
        }
    }
    arguments.lcov.as_ref().map_or(Ok(()), |file| save(file, &coverage::lcov(covered)))
}

fn save(file: &Path, text: &str) -> Result<(), Exit> {
    fs::write(file, text).map_err(|error| {
        complain!("cannot write {}: {error}", file.display());
        Exit::Failed
    })
}

/// Symbols and colours are for terminals that have them.
fn signs(to_file: bool) -> report::Signs {
    let out = std::io::stdout();
    let is_terminal = out.is_terminal() && !to_file;
    let locale =
        ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
    let locale = locale.unwrap_or_default().to_ascii_lowercase();
    let symbols = is_terminal && (locale.contains("utf-8") || locale.contains("utf8"));
    report::Signs { symbols, color: is_terminal && print::use_color(&out) }
}

/// Runs the tests whenever a file of their folders changes, until SIGINT or SIGTERM.
async fn watch(arguments: &TestArguments) -> Exit {
    let mut signals = match gateway::Signals::new() {
        Ok(signals) => signals,
        Err(error) => {
            complain!("cannot listen to signals: {error}");
            return Exit::Failed;
        }
    };
    let mut last = None;
    loop {
        let known = listed(&arguments.paths);
        // Tests that were there may come back: a file is away for a moment while it is renamed.
        if let (Some(exit), true) = (last, known.is_empty()) {
            tokio::select! {
                _ = signals.next() => return exit,
                () = another(&arguments.paths, &known) => continue,
            }
        }
        let mut watcher = match (watcher(&arguments.paths), last) {
            (Ok(watcher), _) => watcher,
            (Err(exit), None) => return exit,
            (Err(_), Some(_)) => {
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        let (exit, read) = once(arguments).await;
        last = Some(exit);
        // A document may be in another folder than its tests.
        if let Err(error) = watcher.follow(&read) {
            complain!("a document cannot be watched: {error}");
        }
        complain!("\nA change of the tests or the documents runs them again. Ctrl-C ends.\n");
        tokio::select! {
            _ = signals.next() => return exit,
            changed = watcher.changed() => if changed.is_none() { return exit },
            () = another(&arguments.paths, &known) => {}
        }
    }
}

/// The test files at the paths, as far as they can be read.
fn listed(paths: &[PathBuf]) -> Vec<PathBuf> {
    paths.iter().flat_map(|path| find_tests(path).unwrap_or_default()).collect()
}

/// Waits until there are other test files than these, and some at all.
async fn another(paths: &[PathBuf], known: &[PathBuf]) {
    let mut was_away = known.is_empty();
    loop {
        tokio::time::sleep(PAUSE).await;
        let now = listed(paths);
        was_away |= now.is_empty();
        if !now.is_empty() && (was_away || now != known) {
            return;
        }
    }
}

/// Watches the tests, and what is in their folders.
fn watcher(paths: &[PathBuf]) -> Result<Watcher, Exit> {
    let tests = files(paths)?;
    let folder = |file: &PathBuf| match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let mut all: Vec<PathBuf> = tests.iter().map(folder).collect();
    // Scripts and functions are no documents, and change what tests find.
    let others = |folder: &PathBuf| fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let near: Vec<PathBuf> = all.iter().flat_map(others).filter(|path| path.is_file()).collect();
    all.extend(near);
    all.extend(tests);
    all.sort();
    all.dedup();
    gateway::watch(&all).map_err(|error| {
        complain!("cannot watch the tests: {error}");
        Exit::Failed
    })
}
