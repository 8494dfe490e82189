//! XML for scripts: our parser reads it, the library makes its nodes.

use std::rc::Rc;

use gantry_allocator::Setup;
use rquickjs::{Ctx, Exception, Object, Result, Value};
use serde_json::{Value as Json, json};

use super::bodies::read;
use super::{Seat, native};
use crate::value::{NodeId, Xml, XmlLimits, XmlName, XmlNode};

/// Nodes of a document that a script gets: each takes some three hundred bytes of the engine's memory.
const MOST_NODES: usize = 100_000;

pub(super) fn install<'js>(setup: &Setup<'js>, host: &Rc<Seat>, native: &Object<'js>) -> Result<()> {
    native!(native, setup, host, "bodyXml", |ctx, name: String| {
        let bytes = read(&ctx, &host, &name)?;
        nodes(&ctx, &bytes)
    });
    native!(native, setup, "parseXml", |ctx, text: Value<'js>| {
        match text.as_string() {
            Some(text) => nodes(&ctx, text.to_string()?.as_bytes()),
            None => nodes(&ctx, &super::crypto::bytes_of(&ctx, &text)?),
        }
    });
    Ok(())
}

/// A document as a list of nodes in document order, each behind its parent. The list is made of the engine's memory, so that
/// it counts towards the script's.
fn nodes<'js>(ctx: &Ctx<'js>, bytes: &[u8]) -> Result<Value<'js>> {
    let document = Xml::parse(bytes, &XmlLimits::LOOSE);
    let document = document.map_err(|error| Exception::throw_message(ctx, &error.to_string()))?;
    if document.len() > MOST_NODES {
        let message = format!("the document has more than {MOST_NODES} nodes, which is the most that a script gets");
        return Err(Exception::throw_range(ctx, &message));
    }
    let mut text = vec![b'['];
    for id in 1..document.len() as NodeId {
        if id > 1 {
            text.push(b',');
        }
        let written = serde_json::to_writer(&mut text, &node(&document, id));
        written.map_err(|error| Exception::throw_message(ctx, &error.to_string()))?;
    }
    text.push(b']');
    ctx.json_parse(text)
}

/// `[parent, type, …]`, with the numbers that DOM gives to types.
fn node(document: &Xml, id: NodeId) -> Json {
    let parent = document.parent(id);
    match document.node(id) {
        XmlNode::Element { name, attributes, declarations } => {
            let declared = declarations.iter().map(|one| json!([&*one.prefix, &*one.uri]));
            let attributes = attributes.iter().map(|one| json!([self::name(&one.name), one.value]));
            json!([parent, 1, self::name(name), attributes.collect::<Vec<_>>(), declared.collect::<Vec<_>>()])
        }
        XmlNode::Text(text) => json!([parent, 3, text]),
        XmlNode::Comment(text) => json!([parent, 8, text]),
        XmlNode::Instruction { target, data } => json!([parent, 7, target, data]),
        XmlNode::Root => Json::Null,
    }
}

fn name(name: &XmlName) -> Json {
    json!([name.prefix.as_deref(), &*name.local, name.namespace.as_deref()])
}
