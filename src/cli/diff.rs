//! `gantry diff`: what has changed between two states of documents.

use std::path::Path;

use serde_json::{Value, json};

use super::arguments::{Comparison, DiffArguments, InputArguments};
use super::exit::Exit;
use super::load::with;
use super::print::{self, findings_to_stderr};
use crate::base::{Findings, Sources};
use crate::diff::{Changes, Served, compare, markdown, text};
use crate::settings::{self, Live, Purpose};
use crate::source::ProcessEnvironment;

pub fn run(arguments: &DiffArguments) -> Exit {
    let (mut sources, mut findings) = (Sources::default(), Findings::default());
    let settings = settings::read(arguments.settings.as_deref(), &ProcessEnvironment, &mut sources, &mut findings);
    findings_to_stderr(&findings, &sources);
    let Ok(settings) = settings else { return Exit::Findings };
    let (_, settings) = settings.split();
    let served = |path: &Path| served(path, arguments, &settings);
    let (old, new) = match (served(&arguments.old), served(&arguments.new)) {
        (Ok(old), Ok(new)) => (old, new),
        (Err(exit), _) | (_, Err(exit)) => return exit,
    };
    let changes = compare(&old, &new);
    print::text(&match arguments.format {
        Comparison::Text => text(&changes),
        Comparison::Markdown => markdown(&changes),
        Comparison::Json => format!("{:#}\n", for_tools(&changes)),
    });
    if changes.0.is_empty() {
        complain!("nothing that is served has changed");
        return Exit::Good;
    }
    if changes.need_care() { Exit::NeedsCare } else { Exit::Changed }
}

/// The facts of one state; errors are printed, warnings are for `check`.
fn served(path: &Path, arguments: &DiffArguments, settings: &Live) -> Result<Served, Exit> {
    let input = InputArguments {
        paths: vec![path.to_owned()],
        settings: arguments.settings.clone(),
        files: arguments.files.clone(),
    };
    let load = with(&input, settings, Purpose::Check, &|_| {});
    if load.findings.errors() > 0 {
        findings_to_stderr(&load.findings, &load.sources);
        return Err(Exit::Findings);
    }
    Ok(Served::of(&load, settings, &ProcessEnvironment))
}

fn for_tools(changes: &Changes) -> Value {
    let all = changes.0.iter().map(|change| {
        json!({
            "topic": change.topic.title(),
            "sign": change.weight.sign().to_string(),
            "subjects": change.subjects,
            "change": change.sentence,
            "lines": change.lines,
            "place": change.place,
        })
    });
    json!({"changes": all.collect::<Vec<_>>(), "needs_care": changes.need_care()})
}
