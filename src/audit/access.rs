//! Operations without authentication, and CORS for all origins.

use super::subject::Subject;
use crate::assembly::Origin;
use crate::base::{Diagnostic, Findings, codes};

pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    open_operations(subject, findings);
    wildcard_cors(subject, findings);
}

/// Operations that require nothing of their callers. If none requires anything, there is one finding for the whole document.
fn open_operations(subject: &Subject<'_>, findings: &mut Findings) {
    let all: Vec<_> = subject.api.operations.iter().zip(&subject.found.security).collect();
    let is_open = |alternatives: &[Vec<_>]| alternatives.is_empty() || alternatives.iter().any(Vec::is_empty);
    let open: Vec<_> = all.iter().filter(|(_, security)| is_open(&security.alternatives)).collect();
    let help = "write `security` with a scheme of the document, or accept it with a reason";
    if open.len() == all.len() {
        if let Some((first, _)) = open.first() {
            let root = &subject.api.tree.root;
            let span = root.entry("paths").map_or(first.span, |entry| entry.key.span);
            let message = format!("everybody may call every operation of `{}`", subject.api.title);
            findings.push(Diagnostic::warning(codes::OPEN_OPERATION, span, message).help(help));
        }
        return;
    }
    for (operation, _) in open {
        let verb = operation.verb.as_ref().map_or("any verb", |verb| verb.as_str());
        let message = format!("everybody may call `{verb} {}`", operation.path);
        findings.push(Diagnostic::warning(codes::OPEN_OPERATION, operation.span, message).help(help));
    }
}

fn wildcard_cors(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(cors) = subject.found.all.iter().find_map(|assembly| assembly.cors.as_ref()) else { return };
    let Some(rule) = cors.rules.iter().find(|rule| rule.origins.contains(&Origin::Any)) else { return };
    let help = "name the origins under `policy`, as in `allow-origin: [https://shop.example.com]`";
    findings.push(match rule.credentials {
        true => {
            let message = "pages of every origin may call as the person who looks at them, and read the answers";
            Diagnostic::error(codes::WILDCARD_CORS, cors.span, message).help(help)
        }
        false => {
            let message = "pages of every origin may read the answers";
            Diagnostic::note(codes::WILDCARD_CORS, cors.span, message).help(help)
        }
    });
}
