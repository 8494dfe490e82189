//! Finding and reading files.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{Error, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Node, parse};
use crate::base::{Diagnostic, Findings, Reported, SourceId, Sources, codes};

/// The largest file that is read.
pub const MAX_BYTES: u64 = 10 * 1024 * 1024;

/// A parsed file.
#[derive(Debug, Clone)]
pub struct Tree {
    pub source: SourceId,
    pub path: Arc<Path>,
    pub root: Node,
}

/// Reads and parses one file. `None` means that a finding says why not.
pub fn read_tree(path: &Path, sources: &mut Sources, findings: &mut Findings) -> Result<Tree, Reported> {
    let (source, text) = read_text(path, sources, findings)?;
    let root = parse(source, &text, findings)?;
    Ok(Tree { source, path: path.into(), root })
}

/// Reads and parses a file that a document names; `real` is the file as [`Roots::find`](super::Roots::find) has it.
pub fn read_named_tree(
    path: &Path,
    real: &Path,
    sources: &mut Sources,
    findings: &mut Findings,
) -> Result<Tree, Reported> {
    let (source, text) = read_named_text(path, real, sources, findings)?;
    let root = parse(source, &text, findings)?;
    Ok(Tree { source, path: path.into(), root })
}

/// Reads one text file into `sources`.
pub fn read_text(
    path: &Path,
    sources: &mut Sources,
    findings: &mut Findings,
) -> Result<(SourceId, Arc<str>), Reported> {
    keep_text(path, read_bytes(path), sources, findings)
}

/// The same for a file that a document names.
pub fn read_named_text(
    path: &Path,
    real: &Path,
    sources: &mut Sources,
    findings: &mut Findings,
) -> Result<(SourceId, Arc<str>), Reported> {
    keep_text(path, read_resolved(real, MAX_BYTES), sources, findings)
}

fn keep_text(
    path: &Path,
    read: std::io::Result<Option<Vec<u8>>>,
    sources: &mut Sources,
    findings: &mut Findings,
) -> Result<(SourceId, Arc<str>), Reported> {
    let name = if is_stdin(path) { "<stdin>".to_owned() } else { path.display().to_string() };
    let refuse = |code, message: String, sources: &mut Sources, findings: &mut Findings| {
        let source = sources.add(name.as_str(), "");
        Err(findings.push(Diagnostic::error(code, source.start(), message)))
    };
    let bytes = match read {
        Ok(Some(bytes)) => bytes,
        Ok(None) => {
            let message = format!("the file is larger than {} MiB", MAX_BYTES / 1024 / 1024);
            return refuse(codes::TOO_LARGE, message, sources, findings);
        }
        Err(error) => return refuse(codes::UNREADABLE, format!("cannot read the file: {error}"), sources, findings),
    };
    let Ok(text) = String::from_utf8(bytes) else {
        return refuse(codes::UNREADABLE, "the file is not UTF-8 text".to_owned(), sources, findings);
    };
    // Editors on Windows write a byte order mark; it is no part of the document.
    let text: Arc<str> = text.strip_prefix('\u{feff}').unwrap_or(&text).into();
    Ok((sources.add(name, text.clone()), text))
}

/// The path `-`.
pub fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// The bytes of a file, or `None` where there are too many.
fn read_bytes(path: &Path) -> std::io::Result<Option<Vec<u8>>> {
    if is_stdin(path) {
        let mut bytes = Vec::new();
        std::io::stdin().lock().take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
        return Ok(Some(bytes).filter(|bytes| bytes.len() as u64 <= MAX_BYTES));
    }
    read_regular(path, MAX_BYTES)
}

/// The bytes of a regular file, or `None` where there are more than `most`.
pub fn read_regular(path: &Path, most: u64) -> std::io::Result<Option<Vec<u8>>> {
    let (file, meta) = open(path)?;
    read_open(file, &meta, most)
}

/// The same of a path whose links were resolved before: one that has become a link since is refused.
pub fn read_resolved(real: &Path, most: u64) -> std::io::Result<Option<Vec<u8>>> {
    let (file, meta) = open(real)?;
    let now = std::fs::symlink_metadata(real)?;
    let same = (now.dev(), now.ino()) == (meta.dev(), meta.ino());
    if !same || real.canonicalize()? != real {
        return Err(Error::other("it was replaced while it was read"));
    }
    read_open(file, &meta, most)
}

/// Opens a regular file. Opening a device can have an effect, and a named pipe would wait for its writer, so the kind is read before;
/// and again after, because the file may have been replaced.
fn open(path: &Path) -> std::io::Result<(File, Metadata)> {
    let regular = |meta: &Metadata| if meta.is_file() { Ok(()) } else { Err(Error::other("it is not a file")) };
    regular(&std::fs::metadata(path)?)?;
    let at_once = rustix::fs::OFlags::NONBLOCK.bits() as i32;
    let file = OpenOptions::new().read(true).custom_flags(at_once).open(path)?;
    let meta = file.metadata()?;
    regular(&meta)?;
    Ok((file, meta))
}

fn read_open(file: File, meta: &Metadata, most: u64) -> std::io::Result<Option<Vec<u8>>> {
    if meta.len() > most {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(meta.len() as usize);
    // The file may grow while it is read.
    file.take(most + 1).read_to_end(&mut bytes)?;
    Ok(Some(bytes).filter(|bytes| bytes.len() as u64 <= most))
}

/// Whether a file has tests of documents and is no document itself: its name ends in `.test.yaml` or `.test.yml`.
pub fn is_test_file(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    name.ends_with(".test.yaml") || name.ends_with(".test.yml")
}

/// Folders inside each other that are read.
const DEPTH: usize = 32;

/// A folder and the folders below it, by name. Hidden folders are left out, and links to folders are not followed.
pub fn folders_below(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    add_folders(folder, DEPTH, &mut folders)?;
    folders.sort();
    Ok(folders)
}

fn add_folders(folder: &Path, depth: usize, folders: &mut Vec<PathBuf>) -> std::io::Result<()> {
    folders.push(folder.to_owned());
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
        if depth > 0 && !is_hidden && entry.file_type()?.is_dir() {
            add_folders(&entry.path(), depth - 1, folders)?;
        }
    }
    Ok(())
}

/// The YAML and JSON files at `path`: the file itself, or those directly in the folder, by name. Tests and hidden files are left out,
/// so the `..data` links of a mounted ConfigMap are not read twice.
pub fn find_files(path: &Path) -> std::io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let file = entry?.path();
        let hidden = file.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let known = file.extension().is_some_and(|end| end == "yaml" || end == "yml" || end == "json");
        if known && !hidden && !is_test_file(&file) && file.is_file() {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}
