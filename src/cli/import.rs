//! `gantry import`: what of a document of API Connect runs here, and the document in its new form.

use std::path::{Path, PathBuf};

use super::arguments::{FilesArguments, ImportArguments, InputArguments};
use super::exit::Exit;
use super::{load, print};
use crate::assembly;
use crate::base::{Findings, Sources};
use crate::import::{self, Remark, Report, ReportedStep, Rewritten, Verdict};
use crate::load::Load;
use crate::openapi::Api;
use crate::settings::{self, Live, Purpose};
use crate::source::ProcessEnvironment;

/// Columns of a page.
const WIDTH: usize = 80;
/// The column of remarks about properties.
const INDENT: usize = 13;

pub fn run(arguments: &ImportArguments) -> Exit {
    let (mut sources, mut findings) = (Sources::default(), Findings::default());
    let settings = settings::read(arguments.settings.as_deref(), &ProcessEnvironment, &mut sources, &mut findings);
    print::findings_to_stderr(&findings, &sources);
    let Ok(settings) = settings else { return Exit::Failed };
    let (_, settings) = settings.split();
    let loaded = loaded(&arguments.file, &arguments.files, &settings);
    let Some(api) = loaded.apis.first() else {
        print::findings_to_stderr(&loaded.findings, &loaded.sources);
        return Exit::Failed;
    };
    let catalog = settings.catalog.as_deref();
    let found = assembly::find(api, &ProcessEnvironment, catalog, &loaded.values, &mut Findings::default());
    if !import::is_ibm(&found) {
        print::findings_to_stderr(&loaded.findings, &loaded.sources);
        complain!(
            "{} has no `x-ibm-configuration` with an assembly: there is nothing to import",
            arguments.file.display()
        );
        return Exit::Failed;
    }
    let report = Report::of(&found, &loaded.findings, &loaded.sources, &arguments.file.display().to_string());
    match arguments.json {
        true => print::text(&format!("{:#}\n", serde_json::to_value(&report).unwrap_or_default())),
        false => print::text(&text(&report)),
    }
    let written = match &arguments.write {
        Some(to) => write(api, &found, to, arguments, &loaded, &settings),
        None => Exit::Good,
    };
    if written != Exit::Good {
        written
    } else if report.runs() {
        Exit::Good
    } else {
        Exit::Findings
    }
}

fn loaded(file: &Path, files: &FilesArguments, settings: &Live) -> Load {
    let input = InputArguments { paths: vec![file.to_path_buf()], settings: None, files: files.clone() };
    load::with(&input, settings, Purpose::Check, &|_| {})
}

/// Writes the new form with its scripts, or nothing, and looks at it as `check` would.
fn write(
    api: &Api,
    found: &assembly::Assemblies,
    to: &Path,
    arguments: &ImportArguments,
    loaded: &Load,
    settings: &Live,
) -> Exit {
    let original = &loaded.sources.file(api.tree.source).text;
    let stem = to.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let rewritten = match import::rewrite(api, found, original, arguments.extract_scripts.then_some(&*stem)) {
        Ok(rewritten) => rewritten,
        Err(message) => {
            complain!("error: {message}");
            return Exit::Failed;
        }
    };
    if let Err((file, error)) = store(to, &rewritten, arguments.force) {
        complain!("error: {}: {error}", file.display());
        return Exit::Failed;
    }
    complain!("wrote {}", to.display());
    rewritten.scripts.iter().for_each(|(name, _)| complain!("wrote {}", to.with_file_name(name).display()));
    rewritten.dropped.iter().for_each(|line| complain!("left out {line}"));
    rewritten.changes.iter().for_each(|line| complain!("changed: {line}"));
    let again = self::loaded(to, &arguments.files, settings);
    print::findings_to_stderr(&again.findings, &again.sources);
    if again.findings.errors() > 0 { Exit::Findings } else { Exit::Good }
}

