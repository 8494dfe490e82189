//! The values of a document's placeholders.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::base::{Diagnostic, Findings, Reported, Sources, codes, nearest, quoted_list};
use crate::settings::{Live, Unsupported};
use crate::source::{Content, Entry, Environment, Node, Scalar, Style, read_tree};

/// The account of events and of `gantry dev` where nobody says another.
const ACCOUNT: &str = "123456789012";

/// Functions of CloudFormation that need more than a name.
const UNDECIDED: [&str; 9] = [
    "Fn::If",
    "Fn::Select",
    "Fn::Split",
    "Fn::FindInMap",
    "Fn::Base64",
    "Fn::Cidr",
    "Fn::GetAZs",
    "Fn::Transform",
    "Fn::ForEach",
];

/// Values by name.
#[derive(Debug, Clone, Default)]
pub struct Values {
    /// `AWS::Region`, and names of the document.
    names: HashMap<String, Given>,
    stage_variables: HashMap<String, String>,
    /// A name without a value keeps its place, for drawings.
    keeps_unknown: bool,
    /// Whether a feature that is not built fails when a request comes, and not at load.
    faults: bool,
}

/// A value and whether it may have come from the environment, and so is never shown.
#[derive(Debug, Clone)]
struct Given {
    text: String,
    masked: bool,
}

/// A text with its placeholders filled in.
#[derive(Default)]
struct Filled {
    text: String,
    masked: bool,
}

// === impl Values ===

impl Values {
    /// The values of the settings, and the file they were read from.
    pub fn read(
        settings: &Live,
        environment: &dyn Environment,
        sources: &mut Sources,
        findings: &mut Findings,
    ) -> (Self, Option<PathBuf>) {
        let export = &settings.aws_export;
        let faults = settings.documents.unsupported == Unsupported::Fault;
        let mut values = Values { faults, ..Values::default() };
        let file = export.parameters_file.as_ref().map(PathBuf::from);
        if let Some(file) = &file {
            values.read_file(file, sources, findings);
        }
        for (name, text) in &export.parameters {
            values.names.insert(name.clone(), Given { text: text.clone(), masked: true });
        }
        let local = settings.aws.local.as_ref();
        let region = export.region.clone().or_else(|| settings.aws.region.clone());
        let region = region.or_else(|| environment.variable("AWS_REGION"));
        let region = region.or_else(|| environment.variable("AWS_DEFAULT_REGION"));
        let region = region.or_else(|| local.map(|local| local.region.clone()));
        let account = export.account.clone().or_else(|| settings.event_context.account_id.clone());
        let account = account.or_else(|| local.map(|_| ACCOUNT.to_owned()));
        let partition = export.partition.clone().unwrap_or_else(|| partition(region.as_deref()).to_owned());
        let suffix = if partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
        values.pseudo("URLSuffix", Some(suffix.to_owned()));
        values.pseudo("Region", region);
        values.pseudo("AccountId", account);
        values.pseudo("Partition", Some(partition));
        values.pseudo("StackName", export.stack_name.clone());
        values.stage_variables = settings.event_context.stage_variables.clone().into_iter().collect();
        (values, file)
    }

    /// Whether what is not built fails when a request comes.
    pub(super) fn faults(&self) -> bool {
        self.faults
    }

    /// Keeps every placeholder as it is written.
    pub fn untouched() -> Self {
        Values { keeps_unknown: true, ..Values::default() }
    }

    /// The same with the defaults of a template's parameters behind them.
    pub(super) fn with_defaults(&self, template: Option<&Node>) -> Self {
        let mut values = self.clone();
        let parameters = template.and_then(|root| root.get("Parameters")).map(Node::entries).unwrap_or_default();
        for parameter in parameters {
            // The default of such a parameter is a name in AWS's parameter store and not its value.
            let is_stored =
                parameter.value.get("Type").and_then(Node::text).is_some_and(|one| one.starts_with("AWS::SSM"));
            if let Some(default) = parameter.value.get("Default").and_then(Node::text).filter(|_| !is_stored) {
                let given = Given { text: default.to_owned(), masked: false };
                values.names.entry(parameter.key.text.to_string()).or_insert(given);
            }
        }
        values
    }

    fn pseudo(&mut self, name: &str, text: Option<String>) {
        if let Some(text) = text {
            self.names.insert(format!("AWS::{name}"), Given { text, masked: false });
        }
    }

