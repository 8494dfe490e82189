//! Places in bodies, headers and variables, and edits of what is there: for `redact` and `extract`.

use std::collections::HashSet;
use std::sync::Arc;

use http::header::{HeaderName, HeaderValue};

use crate::base::{Reported, codes};
use crate::expression::{
    Builtin, Edit, Editor, ExpressionError, JsonataPath, Places, Reference, Root, Scope, SetError, XPath, XPathNode,
    XPathResult,
};
use crate::policy::kit::body_conversion::json_of;
use crate::policy::{Access, Compiler};
use crate::runtime::{Context, Fault, FaultKind, FaultSource};
use crate::value::{Body, Message, NoRoom, NodeId, Value, Xml, XmlError, XmlLimits};

/// The target of an edit.
pub(crate) enum Target {
    /// Below one variable.
    Below(Root, Names),
    /// In everything that the request carries: `message`, what the client sent, and every variable.
    Everywhere(Names),
    /// In the body of a message, as XML.
    Document(Root, XPath),
}

/// A path of names, and what it is in a body that is XML.
pub(crate) struct Names {
    path: JsonataPath,
    in_xml: Option<XPath>,
}

impl Names {
    fn new(path: JsonataPath) -> Self {
        let in_xml = match path.split_first() {
            Some((name, rest)) if &**name == "body" => rest.in_xml(),
            Some(_) => None,
            None => path.in_xml(),
        };
        Names { path, in_xml }
    }
}

/// Why an edit cannot happen.
pub(crate) enum EditError {
    Message(String),
    NoRoom(NoRoom),
}

impl EditError {
    /// The fault, whose message begins so.
    pub(crate) fn fault(self, kind: &'static FaultKind, what: &str) -> Fault {
        match self {
            EditError::Message(message) => Fault::new(kind, FaultSource::Gateway, format!("{what}: {message}")),
            EditError::NoRoom(none) => none.into(),
        }
    }
}

impl From<ExpressionError> for EditError {
    fn from(error: ExpressionError) -> Self {
        EditError::Message(error.to_string())
    }
}

impl From<NoRoom> for EditError {
    fn from(none: NoRoom) -> Self {
        EditError::NoRoom(none)
    }
}

impl From<XmlError> for EditError {
    /// Of a body that is read.
    fn from(error: XmlError) -> Self {
        match error.no_room {
            Some(none) => none.into(),
            None => EditError::Message(format!("the body is not XML: {error}")),
        }
    }
}

/// Why a path leads nowhere.
pub(crate) enum BadTarget {
    /// One sentence for the author.
    Message(&'static str),
    Reported(Reported),
}

impl From<&'static str> for BadTarget {
    fn from(message: &'static str) -> Self {
        BadTarget::Message(message)
    }
}

impl From<Reported> for BadTarget {
    fn from(reported: Reported) -> Self {
        BadTarget::Reported(reported)
    }
}

impl Compiler<'_, '_> {
    /// The target of a path, below `root` if there is one.
    pub(crate) fn target(&mut self, pointer: &str, text: &str, root: Option<Reference>) -> Result<Target, Reported> {
        let span = self.span(pointer);
        let names = &mut *self.names;
        let places = Places::compile(text, &mut |name| names.resolve(name, span));
        let places = places.map_err(|error| self.bad_path(pointer, &error))?;
        match Target::new(root, places, &mut |name| self.read_variable(pointer, name)) {
            Ok(target) => Ok(target),
            Err(BadTarget::Reported(reported)) => Err(reported),
            Err(BadTarget::Message(message)) => Err(self.error(codes::BAD_EXPRESSION, pointer, message)),
        }
    }
}

