use std::collections::HashSet;
use std::sync::Arc;

use super::config::Kind;
use crate::expression::{Builtin, Edit, ExpressionError, JsonataPath, Root, Scope, XPath};
use crate::policy::kit::body_conversion::json_of;
use crate::policy::kit::edit_targets::{EditError, Target, edit_nodes, jsonx};
use crate::policy::kit::off_thread;
use crate::runtime::{Context, Outcome, Step, kinds};
use crate::value::{self, Body, Value, ValueRef, Xml, XmlLimits};

/// The text in the place of a hidden value. It shows neither the value's length nor its kind.
const HIDDEN: &str = "******";

/// A compiled `redact`.
pub(super) struct Redact(pub Arc<[Change]>);

/// One thing that is hidden.
pub(super) enum Change {
    At(Target, Kind),
    /// The whole of a body, by a path of version 1.
    V5 {
        root: Root,
        and_message: bool,
        path: V5Path,
        kind: Kind,
    },
}

/// A path of version 1.
#[derive(Clone)]
pub(super) enum V5Path {
    XPath(XPath),
    /// Names with dots, and what they are in XML.
    Names(JsonataPath, Option<XPath>),
}

impl Step for Redact {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        let size = off_thread::size_of_bodies(cx, self.0.iter().any(Change::is_xpath));
        off_thread::work(&self.0, cx, size, |changes, cx| {
            for change in changes {
                change.apply(cx).map_err(|error| error.fault(&kinds::REDACTION, "nothing can be hidden"))?;
            }
            Ok(())
        })
    }
}

impl Change {
    fn is_xpath(&self) -> bool {
        match self {
            Change::At(target, _) => target.is_xpath(),
            Change::V5 { path, .. } => matches!(path, V5Path::XPath(_)),
        }
    }

    fn apply(&self, cx: &mut Context) -> Result<(), EditError> {
        match self {
            Change::At(target, kind) => target.edit(cx, &mut |value, _| Ok(changed(value, *kind))),
            Change::V5 { root, and_message, path, kind } => {
                let mut roots = vec![root.clone()];
                // A service gets the message: while that is the request, hiding only the copy would hide nothing.
                if *and_message && !cx.state.outgoing.is_response {
                    roots.push(Root::Builtin(Builtin::Message));
                }
                roots.into_iter().try_for_each(|root| in_body(cx, &root, path, *kind))
            }
        }
    }
}

fn in_body(cx: &mut Context, root: &Root, path: &V5Path, kind: Kind) -> Result<(), EditError> {
    let body = match root {
        Root::Builtin(Builtin::Request) => cx.state.request.body.share(),
        _ => cx.state.outgoing.message.body.share(),
    };
    let Some(body) = edited(cx, &body, path, kind)? else { return Ok(()) };
    match root {
        Root::Builtin(Builtin::Request) => cx.state.request.body = body,
        _ => cx.state.outgoing.message.body = body,
    }
    Ok(())
}

fn edited(cx: &Context, body: &Body, path: &V5Path, kind: Kind) -> Result<Option<Body>, EditError> {
    let bytes = match body {
        Body::Empty | Body::Gone | Body::Stream(_) => return Ok(None),
        Body::Value(value) if value.is_null() => return Ok(None),
        body => body.bytes().unwrap_or_default(),
    };
    let is_xml = body.xml().is_some() || Xml::is_likely(&bytes);
    let mut editor = |value: &Value, _: &dyn Scope| -> Result<Edit, ExpressionError> { Ok(changed(value, kind)) };
    if is_xml {
        let (V5Path::XPath(xpath) | V5Path::Names(_, Some(xpath))) = path else { return Ok(None) };
        let mut document = Xml::parse(&bytes, &XmlLimits::LOOSE)?;
        edit_nodes(cx, &mut document, xpath, &mut editor)?;
        return Ok(Some(Body::Value(document.into())));
    }
    let mut json = json_of(body).map_err(EditError::Message)?;
    let gone = match path {
        V5Path::Names(path, _) => path.edit(&mut json, cx, &mut editor)?,
        V5Path::XPath(xpath) => {
            let places = jsonx::places(&json, xpath)?;
            !places.is_empty() && numbered(&mut json, &places, &mut 0, kind)
        }
    };
    Ok(Some(if gone { Body::Empty } else { Body::Value(json) }))
}

/// Changes the values with these numbers; says whether this one is to go.
fn numbered(value: &mut Value, places: &HashSet<usize>, next: &mut usize, kind: Kind) -> bool {
    let here = places.contains(next);
    *next += 1;
    if let Some(items) = value.list_mut() {
        items.retain_mut(|item| !numbered(item, places, next, kind));
    } else if let Some(members) = value.object_mut() {
        members.retain(|_, member| !numbered(member, places, next, kind));
    }
    if here && !kind.removes() {
        *value = hidden(value.view());
    }
    here && kind.removes()
}

fn changed(value: &Value, kind: Kind) -> Edit {
    if kind.removes() { Edit::Remove } else { Edit::Replace(hidden(value.view())) }
}

/// The value with everything in it hidden; maps and lists keep their shape.
fn hidden(value: ValueRef<'_>) -> Value {
    match value.kind() {
        value::Kind::List(items) => Value::list(items.iter().map(hidden)),
        value::Kind::Object(members) => Value::object(members.iter().map(|(name, member)| (name, hidden(member)))),
        _ => HIDDEN.into(),
    }
}
