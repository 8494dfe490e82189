//! A document of API Connect with an `x-assembly` in the place of IBM's extension. Of a YAML document every other line and
//! every comment stays; what is written under IBM's key moves as it is written.

use serde_json::{Map, Value as Json, json};

use super::edit::{Edit, apply, indented, line_start, next_line};
use crate::assembly::{Assemblies, Carrier, Step, root_carrier};
use crate::base::{Findings, Generation, Sources};
use crate::openapi::Api;
use crate::policies;
use crate::source::{Content, Entry, Node, Style, names_file, parse};

/// The document's new form.
#[derive(Debug)]
pub struct Rewritten {
    pub text: String,
    /// Files that lie beside it: their names and texts.
    pub scripts: Vec<(String, String)>,
    /// What was left out, and why.
    pub dropped: Vec<String>,
    /// What is no longer as it was.
    pub changes: &'static [&'static str],
}

/// What both keys hold, in the order in which it is written.
const BESIDE: [&str; 3] = ["properties", "catalogs", "cors"];
const BLOCKS: [&str; 3] = ["execute", "catch", "finally"];

/// What the v5 engine does by itself; an `x-assembly` follows the newer gateway, whatever its steps' versions are.
const OF_THE_ENGINE: &[&str] = &[
    "a slash at the end of a path is part of it",
    "required parameters must be there, and `request.parameters` are texts",
    "without a `cors` that names origins, pages are not told their own origin and send no cookies",
    "the headers of client ids and secrets are not sent on",
];

/// What API Connect's own tools need and no gateway.
const OF_TOOLS: [&str; 12] = [
    "assembly",
    "gateway",
    "enforced",
    "testable",
    "phase",
    "type",
    "attachments",
    "categories",
    "explorer",
    "extensions",
    "servers",
    "explorerEnable",
];

/// Rewrites a document whose assemblies were found with its own text. With `scripts` every longer script becomes a file whose
/// name starts so. The error is one sentence.
pub fn rewrite(api: &Api, found: &Assemblies, text: &str, scripts: Option<&str>) -> Result<Rewritten, String> {
    let entry = match root_carrier(&api.tree.root) {
        Some((_, Carrier::XAssembly)) => {
            return Err("the document has an `x-assembly` already, and that is what runs".to_owned());
        }
        Some((entry, _)) => entry,
        None => return Err("the document has no `x-ibm-configuration` with an `assembly`".to_owned()),
    };
    let generation = found.all.first().map(|assembly| assembly.generation).unwrap_or_default();
    let steps: Vec<Step> = found.steps().into_iter().map(|placed| placed.step).collect();
    let mut edits: Vec<Edit> = Vec::new();
    for step in &steps {
        edits.extend(version(step, generation, text));
        escapes(&step.config, policies::find(&step.policy).map_or(&[], |entry| entry.meta.literal), &mut edits);
    }
    for key in BESIDE {
        entry.value.get(key).into_iter().for_each(|node| escapes(node, &[], &mut edits));
    }
    let files = scripts.map(|stem| extracted(&steps, stem)).unwrap_or_default();
    edits.extend(files.iter().map(|file| Edit { start: file.start, end: file.end, text: file.reference.clone() }));

    let dropped = dropped(&entry.value);
    let key = entry.key.text.to_string();
    let edited = apply(text, edits);
    let mut findings = Findings::default();
    let source = Sources::default().add("document", edited.as_str());
    let root = parse(source, &edited, &mut findings);
    let Some(root) = root.ok().filter(|_| findings.errors() == 0) else {
        let why = findings.iter().next().map(|finding| format!(": {}", finding.message)).unwrap_or_default();
        return Err(format!("the new form cannot be read{why}"));
    };
    let text = match (edited.trim_start().starts_with('{'), root.entry(&key)) {
        (true, _) => in_json(&root, &key, generation),
        (false, Some(entry)) => in_yaml(&edited, &root, entry, generation),
        (false, None) => return Err("the new form could not be read again".to_owned()),
    };
    let scripts = files.into_iter().map(|file| (file.name, file.text)).collect();
    let changes = if generation == Generation::V5 { OF_THE_ENGINE } else { &[] };
    Ok(Rewritten { text, scripts, dropped, changes })
}

