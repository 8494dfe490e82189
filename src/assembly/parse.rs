//! Subtrees to steps and catch entries.

use std::sync::Arc;

use super::{Carrier, Catch, Faults, Step};
use crate::base::{Diagnostic, Findings, Reported, Span, codes};
use crate::source::{Content, Entry, Node};

/// Keys that every step may have and no policy sees.
pub const COMMON: [&str; 4] = ["version", "title", "description", "catch"];

/// Those of them that are text.
const TEXTS: [&str; 3] = ["version", "title", "description"];

/// Keys of a resource.
const RESOURCE: [&str; 4] = ["kind", "apiVersion", "metadata", "spec"];

/// The steps under `key`; none where the key is missing or empty.
pub fn steps(owner: &Node, key: &str, findings: &mut Findings) -> Vec<Step> {
    owner.get(key).map(|list| step_list(list, key, findings)).unwrap_or_default()
}

/// The steps of a list.
pub fn step_list(list: &Node, name: &str, findings: &mut Findings) -> Vec<Step> {
    if !list.is_sequence() && !list.is_null() {
        let message = format!("`{name}` is {}, expected a list of steps", list.kind());
        findings.push(
            Diagnostic::error(codes::BAD_ASSEMBLY, list.span, message)
                .help("start every step with `- ` and its policy"),
        );
    }
    let mut steps: Vec<Step> = list.items().iter().flat_map(|item| steps_of(item, findings)).collect();
    // Most lists are short, and a list that grows starts with room for four.
    steps.shrink_to_fit();
    steps
}

/// Findings about steps as a carrier has them: IBM's gateways run the policies of one step one after the other.
pub fn of_carrier(findings: Findings, carrier: Carrier) -> impl Iterator<Item = Diagnostic> {
    let runs = move |finding: &Diagnostic| carrier == Carrier::Ibm && finding.code == codes::SEVERAL_POLICIES;
    findings.into_iter().map(move |finding| match runs(&finding) {
        true => finding.softened("all of it is taken, in this order"),
        false => finding,
    })
}

/// The step of an item; several where it names several policies.
fn steps_of(item: &Node, findings: &mut Findings) -> Vec<Step> {
    let is_resource = item.get("kind").is_some() && item.get("spec").is_some();
    let (common, policies): (Vec<&Entry>, Vec<&Entry>) =
        item.entries().iter().partition(|entry| COMMON.contains(&&*entry.key.text));
    let are_policies = policies.iter().all(|entry| entry.value.is_mapping());
    if is_resource || item.entries().len() < 2 || policies.is_empty() || !are_policies {
        return step(item, findings).into_iter().collect();
    }
    let message = match policies.len() {
        1 => format!("`{}` is next to the policy of its step, expected below it", common[0].key.text),
        many => format!("a step has {many} policies, expected one"),
    };
    let help = "indent the properties of the policy below its name, and start the next step with `- `";
    findings.push(Diagnostic::error(codes::SEVERAL_POLICIES, item.span, message).help(help));
    let made = policies.iter().enumerate().map(|(at, policy)| {
        let own = policy.value.entries().iter();
        let next_to_it = common.iter().copied().filter(|one| at == 0 && policy.value.get(&one.key.text).is_none());
        let value =
            Node { span: policy.value.span, content: Content::Mapping(own.chain(next_to_it).cloned().collect()) };
        made(policy.key.text.clone(), policy.key.span, value, item, findings)
    });
    made.collect()
}

