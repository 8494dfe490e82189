//! User-defined policies (`policy: 1.0.0`) and global policies (`global-policy: 1.0.0`): assemblies of their own, in files that the
//! settings name.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::parse::catch_list;
use super::{Catch, Step, steps};
use crate::base::Generation;
use crate::base::{Diagnostic, Findings, Reported, Sources, Span, codes, did_you_mean, nearest};
use crate::settings::Policies;
use crate::source::{Node, find_files, read_tree};

/// The policies that the settings bring.
#[derive(Debug, Default)]
pub struct CustomPolicies {
    all: Vec<Arc<CustomPolicy>>,
    /// Runs before every assembly.
    pub pre: Option<Arc<CustomPolicy>>,
    /// Runs after every assembly.
    pub post: Option<Arc<CustomPolicy>>,
    /// Takes what no assembly takes.
    pub error: Option<Arc<CustomPolicy>>,
    /// The files, those included that cannot be read.
    pub files: Vec<PathBuf>,
}

/// One of them.
#[derive(Debug)]
pub struct CustomPolicy {
    pub name: Arc<str>,
    pub version: Arc<str>,
    /// A global policy; steps cannot name it.
    pub global: bool,
    pub generation: Generation,
    pub properties: Vec<CustomProperty>,
    pub execute: Vec<Step>,
    pub catch: Vec<Catch>,
    /// Only of a global error policy.
    pub finally: Vec<Step>,
    /// The place of its name.
    pub span: Span,
}

/// A property that a step may have below a user-defined policy.
#[derive(Debug)]
pub struct CustomProperty {
    pub name: Arc<str>,
    /// `string`, `integer`, `boolean` and so on, as written.
    pub kind: Option<Arc<str>>,
    pub required: bool,
    pub default: Option<Node>,
}

impl CustomPolicies {
    /// Reads the files that the settings name.
    pub fn read(settings: &Policies, sources: &mut Sources, findings: &mut Findings) -> Self {
        let mut found = CustomPolicies::default();
        for path in &settings.paths {
            found.read_path(Path::new(path), sources, findings);
        }
        let mut hook = |name: &Option<String>, key: &str| {
            let name = name.as_deref().filter(|name| !name.is_empty())?;
            let hook = found.all.iter().rev().find(|one| one.global && one.answers_to(name)).cloned();
            if hook.is_none() {
                let span = sources.add("the settings", "").start();
                let known: Vec<&str> = found.all.iter().filter(|one| one.global).map(|one| &*one.name).collect();
                let help = match nearest(name, known.iter().copied()).as_slice() {
                    [] => "put a document that starts with `global-policy: 1.0.0` where `policies.paths` leads".into(),
                    near => did_you_mean(near),
                };
                let message = format!("`policies.{key}`: there is no global policy `{name}`");
                findings.push(Diagnostic::error(codes::BAD_SETTINGS, span, message).help(help));
            }
            hook
        };
        let hooks = [
            (&settings.pre_hook, "pre-hook"),
            (&settings.post_hook, "post-hook"),
            (&settings.error_hook, "error-hook"),
        ];
        let [pre, post, error] = hooks.map(|(name, key)| hook(name, key));
        (found.pre, found.post, found.error) = (pre, post, error);
        found
    }

    fn read_path(&mut self, path: &Path, sources: &mut Sources, findings: &mut Findings) {
        let files = match find_files(path) {
            Ok(files) => files,
            Err(error) => {
                let source = sources.add(path.display().to_string(), "");
                let message = format!("cannot read the folder: {error}");
                findings.push(Diagnostic::error(codes::UNREADABLE, source.start(), message));
                return;
            }
        };
        for file in files {
            self.files.push(file.clone());
            let Ok(tree) = read_tree(&file, sources, findings) else { continue };
            let Ok(Some(policy)) = policy(&tree.root, findings) else { continue };
            let twin = |one: &&Arc<CustomPolicy>| {
                (one.global, &one.name, &one.version) == (policy.global, &policy.name, &policy.version)
            };
            if let Some(first) = self.all.iter().find(twin) {
                let message = format!("the policy `{}:{}` is defined twice", policy.name, policy.version);
                let finding = Diagnostic::error(codes::BAD_SETTINGS, policy.span, message);
                findings.push(finding.label(first.span, "the first one"));
                continue;
            }
            self.all.push(Arc::new(policy));
        }
        self.all.sort_by_key(|one| numbers(&one.version));
    }