    fn read_file(&mut self, file: &Path, sources: &mut Sources, findings: &mut Findings) {
        let Ok(tree) = read_tree(file, sources, findings) else { return };
        let root = tree.root.get("Parameters").unwrap_or(&tree.root);
        let named = |name: &str, node: &Node, values: &mut Values, findings: &mut Findings| match node.text() {
            Some(text) => {
                values.names.insert(name.to_owned(), Given { text: text.to_owned(), masked: false });
            }
            None => {
                let message = format!("the parameter `{name}` is {}, expected text", node.kind());
                findings.push(Diagnostic::error(codes::BAD_SETTINGS, node.span, message));
            }
        };
        for entry in root.entries() {
            named(&entry.key.text, &entry.value, self, findings);
        }
        for item in root.items() {
            match (item.get("ParameterKey").and_then(Node::text), item.get("ParameterValue")) {
                (Some(name), Some(value)) => named(name, value, self, findings),
                _ => {
                    let message = "an item of the parameter file needs `ParameterKey` and `ParameterValue`";
                    findings.push(Diagnostic::error(codes::BAD_SETTINGS, item.span, message));
                }
            }
        }
    }

    /// A node with everything filled in, at the place of the original.
    pub(super) fn text(&self, node: &Node, findings: &mut Findings) -> Result<Node, Reported> {
        if let Some(text) = node.text().filter(|text| !text.contains("${")) {
            return Ok(match &node.content {
                // A number where text is due.
                Content::Scalar(scalar) => {
                    Node { span: node.span, content: Content::Scalar(Scalar { text: text.into(), ..scalar.clone() }) }
                }
                _ => node.clone(),
            });
        }
        let filled = self.fill(node, &[], findings)?;
        let scalar = Scalar { text: filled.text.into(), style: Style::Block, masked: filled.masked, origin: None };
        Ok(Node { span: node.span, content: Content::Scalar(scalar) })
    }

    /// The value of a stage variable.
    pub(super) fn stage_variable(&self, name: &str) -> Option<&str> {
        self.stage_variables.get(name).map(String::as_str)
    }

    /// A mapping template. Its own `${name}` stays: only names that have a value, and those of CloudFormation, are filled in.
    pub(super) fn template(&self, node: &Node, findings: &mut Findings) -> Result<Node, Reported> {
        let Some(text) = node.text() else { return self.text(node, findings) };
        let names = text.match_indices("${").filter_map(|(at, _)| text[at + 2..].split_once('}')).map(|(name, _)| name);
        let is_ours = |name: &str| name.contains("::") || self.names.contains_key(name.trim());
        if !names.clone().any(is_ours) {
            return Ok(node.clone());
        }
        // The others are kept by a text that stands for itself.
        let own: Vec<Entry> = names
            .filter(|name| !is_ours(name))
            .map(|name| {
                let kept = format!("${{!{name}}}");
                let scalar = Scalar { text: kept.into(), style: Style::Block, masked: false, origin: None };
                let value = Node { span: node.span, content: Content::Scalar(scalar) };
                Entry { key: crate::source::Key { text: name.trim().into(), span: node.span }, value }
            })
            .collect();
        let filled = self.fill(node, &own, findings)?;
        let scalar = Scalar { text: filled.text.into(), style: Style::Block, masked: filled.masked, origin: None };
        Ok(Node { span: node.span, content: Content::Scalar(scalar) })
    }

    fn fill(&self, node: &Node, local: &[Entry], findings: &mut Findings) -> Result<Filled, Reported> {
        if let Some(text) = node.text() {
            return self.scalar(node, text, local, findings);
        }
        let [function] = node.entries() else {
            let message = format!("this is {}, expected text", node.kind());
            return Err(findings.push(Diagnostic::error(codes::WRONG_TYPE, node.span, message)));
        };
        let argument = &function.value;
        match &*function.key.text {
            "Ref" | "Fn::ImportValue" => self.named(argument, argument.text(), findings),
            "Fn::GetAtt" => {
                let parts: Vec<&str> = argument.items().iter().filter_map(Node::text).collect();
                let joined = parts.join(".");
                self.named(argument, argument.text().or(Some(&joined)), findings)
            }
            "Fn::Sub" => match argument.items() {
                [text, names] => self.fill(text, names.entries(), findings),
                _ => self.fill(argument, &[], findings),
            },
            "Fn::Join" => self.join(argument, local, findings),
            name => {
                let message = if UNDECIDED.contains(&name) {
                    format!("`{name}` is not evaluated here")
                } else {
                    format!("this is a map with `{name}`, expected text")
                };
                let help = "write the text that it gives, or deploy once and take the document from `aws apigateway get-export`";
                Err(findings.push(Diagnostic::error(codes::PLACEHOLDER, function.key.span, message).help(help)))
            }
        }
    }