impl Target {
    /// The target of `places`, below `root` if there is one. `resolve` makes the root of a name.
    pub(crate) fn new(
        root: Option<Reference>,
        places: Places,
        resolve: &mut dyn FnMut(&str) -> Result<Reference, Reported>,
    ) -> Result<Self, BadTarget> {
        match (root, places) {
            (Some(root), Places::Path(path)) => {
                let path = JsonataPath::of(root.path.iter().cloned()).then(path);
                Ok(Target::Below(root.root, Names::new(path)))
            }
            (None, Places::Path(path)) => match path.split_first() {
                Some((name, rest)) => Ok(Target::Below(resolve(name)?.root, Names::new(rest))),
                None if path.begins_anywhere() => Ok(Target::Everywhere(Names::new(path))),
                None => Err("the path must begin with a name, such as `message.body`, or with `$.**`".into()),
            },
            (root, Places::XPath(body, xpath)) => {
                let reference = match (root, body.split_first()) {
                    (Some(root), None) => root,
                    (_, Some((first, rest))) => Reference::new(resolve(first)?.root, rest.to_vec()),
                    (None, None) => return Err("`$xpath` needs the name of a body, as in `message.body`".into()),
                };
                match &*reference.path {
                    [body] if &**body == "body" => Ok(Target::Document(reference.root, xpath)),
                    _ => Err("`$xpath` looks into the body of a message, such as `message.body`".into()),
                }
            }
        }
    }

    /// Whether it evaluates XPath.
    pub(crate) fn is_xpath(&self) -> bool {
        matches!(self, Target::Document(..))
    }

    /// The variables that the edit reads.
    pub(crate) fn access(&self) -> Access {
        let body = |root: &Root| Reference::body_of(root.clone());
        let reads = match self {
            Target::Below(root, _) | Target::Document(root, _) => vec![body(root)],
            Target::Everywhere(_) => {
                vec![body(&Root::Builtin(Builtin::Message)), body(&Root::Builtin(Builtin::Request))]
            }
        };
        Access { reads, ..Access::default() }
    }

    /// Edits what is there.
    pub(crate) fn edit(&self, cx: &mut Context, editor: &mut Editor<'_>) -> Result<(), EditError> {
        match self {
            Target::Below(root, path) => below(cx, root, path, editor, true),
            Target::Everywhere(path) => {
                for root in [Builtin::Message, Builtin::Request] {
                    below(cx, &Root::Builtin(root), path, editor, false)?;
                }
                for name in cx.roots() {
                    below(cx, &Root::Named(name), path, editor, false)?;
                }
                Ok(())
            }
            Target::Document(root, xpath) => {
                let Some(message) = taken(cx, root) else { return Ok(()) };
                let result = in_document(cx, message.0, xpath, editor);
                result.and_then(|body| give_back(cx, root, body))
            }
        }
    }
}

/// A copy of the body at a root, where there is a message. The copy shares what it can.
fn taken(cx: &Context, root: &Root) -> Option<(Body,)> {
    let body = match root {
        Root::Builtin(Builtin::Request) => &cx.state.request.body,
        root => &cx.state.input(root)?.body,
    };
    Some((body.share(),))
}

fn give_back(cx: &mut Context, root: &Root, body: Option<Body>) -> Result<(), EditError> {
    let Some(body) = body else { return Ok(()) };
    match root {
        Root::Builtin(Builtin::Request) => cx.state.request.body = body,
        root => {
            if let Some(message) = cx.state.input_mut(root) {
                message.body = body;
            }
        }
    }
    Ok(())
}

/// Edits below one variable. `strict`: a body that has no places at all is a mistake.
fn below(cx: &mut Context, root: &Root, names: &Names, editor: &mut Editor<'_>, strict: bool) -> Result<(), EditError> {
    let path = &names.path;
    let Some((body,)) = taken(cx, root) else { return in_variable(cx, root, path, editor) };
    let inside = match path.split_first() {
        Some((name, rest)) if &**name == "body" => rest,
        Some((name, rest)) if &**name == "headers" => return in_headers(cx, root, rest.last_name(), editor),
        Some(_) => return Ok(()),
        None => {
            in_headers(cx, root, path.last_name(), editor)?;
            path.clone()
        }
    };
    if let Some(xpath) = names.in_xml.as_ref().filter(|_| is_xml(&body)) {
        let body = in_document(cx, body, xpath, editor)?;
        return give_back(cx, root, body);
    }
    let mut value = match json_of(&body) {
        Ok(value) => value,
        Err(_) if matches!(body, Body::Empty) || !strict => return Ok(()),
        Err(message) => return Err(EditError::Message(message)),
    };
    let gone = inside.edit(&mut value, cx, editor)?;
    let body = if gone { Body::Empty } else { Body::Value(cx.state.budget.keep(value)?) };
    give_back(cx, root, Some(body))
}

