//! Finding and reading files.

use std::io::Read;
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

/// Reads one text file into `sources`.
pub fn read_text(
    path: &Path,
    sources: &mut Sources,
    findings: &mut Findings,
) -> Result<(SourceId, Arc<str>), Reported> {
    let name = if is_stdin(path) { "<stdin>".to_owned() } else { path.display().to_string() };
    let refuse = |code, message: String, sources: &mut Sources, findings: &mut Findings| {
        let source = sources.add(name.as_str(), "");
        Err(findings.push(Diagnostic::error(code, source.start(), message)))
    };
    let bytes = match read_bytes(path) {
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
    let meta = std::fs::metadata(path)?;
    // A named pipe or a device would block or never end.
    if !meta.is_file() {
        return Err(std::io::Error::other("it is not a file"));
    }
    if meta.len() > MAX_BYTES { Ok(None) } else { std::fs::read(path).map(Some) }
}

/// The YAML and JSON files at `path`: the file itself, or those directly in the folder, by name. Hidden ones are left out,
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
        if known && !hidden && file.is_file() {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}
