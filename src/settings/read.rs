//! The settings file to [`Settings`].

use std::path::Path;
use std::sync::Arc;

use super::Settings;
use super::variables::overlay;
use crate::diagnostics::{Diagnostic, Findings, Sources, codes};
use crate::source::{Content, Environment, Node, Shape, Spellings, expand, read_tree};

/// The shape of the settings file.
pub fn shape() -> Shape {
    Shape::of::<Settings>("the settings", Spellings::default())
}

/// Reads the settings: the file, if there is one, and `GANTRY_…` variables over it. `None` means that findings say why not.
pub fn read(
    path: Option<&Path>,
    environment: &dyn Environment,
    sources: &mut Sources,
    findings: &mut Findings,
) -> Option<Settings> {
    let errors = findings.errors();
    let file = match path {
        Some(path) => expand(&read_tree(path, sources, findings)?.root, &[], environment, findings),
        None => empty(sources),
    };
    if !file.is_mapping() && !file.is_null() {
        findings.push(Diagnostic::error(codes::BAD_SETTINGS, file.span, "the settings file is a map of settings"));
    }
    if findings.errors() > errors {
        return None;
    }
    let shape = shape();
    let root = overlay(&file, shape.annotated(), environment, sources);
    let root = if root.is_null() { Node { span: root.span, content: Content::Mapping(Arc::default()) } } else { root };
    let settings: Settings = shape.decode(&root, findings)?;
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
    for (name, object) in &settings.crypto_objects {
        if let Err(error) = object.keys() {
            let node = root.get("crypto-objects").and_then(|all| all.entry(name));
            let span = node.map_or(root.span, |entry| entry.key.span);
            let message = format!("the crypto object `{name}` cannot be used: {error}");
            findings.push(Diagnostic::error(codes::BAD_SETTINGS, span, message));
        }
    }
    if let Some(name) = settings.aws.credentials.as_ref().filter(|name| !settings.credentials.contains_key(*name)) {
        let span = root.pointer("/aws/credentials").map_or(root.span, |node| node.span);
        let message = format!("there is no credential profile `{name}` under `credentials`");
        findings.push(Diagnostic::error(codes::BAD_SETTINGS, span, message));
    }
    (findings.errors() == errors).then_some(settings)
}

/// What stands for the file where there is none.
fn empty(sources: &mut Sources) -> Node {
    let span = sources.add("the settings", "").start();
    Node { span, content: Content::Mapping(Arc::default()) }
}