fn is_xml(body: &Body) -> bool {
    match body {
        Body::Bytes(bytes, _) => Xml::is_likely(bytes),
        body => body.xml().is_some(),
    }
}

fn in_variable(cx: &mut Context, root: &Root, path: &JsonataPath, editor: &mut Editor<'_>) -> Result<(), EditError> {
    let reference = Reference::new(root.clone(), Vec::new());
    let mut value = cx.get(&reference);
    if matches!(root, Root::Builtin(_)) || value.is_null() {
        return Ok(());
    }
    let gone = path.edit(&mut value, cx, editor)?;
    let written = if gone { cx.clear(&reference) } else { cx.set(&reference, value) };
    written.map_err(|error| match error {
        SetError::NoRoom(none) => none.into(),
        error => EditError::Message(error.to_string()),
    })
}

fn in_headers(
    cx: &mut Context,
    root: &Root,
    name: Option<&Arc<str>>,
    editor: &mut Editor<'_>,
) -> Result<(), EditError> {
    let Some(name) = name.and_then(|name| HeaderName::from_bytes(name.as_bytes()).ok()) else { return Ok(()) };
    let held = match root {
        Root::Builtin(Builtin::Request) => Some(&cx.state.request.headers),
        root => cx.state.input(root).map(|message| &message.headers),
    };
    let Some(old) = held.and_then(|headers| headers.get(&name)) else { return Ok(()) };
    let old = String::from_utf8_lossy(old.as_bytes()).into_owned().into();
    let edit = editor(&old, cx)?;
    let headers = match root {
        Root::Builtin(Builtin::Request) => &mut cx.state.request.headers,
        root => match cx.state.input_mut(root) {
            Some(Message { headers, .. }) => headers,
            None => return Ok(()),
        },
    };
    match edit {
        Edit::Remove => drop(headers.remove(&name)),
        Edit::Replace(value) => {
            let value = HeaderValue::from_bytes(value.to_text().as_bytes()).map_err(|_| {
                EditError::Message(format!("the new value of the header `{name}` cannot stand in a header"))
            })?;
            headers.insert(name, value);
        }
    }
    Ok(())
}

/// Edits the nodes that an expression finds; `None` where there is no body.
fn in_document(
    scope: &dyn Scope,
    body: Body,
    xpath: &XPath,
    editor: &mut Editor<'_>,
) -> Result<Option<Body>, EditError> {
    let mut document = match body {
        Body::Empty => return Ok(None),
        body => match body.xml() {
            Some(document) => Xml::clone(document),
            None => {
                let bytes = body.bytes().unwrap_or_default();
                Xml::parse(&bytes, &XmlLimits::LOOSE)?
            }
        },
    };
    edit_nodes(scope, &mut document, xpath, editor)?;
    Ok(Some(Body::Value(document.into())))
}

/// Edits the nodes of a document that an expression finds.
pub(crate) fn edit_nodes(
    scope: &dyn Scope,
    document: &mut Xml,
    xpath: &XPath,
    editor: &mut Editor<'_>,
) -> Result<(), EditError> {
    let nodes = found(document, xpath)?;
    let (mut gone, mut gone_attributes) = (Vec::new(), Vec::new());
    for node in nodes {
        match (editor(&node.text(document).into(), scope)?, node) {
            (Edit::Remove, XPathNode::Node(id)) => gone.push(id),
            (Edit::Remove, XPathNode::Attribute(id, index)) => gone_attributes.push((id, index)),
            (Edit::Replace(value), XPathNode::Node(id)) => document.set_text(id, &checked(&value)?),
            (Edit::Replace(value), XPathNode::Attribute(id, index)) => {
                document.set_attribute(id, index, &checked(&value)?);
            }
        }
    }
    if !gone.is_empty() || !gone_attributes.is_empty() {
        *document = document.without(&gone, &gone_attributes);
    }
    Ok(())
}

