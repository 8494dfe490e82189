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
    /// Files that are next to it: their names and texts.
    pub scripts: Vec<(String, String)>,
    /// The parts that were left out, with the reasons.
    pub dropped: Vec<String>,
    /// The changes of behaviour.
    pub changes: &'static [&'static str],
}

/// The members that both keys have, in the order in which they are written.
const BESIDE: [&str; 3] = ["properties", "catalogs", "cors"];
const BLOCKS: [&str; 3] = ["execute", "catch", "finally"];

/// Behaviour that only the v5 engine has; an `x-assembly` follows the newer gateway, whatever its steps' versions are.
const OF_THE_ENGINE: &[&str] = &[
    "a slash at the end of a path is part of it",
    "required parameters must be there, and `request.parameters` are texts",
    "without a `cors` that names origins, pages are not told their own origin and send no cookies",
    "the headers of client ids and secrets are not sent on",
];

/// Members that only API Connect's own tools need, and no gateway.
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
    let files = scripts.map(|stem| extracted(&steps, stem, text)).unwrap_or_default();
    edits.extend(files.iter().map(|file| Edit { start: file.start, end: file.end, text: file.reference.clone() }));

    let key = entry.key.text.to_string();
    let mut pointed = Pointed { key: &key, kept: Vec::new() };
    pointed.find(&api.tree.root, &mut edits);
    let kept = pointed.kept;
    let dropped = dropped(&entry.value, &kept);
    let edited = apply(text, edits);
    let mut findings = Findings::default();
    let source = Sources::default().add("document", edited.as_str());
    let root = parse(source, &edited, &mut findings);
    let Some(root) = root.ok().filter(|_| findings.errors() == 0) else {
        let why = findings.iter().next().map(|finding| format!(": {}", finding.message)).unwrap_or_default();
        return Err(format!("the new form cannot be read{why}"));
    };
    let text = match (edited.trim_start().starts_with('{'), root.entry(&key)) {
        (true, _) => in_json(&root, &key, &kept, generation),
        (false, Some(entry)) => in_yaml(&edited, &root, entry, &kept, generation),
        (false, None) => return Err("the new form could not be read again".to_owned()),
    };
    let scripts = files.into_iter().map(|file| (file.name, file.text)).collect();
    let changes = if generation == Generation::V5 { OF_THE_ENGINE } else { &[] };
    Ok(Rewritten { text, scripts, dropped, changes })
}

/// References into IBM's extension.
struct Pointed<'k> {
    key: &'k str,
    /// Members that others point into and that have no place in an `x-assembly`: they stay where they are.
    kept: Vec<String>,
}

impl Pointed<'_> {
    /// Finds them. Those into what moves point to its new place.
    fn find(&mut self, node: &Node, edits: &mut Vec<Edit>) {
        for entry in node.entries() {
            match entry.value.text().filter(|_| &*entry.key.text == "$ref") {
                Some(text) => self.reference(&entry.value, text, edits),
                None => self.find(&entry.value, edits),
            }
        }
        node.items().iter().for_each(|item| self.find(item, edits));
    }

    fn reference(&mut self, node: &Node, text: &str, edits: &mut Vec<Edit>) {
        let Some(rest) = text.strip_prefix("#/").and_then(|rest| rest.strip_prefix(self.key)) else { return };
        let Some(rest) = rest.strip_prefix('/') else { return };
        let member = rest.split('/').next().unwrap_or_default();
        let moved = match member {
            "assembly" => self.key.len() + "/assembly".len(),
            member if BESIDE.contains(&member) => self.key.len(),
            member => {
                if !self.kept.iter().any(|known| known == member) {
                    self.kept.push(member.to_owned());
                }
                return;
            }
        };
        if let Some(span) = node.inside(2..2 + moved) {
            edits.push(Edit { start: span.start as usize, end: span.end as usize, text: "x-assembly".to_owned() });
        }
    }
}

/// The members that are left out although they had a meaning.
fn dropped(owner: &Node, kept: &[String]) -> Vec<String> {
    let others = owner.entries().iter().map(|entry| &*entry.key.text);
    let others = others.filter(|key| !OF_TOOLS.contains(key) && !BESIDE.contains(key));
    let others = others.filter(|key| !kept.iter().any(|kept| kept == key));
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
        // Nothing is after the name, or not even a colon.
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
    /// The text in the place of the script, and the range of the script.
    reference: String,
    start: usize,
    end: usize,
}

