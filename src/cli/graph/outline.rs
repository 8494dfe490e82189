//! The content of a drawing: the steps of an assembly, the branches inside them, and the handlers around them.

use crate::assembly::{self, Assembly, Catch, Faults, Step, step_list};
use crate::base::{Findings, Sources};
use crate::load::{Paths, read_documents};
use crate::openapi::{Api, Operation};
use crate::source::{Environment, Node};

/// One assembly.
pub struct Figure {
    /// The API and its version.
    pub heading: String,
    /// The operations that run it.
    pub operations: Vec<String>,
    pub flow: Vec<Item>,
    /// `catch` and `finally`.
    pub handlers: Vec<Branch>,
}

/// One step.
pub struct Item {
    pub policy: String,
    /// Its title, or what it is about.
    pub note: String,
    pub branches: Vec<Branch>,
    /// The step's own `catch`.
    pub handlers: Vec<Branch>,
}

/// Steps that run under a condition, or after a fault.
pub struct Branch {
    pub label: String,
    pub steps: Vec<Item>,
}

/// Longer notes and conditions are cut.
const LONGEST: usize = 60;

/// The properties by which a step without a title is known.
const TELLING: [&str; 7] = ["function", "function_name", "functionName", "target-url", "name", "definition", "input"];

/// Assemblies, and the operations by which one may ask for them.
pub struct Figures {
    pub figures: Vec<Figure>,
    /// Their ids, and their methods with paths.
    pub known: Vec<String>,
}

/// The assemblies of the documents at some paths; with `only`, those that this operation runs.
pub fn figures(paths: Paths<'_>, only: Option<&str>, sources: &mut Sources, findings: &mut Findings) -> Figures {
    let documents = read_documents(paths, sources, findings);
    let (mut figures, mut known) = (Vec::new(), Vec::new());
    for api in &documents.apis {
        // Nothing is expanded, so nothing secret is drawn.
        let found = assembly::find(api, &Untouched, None, &assembly::Values::untouched(), findings);
        for (index, one) in found.all.iter().enumerate() {
            let runs = api.operations.iter().zip(&found.by_operation).filter(|(_, run)| **run == Ok(index));
            let operations: Vec<_> = runs.map(|(operation, _)| operation).collect();
            let name = |operation: &&Operation| {
                let method = operation.verb.as_ref().map_or("any", |method| method.as_str());
                format!("{method} {}{}", api.base_path, operation.path.text)
            };
            let names: Vec<String> = operations.iter().map(name).collect();
            let ids = operations.iter().filter_map(|operation| operation.id.as_deref().map(str::to_owned));
            let own: Vec<String> = ids.chain(names.iter().cloned()).collect();
            let is_wanted = only.is_none_or(|only| own.iter().any(|name| name == only));
            known.extend(own);
            if is_wanted && !operations.is_empty() {
                figures.push(figure(api, one, names, findings));
            }
        }
    }
    Figures { figures, known }
}

fn figure(api: &Api, assembly: &Assembly, operations: Vec<String>, findings: &mut Findings) -> Figure {
    let mut handlers = catches(&assembly.catch, findings);
    if !assembly.finally.is_empty() {
        handlers.push(Branch { label: "finally".to_owned(), steps: items(&assembly.finally, findings) });
    }
    let heading = format!("{} {}", api.name, api.version);
    Figure { heading, operations, flow: items(&assembly.execute, findings), handlers }
}

fn items(steps: &[Step], findings: &mut Findings) -> Vec<Item> {
    steps.iter().map(|step| item(step, findings)).collect()
}

fn item(step: &Step, findings: &mut Findings) -> Item {
    let note = step.title.as_deref().map_or_else(|| telling(&step.config), str::to_owned);
    Item {
        policy: step.policy.to_string(),
        note: cut(&note),
        branches: branches(&step.config, findings),
        handlers: catches(&step.catch, findings),
    }
}

/// The blocks inside a step: those of its cases, or its own `execute`, and what runs otherwise.
fn branches(config: &Node, findings: &mut Findings) -> Vec<Branch> {
    let cases = config.get("case").map(Node::items).unwrap_or_default();
    let mut branches: Vec<Branch> = cases.iter().chain([config]).flat_map(|case| block(case, findings)).collect();
    // `otherwise` may stand among the cases or after them; it runs last.
    branches.sort_by_key(|branch| branch.label == "otherwise");
    branches
}

fn block(owner: &Node, findings: &mut Findings) -> Vec<Branch> {
    let mut branches = Vec::new();
    let mut add = |key: &str, label: String| {
        if let Some(list) = owner.get(key) {
            let steps = step_list(list, key, findings);
            branches.push(Branch { label: cut(&label), steps: items(&steps, findings) });
        }
    };
    add("execute", condition(owner));
    add("otherwise", "otherwise".to_owned());
    branches
}

/// When a block runs, in the words of the document.
fn condition(owner: &Node) -> String {
    let operations = owner.get("operations").map(Node::items).unwrap_or_default();
    let names = operations.iter().map(|one| match (one.text(), one.get("verb"), one.get("path")) {
        (Some(id), ..) => id.to_owned(),
        (None, Some(verb), Some(path)) => {
            format!("{} {}", verb.text().unwrap_or_default().to_uppercase(), path.text().unwrap_or_default())
        }
        _ => one.get("operationId").and_then(Node::text).unwrap_or_default().to_owned(),
    });
    let condition = owner.get("condition").and_then(Node::text);
    condition.map_or_else(|| names.collect::<Vec<_>>().join(", "), str::to_owned)
}

fn catches(entries: &[Catch], findings: &mut Findings) -> Vec<Branch> {
    entries
        .iter()
        .map(|entry| {
            let names = match &entry.faults {
                Faults::Default => "default".to_owned(),
                Faults::Named(names) => names.iter().map(|(name, _)| &**name).collect::<Vec<_>>().join(", "),
            };
            Branch { label: cut(&format!("catch {names}")), steps: items(&entry.execute, findings) }
        })
        .collect()
}

/// The subject of a step without a title.
fn telling(config: &Node) -> String {
    let set = |action: &Node| ["set", "add", "clear"].iter().find_map(|key| action.get(key)?.text().map(str::to_owned));
    let actions = config.get("actions").map(Node::items).unwrap_or_default();
    let names: Vec<String> = actions.iter().filter_map(set).collect();
    if !names.is_empty() {
        return names.join(", ");
    }
    TELLING.iter().find_map(|key| config.get(key)?.text()).unwrap_or_default().to_owned()
}

/// One line of a length that can be drawn.
fn cut(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST {
        return line;
    }
    line.chars().take(LONGEST - 1).chain(['…']).collect()
}

/// An environment in which every name is there and stands for itself.
struct Untouched;

impl Environment for Untouched {
    fn variable(&self, name: &str) -> Option<String> {
        Some(format!("${{{name}}}"))
    }

    fn file(&self, path: &str) -> Result<String, String> {
        Ok(format!("${{file:{path}}}"))
    }
}
