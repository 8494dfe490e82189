//! Checks of the calls of steps, and of the data that steps let through.

use super::subject::Subject;
use crate::assembly::Placed;
use crate::base::{Diagnostic, Findings, codes};
use crate::source::{Node, kebab_case};

/// Policies that call something, with the time-out that each has where none is written.
const CALLS: [(&str, &str); 5] =
    [("invoke", "60 s"), ("proxy", "60 s"), ("lambda", "30 s"), ("aws-lambda", "30 s"), ("InvokeAWSLambda", "30 s")];

/// A pattern that leaves this much of a name open is broad.
const FEW_LETTERS: usize = 4;

pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for one in &subject.steps {
        no_timeout(one, findings);
        unlimited_body(one, findings);
        broad_functions(one, findings);
        inline_pair(one, findings);
        leaks(one, findings);
    }
}

fn no_timeout(one: &Placed, findings: &mut Findings) {
    let Some((policy, default)) = CALLS.iter().find(|(name, _)| *name == &*one.step.policy) else { return };
    if one.step.property("timeout").is_none() && one.step.property("client-config").is_none() {
        let message =
            format!("this `{policy}` has no `timeout` of its own, so a slow service holds a request for {default}");
        let help = "write `timeout` with what the caller can wait for";
        findings.push(Diagnostic::note(codes::NO_TIMEOUT, one.step.policy_span, message).help(help));
    }
}

/// Zero is no limit in parse settings.
fn unlimited_body(one: &Placed, findings: &mut Findings) {
    let mut waiting = vec![&one.step.config];
    while let Some(node) = waiting.pop() {
        for entry in node.entries() {
            if kebab_case(&entry.key.text) == "max-doc-size" && entry.value.text().map(str::trim) == Some("0") {
                let message = "a body of any size is parsed";
                let help = "write the bytes of the largest body that makes sense";
                findings.push(Diagnostic::warning(codes::UNLIMITED_BODY, entry.value.span, message).help(help));
            }
            waiting.push(&entry.value);
        }
    }
}

fn broad_functions(one: &Placed, findings: &mut Findings) {
    let patterns = one.step.property("allowed-functions").map(|entry| &entry.value);
    for pattern in patterns.map(Node::items).unwrap_or_default() {
        let Some(text) = pattern.text().filter(|text| text.contains('*')) else { continue };
        if text.chars().filter(|letter| letter.is_alphanumeric()).count() < FEW_LETTERS {
            let message = format!("`{text}` lets a request choose among nearly all functions of the account");
            let help = "name the functions, or write a pattern that only they have";
            findings.push(Diagnostic::error(codes::BROAD_FUNCTIONS, pattern.span, message).help(help));
        }
    }
}

fn inline_pair(one: &Placed, findings: &mut Findings) {
    if let Some(entry) = one.step.property("aws-secret-access-key") {
        let message = "this step has a key pair of its own, which every reader of the document must know and rotate";
        let help = "write the pair once as a profile under `credentials` in the settings, and name it; or use a role";
        findings.push(Diagnostic::warning(codes::INLINE_PAIR, entry.key.span, message).help(help));
    }
}

/// A handler that tells the caller what went wrong inside.
fn leaks(one: &Placed, findings: &mut Findings) {
    let tells_nobody = ["log", "activity-log"].contains(&&*one.step.policy);
    if !one.in_handler || tells_nobody {
        return;
    }
    if let Some(node) = text_with(&one.step.config, "error.message") {
        let message = "the answer to a fault holds `error.message`, which may name hosts, functions and causes";
        let help = "answer with words of your own, and send the details to `log`";
        findings.push(Diagnostic::warning(codes::LEAKING_CATCH, node.span, message).help(help));
    }
}

/// The first scalar that holds a text. Blocks inside are looked at as steps of their own.
fn text_with<'n>(node: &'n Node, text: &str) -> Option<&'n Node> {
    if node.text().is_some_and(|found| found.contains(text)) {
        return Some(node);
    }
    let own = node.entries().iter().filter(|entry| &*entry.key.text != "execute").map(|entry| &entry.value);
    own.chain(node.items()).find_map(|below| text_with(below, text))
}