/// All files or none: what exists is replaced only where that was asked for.
fn store(to: &Path, rewritten: &Rewritten, force: bool) -> Result<(), (PathBuf, std::io::Error)> {
    let scripts = rewritten.scripts.iter().map(|(name, text)| (to.with_file_name(name), text));
    let files: Vec<(PathBuf, &String)> = scripts.chain([(to.to_path_buf(), &rewritten.text)]).collect();
    if let Some((file, _)) = files.iter().find(|(file, _)| file.exists() && !force) {
        let error = std::io::Error::other("the file exists; write `--force` to replace it");
        return Err((file.clone(), error));
    }
    for (file, text) in files {
        std::fs::write(&file, text.as_bytes()).map_err(|error| (file, error))?;
    }
    Ok(())
}

/// The report for people.
fn text(report: &Report) -> String {
    let engine = match report.generation {
        "v5" => "the v5 engine",
        _ => "the DataPower API Gateway",
    };
    let mut out = format!("{}: {engine}, {}\n", report.file, print::count(report.steps.len(), "step"));
    for step in &report.steps {
        out.push('\n');
        out.push_str(&head(step));
        let same: Vec<&str> = names(step, Verdict::Same);
        if !same.is_empty() {
            out.push_str(&labelled("same", &same.join(", ")));
        }
        for verdict in [Verdict::Differs, Verdict::Unsupported] {
            out.extend(notes(step, verdict).iter().map(|note| labelled(word(verdict), note)));
        }
        out.extend(step.remarks.iter().map(|remark| labelled(word(remark.verdict), &remark.text)));
    }
    if !report.around.is_empty() {
        out.push_str("\naround the steps\n");
        out.extend(report.around.iter().map(around));
    }
    let count = |verdict| report.count(verdict);
    let (same, differs, unsupported) = (count(Verdict::Same), count(Verdict::Differs), count(Verdict::Unsupported));
    out.push_str(&format!("\n{same} the same, {differs} with differences, {unsupported} unsupported\n"));
    out
}

fn head(step: &ReportedStep) -> String {
    let version = step.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
    let title = step.title.as_ref().map(|title| format!("  \"{title}\"")).unwrap_or_default();
    format!("line {} {}{version}{title}\n", step.line, step.policy)
}

fn names(step: &ReportedStep, verdict: Verdict) -> Vec<&str> {
    step.properties.iter().filter(|property| property.verdict == verdict).map(|property| &*property.name).collect()
}

/// Remarks about properties; one about several comes once.
fn notes(step: &ReportedStep, verdict: Verdict) -> Vec<String> {
    let mut all: Vec<(&str, Vec<&str>)> = Vec::new();
    for property in step.properties.iter().filter(|property| property.verdict == verdict) {
        for note in &property.notes {
            match all.iter_mut().find(|(known, _)| known == note) {
                Some((_, names)) => names.push(&property.name),
                None => all.push((note, vec![&property.name])),
            }
        }
    }
    let line = |(note, names): (&str, Vec<&str>)| match names.iter().all(|name| note.contains(&format!("`{name}`"))) {
        true => note.to_owned(),
        false => format!("{}: {note}", names.join(", ")),
    };
    all.into_iter().map(line).collect()
}

fn around(remark: &Remark) -> String {
    labelled(word(remark.verdict), &format!("line {}: {}", remark.line, remark.text))
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Same => "same",
        Verdict::Differs => "differs",
        Verdict::Unsupported => "unsupported",
    }
}

/// A label and the text next to it, in lines that fit the page.
fn labelled(label: &str, text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last().map_or(0, |line| line.chars().count());
        if last > 0 && 2 + INDENT + last + 1 + word.chars().count() > WIDTH {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    let label = std::iter::once(label).chain(std::iter::repeat(""));
    lines.iter().zip(label).map(|(line, label)| format!("  {label:INDENT$}{line}\n")).collect()
}