fn step(item: &Node, findings: &mut Findings) -> Result<Step, Reported> {
    // A policy that needs nothing may stand alone: `- activity-log`.
    if let Some(name) = item.text() {
        let config = Node { span: item.span, content: Content::Mapping(Arc::default()) };
        return Ok(made(name.into(), item.span, config, item, findings));
    }
    if let (Some(kind), Some(spec)) = (item.entry("kind"), item.get("spec")) {
        return resource(item, kind, spec, findings);
    }
    let [entry] = item.entries() else {
        let message = match item.entries() {
            [] => format!("a step is {}, expected a map with one key, the policy's name", item.kind()),
            many => format!("a step has {} keys, expected one, the policy's name", many.len()),
        };
        let help = "indent the properties of the policy below its name, and start the next step with `- `";
        return Err(findings.push(Diagnostic::error(codes::BAD_ASSEMBLY, item.span, message).help(help)));
    };
    if !entry.value.is_mapping() && !entry.value.is_null() {
        let message = format!("the properties of `{}` are {}, expected a map", entry.key.text, entry.value.kind());
        return Err(findings.push(Diagnostic::error(codes::BAD_ASSEMBLY, entry.value.span, message)));
    }
    Ok(made(entry.key.text.clone(), entry.key.span, entry.value.clone(), item, findings))
}

/// A step written as a resource of API Studio: its policy is the `kind`, its properties are the `spec`, and its title is the
/// name of the resource.
fn resource(item: &Node, kind: &Entry, spec: &Node, findings: &mut Findings) -> Result<Step, Reported> {
    for entry in item.entries().iter().filter(|entry| !RESOURCE.contains(&&*entry.key.text)) {
        let message = format!("`{}` of a resource has no counterpart here and changes nothing", entry.key.text);
        findings.push(Diagnostic::warning(codes::NO_COUNTERPART, entry.key.span, message).help("remove it"));
    }
    let Some(name) = kind.value.text() else {
        let message = format!("`kind` is {}, expected the name of a policy", kind.value.kind());
        return Err(findings.push(Diagnostic::error(codes::BAD_ASSEMBLY, kind.value.span, message)));
    };
    if !spec.is_mapping() && !spec.is_null() {
        let message = format!("`spec` is {}, expected a map", spec.kind());
        return Err(findings.push(Diagnostic::error(codes::BAD_ASSEMBLY, spec.span, message)));
    }
    let step = made(name.into(), kind.value.span, spec.clone(), item, findings);
    let name = item.pointer("/metadata/name").and_then(Node::text).map(Arc::from);
    Ok(Step { title: step.title.or(name), ..step })
}

fn made(policy: Arc<str>, policy_span: Span, value: Node, item: &Node, findings: &mut Findings) -> Step {
    for entry in value.entries().iter().filter(|entry| TEXTS.contains(&&*entry.key.text)) {
        if entry.value.is_mapping() || entry.value.is_sequence() {
            let message = format!("`{}` is {}, expected text", entry.key.text, entry.value.kind());
            findings.push(Diagnostic::error(codes::WRONG_TYPE, entry.value.span, message));
        }
    }
    let text = |key: &str| value.get(key).and_then(Node::text).map(Arc::from);
    let version = value.get("version").and_then(|node| node.text().map(|text| (text.into(), node.span)));
    let has_common = value.entries().iter().any(|entry| COMMON.contains(&&*entry.key.text));
    let title = text("title");
    let span = if value.is_null() { policy_span } else { value.span };
    let content = match &value.content {
        // Nothing is left out, so nothing is copied.
        Content::Mapping(entries) if !has_common => Content::Mapping(entries.clone()),
        _ => {
            let own = value.entries().iter().filter(|entry| !COMMON.contains(&&*entry.key.text));
            Content::Mapping(own.cloned().collect())
        }
    };
    let config = Node { span, content };
    let catch = catch_list(&value, findings);
    Step { policy, policy_span, version, title, config, catch, span: item.span }
}

/// The entries of `catch`.
pub(super) fn catch_list(owner: &Node, findings: &mut Findings) -> Vec<Catch> {
    let Some(list) = owner.get("catch") else { return Vec::new() };
    if !list.is_sequence() && !list.is_null() {
        let message = format!("`catch` is {}, expected a list of entries", list.kind());
        findings.push(Diagnostic::error(codes::BAD_CATCH, list.span, message));
    }
    let entries: Vec<Catch> = list.items().iter().filter_map(|item| catch_entry(item, findings).ok()).collect();
    report_shadowed(&entries, findings);
    entries
}

