//! Paths to a snapshot. `check` and `serve` both come this way, so nothing stricter waits in production.

use std::path::{Path, PathBuf};

use crate::compile::SnapshotBuilder;
use crate::diagnostics::{Diagnostic, Findings, Sources, Span, codes};
use crate::openapi;
use crate::policy::{Purpose, SharedParts};
use crate::resources::Resources;
use crate::runtime::Snapshot;
use crate::settings::Live;
use crate::source::{Environment, Node, References, find_files, read_tree};

/// What a load gave: findings, and a snapshot when none of them is an error.
pub struct Load {
    pub sources: Sources,
    pub findings: Findings,
    pub snapshot: Option<Snapshot>,
    /// The documents that were read.
    pub documents: Vec<PathBuf>,
    /// Files in the folders given that are no documents.
    pub skipped: Vec<PathBuf>,
}

impl Load {
    /// A load that ended before any document was read.
    pub(super) fn refused(sources: Sources, findings: Findings) -> Self {
        Load { sources, findings, snapshot: None, documents: Vec::new(), skipped: Vec::new() }
    }
}

/// Loads every document at the paths.
pub fn load(
    paths: &[PathBuf],
    settings: &Live,
    resources: &Resources,
    environment: &dyn Environment,
    purpose: Purpose,
) -> Load {
    let mut sources = Sources::default();
    let mut findings = Findings::default();
    let (mut documents, mut skipped) = (Vec::new(), Vec::new());
    let mut builder = SnapshotBuilder::new(settings);
    for path in paths {
        for file in files(path, &mut sources, &mut findings) {
            let Some(tree) = read_tree(&file, &mut sources, &mut findings) else {
                documents.push(file);
                continue;
            };
            // A folder may hold other YAML beside its documents, such as `functions.yaml`.
            if path.is_dir() && !looks_like_document(&tree.root) {
                skipped.push(file);
                continue;
            }
            documents.push(file);
            let mut references = References::new(&mut sources);
            let Some(api) = openapi::read(&tree, &mut references, &mut findings) else { continue };
            let shared = SharedParts { api: &api, settings, resources, environment, purpose };
            builder.add(shared, &|span: Span| sources.place(span), &mut findings);
        }
    }
    if documents.is_empty() && findings.errors() == 0 {
        findings.push(nothing_found(paths, &mut sources));
    }
    findings.sort();
    let snapshot = (findings.errors() == 0).then(|| builder.finish());
    if snapshot.is_some() {
        resources.cache().resize(&settings.cache);
    }
    Load { sources, findings, snapshot, documents, skipped }
}

fn files(path: &Path, sources: &mut Sources, findings: &mut Findings) -> Vec<PathBuf> {
    match find_files(path) {
        Ok(files) => files,
        Err(error) => {
            let source = sources.add(path.display().to_string(), "");
            findings.push(Diagnostic::error(
                codes::UNREADABLE,
                source.start(),
                format!("cannot read the folder: {error}"),
            ));
            Vec::new()
        }
    }
}

/// Says `openapi` or `swagger`, or has what only documents have, so that a mistyped first key is still found.
fn looks_like_document(root: &Node) -> bool {
    openapi::is_document(root) || root.get("paths").is_some() || root.get("info").is_some()
}

fn nothing_found(paths: &[PathBuf], sources: &mut Sources) -> Diagnostic {
    let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    let source = sources.add(names.join(", "), "");
    Diagnostic::error(codes::NO_DOCUMENT, source.start(), "there is no OpenAPI document here")
        .help("a document ends in `.yaml`, `.yml` or `.json` and starts with `openapi: 3.0.3` or `swagger: '2.0'`")
}
