//! Mapping templates of requests and responses.

use super::build;
use super::export::Export;
use crate::base::{Diagnostic, Findings, Reported, Span, codes};
use crate::source::{Entry, Node};
use crate::vtl::Template;

/// The variable that keeps the overrides of the request's template.
pub(super) const OVERRIDES: &str = "aws-overrides";

/// The templates of one place, by media type.
pub(super) enum Templates {
    None,
    /// The same text for every client, and its media type.
    Constant(Node, Node),
    Mapped(Vec<(Box<str>, Node)>),
}

// === impl Templates ===

impl Templates {
    pub(super) fn read(
        export: &Export<'_>,
        owner: &Node,
        key: &str,
        findings: &mut Findings,
    ) -> Result<Self, Reported> {
        let entries = owner.get(key).map(Node::entries).unwrap_or_default();
        let filled: Vec<Result<(Box<str>, Node), Reported>> = entries
            .iter()
            .filter(|entry| !entry.value.is_null() && entry.value.text() != Some(""))
            .map(|entry: &Entry| Ok(((&*entry.key.text).into(), export.values.template(&entry.value, findings)?)))
            .collect();
        let filled = filled.into_iter().collect::<Result<Vec<_>, Reported>>()?;
        let Some((_, first)) = filled.first() else { return Ok(Templates::None) };
        let text = first.text().unwrap_or_default();
        let is_same = filled.iter().all(|(_, one)| one.text() == Some(text));
        if is_same && !has_code(text) && !text.contains("$(") {
            let chosen = filled.iter().find(|(kind, _)| **kind == *"application/json").or(filled.first());
            if let Some((kind, body)) = chosen {
                return Ok(Templates::Constant(body.clone(), build::text(body.span, kind)));
            }
        }
        Ok(Templates::Mapped(filled))
    }

    /// The names of overrides of the request that some template sets.
    pub(super) fn overridden(&self, group: &str) -> Vec<String> {
        let Templates::Mapped(entries) = self else { return Vec::new() };
        let parsed = entries.iter().filter_map(|(_, node)| Template::parse(node.text().unwrap_or_default()).ok());
        let mut names: Vec<String> = Vec::new();
        for template in parsed {
            names.extend(template.overrides("requestOverride", group).into_iter().map(str::to_owned));
        }
        names
    }
}

/// The step that makes the body of the request.
pub(super) fn request_step(
    span: Span,
    templates: &Templates,
    integration: &Node,
    more: Vec<(&'static str, Node)>,
    findings: &mut Findings,
) -> Result<Node, Reported> {
    let mut config = vec![("overrides", build::text(span, OVERRIDES))];
    match templates {
        Templates::None => {}
        Templates::Constant(body, kind) => {
            let entry = (kind.text().unwrap_or_default(), body.clone());
            config.push(("templates", build::map(span, [entry])));
        }
        Templates::Mapped(entries) => config.push(("templates", as_map(span, entries))),
    }
    if let Some(behavior) = passthrough(integration, findings)? {
        config.push(("passthrough-behavior", behavior));
    }
    if let Some(handling) = handling(integration, findings)? {
        config.push(("content-handling", handling));
    }
    config.extend(more);
    Ok(build::step("mapping-template", span, config))
}

/// The step that makes the body of the response, and sets the overrides.
pub(super) fn response_step(
    span: Span,
    templates: &[(Box<str>, Node)],
    input: &str,
    overrides: Option<&str>,
    handling: Option<&Node>,
) -> Node {
    let mut config = vec![("direction", build::text(span, "response")), ("input", build::text(span, input))];
    if !templates.is_empty() {
        config.push(("templates", as_map(span, templates)));
    }
    config.extend(overrides.map(|name| ("overrides", build::text(span, name))));
    config.extend(handling.map(|node| ("content-handling", node.clone())));
    build::step("mapping-template", span, config)
}

fn as_map(span: Span, entries: &[(Box<str>, Node)]) -> Node {
    build::map(span, entries.iter().map(|(kind, node)| (&**kind, node.clone())))
}

/// `passthroughBehavior` in the words of the step.
pub(super) fn passthrough(integration: &Node, findings: &mut Findings) -> Result<Option<Node>, Reported> {
    let known = ["when-no-match", "when-no-templates", "never"];
    worded(integration, "passthroughBehavior", &known, findings)
}

/// `contentHandling` in the words of the step.
pub(super) fn handling(owner: &Node, findings: &mut Findings) -> Result<Option<Node>, Reported> {
    worded(owner, "contentHandling", &["convert-to-text", "convert-to-binary"], findings)
}

/// A word, which the document may have in any case.
fn worded(owner: &Node, key: &str, known: &[&str], findings: &mut Findings) -> Result<Option<Node>, Reported> {
    let Some(node) = owner.get(key).filter(|node| !node.is_null() && node.text() != Some("")) else { return Ok(None) };
    let word = node.text().unwrap_or_default().trim().to_ascii_lowercase().replace('_', "-");
    if known.contains(&&*word) {
        return Ok(Some(build::text(node.span, word)));
    }
    let known: Vec<String> = known.iter().map(|word| word.replace('-', "_")).collect();
    let message = format!("`{key}` has another value than it may have");
    let help = format!("write one of `{}`", known.join("`, `"));
    Err(findings.push(Diagnostic::error(codes::BAD_VALUE, node.span, message).help(help)))
}

/// Whether a template has more in it than text. `${AWS::Region}` and what CloudFormation fills in is none of VTL's.
pub(super) fn has_code(text: &str) -> bool {
    let after = |sign: char| text.match_indices(sign).map(move |(at, _)| &text[at + 1..]);
    let letter = |rest: &str| rest.starts_with(|one: char| one.is_ascii_alphabetic());
    after('$')
        .any(|rest| letter(rest) || rest.starts_with('!') || rest.starts_with("{input") || rest.starts_with("{util"))
        || after('#').any(|rest| letter(rest) && is_directive(rest) || rest.starts_with(['#', '*', '{', '[']))
}

/// Whether the word after `#` is one of VTL's and not, for example, a colour.
fn is_directive(rest: &str) -> bool {
    const WORDS: [&str; 12] =
        ["set", "if", "else", "elseif", "end", "foreach", "include", "parse", "stop", "break", "evaluate", "define"];
    WORDS.iter().chain(&["macro"]).any(|word| rest.starts_with(word))
}
