//! Paths to a snapshot. `check` and `serve` both come this way, so nothing is refused only in production.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::assembly;
use crate::base::{Diagnostic, Findings, Sources, codes};
use crate::compile::compile_api;
use crate::identity::{Catalog, Directory, ProductFile, is_product_file};
use crate::openapi::{self, Api};
use crate::policy::SharedParts;
use crate::resources::LoadContext;
use crate::runtime::Snapshot;
use crate::settings::{Broken, Clients, Live, Purpose, read_clients};
use crate::source::{Environment, Node, Packaged, References, Roots, WIDER, find_files, is_test_file, read_tree};
use collected::Collected;

pub use collected::LeftOut;

mod collected;
#[cfg(test)]
mod tests;

/// The result of a load: findings, and a snapshot when none of them is an error.
pub struct Load {
    pub sources: Sources,
    pub findings: Findings,
    pub snapshot: Option<Snapshot>,
    /// The documents that were read.
    pub documents: Vec<PathBuf>,
    /// The APIs of the documents.
    pub apis: Vec<Api>,
    /// The values of placeholders in exports of AWS.
    pub values: assembly::Values,
    /// The files that documents refer to.
    pub referred: Vec<PathBuf>,
    /// Files in the folders given that are no documents.
    pub skipped: Vec<PathBuf>,
    /// Documents with errors, where the others are served without them.
    pub left_out: Vec<LeftOut>,
}

impl Load {
    /// A load that ended before any document was read.
    pub fn refused(sources: Sources, findings: Findings) -> Self {
        Load {
            sources,
            findings,
            snapshot: None,
            documents: Vec::new(),
            apis: Vec::new(),
            values: assembly::Values::default(),
            referred: Vec::new(),
            skipped: Vec::new(),
            left_out: Vec::new(),
        }
    }
}

/// The documents at some paths, read and not yet compiled.
#[derive(Default)]
pub struct Documents {
    pub apis: Vec<Api>,
    /// Every file that is one, also where it cannot be read.
    pub files: Vec<PathBuf>,
    /// Those with errors.
    pub broken: HashSet<PathBuf>,
    /// The files that they refer to.
    pub referred: Vec<PathBuf>,
    /// The scripts next to them.
    pub packaged: Packaged,
    /// The products next to them.
    pub products: Vec<ProductFile>,
    /// Files in the folders given that are no documents.
    pub skipped: Vec<PathBuf>,
    /// There are errors that belong to no document.
    pub is_refused: bool,
}

/// The paths of the command line.
#[derive(Debug, Clone, Copy, Default)]
pub struct Paths<'a> {
    /// Documents, and folders that hold them.
    pub documents: &'a [PathBuf],
    /// Folders whose files documents may name, besides their own.
    pub files_from: &'a [PathBuf],
}

/// Loads every document at the paths.
///
/// `progress` is told before every document how many have been compiled.
pub fn load(paths: Paths<'_>, around: LoadContext<'_>, progress: &dyn Fn(usize)) -> Load {
    load_over(None, paths, around, progress)
}

/// Loads every document at the paths, where an earlier load serves.
pub fn load_over(
    earlier: Option<&Snapshot>,
    paths: Paths<'_>,
    around: LoadContext<'_>,
    progress: &dyn Fn(usize),
) -> Load {
    let LoadContext { settings, resources, environment, purpose } = around;
    let mut all = Sources::default();
    let mut findings = Findings::default();
    let mut documents = read_documents(paths, &mut all, &mut findings);
    let mark = findings.mark();
    let (values, file) = assembly::Values::read(settings, environment, &mut all, &mut findings);
    documents.referred.extend(file);
    let custom = assembly::CustomPolicies::read(&settings.policies, &mut all, &mut findings);
    documents.referred.extend(custom.files.iter().cloned());
    let products = std::mem::take(&mut documents.products);
    let catalog = catalog(products, settings, environment, &mut all, &mut findings);
    documents.referred.extend(settings.clients_file.as_ref().map(PathBuf::from));
    let outside = findings.errors_since(mark);
    if settings.documents.mock {
        documents.apis.iter_mut().for_each(assembly::answer_from_examples);
    }
    let mut collected = Collected::new(settings, earlier);
    let (packaged, sources) = (&documents.packaged, &all);
    for (number, api) in documents.apis.iter().enumerate() {
        progress(number);
        let directory = catalog.as_ref().map(|catalog| Arc::new(Directory::of(catalog, api)));
        let directory = directory.as_ref();
        let shared = SharedParts {
            api,
            settings,
            resources,
            environment,
            purpose,
            sources,
            packaged,
            directory,
            guard: None,
            custom: &custom,
        };
        let offers = catalog.iter().flat_map(|catalog| catalog.with(api));
        offers.for_each(|(_, offered)| offered.check(api, &mut findings));
        let mark = findings.mark();
        let compiled = compile_api(shared, &values, &mut findings);
        let is_broken = findings.errors_since(mark).is_err() || documents.broken.remove(&*api.tree.path);
        if assembly::is_not_enforced(api) {
            continue;
        }
        let compiled = match catalog.as_ref().and_then(Catalog::states) {
            Some(states) => compiled.in_states(states),
            None => compiled,
        };
        collected.add(api, (!is_broken).then_some(compiled));
    }
    for file in &documents.broken {
        collected.add_unread(file);
    }
    let leaves_out = settings.documents.broken == Broken::LeaveOut && outside.is_ok() && !documents.is_refused;
    let (snapshot, left_out) = collected.finish(leaves_out, &mut findings);
    findings.sort();
    if snapshot.is_some() {
        resources.cache().resize(&settings.cache);
        resources.background().resize(&settings.background);
        if purpose == Purpose::Serve {
            resources.upstreams().start_checks();
        }
    }
    let Documents { files: documents, apis, referred, skipped, .. } = documents;
    Load { sources: all, findings, snapshot, documents, apis, values, referred, skipped, left_out }
}

