//! Writes a document: UTF-8, every text escaped, elements without content as `<a/>`.

use std::fmt::Write as _;

use super::{NodeId, Xml, XmlName, XmlNode};

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
        let mut out = String::new();
        let mut open: Vec<(NodeId, &XmlName)> = Vec::new();
        for id in 1..self.len() as NodeId {
            self.close(&mut out, &mut open, id);
            match self.node(id) {
                XmlNode::Element { name, attributes, declarations } => {
                    out.push('<');
                    push_name(&mut out, name);
                    for declaration in declarations {
                        match declaration.prefix.is_empty() {
                            true => out.push_str(" xmlns=\""),
                            false => drop(write!(out, " xmlns:{}=\"", declaration.prefix)),
                        }
                        escape(&mut out, &declaration.uri, true);
                        out.push('"');
                    }
                    for attribute in attributes {
                        out.push(' ');
                        push_name(&mut out, &attribute.name);
                        out.push_str("=\"");
                        escape(&mut out, &attribute.value, true);
                        out.push('"');
                    }
                    if self.end(id) == id + 1 {
                        out.push_str("/>");
                    } else {
                        out.push('>');
                        open.push((id, name));
                    }
                }
                XmlNode::Text(text) => escape(&mut out, text, false),
                XmlNode::Comment(text) => drop(write!(out, "<!--{text}-->")),
                XmlNode::Instruction { target, data: "" } => drop(write!(out, "<?{target}?>")),
                XmlNode::Instruction { target, data } => drop(write!(out, "<?{target} {data}?>")),
                XmlNode::Root => {}
            }
        }
        self.close(&mut out, &mut open, NodeId::MAX);
        out
    }

    fn close(&self, out: &mut String, open: &mut Vec<(NodeId, &XmlName)>, at: NodeId) {
        while let Some((id, name)) = open.last() {
            if at < self.end(*id) {
                return;
            }
            out.push_str("</");
            push_name(out, name);
            out.push('>');
            open.pop();
        }
    }
}

fn push_name(out: &mut String, name: &XmlName) {
    if let Some(prefix) = &name.prefix {
        out.push_str(prefix);
        out.push(':');
    }
    out.push_str(&name.local);
}

fn escape(out: &mut String, text: &str, in_attribute: bool) {
    for letter in text.chars() {
        match letter {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' if in_attribute => out.push_str("&quot;"),
            '\t' | '\n' if in_attribute => drop(write!(out, "&#{};", letter as u32)),
            '\r' => out.push_str("&#13;"),
            letter => out.push(letter),
        }
    }
}
