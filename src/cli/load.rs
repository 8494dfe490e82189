//! Loading documents to look at what they became.

use std::path::{Path, PathBuf};

use super::arguments::InputArguments;
use super::exit::Exit;
use super::print::findings_to_stderr;
use crate::base::{Findings, Sources};
use crate::load::{self, Load, Paths};
use crate::resources::{LoadContext, Resources};
use crate::settings::{self, Live, Purpose};
use crate::source::{ProcessEnvironment, find_files};

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

/// Folders inside each other that are read.
const DEPTH: usize = 32;

/// The same documents with those of all folders below. They may name each other's files.
pub fn with_folders_below(input: &InputArguments) -> InputArguments {
    let mut wider = input.clone();
    let folders = input.paths.iter().filter(|path| path.is_dir());
    wider.files.files_from.extend(folders.clone().cloned());
    folders.for_each(|folder| add_below(folder, DEPTH, &mut wider.paths));
    wider
}

/// Adds the folders below one that have files which could be documents. Hidden folders are left out, and links are not followed.
fn add_below(folder: &Path, depth: usize, paths: &mut Vec<PathBuf>) {
    // A folder that cannot be read has no documents.
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let is_folder = |entry: &std::fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
    let folders = entries.filter_map(Result::ok).filter(is_folder).map(|entry| entry.path());
    let is_hidden = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    let mut folders: Vec<PathBuf> = folders.filter(|path| !is_hidden(path)).collect();
    folders.sort();
    for folder in folders {
        if find_files(&folder).is_ok_and(|files| !files.is_empty()) {
            paths.push(folder.clone());
        }
        if depth > 0 {
            add_below(&folder, depth - 1, paths);
        }
    }
}

/// Loads documents without serving them.
pub fn with(input: &InputArguments, settings: &Live, purpose: Purpose, progress: &dyn Fn(usize)) -> Load {
    let around = LoadContext { settings, resources: &Resources::default(), environment: &ProcessEnvironment, purpose };
    let paths = Paths { documents: &input.paths, files_from: &input.files.files_from };
    load::load(paths, around, progress)
}
