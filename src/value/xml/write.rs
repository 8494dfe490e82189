//! Writes a document: UTF-8, every text escaped, elements without content as `<a/>`.

use super::text::Text;
use super::{Attribute, NodeId, Xml, XmlName, XmlNode};

impl Xml {
    /// The document as text, with `<?xml …?>` where it began with it.
    pub fn to_document(&self) -> String {
        let body = self.write();
        match self.declared {
            true => format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{body}"),
            false => body,
        }
    }

    /// The document as text, without `<?xml …?>`.
    pub fn write(&self) -> String {
        let mut out = Text::new("XML");
        self.write_to(&mut out);
        out.into_string()
    }

    pub(super) fn write_to(&self, out: &mut Text) {
        let mut open: Vec<(NodeId, &XmlName)> = Vec::new();
        for id in 1..self.len() as NodeId {
            self.close(out, &mut open, id);
            match self.node(id) {
                XmlNode::Element { name, attributes, declarations } => {
                    out.push_str("<");
                    push_name(out, name);
                    declarations.iter().for_each(|one| declaration(out, &one.prefix, &one.uri));
                    attributes.iter().for_each(|one| push_attribute(out, one));
                    if self.end(id) == id + 1 {
                        out.push_str("/>");
                    } else {
                        out.push_str(">");
                        open.push((id, name));
                    }
                }
                XmlNode::Text(text) => escape(out, text, false),
                XmlNode::Comment(text) => ["<!--", text, "-->"].into_iter().for_each(|part| out.push_str(part)),
                XmlNode::Instruction { target, data: "" } => {
                    ["<?", target, "?>"].into_iter().for_each(|part| out.push_str(part));
                }
                XmlNode::Instruction { target, data } => {
                    ["<?", target, " ", data, "?>"].into_iter().for_each(|part| out.push_str(part));
                }
                XmlNode::Root => {}
            }
        }
        self.close(out, &mut open, NodeId::MAX);
    }

    fn close(&self, out: &mut Text, open: &mut Vec<(NodeId, &XmlName)>, at: NodeId) {
        while let Some((id, name)) = open.last() {
            if at < self.end(*id) {
                return;
            }
            out.push_str("</");
            push_name(out, name);
            out.push_str(">");
            open.pop();
        }
    }
}

fn push_name(out: &mut Text, name: &XmlName) {
    if let Some(prefix) = &name.prefix {
        out.push_str(prefix);
        out.push_str(":");
    }
    out.push_str(&name.local);
}

fn push_attribute(out: &mut Text, attribute: &Attribute) {
    out.push_str(" ");
    push_name(out, &attribute.name);
    out.push_str("=\"");
    escape(out, &attribute.value, true);
    out.push_str("\"");
}

/// Writes `xmlns:prefix="uri"`, with the space before it.
pub(super) fn declaration(out: &mut Text, prefix: &str, uri: &str) {
    out.push_str(" xmlns");
    if !prefix.is_empty() {
        out.push_str(":");
        out.push_str(prefix);
    }
    out.push_str("=\"");
    escape(out, uri, true);
    out.push_str("\"");
}

/// Writes a text so that it reads the same.
pub(super) fn escape(out: &mut Text, text: &str, in_attribute: bool) {
    let is_special = |byte: u8| match byte {
        b'<' | b'>' | b'&' | b'\r' => true,
        b'"' | b'\t' | b'\n' => in_attribute,
        _ => false,
    };
    let mut rest = text;
    while let Some(at) = rest.bytes().position(is_special) {
        out.push_str(&rest[..at]);
        out.push_str(match rest.as_bytes()[at] {
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'&' => "&amp;",
            b'"' => "&quot;",
            b'\t' => "&#9;",
            b'\n' => "&#10;",
            _ => "&#13;",
        });
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}
