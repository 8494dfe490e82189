//! A test file that has been read.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::checks::check;
use super::format::{TestFile, shape};
use super::places::Places;
use crate::base::{Diagnostic, Findings, Reported, Sources, codes};
use crate::settings::{self, Live, Server, TlsProfile};
use crate::source::{Environment, Node, Tree, read_tree};

/// The region of functions where the settings name none.
pub(super) const REGION: &str = "us-east-1";

/// A test file, and everything around its documents.
pub(super) struct Suite {
    pub file: TestFile,
    /// Documents, or the folder that has them.
    pub documents: Vec<PathBuf>,
    /// The folder of the file.
    pub folder: PathBuf,
    pub server: Server,
    pub live: Live,
    pub environment: Given,
    tree: Tree,
}

/// The variables and files of a test file, and no others.
#[derive(Debug, Default)]
pub(super) struct Given(HashMap<String, String>);

impl Environment for Given {
    fn variable(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }

    fn file(&self, path: &str) -> Result<String, String> {
        let file = self.0.get(&format!("file:{path}")).cloned();
        file.ok_or_else(|| format!("the test has no `file:{path}` under `environment`"))
    }
}

impl Suite {
    /// Reads a test file, its settings, and what is wrong with it.
    pub(super) fn read(path: &Path, sources: &mut Sources, findings: &mut Findings) -> Result<Self, Reported> {
        let mark = findings.mark();
        let tree = read_tree(path, sources, findings)?;
        findings.errors_since(mark)?;
        if let Some(version) = ["openapi", "swagger"]
            .iter()
            .find_map(|key| tree.root.entry(key))
            .filter(|_| tree.root.get("tests").is_none())
        {
            let message = "this is a document, and no file of tests";
            let help = "its tests are in files that end in `.test.yaml`: name one, or their folder";
            return Err(findings.push(Diagnostic::error(codes::BAD_TEST, version.key.span, message).help(help)));
        }
        let file: TestFile = shape().decode(&tree.root, findings)?;
        check(&file, &tree.root, findings);
        let folder = path.parent().unwrap_or(Path::new(""));
        let environment = Given(file.environment.iter().map(|(name, text)| (name.clone(), text.clone())).collect());
        let (server, live) = read_settings(&file.settings, &tree.root, folder, &environment, sources, findings)?;
        findings.errors_since(mark)?;
        let named = match &file.document {
            Value::String(document) => Some(folder.join(document)),
            // The document is in the file.
            Value::Object(_) => Some(path.to_owned()),
            _ => None,
        };
        let folder = if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_owned() };
        let documents = vec![named.unwrap_or_else(|| folder.clone())];
        Ok(Suite { file, documents, folder, server, live, environment, tree })
    }

    /// The places of the file's parts.
    pub(super) fn places<'a>(&'a self, sources: &'a Sources) -> Places<'a> {
        Places { root: &self.tree.root, sources }
    }
}

fn read_settings(
    written: &Value,
    root: &Node,
    folder: &Path,
    environment: &Given,
    sources: &mut Sources,
    findings: &mut Findings,
) -> Result<(Server, Live), Reported> {
    let settings = match (written, root.get("settings")) {
        (Value::String(path), _) => settings::read(Some(&folder.join(path)), environment, sources, findings),
        (Value::Object(_), Some(node)) => settings::read_node(node, environment, sources, findings),
        _ => settings::read(None, environment, sources, findings),
    };
    let (startup, mut live) = settings?.split();
    // Nothing here is read from the machine that runs the test.
    live.aws.region.get_or_insert_with(|| REGION.to_owned());
    // No connection is made, so no certificate is needed.
    live.tls_profiles.values_mut().for_each(|profile| *profile = TlsProfile::default());
    let paths = [&mut live.clients_file, &mut live.aws_export.parameters_file].into_iter().flatten();
    for path in paths.chain(&mut live.policies.paths) {
        *path = folder.join(&*path).display().to_string();
    }
    Ok((startup.server, live))
}