/// The applications that may call. `gantry dev` has a test application if there is no clients' file.
fn catalog(
    products: Vec<ProductFile>,
    settings: &Live,
    environment: &dyn Environment,
    sources: &mut Sources,
    findings: &mut Findings,
) -> Option<Catalog> {
    let clients = match (&settings.clients_file, &settings.aws.local) {
        (Some(file), _) => {
            let offered = products.iter().flat_map(|product| {
                let (names, plans) = product.names();
                names.map(move |name| (name, plans.clone()))
            });
            // A file with mistakes is an error anyway; then no application may call.
            read_clients(Path::new(file), &offered.collect(), environment, sources, findings).unwrap_or_default()
        }
        (None, Some(_)) => Clients::for_development(),
        (None, None) => return None,
    };
    Some(Catalog::new(clients, products))
}

/// Reads every document at the paths.
pub fn read_documents(paths: Paths<'_>, sources: &mut Sources, findings: &mut Findings) -> Documents {
    let mut documents = Documents::default();
    for folder in paths.files_from.iter().filter(|folder| !folder.is_dir()) {
        let source = sources.add(folder.display().to_string(), "");
        let message = "`--files-from` names no folder";
        findings.push(Diagnostic::error(codes::UNREADABLE, source.start(), message));
        documents.is_refused = true;
    }
    for path in paths.documents {
        let roots = Roots::of(path, paths.files_from);
        let mark = findings.mark();
        let files = files(path, &roots, sources, findings);
        documents.is_refused |= findings.errors_since(mark).is_err();
        for file in files {
            let mark = findings.mark();
            read_document(&file, path, &roots, &mut documents, sources, findings);
            if findings.errors_since(mark).is_err() {
                documents.broken.insert(file);
            }
        }
    }
    documents.referred.extend(documents.packaged.files().map(Path::to_path_buf));
    if documents.files.is_empty() && findings.errors() == 0 {
        findings.push(nothing_found(paths.documents, sources));
        documents.is_refused = true;
    }
    documents
}

/// Reads the document in a file at one of the paths.
fn read_document(
    file: &Path,
    path: &Path,
    roots: &Roots,
    documents: &mut Documents,
    sources: &mut Sources,
    findings: &mut Findings,
) {
    let Ok(mut tree) = read_tree(file, sources, findings) else {
        documents.files.push(file.to_owned());
        return;
    };
    // A file of tests may have its document in it.
    if is_test_file(file)
        && let Some(document) = tree.root.get("document").filter(|document| document.is_mapping())
    {
        tree.root = document.clone();
    }
    if is_product_file(&tree.root) {
        documents.referred.push(file.to_owned());
        documents.products.push(ProductFile::read(&tree, findings));
        return;
    }
    // A folder may hold other YAML next to its documents, such as `functions.yaml`.
    if path.is_dir() && !looks_like_document(&tree.root) {
        documents.skipped.push(file.to_owned());
        return;
    }
    documents.files.push(file.to_owned());
    let (tree, template) = match openapi::is_template(&tree.root) {
        true => match openapi::in_template(&tree, findings) {
            Ok((body, template)) => (body, Some(template)),
            Err(_) => return,
        },
        false => (tree, None),
    };
    let references = References::read(&tree, roots, sources, findings);
    documents.referred.extend(references.files().filter(|file| **file != *tree.path).map(Path::to_path_buf));
    let Ok(mut api) = openapi::read(&tree, references, findings) else { return };
    documents.packaged.read(&api.tree, roots, sources, findings);
    // A document with nothing to run and nowhere to run it is a library for others to refer to.
    if api.operations.is_empty() && assembly::has_root(&api.tree.root) {
        api.serve_base_path();
    }
    api.template = template;
    assembly::spread_default_route(&mut api);
    documents.apis.push(api);
}

/// The files at a path. A link of a folder that leads out of it is refused.
fn files(path: &Path, roots: &Roots, sources: &mut Sources, findings: &mut Findings) -> Vec<PathBuf> {
    match find_files(path) {
        Ok(mut files) if path.is_dir() => {
            files.retain(|file| {
                let inside = roots.holds(file);
                if !inside {
                    let source = sources.add(file.display().to_string(), "");
                    let message = "this link leads out of the folder";
                    findings.push(Diagnostic::error(codes::CLOSED_FILE, source.start(), message).help(WIDER));
                }
                inside
            });
            files
        }
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
    openapi::is_document(root) || openapi::holds_api(root) || root.get("paths").is_some() || root.get("info").is_some()
}

fn nothing_found(paths: &[PathBuf], sources: &mut Sources) -> Diagnostic {
    let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    let source = sources.add(names.join(", "), "");
    Diagnostic::error(codes::NO_DOCUMENT, source.start(), "there is no OpenAPI document here")
        .help("a document ends in `.yaml`, `.yml` or `.json` and starts with `openapi: 3.0.3` or `swagger: '2.0'`")
}