    /// The user-defined policy of a step: the version that it names, or the highest. The error lists the versions there are.
    pub fn find(&self, name: &str, version: Option<&str>) -> Result<Option<Arc<CustomPolicy>>, Vec<&str>> {
        let named: Vec<&Arc<CustomPolicy>> = self.all.iter().filter(|one| !one.global && *one.name == *name).collect();
        let Some(version) = version else { return Ok(named.last().map(|one| (*one).clone())) };
        match named.iter().find(|one| *one.version == *version) {
            Some(one) => Ok(Some((*one).clone())),
            None if named.is_empty() => Ok(None),
            None => Err(named.iter().map(|one| &*one.version).collect()),
        }
    }

    /// The names of the user-defined policies.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.all.iter().filter(|one| !one.global).map(|one| &*one.name)
    }

    /// Whether there are hooks.
    pub fn has_hooks(&self) -> bool {
        self.pre.is_some() || self.post.is_some() || self.error.is_some()
    }
}

impl CustomPolicy {
    /// `name` or `name:version`.
    fn answers_to(&self, text: &str) -> bool {
        match text.split_once(':') {
            Some((name, version)) => *self.name == *name && *self.version == *version,
            None => *self.name == *text,
        }
    }
}

/// The numbers by which versions are ordered.
fn numbers(version: &str) -> Vec<u64> {
    version.split('.').map(|part| part.parse().unwrap_or_default()).collect()
}

/// Reads a policy document; `None` for one of another kind.
fn policy(root: &Node, findings: &mut Findings) -> Result<Option<CustomPolicy>, Reported> {
    let global = root.get("global-policy").is_some();
    if root.get("policy").is_none() && !global {
        return Ok(None);
    }
    let info = |key: &str| root.get("info").and_then(|info| info.get(key)).filter(|node| node.text().is_some());
    let Some((name, text)) = info("name").and_then(|node| Some((node, node.text()?))) else {
        let message = "a policy needs `info` with its `name`";
        return Err(findings.push(Diagnostic::error(codes::BAD_ASSEMBLY, root.span, message)));
    };
    let Some(assembly) = root.get("assembly").filter(|node| node.is_mapping()) else {
        let message = "a policy needs an `assembly` with its steps";
        return Err(findings.push(Diagnostic::error(codes::BAD_ASSEMBLY, name.span, message)));
    };
    if let Some(finally) = assembly.get("finally").filter(|list| !global && !list.items().is_empty()) {
        let message = "`finally` of a user-defined policy is known but not built yet";
        let help = "put its steps at the end of `execute`, and into the entries of `catch`";
        findings.push(Diagnostic::error(codes::UNBUILT_PROPERTY, finally.span, message).help(help));
    }
    let gateways = root.get("gateways").map(Node::items).unwrap_or_default();
    let is_v5 = !gateways.is_empty() && gateways.iter().all(|one| one.text() != Some("datapower-api-gateway"));
    Ok(Some(CustomPolicy {
        name: text.into(),
        version: info("version").and_then(Node::text).unwrap_or("1.0.0").into(),
        global,
        generation: if is_v5 { Generation::V5 } else { Generation::V10 },
        properties: root.get("properties").map(properties).unwrap_or_default(),
        execute: steps(assembly, "execute", findings),
        catch: catch_list(assembly, findings),
        finally: if global { steps(assembly, "finally", findings) } else { Vec::new() },
        span: name.span,
    }))
}

/// A JSON Schema of an object, as IBM's editor writes it.
fn properties(schema: &Node) -> Vec<CustomProperty> {
    let required = schema.get("required").map(Node::items).unwrap_or_default();
    let all = schema.get("properties").map(Node::entries).unwrap_or_default();
    all.iter()
        .map(|entry| CustomProperty {
            name: entry.key.text.clone(),
            kind: entry.value.get("type").and_then(Node::text).map(Arc::from),
            required: required.iter().any(|one| one.text() == Some(&entry.key.text)),
            default: entry.value.get("default").cloned(),
        })
        .collect()
}
