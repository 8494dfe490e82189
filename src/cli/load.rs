//! Loading documents to look at what they became.

use super::arguments::InputArguments;
use super::exit::Exit;
use super::print::findings_to_stderr;
use crate::base::{Findings, Sources};
use crate::load::{self, Load, Paths};
use crate::resources::{LoadContext, Resources};
use crate::settings::{self, Live, Purpose};
use crate::source::{ProcessEnvironment, find_files, folders_below};

/// Loads documents as `check` does and prints the findings; an error among them is the end.
pub fn load(input: &InputArguments) -> Result<Load, Exit> {
    let (mut sources, mut findings) = (Sources::default(), Findings::default());
    let settings = settings::read(input.settings.as_deref(), &ProcessEnvironment, &mut sources, &mut findings);
    findings_to_stderr(&findings, &sources);
    let (_, settings) = settings.map_err(|_| Exit::Findings)?.split();
    let load = with(input, &settings, Purpose::Check, &|_| {});
    findings_to_stderr(&load.findings, &load.sources);
    if load.snapshot.is_some() { Ok(load) } else { Err(Exit::Findings) }
}

/// The same documents with those of all folders below. They may name each other's files.
pub fn with_folders_below(input: &InputArguments) -> std::io::Result<InputArguments> {
    let mut wider = input.clone();
    for folder in input.paths.iter().filter(|path| path.is_dir()) {
        wider.files.files_from.push(folder.clone());
        let below = folders_below(folder)?.into_iter().filter(|below| below != folder);
        // A folder without files that could be documents is no mistake here.
        wider.paths.extend(below.filter(|below| find_files(below).is_ok_and(|files| !files.is_empty())));
    }
    Ok(wider)
}

/// Loads documents without serving them.
pub fn with(input: &InputArguments, settings: &Live, purpose: Purpose, progress: &dyn Fn(usize)) -> Load {
    let around = LoadContext { settings, resources: &Resources::default(), environment: &ProcessEnvironment, purpose };
    let paths = Paths { documents: &input.paths, files_from: &input.files.files_from };
    load::load(paths, around, progress)
}