/// The nodes that an expression finds.
pub(crate) fn found(document: &Xml, xpath: &XPath) -> Result<Vec<XPathNode>, EditError> {
    match xpath.evaluate(document).map_err(EditError::Message)? {
        XPathResult::Nodes(nodes) => Ok(nodes),
        _ => Err(EditError::Message("the XPath expression finds a value and no places".to_owned())),
    }
}

fn checked(value: &Value) -> Result<String, EditError> {
    let text = value.to_text();
    match text.chars().all(crate::value::is_xml_char) {
        true => Ok(text.into_owned()),
        false => Err(EditError::Message("the new text has a character that cannot stand in XML".to_owned())),
    }
}

/// JSON in DataPower's XML form of it, JSONx, and the way back from its elements to the JSON.
pub(crate) mod jsonx {
    use super::{EditError, HashSet, NodeId, Value, XPath, XPathNode, Xml, found};
    use crate::value::{Kind, MAX_XML_DEPTH, ValueRef, XmlBuilder, XmlName};

    const JSONX: &str = "http://www.ibm.com/xmlns/prod/2009/jsonx";

    /// The numbers, in document order, of the values that an expression finds.
    pub(crate) fn places(json: &Value, xpath: &XPath) -> Result<HashSet<usize>, EditError> {
        let mut builder = XmlBuilder::new();
        element(json.view(), None, &mut builder)?;
        let document = builder.finish();
        let nodes = found(&document, xpath)?;
        let wanted: HashSet<NodeId> = nodes.iter().map(|node| of_element(&document, *node)).collect();
        let elements = (1..document.len() as NodeId).filter(|id| document.own_text(*id).is_none());
        Ok(elements.enumerate().filter(|(_, id)| wanted.contains(id)).map(|(number, _)| number).collect())
    }

    /// A text and an attribute stand for their element.
    fn of_element(document: &Xml, node: XPathNode) -> NodeId {
        match node {
            XPathNode::Attribute(id, _) => id,
            XPathNode::Node(id) if document.own_text(id).is_some() => document.parent(id).unwrap_or_default(),
            XPathNode::Node(id) => id,
        }
    }

    fn element(value: ValueRef<'_>, name: Option<&str>, builder: &mut XmlBuilder) -> Result<(), EditError> {
        let kind = match value.kind() {
            Kind::Null => "null",
            Kind::Bool(_) => "boolean",
            Kind::Number(_) => "number",
            Kind::String(_) | Kind::Binary(_) | Kind::Xml(_) => "string",
            Kind::List(_) => "array",
            Kind::Object(_) => "object",
        };
        if builder.depth() >= MAX_XML_DEPTH {
            return Err(EditError::Message(format!("the body is deeper than {MAX_XML_DEPTH} levels")));
        }
        let is_first = builder.depth() == 0;
        builder.start(XmlName { prefix: Some("json".into()), local: kind.into(), namespace: Some(JSONX.into()) });
        if is_first {
            builder.declare("json".into(), JSONX.into());
        }
        if let Some(name) = name {
            builder.attribute(XmlName::plain("name"), name);
        }
        match value.kind() {
            Kind::List(items) => items.iter().try_for_each(|item| element(item, None, builder))?,
            Kind::Object(members) => {
                members.iter().try_for_each(|(name, value)| element(value, Some(name), builder))?;
            }
            _ => builder.text(&value.to_text()),
        }
        builder.end();
        Ok(())
    }
}