    fn join(&self, argument: &Node, local: &[Entry], findings: &mut Findings) -> Result<Filled, Reported> {
        let [separator, parts] = argument.items() else {
            let message = "`Fn::Join` takes a list of two: the separator, and the list of parts";
            return Err(findings.push(Diagnostic::error(codes::WRONG_TYPE, argument.span, message)));
        };
        let separator = separator.text().unwrap_or_default();
        let parts: Vec<Result<Filled, Reported>> =
            parts.items().iter().map(|part| self.fill(part, local, findings)).collect();
        let parts = parts.into_iter().collect::<Result<Vec<Filled>, Reported>>()?;
        let masked = parts.iter().any(|part| part.masked);
        let text = parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(separator);
        Ok(Filled { text, masked })
    }

    fn scalar(&self, node: &Node, text: &str, local: &[Entry], findings: &mut Findings) -> Result<Filled, Reported> {
        let mut filled = Filled::default();
        let mut missing = None;
        let mut at = 0;
        while let Some(open) = text[at..].find("${").map(|open| open + at) {
            let Some(close) = text[open..].find('}').map(|close| close + open) else { break };
            filled.text.push_str(&text[at..open]);
            let name = text[open + 2..close].trim();
            let span = node.inside(open..close + 1).unwrap_or(node.span);
            let place = Node { span, ..node.clone() };
            let value = match (name.strip_prefix('!'), local.iter().find(|entry| *entry.key.text == *name)) {
                (Some(literal), _) => Ok(Filled { text: format!("${{{literal}}}"), masked: false }),
                (None, Some(entry)) => self.fill(&entry.value, &[], findings),
                (None, None) => self.named(&place, Some(name), findings),
            };
            match value {
                Ok(value) => {
                    filled.text.push_str(&value.text);
                    filled.masked |= value.masked;
                }
                Err(reported) => missing = Some(reported),
            }
            at = close + 1;
        }
        filled.text.push_str(&text[at..]);
        missing.map_or(Ok(filled), Err)
    }

    fn named(&self, place: &Node, name: Option<&str>, findings: &mut Findings) -> Result<Filled, Reported> {
        let name = name.unwrap_or_default();
        if self.keeps_unknown {
            return Ok(Filled { text: format!("${{{name}}}"), masked: false });
        }
        if let Some(variable) = name.strip_prefix("stageVariables.") {
            if let Some(text) = self.stage_variables.get(variable) {
                return Ok(Filled { text: text.clone(), masked: true });
            }
            let message = format!("the stage variable `{variable}` has no value");
            let help = format!("set it in the settings: `event-context: {{stage-variables: {{{variable}: …}}}}`");
            return Err(findings.push(Diagnostic::error(codes::PLACEHOLDER, place.span, message).help(help)));
        }
        // Expressions of HTTP APIs are read where they are used.
        if ["request.", "response.", "context."].iter().any(|root| name.starts_with(root)) {
            return Ok(Filled { text: format!("${{{name}}}"), masked: false });
        }
        if let Some(given) = self.names.get(name) {
            return Ok(Filled { text: given.text.clone(), masked: given.masked });
        }
        Err(findings.push(
            Diagnostic::error(codes::PLACEHOLDER, place.span, format!("`{name}` has no value")).help(self.remedy(name)),
        ))
    }

    /// The help text that tells how a name gets its value.
    fn remedy(&self, name: &str) -> String {
        let setting = match name {
            "AWS::Region" => "region",
            "AWS::AccountId" => "account",
            "AWS::StackName" => "stack-name",
            "AWS::Partition" => "partition",
            _ => {
                let known = self.names.keys().map(String::as_str).filter(|known| !known.starts_with("AWS::"));
                let near = nearest(name, known);
                let near =
                    if near.is_empty() { String::new() } else { format!("; did you mean {}?", quoted_list(&near)) };
                return format!(
                    "put `{name}` into `parameters` or the `parameters-file` under `aws-export` in the settings{near}"
                );
            }
        };
        format!("set it in the settings: `aws-export: {{{setting}: …}}`")
    }
}

/// The part of a text that a message may show.
pub(super) fn shown(node: &Node) -> &str {
    match &node.content {
        Content::Scalar(scalar) if scalar.masked => "***",
        _ => node.text().unwrap_or_default(),
    }
}

/// The partition of a region, by its name.
fn partition(region: Option<&str>) -> &'static str {
    match region {
        Some(region) if region.starts_with("cn-") => "aws-cn",
        Some(region) if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}