/// What is not taken along and meant something.
fn dropped(owner: &Node) -> Vec<String> {
    let others = owner.entries().iter().map(|entry| &*entry.key.text);
    let others = others.filter(|key| !OF_TOOLS.contains(key) && !BESIDE.contains(key));
    let mut all: Vec<String> = others
        .map(|key| match key {
            "activity-log" => "`activity-log`: the access log has one line for every request".to_owned(),
            "compatibility" => "`compatibility`: an `x-assembly` follows the newer gateway".to_owned(),
            key => format!("`{key}` has no counterpart in an `x-assembly`"),
        })
        .collect();
    let inside = owner.get("assembly").map(Node::entries).unwrap_or_default();
    let unknown = inside.iter().map(|entry| &*entry.key.text).filter(|key| !BLOCKS.contains(key));
    all.extend(unknown.map(|key| format!("`assembly: {key}` has no counterpart in an `x-assembly`")));
    all
}

/// The version that a step has through its document and would lose.
fn version(step: &Step, document: Generation, text: &str) -> Option<Edit> {
    let entry = policies::find(&step.policy)?;
    let here = entry.generation(None, document, Carrier::Ibm);
    if step.version.is_some() || here == entry.generation(None, Generation::V10, Carrier::XAssembly) {
        return None;
    }
    let major = if here == Generation::V5 { "1." } else { "2." };
    let version = entry.meta.versions.iter().find(|version| version.starts_with(major))?;
    let (start, name_end) = (step.config.span.start as usize, step.policy_span.end as usize);
    if step.config.span == step.policy_span {
        // Nothing stands behind the name, or not even a colon.
        let behind = text.get(name_end..)?;
        return Some(match behind.starts_with(':') {
            true => Edit::insert(name_end + 1, format!(" {{version: {version}}}")),
            false => Edit::insert(name_end, format!(": {{version: {version}}}")),
        });
    }
    if text.get(start..)?.starts_with('{') {
        let quoted = text.trim_start().starts_with('{');
        let insert = if quoted { format!("\"version\": \"{version}\", ") } else { format!("version: {version}, ") };
        let is_empty = text.get(start + 1..)?.trim_start().starts_with('}');
        return Some(Edit::insert(start + 1, if is_empty { insert.trim_end_matches(", ").to_owned() } else { insert }));
    }
    let column = start - line_start(text, start);
    Some(Edit::insert(start, format!("version: {version}\n{}", " ".repeat(column))))
}

/// Under `x-assembly` a `${` asks the environment; here it was text.
fn escapes(node: &Node, literal: &[&str], edits: &mut Vec<Edit>) {
    if let Content::Scalar(scalar) = &node.content {
        for (at, _) in scalar.text.match_indices("${") {
            edits.extend(node.inside(at..at + 2).map(|span| Edit::insert(span.start as usize, "$")));
        }
    }
    for entry in node.entries().iter().filter(|entry| !literal.contains(&&*entry.key.text)) {
        escapes(&entry.value, literal, edits);
    }
    node.items().iter().for_each(|item| escapes(item, literal, edits));
}

/// A script that becomes a file.
struct File {
    name: String,
    text: String,
    /// What stands in its place, and where.
    reference: String,
    start: usize,
    end: usize,
}

fn extracted(steps: &[Step], stem: &str) -> Vec<File> {
    let mut files: Vec<File> = Vec::new();
    for step in steps.iter().filter(|step| matches!(&*step.policy, "gatewayscript" | "javascript")) {
        let Some((entry, text)) = step.property("source").and_then(|entry| Some((entry, entry.value.text()?))) else {
            continue;
        };
        let trimmed = text.trim_end();
        let last = trimmed.char_indices().next_back().and_then(|(at, _)| entry.value.inside(at..trimmed.len()));
        let Some(last) = last.filter(|_| trimmed.contains('\n') && !names_file(text)) else { continue };
        let word = step.title.as_deref().map(slug).filter(|word| !word.is_empty());
        let name = format!("{stem}-{}", word.unwrap_or_else(|| step.policy.to_string()));
        let taken = |name: &str| files.iter().any(|file| file.name == format!("{name}.js"));
        let name = match (2..).map(|number| format!("{name}-{number}")).find(|name| !taken(name)) {
            Some(numbered) if taken(&name) => numbered,
            _ => name,
        };
        // A block's span starts behind its `|`, so what stands behind the key goes too.
        let (key, value) = (entry.key.span, entry.value.span);
        let place = match style(&entry.value) {
            Some(Style::Block) => (format!(": ./{name}.js"), key.end, last.end),
            Some(Style::Plain) => (format!("./{name}.js"), value.start, last.end),
            _ => (format!("\"./{name}.js\""), value.start, value.end),
        };
        files.push(File {
            reference: place.0,
            start: place.1 as usize,
            end: place.2 as usize,
            name: format!("{name}.js"),
            text: format!("{trimmed}\n"),
        });
    }
    files
}

