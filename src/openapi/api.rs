//! An API as its document describes it, in the same words for every dialect.

use std::sync::Arc;

use http::Method;

use super::{Parameter, PathTemplate};
use crate::base::Span;
use crate::source::{Node, References, Tree};

/// An API, whatever dialect its document is written in.
#[derive(Debug, Clone)]
pub struct Api {
    pub tree: Tree,
    /// The document with the files that it refers to.
    pub references: Arc<References>,
    pub dialect: Dialect,
    /// `info.x-ibm-name`, else `info.title`.
    pub name: Arc<str>,
    pub title: Arc<str>,
    /// The API's own version.
    pub version: Arc<str>,
    /// Starts with `/` and does not end with it; empty at the root.
    pub base_path: Arc<str>,
    pub operations: Vec<Operation>,
    /// The template of SAM or CloudFormation that holds the document.
    pub template: Option<Template>,
}

impl Api {
    /// Answers every verb at the base path and below it, as a document with an empty `paths` does.
    pub fn serve_base_path(&mut self) {
        let Some(paths) = self.tree.root.entry("paths").cloned() else { return };
        // A path without a method that can be served is no empty `paths`.
        if paths.value.entries().iter().any(|entry| !entry.key.text.starts_with("x-")) {
            return;
        }
        let all = ["/", "/{+path}"].into_iter().filter_map(|path| PathTemplate::parse(path).ok());
        self.operations = all
            .map(|path| Operation {
                path,
                verb: None,
                is_default: false,
                id: None,
                parameters: Vec::new(),
                node: paths.value.clone(),
                path_item: paths.value.clone(),
                span: paths.key.span,
            })
            .collect();
    }
}

/// The format that the document declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    Swagger20,
    OpenApi30,
    OpenApi31,
}

/// A verb on a path.
#[derive(Debug, Clone)]
pub struct Operation {
    pub path: PathTemplate,
    /// `None` accepts every verb: a path item without operations does, in API Connect.
    pub verb: Option<Method>,
    /// It stands for `$default`, the route of AWS HTTP APIs that takes what no other takes.
    pub is_default: bool,
    /// `operationId`.
    pub id: Option<Arc<str>>,
    /// Those of the operation, then those of the path that it does not replace.
    pub parameters: Vec<Parameter>,
    /// The operation object; of a path without operations, the path item.
    pub node: Node,
    /// The path item around it.
    pub path_item: Node,
    /// The key that findings point at.
    pub span: Span,
}

/// The template around an API.
#[derive(Debug, Clone)]
pub struct Template {
    pub root: Node,
    /// The resource is an HTTP API.
    pub is_http: bool,
}
