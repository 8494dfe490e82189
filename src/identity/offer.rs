//! A product under one of its plans, and the APIs that it holds.

use std::ffi::OsStr;
use std::fs::canonicalize;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use crate::base::{Diagnostic, Findings, Span, codes};
use crate::openapi::{Api, Operation};
use crate::settings::{OperationLimits, Plan, Subscription};

/// A product under one of its plans.
pub struct Offer {
    pub product: String,
    /// The product's version, where it has one.
    pub version: Option<String>,
    pub plan: String,
    pub terms: Plan,
    pub apis: Vec<Offered>,
}

/// APIs that a plan holds.
pub struct Offered {
    pub which: Which,
    /// Only these operations of them, where they are listed.
    pub only: Option<Vec<(String, Span)>>,
    /// Operations with their own limits.
    pub limits: IndexMap<String, OperationLimits>,
}

/// The APIs of an entry.
pub enum Which {
    Any,
    Named {
        name: String,
        /// `None` is every version.
        version: Option<String>,
    },
    File(PathBuf),
}

// === impl Offer ===

impl Offer {
    /// The value of `plan.id`: with product and version if the product has them, as in API Connect.
    pub fn id(&self) -> String {
        match &self.version {
            Some(version) => format!("{}:{version}:{}", self.product, self.plan),
            None => self.plan.clone(),
        }
    }

    pub fn is_of(&self, subscription: &Subscription) -> bool {
        subscription.plan == self.plan && is_product(&subscription.product, &self.product, self.version.as_deref())
    }
}

/// Whether `NAME` or `NAME:VERSION` names a product.
pub fn is_product(text: &str, name: &str, version: Option<&str>) -> bool {
    text == name || version.is_some_and(|version| text.strip_prefix(name) == Some(&format!(":{version}")))
}

// === impl Offered ===

impl Offered {
    /// Warns of operations that the API does not have.
    pub fn check(&self, api: &Api, findings: &mut Findings) {
        for (text, span) in self.only.iter().flatten().filter(|(text, _)| operation_named(api, text).is_none()) {
            let message = format!("`{}` has no operation `{text}`", api.name);
            let help = "write method and path as in its document, without the base path";
            findings.push(Diagnostic::warning(codes::BAD_PRODUCT, *span, message).help(help));
        }
    }

    pub fn all_of(which: Which) -> Self {
        Offered { which, only: None, limits: IndexMap::new() }
    }
}

// === impl Which ===

impl Which {
    /// `NAME`, `NAME:VERSION` or `*`.
    pub fn of(text: &str) -> Self {
        match text.split_once(':') {
            _ if text == "*" => Which::Any,
            Some((name, version)) => Which::Named { name: name.to_owned(), version: Some(version.to_owned()) },
            None => Which::Named { name: text.to_owned(), version: None },
        }
    }

    pub fn is(&self, api: &Api) -> bool {
        match self {
            Which::Any => true,
            Which::Named { name, version } => {
                *name == *api.name && version.as_ref().is_none_or(|version| *version == *api.version)
            }
            Which::File(file) => is_same(file, &api.tree.path),
        }
    }
}

/// Whether two paths are one file, as far as can be seen.
fn is_same(one: &Path, other: &Path) -> bool {
    let name = one.file_name().unwrap_or(OsStr::new(""));
    other.ends_with(name)
        && canonicalize(one).ok().is_some_and(|one| canonicalize(other).is_ok_and(|other| one == other))
}

/// The operation that a text names by its `operationId` or as `METHOD /path`: its number in the API.
pub fn operation_named(api: &Api, text: &str) -> Option<usize> {
    let is = |operation: &Operation| {
        let method = operation.verb.as_ref().map_or("*", |method| method.as_str());
        let by_path = text
            .split_once(' ')
            .is_some_and(|(one, path)| one.eq_ignore_ascii_case(method) && path.trim() == &*operation.path.text);
        by_path || operation.id.as_deref() == Some(text)
    };
    api.operations.iter().position(is)
}