fn style(node: &Node) -> Option<Style> {
    match &node.content {
        Content::Scalar(scalar) => Some(scalar.style),
        _ => None,
    }
}

fn slug(title: &str) -> String {
    let letters =
        title.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { ' ' });
    letters.collect::<String>().split_whitespace().take(5).collect::<Vec<_>>().join("-")
}

fn has_cors(owner: &Node) -> bool {
    owner.get("cors").and_then(|cors| cors.get("enabled")).and_then(Node::text) == Some("true")
}

/// The entries that move, in their new order.
fn moving(owner: &Node) -> Vec<&Entry> {
    let beside = BESIDE.iter().filter(|key| **key != "cors" || has_cors(owner)).filter_map(|key| owner.entry(key));
    let blocks = owner.get("assembly").into_iter().flat_map(|inside| BLOCKS.iter().filter_map(|key| inside.entry(key)));
    beside.chain(blocks).collect()
}

fn in_json(root: &Node, key: &str, generation: Generation) -> String {
    let entries = root.entries().iter().map(|entry| match *entry.key.text == *key {
        true => ("x-assembly".to_owned(), assembly_of(&entry.value, generation)),
        false => (entry.key.text.to_string(), entry.value.to_json()),
    });
    format!("{:#}\n", Json::Object(entries.collect()))
}

fn assembly_of(owner: &Node, generation: Generation) -> Json {
    let mut out = Map::new();
    if generation == Generation::V5 {
        out.insert("error-format".to_owned(), json!("v5"));
    }
    out.extend(moving(owner).into_iter().map(|entry| (entry.key.text.to_string(), entry.value.to_json())));
    Json::Object(out)
}

fn in_yaml(text: &str, root: &Node, entry: &Entry, generation: Generation) -> String {
    let (start, end) = region(text, root, entry, text.len());
    let mut block = "x-assembly:\n".to_owned();
    match lines_of(text, entry, end) {
        Some(lines) => {
            if generation == Generation::V5 {
                block.push_str("  error-format: v5\n");
            }
            block.push_str(&lines);
        }
        // It is written inside of braces, or with an anchor: there are no lines to move.
        None => {
            let written = serde_yaml::to_string(&assembly_of(&entry.value, generation)).unwrap_or_default();
            block.push_str(&indented(&written, 0, 2));
        }
    }
    let (before, after) = (&text[..start], &text[end..]);
    let own_comments = &text[start..line_start(text, entry.key.span.start as usize)];
    let gap = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    format!("{before}{gap}{own_comments}{block}{after}")
}

/// The lines of everything that moves; `None` where something stands beside another thing on one line.
fn lines_of(text: &str, entry: &Entry, end: usize) -> Option<String> {
    let owner = &entry.value;
    let assembly = owner.entry("assembly")?;
    let (_, inner_end) = region(text, owner, assembly, end);
    let mut out = String::new();
    for moved in moving(owner) {
        let (parent, parent_end) =
            if BLOCKS.contains(&&*moved.key.text) { (&assembly.value, inner_end) } else { (owner, end) };
        let key = moved.key.span.start as usize;
        let own_line = line_start(text, key);
        if !text.get(own_line..key)?.bytes().all(|byte| byte == b' ') {
            return None;
        }
        let (from, to) = region(text, parent, moved, parent_end);
        let lines = indented(text.get(from..to)?, key - own_line, 2);
        out.push_str(&lines);
        if !lines.ends_with('\n') {
            out.push('\n');
        }
    }
    Some(out)
}

/// The lines of an entry with the comments above it, up to those of the next one.
fn region(text: &str, parent: &Node, entry: &Entry, parent_end: usize) -> (usize, usize) {
    let start = start_of(text, entry);
    let next = parent.entries().iter().map(|other| start_of(text, other)).filter(|other| *other > start).min();
    (start, next.unwrap_or(parent_end).min(parent_end))
}

/// Where the comments above an entry start, or its own line.
fn start_of(text: &str, entry: &Entry) -> usize {
    let key = entry.key.span.start as usize;
    let mut start = line_start(text, key);
    let column = key - start;
    while start > 0 {
        let above = line_start(text, start - 1);
        let line = &text[above..next_line(text, above)];
        let indent = line.len() - line.trim_start_matches(' ').len();
        if indent != column || !line[indent..].starts_with('#') {
            break;
        }
        start = above;
    }
    start
}
