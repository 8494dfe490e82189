//! Products of API Connect: files that offer APIs under plans, next to the documents.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use super::offer::{Offer, Offered, Which};
use crate::base::{Diagnostic, Findings, codes, did_you_mean, nearest, quoted_list};
use crate::settings::{OperationLimits, Plan, PlanLimit, Rate};
use crate::source::{Entry, Node, Tree};

/// A product file.
pub struct ProductFile {
    pub name: String,
    pub version: Option<String>,
    plans: Vec<(String, Plan, Vec<Offered>)>,
}

/// The keys of a plan.
const KNOWN: [&str; 10] = [
    "title",
    "description",
    "summary",
    "approval",
    "apis",
    "billing",
    "billing-model",
    "rate-limit",
    "rate-limits",
    "burst-limits",
];

/// Limits of a plan for the `ratelimit` steps of assemblies.
const OF_STEPS: [&str; 3] = ["assembly-rate-limits", "assembly-burst-limits", "assembly-count-limits"];

/// Whether a file is one: `product: 1.0.0` is its first key.
pub fn is_product_file(root: &Node) -> bool {
    root.get("product").is_some_and(|version| version.text().is_some()) && root.get("paths").is_none()
}

impl ProductFile {
    /// Reads a product file. What concerns a developer portal only, such as `visibility`, is left out.
    pub fn read(tree: &Tree, findings: &mut Findings) -> Self {
        let root = &tree.root;
        let info = |key: &str| root.get("info").and_then(|info| info.get(key)).and_then(Node::text);
        let mut reader = Reader { folder: tree.path.parent().unwrap_or(Path::new("")), findings };
        let Some(name) = info("name") else {
            let message = "the product has no name, so no application can subscribe to it";
            let finding = Diagnostic::error(codes::BAD_PRODUCT, root.span, message);
            reader.findings.push(finding.help("write `info: {name: NAME, version: 1.0.0}`"));
            return ProductFile { name: String::new(), version: None, plans: Vec::new() };
        };
        let apis = root.get("apis").map(Node::entries).unwrap_or_default();
        let apis = apis.iter().filter_map(|entry| Some((&*entry.key.text, reader.api(entry)?))).collect();
        let plans = root.get("plans").map(Node::entries).unwrap_or_default();
        let plans = plans.iter().map(|entry| reader.plan(entry, &apis)).collect();
        ProductFile { name: name.to_owned(), version: info("version").map(str::to_owned), plans }
    }

    /// Its names, without the version and with it, and those of its plans.
    pub fn names(&self) -> (impl Iterator<Item = String>, Vec<String>) {
        let with_version = self.version.iter().map(|version| format!("{}:{version}", self.name));
        let names = std::iter::once(self.name.clone()).chain(with_version);
        (names, self.plans.iter().map(|(name, ..)| name.clone()).collect())
    }

    pub(super) fn into_offers(self) -> impl Iterator<Item = Offer> {
        let (product, version) = (self.name, self.version);
        self.plans.into_iter().map(move |(plan, terms, apis)| Offer {
            product: product.clone(),
            version: version.clone(),
            plan,
            terms,
            apis,
        })
    }
}

struct Reader<'a, 'f> {
    /// The folder of the file.
    folder: &'a Path,
    findings: &'f mut Findings,
}

/// The APIs of a product, by their names in it.
type Apis<'a> = IndexMap<&'a str, ApiName>;

#[derive(Clone)]
enum ApiName {
    Name(String),
    File(PathBuf),
}

impl ApiName {
    fn which(&self) -> Which {
        match self {
            ApiName::Name(name) => Which::of(name),
            ApiName::File(file) => Which::File(file.clone()),
        }
    }
}

impl Reader<'_, '_> {
    fn wrong(&mut self, node: &Node, message: impl Into<String>, help: &str) {
        self.findings.push(Diagnostic::error(codes::BAD_PRODUCT, node.span, message).help(help));
    }

    /// `name: NAME:VERSION`, or `$ref: FILE`.
    fn api(&mut self, Entry { key, value }: &Entry) -> Option<ApiName> {
        let text = |key: &str| value.get(key).and_then(Node::text);
        if let Some(name) = text("name") {
            return Some(ApiName::Name(name.to_owned()));
        }
        if let Some(file) = text("$ref") {
            return Some(ApiName::File(self.folder.join(file)));
        }
        let message = format!("the API `{}` of the product has neither a name nor a file", key.text);
        self.wrong(value, message, "write `name: NAME:VERSION`, or `$ref: FILE`");
        None
    }

