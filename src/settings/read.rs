//! The settings file to [`Settings`].

use std::path::Path;

use super::Settings;
use crate::diagnostics::{Diagnostic, Findings, Sources, codes};
use crate::source::{Environment, Shape, Spellings, expand, read_tree};

/// The shape of the settings file.
pub fn shape() -> Shape {
    Shape::of::<Settings>("the settings", Spellings::default())
}

/// Reads the settings file; without one, the defaults. `None` means that findings say why not.
pub fn read(
    path: Option<&Path>,
    environment: &dyn Environment,
    sources: &mut Sources,
    findings: &mut Findings,
) -> Option<Settings> {
    let Some(path) = path else { return Some(Settings::default()) };
    let tree = read_tree(path, sources, findings)?;
    if tree.root.is_null() {
        return Some(Settings::default());
    }
    let errors = findings.errors();
    let root = expand(&tree.root, &[], environment, findings);
    if !root.is_mapping() {
        findings.push(Diagnostic::error(codes::BAD_SETTINGS, root.span, "the settings file is a map of settings"));
    }
    if findings.errors() > errors {
        return None;
    }
    let settings: Settings = shape().decode(&root, findings)?;
    for (name, profile) in &settings.credentials {
        let halves = (profile.aws_access_key_id.is_some(), profile.aws_secret_access_key.is_some());
        if halves.0 != halves.1 || (profile.aws_session_token.is_some() && !halves.0) {
            let node = root.get("credentials").and_then(|all| all.entry(name));
            let span = node.map_or(root.span, |entry| entry.key.span);
            let message = format!("the credential profile `{name}` has one half of a key pair");
            findings.push(
                Diagnostic::error(codes::HALF_KEY_PAIR, span, message)
                    .help("write both `aws-access-key-id` and `aws-secret-access-key`, or neither"),
            );
        }
    }
    if let Some(name) = settings.aws.credentials.as_ref().filter(|name| !settings.credentials.contains_key(*name)) {
        let span = root.pointer("/aws/credentials").map_or(root.span, |node| node.span);
        let message = format!("there is no credential profile `{name}` under `credentials`");
        findings.push(Diagnostic::error(codes::BAD_SETTINGS, span, message));
    }
    (findings.errors() == errors).then_some(settings)
}