fn extracted(steps: &[Step], stem: &str, document: &str) -> Vec<File> {
    let mut files: Vec<File> = Vec::new();
    for step in steps.iter().filter(|step| matches!(&*step.policy, "gatewayscript" | "javascript")) {
        let Some((entry, text)) = step.property("source").and_then(|entry| Some((entry, entry.value.text()?))) else {
            continue;
        };
        let trimmed = text.trim_end();
        if !trimmed.contains('\n') || names_file(text) {
            continue;
        }
        let word = step.title.as_deref().map(slug).filter(|word| !word.is_empty());
        let name = format!("{stem}-{}", word.unwrap_or_else(|| step.policy.to_string()));
        let taken = |name: &str| files.iter().any(|file| file.name == format!("{name}.js"));
        let name = match (2..).map(|number| format!("{name}-{number}")).find(|name| !taken(name)) {
            Some(numbered) if taken(&name) => numbered,
            _ => name,
        };
        let (reference, start, end) = place(entry, &name, document);
        files.push(File { reference, start, end, name: format!("{name}.js"), text: format!("{trimmed}\n") });
    }
    files
}

/// The text in the place of a script, and the script's start and end in the document.
fn place(entry: &Entry, name: &str, document: &str) -> (String, usize, usize) {
    let (key, value) = (entry.key.span, entry.value.span);
    let (start, end) = (value.start as usize, value.end as usize);
    match style(&entry.value) {
        // A block's span starts after its `|`, so what is between the key and the text goes too.
        Some(Style::Block) => {
            let key_start = key.start as usize;
            let column = key_start - line_start(document, key_start);
            (format!(": ./{name}.js"), key.end as usize, end_of_block(document, key.end as usize, column))
        }
        Some(Style::Plain) => {
            let written = document.get(start..end).unwrap_or_default();
            (format!("./{name}.js"), start, start + written.trim_end().len())
        }
        _ => (format!("\"./{name}.js\""), start, end),
    }
}

/// The end of a block scalar's last line: its lines are indented more than its key, or blank.
fn end_of_block(document: &str, key_end: usize, column: usize) -> usize {
    let mut at = next_line(document, key_end);
    let mut end = document.get(..at).map_or(at, |before| before.trim_end().len());
    while at < document.len() {
        let next = next_line(document, at);
        let line = &document[at..next];
        let written = line.trim_end();
        let indent = line.len() - line.trim_start_matches(' ').len();
        if !written.is_empty() {
            if indent <= column {
                break;
            }
            end = at + written.len();
        }
        at = next;
    }
    end
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

fn in_json(root: &Node, key: &str, kept: &[String], generation: Generation) -> String {
    let mut entries = Map::new();
    for entry in root.entries() {
        let name = entry.key.text.to_string();
        if *name != *key {
            entries.insert(name, entry.value.to_json());
            continue;
        }
        entries.insert("x-assembly".to_owned(), assembly_of(&entry.value, generation));
        if !kept.is_empty() {
            let members = kept.iter().filter_map(|kept| Some((kept.clone(), entry.value.get(kept)?.to_json())));
            entries.insert(name, Json::Object(members.collect()));
        }
    }
    format!("{:#}\n", Json::Object(entries))
}

fn assembly_of(owner: &Node, generation: Generation) -> Json {
    let mut out = Map::new();
    if generation == Generation::V5 {
        out.insert("error-format".to_owned(), json!("v5"));
    }
    out.extend(moving(owner).into_iter().map(|entry| (entry.key.text.to_string(), entry.value.to_json())));
    Json::Object(out)
}

fn in_yaml(text: &str, root: &Node, entry: &Entry, kept: &[String], generation: Generation) -> String {
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
    block.push_str(&what_stays(text, entry, end, kept));
    let (before, after) = (&text[..start], &text[end..]);
    let own_comments = &text[start..line_start(text, entry.key.span.start as usize)];
    let gap = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    format!("{before}{gap}{own_comments}{block}{after}")
}

/// The remaining members of IBM's extension, under its key.
fn what_stays(text: &str, entry: &Entry, end: usize, kept: &[String]) -> String {
    let owner = &entry.value;
    let mut out = String::new();
    for member in kept.iter().filter_map(|name| owner.entry(name)) {
        let key = member.key.span.start as usize;
        let own_line = line_start(text, key);
        let is_alone = text[own_line..key].bytes().all(|byte| byte == b' ');
        let (from, to) = region(text, owner, member, end);
        let lines = match is_alone {
            true => indented(&text[from..to], key - own_line, 2),
            false => {
                let written = json!({ &*member.key.text: member.value.to_json() });
                indented(&serde_yaml::to_string(&written).unwrap_or_default(), 0, 2)
            }
        };
        out.push_str(&lines);
        if !lines.ends_with('\n') {
            out.push('\n');
        }
    }
    if out.is_empty() { out } else { format!("{}:\n{out}", entry.key.text) }
}

/// The lines of everything that moves; `None` where several things are on one line.
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

/// The start of the comments above an entry, or of its own line.
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