    fn plan(&mut self, Entry { key, value }: &Entry, apis: &Apis<'_>) -> (String, Plan, Vec<Offered>) {
        self.keys(value);
        let OperationLimits { rate_limits, burst_limits } = self.limits(value);
        let terms = Plan { rate_limits, burst_limits, ..Plan::default() };
        let listed = value.get("apis").map(Node::entries).unwrap_or_default();
        // A plan that lists no APIs holds all those of its product.
        let held = match listed {
            [] => apis.values().map(|api| Offered::all_of(api.which())).collect(),
            listed => listed.iter().filter_map(|entry| self.offered(entry, apis)).collect(),
        };
        (key.text.to_string(), terms, held)
    }

    /// A mistyped key would be a limit that does not exist.
    fn keys(&mut self, plan: &Node) {
        for Entry { key, .. } in plan.entries() {
            let (message, help) = if OF_STEPS.contains(&&*key.text) {
                let message = format!("Gantry takes no `{}` from a plan", key.text);
                (message, "write them under `rate-limits`, `burst-limits` or `count-limits` in the settings".into())
            } else {
                let near = nearest(&key.text, KNOWN);
                if near.is_empty() || KNOWN.contains(&&*key.text) {
                    continue;
                }
                (format!("a plan has no key `{}`, so this is ignored", key.text), did_you_mean(&near))
            };
            self.findings.push(Diagnostic::warning(codes::BAD_PRODUCT, key.span, message).help(help));
        }
    }

    fn offered(&mut self, Entry { key, value }: &Entry, apis: &Apis<'_>) -> Option<Offered> {
        let Some(api) = apis.get(&*key.text) else {
            let known: Vec<&str> = apis.keys().copied().collect();
            let help = format!("the product has {}", quoted_list(&known));
            let message = format!("the product has no API `{}`", key.text);
            self.findings.push(Diagnostic::error(codes::BAD_PRODUCT, key.span, message).help(help));
            return None;
        };
        let mut offered = Offered::all_of(api.which());
        let operations = value.get("operations").map(Node::items).unwrap_or_default();
        for operation in operations {
            let text = |key: &str| operation.get(key).and_then(Node::text);
            let name = match (text("operationId"), text("operation"), text("path")) {
                (Some(id), ..) => id.to_owned(),
                (None, Some(method), Some(path)) => format!("{method} {path}"),
                _ => {
                    let help = "write `operation: get` and `path: /orders`, or an `operationId`";
                    self.wrong(operation, "this names no operation", help);
                    continue;
                }
            };
            let own = self.limits(operation);
            if ["rate-limit", "rate-limits", "burst-limits"].iter().any(|key| operation.get(key).is_some()) {
                offered.limits.insert(name.clone(), own);
            }
            offered.only.get_or_insert_default().push((name, operation.span));
        }
        Some(offered)
    }

    fn limits(&mut self, node: &Node) -> OperationLimits {
        let mut limits = OperationLimits::default();
        // v5 has one limit, without a name.
        let one = node.get("rate-limit").and_then(|limit| self.limit(limit));
        limits.rate_limits.extend(one.map(|limit| ("default".to_owned(), limit)));
        for (key, all) in [("rate-limits", &mut limits.rate_limits), ("burst-limits", &mut limits.burst_limits)] {
            for entry in node.get(key).map(Node::entries).unwrap_or_default() {
                all.extend(self.limit(&entry.value).map(|limit| (entry.key.text.to_string(), limit)));
            }
        }
        limits
    }

    /// A limit; `unlimited` is none.
    fn limit(&mut self, node: &Node) -> Option<PlanLimit> {
        let written = node.get("value")?;
        let text = written.text().unwrap_or_default();
        if text == "unlimited" {
            return None;
        }
        let Some(value) = Rate::parse(text) else {
            let help = "write how many in how much time, such as `100/1hour`, or `unlimited`";
            self.wrong(written, format!("`{text}` is no rate"), help);
            return None;
        };
        let hard_limit = node.get("hard-limit").and_then(Node::text) == Some("true");
        Some(PlanLimit { value, hard_limit })
    }
}