fn catch_entry(item: &Node, findings: &mut Findings) -> Result<Catch, Reported> {
    if let Some(default) = item.entry("default") {
        let execute = step_list(&default.value, "default", findings);
        return Ok(Catch { faults: Faults::Default, execute, span: default.key.span });
    }
    let (Some(errors), Some(execute)) = (item.entry("errors"), item.get("execute")) else {
        // IBM's documentation prints `- errors:` and `- execute:` as two items; its gateways take only the joined form.
        let help = "write `- errors: [NAME]` and, below it without a dash, `execute:`; or `- default:`";
        let message = "a catch entry needs `errors` together with `execute`, or `default`";
        let span = item.entries().first().map_or(item.span, |entry| entry.key.span);
        return Err(findings.push(Diagnostic::error(codes::BAD_CATCH, span, message).help(help)));
    };
    let names: Vec<(Arc<str>, Span)> = match errors.value.text() {
        Some(one) => vec![(one.into(), errors.value.span)],
        None => errors.value.items().iter().filter_map(|node| Some((node.text()?.into(), node.span))).collect(),
    };
    let names_nothing = |node: &&Node| node.text().is_none() && !node.is_null();
    let is_map = std::iter::once(&errors.value).filter(|node| node.is_mapping());
    let wrong: Vec<&Node> = errors.value.items().iter().filter(names_nothing).chain(is_map).collect();
    for node in &wrong {
        let message = format!("`errors` has {} in it, expected names of faults", node.kind());
        findings.push(Diagnostic::error(codes::BAD_CATCH, node.span, message));
    }
    let execute = step_list(execute, "execute", findings);
    // Both stand in public documents that run.
    if let Some((_, span)) = names.iter().find(|(name, _)| &**name == "default") {
        let message = "no fault is called `default`; the entry is taken as the one for all that no other takes";
        let help = "write `- default:` with the steps below it";
        findings.push(Diagnostic::warning(codes::BAD_CATCH, *span, message).help(help));
        return Ok(Catch { faults: Faults::Default, execute, span: errors.key.span });
    }
    if names.is_empty() && wrong.is_empty() {
        let message = "`errors` names no fault, so the entry takes none";
        let help = "name the faults, or write `- default:` for all that no other entry takes";
        return Err(findings.push(Diagnostic::warning(codes::BAD_CATCH, errors.value.span, message).help(help)));
    }
    Ok(Catch { faults: Faults::Named(names), execute, span: errors.key.span })
}

/// Refusals of the client, which `default` leaves alone.
const NOT_BY_DEFAULT: [&str; 4] = ["BadRequestError", "UnauthorizedError", "ForbiddenError", "APIRuleError"];

fn report_shadowed(entries: &[Catch], findings: &mut Findings) {
    for (index, entry) in entries.iter().enumerate() {
        let Some(earlier) = entries[..index].iter().find(|earlier| takes_all_of(earlier, entry)) else { continue };
        let (message, help) = match earlier.faults {
            Faults::Default => (
                "this entry can never run: `default` stands before it and takes its faults",
                "move `default` to the end of the list",
            ),
            Faults::Named(_) => (
                "this entry can never run: an entry before it names the same faults",
                "put the steps of both into one entry",
            ),
        };
        findings.push(
            Diagnostic::warning(codes::SHADOWED_CATCH, entry.span, message)
                .label(earlier.span, "taken here")
                .help(help),
        );
    }
}

/// Whether nothing is left for `later`.
fn takes_all_of(earlier: &Catch, later: &Catch) -> bool {
    match (&earlier.faults, &later.faults) {
        (Faults::Default, Faults::Default) => true,
        (Faults::Default, Faults::Named(names)) => names.iter().all(|(name, _)| !NOT_BY_DEFAULT.contains(&&**name)),
        (Faults::Named(_), Faults::Default) => false,
        (Faults::Named(first), Faults::Named(names)) => {
            !names.is_empty() && names.iter().all(|(name, _)| first.iter().any(|(known, _)| known == name))
        }
    }
}
